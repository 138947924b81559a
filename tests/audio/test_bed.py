"""The bed: soft, without a seam, and in frames of which any may follow any."""

import numpy as np
import pytest

from audio import bed, encoding
from audio.encoding import decode, encode_loop
from audio.errors import CueError
from audio.loudness import Samples, decibels, integrated_loudness, true_peak
from audio.mastering import LOUDNESS
from audio.production import produce
from skill.coaching.cues import Bed
from skill.guides.frames import (
    FRAME_BYTES,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SILENT_FRAME,
    count_frames,
    turned_down,
)
from tests.audio.conftest import Decoder
from tests.audio.hummer import Hummer
from tests.audio.test_encoding import guide

MAIN_DATA_BEGIN = 4
"""The byte of a frame that says how many bytes before it its data begin."""
SETTLING = 2
"""Frames that a decoder needs to know all of a sound that it comes into."""


@pytest.fixture(scope="module")
def sound() -> Samples:
    return bed.synthesise()


@pytest.fixture(scope="module")
def loop(sound: Samples) -> bytes:
    return encode_loop(sound)


def frame(loop: bytes, number: int) -> bytes:
    start = number * FRAME_BYTES % len(loop)
    return loop[start : start + FRAME_BYTES]


def samples_from(frames: int, to: int) -> slice:
    return slice(frames * SAMPLES_PER_FRAME, to * SAMPLES_PER_FRAME)


def above(hertz: float, sound: np.ndarray) -> np.ndarray:
    """What of a sound lies above a frequency: a click does, a chord does not."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE) < hertz] = 0
    return np.fft.irfft(spectrum, len(sound))


def test_the_bed_is_quiet_and_warm(sound: Samples) -> None:
    """It lies 18 LU under speech, and almost all of it under 700 Hz."""
    heard = np.tile(sound, 3)
    assert integrated_loudness(heard) == pytest.approx(LOUDNESS - 18, abs=1)
    assert true_peak(heard) < -18
    assert decibels(np.std(above(700, sound))) < decibels(np.std(sound)) - 20


def test_the_bed_breathes_gently(sound: Samples) -> None:
    """From one moment to another its level moves, but by no more than 8 dB."""
    level = np.sqrt(np.mean(sound.reshape(-1, SAMPLE_RATE // 20) ** 2, axis=1))
    assert 2 < decibels(level.max()) - decibels(level.min()) < 8


def test_its_end_leads_into_its_beginning(sound: Samples) -> None:
    """It lasts whole frames, and the step over the seam is one like the others."""
    assert len(sound) % SAMPLES_PER_FRAME == 0
    steps = np.abs(np.diff(sound))
    assert abs(sound[0] - sound[-1]) <= steps.max()
    bends = np.abs(np.diff(np.tile(sound, 2), 2))
    assert bends[len(sound) - 3 : len(sound) + 1].max() <= bends[: len(sound) - 3].max()


def test_every_frame_holds_its_own_data(loop: bytes, sound: Samples) -> None:
    """No frame's data begin before it, in as many frames as the sound lasts."""
    assert count_frames(loop) == len(sound) // SAMPLES_PER_FRAME
    assert set(loop[MAIN_DATA_BEGIN::FRAME_BYTES]) == {0}


def test_the_loop_sounds_as_it_was_made(loop: bytes, sound: Samples, listen: Decoder) -> None:
    """In both decoders, over the seam as elsewhere: what differs lies 50 dB below."""
    heard, made = listen(guide(loop * 3)), np.tile(sound, 3)
    second = slice(len(sound) // 2, len(sound) * 5 // 2)
    error = heard[second] - made[second]
    assert decibels(np.std(error)) < decibels(np.std(sound)) - 50
    seam = len(sound) - second.start
    around = error[seam - SAMPLES_PER_FRAME : seam + SAMPLES_PER_FRAME]
    assert np.abs(around).max() <= np.abs(error).max()


@pytest.mark.parametrize("number", [0, 1, 77, 248, 249])
def test_the_loop_can_be_entered_at_any_frame(loop: bytes, number: int) -> None:
    """After the frames that it takes to settle, what comes is what always comes there."""
    count = len(loop) // FRAME_BYTES
    always = decode(loop * 3)[samples_from(count + number + SETTLING, count + number + 40)]
    entered = b"".join(frame(loop, number + place) for place in range(50))
    heard = decode(SILENT_FRAME * 5 + entered)[samples_from(5 + SETTLING, 45)]
    assert np.allclose(heard, always, atol=1e-4)


def test_a_frame_is_turned_down_by_its_gain(loop: bytes) -> None:
    """Each step takes 1.5 dB off what is decoded, and nothing else changes."""
    count = len(loop) // FRAME_BYTES
    full = decode(loop)[samples_from(SETTLING, count)]
    for steps in (0, 1, 4, 20):
        softer = b"".join(turned_down(frame(loop, number), steps) for number in range(count))
        heard = decode(softer)[samples_from(SETTLING, count)]
        assert np.allclose(heard, full * 2 ** (-steps / 4), atol=1e-5)


def test_no_frame_is_turned_down_past_the_end_of_the_scale() -> None:
    """A frame without any gain stays as it is, bit for bit."""
    assert turned_down(SILENT_FRAME, 20) == SILENT_FRAME


def test_a_frame_with_more_than_it_can_hold_is_refused(
    sound: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoded finer, some frames borrow too much; nothing is cut off to make them fit."""
    monkeypatch.setattr(encoding, "_LOOP_BIT_RATE", 40)
    with pytest.raises(CueError, match=r"a frame of the loop takes \d+ bytes; 144 are the most"):
        encode_loop(sound)


def test_the_bed_is_the_same_bytes_each_time(loop: bytes) -> None:
    """No voice has a part in it."""
    assert produce(Bed(), Hummer(identity="another")) == loop == produce(Bed(), Hummer())
