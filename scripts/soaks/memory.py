"""Memory: how much of it a process holds, so that a soak can tell whether it grows."""

import gc
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

MOST_GROWTH = 0.10
"""How much larger a process may be in the end than it was when it had warmed up."""
_PAGES = Path("/proc/self/statm")
_MEGABYTE = 1_000_000


def held(process: int | None = None) -> float:
    """Return the megabytes that a process holds now, or has held at most where that is not told.

    That is this process, unless another one's id is given, where the system tells of others.
    """
    if process is None:
        gc.collect()
    pages = _PAGES if process is None else Path(f"/proc/{process}/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() / _MEGABYTE
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / _MEGABYTE


@dataclass(frozen=True, slots=True)
class Growth:
    """Megabytes held after the warm-up, and in the end."""

    warm: float
    end: float

    @property
    def is_too_much(self) -> bool:
        """Whether it grew by more than it may."""
        return self.end > self.warm * (1 + MOST_GROWTH)

    def __str__(self) -> str:
        return f"memory {self.warm:.0f} MB when warm, {self.end:.0f} MB in the end"
