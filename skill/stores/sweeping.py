"""Sweeping: soon after a deletion no byte of what was deleted is in the file or its log.

Overwriting it (`secure_delete`) is not enough: where pages were split, stale copies stay in the
gaps between records, and nothing less than rewriting the file clears them. Then the log, which
still has the old pages, is copied into the file and emptied, which whoever is in the middle of
reading can put off. All of this is one thread's work, and no request waits for it.

The file is rewritten once for all that was deleted until then, and remembers for what: so one who
was killed is made up for by the next who opens the file, or has it open and looks now and then.
That the log is to be emptied need not be remembered: each process does so once for each rewriting.

While the file is rewritten others read, but nobody writes: for 0.3 s where it has 80 MB (20,000
runners of 2 KB), for 1 s where it has 200 MB. Who would have to wait too long for that is refused,
and the coach goes on without the store meanwhile; so, whoever is deleted, the file is not rewritten
again for ten times as long.
"""

import logging
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from skill.stores.chores import Chore
from skill.stores.connections import execute

REST_SECONDS = 0.2
"""How long after a deletion it is swept, and how long to rest until what failed is tried again."""
RESTS = 10
"""So many times as long as it took to rewrite the file, it is not rewritten again."""
LOOK_SECONDS = 10.0
"""How often to look whether another process has left something to be swept."""
TURN_SECONDS = 0.5
"""How long it waits for others' writes."""
LOCK_SECONDS = 0.02
"""How long it waits, nobody writing meanwhile, for those who read."""
TOLD_AFTER = 50
"""After so many times in vain, the log has it."""
ENDING_SECONDS = 0.5
"""How long the end waits for the last sweep, before it is called off."""

log = logging.getLogger(__name__)


class Sweeping:
    """Sweeps the database at `path`; safe to use from several threads and several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._broom: sqlite3.Connection | None = None
        self._may_rewrite_at = 0.0
        self._emptied_for: int | None = None
        """For which rewriting, by what the file remembers of it, this process emptied the log."""
        self._times_in_vain = 0
        self._chore = Chore(
            "sweeping",
            self._sweep,
            rest=REST_SECONDS,
            every=LOOK_SECONDS,
            call_off=self._call_off,
        )

    def soon(self) -> None:
        """Look in a moment what is to be swept, and now and then from then on."""
        self._chore.soon()

    def end(self) -> None:
        """Sweep what is due, and nothing any more; wait for nobody."""
        self._chore.end()

    def close(self) -> None:
        """Sweep what is due, unless that takes too long: who opens the file next, does it then."""
        self._chore.close(ENDING_SECONDS)

    def _call_off(self) -> None:
        if self._broom:
            with suppress(sqlite3.ProgrammingError):  # it is closed already
                self._broom.interrupt()

    def _sweep(self) -> float | None:
        try:
            if not self._path.exists():
                return None
            with closing(self._connect()) as self._broom:
                again = self._sweep_with(self._broom)
        except (sqlite3.Error, OSError, _InUseError) as refused:
            self._times_in_vain += 1
            if self._times_in_vain == TOLD_AFTER:
                log.warning(
                    "what was deleted from %s cannot be swept out yet: %s", self._path, refused
                )
            return REST_SECONDS
        self._times_in_vain = 0
        return again

    def _sweep_with(self, broom: sqlite3.Connection) -> float | None:
        """Do what is to be done; return after how many seconds the rest of it may be.

        Raise `_InUseError` or `sqlite3.Error` if it is to be tried again.
        """
        found = _patiently(broom, "SELECT newest, swept FROM deletions").fetchone()
        if found is None:
            return None
        newest, swept = found
        again = None
        if newest > swept:
            rest = self._may_rewrite_at - time.monotonic()
            if rest > 0:
                again = rest
            else:
                self._rewrite(broom, newest)
                swept, self._emptied_for = newest, None
        if swept != self._emptied_for:
            _empty_log(broom)
            self._emptied_for = swept
        return again

    def _rewrite(self, broom: sqlite3.Connection, newest: int) -> None:
        # Others may write before the disk has it, which has to have it before the log is emptied.
        broom.execute("PRAGMA synchronous = NORMAL")
        begun = time.monotonic()
        try:
            _patiently(broom, "VACUUM")
            _patiently(broom, "UPDATE deletions SET swept = MAX(swept, ?)", newest)
        finally:
            now = time.monotonic()
            self._may_rewrite_at = now + RESTS * (now - begun)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path,
            timeout=LOCK_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # who closes it may call it off
        )


class _InUseError(Exception):
    """Somebody is in the middle of reading or writing."""


def _patiently(broom: sqlite3.Connection, statement: str, *parameters: int) -> sqlite3.Cursor:
    return execute(broom, time.monotonic() + TURN_SECONDS, statement, parameters)


def _empty_log(broom: sqlite3.Connection) -> None:
    """Copy the log into the file and cut it to nothing, or raise `_InUseError`."""
    # At first what can be done while others write; where old pages are read, that is not all.
    _, pages, copied = broom.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if copied == pages:
        was_busy, *_ = broom.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not was_busy:
            return
    raise _InUseError("somebody is in the middle of reading or writing")
