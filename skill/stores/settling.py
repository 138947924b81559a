"""Settling: what was written to a file is put on the disk a moment later, whoever wrote it gone on.

A write that has returned is the kernel's to keep: it survives the end of the process, however
sudden. For the power's going it has to be on the disk, which may take longer than all the rest of
an answer does, and sometimes a hundred times that. So one thread sees to it, for all that was
written meanwhile at once; where the disk refuses, it is tried again.
"""

import logging
import os
from pathlib import Path
from threading import Condition, Thread

from skill.stores.forks import Forkable

SECONDS = 0.1
"""How long after a write the disk is asked to keep it, and for how long it rests at least."""
ENDING_SECONDS = 0.5
"""How long the end waits for the disk."""

log = logging.getLogger(__name__)


class Settling(Forkable):
    """Puts what is written to one file on the disk; safe to use from several threads.

    A process that is forked off does so for itself.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.begin_anew()
        super().__init__()

    def begin_anew(self) -> None:
        """Have nothing to do: what is due is the parent's to do."""
        self._change = Condition()
        self._is_due = False
        self._is_ending = False
        self._thread: Thread | None = None

    def soon(self) -> None:
        """Have it done in a moment; once it is closed, never."""
        if self._is_due:
            return
        with self._change:
            if self._is_ending:
                return
            self._is_due = True
            if self._thread is None:
                self._thread = Thread(target=self._settle, name="settling", daemon=True)
                self._thread.start()
            self._change.notify()

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
        with self._change:
            self._is_ending = True
            self._change.notify()

    def close(self) -> None:
        """Do what is due, and nothing any more; wait for a slow disk, but not for long."""
        self.end()
        if self._thread is not None:
            self._thread.join(ENDING_SECONDS)

    def _settle(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._is_due or self._is_ending)
                if not self._is_due:
                    return
                self._change.wait_for(lambda: self._is_ending, SECONDS)
                # Whoever writes from here on has it done once more.
                self._is_due = False
            try:
                self.now()
            except OSError as refused:
                log.warning("%s is not on the disk yet: %s", self._file, refused)
                with self._change:
                    self._is_due = not self._is_ending
