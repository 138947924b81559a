"""The SQLite store: what only a file can go through."""

import errno
import logging
import os
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

from skill.ports import ConflictError, Documents, Stored, StoreError
from skill.stores import connections, file_lock, sqlite
from skill.stores.bounded import MOST_IDLE, BoundedStore
from skill.stores.connections import Connections
from skill.stores.file_lock import FileLock
from skill.stores.sqlite import SqliteStore
from skill.stores.tables import TABLES
from tests.stores.processes import child, soon

COUNT_UP = """
store = opened(sys.argv[1])
for _ in range(int(sys.argv[2])):
    while True:
        found = store.load("k")
        count = int(found.document) if found else 0
        try:
            store.save("k", str(count + 1).encode(), found.version if found else None)
        except ConflictError:
            continue
        break
store.close()
"""
COUNT_FOR_EVER = """
store = opened(sys.argv[1])
for count in range(1, 1_000_000):
    store.save("k", str(count).encode(), count - 1 or None)
    print(count, flush=True)
"""
OPEN_WHAT_IS_NAMED = """
print("ready", flush=True)
for line in sys.stdin:
    opened(line.strip()).close()
    print("opened", flush=True)
"""
CRASH = """
opened(sys.argv[1]).save("k", b"precious", None)
os.kill(os.getpid(), 9)
"""
START_AND_SAVE = """
key = sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
store = opened(sys.argv[1])
store.save(key, b"new", None)
found = sum(store.load(f"runner {number:03}") is not None for number in range(400))
print(found, store.load(key).document == b"new", flush=True)
sys.stdin.readline()
store.close()
"""
SAVE_AND_HOLD = """
store = opened(sys.argv[1])
store.save(sys.argv[2], b"new", None)
print("saved", flush=True)
sys.stdin.readline()
store.save(sys.argv[2], b"newer", 1)
store.close()
"""
START_WITH_LITTLE_ROOM = """
import resource
from skill.ports import StoreError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    opened(sys.argv[1])
except StoreError as refused:
    print(refused)
"""
DIE_AT_EACH_STEP = """
# Each line of the store's that is run while it mends is the last one of some process.
import logging, shutil, signal
logging.disable()
from skill.stores import mending, sqlite

def killed_at(step, path):
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    lines = set()

    def trace(frame, event, _):
        if frame.f_code.co_filename not in {sqlite.__file__, mending.__file__}:
            return None
        if frame.f_code.co_name == "_mend":
            lines.add(None)
        if lines and event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
            if len(lines) > step:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    opened(path)
    os._exit(0)

folder, step, ended = Path(sys.argv[1]), 1, None
while ended != 0:
    lot = folder / str(step)
    shutil.copytree(folder / "damaged", lot)
    ended = killed_at(step, lot / "runners.sqlite3")
    found = opened(lot / "runners.sqlite3")
    kept = [found.load(key) for key in ("runner 000", "runner 399", "late")]
    found.close()
    asides = {file.read_bytes() for file in lot.glob("*.unreadable-*") if file.name[-4] != "-"}
    left = [file.name for file in lot.iterdir() if "mend" in file.name]
    if None in kept or len(asides) != 1 or left:
        sys.exit(f"killed at step {step}: {kept}, {len(asides)} kept aside, {left} left")
    shutil.rmtree(lot)
    step += 1
print(step)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runners.sqlite3"


def read(path: Path, key: str = "k") -> Stored | None:
    """Open a file as after a restart, and read one document."""
    with closing(SqliteStore(path)) as store:
        return store.load(key)


class TestProcesses:
    def test_two_of_them_lose_nothing(self, path):
        """Two processes that count the same document up at one time lose no count."""
        each = 150
        counting = [child(COUNT_UP, path, each) for _ in range(2)]
        for process in counting:
            process.communicate()
            assert process.returncode == 0
        assert read(path) == Stored(str(2 * each).encode(), 2 * each)

    def test_what_was_acknowledged_survives_a_kill(self, path):
        """After SIGKILL in the middle of writing, every acknowledged write is there."""
        writing = child(COUNT_FOR_EVER, path)
        with writing.stdin, writing.stdout:
            for _ in range(40):
                writing.stdout.readline()
            writing.send_signal(signal.SIGKILL)
            acknowledged = [int(line) for line in writing.stdout if line.endswith("\n")]
            writing.wait()
        kept = read(path)
        assert kept.version >= max([40, *acknowledged])
        assert kept.document == str(kept.version).encode()

    def test_many_begin_the_same_file(self, path):
        """However many open a new file at one moment, none of them is refused."""
        with ExitStack() as ending:
            openers = [child(OPEN_WHAT_IS_NAMED) for _ in range(6)]
            for opener in openers:
                ending.enter_context(opener)
                assert opener.stdout.readline() == "ready\n"
            for number in range(20):
                for opener in openers:
                    opener.stdin.write(f"{path}{number}\n")
                    opener.stdin.flush()
                assert [opener.stdout.readline() for opener in openers] == ["opened\n"] * 6


class TestRestart:
    def test_documents_are_there_again(self, path):
        """What one store has saved, the next one on the same file finds."""
        with closing(SqliteStore(path)) as store:
            store.save("k", b"one", None)
            store.save("k", b"two", 1)
        assert read(path) == Stored(b"two", 2)

    def test_missing_folders_are_made(self, tmp_path):
        """The folders above the file are made where they are missing."""
        assert read(tmp_path / "a" / "b" / "runners.sqlite3") is None

    def test_a_relative_path_stays_where_it_was(self, tmp_path, monkeypatch):
        """A path is taken from where the store was opened, whoever changes folders later."""
        monkeypatch.chdir(tmp_path)
        with closing(SqliteStore(Path("runners.sqlite3"))) as store:
            store.save("k", b"one", None)
            monkeypatch.chdir("/")
            with ThreadPoolExecutor(1) as elsewhere:
                assert elsewhere.submit(store.load, "k").result() == Stored(b"one", 1)

    def test_no_name_means_memory(self, tmp_path, monkeypatch):
        """A file of a name that SQLite keeps for itself is a file all the same."""
        monkeypatch.chdir(tmp_path)
        with closing(SqliteStore(Path(":memory:"))) as store:
            store.save("k", b"one", None)
        assert read(tmp_path / ":memory:") == Stored(b"one", 1)

    def test_closing_twice(self, path):
        """A store can be closed again, and opens anew when it is used."""
        store = SqliteStore(path)
        store.close()
        store.close()
        store.save("k", b"one", None)
        store.close()
        assert read(path) == Stored(b"one", 1)


class TestUnreadableFiles:
    @pytest.mark.parametrize(
        "content",
        [
            b"These are the runners: Ada, Bo.\n" * 300,
            b"\x00" * 4096,
            b"x",
            b"SQLite format 3\x00" + b"\xff" * 4080,
        ],
        ids=["text", "zeros", "one byte", "a header and nonsense"],
    )
    def test_no_database_is_kept_and_replaced(self, path, content, caplog):
        """A file that is no database is moved aside byte for byte, and a new one begun."""
        path.write_bytes(content)
        with caplog.at_level(logging.ERROR), closing(SqliteStore(path)) as store:
            store.save("k", b"one", None)
        (kept,) = path.parent.glob("*.unreadable-*")
        assert kept.read_bytes() == content
        assert read(path) == Stored(b"one", 1)
        (record,) = caplog.records
        assert str(path) in record.getMessage()
        assert kept.name in record.getMessage()

    @pytest.mark.parametrize("name", ["passwd", "notes.txt", "run.log"])
    def test_somebody_elses_file_is_left_alone(self, tmp_path, name):
        """A file that is no database, nor has the name of one, stays just as it is."""
        file = tmp_path / name
        file.write_text("root:x:0:0\n")
        with pytest.raises(StoreError, match="name another file"):
            SqliteStore(file)
        assert file.read_text() == "root:x:0:0\n"
        assert not list(tmp_path.glob("*unreadable*"))

    @pytest.mark.parametrize("left", [(), ("-wal", "-shm")], ids=["all of it", "but for its log"])
    def test_a_file_that_is_taken_away(self, path, left, caplog):
        """Deleted while it is in use, it is begun anew: from then on all is kept again."""
        with closing(SqliteStore(path)) as store:
            store.save("k", b"one", None)
            for suffix in {"", "-wal", "-shm"} - {*left}:
                Path(f"{path}{suffix}").unlink(missing_ok=True)
            assert store.load("k") is None
            store.save("k", b"two", None)
            assert "was taken away while it was in use" in caplog.text
            with closing(SqliteStore(path)) as other:
                assert other.load("k") == Stored(b"two", 1)

    def test_each_of_them_is_kept(self, path):
        """Files that are moved aside one after the other do not overwrite each other."""
        for content in (b"first", b"second"):
            path.write_bytes(content)
            SqliteStore(path).close()
        kept = [file.read_bytes() for file in sorted(path.parent.glob("*.unreadable-*"))]
        assert kept == [b"first", b"second"]

    def test_the_log_beside_it_is_kept_too(self, path):
        """Writes that were still in the write-ahead log are moved aside with the file."""
        child(CRASH, path).communicate()
        log = path.with_name(path.name + "-wal").read_bytes()
        assert b"precious" in log
        path.write_bytes(b"not any more".ljust(path.stat().st_size))
        assert read(path) is None
        (kept,) = path.parent.glob("*.unreadable-*-wal")
        assert kept.read_bytes() == log

    def test_an_empty_file_is_a_new_database(self, path):
        """A file without content is begun, and nothing is moved aside."""
        path.touch()
        assert read(path) is None
        assert not list(path.parent.glob("*.unreadable-*"))

    @pytest.mark.parametrize("document", ["text", 7, 1.5], ids=repr)
    def test_a_document_somebody_wrote_by_hand(self, path, document):
        """A document of another type is read as the bytes it is, for the manager to judge."""
        with closing(SqliteStore(path)) as store, closing(sqlite3.connect(path)) as by_hand:
            store.save("k", b"one", None)
            with by_hand:
                by_hand.execute("UPDATE runners SET document = ?", (document,))
            found = store.load("k")
            assert found == Stored(str(document).encode(), 1)
            store.keep_aside("k", found)
            store.save("k", b"fresh", 1)

    def test_what_is_kept_aside_can_be_found(self, path):
        """A record that was kept aside is in a table of its own, byte for byte."""
        with closing(SqliteStore(path)) as store:
            store.save("k", b"broken\xff", None)
            store.keep_aside("k", store.load("k"))
            store.save("k", b"fresh", 1)
        with closing(sqlite3.connect(path)) as looking:
            rows = looking.execute("SELECT key, version, document FROM kept_aside").fetchall()
        assert rows == [("k", 1, b"broken\xff")]


class TestMending:
    @pytest.fixture
    def damaged(self, path) -> bytes:
        """Have a file with 400 runners, a few of whom cannot be read any more; its bytes."""
        return damage(path)

    def test_by_several_at_once(self, path, damaged):
        """However many start on a damaged file, one mends it; all serve it, and lose nothing."""
        with ExitStack() as ending:
            starting = [child(START_AND_SAVE, path, f"new {number}") for number in range(4)]
            for process in starting:
                ending.enter_context(process)
                assert process.stdout.readline() == "ready\n"
            for process in starting:
                process.stdin.write("go\n")
                process.stdin.flush()
            told = [process.stdout.readline().split() for process in starting]
            for process in starting:
                process.communicate("enough\n")
                assert process.returncode == 0
        assert {found for found, _ in told} == {told[0][0]}
        assert 300 < int(told[0][0]) < 400
        assert {kept for _, kept in told} == {"True"}
        for number in range(4):
            assert read(path, f"new {number}") == Stored(b"new", 1)
        (aside,) = path.parent.glob("*.unreadable-*")
        assert aside.read_bytes() == damaged

    def test_not_while_another_has_it_open(self, path, monkeypatch):
        """A file is not taken from under a process that has it open; once that ends, it is mended.

        Neither does a damaged file, then, lose what the other one has still written to it.
        """
        monkeypatch.setattr(sqlite, "MENDING_SECONDS", 0.2)
        fill(path)
        with child(SAVE_AND_HOLD, path, "late") as other:
            assert other.stdout.readline() == "saved\n"
            overwrite(path)
            before = path.stat().st_ino
            with pytest.raises(StoreError, match=r"is damaged .* another process has it open"):
                SqliteStore(path)
            assert path.stat().st_ino == before
            assert not list(path.parent.glob("*.unreadable-*"))
            other.communicate("go on\n")
            assert other.returncode == 0
        assert read(path, "late") == Stored(b"newer", 2)
        assert read(path, "runner 000")

    def test_not_while_one_of_ours_has_it_open(self, path, monkeypatch):
        """The same goes for another store of this process, until it is closed."""
        monkeypatch.setattr(sqlite, "MENDING_SECONDS", 0.05)
        fill(path)
        with closing(SqliteStore(path)):
            overwrite(path)
            with pytest.raises(StoreError, match="has it open"):
                SqliteStore(path)
        assert read(path, "runner 000")

    def test_a_start_waits_for_who_mends(self, path, monkeypatch):
        """While somebody mends the file nobody opens it; who waits in vain is told why."""
        monkeypatch.setattr(sqlite, "MENDING_SECONDS", 0.05)
        fill(path)
        mending = FileLock(path.with_name(f"{path.name}.lock"))
        assert mending.acquire(alone=True)
        with pytest.raises(StoreError, match="is being mended"):
            SqliteStore(path)
        mending.release()
        assert read(path, "runner 000")

    @pytest.mark.parametrize("times", [0, 1], ids=["at once", "with the log copied"])
    def test_no_room(self, path, damaged, monkeypatch, times):
        """With no room to mend it the start says so, leaves all as it was; the next start mends."""
        copied = []

        def copy(_, new):
            copied.append(new)
            Path(new).write_bytes(b"half")
            if len(copied) > times:
                raise OSError(errno.ENOSPC, "No space left on device")

        if times:
            path.with_name(f"{path.name}-wal").touch()
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "copyfile", copy)
            # By closing it, SQLite would remove the empty log.
            patch.setattr(Connections, "hang_up", lambda *_: None)
            with pytest.raises(StoreError, match=r"No space left .* make room in") as refused:
                SqliteStore(path)
        assert str(path) in str(refused.value)
        assert path.read_bytes() == damaged
        names = {file.name.removeprefix(path.name) for file in path.parent.iterdir()}
        assert names <= {"", ".lock", "-wal", "-shm"}
        assert read(path, "runner 000")
        assert read(path, "runner 399")

    def test_no_room_for_the_new_file(self, path, damaged):
        """Where the system itself refuses bytes, be it to SQLite, nothing is lost either."""
        for share in (0.3, 0.6, 0.9, 0.96):
            with child(START_WITH_LITTLE_ROOM, path, int(len(damaged) * share)) as starting:
                told, _ = starting.communicate()
            assert "cannot mend the damaged database" in told
            assert path.read_bytes() == damaged
            assert not list(path.parent.glob("*mend*"))
        assert read(path, "runner 000")
        assert read(path, "runner 399")

    def test_a_kill_at_any_moment(self, tmp_path):
        """Whenever the one who mends is killed, the next to start finds all that can be read."""
        (tmp_path / "damaged").mkdir()
        path = tmp_path / "damaged" / "runners.sqlite3"
        fill(path)
        child(CRASH.replace('"k"', '"late"'), path).communicate()
        assert path.with_name(f"{path.name}-wal").exists()
        overwrite(path)
        with child(DIE_AT_EACH_STEP, tmp_path) as dying:
            told, _ = dying.communicate()
        assert dying.returncode == 0
        assert int(told) > 50

    @pytest.mark.parametrize("lacking", ["fcntl", "links"])
    def test_where_there_is_less(self, path, damaged, monkeypatch, lacking):
        """Without locks, or on a file system without links, a file is mended all the same."""

        def no_links(*_: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        if lacking == "fcntl":
            monkeypatch.setattr(file_lock, "fcntl", None)
        else:
            monkeypatch.setattr(Path, "hardlink_to", no_links)
        assert read(path, "runner 000")
        (aside,) = path.parent.glob("*.unreadable-*")
        assert aside.read_bytes() == damaged
        assert not list(path.parent.glob("*mend*"))


class TestRefusals:
    def test_the_path_is_a_folder(self, tmp_path):
        """A folder in the file's place is refused in a sentence that names it."""
        folder = tmp_path / "folder"
        folder.mkdir()
        with pytest.raises(StoreError, match="cannot read the database") as refused:
            SqliteStore(folder)
        assert str(folder) in str(refused.value)
        assert list(tmp_path.iterdir()) == [folder]

    def test_what_is_no_database(self, tmp_path):
        """A file that is none, nor by its name, is refused, and nothing is left beside it."""
        file = tmp_path / "README.md"
        file.write_text("# Glutes")
        with pytest.raises(StoreError, match=r"README\.md is no database"):
            SqliteStore(file)
        assert [entry.read_text() for entry in tmp_path.iterdir()] == ["# Glutes"]

    @pytest.mark.parametrize("mode", ["DELETE", "WAL"])
    def test_another_programs_database(self, tmp_path, mode):
        """A database with tables, and none of ours, is refused with their names, and left alone."""
        file = tmp_path / "notes.db"
        with closing(sqlite3.connect(file)) as other:
            other.execute(f"PRAGMA journal_mode = {mode}")
            other.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)")
            other.commit()
        before = file.read_bytes()
        with pytest.raises(StoreError, match=r"notes\.db is another program's .*: notes\)"):
            SqliteStore(file)
        assert file.read_bytes() == before
        assert list(tmp_path.iterdir()) == [file]

    def test_ours_has_our_tables(self, path):
        """Each table that is made is one of those by which a file is known as ours."""
        with closing(SqliteStore(path)), closing(sqlite3.connect(path)) as other:
            found = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            assert {name for (name,) in found} == TABLES

    def test_an_empty_database(self, tmp_path):
        """A database in which there is nothing yet is taken, whoever made it."""
        file = tmp_path / "new.db"
        with closing(sqlite3.connect(file)) as other:
            other.execute("PRAGMA journal_mode = WAL")
            other.execute("VACUUM")
        with closing(SqliteStore(file)) as store:
            assert store.load("k") is None

    def test_the_folder_cannot_be_made(self, tmp_path):
        """A file in the place of a folder is refused in a sentence that names it."""
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match=r"cannot make the folder .*file"):
            SqliteStore(tmp_path / "file" / "runners.sqlite3")

    def test_a_folder_that_cannot_be_written(self):
        """A read-only folder is refused in a sentence that names the file."""
        with read_only_folder() as folder, pytest.raises(StoreError, match="cannot use") as refused:
            SqliteStore(folder / "runners.sqlite3")
        assert str(folder / "runners.sqlite3") in str(refused.value)

    def test_a_file_that_cannot_be_moved_aside(self):
        """A file that is no database, in a read-only folder, is refused and left as it is."""
        with read_only_folder({"runners.sqlite3": b"no database"}) as folder:
            with pytest.raises(StoreError, match="cannot use the lock"):
                SqliteStore(folder / "runners.sqlite3")
            assert (folder / "runners.sqlite3").read_bytes() == b"no database"

    def test_a_database_that_stays_locked(self, path, monkeypatch):
        """A write that has waited its time for another's lock says so, and changes nothing."""
        monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
        with closing(SqliteStore(path)) as store:
            store.save("k", b"one", None)
            with locked(path, "BEGIN IMMEDIATE"):
                with pytest.raises(StoreError, match="locked") as refused:
                    store.save("k", b"two", 1)
                assert not isinstance(refused.value, ConflictError)
                assert store.load("k") == Stored(b"one", 1)
            store.save("k", b"two", 1)
            assert store.load("k") == Stored(b"two", 2)

    def test_a_lock_that_is_given_up_in_time(self, path):
        """A write waits for another's lock, and is made when it is given up."""
        with closing(SqliteStore(path)) as store, ThreadPoolExecutor(1) as pool:
            store.save("k", b"one", None)
            with locked(path, "BEGIN IMMEDIATE"):
                writing = pool.submit(store.save, "k", b"two", 1)
            writing.result()
            assert store.load("k") == Stored(b"two", 2)

    def test_the_turn_and_the_lock_together(self, path, monkeypatch):
        """A write whose turn came late waits for another process's lock only for what is left."""
        clock, is_waiting = SlowClock(), threading.Event()
        for module in (sqlite, connections):
            monkeypatch.setattr(module, "time", clock)
        with closing(SqliteStore(path)) as store, locked(path, "BEGIN IMMEDIATE"):
            begun = clock.monotonic()
            with ThreadPoolExecutor(2) as pool:
                first = pool.submit(store.save, "k", b"one", None)
                assert clock.is_awaited.wait(10)
                second = pool.submit(lambda: (is_waiting.set(), store.save("k", b"one", None)))
                assert is_waiting.wait(10)
                time.sleep(0.1)  # it may be a line before the turn
                clock.goes_on.set()
                for write in (first, second):
                    with pytest.raises(StoreError, match="locked"):
                        write.result()
            assert clock.monotonic() - begun < 1.5 * sqlite.BUSY_SECONDS

    def test_a_locked_file_costs_no_connections(self, path, monkeypatch):
        """A file that is locked even for readers is refused each time, and nothing piles up."""
        monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
        SqliteStore(path).close()
        with closing(SqliteStore(path)) as store:
            store.close()
            with locked(path, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN IMMEDIATE"):
                open_after = []
                for _ in range(5):
                    with pytest.raises(StoreError, match="locked"):
                        store.load("k")
                    open_after.append(open_files())
                assert len(set(open_after)) == 1
            assert store.load("k") is None

    def test_threads_that_have_ended(self, path):
        """Of a burst of threads those that end have their connections closed."""
        together = threading.Barrier(4 * MOST_IDLE)

        def ask(documents: Documents) -> None:
            documents.load("k")
            together.wait(10)

        with (
            closing(BoundedStore(SqliteStore(path), seconds=10)) as store,
            ThreadPoolExecutor(4 * MOST_IDLE) as pool,
        ):
            for _ in range(3):
                for asking in [pool.submit(store.visit, ask) for _ in range(4 * MOST_IDLE)]:
                    asking.result()
            at_most = MOST_IDLE + 1  # ours is one, too
            assert soon(lambda: open_connections(path) <= at_most)
            assert store.load("k") is None


class SlowClock:
    """Goes on only by the rests that are taken, and those end once it does."""

    def __init__(self) -> None:
        self.is_awaited, self.goes_on = threading.Event(), threading.Event()
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.is_awaited.set()
        assert self.goes_on.wait(10)
        self._now += seconds


@cache
def filled() -> bytes:
    """Return the bytes of a file with 400 runners."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runners.sqlite3"
        with closing(SqliteStore(path)) as store:
            for number in range(400):
                store.save(f"runner {number:03}", b"%03d" % number * 100, None)
        return path.read_bytes()


def fill(path: Path) -> None:
    path.write_bytes(filled())


def overwrite(path: Path) -> bytes:
    """Overwrite two pages of a filled file, as a disk may; return its bytes then."""
    with path.open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xa5" * 8192)
    return path.read_bytes()


def damage(path: Path) -> bytes:
    fill(path)
    return overwrite(path)


def open_files() -> int:
    """Count the files this process has open, where that can be told."""
    listing = Path("/proc/self/fd")
    return len(list(listing.iterdir())) if listing.is_dir() else 0


def open_connections(path: Path) -> int:
    """Count this process's connections to a file, where that can be told, by their logs.

    The file itself SQLite may keep open for the next one, as long as it has others.
    """
    log, listing = f"{path}-wal", Path("/proc/self/fd")
    found = 0
    for file in listing.iterdir() if listing.is_dir() else ():
        with suppress(FileNotFoundError):
            found += str(file.readlink()) == log
    return found


@contextmanager
def locked(path: Path, *statements: str) -> Iterator[None]:
    """Be another process that is in the middle of a write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        for statement in statements:
            other.execute(statement)
        yield


@contextmanager
def read_only_folder(files: dict[str, bytes] | None = None) -> Iterator[Path]:
    """Lend a folder that this process cannot write to, not even as root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in (files or {}).items():
            (folder / file).write_bytes(content)
            (folder / file).chmod(0o644)
        folder.chmod(0o555)
        nobody = 65_534
        root = os.geteuid() == 0
        if root:
            os.seteuid(nobody)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)
