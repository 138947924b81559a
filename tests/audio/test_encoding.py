"""Encoding: what goes in comes out at its place, at its level, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.encoding import decode, encode, frames_for
from audio.loudness import decibels
from skill.guides.frames import (
    FRAME_BYTES,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SILENT_FRAME,
    TAIL_FRAMES,
    count_frames,
    info_frame,
)
from tests.audio.conftest import Decoder


def struck(seconds: float, hertz: float = 700) -> np.ndarray:
    """A tone that begins at once and dies away."""
    moments = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return 0.6 * np.sin(2 * np.pi * hertz * moments) * np.exp(-moments * 6)


def cue(seconds: float, hertz: float = 700) -> bytes:
    sound = struck(seconds, hertz)
    return encode(sound, frames_for(len(sound)))


def guide(*units: bytes) -> bytes:
    """Units of frames joined as a guide is."""
    body = b"".join(units) + SILENT_FRAME * TAIL_FRAMES
    return info_frame(len(body) // FRAME_BYTES) + body


@pytest.mark.parametrize("frames", [0, 1, 40, 333])
def test_a_cue_is_heard_on_the_sample_it_was_put_at(frames: int, listen: Decoder) -> None:
    """In both decoders a cue after so many silent frames starts there, to the sample."""
    heard = listen(guide(SILENT_FRAME * frames, cue(0.5)))
    sound, start = struck(0.5), frames * SAMPLES_PER_FRAME
    size = 2 * max(len(heard), len(sound))
    matches = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sound, size)))
    assert int(np.argmax(matches)) == start
    assert not np.any(np.abs(heard[: max(0, start - SAMPLE_RATE // 20)]) > 1e-4)


def test_a_guide_lasts_its_frames_exactly(listen: Decoder) -> None:
    """Both decoders give 576 samples for each frame, no more at the start or the end."""
    unit = cue(0.7)
    heard = listen(guide(unit, SILENT_FRAME * 9, unit))
    assert len(heard) == (2 * count_frames(unit) + 9) * SAMPLES_PER_FRAME


def test_encoding_keeps_the_level() -> None:
    """LAME's scale of 0.95 is made up for: a tone comes out as loud as it went in."""
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    heard = decode(encode(tone, frames_for(len(tone))))[4800:19_200]
    assert decibels(float(np.abs(heard).max())) == pytest.approx(decibels(0.5), abs=0.05)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20_000), st.integers(0, 2**32 - 1))
def test_a_cue_is_all_in_its_frames(length: int, seed: int) -> None:
    """However long, and loud at its end: nothing is cut off, and what follows is silence."""
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, length).astype(np.float32)
    frames = frames_for(length)
    heard = decode(encode(noise, frames) + SILENT_FRAME * 9)
    with_room = decode(encode(noise, frames + 9))
    assert np.allclose(heard[:length], with_room[:length], atol=1e-4)
    assert not np.any(heard[frames * SAMPLES_PER_FRAME :])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 0.6), st.floats(200, 4000)), min_size=2, max_size=5))
def test_joined_cues_are_heard_as_each_alone(parts: list[tuple[float, float]]) -> None:
    """No click at a join: it decodes to the sum of its cues, each heard alone at its place."""
    units = [cue(seconds, hertz) for seconds, hertz in parts]
    silences = [SILENT_FRAME * count_frames(unit) for unit in units]
    alone = [
        decode(b"".join([*silences[:place], unit, *silences[place + 1 :]]))
        for place, unit in enumerate(units)
    ]
    assert np.allclose(decode(b"".join(units)), np.sum(alone, axis=0), atol=1e-4)


def test_encoding_twice_gives_the_same_bytes() -> None:
    """The encoder carries nothing over from one cue to the next."""
    first = cue(0.4)
    cue(0.9, 3000)
    assert cue(0.4) == first
