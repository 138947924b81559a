"""Encoding to constant MP3 frames with LAME, and decoding to hear what a listener hears.

Only the frames a cue keeps are made here; their format and joining are `skill.guides.frames`.

LAME lets a frame borrow room from the frames before it: its data may begin there. That is
fine inside a cue, which is played from its first frame on. It is not for a loop, which is
joined at any frame: there each frame must hold its own data.
"""

import io

import lameenc
import numpy as np
import soundfile

from audio.errors import CueError
from audio.loudness import Samples
from audio.mastering import recording_of
from audio.recording import Recording
from skill.guides.frames import (
    DECODER_DELAY,
    ENCODER_DELAY,
    FRAME_BYTES,
    FRAME_HEADER,
    FRAME_MS,
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SIDE_INFO_BYTES,
    SILENT_FRAME,
    TAIL_FRAMES,
    count_frames,
    info_frame,
)

BIT_RATE = 48
"""kbit/s"""
_LOOP_BIT_RATE = 24
"""kbit/s; so low that a frame with all it borrowed fits into one of ours. A bed needs no more."""

_QUALITY = 7
"""At this rate better than 2 or 5 (less overshoot, more signal to noise), and faster."""

_LAME_SCALE = 0.95
"""What LAME multiplies its input by at a constant bit rate, to keep clear of clipping."""


def frames_for(samples: int) -> int:
    """Return how many frames a cue of this many samples takes.

    It ends in the silence that an encoder and a decoder need to let go of the sound: nothing
    of it reaches past its last frame.
    """
    delay = ENCODER_DELAY + DECODER_DELAY
    return -(-(samples + delay) // SAMPLES_PER_FRAME)


def encode(samples: Samples, frames: int) -> bytes:
    """Return exactly so many frames that sound as the samples do from their first frame on."""
    padded = np.zeros((frames + TAIL_FRAMES) * SAMPLES_PER_FRAME, np.float32)
    padded[: len(samples)] = samples
    cue = _lame(padded, BIT_RATE)[: frames * FRAME_BYTES]
    if count_frames(cue) != frames:
        raise CueError(f"LAME gave {count_frames(cue)} frames, not {frames}")
    return cue


def encode_loop(samples: Samples) -> bytes:
    """Return the frames of a sound that leads from its end into its beginning.

    Each holds its own data. It must last a whole number of frames; raise `CueError` if a frame
    has more data than it can hold.
    """
    size, head = _LOOP_BIT_RATE * FRAME_MS // 8, len(FRAME_HEADER) + SIDE_INFO_BYTES
    encoded = _lame(np.tile(samples, 3), _LOOP_BIT_RATE)
    frames = [encoded[start : start + size] for start in range(0, len(encoded), size)]
    stream = b"".join(frame[head:] for frame in frames)
    # The second of the three, before and after which the sound is the same.
    count = len(samples) // SAMPLES_PER_FRAME
    return b"".join(
        _whole_frame(frames[number][len(FRAME_HEADER) : head], stream, number * (size - head))
        for number in range(count, 2 * count)
    )


def _whole_frame(side: bytes, stream: bytes, place: int) -> bytes:
    """Return a frame with its own data, which `stream` has near the frame's place in it.

    `side` is the side information (ISO 13818-3, 2.4.1.7): 8 bits that tell how many bytes
    before that place the data begin, one bit without a meaning, 12 bits that tell how many
    bits of data there are.
    """
    start = place - side[0]
    length = -(-(int.from_bytes(side) >> 51 & 0xFFF) // 8)
    frame = FRAME_HEADER + b"\0" + side[1:] + stream[start : start + length]
    if len(frame) > FRAME_BYTES:
        raise CueError(f"a frame of the loop takes {len(frame)} bytes; {FRAME_BYTES} are the most")
    return frame.ljust(FRAME_BYTES, b"\0")


def _lame(samples: Samples, bit_rate: int) -> bytes:
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_out_sample_rate(SAMPLE_RATE)
    encoder.set_bit_rate(bit_rate)
    encoder.set_quality(_QUALITY)
    pcm = recording_of(samples / _LAME_SCALE).pcm
    return bytes(encoder.encode(pcm)) + bytes(encoder.flush())


def decode(frames: bytes) -> Samples:
    """Return what a player gives for these frames, 576 samples for each."""
    tail = SILENT_FRAME * TAIL_FRAMES
    count = len(frames) // FRAME_BYTES + TAIL_FRAMES
    samples, _ = soundfile.read(io.BytesIO(info_frame(count) + frames + tail), dtype="float32")
    return np.asarray(samples)


def decode_recording(mp3: bytes) -> Recording:
    """Return a voice's MP3 as a recording; raise `CueError` if it is none."""
    try:
        samples, rate = soundfile.read(io.BytesIO(mp3), dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise CueError(f"the voice gave no MP3: {error}") from error
    return Recording(samples.mean(axis=1).astype(np.int16).tobytes(), rate)
