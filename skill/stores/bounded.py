"""A store that answers in time, whatever the one behind it does.

A disk that hangs cannot be hurried, and a thread that waits for it cannot be called off. So the
store is visited in threads of their own, and whoever waits for a visitor does so for as long as
the store may take, and no longer. A visitor who was given up does nothing any more once the store
has answered: what it had been asked to write is written all the same, and only over what it was to
replace; what it refuses then, the log has. The end of the process waits for none of these threads.

Every request pays for this: for two changes of threads, and little else. So all that it has to do
at the store is one visit, and the thread that was idle last, with its warm connection, is sent.
"""

import logging
import math
import os
import time
import weakref
from collections.abc import Callable
from contextvars import copy_context
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from skill.ports import Documents, SessionStore, Stored, StoreError

SECONDS = 0.7
"""How long a load, or a write, may take. Both of them, a copy kept aside, and an answer fit into
3 s, even where the event had to wait for its turn (0.3 s) and lost races before (0.6 s)."""
COPY_SHARE = 0.5
"""The part of it that keeping a copy aside may take: only what follows it needs the store."""
MOST_GIVEN_UP = 8
"""As long as so many visitors are still away who were given up, nobody is sent after them."""
MOST_IDLE = 8
"""How many threads stay that have nothing to do, each with its connection."""
NEVER = math.inf
_LOOK_SECONDS = 0.1
_CLOSING_LOOK_SECONDS = 0.005

T = TypeVar("T")
A = TypeVar("A")

log = logging.getLogger(__name__)


