"""Mastering: one loudness, one highest peak, from soft and loud recordings alike."""

import numpy as np
import pytest

from audio.loudness import integrated_loudness, true_peak
from audio.mastering import LOUDNESS, EvenSound, recording_of, samples_of
from audio.recording import Recording
from audio.voices.choosing import DEFAULT_VOICE, choose_voice
from skill.guides.frames import SAMPLE_RATE

CEILING = -3.5
TEXTS = ("One.", "Half-way there.", "Squeeze at the top, and let your hips sink slowly. Breathe.")


@pytest.fixture(scope="module", params=TEXTS)
def speech(request: pytest.FixtureRequest) -> Recording:
    return choose_voice(DEFAULT_VOICE, "en-US").speak(request.param)


@pytest.mark.parametrize("gain", [1, 0.05])
def test_speech_comes_to_its_loudness_under_the_ceiling(speech: Recording, gain: float) -> None:
    """Soft or loud, short or long: the same loudness to 0.1 LU, and no peak over the ceiling."""
    softer = recording_of(samples_of(speech) * gain)
    mastered = EvenSound.of(softer).at_level(CEILING)
    assert integrated_loudness(mastered) == pytest.approx(LOUDNESS, abs=0.1)
    assert true_peak(mastered) <= CEILING + 0.25


def test_mastering_moves_nothing_in_time(speech: Recording) -> None:
    """The mastered sound has the length and the timing of the recording, to the sample."""
    before, after = samples_of(speech), EvenSound.of(speech).at_level(CEILING)
    assert len(before) == len(after)
    spectrum = np.fft.rfft(after, 2 * len(after)) * np.conj(np.fft.rfft(before, 2 * len(before)))
    assert abs(int(np.argmax(np.fft.irfft(spectrum)))) == 0


def test_what_cannot_be_loud_enough_keeps_to_the_ceiling() -> None:
    """A click has no loudness to speak of; it is not pushed through the ceiling for it."""
    click = np.zeros(SAMPLE_RATE)
    click[12_000:12_010] = 0.5
    mastered = EvenSound.of(recording_of(click)).at_level(CEILING)
    assert true_peak(mastered) <= CEILING + 0.25


def test_rumble_and_offset_are_taken_away() -> None:
    """A constant offset and a hum at 20 Hz eat no headroom afterwards."""
    moments = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    tone = 0.2 * np.sin(2 * np.pi * 500 * moments)
    dirty = tone + 0.1 + 0.2 * np.sin(2 * np.pi * 20 * moments)
    mastered = EvenSound.of(recording_of(dirty)).at_level(CEILING)
    spectrum = np.abs(np.fft.rfft(mastered[4800:-4800] * np.hanning(len(mastered) - 9600)))
    frequency = np.fft.rfftfreq(len(mastered) - 9600, 1 / SAMPLE_RATE)
    assert spectrum[frequency < 40].max() < spectrum.max() / 100


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 24_000, 48_000])
def test_any_rate_comes_to_ours(rate: int) -> None:
    """A second stays a second."""
    samples = samples_of(Recording(bytes(2 * rate), rate))
    assert len(samples) == pytest.approx(SAMPLE_RATE, abs=1)
