"""What every store promises: one suite for all of them.

A new store joins by one entry in `STORES`. DynamoDB is there as two others have written it, and
once more behind a line where things happen. The last tests go through the session manager,
because "nothing is lost" is promised by the two together.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.runner import Phase
from skill.ports import ConflictError, SessionStore, Stored, StoreError
from skill.records import decode
from skill.sessions import ATTEMPTS, SessionManager, storage_key
from skill.stores.dynamodb import ASIDE, RUNNER, WRITERS
from skill.stores.memory import MemoryStore
from skill.stores.sqlite import SqliteStore
from tests.coaching.scenes import REPERTOIRE, moment
from tests.simulators.dynamodb import BadLine, Mishap, Servers, Table

THREADS = 8
"""At most `WRITERS`, or a write whose answer was lost may be overtaken too often to be known for
done; and fewer than `ATTEMPTS`, or a command may lose to each of the others and still not win."""
assert THREADS <= WRITERS
assert THREADS < ATTEMPTS

BUDGETS = {
    "skill.sessions.SECONDS": 60.0,
    "skill.stores.dynamodb.LOAD_SECONDS": 30.0,
    "skill.stores.dynamodb.WRITE_SECONDS": 30.0,
    "skill.aws.calls.SILENCE_SECONDS": 10.0,
}
"""How long everything may take here."""

other_versions = pytest.mark.parametrize(
    "other",
    [lambda newest: newest - 1, lambda newest: newest + 1, lambda _: 0, lambda newest: -newest],
    ids=["before", "after", "none", "below none"],
)


class Opened(NamedTuple):
    """A store, and what it has kept aside: keys and versions."""

    store: SessionStore
    copies: Callable[[], list[tuple[str, int]]]


@contextmanager
def in_memory(_folder: Path, _servers: Servers) -> Iterator[Opened]:
    """Open the store that forgets."""
    store = MemoryStore()
    yield Opened(store, lambda: sorted(store.kept_aside))


@contextmanager
def in_a_file(folder: Path, _servers: Servers) -> Iterator[Opened]:
    """Open the embedded store."""
    file = folder / "runners.sqlite3"

    def copies() -> list[tuple[str, int]]:
        with closing(sqlite3.connect(file)) as looking:
            return looking.execute("SELECT key, version FROM kept_aside ORDER BY 1, 2").fetchall()

    with closing(SqliteStore(file)) as store:
        yield Opened(store, copies)


@contextmanager
def in_dynalite(_folder: Path, servers: Servers) -> Iterator[Opened]:
    """Open the cloud's store on dynalite."""
    table = servers.table("dynalite")
    with closing(table.store()) as store:
        yield Opened(store, partial(copies_in, table))


@contextmanager
def in_moto(_folder: Path, servers: Servers) -> Iterator[Opened]:
    """Open the cloud's store on moto."""
    table = servers.table("moto")
    with closing(table.store()) as store:
        yield Opened(store, partial(copies_in, table))


@contextmanager
def on_a_bad_line(_folder: Path, servers: Servers) -> Iterator[Opened]:
    """Open the cloud's store where every fourth request meets with something, each in turn."""
    table, mishaps = servers.table("moto"), cycle(Mishap)
    spared = cycle([True, True, True, False])

    def fate(_: str, times: int) -> Mishap | None:
        return None if next(spared) or times > 1 else next(mishaps)

    with BadLine(table.endpoint, fate) as line, closing(table.store(line.endpoint)) as store:
        yield Opened(store, partial(copies_in, table))


def copies_in(table: Table) -> list[tuple[str, int]]:
    """Return what a table has of copies."""
    names = [(item[RUNNER]["S"], name) for item in table.items() for name in item]
    return sorted((key, int(name.split("-")[1])) for key, name in names if name.startswith(ASIDE))


STORES: dict[str, Callable[[Path, Servers], AbstractContextManager[Opened]]] = {
    "memory": in_memory,
    "sqlite": in_a_file,
    "dynalite": in_dynalite,
    "moto": in_moto,
    "moto on a bad line": on_a_bad_line,
}


