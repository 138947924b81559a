"""What the studio needs of a voice, whoever speaks."""

import re
from typing import Protocol

from audio.recording import Recording

SENTENCE_PAUSE = 0.55
"""Seconds between two sentences, for voices that leave it to us: time to do what was said."""

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order."""
    return _SENTENCE_END.split(text)


def with_pauses(spoken: list[bytes], rate: int) -> Recording:
    """Return spoken sentences as one recording, with a pause between each and the next."""
    return Recording(bytes(2 * round(rate * SENTENCE_PAUSE)).join(spoken), rate)


class Voice(Protocol):
    """Someone who speaks a text. Must survive pickling: each process speaks with its own copy."""

    @property
    def identity(self) -> str:
        """Engine, version, voice and settings: a cue is recorded anew when this changes."""

    def speak(self, text: str) -> Recording:
        """Speak plain prose.

        Raise `VoiceError` if the voice cannot speak at all, and `CueError` if it is this
        text that it makes nothing of.
        """
