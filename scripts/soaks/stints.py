"""Stints: how long a soak goes on, and how it tells of it. It looks at no clock itself."""

import math
from collections.abc import Callable
from dataclasses import dataclass

Watch = Callable[[str], None]
"""Is told, again and again, how far a soak is."""


@dataclass(frozen=True, slots=True)
class Stint:
    """So many minutes, or so many of what a soak counts: whichever ends first."""

    minutes: float = math.inf
    count: float = math.inf

    def passed(self, seconds: float, counted: int) -> float:
        """Return what part of it is over after so much: from 1 on, it has ended."""
        return max(seconds / (self.minutes * 60), counted / self.count)
