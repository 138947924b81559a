"""The bed as it is heard: under holds, out of the way of speech, without a click."""

import numpy as np
import pytest

from audio.loudness import decibels, integrated_loudness
from skill.coaching.beds import Silence, bedded
from skill.coaching.timeline import Timeline
from tests.guides.test_heard import ECHO_MS, RATE, decode

HALF_A_SECOND = RATE // 2
EDGE = RATE * ECHO_MS // 1000


@pytest.fixture(scope="module", params=["post-run_brief", "glute-stretch_h20_r3_brief"])
def guides(service, request) -> tuple[Timeline, np.ndarray, np.ndarray]:
    """The timeline of a plan with a bed; its guide, and the one without a bed, decoded."""
    plain = service.repertoire.timeline(request.param)
    bedded = service.repertoire.timeline(f"{request.param}_bed")
    return bedded, decode(service.library.guide(bedded)), decode(service.library.guide(plain))


def place(silence: Silence) -> slice:
    return slice(silence.start * RATE // 1000, silence.end * RATE // 1000)


def clicks(samples: np.ndarray) -> float:
    """The highest peak of what lies far above the bed's own tones, in dB."""
    spectrum = np.fft.rfft(samples)
    spectrum[np.fft.rfftfreq(len(samples), 1 / RATE) < 1500] = 0
    return decibels(float(np.max(np.abs(np.fft.irfft(spectrum, len(samples))))))


def test_the_bed_is_heard_between_the_cues_of_holds_and_nowhere_else(guides):
    """There it lies at -30 to -34 LUFS; everywhere else, the chimes too, nothing is changed."""
    timeline, heard, plain = guides
    assert len(heard) == len(plain)
    elsewhere = heard - plain
    assert len(bedded(timeline)) >= 3 * 4
    for silence in bedded(timeline):
        samples = heard[place(silence)]
        assert -34 < integrated_loudness(samples[HALF_A_SECOND:-HALF_A_SECOND]) < -30
        around = place(silence)
        elsewhere[around.start - EDGE : around.stop + EDGE] = 0
    assert np.max(np.abs(elsewhere)) < 1e-4


def test_speech_is_as_loud_as_without_a_bed(guides):
    """What of the bed reaches into a cue lies 45 dB below it; a minute with it is as loud."""
    timeline, heard, plain = guides
    for sound in timeline.sounds:
        cue = slice(sound.start * RATE // 1000, sound.end * RATE // 1000)
        assert np.std((heard - plain)[cue]) < np.std(plain[cue]) / 180
    minute = slice(0, 60 * RATE)
    assert integrated_loudness(heard[minute]) == pytest.approx(
        integrated_loudness(plain[minute]), abs=0.1
    )


def test_the_bed_comes_and_goes_softly(guides):
    """It starts and ends 20 dB down, is nowhere louder than within, and does not click."""
    timeline, heard, plain = guides
    bed = heard - plain
    for silence in bedded(timeline):
        around = place(silence)
        within = np.max(np.abs(bed[around]))
        for edge in (around.start, around.stop):
            assert np.max(np.abs(bed[edge - EDGE : edge + EDGE])) < within / 10
        assert clicks(bed[around.start - HALF_A_SECOND : around.stop + HALF_A_SECOND]) < -75
