"""Frames of one constant size, and the Info frame that tells players where the sound lies."""

import io

import numpy as np
import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skill.guides.frames import (
    FRAME_BYTES,
    FRAME_HEADER,
    FRAME_MS,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SILENT_FRAME,
    TAIL_FRAMES,
    BadFramesError,
    count_frames,
    info_frame,
)

LAME_TAG_CRC = slice(63, 65)


def test_a_frame_lasts_as_long_as_the_grid_of_the_timeline() -> None:
    """144 bytes at 48 kbit/s and 576 samples at 24 kHz are the same 24 ms."""
    assert FRAME_BYTES * 8 / 48_000 == SAMPLES_PER_FRAME / SAMPLE_RATE == FRAME_MS / 1000


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3000))
@example(1)
def test_a_decoder_gives_exactly_the_length_that_the_info_frame_tells(frames: int) -> None:
    """Silent frames under an Info frame decode to 576 zeros each, and not one more or less."""
    count = frames + TAIL_FRAMES
    samples, rate = soundfile.read(io.BytesIO(info_frame(count) + SILENT_FRAME * count))
    assert rate == SAMPLE_RATE
    assert samples.shape == (frames * SAMPLES_PER_FRAME,)
    assert not np.any(samples)


@settings(deadline=None)
@given(st.integers(TAIL_FRAMES, 150_000))
def test_the_info_frame_is_one_frame_whose_checksum_is_right(frames: int) -> None:
    """It is 144 bytes with our header, and its CRC-16 covers all that stands before it."""
    frame = info_frame(frames)
    assert len(frame) == FRAME_BYTES
    assert frame.startswith(FRAME_HEADER)
    assert int.from_bytes(frame[LAME_TAG_CRC], "big") == crc16(frame[: LAME_TAG_CRC.start])


def crc16(data: bytes) -> int:
    """CRC-16/ARC written bit by bit from its definition; its check value is tested below."""
    register = 0
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 * (register & 1))
    return register


def test_the_checksum_in_these_tests_is_the_published_one() -> None:
    """CRC-16/ARC of "123456789" is BB3D."""
    assert crc16(b"123456789") == 0xBB3D


def test_an_info_frame_needs_the_tail_it_promises() -> None:
    """Fewer frames than the tail's cannot be described."""
    with pytest.raises(ValueError, match="cannot end in a tail of 2"):
        info_frame(TAIL_FRAMES - 1)


@settings(deadline=None)
@given(st.integers(1, 50))
def test_whole_frames_are_counted(count: int) -> None:
    """As many frames are counted as were put there."""
    assert count_frames(SILENT_FRAME * count) == count


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "0 bytes"),
        (SILENT_FRAME[:-1], "143 bytes"),
        (SILENT_FRAME + b"\0", "145 bytes"),
        (SILENT_FRAME + bytes(FRAME_BYTES), "frame 1 begins with 00000000"),
        (SILENT_FRAME * 2 + b"\xff\xfb" + SILENT_FRAME[2:], "frame 2 begins with fffb64c4"),
        (FRAME_HEADER + b"\x07" + SILENT_FRAME[5:], "data from a frame before"),
    ],
)
def test_what_is_not_whole_frames_of_ours_is_refused(data: bytes, complaint: str) -> None:
    """Nothing at all, a cut, a stranger's header and a frame that leans on another are named."""
    with pytest.raises(BadFramesError, match=complaint):
        count_frames(data)
