"""Encoding to constant MP3 frames with LAME, and decoding to hear what a listener hears.

Only the frames a cue keeps are made here; their format and joining are `skill.guides.frames`.
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
    SAMPLE_RATE,
    SAMPLES_PER_FRAME,
    SILENT_FRAME,
    TAIL_FRAMES,
    count_frames,
    info_frame,
)

BIT_RATE = 48
"""kbit/s"""

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
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_out_sample_rate(SAMPLE_RATE)
    encoder.set_bit_rate(BIT_RATE)
    encoder.set_quality(_QUALITY)
    padded = np.zeros((frames + TAIL_FRAMES) * SAMPLES_PER_FRAME, np.float32)
    padded[: len(samples)] = samples / _LAME_SCALE
    encoded = bytes(encoder.encode(recording_of(padded).pcm)) + bytes(encoder.flush())
    cue = encoded[: frames * FRAME_BYTES]
    if count_frames(cue) != frames:
        raise CueError(f"LAME gave {count_frames(cue)} frames, not {frames}")
    return cue


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
