"""The service on any WSGI host: here waitress's own command, which knows nothing of us."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from skill.settings import PROJECT
from skill.stores.sqlite import SqliteStore
from tests.alexa.recorded import recorded
from tests.simulators.amazon import URL, Amazon
from tests.simulators.coach import remembered
from tests.simulators.dynamodb import without_aws

COMMAND = [sys.executable, "-m", "waitress", "--listen=127.0.0.1:{port}", "{application}"]
PATIENCE = 20
"""Seconds that a busy machine may take to start."""


def start(
    environment: Mapping[str, str], port: int, application: str = "skill.wsgi:application"
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [word.format(port=port, application=application) for word in COMMAND],
        cwd=PROJECT,
        env={**without_aws(), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def amazon(tmp_path: Path) -> Amazon:
    """Who signs, with the root to trust and the chain to find in a folder."""
    amazon = Amazon()
    (tmp_path / "root.pem").write_bytes(amazon.root.public_bytes(Encoding.PEM))
    (tmp_path / "chain.pem").write_bytes(amazon.published[URL])
    return amazon


@contextmanager
def hosting(environment: Mapping[str, str], pki: Path) -> Iterator[int]:
    """Run a host with these settings, and yield the port it answers at."""
    skill_id = launched()[0]["context"]["System"]["application"]["applicationId"]
    environment = {**environment, "PKI": str(pki), "GLUTE_COACH_SKILL_ID": skill_id}
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with start(environment, port, "tests.simulators.hosted:application") as host:
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


def ask(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read()


def launched() -> tuple[dict[str, Any], str]:
    """A request that starts a routine, sent just now, and whose it is."""
    document = recorded("intent_start_resolved")
    document["request"]["timestamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return document, document["context"]["System"]["user"]["userId"]


def answered(port: int, amazon: Amazon, document: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(document).encode()
    return json.loads(ask(port, "POST", "/alexa", body, amazon.sign(body)))


@pytest.mark.usefixtures("rendered")
class TestHosted:
    def test_with_a_table(self, dynamodb, amazon, tmp_path: Path):
        """A routine is started, and the runner remembered in the table that is set."""
        table, (document, user) = dynamodb.table("moto"), launched()
        with hosting(table.environment, tmp_path) as port:
            answer = answered(port, amazon, document)
        assert answer["response"]["directives"][0]["type"] == "AudioPlayer.Play"
        with closing(table.store()) as store:
            assert remembered(store, user).session.progress is not None

    def test_with_a_file(self, amazon, tmp_path: Path):
        """The same with the embedded database, in the file that is set."""
        file, (document, user) = tmp_path / "runners.sqlite3", launched()
        with hosting({"GLUTE_COACH_DATABASE": str(file)}, tmp_path) as port:
            answer = answered(port, amazon, document)
        assert answer["response"]["directives"][0]["type"] == "AudioPlayer.Play"
        with closing(SqliteStore(file)) as store:
            assert remembered(store, user).session.progress is not None

    @pytest.mark.parametrize(
        ("setting", "value", "told"),
        [
            ("GLUTE_COACH_AUDIO", "/nowhere", "There is no rendered audio in /nowhere"),
            ("GLUTE_COACH_UNSIGNED", "true", "GLUTE_COACH_UNSIGNED is for ./scripts/serve alone"),
        ],
    )
    def test_that_cannot_start(self, setting, value, told):
        """A setting that cannot be used is told in one line, and the host ends."""
        with start({setting: value}, 0) as host:
            assert host.wait(PATIENCE) != 0
            said = host.stderr.read()
        assert "Traceback" not in said
        assert f"The coach cannot start: {told}" in said
