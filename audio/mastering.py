"""Mastering: any voice's sound to one loudness, under one peak, without clicks or pumping.

Amazon asks for -14 LUFS and true peaks of at most -2 dBTP. Plain gain cannot give both (the
peaks of a synthetic voice stand 18 dB above its loudness), so: a high-pass against rumble, a
compressor, then gain into a soft clip and a limiter, as much as the loudness needs.

All of it looks ahead, as only a studio can: gains are smoothed around each sample, not after.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import soxr

from audio.loudness import Samples, fft_size, from_decibels, integrated_loudness, peaks_around
from audio.recording import Recording
from skill.guides.frames import SAMPLE_RATE

LOUDNESS = -13.7
"""LUFS of a cue; in a guide, chimes and the edges of words bring it to Amazon's -14."""
HIGHEST_PEAK = -2.0
"""dBTP, what Amazon allows, in what a listener decodes."""

_FULL_SCALE = np.float32(32768)
_RUMBLE_HERTZ = 70

_THRESHOLD = -28.0
"""dB, above which the compressor lets only a third of a rise through."""
_RATIO = 3
_DETECTION = SAMPLE_RATE * 20 // 1000
"""Samples on each side that tell the compressor the level."""

_CLIP_ABOVE_CEILING, _CLIP_KNEE = 1.6, 0.6
"""Where peaks end in the soft clip, beside the ceiling; from which part of that on they bend."""
_LOOK_AHEAD = SAMPLE_RATE // 1000
"""Samples on each side over which the limiter turns a peak down."""

_TOLERANCE = 0.1
_MOST_TRIES = 12
_USUAL_LOSS, _STEP = 0.6, 1.5
"""dB that clip and limiter take from most speech; the more goes in, the more they take."""
_MOST_PUSH = 6.0
"""dB of gain to make up for that; past it, loudness would cost the words' clarity."""


@dataclass(frozen=True, slots=True)
class EvenSound:
    """Speech after the steps that do not depend on the ceiling: ready to be brought to level."""

    samples: Samples

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Resample to 24 kHz, take the rumble out, even the loud and the soft out."""
        return cls(_compressed(_without_rumble(samples_of(recording))))

    def at_level(self, ceiling: float) -> Samples:
        """Return the sound at `LOUDNESS`, with no peak above a ceiling in dB.

        A sound that cannot be so loud under the ceiling is left as loud as it well can be.
        """
        plain = LOUDNESS - integrated_loudness(self.samples)
        gain = plain + _USUAL_LOSS
        for _ in range(_MOST_TRIES):
            mastered = _limited(self.samples * from_decibels(gain), from_decibels(ceiling))
            missing = LOUDNESS - integrated_loudness(mastered)
            if abs(missing) < _TOLERANCE or gain == plain + _MOST_PUSH:
                break
            gain = min(gain + missing * _STEP, plain + _MOST_PUSH)
        return mastered


def amplitudes(recording: Recording) -> Samples:
    """Return a recording as numbers from -1 to 1, at the rate it has."""
    return np.frombuffer(recording.pcm, np.int16).astype(np.float32) / _FULL_SCALE


def samples_of(recording: Recording) -> Samples:
    """Return a recording as numbers from -1 to 1, at 24 kHz."""
    samples = amplitudes(recording)
    if recording.rate == SAMPLE_RATE:
        return samples
    return np.asarray(soxr.resample(samples, recording.rate, SAMPLE_RATE))


def recording_of(samples: Samples) -> Recording:
    """Return samples at 24 kHz as a recording of 16 bits."""
    whole = np.clip(np.rint(samples * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1)
    return Recording(whole.astype(np.int16).tobytes(), SAMPLE_RATE)


def _without_rumble(samples: Samples) -> Samples:
    """Take away what lies under the voice, a constant offset included; shifts no phase."""
    size = fft_size(len(samples))
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE).astype(np.float32)
    steep = (frequency / _RUMBLE_HERTZ) ** 4
    cleaned = np.fft.irfft(np.fft.rfft(samples, size) * (steep / (1 + steep)), size)
    return np.asarray(cleaned[: len(samples)], np.float32)


def _compressed(samples: Samples) -> Samples:
    """Bring what lies above the threshold nearer to it, by the level of the 40 ms around."""
    power = _moving_mean(_moving_mean(samples * samples, _DETECTION), _DETECTION)
    above = np.maximum(0, 10 * np.log10(np.maximum(power, 1e-12)) - _THRESHOLD)
    return np.asarray(samples * 10 ** (above * (1 / _RATIO - 1) / 20))


def _moving_mean(values: Samples, width: int) -> Samples:
    """Return the mean of the `width` values around each one; zeros lie beyond the ends."""
    before = width // 2
    sums = np.cumsum(np.pad(values, (before + 1, width - before - 1)), dtype=np.float64)
    return ((sums[width:] - sums[:-width]) / width).astype(np.float32)


def _limited(samples: Samples, ceiling: float) -> Samples:
    """Keep every sample within the ceiling: round off the highest peaks, turn down the rest."""
    samples = _soft_clipped(samples, ceiling * _CLIP_ABOVE_CEILING)
    allowed = np.minimum(1, ceiling / np.maximum(peaks_around(samples), 1e-12))
    width = 2 * _LOOK_AHEAD + 1
    lowest = _lowest_of_next(np.pad(allowed, 2 * _LOOK_AHEAD, constant_values=1), width)
    window = np.hanning(width + 2)[1:-1].astype(np.float32)
    return samples * np.convolve(lowest, window / window.sum(), mode="valid")


def _lowest_of_next(values: Samples, width: int) -> Samples:
    """Return the lowest of each `width` values in a row, by doubling the row looked at."""
    lowest, looked_at = values, 1
    while looked_at < width:
        step = min(looked_at, width - looked_at)
        lowest = np.minimum(lowest[step:], lowest[:-step])
        looked_at += step
    return lowest


def _soft_clipped(samples: Samples, ceiling: float) -> Samples:
    """Leave what is under the knee as it is, and bend what is over it towards the ceiling."""
    height = np.abs(samples) / ceiling
    room = 1 - _CLIP_KNEE
    bent = _CLIP_KNEE + room * np.tanh((height - _CLIP_KNEE) / room)
    return np.copysign(np.where(height > _CLIP_KNEE, bent, height) * ceiling, samples)
