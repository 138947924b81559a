"""A lock between processes, as a file beside what it guards."""

import os
from pathlib import Path

from skill.ports import StoreError

try:
    import fcntl
except ImportError:  # on Windows, where nothing is locked
    fcntl = None  # type: ignore[assignment]


class FileLock:
    """A lock that processes share, or one has alone; it goes with the process that has it.

    `path` is the file, which is made where it is missing, and left there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether it is ours, shared or alone."""
        return self._descriptor is not None

    def acquire(self, *, alone: bool) -> bool:
        """Take it, which we do not have, if that is possible at once; tell.

        Raise `StoreError` if the file cannot be used.
        """
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CREAT, 0o666)
            try:
                if fcntl:
                    fcntl.flock(
                        descriptor, fcntl.LOCK_NB | (fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
                    )
            except OSError:
                os.close(descriptor)
                raise
        except BlockingIOError:
            return False
        except OSError as refused:
            raise StoreError(
                f"cannot use the lock {self._path}: {refused.strerror or refused}"
            ) from refused
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it up, if we have it. Closed, not unlocked: a process we forked off may share it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
