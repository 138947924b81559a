"""Other processes that use a store's file; the code they are given says for what.

They are Python with a few lines of the store's own use; they print a line when they are where the
test wants them.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from skill.settings import PROJECT

PREAMBLE = """
import os, sys
from pathlib import Path
from skill.ports import ConflictError
from skill.stores.sqlite import SqliteStore

def opened(path):
    return SqliteStore(Path(path))
"""
READ_ON = """
import sqlite3
reading = sqlite3.connect(sys.argv[1], isolation_level=None)
reading.execute("BEGIN")
reading.execute("SELECT * FROM runners").fetchall()
print("reading", flush=True)
sys.stdin.readline()
reading.close()
"""


FORKS = ("-W", "ignore")
"""Python's options for a process that forks with threads: it warns of that, and it is tested."""


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a process that does something with stores."""
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + code, *map(str, arguments)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def printed(code: str, *arguments: object, options: tuple[str, ...] = ()) -> list[str]:
    """Run a process to its end, which must be a good one, without a complaint; return its lines."""
    ended = subprocess.run(
        [sys.executable, *options, "-c", code, *map(str, arguments)],
        cwd=PROJECT,
        timeout=50,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


def soon(is_so: Callable[[], bool]) -> bool:
    """Wait until something is so, or does not seem to become so any more; tell."""
    deadline = time.monotonic() + 20
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_so()


def everything_in(path: Path) -> bytes:
    """Return the bytes of all files of a database.

    Another process reads them: by closing such a file, this one would give up its locks on it.
    """
    files = sorted(path.parent.glob(f"{path.name}*"))
    return subprocess.run(["cat", *files], check=True, capture_output=True).stdout  # noqa: S607


@contextmanager
def reader(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process in the middle of reading."""
    with child(READ_ON, path) as reading:
        assert reading.stdout.readline() == "reading\n"
        yield reading
        reading.communicate("enough\n")
