"""Ports: what the session manager and the doors need of the world outside, as protocols."""

from dataclasses import dataclass
from typing import Protocol

from skill.coaching.cues import CueSheet
from skill.coaching.errors import CoachError
from skill.coaching.timeline import Timeline


class StoreError(CoachError):
    """The store cannot be reached, or refuses to work; the message says why."""

    code = "store"


class ConflictError(StoreError):
    """Somebody else has written since we read: read again, decide again, write again."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was found; `version` counts its writes from 1."""

    document: bytes
    version: int


class SessionStore(Protocol):
    """One document a runner, each write conditional on what was read.

    Every method raises `StoreError` if the store cannot be reached.
    """

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None where there is none."""
        ...

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one where `replacing` is None.

        Durable when it returns. Raise `ConflictError`, and change nothing, if the version
        under this key is another by now.
        """
        ...

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, byte for byte, before it is replaced.

        Keeping the same version again changes nothing.
        """
        ...

    def close(self) -> None:
        """Let go of whatever is held open; the store is not used afterwards."""
        ...


class GuideLibrary(Protocol):
    """One recording of all cues, and the audio that is joined from it."""

    @property
    def digest(self) -> str:
        """The name of the recording; another recording has another name."""
        ...

    @property
    def cue_sheet(self) -> CueSheet:
        """The lengths of all cues."""
        ...

    def guide(self, timeline: Timeline) -> bytes:
        """Return the MP3 of a whole timeline."""
        ...

    def clip(self, timeline: Timeline, step: int) -> bytes:
        """Return the MP3 of one of its steps."""
        ...
