"""Databases with few and with very many runners, and a process with the coach for each of them."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from scripts.benchmarks.answering import typical_runner
from scripts.benchmarks.processes import CannotMeasureError
from scripts.benchmarks.signed import user_id
from skill.records import encode
from skill.sessions import storage_key
from skill.settings import PROJECT
from skill.stores.sqlite import SqliteStore

MEGABYTE = 1_000_000


def fill(database: Path, runners: int) -> None:
    """Have so many typical runners stored in a new database, by one transaction without a log."""
    SqliteStore(database).close()  # makes the tables
    document = encode(typical_runner())
    keys = sorted(storage_key(user_id(runner)) for runner in range(runners))
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO runners (key, version, document) VALUES (?, 1, ?)",
            ((key, document) for key in keys),
        )
        connection.execute("COMMIT")


class Crowd:
    """Runners in a database, and the process that answers them; `end` it afterwards.

    Raise `CannotMeasureError` if that process fails.
    """

    def __init__(self, audio: Path, database: Path, runners: int) -> None:
        fill(database, runners)
        self.runners = runners
        self.megabytes = database.stat().st_size / MEGABYTE
        """What the database takes on the disk, when it is new."""
        self._log = database.with_suffix(".log")
        with self._log.open("w") as complained:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                (sys.executable, "-m", "scripts.benchmarks.keeping", str(audio), str(database)),
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complained,
                text=True,
            )
        self.start_seconds = float(self._told()["seconds"])

    def ask(self, runners: Sequence[int]) -> Mapping[str, Any]:
        """Have runners start; return the `times` of each in µs, and the `megabytes` held then."""
        if self._process.stdin is None:
            raise CannotMeasureError("the coach cannot be asked")
        self._process.stdin.write(json.dumps(runners) + "\n")
        self._process.stdin.flush()
        return self._told()

    def end(self) -> None:
        """End the process, and wait for that."""
        self._process.kill()
        self._process.communicate()

    def _told(self) -> Mapping[str, Any]:
        said = self._process.stdout.readline() if self._process.stdout else ""
        if not said:
            complaint = self._log.read_text(encoding="utf-8").strip().splitlines() or ["nothing"]
            raise CannotMeasureError(f"the coach ended; it said {complaint[-1]}")
        told: Mapping[str, Any] = json.loads(said)
        return told
