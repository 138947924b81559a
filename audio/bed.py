"""The bed: a warm, quiet chord to lie under holds, synthesised as a loop without a seam.

Each note swells and falls at its own pace, so that the chord breathes and never quite stands
still. Every partial and every swell fits into the loop a whole number of times: its end leads
into its beginning. It is in the key of the chimes.
"""

import numpy as np

from audio.loudness import Samples, from_decibels, integrated_loudness
from skill.guides.frames import SAMPLE_RATE

SECONDS = 6
"""250 frames exactly."""
LOUDNESS = -32.0
"""LUFS: 18 below speech, and far enough below that it counts for nothing in a guide's loudness."""

_NOTES = ((130.81, 1.0, 1), (196.00, 0.7, 2), (261.63, 0.5, 3), (329.63, 0.35, 2))
"""C3, G3, C4, E4: hertz, level, and how many times it swells within the loop."""
_SWELL = 0.5
"""How far a note swells above and falls below its level, as a part of it."""
_PARTIALS = ((1, 1.0), (2, 0.25), (3, 0.08))
"""Multiples of the pitch, and how loud each is: few and soft, as in a flute or an organ's stop."""


def synthesise() -> Samples:
    """Return the loop at its loudness."""
    time = np.arange(SECONDS * SAMPLE_RATE) / (SECONDS * SAMPLE_RATE)
    sound = np.zeros(len(time))
    for number, (hertz, level, swells) in enumerate(_NOTES):
        later = number / len(_NOTES)
        swell = 1 + _SWELL * np.cos(2 * np.pi * (swells * time + later))
        cycles = round(hertz * SECONDS)
        for multiple, part in _PARTIALS:
            phase = 2 * np.pi * (multiple * cycles * time + later)
            sound += level * part * swell * np.sin(phase)
    loop = sound.astype(np.float32)
    return loop * from_decibels(LOUDNESS - integrated_loudness(loop))
