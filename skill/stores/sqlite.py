"""The embedded store: one SQLite file, safe for several threads and several processes.

Write-ahead log: a write that has returned survives the end of the process, and a moment later
(`settling`) the power's going as well; a deletion survives both at once. Every write is one
conditional statement, or a transaction that begins as a writer, so none is ever upgraded and no
writer can be refused for having read first.

A deletion is followed by a sweep (`sweeping`), after which no byte of what was deleted is in the
file or its log.

A file that is found damaged at the start is mended (`mending`) by one process, while no other has
it open: a lock file beside it is shared by all who have, and had alone by who mends.
"""

import logging
import sqlite3
import threading
import time
import weakref
from pathlib import Path

from skill.ports import ConflictError, SessionStore, Stored, StoreError
from skill.stores.connections import RETRY_SECONDS, Connections, execute, plain_code
from skill.stores.file_lock import FileLock
from skill.stores.foreign import foreign_tables
from skill.stores.forks import Forkable
from skill.stores.mending import Mending
from skill.stores.settling import Settling
from skill.stores.sweeping import Sweeping

BUSY_SECONDS = 0.6
"""How long a write waits in all, for its turn and for other processes' writes; less than
`bounded.SECONDS`, or nobody heard why."""
MENDING_SECONDS = 10.0
"""How long a start waits for others who look at a damaged file, or mend it."""

SUFFIXES = (".sqlite3", ".sqlite", ".db")
"""What a database's name ends in. A file of another name that is none is somebody else's."""

_NO_DATABASE = "is no database"
_MAGIC = b"SQLite format 3\0"
"""What every database file begins with."""

_LOAD = "SELECT CAST(document AS BLOB), version FROM runners WHERE key = ?"
_INSERT = """
INSERT INTO runners (key, version, document)
VALUES (?, 1 + IFNULL((SELECT newest FROM deletions), 0), ?) ON CONFLICT DO NOTHING
"""
_UPDATE = "UPDATE runners SET version = version + 1, document = ? WHERE key = ? AND version = ?"

log = logging.getLogger(__name__)


