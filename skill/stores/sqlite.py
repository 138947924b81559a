"""The embedded store: one SQLite file, safe for several threads and several processes.

Write-ahead log with full synchronisation: a write that has returned survives the power going.
Every write is one conditional statement, or a transaction that begins as a writer, so none is
ever upgraded and no writer can be refused for having read first.

A deletion is followed by a sweep, after which no byte of what was deleted is in the file or
its log. Overwriting it (`secure_delete`) is not enough: where pages were split, stale copies
stay in the gaps between records. So the file is rewritten, and the log copied into it and
emptied. A reader who is in the middle of something can keep the log from being emptied; the
file remembers that it is still to be swept, and each write and each opening tries again.
"""

import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from skill.ports import ConflictError, Stored, StoreError

BUSY_SECONDS = 1.0
"""How long a write waits for others' writes; a load and a write fit into the time of an answer."""
RETRY_SECONDS = 0.001
"""How long to rest before looking again whether the file is free. SQLite's own waiting rests up to
0.1 s, so that under load who has come last is served first, and some wait for seconds."""

_PLAIN_CODE = 0xFF
"""Of an error's code, the part that says what it is; the rest says why."""
_MAGIC = b"SQLite format 3\0"
"""What every database file begins with."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runners (
    key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    document BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept_aside (
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (key, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deletions (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    newest INTEGER NOT NULL,
    swept INTEGER NOT NULL
);
"""
"""`deletions` has one row, once there was a deletion. `newest` is no less than any version that
was deleted, and grows with each deletion; `swept` is what it was before the last sweep.
"""

_ALL_RUNNERS = "SELECT key, version, CAST(document AS BLOB) FROM runners ORDER BY key"

log = logging.getLogger(__name__)


