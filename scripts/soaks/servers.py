"""Servers: the coach as processes of its own, to be loaded and killed, and what they leave."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from scripts.soaks.house import PUBLIC_URL
from scripts.soaks.memory import held
from skill.coaching.errors import CoachError
from skill.logs import TROUBLE
from skill.settings import PREFIX, PROJECT

SKILL_ID = "amzn1.ask.skill.5f1c8f4e-7f0b-4d6a-9a53-glute-coach"
"""That of the Echo in software."""
UNSIGNED = ("-m", "skill", "--unsigned")
ANSWER_SECONDS = 20.0
TRIES = 100
FAULTS = frozenset({"ERROR", "CRITICAL"})
LONGEST_LINE = 2_000
"""Characters of a log's line that are told again."""


class ServerError(CoachError):
    """A server did not start, or did not answer."""

    code = "server"


class Server:
    """One process, on a port and a database that outlive it; nothing runs before `start`."""

    def __init__(self, folder: Path, port: int, program: Sequence[str] = UNSIGNED) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.log = folder / f"server-{port}.log"
        self.port = port

    @property
    def process_id(self) -> int:
        """The id of the process that runs."""
        if self._process is None:
            raise ServerError("it was not started")
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        """Start it; unless told otherwise, wait until it says where it listens."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *self._program],
                cwd=PROJECT,
                env=self._environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        if wait:
            self.wait_for_it()

    def wait_for_it(self) -> None:
        """Wait until it says where it listens; raise `ServerError` if it does not."""
        if self._process is None or self._process.stdout is None:
            raise ServerError("it was not started")
        if not self._process.stdout.readline():
            raise ServerError(f"it did not start: {self.log.read_text()[-500:]}")

    def kill(self) -> None:
        """Kill it as the machine would, without a word of warning."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def _environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        chosen = {
            "PORT": self.port,
            "DATABASE": self._folder / "runners.sqlite3",
            "SKILL_ID": SKILL_ID,
            "PUBLIC_URL": PUBLIC_URL,
        }
        return kept | {f"{PREFIX}{name}": str(value) for name, value in chosen.items()}


class Line:
    """A connection to a server that is kept open; `send` takes a request's body there."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def send(self, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Return status and body of the answer; raise `OSError` if there is none."""
        try:
            self._line.request("POST", "/alexa", body, dict(headers or {}))
            answer = self._line.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as broken:
            self._line.close()
            raise ConnectionError(f"no whole answer: {broken!r}") from broken
        except OSError:
            self._line.close()
            raise

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def memory(servers: Iterable[Server]) -> float:
    """Return the megabytes that all of them hold now."""
    return sum(held(server.process_id) for server in servers)


def faults(servers: Iterable[Server]) -> str:
    """Say the first thing that a server logged as a fault, or could not keep, if there is any."""
    for server in servers:
        for line in server.log.read_text(encoding="utf-8").splitlines():
            if _tells_of_a_fault(line):
                return f"{server.log.stem} logged: {line[:LONGEST_LINE]}"
    return ""


def _tells_of_a_fault(line: str) -> bool:
    """Whether a line tells of a fault; one that is no JSON comes from none of our logs.

    That is a traceback, say, but for a line that was cut short when its server was killed.
    """
    try:
        told = json.loads(line)
    except ValueError:
        return not line.startswith("{")
    if not isinstance(told, dict):
        return True
    return told.get("level") in FAULTS or told.get("store") in TROUBLE


def neighbouring_ports(number: int) -> range:
    """Return so many free ports in a row; raise `ServerError` if there are none to be found."""
    for _ in range(TRIES):
        with ExitStack() as held, suppress(OSError, OverflowError):
            first = _bound(held, 0)
            for port in range(first + 1, first + number):
                _bound(held, port)
            return range(first, first + number)
    raise ServerError(f"there are no {number} free ports in a row on this machine")


def _bound(held: ExitStack, port: int) -> int:
    free = held.enter_context(closing(socket.socket()))
    free.bind(("127.0.0.1", port))
    return int(free.getsockname()[1])
