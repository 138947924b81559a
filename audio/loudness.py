"""Loudness and peaks as broadcasters measure them. Changes no sound.

Sources: ITU-R BS.1770-4 (K-weighting, gating, true peak), with the filters' analogue
prototypes as B. De Man gives them ("Evaluation of implementations of the EBU R128 loudness
measurement", AES 2018), which hold for any sample rate.
"""

from functools import lru_cache, reduce
from math import log10, pi, tan

import numpy as np
import numpy.typing as npt
import soxr

from skill.guides.frames import SAMPLE_RATE

Samples = npt.NDArray[np.float32]
"""Mono sound at 24 kHz; full scale is from -1 to 1."""

SILENCE = -120.0
"""What digital silence measures here, in LUFS or dB."""

_BLOCK = SAMPLE_RATE * 400 // 1000
_HOP = SAMPLE_RATE * 10 // 1000
"""Finer than a meter's 100 ms: it must not matter where on a meter's grid a cue begins."""
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0

_Response = npt.NDArray[np.complexfloating]


def decibels(amplitude: float) -> float:
    """Return an amplitude (1 is full scale) in dB, never below `SILENCE`."""
    return 20 * log10(amplitude) if amplitude > 10 ** (SILENCE / 20) else SILENCE


def from_decibels(level: float) -> float:
    """Return a level in dB as an amplitude (0 dB is 1)."""
    return float(10 ** (level / 20))


def integrated_loudness(samples: Samples) -> float:
    """Return the gated loudness in LUFS, as a meter hears the sound with silence around it.

    That is how a cue stands in a guide: so a guide is as loud as the cues it is made of, and
    a word shorter than a meter's block of 400 ms has a loudness at all.
    """
    sound = np.pad(samples, _BLOCK)
    size = fft_size(len(sound))
    weighted = np.fft.irfft(np.fft.rfft(sound, size) * _k_weighting(size), size)[: len(sound)]
    energy = np.concatenate(([0.0], np.cumsum(weighted * weighted, dtype=np.float64)))
    starts = np.arange(0, len(sound) - _BLOCK + 1, _HOP)
    powers = (energy[starts + _BLOCK] - energy[starts]) / _BLOCK
    powers = powers[powers > _power(_ABSOLUTE_GATE)]
    if not powers.size:
        return SILENCE
    powers = powers[powers > powers.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return _loudness(powers.mean())


def true_peak(samples: Samples) -> float:
    """Return the highest peak in dBTP, between the samples as well."""
    if not samples.size:
        return SILENCE
    return decibels(float(np.max(peaks_around(samples, fineness=8))))


def peaks_around(samples: Samples, fineness: int = 4) -> Samples:
    """Return for each sample the highest amplitude there and up to the next one.

    `fineness` is how many points are looked at for each sample; 4 miss up to 0.2 dB.
    """
    finer = soxr.resample(samples, SAMPLE_RATE, SAMPLE_RATE * fineness)
    peaks = np.abs(finer, out=finer)
    between = (peaks[place::fineness] for place in range(fineness))
    return reduce(np.maximum, between, np.abs(samples))


def _loudness(power: float) -> float:
    return -0.691 + 10 * log10(power)


def _power(loudness: float) -> float:
    return float(10 ** ((loudness + 0.691) / 10))


def fft_size(length: int) -> int:
    """Return a size that is fast to transform, with room for a filter to ring on for 0.1 s."""
    least = length + SAMPLE_RATE // 10
    power = 1 << (least - 1).bit_length()
    return min(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= least)


@lru_cache(maxsize=8)
def _k_weighting(size: int) -> _Response:
    """Return the frequency response for an FFT of this size: a high shelf and a high-pass."""
    delay: _Response = np.exp(-2j * pi * np.arange(size // 2 + 1) / size)

    # In place, because half a million complex numbers take their room.
    def polynomial(low: float, middle: float, high: float) -> _Response:
        value = delay.copy()
        value *= high
        value += middle
        value *= delay
        value += low
        return value

    def section(b: tuple[float, float, float], a: tuple[float, float, float]) -> _Response:
        response = polynomial(*b)
        response /= polynomial(*a)
        return response

    k, q = tan(pi * 1681.974450955533 / SAMPLE_RATE), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    poles = (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k)
    zeros = (high + middle * k / q + k * k, 2 * (k * k - high), high - middle * k / q + k * k)
    response = section(zeros, poles)

    k, q = tan(pi * 38.13547087602444 / SAMPLE_RATE), 0.5003270373238773
    scale = 1 + k / q + k * k
    poles = (1.0, 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale)
    response *= section((1.0, -2.0, 1.0), poles)
    return response.astype(np.complex64)