class SqliteStore:
    """Implements `SessionStore` in the file at `path`, which is made where it is missing.

    A file that is no database, or a damaged one, is moved aside, next to its place, and a new one
    begun with what can be read of it; no deletion reaches into it there. Raise `StoreError` if the
    file cannot be opened or made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._local = threading.local()
        self._open_connections: list[sqlite3.Connection] = []
        self._writing = threading.Lock()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            raise StoreError(f"cannot make the folder {self._path.parent}: {refused}") from refused
        self._create()

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        with self._connection() as connection:
            row = _execute(
                connection,
                "SELECT CAST(document AS BLOB), version FROM runners WHERE key = ?",
                (key,),
            ).fetchone()
        return Stored(*row) if row else None

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        with self._turn(), self._connection() as connection:
            if replacing is None:
                written = _execute(
                    connection,
                    "INSERT INTO runners (key, version, document)"
                    " VALUES (?, 1 + IFNULL((SELECT newest FROM deletions), 0), ?)"
                    " ON CONFLICT DO NOTHING",
                    (key, document),
                )
            else:
                written = _execute(
                    connection,
                    "UPDATE runners SET version = version + 1, document = ?"
                    " WHERE key = ? AND version = ?",
                    (document, key, replacing),
                )
        if not written.rowcount:
            raise ConflictError(f"version {replacing} is not the newest any more")
        self._sweep()

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        with self._turn(), self._connection() as connection:
            _execute(
                connection,
                "INSERT INTO kept_aside (key, version, document)"
                " SELECT key, version, ? FROM runners WHERE key = ? AND version = ?"
                " ON CONFLICT DO NOTHING",
                (stored.document, key, stored.version),
            )

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and all copies of its key; sweep the file."""
        with self._turn(), self._connection() as connection, connection:
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
        deadline = time.monotonic() + BUSY_SECONDS
        while not self._sweep():
            if time.monotonic() > deadline:
                log.warning("what was deleted from %s cannot be swept out yet", self._path)
                return
            time.sleep(RETRY_SECONDS)

    def close(self) -> None:
        """Close every thread's connection."""
        while self._open_connections:
            self._open_connections.pop().close()
        self._local = threading.local()

    def _create(self) -> None:
        # Not left to SQLite to find out: it would throw away the log beside such a file.
        if not self._may_be_database():
            self._move_aside()
        try:
            self._make_tables()
            damage = self._damage()
        except StoreError as refused:
            if type(refused.__cause__) is not sqlite3.DatabaseError:
                self.close()
                raise
            damage = str(refused.__cause__)
        if damage:
            self.close()
            aside = self._move_aside(f"is damaged ({damage})")
            self._make_tables()
            self._take_over(aside)
        self._sweep()

    def _damage(self) -> str:
        """Return what is wrong with the file; nothing if all of it can be read."""
        with self._connection() as connection:
            (told,) = _execute(connection, "PRAGMA quick_check(1)").fetchone()
        return "" if told == "ok" else str(told)

    def _take_over(self, aside: Path) -> None:
        """Copy what can be read of a damaged file: from both its ends, to where it is damaged."""
        taken: dict[str, tuple[str, int, bytes]] = {}
        newest = 0
        # A copy is read: by reading, SQLite may write beside a file, and this one stays as it is.
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            for suffix in ("-wal", ""):
                with suppress(FileNotFoundError):
                    shutil.copyfile(f"{aside}{suffix}", f"{copy}{suffix}")
            with closing(sqlite3.connect(copy)) as old:
                with suppress(sqlite3.DatabaseError):
                    (newest,) = old.execute(
                        "SELECT IFNULL(MAX(newest), 0) FROM deletions"
                    ).fetchone()
                for statement in (_ALL_RUNNERS, f"{_ALL_RUNNERS} DESC"):
                    with suppress(sqlite3.DatabaseError):
                        for row in old.execute(statement):
                            taken[row[0]] = row
        with self._connection() as connection, connection:
            _execute(connection, "BEGIN IMMEDIATE")
            connection.executemany("INSERT OR IGNORE INTO runners VALUES (?, ?, ?)", taken.values())
            if newest:
                connection.execute(
                    "INSERT OR IGNORE INTO deletions VALUES (1, ?, ?)", (newest, newest)
                )
        log.warning("%d runners were taken over from %s", len(taken), aside.name)

    def _make_tables(self) -> None:
        with self._connection() as connection:
            for statement in _SCHEMA.split(";"):
                _execute(connection, statement)

    def _sweep(self) -> bool:
        """Rewrite the file without what was deleted, if it is due; tell whether it is done.

        Waits for nobody. What was asked for is done already, so failing here is no error.
        """
        try:
            with self._connection() as connection:
                due = _execute(
                    connection, "SELECT newest FROM deletions WHERE newest > swept"
                ).fetchone()
            if due is None:
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
            raise StoreError(f"cannot read the database {self._path}: {refused}") from refused

    def _move_aside(self, why: str = "is no database") -> Path:
        """Keep the file and its log under another name: all its bytes, for whoever mends it."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = self._path.with_name(f"{self._path.name}.unreadable-{stamp}")
        try:
            for suffix in ("-wal", "-shm", ""):
                with suppress(FileNotFoundError):
                    Path(f"{self._path}{suffix}").rename(f"{aside}{suffix}")
        except OSError as refused:
            raise StoreError(f"cannot move {self._path} out of the way: {refused}") from refused
        log.error("%s %s; kept as %s, a new one is begun", self._path, why, aside.name)
        return aside

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this process's other writes: of all its threads only one waits for the file."""
        if not self._writing.acquire(timeout=BUSY_SECONDS):
            raise StoreError(f"cannot use the database {self._path}: other writes take too long")
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend this thread's connection; SQLite's refusals leave as `StoreError`."""
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self._connect()
            yield connection
        except sqlite3.Error as refused:
            raise StoreError(f"cannot use the database {self._path}: {refused}") from refused

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=0,  # who waits, does so in `_execute`
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
        except sqlite3.Error:
            connection.close()
            raise
        self._open_connections.append(connection)
        return connection


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
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return connection.execute(statement, parameters)
        except sqlite3.OperationalError as refused:
            is_busy = refused.sqlite_errorcode & _PLAIN_CODE == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)
