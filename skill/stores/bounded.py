"""A store that answers in time, whatever the one behind it does.

A disk that hangs cannot be hurried, and a thread that waits for it cannot be called off. So what
is to be done at the store is a task for a worker, a thread of the store's own, and whoever has
submitted it waits for as long as the store may take, and no longer. A task that has timed out is
abandoned: it goes no further once the store has answered. What the store had been asked to write
is written all the same, and only over what it was to replace; what it refuses then, the log has.
The end of the process waits for none of these threads.

Every request pays for this: for two changes of threads, and little else. So all that it has to do
at the store is one task, and the worker that was idle last, with its warm connection, gets it.
"""

import logging
import math
import os
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from skill.ports import ConflictError, Documents, InDoubtError, SessionStore, Stored, StoreError
from skill.stores.forks import Forkable

SECONDS = 0.7
"""How long a load, or a write, may take. Both of them, a copy kept aside, and an answer fit into
3 s, even where the event had to wait for its turn (0.3 s) and lost races before (0.6 s)."""
COPY_SHARE = 0.5
"""The part of it that keeping a copy aside may take: only what follows it needs the store."""
MOST_ABANDONED = 8
"""As long as the store has so many tasks that were abandoned, it is given no more."""
MOST_IDLE = 8
"""How many workers stay that have nothing to do, each with its connection."""
NEVER = math.inf
_LOOK_SECONDS = 0.1
_CLOSED = -1

T = TypeVar("T")
A = TypeVar("A")

log = logging.getLogger(__name__)


