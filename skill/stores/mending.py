"""Mending a damaged database file: all that can be read of it goes on in a new one.

It is for who has the file alone. What can be read is written to a new file, `….mending`; with its
renaming to `….mended` it is decided that this is the database, and whoever starts next puts it in
its place, should the one who mends be killed before. Where nothing can be locked (Windows) a file
that is open cannot be replaced.
"""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from skill.stores.connections import plain_code
from skill.stores.tables import ALL_RUNNERS, SCHEMA

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""What reading a damaged file may end in; anything else is no fault of the file."""

log = logging.getLogger(__name__)


class Mending:
    """Mends the file at a path; nobody else may have it open."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def is_decided(self) -> bool:
        """Whether a new file is written, kept, and only to be put in its place."""
        return self._beside("mended").exists()

    def mend(self, damage: str, *, is_database: bool) -> None:
        """Write anew what can be read of the file, keep the old one aside, and take its place.

        `damage` says what is wrong, for the log. Raise `OSError` or `sqlite3.Error` if that cannot
        be; the old file is in its place then, as it was.
        """
        try:
            taken = self._write_anew(is_database=is_database)
            aside = self._keep_aside()
            self._beside("mending").replace(self._beside("mended"))
        finally:
            self.clear_up()
        _synchronise(self._path.parent)
        log.error("%s %s; kept as %s, a new one is begun", self._path, damage, aside.name)
        log.warning("%d runners were taken over from %s", taken, aside.name)
        self.finish()

    def finish(self) -> None:
        """Finish what is decided: the old log goes, which is not the new file's, and the old file.

        Who starts before this is done, does it.
        """
        for suffix in ("-wal", "-shm", "-journal"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        self._beside("mended").replace(self._path)
        _synchronise(self._path.parent)

    def _write_anew(self, *, is_database: bool) -> int:
        """Write what can be read of the damaged file to a new one beside it; return how much."""
        rows, newest = self._what_can_be_read() if is_database else ({}, 0)
        with closing(sqlite3.connect(self._beside("mending"), isolation_level=None)) as new:
            new.execute("PRAGMA synchronous = FULL")
            new.executescript(SCHEMA)
            new.execute("BEGIN")
            new.executemany("INSERT OR IGNORE INTO runners VALUES (?, ?, ?)", rows.values())
            if newest:
                new.execute("INSERT INTO deletions VALUES (1, ?, ?)", (newest, newest))
            new.execute("COMMIT")
            (taken,) = new.execute("SELECT COUNT(*) FROM runners").fetchone()
        return int(taken)

    def _what_can_be_read(self) -> tuple[dict[str, tuple[str, int, bytes]], int]:
        """Read a damaged file from both its ends, to where it is damaged."""
        taken: dict[str, tuple[str, int, bytes]] = {}
        newest = 0
        # A copy is read: by reading, SQLite may write beside a file, and this one stays as it is.
        import shutil  # noqa: PLC0415 - only what is damaged needs it

        copy = self._beside("mending-copy")
        for suffix in ("-wal", ""):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{self._path}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as old:
            with _to_the_damage():
                (newest,) = old.execute("SELECT IFNULL(MAX(newest), 0) FROM deletions").fetchone()
            for statement in (ALL_RUNNERS, f"{ALL_RUNNERS} DESC"):
                with _to_the_damage():
                    for row in old.execute(statement):
                        taken[row[0]] = row
        return taken, newest

    def _keep_aside(self) -> Path:
        """Have the file and its log under another name, too: all bytes, for whoever looks at it."""
        # Where a file that is open cannot be moved (Windows), that shows here, and not half-way.
        self._path.rename(self._path)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = self._path.with_name(f"{self._path.name}.unreadable-{stamp}")
        for suffix in ("-wal", "-journal", ""):
            old, kept = Path(f"{self._path}{suffix}"), Path(f"{aside}{suffix}")
            if not old.exists():
                continue
            try:
                kept.hardlink_to(old)
            except OSError:  # not every file system has links
                self._copy(old, kept)
        return aside

    def _copy(self, file: Path, to: Path) -> None:
        import shutil  # noqa: PLC0415 - only what is damaged needs it

        copy = self._beside("mending-copy")
        shutil.copyfile(file, copy)
        _synchronise(copy)
        copy.replace(to)

    def clear_up(self) -> None:
        """Remove what was only needed to mend the file."""
        for name in ("mending", "mending-copy"):
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{self._beside(name)}{suffix}").unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{suffix}")


@contextmanager
def _to_the_damage() -> Iterator[None]:
    """Go on after an error that damage is reason enough for."""
    try:
        yield
    except sqlite3.DatabaseError as refused:
        if plain_code(refused) not in _DAMAGED:
            raise


def _synchronise(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk; Windows can do that of no folder."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