class BoundedStore(SessionStore):
    """Implements `SessionStore` with another one, and raises `StoreError` when that is too slow."""

    def __init__(
        self, store: SessionStore, *, seconds: float = SECONDS, most_given_up: int = MOST_GIVEN_UP
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._most_given_up = most_given_up
        self._visitors = _Visitors()
        # Who lets go of a store without closing it, leaves no threads behind.
        weakref.finalize(self, self._visitors.dismiss).atexit = False

    def visit(self, work: Callable[[Documents], T]) -> T:
        """Return what `work` does with the store; of its time only the store's own is bounded."""
        given_up = self._visitors.given_up
        if given_up >= self._most_given_up:
            raise StoreError(f"the store has not answered {given_up} others yet")
        visit = _Visit(self._store, work, self._seconds)
        self._visitors.send(visit)
        return visit.outcome()

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        return self.visit(lambda store: store.load(key))

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        self.visit(lambda store: store.save(key, document, replacing))

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        self.visit(lambda store: store.keep_aside(key, stored))

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and all copies of its key."""
        self.visit(lambda store: store.delete(key, replacing))

    def close(self) -> None:
        """Close the store once it has done what it was asked; one that hangs is left as it is."""
        deadline = time.monotonic() + self._seconds
        try:
            while self._visitors.away:
                if time.monotonic() > deadline:
                    return
                time.sleep(_CLOSING_LOOK_SECONDS)
            self._store.close()
        finally:
            self._visitors.dismiss()


class _Visit(Documents, Generic[T]):
    """Something to do at a store, and what comes of it; it sees itself how long the store takes."""

    def __init__(self, store: SessionStore, work: Callable[[Documents], T], seconds: float) -> None:
        self.is_given_up = False
        self._store = store
        self._work = work
        self._seconds = seconds
        self._context = copy_context()
        self._change = Lock()
        # The way there counts as the store's time, too.
        self._limit, self._deadline = seconds, time.monotonic() + seconds
        self._back = Lock()
        self._back.acquire()
        self._refusal: BaseException | None = None
        self._result: T

    def load(self, key: str) -> Stored | None:
        return self._in_time(self._seconds, lambda: self._store.load(key))

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        self._in_time(self._seconds, lambda: self._store.save(key, document, replacing))

    def keep_aside(self, key: str, stored: Stored) -> None:
        self._in_time(self._seconds * COPY_SHARE, lambda: self._store.keep_aside(key, stored))

    def delete(self, key: str, replacing: int) -> None:
        self._in_time(self._seconds, lambda: self._store.delete(key, replacing))

    def make(self) -> None:
        """Do it, and keep what comes of it, whatever it is: it is for whoever waits to judge."""
        if not self._stop_clock():
            return
        try:
            self._result = self._context.run(self._work, self)
        except _GivenUpError:
            pass
        except BaseException as refusal:  # noqa: BLE001 - it is raised where the outcome is awaited
            self._refusal = refusal

    def tell(self) -> None:
        """Wake whoever waits."""
        self._back.release()

    def outcome(self) -> T:
        """Wait until it is made, or raise `StoreError` once the store takes too long."""
        while not self._back.acquire(timeout=self._patience()):
            self._give_up_if_late()
        if self._refusal:
            try:
                raise self._refusal
            finally:
                self._refusal = None  # or it would keep itself, by this very frame
        return self._result

    def _patience(self) -> float:
        """Return for how many seconds to wait before looking again."""
        return min(max(self._deadline - time.monotonic(), 0), _LOOK_SECONDS)

    def _give_up_if_late(self) -> None:
        with self._change:
            if time.monotonic() >= self._deadline:
                self.is_given_up = True
                raise StoreError(f"the store has not answered within {self._limit:g} s")

    def _in_time(self, seconds: float, ask: Callable[[], A]) -> A:
        """Ask the store; whoever was given up meanwhile goes no further."""
        with self._change:
            self._limit, self._deadline = seconds, time.monotonic() + seconds
        try:
            answer = ask()
        except BaseException as refusal:
            if self._stop_clock():
                raise
            log.warning(
                "the store has refused, too late to be heard: %s: %s",
                type(refusal).__name__,
                refusal,
            )
            raise _GivenUpError from refusal
        if not self._stop_clock():
            raise _GivenUpError
        return answer

    def _stop_clock(self) -> bool:
        """Have the store's time be over; tell whether it was in time."""
        with self._change:
            self._deadline = NEVER
            return not self.is_given_up


class _GivenUpError(Exception):
    """Nobody waits for this visit any more, nor hears of this."""


class _Visitors:
    """The threads that make visits: those with nothing to do, and what the others are at."""

    def __init__(self) -> None:
        self.away: set[_Visit[Any]] = set()
        self._idle: list[_Visitor] = []
        self._is_dismissed = False
        _everywhere.add(self)

    @property
    def given_up(self) -> int:
        """How many are away who were given up."""
        return sum(visit.is_given_up for visit in tuple(self.away)) if self.away else 0

    def send(self, visit: _Visit[Any]) -> None:
        """Have a thread make a visit; raise `StoreError` if there is none to be had."""
        try:
            visitor = self._idle.pop()
        except IndexError:
            visitor = _Visitor(self)
            try:
                visitor.start()
            except (OSError, RuntimeError) as refused:
                raise StoreError(f"the store cannot be asked: {refused}") from refused
        self.away.add(visit)
        visitor.send(visit)

    def back(self, visitor: "_Visitor", visit: _Visit[Any]) -> bool:
        """Take a visitor back; tell whether it stays."""
        stays = not self._is_dismissed and len(self._idle) < MOST_IDLE
        if stays:
            self._idle.append(visitor)
        self.away.discard(visit)
        return stays

    def dismiss(self) -> None:
        """Let threads that have nothing to do end, and others once they are back."""
        self._is_dismissed = True
        while self._idle:
            self._idle.pop().dismiss()

    def begin_anew(self) -> None:
        """Forget, in a process that was forked off, what has stayed with its parent."""
        while self._idle:
            self._idle.pop().close_pipe()
        self.away.clear()


_everywhere: "weakref.WeakSet[_Visitors]" = weakref.WeakSet()


def _begin_anew() -> None:
    for visitors in tuple(_everywhere):
        visitors.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


class _Visitor(Thread):
    """Makes one visit after the other, until it is sent no more.

    It waits at a pipe: who writes to one lets other threads run meanwhile. A queue would wake it
    while whoever sends it still runs, and as Python runs one thread at a time, to no avail.
    """

    def __init__(self, visitors: _Visitors) -> None:
        super().__init__(name="store", daemon=True)
        self._visitors = visitors
        self._visit: _Visit[Any]

    def start(self) -> None:
        """Start it, idle; raise `OSError` or `RuntimeError` if there are too many already."""
        self._sent, self._send = os.pipe()
        try:
            super().start()
        except RuntimeError:
            self.close_pipe()
            raise

    def send(self, visit: _Visit[Any]) -> None:
        """Have it make a visit; only one that is idle may be sent."""
        self._visit = visit
        os.write(self._send, b"!")

    def dismiss(self) -> None:
        """Have it end; it is not sent any more."""
        os.close(self._send)

    def close_pipe(self) -> None:
        """Close both ends of what it waits at, where it does not run."""
        os.close(self._send)
        os.close(self._sent)

    def run(self) -> None:
        """Work; taken back before the outcome is told, so that who asks again at once finds it."""
        while os.read(self._sent, 1):
            visit = self._visit
            visit.make()
            del self._visit
            stays = self._visitors.back(self, visit)
            visit.tell()
            del visit
            if not stays:
                os.close(self._send)
                break
        os.close(self._sent)
