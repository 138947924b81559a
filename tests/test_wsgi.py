"""The service on any WSGI host: here waitress's own command, which knows nothing of us."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from skill.settings import PROJECT
from skill.stores.sqlite import SqliteStore
from tests.alexa.recorded import recorded
from tests.simulators.coach import remembered
from tests.simulators.dynamodb import without_aws

COMMAND = [sys.executable, "-m", "waitress", "--listen=127.0.0.1:{port}", "skill.wsgi:application"]
PATIENCE = 20
"""Seconds that a busy machine may take to start."""


def start(environment: Mapping[str, str], port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [word.format(port=port) for word in COMMAND],
        cwd=PROJECT,
        env={**without_aws(), "GLUTE_COACH_UNSIGNED": "true", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def hosting(environment: Mapping[str, str]) -> Iterator[int]:
    """Run a host with these settings, and yield the port it answers at."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with start(environment, port) as host:
        try:
            ends = time.monotonic() + PATIENCE
            while not is_healthy(port):
                assert host.poll() is None, host.stderr.read()
                assert time.monotonic() < ends
                time.sleep(0.05)
            yield port
        finally:
            host.kill()


def is_healthy(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz") is not None
    except OSError:
        return False


def ask(port: int, method: str, path: str, body: bytes = b"") -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request(method, path, body, {"Content-Type": "application/json"})
        answer = line.getresponse()
        assert answer.status == 200
        return answer.read()


def launched() -> tuple[bytes, str]:
    """A request that opens the skill, and whose it is."""
    document = recorded("intent_start_resolved")
    return json.dumps(document).encode(), document["context"]["System"]["user"]["userId"]


@pytest.mark.usefixtures("rendered")
class TestHosted:
    def test_with_a_table(self, dynamodb):
        """A routine is started, and the runner remembered in the table that is set."""
        table, (body, user) = dynamodb.table("moto"), launched()
        with hosting(table.environment) as port:
            answer = json.loads(ask(port, "POST", "/alexa", body))
        assert answer["response"]["directives"][0]["type"] == "AudioPlayer.Play"
        with closing(table.store()) as store:
            assert remembered(store, user).session.progress is not None

    def test_with_a_file(self, tmp_path: Path):
        """The same with the embedded database, in the file that is set."""
        file, (body, user) = tmp_path / "runners.sqlite3", launched()
        with hosting({"GLUTE_COACH_DATABASE": str(file)}) as port:
            answer = json.loads(ask(port, "POST", "/alexa", body))
        assert answer["response"]["directives"][0]["type"] == "AudioPlayer.Play"
        with closing(SqliteStore(file)) as store:
            assert remembered(store, user).session.progress is not None

    def test_that_cannot_start(self):
        """A setting that cannot be used is told in one line of the log, and the host ends."""
        with start({"GLUTE_COACH_AUDIO": f"{os.sep}nowhere"}, 0) as host:
            assert host.wait(PATIENCE) != 0
            line = json.loads(host.stderr.readline())
        assert line["level"] == "CRITICAL"
        assert "There is no rendered audio in /nowhere" in line["message"]
