"""Sweeping: nothing is left of what was deleted, soon, and nobody waits for it."""

import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Event

import pytest

from skill.ports import ConflictError, Stored
from skill.stores import sweeping
from skill.stores.sqlite import SqliteStore
from tests.stores.processes import child, everything_in, reader, soon

DELETE_AND_CRASH = """
opened(sys.argv[1]).delete("k", int(sys.argv[2]))
os.kill(os.getpid(), 9)
"""
DELETE_REWRITE_AND_CRASH = """
import sqlite3, time
store = opened(sys.argv[1])
store.delete("k", 1)
looking = sqlite3.connect(sys.argv[1])
while looking.execute("SELECT newest - swept FROM deletions").fetchone() != (0,):
    time.sleep(0.01)
os.kill(os.getpid(), 9)
"""
MARK = b"<all about a runner>"
FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runners.sqlite3"


@pytest.fixture
def rewritings(monkeypatch) -> list[str]:
    """The rewritings of any file, in a list that grows."""
    connect = sqlite3.connect
    done: list[str] = []

    class Watched(sqlite3.Connection):
        def execute(self, statement, *parameters):
            if statement == "VACUUM":
                done.append(statement)
            return super().execute(statement, *parameters)

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **b: connect(*a, **b, factory=Watched))
    return done


def is_clean(path: Path, *words: bytes) -> bool:
    """Whether a file, with all beside it, has none of these words soon."""
    return soon(lambda: not any(word in everything_in(path) for word in words or (MARK,)))


class TestNothingIsLeft:
    @pytest.mark.parametrize("times", [1, 9, 2_000], ids=["small", "larger", "many pages"])
    def test_of_what_was_deleted(self, path, times):
        """No byte of a document, its forerunners, copies or key is left, and the rest is there."""
        with closing(SqliteStore(path)) as store:
            for number in range(9):
                store.save(f"other {number}", b"theirs" * times, None)
            store.save("the key", MARK, None)
            store.keep_aside("the key", store.load("the key"))
            store.save("the key", MARK * times, 1)
            store.keep_aside("the key", store.load("the key"))
            store.save("the key", b"now " + MARK, 2)
            assert MARK in everything_in(path)
            store.delete("the key", 3)
            assert is_clean(path, MARK, b"the key")
            for number in range(9):
                assert store.load(f"other {number}") == Stored(b"theirs" * times, 1)
        assert MARK not in everything_in(path)

    def test_of_several(self, path):
        """Each deletion leaves nothing, whatever the versions of those before it."""
        versions = {"a": 2, "b": 5, "c": 3, "d": 1, "e": 5}
        with closing(SqliteStore(path)) as store:
            for key, version in versions.items():
                for replacing in range(version):
                    store.save(key, MARK + key.encode(), replacing or None)
            for key, version in versions.items():
                assert MARK + key.encode() in everything_in(path)
                store.delete(key, version)
                assert is_clean(path, MARK + key.encode())

    def test_in_a_file_from_before(self, path):
        """A file of a store that could not delete, with old writing in its gaps, is cleared too."""
        with closing(sqlite3.connect(path)) as before, before:
            before.execute("PRAGMA journal_mode = WAL")
            before.execute("PRAGMA secure_delete = OFF")
            for table, primary in (("runners", "(key)"), ("kept_aside", "(key, version)")):
                before.execute(
                    f"CREATE TABLE {table} (key TEXT, version INTEGER NOT NULL,"
                    f" document BLOB NOT NULL, PRIMARY KEY {primary}) WITHOUT ROWID"
                )
            before.execute("INSERT INTO runners VALUES ('k', 1, ?)", (MARK * 999,))
            before.execute("UPDATE runners SET version = 2, document = ?", (MARK * 9,))
            before.execute("UPDATE runners SET version = 3, document = x'00'")
        with closing(SqliteStore(path)) as store:
            assert MARK in everything_in(path)
            store.delete("k", 3)
            assert is_clean(path)
            store.save("k", b"new", None)
            assert store.load("k") == Stored(b"new", 4)

    def test_at_the_end(self, path, monkeypatch):
        """A store that is closed just after a deletion leaves nothing either."""
        monkeypatch.setattr(sweeping, "REST_SECONDS", 60)
        with closing(SqliteStore(path)) as store:
            store.save("k", MARK, None)
            store.save("other", b"theirs", None)
            store.delete("k", 1)
            assert MARK in everything_in(path)
        assert MARK not in everything_in(path)

    def test_while_others_write(self, path):
        """Among many writers nothing is lost or refused, and once they rest nothing is left."""

        def write(number: int) -> None:
            key = f"k{number}"
            for _ in range(10):
                store.save(key, MARK * 99, None)
                store.delete(key, store.load(key).version)
                found = store.load("other")
                with suppress(ConflictError):
                    store.save("other", b"theirs", found.version)

        with closing(SqliteStore(path)) as store, ThreadPoolExecutor(4) as pool:
            store.save("other", b"one", None)
            list(pool.map(write, range(4)))
            store.save("other", b"last", store.load("other").version)
            assert is_clean(path)
            assert store.load("other").document == b"last"

    def test_once_nobody_reads_any_more(self, path, rewritings, monkeypatch, caplog):
        """Somebody else's reading delays it, but nobody's commands; the owner hears of it, once."""
        monkeypatch.setattr(sweeping, "REST_SECONDS", 0.01)
        with closing(SqliteStore(path)) as store:
            store.save("k", MARK, None)
            with reader(path):
                with caplog.at_level(logging.WARNING):
                    store.delete("k", 1)
                    assert store.load("k") is None
                    store.save("other", b"one", None)
                    assert soon(lambda: bool(caplog.records))
                assert MARK in everything_in(path)
            assert is_clean(path)
            assert store.load("other").document == b"one"
        (told,) = [record.getMessage() for record in caplog.records]
        assert told.startswith(f"what was deleted from {path} cannot be swept out yet:")
        assert len(rewritings) == 1


