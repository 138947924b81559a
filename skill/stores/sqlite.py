"""The embedded store: one SQLite file, safe for several threads and several processes.

Write-ahead log: a write that has returned survives the end of the process, and a moment later
(`settling`) the power's going as well; a deletion survives both at once. Every write is one
conditional statement, or a transaction that begins as a writer, so none is ever upgraded and no
writer can be refused for having read first.

A deletion is followed by a sweep, after which no byte of what was deleted is in the file or
its log. Overwriting it (`secure_delete`) is not enough: where pages were split, stale copies
stay in the gaps between records. So the file is rewritten, and the log copied into it and
emptied. A reader who is in the middle of something can keep the log from being emptied; the
file remembers that it is still to be swept: each opening tries again, and a write once a second.

A file that is found damaged at the start is mended (`mending`) by one process, while no other has
it open: a lock file beside it is shared by all who have, and had alone by who mends.
"""

import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from skill.ports import ConflictError, SessionStore, Stored, StoreError
from skill.stores.file_lock import FileLock
from skill.stores.foreign import foreign_tables
from skill.stores.mending import Mending
from skill.stores.settling import Settling
from skill.stores.tables import SCHEMA

BUSY_SECONDS = 0.6
"""How long a write waits for others' writes; less than `bounded.SECONDS`, or nobody heard why."""
MENDING_SECONDS = 10.0
"""How long a start waits for others who look at a damaged file, or mend it."""
RETRY_SECONDS = 0.001
"""How long to rest before looking again whether the file is free. SQLite's own waiting rests up to
0.1 s, so that under load who has come last is served first, and some wait for seconds."""
FIRST_REST = 0.00002
"""How long to rest at first: a write keeps the file for about so long, and each rest is twice the
one before."""
LOOK_SECONDS = 1.0
"""How long to write on before looking again whether others have left something to be swept."""

SUFFIXES = (".sqlite3", ".sqlite", ".db")
"""What a database's name ends in. A file of another name that is none is somebody else's."""

_PLAIN_CODE = 0xFF
"""Of an error's code, the part that says what it is; the rest says why."""
_NO_DATABASE = "is no database"
_MAGIC = b"SQLite format 3\0"
"""What every database file begins with."""

