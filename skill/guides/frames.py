"""MP3 frames of one constant size: what a guide is joined from. Decodes and encodes nothing.

Every frame is MPEG-2 layer III, 24 kHz, mono, 48 kbit/s, without CRC or padding: 144 bytes
hold 24 ms. So byte offset and time are linear in each other, and joining frames joins sound.

A decoder plays what was encoded 1,105 samples late (576 in the encoder, 529 of its own). An
Info frame in front tells players so; they then start and end exact to the sample. As the
delay pushes the last sounds out of the last frame, two more follow: the tail.
"""

from skill.coaching.cues import FRAME
from skill.coaching.errors import CoachError

FRAME_BYTES = 144
FRAME_MS = FRAME
SAMPLE_RATE = 24_000
SAMPLES_PER_FRAME = 576

FRAME_HEADER = b"\xff\xf3\x64\xc4"
SILENT_FRAME = FRAME_HEADER + bytes(FRAME_BYTES - len(FRAME_HEADER))
"""24 ms of digital silence."""

ENCODER_DELAY = 576
"""Samples by which an encoded sound lags within its frames."""
DECODER_DELAY = 529
"""Samples by which a decoder adds to that; each player knows its own."""
TAIL_FRAMES = 2
"""Silent frames after the last one, so that nothing stays behind in the two delays."""

SIDE_INFO_BYTES = 9
_MAIN_DATA_BEGIN = len(FRAME_HEADER)
"""Where a frame says how far back its data begin, in bytes; 0 means in this very frame."""
_GAIN = slice(len(FRAME_HEADER) + 3, len(FRAME_HEADER) + 5)
"""Where a frame has its gain: in the middle 8 of these 16 bits, the lowest two being others'."""


class BadFramesError(CoachError):
    """Bytes that are not whole frames of ours."""

    code = "bad-frames"


def _crc16_table() -> tuple[int, ...]:
    """CRC-16/ARC (polynomial 0x8005, reflected), as the LAME tag uses it."""
    table = []
    for byte in range(256):
        remainder = byte
        for _ in range(8):
            remainder = remainder >> 1 ^ (0xA001 if remainder & 1 else 0)
        table.append(remainder)
    return tuple(table)


_CRC16 = _crc16_table()


def _crc16(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CRC16[(crc ^ byte) & 0xFF]
    return crc


def info_frame(frame_count: int) -> bytes:
    """Return the Xing/LAME "Info" frame to put before `frame_count` frames, tail included.

    It tells a player to drop the delay at the start and the padding at the end, so that
    exactly `(frame_count - TAIL_FRAMES) * 576` samples are heard. The layout is the LAME
    tag's, without the table of contents (at a constant rate it says nothing, and it does not
    fit). Raise `ValueError` if there are fewer frames than the tail's.
    """
    if frame_count < TAIL_FRAMES:
        raise ValueError(f"{frame_count} frames cannot end in a tail of {TAIL_FRAMES}")
    heard = (frame_count - TAIL_FRAMES) * SAMPLES_PER_FRAME
    padding = frame_count * SAMPLES_PER_FRAME - ENCODER_DELAY - heard
    size = (frame_count + 1) * FRAME_BYTES
    frames_and_bytes_follow = 3
    tag = b"".join(
        (
            FRAME_HEADER,
            bytes(SIDE_INFO_BYTES),
            b"Info",
            frames_and_bytes_follow.to_bytes(4, "big"),
            frame_count.to_bytes(4, "big"),
            size.to_bytes(4, "big"),
            b"LAME3.100",
            b"\x01",  # tag revision 0, constant bit rate
            bytes(1 + 4 + 2 + 2 + 1),  # low-pass, peak, radio and audiophile gain, flags: not told
            b"\x30",  # 48 kbit/s
            (ENCODER_DELAY << 12 | padding).to_bytes(3, "big"),
            bytes(1 + 1 + 2),  # misc, mp3 gain, preset: not told
            size.to_bytes(4, "big"),
            bytes(2),  # CRC of the music: not told
        )
    )
    return (tag + _crc16(tag).to_bytes(2, "big")).ljust(FRAME_BYTES, b"\0")


def turned_down(frame: bytes, steps: int) -> bytes:
    """Return a frame that sounds softer by 1.5 dB a step (6 dB are four), as far as that goes."""
    field = int.from_bytes(frame[_GAIN])
    lower = field - (min(steps, field >> 2 & 0xFF) << 2)
    return frame[: _GAIN.start] + lower.to_bytes(2) + frame[_GAIN.stop :]


def count_frames(data: bytes) -> int:
    """Return the number of frames of a cue.

    Raise `BadFramesError` if it is empty, not whole frames, has a frame with another header,
    or begins with a frame that needs the one before it (it would break at a join).
    """
    frames, rest = divmod(len(data), FRAME_BYTES)
    if not frames or rest:
        raise BadFramesError(
            f"{len(data)} bytes are no whole number of {FRAME_BYTES}-byte frames, or none at all"
        )
    for place, byte in enumerate(FRAME_HEADER):
        column = data[place::FRAME_BYTES]
        if column.count(byte) != frames:
            wrong = next(frame for frame, value in enumerate(column) if value != byte)
            found = data[wrong * FRAME_BYTES :][: len(FRAME_HEADER)]
            raise BadFramesError(
                f"frame {wrong} begins with {found.hex()}; every frame begins with "
                f"{FRAME_HEADER.hex()} (MPEG-2 layer III, 24 kHz, mono, 48 kbit/s)"
            )
    if data[_MAIN_DATA_BEGIN] != 0:
        raise BadFramesError("the first frame needs data from a frame before it")
    return frames
