"""Settling: what was written is on the disk a moment later, and at the end."""

import os
import threading
import time

import pytest

from skill.ports import StoreError
from skill.stores import settling
from skill.stores.settling import Settling
from skill.stores.sqlite import SqliteStore
from tests.stores.processes import soon


@pytest.fixture
def kept(monkeypatch) -> list[int]:
    """The inodes of the files that the disk was asked to keep, in their order."""
    asked: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        asked.append(os.fstat(descriptor).st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    return asked


def test_all_writes_of_a_moment_at_once(tmp_path, kept):
    """Many writes are put on the disk together, in a moment; later ones a moment later."""
    file = tmp_path / "log"
    file.write_bytes(b"x")
    settled = Settling(file)
    for _ in range(1000):
        settled.soon()
    assert soon(lambda: bool(kept))
    assert set(kept) == {file.stat().st_ino}
    assert len(kept) < 10
    before = len(kept)
    settled.soon()
    assert soon(lambda: len(kept) > before)
    settled.close()


def test_the_end_waits_for_the_disk(tmp_path, kept):
    """Closed, it is done at once what was due, and nothing any more."""
    file = tmp_path / "log"
    file.write_bytes(b"x")
    settled = Settling(file)
    settled.soon()
    settled.close()
    assert kept
    settled.close()
    before, threads = len(kept), threading.active_count()
    settled.soon()
    time.sleep(2 * settling.SECONDS)
    assert (len(kept), threading.active_count()) == (before, threads)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_another_process(tmp_path):
    """A process that was forked, a write just before, puts on the disk what it writes itself."""
    file, told = tmp_path / "log", tmp_path / "told"
    file.write_bytes(b"x")
    settled = Settling(file)
    settled.soon()
    child = os.fork()
    if not child:
        real = os.fsync
        os.fsync = lambda it: (real(it), told.touch())
        settled.soon()
        os._exit(0 if soon(told.exists) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    settled.close()


def test_a_disk_that_hangs_at_the_end(tmp_path, monkeypatch):
    """The end does not wait for long."""
    file = tmp_path / "log"
    file.write_bytes(b"x")
    monkeypatch.setattr(os, "fsync", lambda _: time.sleep(5))
    settled = Settling(file)
    settled.soon()
    begun = time.monotonic()
    settled.close()
    assert time.monotonic() - begun < 4


def test_a_disk_that_refuses(tmp_path, monkeypatch, caplog):
    """A refusal is logged, and it is tried again until the end."""
    file = tmp_path / "log"
    file.write_bytes(b"x")
    asked = []

    def refuse(_: int) -> None:
        asked.append(None)
        raise OSError("no space left on the device")

    monkeypatch.setattr(os, "fsync", refuse)
    settled = Settling(file)
    settled.soon()
    assert soon(lambda: len(asked) >= 3)
    assert soon(lambda: "is not on the disk yet: no space left" in caplog.text)
    settled.close()


def test_no_file(tmp_path):
    """Where nothing was written, nothing is to be kept."""
    Settling(tmp_path / "log").now()


class TestTheDatabase:
    def test_after_mending(self, tmp_path, kept):
        """What is saved in a file that was mended is put on the disk as in any other."""
        database = tmp_path / "runners.sqlite3"
        database.write_bytes(b"no database at all" * 1000)
        store = SqliteStore(database)
        log = (tmp_path / "runners.sqlite3-wal").stat().st_ino
        for number in range(3):
            kept.clear()
            store.save(f"runner {number}", b"one", None)
            assert soon(lambda: log in kept)
        store.close()

    def test_a_file_taken_away_just_now(self, tmp_path):
        """What is saved just after the file was taken away is in the new one."""
        database = tmp_path / "runners.sqlite3"
        store = SqliteStore(database)
        store.save("k", b"one", None)
        for file in tmp_path.glob("runners.sqlite3*"):
            file.unlink()
        store.save("l", b"two", None)
        assert store.load("l")
        store.close()

    def test_what_is_saved(self, tmp_path, kept):
        """A write waits for no disk, and its log is on it a moment later."""
        store = SqliteStore(tmp_path / "runners.sqlite3")
        store.save("k", b"one", None)
        log = (tmp_path / "runners.sqlite3-wal").stat().st_ino
        assert soon(lambda: log in kept)
        store.close()

    def test_what_is_deleted(self, tmp_path, kept, monkeypatch):
        """A deletion is on the disk when it returns, or is refused."""
        monkeypatch.setattr(settling, "SECONDS", 60)
        store = SqliteStore(tmp_path / "runners.sqlite3")
        store.save("k", b"one", None)
        store.save("l", b"one", None)
        log = (tmp_path / "runners.sqlite3-wal").stat().st_ino
        store.delete("k", 1)
        assert log in kept
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("broken")))
        with pytest.raises(StoreError, match="broken"):
            store.delete("l", 1)
        monkeypatch.undo()
        store.close()
