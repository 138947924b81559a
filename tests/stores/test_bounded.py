"""The bounded store: whatever the one behind it does, who asks is told in time.

The child processes are Python with a store that hangs, or one that forks.
"""

import gc
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Event

import pytest

from skill.ports import ConflictError, Documents, InDoubtError, Stored, StoreError
from skill.stores.bounded import MOST_IDLE, BoundedStore
from skill.stores.memory import MemoryStore
from tests.stores.processes import FORKS, printed

HANG = """
import time
from skill.ports import StoreError
from skill.stores.bounded import BoundedStore
from skill.stores.memory import MemoryStore

class Hanging(MemoryStore):
    def load(self, key):
        time.sleep(600)

store = BoundedStore(Hanging(), seconds=0.05)
try:
    store.load("k")
except StoreError as told:
    print(told)
store.close()
"""


FORK = """
import os
from skill.stores.bounded import BoundedStore
from skill.stores.memory import MemoryStore

store = BoundedStore(MemoryStore(), seconds=5)
store.save("k", b"before", None)
child = os.fork()
store.save("k", b"child" if child == 0 else b"parent", 1)
os.write(1, f"{store.load('k')}\\n".encode())  # in one go, whoever writes meanwhile
if child:
    os.waitpid(child, 0)
"""
FORK_WHILE_BUSY = """
import os, threading
from skill.stores.bounded import BoundedStore
from skill.stores.memory import MemoryStore

class Slow(MemoryStore):
    def load(self, key):
        begun.set()
        goes_on.wait()

def pipes():
    files = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    return sum("pipe:" in os.path.realpath(f"/proc/self/fd/{file}") for file in files)

begun, goes_on = threading.Event(), threading.Event()
before = pipes()
store = BoundedStore(Slow(), seconds=5)
asking = threading.Thread(target=store.load, args="k")
asking.start()
begun.wait()
child = os.fork()
if not child:
    os.write(1, f"{pipes() - before} pipes in the child\\n".encode())
    store.save("k", b"child", None)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
goes_on.set()
asking.join()
store.close()
"""


class Hanging(MemoryStore):
    """A store that answers when it is let go, with a refusal if it has one by the time asked."""

    refusal: Exception | None = None

    def __init__(self) -> None:
        super().__init__()
        self.let_go = Event()

    def load(self, key, *_):
        refusal = self.refusal
        self.let_go.wait(60)
        if refusal:
            raise refusal
        return super().load(key)


