"""AWS Lambda for the tests: its Runtime API over real HTTP, and a coach that runs as a function.

The process that takes the events is Amazon's own runtime client (awslambdaric), with the handler
of the package that is deployed, and besides these two there is nothing but Python's own library.
What the client must be told and what it tells stands in Amazon's documentation, "Using the Lambda
runtime API for custom runtimes".
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, Self
from urllib.parse import urlsplit

import pytest

from scripts.echo.device import Echo
from scripts.echo.requests import Device
from scripts.echo.streams import FIRST_BYTES, lengths_by
from skill.bootstrap import Service
from skill.coaching.timeline import Place
from skill.web import create_app
from tests.simulators.coach import MODEL, PUBLIC_URL, spot_at, timeline_of
from tests.simulators.dynamodb import without_aws

FUNCTION = "glute-coach-CoachFunction"
PATIENCE = 20
"""Seconds that a busy machine may take for an answer."""
DEADLINE = 8
"""Seconds that Alexa, and so the function, has."""

_CLIENT = "awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"
"""What Amazon's runtime client consists of, as it is installed beside much else."""
_API = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Answered:
    """How an invocation ended: with an answer, or with an error that Lambda was told of."""

    body: bytes
    is_error: bool
    seconds: float

    @property
    def document(self) -> Any:
        """What was answered."""
        return json.loads(self.body)


class Function:
    """The function of a package in a process of its own; use it as a context.

    With `from_snapshot` it is initialised, and waits to be restored, as SnapStart has it.
    """

    def __init__(
        self,
        package: Path,
        environment: Mapping[str, str],
        log: Path,
        *,
        from_snapshot: bool = False,
    ) -> None:
        if importlib.util.find_spec("awslambdaric") is None:
            pytest.skip("Amazon's runtime client has no wheel for this machine")
        self.log = log
        self._package = package
        self._ending = ExitStack()
        self.init_error: Any = None
        self.restored = 0
        self.events: Queue[tuple[str, bytes] | None] = Queue()
        self.answers: Queue[tuple[str, bytes, bool]] = Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _RuntimeApi)
        self._server.function = self  # type: ignore[attr-defined]
        self._server.daemon_threads = True
        kind = "snap-start" if from_snapshot else "on-demand"
        self._environment = {
            **without_aws(),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": FUNCTION,
            "AWS_LAMBDA_INITIALIZATION_TYPE": kind,
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        client = _client_in(Path(self._ending.enter_context(tempfile.TemporaryDirectory())))
        compiled = self._package.with_name(f"{self._package.name}-compiled")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                # Without what else is installed here: what the package lacks, it lacks.
                [sys.executable, "-S", "-m", "awslambdaric", "skill.aws_lambda.handler"],
                cwd=self._package,
                env={
                    **self._environment,
                    "PYTHONPATH": str(client),
                    "PYTHONPYCACHEPREFIX": str(compiled),
                },
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self.events.put(None)
        self._process.kill()
        self._process.wait()
        self._server.shutdown()
        self._server.server_close()
        self._ending.close()

    def invoke(self, event: bytes) -> Answered:
        """Have one event answered."""
        asked, started = str(uuid.uuid4()), time.monotonic()
        self.events.put((asked, event))
        try:
            answered, body, is_error = self.answers.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError(f"no answer; the log has {self.log.read_text()}") from None
        assert answered == asked
        return Answered(body, is_error, time.monotonic() - started)

    def ended(self) -> int:
        """Wait until the process has ended by itself, and return its exit code."""
        return self._process.wait(PATIENCE)

    def lines(self) -> list[dict[str, Any]]:
        """Return what the function has logged; what Amazon's client adds is left out."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{"]


def _client_in(folder: Path) -> Path:
    """Put Amazon's runtime client into a folder, by links to where it is installed."""
    for name in _CLIENT:
        spec = importlib.util.find_spec(name)
        place = Path(spec.submodule_search_locations[0] if spec.parent else spec.origin)
        (folder / place.name).symlink_to(place)
    return folder


class _RuntimeApi(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        function: Function = self.server.function  # type: ignore[attr-defined]
        if self.path == f"{_API}/restore/next":
            function.restored += 1
            self._answer(200)
            return
        assert self.path == f"{_API}/invocation/next"
        event = function.events.get()
        if event is None:
            self.close_connection = True
            return
        asked, body = event
        deadline = round((time.time() + DEADLINE) * 1000)
        self._answer(
            200,
            body,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": asked,
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": f"arn:aws:lambda:eu-west-1:1:{FUNCTION}",
                "Lambda-Runtime-Trace-Id": "Root=1-5e1b4151-5ac6c58f3375aa3c7c6b73c9",
            },
        )

    def do_POST(self) -> None:
        function: Function = self.server.function  # type: ignore[attr-defined]
        body = self._body()
        if self.path == f"{_API}/init/error":
            function.init_error = json.loads(body)
        else:
            asked, how = self.path.removeprefix(f"{_API}/invocation/").split("/")
            assert how in {"response", "error"}
            function.answers.put((asked, body, how == "error"))
        self._answer(202)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class FunctionCoach:
    """A runner's side of a function: an Echo whose requests are its events.

    Where the guides lie is no business of the function's; here `service` has them.
    """

    def __init__(self, invoke: Callable[[bytes], Answered], service: Service) -> None:
        self._invoke = invoke
        self._client = create_app(service.settings, service=service).test_client()
        self.repertoire = service.repertoire
        self.echo = Echo(self._send, MODEL, lengths_by(self._fetch), Device())
        self.echo.stamp = lambda: datetime.now(UTC)
        self.seconds: list[float] = []

    def ask(self, words: str) -> str:
        """Say something to the skill by its name, and return what is said in answer."""
        return self.echo.say(f"ask glute coach {words}").speech

    def say(self, words: str) -> str:
        """Say something, and return what is said in answer."""
        return self.echo.say(words).speech

    @property
    def place(self) -> Place:
        """The place where the Echo's player is."""
        return timeline_of(self.echo, self.repertoire).at(self.echo.player.offset)

    @property
    def spot(self) -> str:
        """Movement and side at the player's place."""
        return spot_at(self.place)

    def _send(self, body: bytes) -> tuple[int, bytes]:
        answered = self._invoke(body)
        self.seconds.append(answered.seconds)
        return 502 if answered.is_error else 200, answered.body

    def _fetch(self, url: str) -> tuple[int, bytes]:
        parts = urlsplit(url)
        assert url.startswith(PUBLIC_URL + "/")
        answer = self._client.get(f"{parts.path}?{parts.query}", headers={"Range": FIRST_BYTES})
        return answer.status_code, answer.data
