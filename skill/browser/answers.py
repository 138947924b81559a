"""Answers: each command is done once; asked again by the same id, its answer is the same.

So it is within one process; another one knows what was done by the runner's record
(`skill.coaching.repeating`), and answers in its own words. Answers are kept for as long as a page
may ask again, and never more than a few megabytes of them.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from time import monotonic
from typing import Any

from skill.browser.errors import NotNowError
from skill.coaching.values import value_class

Json = dict[str, Any]
Key = tuple[str, str]
"""A runner, and the id that their page has given the command."""

MOST_BYTES = 8 * 1024 * 1024
"""Of all answers kept, as JSON; beyond that the oldest go."""
KEPT_SECONDS = 60
"""A page asks again within seconds."""
PATIENCE_SECONDS = 5
"""How long the same command, asked once more meanwhile, waits for its answer."""


@value_class
class _Kept:
    answer: bytes
    at: float


class Answers:
    """The answers of all runners; safe to use from several threads. `clock` counts seconds."""

    def __init__(
        self, clock: Callable[[], float] = monotonic, *, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._under_way: dict[Key, Future[bytes]] = {}
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()  # the oldest first
        self._bytes = 0
        self._lock = Lock()

    def once(self, key: Key, do: Callable[[], Json]) -> Json:
        """Return the answer to a command, doing it unless that was done or is under way.

        Raise `NotNowError` if it is under way for too long.
        """
        with self._lock:
            self._drop_the_old()
            if kept := self._kept.get(key):
                return _read(kept.answer)
            waited_for = self._under_way.get(key)
            if waited_for is None:
                own = self._under_way[key] = Future[bytes]()
        if waited_for is not None:
            try:
                return _read(waited_for.result(PATIENCE_SECONDS))
            except TimeoutError as slow:
                raise NotNowError("The coach is still busy with just that.") from slow
        try:
            told = do()
            answer = json.dumps(told).encode()
        except BaseException as failed:
            with self._lock:
                del self._under_way[key]  # asked again, it is tried again
            own.set_exception(failed)
            raise
        with self._lock:
            del self._under_way[key]
            self._kept[key] = _Kept(answer, self._clock())
            self._bytes += len(answer)
            self._drop_the_old()
        own.set_result(answer)
        return told

    def forget(self, runner: str) -> None:
        """Drop what is kept of a runner."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == runner]:
                self._bytes -= len(self._kept.pop(key).answer)

    def _drop_the_old(self) -> None:
        latest = self._clock() - KEPT_SECONDS
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if self._bytes <= self._most_bytes and oldest.at > latest:
                return
            self._kept.popitem(last=False)
            self._bytes -= len(oldest.answer)


def _read(answer: bytes) -> Json:
    told: Json = json.loads(answer)
    return told
