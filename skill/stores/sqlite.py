"""The embedded store: one SQLite file, safe for several threads and several processes.

Write-ahead log with full synchronisation: a write that has returned survives the power going.
Every write is one conditional statement, so no transaction is ever upgraded and no writer
can be refused for having read first.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from skill.ports import ConflictError, Stored, StoreError

BUSY_SECONDS = 2.0
"""How long a write waits for another process's write; Alexa waits 8 s for the answer."""

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
"""

log = logging.getLogger(__name__)


class SqliteStore:
    """Implements `SessionStore` in the file at `path`, which is made where it is missing.

    A file that is no database is moved aside, next to its place, and a new one begun. Raise
    `StoreError` if the file cannot be opened or made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._open_connections: list[sqlite3.Connection] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            raise StoreError(f"cannot make the folder {path.parent}: {refused}") from refused
        self._create()

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT document, version FROM runners WHERE key = ?", (key,)
            ).fetchone()
        return Stored(bytes(row[0]), row[1]) if row else None

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        with self._connection() as connection:
            if replacing is None:
                written = connection.execute(
                    "INSERT INTO runners (key, version, document) VALUES (?, 1, ?)"
                    " ON CONFLICT DO NOTHING",
                    (key, document),
                )
            else:
                written = connection.execute(
                    "UPDATE runners SET version = version + 1, document = ?"
                    " WHERE key = ? AND version = ?",
                    (document, key, replacing),
                )
        if not written.rowcount:
            raise ConflictError(f"version {replacing} is not the newest any more")

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO kept_aside (key, version, document) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (key, stored.version, stored.document),
            )

    def close(self) -> None:
        """Close every thread's connection."""
        while self._open_connections:
            self._open_connections.pop().close()
        self._local = threading.local()

    def _create(self) -> None:
        try:
            with self._connection() as connection:
                connection.executescript(_SCHEMA)
        except StoreError as refused:
            if not isinstance(refused.__cause__, sqlite3.DatabaseError) or isinstance(
                refused.__cause__, sqlite3.OperationalError
            ):
                raise
            self.close()
            aside = self._move_aside()
            log.error("%s is no database; kept as %s, a new one is begun", self._path, aside.name)  # noqa: TRY400
            with self._connection() as connection:
                connection.executescript(_SCHEMA)

    def _move_aside(self) -> Path:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = self._path.with_name(f"{self._path.name}.unreadable-{stamp}")
        self._path.rename(aside)
        for left_over in ("-wal", "-shm"):
            self._path.with_name(self._path.name + left_over).unlink(missing_ok=True)
        return aside

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend this thread's connection; SQLite's refusals leave as `StoreError`."""
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self._connect()
            yield connection
        except sqlite3.Error as refused:
            raise StoreError(f"{self._path}: {refused}") from refused

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        self._open_connections.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection
