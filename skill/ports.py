"""Ports: what the session manager and the doors need of the world outside, as protocols."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from skill.coaching.cues import CueSheet
from skill.coaching.errors import CoachError
from skill.coaching.movements import Milliseconds
from skill.coaching.timeline import Timeline
from skill.coaching.values import value_class

T = TypeVar("T")


class StoreError(CoachError):
    """The store cannot be reached, or refuses to work; the message says why."""

    code = "store"


class ConflictError(StoreError):
    """Somebody else has written since we read: read again, decide again, write again."""

    code = "conflict"


class InDoubtError(StoreError):
    """The store was asked to write and has not answered: it may be written, or be so later."""

    code = "in-doubt"


class ShelfError(CoachError):
    """A guide or clip cannot be put where devices fetch it; the message says why."""

    code = "shelf"


@value_class
class Stored:
    """A document as it was found, and its version.

    Each write over a document counts its version up by one. Where a first one begins is the
    store's own affair, but under a key no version comes twice, not even after a deletion: nobody
    who has read a document ever overwrites its successor.
    """

    document: bytes
    version: int


class Documents(Protocol):
    """One document a runner, each write conditional on what was read.

    Every method raises `StoreError` if the store cannot be reached.
    """

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None where there is none."""
        ...

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one where `replacing` is None.

        When it returns it is kept whatever becomes of this process; an embedded store may take
        a moment more until it is kept if the power goes. Raise `ConflictError`, and change
        nothing, if the version under this key is another by now.
        """
        ...

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, byte for byte, before it is replaced.

        Keeping the same version again changes nothing. Neither does keeping one that is not the
        newest any more: who replaced it has kept it, and who deleted it wanted it gone.
        """
        ...

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and every copy that was kept aside under its key.

        Durable when it returns: nobody can load it any more, come what may. An embedded store may
        take a moment more until no byte of it is left to be found, or, where somebody keeps it
        from that by reading on, or the process ends, makes it so at the next chance. Raise
        `ConflictError`, and change nothing, if the version under this key is another by now;
        where there is none, nothing happens.
        """
        ...


class SessionStore(Documents, Protocol):
    """Where documents are kept."""

    def visit(self, work: Callable[[Documents], T]) -> T:
        """Return what `work` does with the documents, in one go where each way there costs time.

        It may be done in another thread. Whatever this raises, `work` goes no further.
        """
        return work(self)

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

    def clip(self, timeline: Timeline, step: int, start: Milliseconds | None = None) -> bytes:
        """Return the MP3 of one of its steps, from an offset in the timeline to its end.

        Raise `IndexError` if there is no such step, or `start` is not in it.
        """
        ...


class GuideShelf(Protocol):
    """Where devices fetch guides and clips from.

    Of a guide and a clip it is made sure that they are there, within the time an answer has;
    `ShelfError` is raised if that cannot be.
    """

    def guide(self, timeline: Timeline) -> str:
        """Return the address of the guide of a timeline."""
        ...

    def clip(self, timeline: Timeline, step: int, start: Milliseconds) -> str:
        """Return the address of one of its steps, from an offset in the timeline to its end."""
        ...

    def picture(self, file: str) -> str:
        """Return the address of a drawn picture, by its file's name (`skill.pictures.art`)."""
        ...

    def close(self) -> None:
        """Let go of whatever is held open; the shelf is not used afterwards."""
        ...
