"""Servers to be loaded: the coach under the server it ships with or others, and its peers.

Each is two worker processes that answer signed requests on this machine.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scripts.benchmarks.answering import PUBLIC_URL
from scripts.benchmarks.installing import PEERS, node_peer, python_peer
from scripts.benchmarks.processes import CannotMeasureError
from scripts.benchmarks.signed import SKILL_ID
from scripts.soaks.servers import FAULTS, neighbouring_ports
from skill.logs import TROUBLE
from skill.settings import PREFIX, PROJECT

WORKERS = 2
STARTING_SECONDS = 30.0
_LOOK_SECONDS = 0.05
_STARTERS = PROJECT / "scripts" / "benchmarks" / "starters"
_UNSET = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class Place:
    """Where servers run: whom to trust is in the folder, and there they write what they write."""

    folder: Path
    audio: Path

    def settings(self, port: int) -> Mapping[str, str]:
        """Return the coach's settings on a port; all of its processes share a database."""
        chosen = {
            "AUDIO": self.audio,
            "DATABASE": self.folder / "runners.sqlite3",
            "PORT": port,
            "PUBLIC_URL": PUBLIC_URL,
            "SKILL_ID": SKILL_ID,
        }
        return {f"{PREFIX}{name}": str(value) for name, value in chosen.items()}


@dataclass(frozen=True, slots=True)
class Program:
    """What to start for one port, and with what more in its environment."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = PROJECT


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of server. `ports`: so many processes of one worker each, or one that has them all.

    `program` returns what to start, for a place and a port; it raises `CannotMeasureError` if it
    cannot be had on this machine.
    """

    name: str
    program: Callable[[Place, int], Program]
    ports: int = 1


def _shipped(place: Place, port: int) -> Program:
    """Start the coach as `python -m skill` does, but for whom it trusts."""
    command = (sys.executable, "-m", "scripts.soaks.signed_server", str(place.folder))
    return Program(command, place.settings(port))


def _host(module: str, *options: str) -> Callable[[Place, int], Program]:
    """Return how the coach is started under another WSGI host."""

    def program(place: Place, port: int) -> Program:
        packages = python_peer("hosts")
        said = [option.format(port=port) for option in options]
        environment = {
            **place.settings(port),
            "BENCH_PKI": str(place.folder),
            "PYTHONPATH": os.pathsep.join((str(PROJECT), str(packages))),
        }
        command = (sys.executable, "-m", module, *said, "scripts.benchmarks.hosted:application")
        return Program(command, environment)

    return program


def _flask(place: Place, port: int) -> Program:
    packages = python_peer("flask")
    environment = {
        "BENCH_PKI": str(place.folder),
        "BENCH_SKILL_ID": SKILL_ID,
        "PYTHONPATH": str(packages),
        "PYTHONWARNINGS": "ignore",  # it warns of itself at every request
    }
    options = [option.format(port=port) for option in _GUNICORN]
    command = (sys.executable, "-m", "gunicorn", *options, "hello:application")
    return Program(command, environment, PEERS / "flask")


def _express(place: Place, port: int) -> Program:
    node, folder = node_peer("express")
    command = (node, "hello.js", str(port), str(WORKERS), str(place.folder))
    return Program(command, {"NODE_ENV": "production"}, folder)


def _floor(place: Place, port: int) -> Program:
    command = (sys.executable, "-m", "scripts.benchmarks.starters.floor", str(place.folder))
    return Program(command, place.settings(port))


def _constant(_: Place, port: int) -> Program:
    return Program((sys.executable, str(_STARTERS / "constant.py"), str(port)))


_GUNICORN = (
    *("--workers", str(WORKERS), "--bind", "127.0.0.1:{port}"),
    *("--log-level", "error", "--no-control-socket"),
)
_GRANIAN = (
    *("--interface", "wsgi", "--workers", str(WORKERS), "--port", "{port}"),
    *("--no-access-log", "--log-level", "error"),
)

COACH = Kind("the coach", _shipped, WORKERS)
FLASK = Kind("hello world, the SDK's Flask adapter", _flask)
EXPRESS = Kind("hello world, the SDK's Express adapter (Node.js)", _express)
FLOOR = Kind("Flask, checked, one write, the same answer always", _floor, WORKERS)
CONSTANT = Kind("the same few bytes, always", _constant)
HOSTS: Sequence[Kind] = (
    Kind("the coach under gunicorn, sync", _host("gunicorn", *_GUNICORN)),
    Kind(
        "the coach under gunicorn, 8 threads",
        _host("gunicorn", *_GUNICORN, "--worker-class", "gthread", "--threads", "8"),
    ),
    Kind("the coach under granian", _host("granian", *_GRANIAN, "--blocking-threads", "1")),
    Kind(
        "the coach under granian, 8 threads", _host("granian", *_GRANIAN, "--blocking-threads", "8")
    ),
)
"""To choose a server by: given to `serving.compare` in the place of, or beside, the shipped one."""


class Server:
    """A server that runs, on as many ports as its kind has."""

    def __init__(self, kind: Kind, place: Place) -> None:
        self.kind = kind
        self.ports = neighbouring_ports(kind.ports)
        self._logs: list[Path] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        programs = [kind.program(place, port) for port in self.ports]
        for port, program in zip(self.ports, programs, strict=True):
            self._start(program, place.folder / f"server-{port}.log")

    def wait_for_it(self) -> None:
        """Wait until all of it listens; raise `CannotMeasureError` if it does not."""
        deadline = time.monotonic() + STARTING_SECONDS
        for port, process, log in zip(self.ports, self._processes, self._logs, strict=True):
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    said = log.read_text(encoding="utf-8").strip().splitlines() or ["nothing"]
                    raise CannotMeasureError(f"{self.kind.name} did not start; it said {said[-1]}")
                time.sleep(_LOOK_SECONDS)

    def stop(self) -> None:
        """End it with all it started."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def fault(self) -> str:
        """Say the first thing that was logged as a fault, or could not be kept, if there is any."""
        for log in self._logs:
            for line in log.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):
                    told = json.loads(line)
                    if told.get("level") in FAULTS or told.get("store") in TROUBLE:
                        return line
        return ""

    def _start(self, program: Program, log: Path) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in _UNSET and not name.startswith(PREFIX)
        }
        with log.open("w") as said:
            process = subprocess.Popen(  # noqa: S603 - our own programs
                program.command,
                cwd=program.folder,
                env={**kept, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
        self._processes.append(process)
        self._logs.append(log)


@contextmanager
def running(kinds: Sequence[Kind], place: Place) -> Iterator[tuple[list[Server], list[str]]]:
    """Run servers; lend them, and for each that cannot run here, a line that says why.

    Raise `CannotMeasureError` if the coach itself, or what the load is measured on, cannot.
    """
    servers: list[Server] = []
    missing: list[str] = []
    try:
        for kind in kinds:
            try:
                servers.append(Server(kind, place))
            except CannotMeasureError as reason:
                if kind in {COACH, CONSTANT}:
                    raise
                missing.append(f"{kind.name} is left out: {reason}.")
        for server in servers:
            server.wait_for_it()
        yield servers, missing
    finally:
        for server in servers:
            server.stop()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