class SqliteStore(SessionStore):
    """Implements `SessionStore` in the file at `path`, which is made where it is missing.

    A damaged file, or one that is a database by its name alone, is kept aside, next to its place,
    and a new one begun with what can be read of it; no deletion reaches into it there. A file that
    is taken away while it is in use is begun anew. Raise `StoreError` if the file cannot be opened
    or made, is damaged and cannot be mended, or is somebody else's.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._connections = Connections(self._path, self._prepare)
        self._turn = _Turn(self._path)
        self._mending = Mending(self._path)
        self._lock = FileLock(Path(f"{self._path}.lock"))
        self._settling = Settling(Path(f"{self._path}-wal"))
        self._sweeping = Sweeping(self._path)
        for chore in (self._settling, self._sweeping):
            weakref.finalize(self, chore.end).atexit = False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            raise StoreError(
                f"cannot make the folder {self._path.parent}: {refused.strerror or refused}"
            ) from refused
        try:
            self._require_ours()
            self._begin()
        except StoreError:
            self.close()
            raise

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        deadline = time.monotonic() + BUSY_SECONDS
        with self._connections.mine(deadline) as connection:
            row = execute(connection, deadline, _LOAD, (key,)).fetchone()
        return Stored(*row) if row else None

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        with self._turn as deadline, self._connections.mine(deadline) as connection:
            if replacing is None:
                written = execute(connection, deadline, _INSERT, (key, document))
            else:
                written = execute(connection, deadline, _UPDATE, (document, key, replacing))
        if not written.rowcount:
            raise ConflictError(f"version {replacing} is not the newest any more")
        self._settling.soon()

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        with self._turn as deadline, self._connections.mine(deadline) as connection:
            execute(
                connection,
                deadline,
                "INSERT INTO kept_aside (key, version, document)"
                " SELECT key, version, ? FROM runners WHERE key = ? AND version = ?"
                " ON CONFLICT DO NOTHING",
                (stored.document, key, stored.version),
            )

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and all copies of its key; the file is swept in a moment."""
        with (
            self._turn as deadline,
            self._connections.mine(deadline) as connection,
            connection,
        ):
            execute(connection, deadline, "BEGIN IMMEDIATE")
            newest = connection.execute(
                "SELECT version FROM runners WHERE key = ?", (key,)
            ).fetchone()
            if newest is None:
                return
            if newest != (replacing,):
                raise ConflictError(f"version {replacing} is not the newest any more")
            connection.execute("DELETE FROM runners WHERE key = ?", (key,))
            connection.execute("DELETE FROM kept_aside WHERE key = ?", (key,))
            connection.execute(
                "INSERT INTO deletions (id, newest, swept) VALUES (1, ?, 0) ON CONFLICT (id)"
                " DO UPDATE SET newest = MAX(newest + 1, excluded.newest)",
                (replacing,),
            )
        self._sweeping.soon()
        try:
            self._settling.now()
        except OSError as refused:
            raise StoreError(f"cannot use the database {self._path}: {refused}") from refused

    def why_read_only(self) -> str:
        """Return why the file can be read and never written; nothing if it can be."""
        deadline = time.monotonic() + BUSY_SECONDS
        try:
            with self._connections.mine(deadline) as connection:
                execute(connection, deadline, "UPDATE deletions SET swept = swept WHERE FALSE")
        except StoreError as refused:
            cause = refused.__cause__
            if isinstance(cause, sqlite3.Error) and plain_code(cause) == sqlite3.SQLITE_READONLY:
                return str(cause)
        return ""

    def close(self) -> None:
        """Close every thread's connection, all swept and on the disk unless that takes too long."""
        self._sweeping.close()
        self._settling.close()
        self._let_go()

    def _let_go(self) -> None:
        self._connections.hang_up(time.monotonic() + BUSY_SECONDS)
        self._lock.release()

    def _begin(self) -> None:
        """Open the file, mended if it is damaged."""
        deadline = time.monotonic() + MENDING_SECONDS
        has_mended = False
        while True:
            self._share(deadline)
            found = self._connections.identity()
            damage = self._mended_waits() or self._damage()
            if not damage:
                break
            if has_mended:
                raise StoreError(f"{self._path} {damage}, though it was mended just now")
            self._let_go()
            if self._have_alone(found, damage, deadline):
                self._mend()
                has_mended = True
                deadline = time.monotonic() + MENDING_SECONDS
                self._let_go()
        self._sweeping.soon()

    def _share(self, deadline: float) -> None:
        while not self._lock.acquire(alone=False):
            if time.monotonic() > deadline:
                raise StoreError(f"cannot use the database {self._path}: it is being mended")
            time.sleep(RETRY_SECONDS)

    def _have_alone(self, found: object, damage: str, deadline: float) -> bool:
        """Wait until no other process has the damaged file; False once it is not there any more."""
        while not self._lock.acquire(alone=True):
            if self._connections.identity() != found:
                return False
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{self._path} {damage}, and another process has it open:"
                    " end that one, then start anew"
                )
            time.sleep(RETRY_SECONDS)
        return True

    def _mended_waits(self) -> str:
        return "is damaged, and mended already" if self._mending.is_decided else ""

    def _require_ours(self) -> None:
        """Refuse a file that is somebody else's; before anything is made in it or beside it."""
        if not self._may_be_database() and self._path.suffix not in SUFFIXES:
            raise StoreError(
                f"{self._path} {_NO_DATABASE}, nor by its name ({', '.join(SUFFIXES)}):"
                " it stays as it is, so name another file"
            )
        if tables := foreign_tables(self._path):
            raise StoreError(
                f"{self._path} is another program's database (its tables: {', '.join(tables[:5])}):"
                " it stays as it is, so name another file"
            )

    def _damage(self) -> str:
        """Make what is missing; return what is wrong with the file, if not all can be read."""
        # Not left to SQLite to find out: it would throw away the log beside such a file.
        if not self._may_be_database():
            self._require_ours()
            return _NO_DATABASE
        try:
            deadline = time.monotonic() + BUSY_SECONDS
            with self._connections.mine(deadline) as connection:
                (told,) = execute(connection, deadline, "PRAGMA quick_check(1)").fetchone()
        except StoreError as refused:
            if type(refused.__cause__) is not sqlite3.DatabaseError:
                raise
            told = str(refused.__cause__)
        return "" if told == "ok" else f"is damaged ({' '.join(told.split())})"

    def _mend(self) -> None:
        """Put a file with all that can be read in the place of a damaged one, now we have it alone.

        The old one or the new one is there at every moment, whole, whatever happens.
        """
        mending = self._mending
        try:
            mending.clear_up()  # after whoever was killed
            if mending.is_decided:
                mending.finish()
                return
            damage = self._damage()
            self._connections.hang_up(time.monotonic() + BUSY_SECONDS)
            if damage:
                mending.mend(damage, is_database=damage != _NO_DATABASE)
        except (OSError, sqlite3.Error) as refused:
            raise StoreError(
                f"cannot mend the damaged database {self._path}: {refused}; nothing is lost by it:"
                f" make room in {self._path.parent} and see that it can be written, then start"
                " anew, or move the file away, to begin without it"
            ) from refused

    def _may_be_database(self) -> bool:
        """Whether the file is missing, empty, or begins as a database does."""
        try:
            with self._path.open("rb") as file:
                return file.read(len(_MAGIC)) in {b"", _MAGIC}
        except FileNotFoundError:
            return True
        except OSError as refused:
            raise StoreError(
                f"cannot read the database {self._path}: {refused.strerror or refused}"
            ) from refused

    def _prepare(self, deadline: float) -> None:
        """Share the file with other processes before a connection to it is opened."""
        if not self._lock.is_held:
            self._share(deadline)
            if waits := self._mended_waits():
                self._lock.release()
                raise StoreError(f"{self._path} {waits}: start anew")


class _Turn(Forkable):
    """Waits for this process's other writes: of all its threads only one waits for the file.

    It lends the moment until which the write may wait, counted from when that began.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.begin_anew()
        super().__init__()

    def begin_anew(self) -> None:
        """Have nobody write: whoever did so is not in this process."""
        self._lock = threading.Lock()

    def __enter__(self) -> float:
        deadline = time.monotonic() + BUSY_SECONDS
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise StoreError(f"cannot use the database {self._path}: other writes take too long")
        return deadline

    def __exit__(self, *_: object) -> None:
        self._lock.release()
