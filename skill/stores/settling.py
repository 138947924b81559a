"""Settling: what was written to a file is put on the disk a moment later, whoever wrote it gone on.

A write that has returned is the kernel's to keep: it survives the end of the process, however
sudden. For the power's going it has to be on the disk, which may take longer than all the rest of
an answer does, and sometimes a hundred times that. So one thread sees to it, for all that was
written meanwhile at once.
"""

import logging
import os
from pathlib import Path
from threading import Event, Lock, Thread

SECONDS = 0.1
"""How long after a write the disk is asked to keep it."""
ENDING_SECONDS = 0.5
"""How long the end waits for the disk."""

log = logging.getLogger(__name__)


class Settling:
    """Puts what is written to one file on the disk; safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._is_due = Event()
        self._is_ending = Event()
        self._starting = Lock()
        self._thread: Thread | None = None

    def soon(self) -> None:
        """Have it done in a moment, in vain if that takes longer than the process lives."""
        if self._is_due.is_set():
            return
        self._is_due.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._settle, name="settling", daemon=True)
                self._thread.start()

    def now(self) -> None:
        """Do it, and return when it is done; raise `OSError` if the disk refuses.

        A file that is not there has nothing to be kept.
        """
        self._is_due.clear()
        try:
            descriptor = os.open(self._file, os.O_RDWR)
        except FileNotFoundError:
            return
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Do what is due, in time or not at all, and nothing any more."""
        self._is_ending.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            self._is_due.set()
            thread.join(ENDING_SECONDS)

    def _settle(self) -> None:
        is_ending = False
        while not is_ending:
            self._is_due.wait()
            is_ending = self._is_ending.wait(SECONDS)
            try:
                self.now()
            except OSError as refused:
                log.warning("%s is not on the disk yet: %s", self._file, refused)
