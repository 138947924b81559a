"""Limits: what one client, one slow client, and the end of the service can do to the others."""

import http.client
import itertools
import json
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest
from werkzeug.test import TestResponse as Response

from skill import web
from skill.__main__ import LARGEST_ANSWER, THREADS
from skill.bootstrap import build
from skill.coaching.timeline import LONGEST_PLAN
from skill.coaching.values import replace
from skill.guides.frames import FRAME_BYTES, FRAME_MS
from skill.stores.memory import MemoryStore
from skill.throttling import Throttle
from skill.web import create_app
from tests.alexa.recorded import recorded
from tests.test_main import running

LAUNCH = json.dumps(recorded("launch")).encode()
LONG = "/guides/strength_r20_p8.mp3"


class TestGuidesForOneClient:
    def test_too_many(self, service):
        """Who asks for ever other guides is told to wait, and for how long; a talk goes on."""
        settings = replace(service.settings, unsigned=True)
        built = build(settings, store=MemoryStore())
        throttle = Throttle(lambda: 0.0, allowance=3_000_000, refill=1_000_000)
        door = create_app(settings, service=built, throttle=throttle).test_client()
        assert door.get("/guides/pre-run.mp3").status_code == 200
        refused = door.get("/guides/pre-run_p3.mp3")
        assert refused.status_code == 429
        assert refused.json["error"] == "too-many-requests"
        assert 1 <= int(refused.headers["Retry-After"]) <= 3
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
        assert door.post("/alexa", data=LAUNCH).status_code == 200
        part = door.get("/guides/pre-run.mp3", headers={"Range": "bytes=0-143"})
        assert part.status_code == 206

    def test_the_whole_feed(self, service):
        """A podcast player that fetches every guide of the feed never waits."""
        door = create_app(service.settings, service=service).test_client()
        feed = door.get("/guides/feed.xml").text
        addresses = [word.split('"')[0] for word in feed.split('url="')[1:]]
        guides = [address for address in addresses if ".mp3" in address]
        assert len(guides) > 20
        for address in guides:
            path = address.removeprefix(service.settings.base_url)
            assert door.get(path, headers={"Range": "bytes=0-143"}).status_code == 206


class TestCommandsForOneClient:
    @pytest.fixture
    def commands(self, service, monkeypatch) -> Callable[[str], Response]:
        """A door where a client's commands may take a quarter of a second, and then no more."""
        monkeypatch.setattr(web, "COMMANDING", 0.25)
        monkeypatch.setattr(web, "COMMANDING_A_SECOND", 1e-9)
        door = create_app(service.settings, service=build(service.settings, store=MemoryStore()))
        ids = (f"command-{number}" for number in itertools.count())

        def command(address: str) -> Response:
            return door.test_client().post(
                "/coach",
                json={"id": next(ids), "press": "open"},
                headers={"Origin": "http://localhost"},
                environ_base={"REMOTE_ADDR": address},
            )

        return command

    @pytest.mark.parametrize(("seconds", "most"), [(0.0, 32), (0.05, 5), (9.0, 1)])
    def test_they_cost_what_they_take(self, commands, monkeypatch, seconds, most):
        """What takes the processor longer, a client may ask less often; nobody else waits."""
        clock = itertools.count(step=seconds)
        monkeypatch.setattr(time, "process_time", lambda: next(clock))
        assert [commands("203.0.113.7").status_code for _ in range(most)] == [200] * most
        refused = commands("203.0.113.7")
        assert (refused.status_code, refused.json["error"]) == (429, "too-many-requests")
        assert commands("203.0.113.8").status_code == 200


class TestSlowClients:
    def test_readers_and_senders(self, rendered, tmp_path):  # noqa: ARG002
        """More clients than workers never read what they fetch, or stop sending: others are served.

        What they fetch is a guide of many megabytes; what they send, half a request.
        """
        with running(tmp_path, "--unsigned") as coach, ExitStack() as ending:
            fetching = f"GET {LONG} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            sending = f"POST /alexa HTTP/1.1\r\nHost: x\r\nContent-Length: {len(LAUNCH)}\r\n\r\n"
            for half in [fetching, sending.encode() + LAUNCH[:100]] * (THREADS + 2):
                line = ending.enter_context(
                    closing(socket.create_connection(("127.0.0.1", coach.port)))
                )
                line.sendall(half)
            for _ in range(THREADS + 2):
                begun = time.monotonic()
                assert coach.request("POST", "/alexa", LAUNCH)[0] == 200
                assert time.monotonic() - begun < 3

    def test_the_longest_guide_waits_outside_the_workers(self):
        """What may wait for slow readers is more than the longest guide there is."""
        longest = LONGEST_PLAN // FRAME_MS * FRAME_BYTES
        assert longest + 1_000_000 < LARGEST_ANSWER


class TestTheEnd:
    def test_what_is_asked_is_answered(self, rendered, tmp_path):  # noqa: ARG002
        """Asked to end while it answers, it answers to the last byte, takes nothing new, ends."""
        with running(tmp_path, "--unsigned") as coach:
            line = http.client.HTTPConnection("127.0.0.1", coach.port, timeout=20)
            with closing(line):
                line.request("GET", LONG)
                answer = line.getresponse()
                coach.process.send_signal(signal.SIGTERM)
                deadline = time.monotonic() + 3
                while time.monotonic() < deadline and is_listening(coach.port):
                    time.sleep(0.02)
                assert not is_listening(coach.port)
                assert len(answer.read()) == int(answer.headers["Content-Length"])
            assert coach.process.wait(10) == 0
            assert "Traceback" not in coach.log.read_text()

    def test_with_nobody_there(self, rendered, tmp_path):  # noqa: ARG002
        """Asked to end while nobody asks anything, it ends at once, with 0; idle lines are cut."""
        with (
            running(tmp_path, "--unsigned") as coach,
            closing(socket.create_connection(("127.0.0.1", coach.port))),
        ):
            begun = time.monotonic()
            coach.process.send_signal(signal.SIGTERM)
            assert coach.process.wait(10) == 0
            assert time.monotonic() - begun < 4


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class TestDebugging:
    def test_there_is_none(self, service, monkeypatch):
        """No variable of the framework's turns its debugger on; a fault is a plain 500."""
        monkeypatch.setenv("FLASK_DEBUG", "1")
        broken = replace(service, editions=None)
        app = create_app(service.settings, service=broken)
        assert not app.debug
        answer = app.test_client().get("/guides/pre-run.mp3")
        assert answer.status_code == 500
        assert set(answer.json) == {"error", "message"}
