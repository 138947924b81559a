"""A store that answers in time, whatever the one behind it does.

A disk that hangs cannot be hurried, and a thread that waits for it cannot be called off. So the
store is asked in threads of its own, a few of them, and whoever asked waits for so long and no
longer. What is written after that is written all the same, and only over what it was to replace;
what it is refused for then, the log has. The end of the process waits for none of these threads.

Every request pays for this, twice at least: for two changes of threads, and little else. So the
thread that was idle last, with its warm connection, is handed what is asked, and one lock tells
when it is done.
"""

import logging
import time
import weakref
from collections.abc import Callable
from contextvars import copy_context
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Any, Generic, TypeVar

from skill.ports import SessionStore, Stored, StoreError

SECONDS = 0.7
"""How long a load, or a write, may take. Both of them, a copy kept aside, and an answer fit into
3 s, even where the event had to wait for its turn (0.3 s) and lost races before (0.6 s)."""
COPY_SHARE = 0.5
"""The part of it that keeping a copy aside may take: only what follows it needs the store."""
MOST_AT_ONCE = 8
"""Of how many the end is waited for at one time; more have to wait until one of them has ended."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class BoundedStore:
    """Implements `SessionStore` with another one, and raises `StoreError` when that is too slow."""

    def __init__(
        self, store: SessionStore, *, seconds: float = SECONDS, most_at_once: int = MOST_AT_ONCE
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._most_at_once = most_at_once
        self._free = BoundedSemaphore(most_at_once)
        self._idle: list[_Worker] = []
        # Who lets go of a store without closing it, leaves no threads behind.
        weakref.finalize(self, _dismiss, self._idle).atexit = False

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        return self._in_time(lambda: self._store.load(key))

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        self._in_time(lambda: self._store.save(key, document, replacing))

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        self._in_time(lambda: self._store.keep_aside(key, stored), COPY_SHARE)

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and all copies of its key."""
        self._in_time(lambda: self._store.delete(key, replacing))

    def close(self) -> None:
        """Close the store once it has done what it was asked; one that hangs is left as it is."""
        deadline = time.monotonic() + self._seconds
        held = 0
        try:
            while held < self._most_at_once:
                if not self._free.acquire(timeout=max(deadline - time.monotonic(), 0)):
                    return
                held += 1
            self._store.close()
        finally:
            _dismiss(self._idle)
            if held:
                self._free.release(held)

    def _in_time(self, ask: Callable[[], T], share: float = 1) -> T:
        seconds = self._seconds * share
        deadline = time.monotonic() + seconds
        if not self._free.acquire(timeout=seconds):
            raise StoreError(f"the store has not answered {self._most_at_once} others yet")
        call = _Call(ask)
        try:
            worker = self._worker()
        except BaseException:
            self._free.release()
            raise
        worker.asked.put(call)
        return call.answer(deadline, seconds)

    def _worker(self) -> "_Worker":
        """Return a thread that has nothing to do; whoever has a permit may have one."""
        try:
            return self._idle.pop()
        except IndexError:
            worker = _Worker(self._idle, self._free)
        try:
            worker.start()
        except RuntimeError as refused:
            raise StoreError(f"the store cannot be asked: {refused}") from refused
        return worker


class _Call(Generic[T]):
    """Something that is asked, and what comes of it."""

    __slots__ = ("_answered", "_ask", "_context", "_is_given_up", "_refusal", "_result")

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._context = copy_context()
        self._answered = Lock()
        self._answered.acquire()
        self._is_given_up = False
        self._refusal: BaseException | None = None
        self._result: T

    def run(self) -> None:
        """Ask, and keep what comes of it, whatever it is: it is for whoever waits to judge."""
        try:
            self._result = self._context.run(self._ask)
        except BaseException as refusal:  # noqa: BLE001 - it is raised where the answer is awaited
            self._refusal = refusal

    def tell(self) -> None:
        """Wake whoever waits; once nobody does, the log is told of a refusal."""
        self._answered.release()
        if self._is_given_up and self._refusal:
            self._context.run(
                log.warning,
                "the store has refused, too late to be heard: %s: %s",
                type(self._refusal).__name__,
                self._refusal,
            )

    def answer(self, deadline: float, seconds: float) -> T:
        """Wait for the answer, or raise `StoreError`."""
        if not self._answered.acquire(timeout=max(deadline - time.monotonic(), 0)):
            self._is_given_up = True
            # Who has just not seen that it is given up has told by now, and is heard here.
            if not self._answered.acquire(blocking=False):
                raise StoreError(f"the store has not answered within {seconds:g} s")
        if self._refusal:
            try:
                raise self._refusal
            finally:
                self._refusal = None  # or it would keep itself, by this very frame
        return self._result


class _Worker(Thread):
    """Does what it is asked, one after the other, until it is asked for nothing any more."""

    def __init__(self, idle: list["_Worker"], free: BoundedSemaphore) -> None:
        super().__init__(name="store", daemon=True)
        self.asked: SimpleQueue[_Call[Any] | None] = SimpleQueue()
        self._idle = idle
        self._free = free

    def run(self) -> None:
        """Work; idle before the answer is told, so that who asks again at once finds it."""
        while (call := self.asked.get()) is not None:
            call.run()
            self._idle.append(self)
            self._free.release()
            call.tell()
            del call


def _dismiss(idle: list[_Worker]) -> None:
    """Let threads that have nothing to do end."""
    while idle:
        idle.pop().asked.put(None)
