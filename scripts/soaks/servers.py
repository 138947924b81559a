"""Servers: the coach as processes of its own, to be loaded, stopped and killed."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from scripts.soaks.house import PUBLIC_URL
from skill.coaching.errors import CoachError
from skill.settings import PREFIX, PROJECT

SKILL_ID = "amzn1.ask.skill.5f1c8f4e-7f0b-4d6a-9a53-glute-coach"
"""That of the Echo in software."""
UNSIGNED = ("-m", "skill", "--unsigned")
START_SECONDS = 30.0
ANSWER_SECONDS = 20.0


class ServerError(CoachError):
    """A server did not start, or did not answer."""

    code = "server"


class Server:
    """One process, on a port and a database that outlive it; nothing runs before `start`."""

    def __init__(self, folder: Path, name: str, program: Sequence[str] = UNSIGNED) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.log = folder / f"{name}.log"
        self.port = _free_port()

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
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
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


def listens(port: int, seconds: float = START_SECONDS) -> bool:
    """Wait until somebody listens at a port; tell whether somebody does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
