"""A voice for the tests that hums instead of speaking: quick, offline, and ill on demand."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from audio.errors import CueError, VoiceError
from audio.recording import Recording

RATE = 22_050
SILENCE_AROUND = 0.1
"""Seconds before and after the hum, as voices leave them."""


def hummed(text: str) -> np.ndarray:
    """A hum as long as the text takes to speak, in syllables, with silence around it."""
    moments = np.arange(round(RATE * (0.15 + sum(map(str.isalnum, text)) / 14))) / RATE
    tones = sum(np.sin(2 * np.pi * 140 * n * moments) / n for n in (1, 2, 3, 5))
    syllables = np.abs(np.sin(np.pi * moments / moments[-1] * max(1, len(text) // 4)))
    silence = np.zeros(round(RATE * SILENCE_AROUND))
    return np.concatenate((silence, tones * syllables * 0.3, silence))


def recorded(samples: np.ndarray) -> Recording:
    """Samples from -1 to 1 at the hummer's rate, as a recording."""
    return Recording((np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes(), RATE)


def refuse(text: str) -> Recording:
    raise CueError(f"the hummer refuses {text!r}")


def lose_voice(_text: str) -> Recording:
    raise VoiceError("the hummer has lost its voice")


def die(_text: str) -> Recording:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


AILMENTS: Mapping[str, Callable[[str], Recording]] = {
    "refuses": refuse,
    "lost": lose_voice,
    "dies": die,
    "empty": lambda _text: Recording(b"", RATE),
    "silent": lambda text: recorded(hummed(text) * 0),
    "clipped": lambda text: recorded(hummed(text) * 9),
    "breaks off": lambda text: recorded(hummed(text)[: RATE // 4]),
    "cut short": lambda text: recorded(hummed(text[:1])),
    "drones on": lambda text: recorded(np.tile(hummed(text), 9)),
}


@dataclass(frozen=True)
class Hummer:
    """Hums; `ails` says by text what goes wrong."""

    ails: Mapping[str, str] = field(default_factory=dict)
    identity: str = "hummer 1"

    def speak(self, text: str) -> Recording:
        ailment = self.ails.get(text)
        return AILMENTS[ailment](text) if ailment else recorded(hummed(text))
