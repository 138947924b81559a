"""The AudioPlayer: one stream, a queue behind it, and the events that tell of them.

Pure: time comes in as milliseconds, events go out as values for someone else to deliver.

While the runner and Alexa talk, the stream is held: it stops sounding and tells so, and goes
on by itself, unless it was stopped or replaced meanwhile. A held stream that is stopped for
good tells so a second time, and one that fails tells first that it failed, then that it
stopped: so does the player of Amazon's AVS Device SDK.
"""

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

from skill.coaching.movements import Milliseconds

NEARLY: Milliseconds = 10_000
"""How long before its end a stream is nearly finished. Devices differ: from the first moment,
when all of it is buffered, to the last."""


class Activity(StrEnum):
    """What the player is doing, as `context.AudioPlayer.playerActivity` has it."""

    IDLE = "IDLE"
    PLAYING = "PLAYING"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"
    FINISHED = "FINISHED"


class Happening(StrEnum):
    """What a player tells: the last part of the request's type."""

    STARTED = "PlaybackStarted"
    NEARLY_FINISHED = "PlaybackNearlyFinished"
    FINISHED = "PlaybackFinished"
    STOPPED = "PlaybackStopped"
    FAILED = "PlaybackFailed"


@dataclass(frozen=True, slots=True)
class Stream:
    """Something to play: from `start` on, `length` milliseconds long in all."""

    url: str
    token: str
    start: Milliseconds
    length: Milliseconds
    title: str = ""
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Playhead:
    """Where the player is; without a token if it never played."""

    activity: Activity
    token: str | None = None
    offset: Milliseconds = 0


@dataclass(frozen=True, slots=True)
class PlayerEvent:
    """Something the player tells, of which stream, and where the player was just then.

    `playhead` is of another stream than `token` if a queued stream failed.
    """

    kind: Happening
    token: str
    offset: Milliseconds
    playhead: Playhead
    error: str | None = None


class AudioPlayer:
    """Plays streams; every method that changes something returns the events it leads to.

    `held_as` is what a held stream is called, PAUSED or STOPPED.
    """

    def __init__(self, held_as: Activity = Activity.PAUSED) -> None:
        self.activity = Activity.IDLE
        self.stream: Stream | None = None
        self.offset: Milliseconds = 0
        self.queue: deque[Stream] = deque()
        self._held_as = held_as
        self._held = False
        self._told_nearly = False

    @property
    def token(self) -> str | None:
        """The token of the stream that plays, or played last."""
        return self.stream.token if self.stream else None

    @property
    def url(self) -> str | None:
        """The address of the stream that plays, or played last."""
        return self.stream.url if self.stream else None

    @property
    def playhead(self) -> Playhead:
        """Where the player is."""
        return Playhead(self.activity, self.token, self.offset)

    def play(self, stream: Stream) -> list[PlayerEvent]:
        """Play at once, in place of what plays and of all that is queued (REPLACE_ALL)."""
        return [*self.clear(), *self._start(stream)]

    def enqueue(self, stream: Stream, expected_previous: str) -> list[PlayerEvent]:
        """Play after what is last in the queue (ENQUEUE).

        Does nothing if that is not `expected_previous`: the skill was told too late.
        """
        last = self.queue[-1].token if self.queue else self.token
        if last != expected_previous:
            return []
        self.queue.append(stream)
        return self._start_next() if self.activity is Activity.FINISHED else []

    def replace_enqueued(self, stream: Stream) -> list[PlayerEvent]:
        """Play after what plays now, in place of all that is queued (REPLACE_ENQUEUED)."""
        self.queue = deque([stream])
        idle = self.activity in {Activity.IDLE, Activity.FINISHED}
        return self._start_next() if idle else []

    def stop(self) -> list[PlayerEvent]:
        """Stop for good (Stop): what is held will not go on by itself."""
        if self.activity is not Activity.PLAYING and not self._held:
            return []
        self._held = False
        self.activity = Activity.STOPPED
        return [self._event(Happening.STOPPED)]

    def clear(self) -> list[PlayerEvent]:
        """Stop, and forget the queue (CLEAR_ALL)."""
        self.queue.clear()
        return self.stop()

    def pause(self) -> None:
        """Pause by the device's own button, of which nobody is told."""
        if self.activity is Activity.PLAYING:
            self.activity = Activity.PAUSED

    def hold(self) -> list[PlayerEvent]:
        """Stop sounding while somebody speaks."""
        if self.activity is not Activity.PLAYING:
            return []
        self._held = True
        self.activity = self._held_as
        return [self._event(Happening.STOPPED)]

    def go_on(self) -> list[PlayerEvent]:
        """Sound again after everybody has spoken, if the stream was only held."""
        if not self._held:
            return []
        self._held = False
        self.activity = Activity.PLAYING
        return [self._event(Happening.STARTED)]

    def fail(self, error: str) -> list[PlayerEvent]:
        """Let the stream break off with one of Alexa's error types."""
        if self.stream is None:
            raise ValueError("nothing was played yet, so nothing can fail")
        failed = replace(self._event(Happening.FAILED), error=error)
        return [failed, *self.stop()]

    def refuse(self, stream: Stream, error: str, *, queued: bool) -> list[PlayerEvent]:
        """Tell that a stream cannot be had at all; one that is not queued replaced the others."""
        stopped = []
        if not queued:
            stopped = self.clear()
            self.stream, self.offset, self.activity = stream, stream.start, Activity.STOPPED
        return [
            *stopped,
            PlayerEvent(Happening.FAILED, stream.token, stream.start, self.playhead, error),
        ]

    def until_next(self) -> Milliseconds | None:
        """How long to play before something is to be told; None if nothing plays."""
        if self.stream is None or self.activity is not Activity.PLAYING:
            return None
        nearly = max(self.stream.length - NEARLY, self.stream.start)
        return (self.stream.length if self._told_nearly else nearly) - self.offset

    def advance(self, passed: Milliseconds) -> list[PlayerEvent]:
        """Let time pass, not past the next thing to tell; return what is to be told then."""
        left = self.until_next()
        if self.stream is None or left is None:
            return []
        if not 0 <= passed <= left:
            raise ValueError(f"{passed} ms cannot pass at once: something happens in {left} ms")
        self.offset += passed
        told = []
        if not self._told_nearly and passed == left:
            self._told_nearly = True
            told.append(self._event(Happening.NEARLY_FINISHED))
        if self.offset == self.stream.length:
            self.activity = Activity.FINISHED
            told += [self._event(Happening.FINISHED), *self._start_next()]
        return told

    def _start_next(self) -> list[PlayerEvent]:
        return self._start(self.queue.popleft()) if self.queue else []

    def _start(self, stream: Stream) -> list[PlayerEvent]:
        self.stream, self.offset, self.activity = stream, stream.start, Activity.PLAYING
        self._told_nearly = False
        return [self._event(Happening.STARTED)]

    def _event(self, kind: Happening) -> PlayerEvent:
        return PlayerEvent(kind, self.token or "", self.offset, self.playhead)