@pytest.fixture(scope="module", autouse=True)
def _all_the_time_in_the_world() -> Iterator[None]:
    """Let nothing be given up: here it is what comes of it that counts, on however busy a machine.

    That it is given up in time, other tests show.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, seconds in BUDGETS.items():
            patch.setattr(name, seconds)
        yield


@pytest.fixture(params=STORES)
def opened(request: pytest.FixtureRequest, tmp_path: Path, dynamodb: Servers) -> Iterator[Opened]:
    """One of the stores, empty, closed in the end."""
    with STORES[request.param](tmp_path, dynamodb) as opened:
        yield opened


@pytest.fixture
def store(opened: Opened) -> SessionStore:
    """The store itself."""
    return opened.store


def saved(store: SessionStore, key: str, *documents: bytes) -> int:
    """Save documents one over the other; return the version of the last."""
    version = None
    for document in documents:
        store.save(key, document, version)
        found = store.load(key)
        assert found is not None
        version = found.version
    assert version is not None
    return version


class TestOneDocument:
    def test_what_was_never_saved(self, store):
        """Where nothing was saved there is None, and no error."""
        assert store.load("nobody") is None

    def test_the_first_save(self, store):
        """The first document is there as it was given, with a version that can be counted up."""
        store.save("k", b"one", None)
        found = store.load("k")
        assert found.document == b"one"
        assert found.version >= 1

    def test_saving_over_what_was_read(self, store):
        """Each write over the version read counts the version up by one."""
        first = saved(store, "k", b"one")
        store.save("k", b"two", first)
        assert store.load("k") == Stored(b"two", first + 1)
        store.save("k", b"three", first + 1)
        assert store.load("k") == Stored(b"three", first + 2)

    def test_a_first_save_where_there_is_one(self, store):
        """A first document does not overwrite one that came in between."""
        first = saved(store, "k", b"theirs")
        with pytest.raises(ConflictError):
            store.save("k", b"mine", None)
        assert store.load("k") == Stored(b"theirs", first)

    @other_versions
    def test_saving_over_another_version(self, store, other):
        """A write over any version but the newest changes nothing and says so."""
        newest = saved(store, "k", b"one", b"two")
        with pytest.raises(ConflictError):
            store.save("k", b"mine", other(newest))
        assert store.load("k") == Stored(b"two", newest)

    @pytest.mark.parametrize("version", [1, 0, -1, 2**62])
    def test_saving_over_what_is_not_there(self, store, version):
        """A write over a version that never was changes nothing and says so."""
        with pytest.raises(ConflictError):
            store.save("k", b"mine", version)
        assert store.load("k") is None

    def test_a_conflict_is_a_store_error(self):
        """Who only knows stores that fail is told of a conflict too."""
        assert issubclass(ConflictError, StoreError)

    def test_keys_do_not_mix(self, store):
        """Documents under several keys live side by side."""
        for key in ("b", "A", "ä", "' OR 1=1 --", "x" * 64):
            saved(store, key, key.encode())
        saved(store, "a", b"a", b"more")
        assert store.load("a").document == b"more"
        for key in ("b", "A", "ä", "' OR 1=1 --", "x" * 64):
            assert store.load(key).document == key.encode()

    @pytest.mark.parametrize(
        "document",
        [b"", b"\x00", bytes(range(256)), b"x" * 150_000, "naïve ✓".encode()],
        ids=["empty", "nul", "all bytes", "far more than a record", "text"],
    )
    def test_any_bytes(self, store, document):
        """Documents come back byte for byte, whatever they are, the first and the next."""
        store.save("k", document, None)
        found = store.load("k")
        assert found.document == document
        store.save("k", document, found.version)
        assert store.load("k") == Stored(document, found.version + 1)


class TestKeepingAside:
    def test_the_document_stays_until_it_is_replaced(self, store):
        """A document that was kept aside can still be read, and be written over."""
        first = saved(store, "k", b"unreadable")
        store.keep_aside("k", store.load("k"))
        assert store.load("k") == Stored(b"unreadable", first)
        store.save("k", b"fresh", first)
        assert store.load("k") == Stored(b"fresh", first + 1)

    def test_keeping_the_same_again(self, opened):
        """Keeping the same version aside twice is no error: two may find it at a time."""
        store, copies = opened
        first = saved(store, "k", b"unreadable")
        found = store.load("k")
        store.keep_aside("k", found)
        store.keep_aside("k", found)
        store.save("k", b"broken again", first)
        store.keep_aside("k", store.load("k"))
        assert copies() == [("k", first), ("k", first + 1)]

    def test_keeping_what_was_replaced(self, opened):
        """What is not the newest any more is not kept, and that is no error."""
        store, copies = opened
        first = saved(store, "k", b"unreadable")
        found = store.load("k")
        store.save("k", b"fresh", first)
        store.keep_aside("k", found)
        assert store.load("k") == Stored(b"fresh", first + 1)
        assert copies() == []


class TestDeleting:
    def test_what_was_deleted(self, store):
        """A document that was deleted is not there any more; the others are."""
        first, theirs = saved(store, "k", b"one"), saved(store, "other", b"theirs")
        store.delete("k", first)
        assert store.load("k") is None
        assert store.load("other") == Stored(b"theirs", theirs)

    def test_what_is_not_there(self, store):
        """Where there is nothing, or nothing any more, nothing happens."""
        theirs = saved(store, "other", b"theirs")
        store.delete("k", 1)
        first = saved(store, "k", b"one")
        store.delete("k", first)
        store.delete("k", first)
        assert store.load("k") is None
        assert store.load("other") == Stored(b"theirs", theirs)

    @other_versions
    def test_deleting_another_version(self, store, other):
        """Any version but the newest is not deleted, and whoever tries is told."""
        newest = saved(store, "k", b"one", b"two")
        with pytest.raises(ConflictError):
            store.delete("k", other(newest))
        assert store.load("k") == Stored(b"two", newest)

    def test_an_old_reader_cannot_write(self, store):
        """Who read before a deletion overwrites nothing, however often the new one is written."""
        second = saved(store, "k", b"one", b"two")
        store.delete("k", second)
        for read in (second - 1, second):
            with pytest.raises(ConflictError):
                store.save("k", b"late", read)
        assert store.load("k") is None
        saved(store, "k", b"new")
        for _ in range(4):
            for read in (second - 1, second):
                with pytest.raises(ConflictError):
                    store.save("k", b"late", read)
                with pytest.raises(ConflictError):
                    store.delete("k", read)
            found = store.load("k")
            assert found.document == b"new"
            store.save("k", b"new", found.version)

    @pytest.mark.parametrize("order", ["ab", "ba"])
    def test_no_version_comes_twice(self, store, order):
        """After a deletion a key has other versions than ever before, whichever went first."""
        times, seen = {"a": 1, "b": 5}, {}
        for key, number in times.items():
            newest = saved(store, key, *[b"x"] * number)
            seen[key] = set(range(newest - number + 1, newest + 1))
        for key in order:
            store.delete(key, max(seen[key]))
        for key in order:
            newest = saved(store, key, *[b"new"] * 7)
            assert seen[key].isdisjoint(range(newest - 6, newest + 1))

    def test_an_old_reader_cannot_keep_a_copy(self, opened):
        """A copy that is only now to be kept aside is not kept of what was deleted."""
        store, copies = opened
        first = saved(store, "k", b"unreadable")
        found = store.load("k")
        store.delete("k", first)
        store.keep_aside("k", found)
        assert store.load("k") is None
        saved(store, "k", b"new")
        store.keep_aside("k", found)
        assert store.load("k").document == b"new"
        assert copies() == []

    def test_copies_go_too(self, opened):
        """With a document go all copies that were kept aside under its key, and no others."""
        store, copies = opened
        newest = {}
        for key in ("k", "other"):
            first = saved(store, key, b"unreadable")
            store.keep_aside(key, store.load(key))
            store.save(key, b"broken again", first)
            store.keep_aside(key, store.load(key))
            newest[key] = first + 1
        store.delete("k", newest["k"])
        assert copies() == [("other", newest["other"] - 1), ("other", newest["other"])]

    def test_of_many_at_once_each_new_one_is_new(self, store):
        """Documents that many save and delete at one moment never have the same version twice."""

        def save_and_delete(number: int) -> list[tuple[str, int]]:
            versions = []
            for _ in range(10):
                key = f"k{number % 2}"
                try:
                    store.save(key, str(number).encode(), None)
                    found = store.load(key)
                    if found is None or found.document != str(number).encode():
                        continue
                    store.delete(key, found.version)
                except ConflictError:
                    continue
                versions.append((key, found.version))
            return versions

        with ThreadPoolExecutor(4) as pool:
            deleted = [seen for each in pool.map(save_and_delete, range(4)) for seen in each]
        assert deleted
        assert len(set(deleted)) == len(deleted)


class TestSameAsADictionary:
    @settings(max_examples=30, deadline=None)  # each write waits for the disk, or for a server
    @given(
        st.lists(
            st.tuples(
                st.sampled_from("ab"),
                st.none() | st.binary(max_size=3),
                st.none() | st.integers(0, 4) | st.just("newest"),
            ),
            max_size=12,
        )
    )
    @pytest.mark.parametrize("kind", STORES)
    def test_any_sequence_of_writes(self, tmp_path_factory, dynamodb, kind, writes):
        """Whatever is written and deleted in whatever order, a store does as a dictionary would."""
        expected: dict[str, Stored] = {}
        seen: dict[str, set[int]] = {"a": set(), "b": set()}
        with STORES[kind](tmp_path_factory.mktemp("any"), dynamodb) as (store, _):
            for key, document, asked in writes:
                newest = expected[key].version if key in expected else None
                replacing = newest if asked == "newest" else asked
                deletes = document is None and replacing is not None
                write = partial(store.save, key, document or b"", replacing)
                if deletes:
                    write = partial(store.delete, key, replacing)
                if deletes and newest is None:
                    write()
                elif replacing != newest:
                    with pytest.raises(ConflictError):
                        write()
                elif deletes:
                    write()
                    del expected[key]
                else:
                    write()
                    version = newest + 1 if newest else store.load(key).version
                    assert version not in seen[key]
                    seen[key].add(version)
                    expected[key] = Stored(document or b"", version)
                assert {key: store.load(key) for key in "ab"} == {
                    key: expected.get(key) for key in "ab"
                }


class TestManyAtOnce:
    def test_one_of_many_first_writers_wins(self, store):
        """Of many first writes at one moment exactly one is kept, and the others hear of it."""

        def write(number: int) -> int | None:
            try:
                store.save("k", str(number).encode(), None)
            except ConflictError:
                return None
            return number

        with ThreadPoolExecutor(THREADS) as pool:
            won = [number for number in pool.map(write, range(50)) if number is not None]
        assert [str(number).encode() for number in won] == [store.load("k").document]

    def test_what_was_acknowledged_was_counted(self, store):
        """Each write that returned has counted the version up, and no other has."""
        first = saved(store, "k", b"x")

        def write(_: int) -> int:
            written = 0
            for _ in range(15):
                found = store.load("k")
                try:
                    store.save("k", b"x", found.version)
                except ConflictError:
                    continue
                written += 1
            return written

        with ThreadPoolExecutor(THREADS) as pool:
            written = sum(pool.map(write, range(THREADS)))
        assert store.load("k").version == first + written

    def test_many_commands_of_one_runner(self, store):
        """Commands that arrive at one moment, through the manager, all count."""
        manager, rounds = SessionManager(store, REPERTOIRE), 5

        def ask(_: int) -> None:
            manager.handle("runner", events.Help(), moment(Phase.IDLE))

        with ThreadPoolExecutor(THREADS) as pool:
            for _ in range(rounds):
                list(pool.map(ask, range(THREADS)))
        runner = decode(store.load(storage_key("runner")).document)
        assert runner.session.said["help-idle"] == rounds * THREADS
