"""Connections to an SQLite file: one for each thread, always to the file that is there now.

None is carried over a fork. SQLite's locks belong to the process that took them, and what a child
opened beside a connection of its parent would count on that one's locks and have none: then the
parent, closing its last one, removes the log that the child writes to. So all are closed before.
https://www.sqlite.org/howtocorrupt.html, "Carrying an open database connection across a fork"
"""

import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

from skill.ports import StoreError
from skill.stores.forks import Forkable
from skill.stores.tables import SCHEMA

RETRY_SECONDS = 0.001
"""How long to rest before looking again whether the file is free. SQLite's own waiting rests up to
0.1 s, so that under load who has come last is served first, and some wait for seconds."""
FIRST_REST = 0.00002
"""How long to rest at first: a write keeps the file for about so long, and each rest is twice the
one before."""

log = logging.getLogger(__name__)


class Connections(Forkable):
    """Every thread's connection to the file at `path`; safe to use from several threads.

    A thread that ends leaves none open.

    `prepare` is called before one is opened, with the moment until which that may take.
    """

    def __init__(self, path: Path, prepare: Callable[[float], None]) -> None:
        self._path = path
        self._prepare = prepare
        self._begin()
        super().__init__()

    def _begin(self) -> None:
        self._local = threading.local()
        self._lines: list[Line] = []
        self._opening = threading.Lock()
        self._rests = False

    def mine(self, deadline: float) -> "Line":
        """Return this thread's, opened if need be: for one `with`, in which nobody closes it.

        `deadline` is a moment of `time.monotonic`. Raise `StoreError` if it cannot be opened by
        then; so does the `with` for whatever SQLite refuses.
        """
        line: Line | None = getattr(self._local, "line", None)
        if line is not None and line.take():
            if line.file == self.identity():
                return line
            log.error("%s was taken away while it was in use; a new one is begun", self._path)
            _close(line, self._lines)
        line = self._local.line = self._opened(deadline)
        self._local.end = _End()
        over = weakref.finalize(self._local.end, _close_unused, line, self._lines, os.getpid())
        over.atexit = False
        return line

    def hang_up(self, deadline: float) -> None:
        """Close all that are not in use, or not any more by then; who needs one, opens it anew."""
        for line in tuple(self._lines):
            if line.take(deadline - time.monotonic()):
                _close(line, self._lines)

    def identity(self) -> object:
        """Return what tells the file from another one in its place; None where there is none."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - at each request, and in half the time
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def rest(self, deadline: float) -> None:
        """Hang up, and open none: what is in use for longer than until then stays open."""
        self._rests = self._opening.acquire(timeout=max(deadline - time.monotonic(), 0))
        self.hang_up(deadline)

    def go_on(self) -> None:
        """Open them again."""
        if self._rests:
            self._opening.release()

    def begin_anew(self) -> None:
        """Open the child's own, and leave alone what its parent could not close."""
        _left_to_the_parent.extend(self._lines)
        self._begin()

    def _opened(self, deadline: float) -> "Line":
        with Refusals(self._path):
            if not self._opening.acquire(timeout=max(deadline - time.monotonic(), 0)):
                raise StoreError(f"cannot use the database {self._path}: it takes long to open")
            try:
                self._prepare(deadline)
                line = Line(self._path, self._connect(deadline), self.identity())
                self._lines.append(line)
            finally:
                self._opening.release()
        return line

    def _connect(self, deadline: float) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=0,  # who waits, does so in `execute`
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # Of two that switch a file over at a time, SQLite lets neither wait.
            execute(connection, deadline, "PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")
            for statement in SCHEMA.split(";"):
                execute(connection, deadline, statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


class Line:
    """A connection, and whether it is in use; `file` is which file it is to."""

    def __init__(self, path: Path, connection: sqlite3.Connection, file: object) -> None:
        """Have it, in use."""
        self.file = file
        self._connection = connection
        self._refusals = Refusals(path)
        self._is_open = True
        self._use = threading.Lock()
        self._use.acquire()

    def take(self, seconds: float = -1) -> bool:
        """Use it, once nobody else does, or after so many seconds not; False if it is closed."""
        if not self._use.acquire(timeout=seconds if seconds == -1 else max(seconds, 0)):
            return False
        if not self._is_open:
            self._use.release()
        return self._is_open

    def close(self) -> None:
        """Close it, for whoever uses it."""
        self._is_open = False
        self._connection.close()
        self._use.release()

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, kind: object, refused: BaseException | None, trace: object) -> None:
        self._use.release()
        self._refusals.__exit__(kind, refused, trace)


class _End:
    """Goes with the thread that has it."""


def _close_unused(line: Line, lines: list[Line], process: int) -> None:
    """Close the line of a thread that has ended; in a child, where all but one have, leave it."""
    if os.getpid() == process and line.take(0):
        _close(line, lines)


def _close(line: Line, lines: list[Line]) -> None:
    """Close a line for whoever uses it; it is one of the lines until it is closed."""
    line.close()
    lines.remove(line)


_left_to_the_parent: list[Line] = []
"""What a child does not use; nor does it close it, as Python would what nobody remembers."""


class Refusals:
    """Has SQLite's refusals leave as `StoreError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, refused: BaseException | None, __: object) -> None:
        if isinstance(refused, sqlite3.Error):
            raise StoreError(f"cannot use the database {self._path}: {refused}") from refused


def execute(
    connection: sqlite3.Connection,
    deadline: float,
    statement: str,
    parameters: Sequence[object] = (),
) -> sqlite3.Cursor:
    """Execute one statement as soon as nobody has the file locked, if that is by the deadline."""
    rest = FIRST_REST
    while True:
        try:
            return connection.execute(statement, parameters)
        except sqlite3.OperationalError as refused:
            if plain_code(refused) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(rest)
            rest = min(2 * rest, RETRY_SECONDS)


def plain_code(refused: sqlite3.Error) -> int:
    """Return what an error is: the part of SQLite's code that does not say why."""
    return getattr(refused, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
