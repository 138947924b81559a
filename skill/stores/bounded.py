"""A store that answers in time, whatever the one behind it does.

A disk that hangs cannot be hurried, and a thread that waits for it cannot be called off. So the
store is asked in threads of its own, a few of them, and whoever asked waits for so long and no
longer. What is written after that is written all the same, and only over what it was to replace.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore
from typing import TypeVar

from skill.ports import SessionStore, Stored, StoreError

SECONDS = 1.2
"""How long a load, or a write, may take: both of them, and an answer, fit into 3 s."""
MOST_AT_ONCE = 8
"""Of how many the end is waited for at one time; more have to wait until one of them has ended."""

T = TypeVar("T")


class BoundedStore:
    """Implements `SessionStore` with another one, and raises `StoreError` when that is too slow."""

    def __init__(
        self, store: SessionStore, *, seconds: float = SECONDS, most_at_once: int = MOST_AT_ONCE
    ) -> None:
        self._store = store
        self._seconds = seconds
        self._most_at_once = most_at_once
        self._threads = ThreadPoolExecutor(most_at_once, thread_name_prefix="store")
        self._free = BoundedSemaphore(most_at_once)

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        return self._in_time(lambda: self._store.load(key))

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        self._in_time(lambda: self._store.save(key, document, replacing))

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        self._in_time(lambda: self._store.keep_aside(key, stored))

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and all copies of its key."""
        self._in_time(lambda: self._store.delete(key, replacing))

    def close(self) -> None:
        """Close the store once it has done what it was asked; one that hangs is left as it is."""
        deadline = time.monotonic() + self._seconds
        for _ in range(self._most_at_once):
            if not self._free.acquire(timeout=max(deadline - time.monotonic(), 0)):
                return
        self._store.close()
        for _ in range(self._most_at_once):
            self._free.release()

    def _in_time(self, ask: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._seconds
        if not self._free.acquire(timeout=self._seconds):
            raise StoreError(f"the store has not answered {self._most_at_once} others yet")
        answer = self._threads.submit(copy_context().run, ask)
        answer.add_done_callback(lambda _: self._free.release())
        try:
            return answer.result(max(deadline - time.monotonic(), 0))
        except TimeoutError:
            raise StoreError(f"the store has not answered within {self._seconds} s") from None