class BoundedStore(SessionStore):
    """Implements `SessionStore` with another one, and raises `StoreError` when that is too slow."""

    def __init__(
        self, store: SessionStore, *, seconds: float = SECONDS, most_abandoned: int = MOST_ABANDONED
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._most_abandoned = most_abandoned
        self._pool = _Pool()
        # Who lets go of a store without closing it, leaves no threads behind.
        weakref.finalize(self, self._pool.shut_down).atexit = False

    def visit(self, work: Callable[[Documents], T]) -> T:
        """Return what `work` does with the store; of its time only the store's own is bounded."""
        abandoned = self._pool.abandoned
        if abandoned >= self._most_abandoned:
            raise StoreError(f"the store has not answered {abandoned} others yet")
        task = _Task(self._store, work, self._seconds)
        self._pool.submit(task)
        return task.outcome()

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
        self._pool.shut_down()
        if all(task.ends_by(deadline) for task in self._pool.running):
            self._store.close()


class _Task(Documents, Generic[T]):
    """Something to do at a store, and what comes of it; it sees itself how long the store takes."""

    def __init__(self, store: SessionStore, work: Callable[[Documents], T], seconds: float) -> None:
        self.is_abandoned = False
        self._is_in_doubt = False
        self._store = store
        self._work = work
        self._seconds = seconds
        self._context = copy_context()
        self._change = Lock()
        # The way there counts as the store's time, too.
        self._limit, self._deadline = seconds, time.monotonic() + seconds
        self._running = Lock()
        self._running.acquire()
        self._refusal: BaseException | None = None
        self._result: T

    def load(self, key: str) -> Stored | None:
        return self._in_time(self._seconds, lambda: self._store.load(key))

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        self._write(lambda: self._store.save(key, document, replacing))

    def keep_aside(self, key: str, stored: Stored) -> None:
        self._in_time(self._seconds * COPY_SHARE, lambda: self._store.keep_aside(key, stored))

    def delete(self, key: str, replacing: int) -> None:
        self._write(lambda: self._store.delete(key, replacing))

    def run(self) -> None:
        """Do it, and keep what comes of it, whatever it is: it is for whoever waits to judge."""
        if not self._stop_clock():
            return
        try:
            self._result = self._context.run(self._work, self)
        except _AbandonedError:
            pass
        except BaseException as refusal:  # noqa: BLE001 - it is raised where the outcome is awaited
            self._refusal = refusal

    def finish(self) -> None:
        """Wake whoever waits."""
        self._running.release()

    def ends_by(self, deadline: float) -> bool:
        """Wait for its end, by whichever way, until then; tell whether it came."""
        has_ended = self._running.acquire(timeout=max(deadline - time.monotonic(), 0))
        if has_ended:
            self._running.release()  # for others who wait
        return has_ended

    def outcome(self) -> T:
        """Wait until it is done, or raise `StoreError` once the store takes too long.

        It is an `InDoubtError` if the store was asked to write, and may do so yet.
        """
        while not self.ends_by(min(self._deadline, time.monotonic() + _LOOK_SECONDS)):
            self._abandon_if_late()
        if self._refusal:
            try:
                raise self._refusal
            finally:
                self._refusal = None  # or it would keep itself, by this very frame
        return self._result

    def _abandon_if_late(self) -> None:
        with self._change:
            if time.monotonic() >= self._deadline:
                self.is_abandoned = True
                kind = InDoubtError if self._is_in_doubt else StoreError
                raise kind(f"the store has not answered within {self._limit:g} s")

    def _write(self, write: Callable[[], None]) -> None:
        """Have the store write something; what has lost its race is in no doubt."""
        self._is_in_doubt, was_in_doubt = True, self._is_in_doubt
        try:
            self._in_time(self._seconds, write)
        except ConflictError:
            self._is_in_doubt = was_in_doubt
            raise

    def _in_time(self, seconds: float, ask: Callable[[], A]) -> A:
        """Ask the store; a task that is abandoned meanwhile goes no further."""
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
            raise _AbandonedError from refusal
        if not self._stop_clock():
            raise _AbandonedError
        return answer

    def _stop_clock(self) -> bool:
        """Have the store's time be over; tell whether it was in time."""
        with self._change:
            self._deadline = NEVER
            return not self.is_abandoned


class _AbandonedError(Exception):
    """Nobody waits for this task any more, nor hears of this."""


class _Pool(Forkable):
    """The workers: those with nothing to do, and what the others are at."""

    def __init__(self) -> None:
        self._running: set[_Task[Any]] = set()
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._is_shut_down = False
        super().__init__()

    @property
    def running(self) -> tuple[_Task[Any], ...]:
        """The tasks that are not done yet, whether somebody waits for them or not."""
        return tuple(self._running)

    @property
    def abandoned(self) -> int:
        """How many of them nobody waits for any more."""
        return sum(task.is_abandoned for task in self.running) if self._running else 0

    def submit(self, task: _Task[Any]) -> None:
        """Have a worker run a task; raise `StoreError` if there is none to be had."""
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker(self)
            self._workers.add(worker)
            try:
                worker.start()
            except (OSError, RuntimeError) as refused:
                self._workers.discard(worker)
                raise StoreError(f"the store cannot be asked: {refused}") from refused
        self._running.add(task)
        worker.submit(task)

    def done(self, worker: "_Worker", task: _Task[Any]) -> bool:
        """Take a worker back; tell whether it stays."""
        stays = not self._is_shut_down and len(self._idle) < MOST_IDLE
        if stays:
            self._idle.append(worker)
            if self._is_shut_down:
                self.shut_down()  # which came meanwhile, and has not seen this one
        self._running.discard(task)
        return stays

    def has_ended(self, worker: "_Worker") -> None:
        """Forget a worker."""
        self._workers.discard(worker)

    def shut_down(self) -> None:
        """Let workers that have nothing to do end, and others once they are done."""
        self._is_shut_down = True
        with suppress(IndexError):  # who is done meanwhile does the same, and takes the last one
            while True:
                self._idle.pop().shut_down()

    def begin_anew(self) -> None:
        """Forget the workers, who have stayed with the parent, and whom only it is to shut down."""
        while self._workers:
            self._workers.pop().close_pipe()
        self._idle.clear()
        self._running.clear()


class _Worker(Thread):
    """Runs one task after the other, until it is shut down.

    It waits at a pipe: who writes to one lets other threads run meanwhile. A queue would wake it
    while whoever submits the task still runs, and as Python runs one thread at a time, to no avail.
    """

    def __init__(self, pool: _Pool) -> None:
        super().__init__(name="store", daemon=True)
        self._pool = pool
        self._task: _Task[Any]
        self._told = self._tell = _CLOSED

    def start(self) -> None:
        """Start it, idle; raise `OSError` or `RuntimeError` if there are too many already."""
        self._told, self._tell = os.pipe()
        try:
            super().start()
        except RuntimeError:
            self.close_pipe()
            raise

    def submit(self, task: _Task[Any]) -> None:
        """Have it run a task; only one that is idle may be given any."""
        self._task = task
        os.write(self._tell, b"!")

    def shut_down(self) -> None:
        """Have it end; it is given no more."""
        # Known for closed before it is: a child must not close what has this number by then.
        tell, self._tell = self._tell, _CLOSED
        if tell != _CLOSED:
            os.close(tell)

    def close_pipe(self) -> None:
        """Close both ends of what it waits at, where it does not run."""
        self.shut_down()
        told, self._told = self._told, _CLOSED
        if told != _CLOSED:
            os.close(told)

    def run(self) -> None:
        """Work; idle before the task is known for done, so that who asks again at once finds it."""
        while os.read(self._told, 1):
            task = self._task
            task.run()
            del self._task
            stays = self._pool.done(self, task)
            task.finish()
            del task
            if not stays:
                break
        self.close_pipe()
        self._pool.has_ended(self)
