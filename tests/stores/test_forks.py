"""Forks: a store that was opened before a fork serves the parent and the child.

Each is a process of its own, which forks, and prints what came of it.
"""

import os
from contextlib import closing
from pathlib import Path

import pytest

from skill.ports import Stored
from skill.stores.sqlite import SqliteStore
from tests.stores.processes import FORKS, printed

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")

PREAMBLE = """
import os, subprocess, sys, threading, time
from pathlib import Path
from skill.ports import StoreError
from skill.stores import sqlite
from skill.stores.bounded import BoundedStore
from skill.stores.sqlite import SqliteStore

path = Path(sys.argv[1])
store = BoundedStore(SqliteStore(path), seconds=5)
store.save("k", b"before", None)
told, tell = os.pipe()
heard, answer = os.pipe()
"""
EACH_ON_ITS_OWN = """
child = os.fork()
if child:
    store.save("parent", b"theirs", None)
    assert os.waitpid(child, 0)[1] == 0
    assert store.load("child").document == b"mine"
    print("parent is done", flush=True)
else:
    assert store.load("k").document == b"before"
    store.save("child", b"mine", None)
    print("child is done", flush=True)
store.close()
"""
THE_PARENT_ENDS_FIRST = """
child = os.fork()
if child:
    os.read(told, 1)
    store.close()
    os.write(answer, b"!")
    assert os.waitpid(child, 0)[1] == 0
else:
    store.save("child", b"one", None)
    os.write(tell, b"!")
    os.read(heard, 1)
    store.save("child", b"two", 1)
    print("child is done", flush=True)
    os._exit(0)
"""
A_CHILD_FORKS = """
child = os.fork()
if not child:
    for name in ("one", "two"):
        grandchild = os.fork()
        if not grandchild:
            store.save(name, b"grandchild's", None)
            os._exit(0)
        assert os.waitpid(grandchild, 0)[1] == 0
        assert store.load(name).document == b"grandchild's"
    print("child is done", flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
store.close()
"""
LOCK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""
WHILE_ONE_WRITES = f"""
locking = subprocess.Popen(
    [sys.executable, "-c", {LOCK!r}, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
)
locking.stdout.readline()
sqlite.BUSY_SECONDS = 2

def write():
    try:
        store.save("k", b"in vain", 1)
    except StoreError as refused:
        print(refused, flush=True)

writing = threading.Thread(target=write)
writing.start()
time.sleep(0.1)
child = os.fork()
if child:
    writing.join()
    locking.communicate(b"enough\\n")
    os.write(answer, b"!")
    assert os.waitpid(child, 0)[1] == 0
    store.save("k", b"parent", 2)
    store.close()
else:
    os.read(heard, 1)
    store.save("k", b"child", 1)
    print("child is done", flush=True)
    os._exit(0)
"""
WHILE_THE_FILE_IS_REWRITTEN = """
import sqlite3
connect, rewrites = sqlite3.connect, threading.Event()

class Infinite(sqlite3.Connection):
    def execute(self, statement, *parameters):
        if statement != "VACUUM":
            return super().execute(statement, *parameters)
        super().execute("BEGIN IMMEDIATE")
        rewrites.set()
        return super().execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"
        )

sqlite3.connect = lambda *a, **b: connect(*a, **b, factory=Infinite)
store.delete("k", 1)
rewrites.wait()
child = os.fork()
if child:
    assert os.waitpid(child, 0)[1] == 0
    store.close()
else:
    store.save("child", b"mine", None)
    print("child is done", flush=True)
    os._exit(0)
"""

WHILE_OTHERS_ARE_MADE = """
from collections import deque
from skill.stores.forks import Forkable

sys.setswitchinterval(1e-6)
some, is_over = deque(maxlen=500), threading.Event()

def make():
    while not is_over.is_set():
        some.append(Forkable())

making = threading.Thread(target=make)
making.start()
for _ in range(50):
    child = os.fork()
    if not child:
        Forkable()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
is_over.set()
making.join()
print("all are done", flush=True)
store.close()
"""
WHILE_ONE_IS_IN_USE_FOR_LONG = """
import gc
from skill.stores import forks
from skill.stores.connections import Connections
forks.RESTING_SECONDS = 0.05
soon = time.monotonic() + 50
own = Connections(path, lambda _: None)

def logs():
    files = Path("/proc/self/fd")
    found = list(files.iterdir()) if files.is_dir() else []
    return sum(os.path.realpath(file) == f"{path}-wal" for file in found)

with own.mine(soon) as connection:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE runners SET document = x'00'")
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        connection.execute("COMMIT")
    before = logs()
if child:
    print(store.load("k").document, flush=True)
    store.close()
else:
    own.hang_up(time.monotonic())
    del connection
    gc.collect()
    print("closed:", before - logs(), flush=True)
    os._exit(0)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runners.sqlite3"


def lines_of(code: str, path: Path) -> list[str]:
    """Run a process that forks; return what it and its child have printed."""
    return printed(PREAMBLE + code, path, options=FORKS)


def read(path: Path, key: str) -> Stored | None:
    with closing(SqliteStore(path)) as store:
        return store.load(key)


def test_each_on_its_own(path):
    """What the child and the parent write, both read, and keep."""
    assert lines_of(EACH_ON_ITS_OWN, path) == ["child is done", "parent is done"]
    assert read(path, "parent") == Stored(b"theirs", 1)
    assert read(path, "child") == Stored(b"mine", 1)


def test_the_parent_ends_first(path):
    """What a child has written is kept, though its parent closed the store meanwhile."""
    assert lines_of(THE_PARENT_ENDS_FIRST, path) == ["child is done"]
    assert read(path, "child") == Stored(b"two", 2)


def test_a_child_forks(path):
    """A child can fork as often as its parent."""
    assert lines_of(A_CHILD_FORKS, path) == ["child is done"]


def test_while_another_thread_writes(path):
    """A child that is forked while a thread of its parent waits to write, can write."""
    told = lines_of(WHILE_ONE_WRITES, path)
    assert told == [f"cannot use the database {path}: database is locked", "child is done"]
    assert read(path, "k") == Stored(b"parent", 3)


def test_while_the_file_is_rewritten(path):
    """Nor need a child wait for the sweeping of its parent, which is tried again."""
    assert lines_of(WHILE_THE_FILE_IS_REWRITTEN, path) == ["child is done"]
    assert read(path, "child").document == b"mine"


def test_while_others_are_made(path):
    """Stores may come and go in other threads while processes are forked."""
    assert lines_of(WHILE_OTHERS_ARE_MADE, path) == ["all are done"]


def test_while_one_is_in_use_for_long(path):
    """What a parent would not let go of, its child leaves alone: it neither uses nor closes it."""
    assert lines_of(WHILE_ONE_IS_IN_USE_FOR_LONG, path) == ["closed: 0", r"b'\x00'"]
