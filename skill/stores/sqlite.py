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

A file that is found damaged at the start is mended by one process, while no other has it open: a
lock file beside it is shared by all who have, and had alone by who mends. What can be read is
written to a new file, `….mending`; with its renaming to `….mended` it is decided that this is the
database, and whoever starts next puts it in its place, should the one who mends be killed before.
Where nothing can be locked (Windows) a file that is open cannot be replaced.
"""

import logging
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from skill.ports import ConflictError, Stored, StoreError
from skill.stores.file_lock import FileLock
from skill.stores.settling import Settling

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
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""What reading a damaged file may end in; anything else is no fault of the file."""
_NO_DATABASE = "is no database"
_MAGIC = b"SQLite format 3\0"
"""What every database file begins with."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runners (
    key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    document BLOB NOT NULL
);
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
"""`runners` has row ids: without, a document over 1,000 bytes would take pages of its own, and
twice the time. `deletions` has one row, once there was a deletion. `newest` is no less than any
version that was deleted, and grows with each deletion; `swept` is what it was before the last
sweep.
"""

_LOAD = "SELECT CAST(document AS BLOB), version FROM runners WHERE key = ?"
_INSERT = """
INSERT INTO runners (key, version, document)
VALUES (?, 1 + IFNULL((SELECT newest FROM deletions), 0), ?) ON CONFLICT DO NOTHING
"""
_UPDATE = "UPDATE runners SET version = version + 1, document = ? WHERE key = ? AND version = ?"
_DUE = "SELECT newest FROM deletions WHERE newest > swept"
_ALL_RUNNERS = "SELECT key, version, CAST(document AS BLOB) FROM runners ORDER BY key"

log = logging.getLogger(__name__)


class SqliteStore:
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
        self._lock = FileLock(Path(f"{self._path}.lock"))
        self._opening = threading.Lock()
        self._sweep_at = 0.0
        self._settling = Settling(Path(f"{self._path}-wal"))
        weakref.finalize(self, self._settling.end).atexit = False
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            raise StoreError(f"cannot make the folder {self._path.parent}: {refused}") from refused
        try:
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
        return "is damaged, and mended already" if self._beside("mended").exists() else ""

    def _damage(self) -> str:
        """Make what is missing; return what is wrong with the file, if not all can be read."""
        # Not left to SQLite to find out: it would throw away the log beside such a file.
        if not self._may_be_database():
            if self._path.suffix not in SUFFIXES:
                raise StoreError(
                    f"{self._path} {_NO_DATABASE}, nor by its name ({', '.join(SUFFIXES)}):"
                    " it stays as it is, so name another file"
                )
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
        try:
            self._clear_up()  # after whoever was killed
            if self._mended_waits():
                self._put_mended()
                return
            damage = self._damage()
            self._hang_up()
            if not damage:
                return
            try:
                taken = self._write_anew(is_database=damage != _NO_DATABASE)
                aside = self._keep_aside()
                self._beside("mending").replace(self._beside("mended"))
            finally:
                self._clear_up()
            _synchronise(self._path.parent)
            log.error("%s %s; kept as %s, a new one is begun", self._path, damage, aside.name)
            log.warning("%d runners were taken over from %s", taken, aside.name)
            self._put_mended()
        except (OSError, sqlite3.Error) as refused:
            raise StoreError(
                f"cannot mend the damaged database {self._path}: {refused}; nothing is lost by it:"
                f" make room in {self._path.parent} and see that it can be written, then start"
                " anew, or move the file away, to begin without it"
            ) from refused

    def _put_mended(self) -> None:
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
            new.executescript(_SCHEMA)
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
            for statement in (_ALL_RUNNERS, f"{_ALL_RUNNERS} DESC"):
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

    def _clear_up(self) -> None:
        """Remove what was only needed to mend the file."""
        for name in ("mending", "mending-copy"):
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(f"{self._beside(name)}{suffix}").unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{suffix}")

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
            raise StoreError(f"cannot read the database {self._path}: {refused}") from refused

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


@contextmanager
def _to_the_damage() -> Iterator[None]:
    """Go on after an error that damage is reason enough for."""
    try:
        yield
    except sqlite3.DatabaseError as refused:
        code = getattr(refused, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code & _PLAIN_CODE not in _DAMAGED:
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


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";"):
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
