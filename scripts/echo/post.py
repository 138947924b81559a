"""The post: player's events on their way to the skill, each with the time it takes.

Between a device and a skill events get lost, doubled and overtaken; a delivery says which.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scripts.echo.player import PlayerEvent
from scripts.echo.requests import Json

Delivery = Callable[[PlayerEvent], Iterable[float]]
"""Tells after how many seconds each copy of an event arrives: `[0]` at once, `[]` never,
`[0, 2]` twice. One that takes longer than the next event does is overtaken by it."""


def at_once(_: PlayerEvent) -> Iterable[float]:
    """Deliver every event once, without delay."""
    return (0,)


@dataclass(order=True, slots=True)
class _Letter:
    due: datetime
    number: int
    envelope: Json = field(compare=False)


class Post:
    """Carries envelopes; of those due at the same moment, the first sent comes first."""

    def __init__(self) -> None:
        self._letters: list[_Letter] = []
        self._sent = 0

    @property
    def next_due(self) -> datetime | None:
        """When the next envelope arrives; None if there is none."""
        return self._letters[0].due if self._letters else None

    def send(self, envelope: Json, sent: datetime, delays: Iterable[float]) -> None:
        """Send a copy of an envelope for each delay, in seconds."""
        for delay in delays:
            self._sent += 1
            due = sent + timedelta(milliseconds=round(delay * 1000))
            heapq.heappush(self._letters, _Letter(due, self._sent, envelope))

    def receive(self, now: datetime) -> Json | None:
        """Take out the next envelope that has arrived by now, if there is one."""
        if self._letters and self._letters[0].due <= now:
            return heapq.heappop(self._letters).envelope
        return None
