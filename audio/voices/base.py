"""What the studio needs of a voice, whoever speaks."""

from typing import Protocol

from audio.recording import Recording


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