_LOAD = "SELECT CAST(document AS BLOB), version FROM runners WHERE key = ?"
_INSERT = """
INSERT INTO runners (key, version, document)
VALUES (?, 1 + IFNULL((SELECT newest FROM deletions), 0), ?) ON CONFLICT DO NOTHING
"""
_UPDATE = "UPDATE runners SET version = version + 1, document = ? WHERE key = ? AND version = ?"
_DUE = "SELECT newest FROM deletions WHERE newest > swept"

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
        self._local = threading.local()
        self._open_connections: list[sqlite3.Connection] = []
        self._turn = _Turn(self._path)
        self._refusals = _Refusals(self._path)
        self._mending = Mending(self._path)
        self._lock = FileLock(Path(f"{self._path}.lock"))
        self._opening = threading.Lock()
        self._sweep_at = 0.0
        self._settling = Settling(Path(f"{self._path}-wal"))
        weakref.finalize(self, self._settling.end).atexit = False
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
        with self._refusals:
            row = _execute(self._checked_connection(), _LOAD, (key,)).fetchone()
        return Stored(*row) if row else None

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        with self._turn, self._refusals:
            connection = self._checked_connection()
            if replacing is None:
                written = _execute(connection, _INSERT, (key, document))
            else:
                written = _execute(connection, _UPDATE, (document, key, replacing))
        if not written.rowcount:
            raise ConflictError(f"version {replacing} is not the newest any more")
        self._settling.soon()
        if time.monotonic() >= self._sweep_at:
            self._sweep()

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        with self._turn, self._refusals:
            _execute(
                self._checked_connection(),
                "INSERT INTO kept_aside (key, version, document)"
                " SELECT key, version, ? FROM runners WHERE key = ? AND version = ?"
                " ON CONFLICT DO NOTHING",
                (stored.document, key, stored.version),
            )

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and all copies of its key; sweep the file."""
        with self._turn, self._refusals, self._checked_connection() as connection:
            _execute(connection, "BEGIN IMMEDIATE")
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
        try:
            self._settling.now()
        except OSError as refused:
            raise StoreError(f"cannot use the database {self._path}: {refused}") from refused
        self._sweep_at = 0.0
        deadline = time.monotonic() + BUSY_SECONDS
        while not self._sweep():
            if time.monotonic() > deadline:
                log.warning("what was deleted from %s cannot be swept out yet", self._path)
                return
            time.sleep(RETRY_SECONDS)

    def why_read_only(self) -> str:
        """Return why the file can be read and never written; nothing if it can be."""
        try:
            _execute(self._connection(), "UPDATE deletions SET swept = swept WHERE FALSE")
        except sqlite3.Error as refused:
            is_lasting = refused.sqlite_errorcode & _PLAIN_CODE == sqlite3.SQLITE_READONLY
            return str(refused) if is_lasting else ""
        return ""

    def close(self) -> None:
        """Close every thread's connection, with all on the disk unless that takes too long."""
        self._settling.close()
        self._let_go()

    def _let_go(self) -> None:
        self._hang_up()
        self._lock.release()

    def _hang_up(self) -> None:
        while self._open_connections:
            self._open_connections.pop().close()
        self._local = threading.local()

    def _begin(self) -> None:
        """Open the file, mended if it is damaged."""
        deadline = time.monotonic() + MENDING_SECONDS
        has_mended = False
        while True:
            self._share(deadline)
            found = self._identity()
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
        self._sweep()

    def _share(self, deadline: float) -> None:
        while not self._lock.acquire(alone=False):
            if time.monotonic() > deadline:
                raise StoreError(f"cannot use the database {self._path}: it is being mended")
            time.sleep(RETRY_SECONDS)

    def _have_alone(self, found: object, damage: str, deadline: float) -> bool:
        """Wait until no other process has the damaged file; False once it is not there any more."""
        while not self._lock.acquire(alone=True):
            if self._identity() != found:
                return False
            if time.monotonic() > deadline:
                raise StoreError(
                    f"{self._path} {damage}, and another process has it open:"
                    " end that one, then start anew"
                )
            time.sleep(RETRY_SECONDS)
        return True

    def _identity(self) -> object:
        """Return what tells the file from another one in its place."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - at each request, and in half the time
        except OSError:
            return None
        return found.st_dev, found.st_ino

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
            with self._refusals:
                _make_tables(self._checked_connection())
                (told,) = _execute(self._connection(), "PRAGMA quick_check(1)").fetchone()
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
            self._hang_up()
            if damage:
                mending.mend(damage, is_database=damage != _NO_DATABASE)
        except (OSError, sqlite3.Error) as refused:
            raise StoreError(
                f"cannot mend the damaged database {self._path}: {refused}; nothing is lost by it:"
                f" make room in {self._path.parent} and see that it can be written, then start"
                " anew, or move the file away, to begin without it"
            ) from refused

    def _sweep(self) -> bool:
        """Rewrite the file without what was deleted, if it is due; tell whether it is done.

        Waits for nobody. What was asked for is done already, so failing here is no error.
        """
        try:
            with self._refusals:
                due = _execute(self._connection(), _DUE).fetchone()
            if due is None:
                self._sweep_at = time.monotonic() + LOOK_SECONDS
                return True
            # A connection of its own, which waits for nobody's locks.
            with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as broom:
                # In vain while somebody reads; the file would be rewritten in vain, too.
                if not _empty_log(broom):
                    return False
                broom.execute("VACUUM")
                if not _empty_log(broom):
                    return False
                broom.execute("UPDATE deletions SET swept = MAX(swept, ?)", due)
        except (StoreError, sqlite3.Error) as refused:
            log.info("%s is swept later: %s", self._path, refused)
            return False
        return True

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

    def _checked_connection(self) -> sqlite3.Connection:
        """Return this thread's connection to the file that is there now."""
        connection = getattr(self._local, "connection", None)
        if connection is not None and self._identity() != self._local.file:
            log.error("%s was taken away while it was in use; a new one is begun", self._path)
            connection.close()
            self._open_connections.remove(connection)
            self._local.connection = None
            _make_tables(self._connection())
        return self._connection()

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._opening:
                if not self._lock.is_held:
                    self._share(time.monotonic() + BUSY_SECONDS)
                    if waits := self._mended_waits():
                        self._lock.release()
                        raise StoreError(f"{self._path} {waits}: start anew")
            connection = self._local.connection = self._connect()
            self._local.file = self._identity()
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=0,  # who waits, does so in `_execute`
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
        except sqlite3.Error:
            connection.close()
            raise
        self._open_connections.append(connection)
        return connection


class _Turn:
    """Waits for this process's other writes: of all its threads only one waits for the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=BUSY_SECONDS):
            raise StoreError(f"cannot use the database {self._path}: other writes take too long")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class _Refusals:
    """Has SQLite's refusals leave as `StoreError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, refused: BaseException | None, __: object) -> None:
        if isinstance(refused, sqlite3.Error):
            raise StoreError(f"cannot use the database {self._path}: {refused}") from refused


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in SCHEMA.split(";"):
        _execute(connection, statement)


def _empty_log(connection: sqlite3.Connection) -> bool:
    """Copy the log into the file and cut it to nothing, if nobody reads or writes; tell."""
    was_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not was_busy


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the file over, once; of two that do so at a time, SQLite lets neither wait."""
    _execute(connection, "PRAGMA journal_mode = WAL")


def _execute(
    connection: sqlite3.Connection, statement: str, parameters: Sequence[object] = ()
) -> sqlite3.Cursor:
    """Execute one statement as soon as nobody has the file locked."""
    deadline, rest = time.monotonic() + BUSY_SECONDS, FIRST_REST
    while True:
        try:
            return connection.execute(statement, parameters)
        except sqlite3.OperationalError as refused:
            is_busy = refused.sqlite_errorcode & _PLAIN_CODE == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(rest)
            rest = min(2 * rest, RETRY_SECONDS)
