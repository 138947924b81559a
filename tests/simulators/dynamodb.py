"""DynamoDB for the tests: two servers that others have written, and a bad line before them.

`dynalite` needs Node.js and npm, which install what its lock file pins into `.venv`, once;
`moto` is a Python package. `BadLine` hands requests on to either, and now and then does what
lines and Amazon do: refuses, breaks off, or loses the answer to what was done.
"""

import http.client
import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
import pytest

from skill.settings import PROJECT
from skill.stores.dynamodb import RUNNER, TABLE, DynamoStore
from tests.simulators.node import node_package

REGION = "eu-west-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}
NOWHERE = "http://127.0.0.1:1"
"""Where nobody listens."""


@dataclass(frozen=True)
class Table:
    """One table at one endpoint, as boto3 sees it, and as the store does."""

    endpoint: str
    name: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads the coach here."""
        return {
            **KEYS,
            "AWS_REGION": REGION,
            "GLUTE_COACH_TABLE": self.name,
            "GLUTE_COACH_TABLE_ENDPOINT": self.endpoint,
        }

    def store(self, endpoint: str = "") -> DynamoStore:
        """Open the store on this table, by another way if one is given."""
        return DynamoStore(self.name, REGION, KEYS, endpoint or self.endpoint)

    def item(self, key: str) -> dict[str, Any] | None:
        """Read an item as it lies there."""
        found = client_of(self.endpoint).get_item(
            TableName=self.name, Key={RUNNER: {"S": key}}, ConsistentRead=True
        )
        return found.get("Item")

    def put(self, key: str, **attributes: Any) -> None:
        """Lay an item there, whatever it is."""
        item = {RUNNER: {"S": key}, **attributes}
        client_of(self.endpoint).put_item(TableName=self.name, Item=item)

    def items(self) -> list[dict[str, Any]]:
        """Read all that lies there."""
        found: list[dict[str, Any]] = client_of(self.endpoint).scan(TableName=self.name)["Items"]
        return found


class Servers:
    """Starts each server when it is first asked for, and all of them end together."""

    def __init__(self, ending: ExitStack) -> None:
        self._ending = ending
        self._endpoints: dict[str, str] = {}
        self._missing: dict[str, str] = {}

    def table(self, server: str) -> Table:
        """Return a new table; skip the test if the server cannot be had on this machine."""
        if server in self._missing:
            pytest.skip(self._missing[server])
        if server not in self._endpoints:
            try:
                self._endpoints[server] = self._ending.enter_context(STARTED[server]())
            except pytest.skip.Exception as reason:
                self._missing[server] = str(reason)
                raise
        endpoint, name = self._endpoints[server], f"runners-{secrets.token_hex(6)}"
        client = client_of(endpoint)
        made = client.create_table(TableName=name, **TABLE)["TableDescription"]
        while made["TableStatus"] != "ACTIVE":
            time.sleep(0.005)
            made = client.describe_table(TableName=name)["Table"]
        return Table(endpoint, name)


@cache
def client_of(endpoint: str) -> Any:
    """Return boto3's client of a server."""
    return boto3.client(
        "dynamodb",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )


@contextmanager
def dynalite() -> Iterator[str]:
    """Run dynalite, and yield its endpoint."""
    node, folder = node_package("dynalite")
    with running([node, folder / "serve.js"]) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server, and yield its endpoint."""
    with running([sys.executable, "-m", "tests.simulators.moto_server"]) as port:
        yield f"http://127.0.0.1:{port}"


STARTED: Mapping[str, Callable[[], Any]] = {"dynalite": dynalite, "moto": moto}


@contextmanager
def running(command: list[Any]) -> Iterator[str]:
    """Run a server until the end; yield its port, which is what it says first."""
    with subprocess.Popen(
        list(map(str, command)), cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            port = process.stdout.readline().strip()
            assert port, f"{command} did not start"
            yield port
        finally:
            process.kill()


class Mishap(StrEnum):
    """What may befall a request."""

    THROTTLED = "ThrottlingException"
    TOO_FAST = "ProvisionedThroughputExceededException"
    BROKEN = "InternalServerError"
    UNAVAILABLE = "a page of some load balancer's"
    CUT_OFF = "the connection ends instead of an answer"
    ANSWER_LOST = "it is done, but the connection ends instead of the answer"


Fate = Callable[[str, int], Mishap | bytes | None]
"""Told a request's operation and how often the same one has come, from 1 on, returns what befalls
it, if anything; bytes are what is answered in DynamoDB's place."""


class BadLine:
    """A line to a server on which things happen; use it as a context."""

    def __init__(self, endpoint: str, fate: Fate) -> None:
        self.target = urlsplit(endpoint)
        self.fate = fate
        self.happened: list[tuple[str, Mishap | bytes | None]] = []
        self._came: Counter[bytes] = Counter()
        self._lock = Lock()
        self._server = _Exchange(("127.0.0.1", 0), _Relay)
        self._server.line = self  # type: ignore[attr-defined]
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def befalls(self, operation: str, body: bytes) -> Mishap | bytes | None:
        """Decide what befalls a request, and note it."""
        with self._lock:
            self._came[body] += 1
            mishap = self.fate(operation, self._came[body])
            self.happened.append((operation, mishap))
            return mishap


class _Exchange(ThreadingHTTPServer):
    daemon_threads = True
    # With the five of the standard library, callers who come together are left hanging.
    request_queue_size = 128


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        line: BadLine = self.server.line  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        match line.befalls(operation, body):
            case Mishap.THROTTLED | Mishap.TOO_FAST as refused:
                self._answer(400, _error(refused))
            case Mishap.BROKEN as refused:
                self._answer(500, _error(refused))
            case Mishap.UNAVAILABLE:
                self._answer(503, b"<html>Service Unavailable</html>")
            case Mishap.CUT_OFF:
                self.close_connection = True
            case Mishap.ANSWER_LOST:
                self._hand_on(line, body)
                self.close_connection = True
            case bytes() as made_up:
                self._answer(200, made_up)
            case None:
                self._answer(*self._hand_on(line, body))

    def _hand_on(self, line: BadLine, body: bytes) -> tuple[int, bytes]:
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        to = http.client.HTTPConnection(line.target.hostname, line.target.port, timeout=10)
        with closing(to):
            to.request("POST", "/", body, headers)
            answer = to.getresponse()
            return answer.status, answer.read()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _error(kind: str) -> bytes:
    problem = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "Not just now."}
    return json.dumps(problem).encode()


def without_aws() -> dict[str, str]:
    """Return this environment without anything that leads to Amazon, or to another coach."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "GLUTE_COACH_"))
    }
