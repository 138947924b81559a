"""What every store promises: one suite for all of them.

A new store joins by one entry in `STORES`. The last tests go through the session manager,
because "nothing is lost" is promised by the two together.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.runner import Phase
from skill.ports import ConflictError, SessionStore, Stored, StoreError
from skill.records import decode
from skill.sessions import ATTEMPTS, SessionManager, storage_key
from skill.stores.memory import MemoryStore
from skill.stores.sqlite import SqliteStore
from tests.coaching.scenes import REPERTOIRE, moment

Opened = AbstractContextManager[SessionStore]

STORES: dict[str, Callable[[Path], Opened]] = {
    "memory": lambda _: nullcontext(MemoryStore()),
    "sqlite": lambda folder: closing(SqliteStore(folder / "runners.sqlite3")),
}
THREADS = 8


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    """One of the stores, empty, closed in the end."""
    with STORES[request.param](tmp_path) as opened:
        yield opened


class TestOneDocument:
    def test_what_was_never_saved(self, store):
        """Where nothing was saved there is None, and no error."""
        assert store.load("nobody") is None

    def test_the_first_save(self, store):
        """The first document is there as it was given, as version 1."""
        store.save("k", b"one", None)
        assert store.load("k") == Stored(b"one", 1)

    def test_saving_over_what_was_read(self, store):
        """Each write over the version read counts the version up by one."""
        store.save("k", b"one", None)
        store.save("k", b"two", 1)
        store.save("k", b"three", 2)
        assert store.load("k") == Stored(b"three", 3)

    def test_a_first_save_where_there_is_one(self, store):
        """A first document does not overwrite one that came in between."""
        store.save("k", b"theirs", None)
        with pytest.raises(ConflictError):
            store.save("k", b"mine", None)
        assert store.load("k") == Stored(b"theirs", 1)

    @pytest.mark.parametrize("read", [1, 3, 0, -1])
    def test_saving_over_another_version(self, store, read):
        """A write over any version but the newest changes nothing and says so."""
        store.save("k", b"one", None)
        store.save("k", b"two", 1)
        with pytest.raises(ConflictError):
            store.save("k", b"mine", read)
        assert store.load("k") == Stored(b"two", 2)

    def test_saving_over_what_is_not_there(self, store):
        """A write over a version that never was changes nothing and says so."""
        with pytest.raises(ConflictError):
            store.save("k", b"mine", 1)
        assert store.load("k") is None

    def test_a_conflict_is_a_store_error(self):
        """Who only knows stores that fail is told of a conflict too."""
        assert issubclass(ConflictError, StoreError)

    def test_keys_do_not_mix(self, store):
        """Documents under several keys live side by side."""
        for key in ("a", "b", "A", "ä", "' OR 1=1 --", "x" * 64):
            store.save(key, key.encode(), None)
        store.save("a", b"more", 1)
        assert store.load("b") == Stored(b"b", 1)
        assert store.load("A") == Stored(b"A", 1)
        assert store.load("' OR 1=1 --") == Stored(b"' OR 1=1 --", 1)

    @pytest.mark.parametrize(
        "document",
        [b"", b"\x00", bytes(range(256)), b"x" * 1_000_000, "naïve ✓".encode()],
        ids=["empty", "nul", "all bytes", "a million", "text"],
    )
    def test_any_bytes(self, store, document):
        """Documents come back byte for byte, whatever they are."""
        store.save("k", document, None)
        assert store.load("k") == Stored(document, 1)


class TestKeepingAside:
    def test_the_document_stays_until_it_is_replaced(self, store):
        """A document that was kept aside can still be read, and be written over."""
        store.save("k", b"unreadable", None)
        store.keep_aside("k", store.load("k"))
        assert store.load("k") == Stored(b"unreadable", 1)
        store.save("k", b"fresh", 1)
        assert store.load("k") == Stored(b"fresh", 2)

    def test_keeping_the_same_again(self, store):
        """Keeping the same version aside twice is no error: two may find it at a time."""
        store.save("k", b"unreadable", None)
        found = store.load("k")
        store.keep_aside("k", found)
        store.keep_aside("k", found)
        store.save("k", b"broken again", 1)
        store.keep_aside("k", store.load("k"))

    def test_keeping_what_was_replaced(self, store):
        """What is not the newest any more is not kept, and that is no error."""
        store.save("k", b"unreadable", None)
        found = store.load("k")
        store.save("k", b"fresh", 1)
        store.keep_aside("k", found)
        assert store.load("k") == Stored(b"fresh", 2)


class TestDeleting:
    def test_what_was_deleted(self, store):
        """A document that was deleted is not there any more; the others are."""
        store.save("k", b"one", None)
        store.save("other", b"theirs", None)
        store.delete("k", 1)
        assert store.load("k") is None
        assert store.load("other") == Stored(b"theirs", 1)

    def test_what_is_not_there(self, store):
        """Where there is nothing, or nothing any more, nothing happens."""
        store.save("other", b"theirs", None)
        store.delete("k", 1)
        store.save("k", b"one", None)
        store.delete("k", 1)
        store.delete("k", 1)
        assert store.load("k") is None
        assert store.load("other") == Stored(b"theirs", 1)

    @pytest.mark.parametrize("read", [1, 3, 0, -1])
    def test_deleting_another_version(self, store, read):
        """Any version but the newest is not deleted, and whoever tries is told."""
        store.save("k", b"one", None)
        store.save("k", b"two", 1)
        with pytest.raises(ConflictError):
            store.delete("k", read)
        assert store.load("k") == Stored(b"two", 2)

    def test_an_old_reader_cannot_write(self, store):
        """Who read before a deletion overwrites nothing, however often the new one is written."""
        store.save("k", b"one", None)
        store.save("k", b"two", 1)
        store.delete("k", 2)
        for read in (1, 2):
            with pytest.raises(ConflictError):
                store.save("k", b"late", read)
        assert store.load("k") is None
        store.save("k", b"new", None)
        for _ in range(4):
            for read in (1, 2):
                with pytest.raises(ConflictError):
                    store.save("k", b"late", read)
                with pytest.raises(ConflictError):
                    store.delete("k", read)
            found = store.load("k")
            assert found.document == b"new"
            store.save("k", b"new", found.version)

    @pytest.mark.parametrize("order", ["ab", "ba"])
    def test_new_versions_are_past_all_deleted_ones(self, store, order):
        """However old what was deleted first and last had become."""
        versions = {"a": 1, "b": 5}
        for key, version in versions.items():
            for replacing in range(version):
                store.save(key, b"x", replacing or None)
        for key in order:
            store.delete(key, versions[key])
        for key in order:
            store.save(key, b"new", None)
            assert store.load(key).version > 5

    def test_an_old_reader_cannot_keep_a_copy(self, store, tmp_path):
        """A copy that is only now to be kept aside is not kept of what was deleted."""
        store.save("k", b"unreadable", None)
        found = store.load("k")
        store.delete("k", 1)
        store.keep_aside("k", found)
        store.save("k", b"new", None)
        store.keep_aside("k", found)
        assert store.load("k").document == b"new"
        assert copies(store, tmp_path) == []

    def test_copies_go_too(self, store, tmp_path):
        """With a document go all copies that were kept aside under its key, and no others."""
        for key in ("k", "other"):
            store.save(key, b"unreadable", None)
            store.keep_aside(key, store.load(key))
            store.save(key, b"broken again", 1)
            store.keep_aside(key, store.load(key))
        store.delete("k", 2)
        assert copies(store, tmp_path) == [("other", 1), ("other", 2)]

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


def copies(store: SessionStore, folder: Path) -> list[tuple[str, int]]:
    """Return keys and versions of what a store in a folder has kept aside."""
    if isinstance(store, MemoryStore):
        return sorted(store.kept_aside)
    with closing(sqlite3.connect(folder / "runners.sqlite3")) as looking:
        return looking.execute("SELECT key, version FROM kept_aside ORDER BY 1, 2").fetchall()


class TestSameAsADictionary:
    @settings(max_examples=30, deadline=None)  # each write waits for the disk
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
    def test_any_sequence_of_writes(self, tmp_path_factory, kind, writes):
        """Whatever is written and deleted in whatever order, a store does as a dictionary would."""
        expected: dict[str, Stored] = {}
        deleted = [0]
        with STORES[kind](tmp_path_factory.mktemp("any")) as store:
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
                    deleted.append(expected.pop(key).version)
                else:
                    write()
                    version = newest + 1 if newest else store.load(key).version
                    assert version > max(deleted) or newest
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

        def write(_: int) -> int:
            written = 0
            for _ in range(25):
                found = store.load("k")
                try:
                    store.save("k", b"x", found.version if found else None)
                except ConflictError:
                    continue
                written += 1
            return written

        with ThreadPoolExecutor(THREADS) as pool:
            written = sum(pool.map(write, range(THREADS)))
        assert store.load("k").version == written

    def test_many_commands_of_one_runner(self, store):
        """Commands that arrive at one moment, through the manager, all count."""
        manager = SessionManager(store, REPERTOIRE)
        rounds, at_once = 10, ATTEMPTS  # each loses to every other one at most once

        def ask(_: int) -> None:
            manager.handle("runner", events.Help(), moment(Phase.IDLE))

        with ThreadPoolExecutor(at_once) as pool:
            for _ in range(rounds):
                list(pool.map(ask, range(at_once)))
        runner = decode(store.load(storage_key("runner")).document)
        assert runner.session.said["help-idle"] == rounds * at_once
