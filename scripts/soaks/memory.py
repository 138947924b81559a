"""Memory: how much of it a process holds, so that a soak can tell whether it grows."""

import gc
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MOST_GROWTH = 0.10
"""How much larger a process may be in the end than it was when it had warmed up."""
WARM_AFTER = 0.2
"""What part of a soak warms up."""
WARM_FROM = 10_000
"""Requests that it takes in any case: before, caches fill, and there is nothing to compare with."""
_MEGABYTE, _KILOBYTE = 1_000_000, 1024


def is_warm(passed: float, requests: int) -> bool:
    """Tell whether what has answered so many requests in that part of a soak grows no more."""
    return passed >= WARM_AFTER and requests >= WARM_FROM


def held(process: int | None = None) -> float:
    """Return the megabytes that a process holds now; this one, unless another one's id is given.

    Where the system does not tell, it is what this process has held at most.
    """
    if process is None:
        gc.collect()
    pages = Path(f"/proc/{process or 'self'}/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize() / _MEGABYTE
    if process is not None:
        return _asked_of(process)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else _KILOBYTE) / _MEGABYTE


def _asked_of(process: int) -> float:
    """Ask the system what another process holds, where it has no /proc."""
    command = ["/bin/ps", "-o", "rss=", "-p", str(process)]
    told = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603
    return int(told.stdout) * _KILOBYTE / _MEGABYTE


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