class TestOnce:
    def test_it_is_remembered(self, path, rewritings, monkeypatch):
        """What was swept is not swept again: not by later writes, nor by another store."""
        monkeypatch.setattr(sweeping, "REST_SECONDS", 0.01)
        monkeypatch.setattr(sweeping, "LOOK_SECONDS", 0.01)
        with closing(SqliteStore(path)) as store:
            for number in range(3):
                store.save("k", MARK, None)
                store.delete("k", store.load("k").version)
                assert is_clean(path)
                assert len(rewritings) == number + 1
            with closing(SqliteStore(path)) as other:
                for version in range(9):
                    other.save("other", b"theirs", version + 3 if version else None)
            assert len(rewritings) == 3

    def test_under_traffic(self, path, rewritings):
        """With somebody writing at any moment the file is rewritten once, and nothing is left."""
        is_over = Event()

        def write(number: int) -> None:
            store.save(f"other {number}", b"0", None)
            version = store.load(f"other {number}").version
            while not is_over.wait(0.001):
                store.save(f"other {number}", b"%d" % version, version)
                version += 1

        with closing(SqliteStore(path)) as store, ThreadPoolExecutor(6) as pool:
            store.save("k", MARK, None)
            writing = [pool.submit(write, number) for number in range(6)]
            assert soon(lambda: all(store.load(f"other {number}") for number in range(6)))
            store.delete("k", 1)
            try:
                assert is_clean(path)
            finally:
                is_over.set()
            for one in writing:
                one.result()
        assert len(rewritings) == 1

    def test_a_rest_after_it(self, path, rewritings, monkeypatch):
        """However many are deleted, a file that takes long to rewrite is left alone in between."""
        monkeypatch.setattr(sweeping, "RESTS", 1_000_000)
        monkeypatch.setattr(sweeping, "REST_SECONDS", 0.01)
        with closing(SqliteStore(path)) as store:
            store.save("k", MARK, None)
            store.delete("k", 1)
            assert is_clean(path)
            for number in range(5):
                store.save("k", MARK, None)
                store.delete("k", number + 2)
            assert MARK in everything_in(path)
        assert len(rewritings) == 1
        with closing(SqliteStore(path)):
            assert soon(lambda: len(rewritings) == 2)
            assert is_clean(path)


class TestNobodyWaits:
    def test_who_deletes(self, path, monkeypatch):
        """A deletion is done before the file is rewritten, and others read meanwhile."""
        rewrites, goes_on = Event(), Event()
        rewrite = sweeping.Sweeping._rewrite  # noqa: SLF001 - as if the file were large

        def slowly(*given) -> None:
            rewrites.set()
            assert goes_on.wait(20)
            rewrite(*given)

        monkeypatch.setattr(sweeping.Sweeping, "_rewrite", slowly)
        with closing(SqliteStore(path)) as store:
            store.save("k", MARK, None)
            store.delete("k", 1)
            assert rewrites.wait(20)
            assert store.load("k") is None
            store.save("other", b"theirs", None)
            goes_on.set()
            assert is_clean(path)

    def test_who_closes(self, path, monkeypatch):
        """What would take too long at the end is called off; whoever opens the file next does it.

        Here the file is as if it were infinite.
        """
        connect = sqlite3.connect

        class Infinite(sqlite3.Connection):
            def execute(self, statement, *parameters):
                return super().execute(
                    FOR_EVER if statement == "VACUUM" else statement, *parameters
                )

        store = SqliteStore(path)
        store.save("k", MARK, None)
        store.delete("k", 1)
        with monkeypatch.context() as patch:
            patch.setattr(sqlite3, "connect", lambda *a, **b: connect(*a, **b, factory=Infinite))
            patch.setattr(sweeping, "ENDING_SECONDS", 0.2)
            store.close()
        with closing(SqliteStore(path)):
            assert is_clean(path)


class TestOthers:
    @pytest.fixture
    def stored(self, path) -> Path:
        """A file with a runner who is to be forgotten."""
        with closing(SqliteStore(path)) as store:
            store.save("k", MARK, None)
        return path

    def test_after_a_kill(self, stored):
        """Who is killed before all is cleared has deleted all the same; the next one clears it."""
        with reader(stored) as reading:
            child(DELETE_AND_CRASH, stored, 1).communicate()
            reading.kill()
        assert MARK in everything_in(stored)
        with closing(SqliteStore(stored)) as store:
            assert is_clean(stored)
            assert store.load("k") is None

    @pytest.mark.parametrize("last_words", [DELETE_AND_CRASH, DELETE_REWRITE_AND_CRASH])
    def test_a_kill_with_others_there(self, stored, monkeypatch, last_words):
        """Who has the file open clears it for one who was killed, however far that one had come."""
        monkeypatch.setattr(sweeping, "LOOK_SECONDS", 0.1)
        with closing(SqliteStore(stored)) as store:
            with reader(stored) as reading:
                child(last_words, stored, 1).communicate()
                assert MARK in everything_in(stored)
                reading.kill()
            assert is_clean(stored)
            assert store.load("k") is None