def in_the_end(load: Callable[[], Stored | None]) -> Stored | None:
    """Ask a store that was let go until it has answered those before."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return load()
        except StoreError:
            if time.monotonic() > deadline:
                raise


def no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def store_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "store"}


def no_more_than(before: set[threading.Thread]) -> bool:
    """Whether all threads that were not there before have ended, or do so soon."""
    for thread in store_threads() - before:
        thread.join(10)
    return store_threads() <= before


class TestBoundedStore:
    def test_hanging(self):
        """Those who ask a store that hangs are told so in time, however many they are."""
        hanging = Hanging()
        with closing(BoundedStore(hanging, seconds=0.05, most_abandoned=2)) as store:
            with ThreadPoolExecutor(8) as asking:
                asked = [asking.submit(store.load, "k") for _ in range(8)]
                for one in asked:
                    with pytest.raises(StoreError, match="has not answered"):
                        one.result(5)
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None

    def test_nothing_more_for_a_store_that_hangs(self):
        """Once so many were abandoned, later ones are told at once, and leave no thread behind."""
        hanging, before = Hanging(), store_threads()
        with closing(BoundedStore(hanging, seconds=0.4, most_abandoned=2)) as store:
            for _ in range(2):
                with pytest.raises(StoreError, match="has not answered within"):
                    store.load("k")
            for _ in range(50):
                with pytest.raises(StoreError, match="has not answered 2 others yet"):
                    store.load("k")
            assert len(store_threads() - before) == 2
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None

    @pytest.mark.parametrize(
        ("ask", "kind"),
        [
            (lambda store: store.load("k"), StoreError),
            (lambda store: store.save("k", b"x", None), InDoubtError),
            (lambda store: store.delete("k", 1), InDoubtError),
        ],
        ids=["load", "save", "delete"],
    )
    def test_what_may_be_done_yet(self, ask, kind):
        """A write that takes too long is in doubt, for it is made all the same."""
        hanging = Hanging()
        hanging.save = hanging.delete = hanging.load
        with closing(BoundedStore(hanging, seconds=0.05)) as store:
            with pytest.raises(StoreError, match="has not answered within") as refused:
                ask(store)
            assert type(refused.value) is kind
            hanging.let_go.set()

    def test_what_lost_its_race_is_in_no_doubt(self):
        """Nothing was written, so if the store hangs when it is read again, nothing may be."""
        hanging, memory = Hanging(), MemoryStore()
        memory.save("k", b"another's", None)
        hanging.save = memory.save

        def race(documents: Documents) -> None:
            with pytest.raises(ConflictError):
                documents.save("k", b"x", None)
            documents.load("k")

        with closing(BoundedStore(hanging, seconds=0.05)) as store:
            with pytest.raises(StoreError, match="has not answered within") as refused:
                store.visit(race)
            assert type(refused.value) is StoreError
            hanging.let_go.set()

    def test_only_the_store_is_bounded(self):
        """However long it takes to decide between reading and writing: it is written."""

        def decide(key: str, documents: Documents) -> None:
            assert documents.load(key) is None
            time.sleep(0.3)
            documents.save(key, b"decided", None)

        with closing(BoundedStore(MemoryStore(), seconds=0.1)) as store:
            with ThreadPoolExecutor(16) as deciding:
                for done in [
                    deciding.submit(store.visit, partial(decide, f"{n}")) for n in range(16)
                ]:
                    done.result(10)
            assert all(store.load(f"{n}").document == b"decided" for n in range(16))

    def test_the_end_just_as_a_task_is_done(self):
        """A worker that is taken back while the store is closed, ends with the others."""
        before = store_threads()
        store = BoundedStore(MemoryStore())

        pool = store._pool  # noqa: SLF001 - nothing else comes at that moment for sure

        class Idle(list):
            def append(self, worker):
                pool.shut_down()
                super().append(worker)

        pool._idle = Idle()  # noqa: SLF001
        assert store.load("k") is None
        assert no_more_than(before)

    def test_two_ends_at_once(self):
        """Whoever finds that another has just shut down the last idle worker is done, too."""
        before = store_threads()
        store = BoundedStore(MemoryStore())
        assert store.load("k") is None

        class Idle(list):
            def pop(self):
                super().pop().shut_down()  # by the other
                return super().pop()

        pool = store._pool  # noqa: SLF001 - nothing else comes at that moment for sure
        pool._idle = Idle(pool._idle)  # noqa: SLF001
        store.close()
        assert no_more_than(before)

    def test_after_many_at_once(self):
        """Of many threads that a store once took, a few stay; after its end, none."""
        hanging, before = Hanging(), store_threads()
        store = BoundedStore(hanging, seconds=0.05, most_abandoned=100)
        with ThreadPoolExecutor(24) as asking:
            for one in [asking.submit(store.load, "k") for _ in range(24)]:
                with pytest.raises(StoreError):
                    one.result(5)
        hanging.let_go.set()
        deadline = time.monotonic() + 10
        while len(store_threads() - before) > MOST_IDLE and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(store_threads() - before) <= MOST_IDLE
        store.close()
        assert no_more_than(before)

    def test_a_copy_has_half_of_the_time(self):
        """Whoever waits for a copy to be kept aside, does not wait as long as for a write."""
        hanging = Hanging()

        def keep(documents: Documents) -> None:
            time.sleep(0.2)
            documents.keep_aside("k", Stored(b"what nobody can read", 1))

        hanging.keep_aside = lambda *_: hanging.let_go.wait(60)
        with closing(BoundedStore(hanging, seconds=2)) as store:
            with pytest.raises(StoreError, match="within 1 s"):
                store.visit(keep)
            hanging.let_go.set()

    def test_what_was_abandoned_goes_no_further(self):
        """What would have followed a load that took too long, is not done."""
        hanging, went_on = Hanging(), Event()

        def decide(documents: Documents) -> None:
            documents.load("k")
            went_on.set()
            documents.save("k", b"too late", None)

        with closing(BoundedStore(hanging, seconds=0.05)) as store:
            with pytest.raises(StoreError, match="has not answered"):
                store.visit(decide)
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None
        assert not went_on.is_set()

    def test_a_fault_of_ours(self):
        """What goes wrong beside the store, arrives as it is."""
        with closing(BoundedStore(MemoryStore())) as store, pytest.raises(ZeroDivisionError):
            store.visit(lambda _: 1 / 0)

    def test_closing_one_that_hangs(self):
        """A store that hangs is closed in time, and left as it is."""
        hanging = Hanging()
        store = BoundedStore(hanging, seconds=0.05)
        with pytest.raises(StoreError):
            store.load("k")
        begun = time.monotonic()
        store.close()
        assert time.monotonic() - begun < 2
        hanging.let_go.set()

    def test_closing_one_that_is_busy(self):
        """What the store is at when it is closed is done first, and whoever asked is told."""
        slow, begun, done = Hanging(), Event(), []
        slow.load = lambda _: (begun.set(), slow.let_go.wait(60), done.append("loaded"))
        slow.close = lambda: done.append("closed")
        store = BoundedStore(slow, seconds=10)
        with ThreadPoolExecutor(2) as others:
            asked = others.submit(store.load, "k")
            assert begun.wait(10)
            ending = others.submit(store.close)
            with pytest.raises(TimeoutError):
                ending.result(0.05)
            slow.let_go.set()
            ending.result(10)
            assert asked.result(10)
        assert done == ["loaded", "closed"]

    def test_the_process_ends(self):
        """A store that hangs for ever does not keep the service from ending."""
        begun = time.monotonic()
        assert printed(HANG) == ["the store has not answered within 0.05 s"]
        assert time.monotonic() - begun < 30

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
    def test_a_fork(self):
        """A process that is forked off has threads of its own, and leaves its parent's alone."""
        assert sorted(printed(FORK, options=FORKS)) == [
            "Stored(document=b'child', version=2)",
            "Stored(document=b'parent', version=2)",
        ]

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
    def test_a_fork_while_the_store_is_asked(self):
        """A child keeps nothing of its parent's threads, even of those that are busy."""
        assert printed(FORK_WHILE_BUSY, options=FORKS) == ["0 pipes in the child"]

    def test_no_thread_to_be_had(self, monkeypatch):
        """Who finds no thread is told of the store's trouble, and later ones are served again."""
        with closing(BoundedStore(MemoryStore(), seconds=1, most_abandoned=2)) as store:
            with monkeypatch.context() as patch:
                patch.setattr(threading.Thread, "start", no_thread)
                for _ in range(5):
                    with pytest.raises(StoreError, match="can't start new thread"):
                        store.load("k")
            assert store.load("k") is None

    @pytest.mark.parametrize("refusal", [StoreError("full"), OSError("full")], ids=repr)
    def test_what_nobody_hears(self, refusal, caplog):
        """What the store refuses after its time is in the log, once, and costs nothing else."""
        hanging = Hanging()
        with closing(BoundedStore(hanging, seconds=0.05, most_abandoned=1)) as store:
            hanging.refusal = refusal
            with pytest.raises(StoreError, match="has not answered"):
                store.load("k")
            assert not caplog.records
            hanging.refusal = None
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None
            deadline = time.monotonic() + 5
            while not caplog.records and time.monotonic() < deadline:
                time.sleep(0.01)
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        assert f"{type(refusal).__name__}: full" in record.getMessage()

    def test_threads(self):
        """Who asks one after the other is answered by one thread; it ends with the store."""
        before = store_threads()
        store = BoundedStore(MemoryStore())
        for _ in range(50):
            store.load("k")
        assert len(store_threads() - before) == 1
        store.close()
        assert no_more_than(before)
        store.load("k")
        del store
        gc.collect()
        assert no_more_than(before)

    def test_refusals_pass(self):
        """What the store itself raises, arrives as it is."""
        with closing(BoundedStore(MemoryStore())) as store:
            store.save("k", b"one", None)
            with pytest.raises(StoreError, match="version 7"):
                store.save("k", b"two", 7)
            store.keep_aside("k", store.load("k"))
            store.delete("k", 1)
            assert store.load("k") is None
