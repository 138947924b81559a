"""The chimes, synthesised: struck bars, soft at the edges, told apart by their melody.

Begin rises, release falls, half-way knocks twice on one note, and a repetition is one short
tap. All lie between 500 and 2,400 Hz, where small speakers and old ears still hear well.
"""

from dataclasses import dataclass

import numpy as np

from audio.loudness import Samples, from_decibels, integrated_loudness
from skill.guides.frames import SAMPLE_RATE

_C5, _E5, _G5, _C6 = 523.25, 659.26, 783.99, 1046.50

_PARTIALS = ((1.0, 1.0), (2.0, 0.30), (3.0, 0.08))
"""Of a struck bar: multiples of the pitch, and how loud each is. The higher, the sooner gone."""
_ATTACK_SECONDS = 0.006
_FADE_SECONDS = 0.040


@dataclass(frozen=True, slots=True)
class Note:
    """One stroke: when, how high, and the seconds after which it is down to a third."""

    start_seconds: float
    hertz: float
    decay_seconds: float


@dataclass(frozen=True, slots=True)
class Melody:
    """The strokes of one chime, its length, and its loudness in LUFS.

    Speech is at -14: a chime is heard well below that, the oftener it comes the softer.
    """

    seconds: float
    loudness: float
    notes: tuple[Note, ...]


MELODIES = {
    "begin": Melody(0.60, -16, (Note(0, _C5, 0.14), Note(0.13, _G5, 0.16))),
    "half": Melody(0.50, -16, (Note(0, _E5, 0.07), Note(0.16, _E5, 0.12))),
    "release": Melody(0.64, -16, (Note(0, _G5, 0.14), Note(0.13, _C5, 0.18))),
    "rep": Melody(0.18, -20, (Note(0, _C6, 0.04),)),
}


def synthesise(name: str) -> Samples:
    """Return a chime at its loudness; it begins and ends in silence."""
    melody = MELODIES[name]
    sound = np.zeros(round(melody.seconds * SAMPLE_RATE), np.float32)
    for note in melody.notes:
        start = round(note.start_seconds * SAMPLE_RATE)
        sound[start:] += _stroke(note, len(sound) - start)
    fade = round(_FADE_SECONDS * SAMPLE_RATE)
    sound[-fade:] *= _eased(fade)[::-1]
    return sound * from_decibels(melody.loudness - integrated_loudness(sound))


def _stroke(note: Note, length: int) -> Samples:
    time = np.arange(length, dtype=np.float32) / SAMPLE_RATE
    sound = np.zeros(length, np.float32)
    for multiple, level in _PARTIALS:
        decay = np.exp(-time * multiple / note.decay_seconds)
        sound += level * decay * np.sin(2 * np.pi * note.hertz * multiple * time)
    attack = round(_ATTACK_SECONDS * SAMPLE_RATE)
    sound[:attack] *= _eased(attack)
    return sound


def _eased(length: int) -> Samples:
    """Rise from 0 to 1 without a corner."""
    return np.asarray((1 - np.cos(np.pi * np.arange(length) / length)) / 2, np.float32)
