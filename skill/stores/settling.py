"""Settling: what was written to a file is put on the disk a moment later, whoever wrote it gone on.

A write that has returned is the kernel's to keep: it survives the end of the process, however
sudden. For the power's going it has to be on the disk, which may take longer than all the rest of
an answer does, and sometimes a hundred times that. So one thread sees to it, for all that was
written meanwhile at once; where the disk refuses, it is tried again.
"""

import logging
import os
from pathlib import Path

from skill.stores.chores import Chore

SECONDS = 0.1
"""How long after a write the disk is asked to keep it, and for how long it rests at least."""
ENDING_SECONDS = 0.5
"""How long the end waits for the disk."""

log = logging.getLogger(__name__)


class Settling:
    """Puts what is written to one file on the disk; safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._chore = Chore("settling", self._settle, rest=SECONDS)

    def soon(self) -> None:
        """Have it done in a moment; once it is closed, never."""
        self._chore.soon()

    def now(self) -> None:
        """Do it, and return when it is done; raise `OSError` if the disk refuses.

        A file that is not there has nothing to be kept.
        """
        try:
            descriptor = os.open(self._file, os.O_RDWR)
        except FileNotFoundError:
            return
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def end(self) -> None:
        """Have done what is due, and nothing any more; wait for nobody."""
        self._chore.end()

    def close(self) -> None:
        """Do what is due, and nothing any more; wait for a slow disk, but not for long."""
        self._chore.close(ENDING_SECONDS)

    def _settle(self) -> float | None:
        try:
            self.now()
        except OSError as refused:
            log.warning("%s is not on the disk yet: %s", self._file, refused)
            return SECONDS
        return None
