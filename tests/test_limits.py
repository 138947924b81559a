"""Limits: what one client, one slow client, and the end of the service can do to the others."""

import http.client
import itertools
import json
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from types import SimpleNamespace

import pytest
from waitress import channel, wasyncore
from werkzeug.test import TestResponse as Response

from skill import crowding, web
from skill.__main__ import LARGEST_ANSWER, THREADS, listen
from skill.bootstrap import build
from skill.coaching.timeline import LONGEST_PLAN
from skill.coaching.values import replace
from skill.crowding import (
    CONNECTIONS,
    IDLE_SECONDS,
    LOOKED_AFTER,
    REQUEST_SECONDS,
    Connection,
    Room,
)
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


HALF = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slowly: "
"""Of a request, all but its end."""


def connected(port: int, address: str = "127.0.0.1") -> socket.socket:
    """Connect to a server of this machine, from one of its own addresses."""
    try:
        return socket.create_connection(("127.0.0.1", port), 10, (address, 0))
    except OSError:
        pytest.skip(f"this machine has no address {address}")


def answer_to(line: socket.socket, rest: bytes) -> bytes:
    """Send what is left of a request; return what comes first of the answer."""
    line.sendall(rest)
    return line.recv(15)


class Served:
    """A server in this thread: it does something only when `turn` is called; time is the test's."""

    def __init__(self, service, patch) -> None:
        self.passed = 0.0
        patch.setattr(crowding, "monotonic", lambda: time.monotonic() + self.passed)
        patch.setattr(crowding, "time", lambda: time.time() + self.passed)
        patch.setattr(channel, "time", SimpleNamespace(time=lambda: time.time() + self.passed))
        self._sockets = {}
        settings = replace(service.settings, port=0)
        self.server = listen(create_app(settings, service=service), settings, self._sockets)
        self.port = self.server.socket.getsockname()[1]
        self._room = Room(self._sockets)

    @property
    def held(self) -> int:
        return sum(isinstance(each, crowding.Connection) for each in self._sockets.values())

    def turn(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not until():
            assert time.monotonic() < deadline
            wasyncore.loop(timeout=0.05, use_poll=True, map=self._sockets, count=1)
            self._room.keep()

    def held_after(self, seconds: float) -> int:
        """Let time pass; return how many connections are held then."""
        self.wait(seconds)
        return self.held

    def wait(self, seconds: float) -> None:
        """Take what was sent by now, then let time pass."""
        self.turn(iter([False, False, True]).__next__)
        self.passed += seconds
        self.turn(iter([False, False, True]).__next__)

    def close(self) -> None:
        for each in list(self._sockets.values()):
            each.handle_close()
        self.server.task_dispatcher.shutdown()


class TestHeldConnections:
    @pytest.fixture
    def served(self, service, monkeypatch):
        with closing(Served(service, monkeypatch)) as served:
            yield served

    @pytest.fixture
    def line(self, served):
        with closing(connected(served.port)) as line:
            served.turn(lambda: served.held == 1)
            yield line

    def test_half_requests_by_the_thousand(self, rendered, tmp_path):  # noqa: ARG002
        """Whoever holds as many connections as there are keeps out neither others nor themselves.

        Nor does anybody else lose one for it.
        """
        resource = pytest.importorskip("resource")
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2 * CONNECTIONS:
            pytest.skip("this process may not open so many connections")
        with running(tmp_path) as coach, ExitStack() as ending:
            waiting = ending.enter_context(closing(connected(coach.port, "127.0.0.2")))
            waiting.sendall(HALF)
            for _ in range(CONNECTIONS + 50):
                held = ending.enter_context(closing(connected(coach.port)))
                held.sendall(HALF)
            for address in ("127.0.0.2", "127.0.0.3", "127.0.0.1"):
                with closing(connected(coach.port, address)) as line:
                    assert answer_to(line, HALF + b"\r\n\r\n") == b"HTTP/1.1 200 OK"
            assert answer_to(waiting, b"\r\n\r\n") == b"HTTP/1.1 200 OK"
            deadline = time.monotonic() + 10
            while "closed to make room for others" not in coach.log.read_text():
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def test_who_makes_room(self, served, monkeypatch):
        """Whoever has the most gives up the one that has been without a whole request longest."""
        monkeypatch.setattr(crowding, "CROWDED", 3)
        with ExitStack() as ending:
            other = ending.enter_context(closing(connected(served.port, "127.0.0.2")))
            served.turn(lambda: served.held == 1)
            used, *unused = (
                ending.enter_context(closing(connected(served.port))) for _ in range(3)
            )
            used.sendall(HALF + b"\r\n\r\n")
            served.turn(lambda: readable(used))
            served.turn(lambda: not readable(other) and readable(unused[0]))
            assert unused[0].recv(1) == b""
            assert used.recv(15) == b"HTTP/1.1 200 OK"
            other.sendall(HALF + b"\r\n\r\n")
            served.turn(lambda: readable(other))
            assert other.recv(15) == b"HTTP/1.1 200 OK"

    @pytest.mark.parametrize(
        ("held", "closed"),
        [
            ([("asked first", 1, 0), ("asked last", 2, 0)], "asked first"),
            ([("is being answered", 1, 9), ("asked last", 2, 0)], "asked last"),
            ([("is being answered", 1, 9), ("as well", 2, 9)], "is being answered"),
        ],
        ids=["it waits", "another waits", "none waits"],
    )
    def test_which_one_makes_room(self, monkeypatch, held, closed):
        """Of a client's connections, the one that has asked least lately, unless it is answered."""
        monkeypatch.setattr(crowding, "CROWDED", 1)
        told: list[str] = []
        by_number = {}
        for number, (name, asked_at, unsent) in enumerate(held):
            one = by_number[number] = Connection.__new__(Connection)
            one.client, one.requests, one.request_since = "127.0.0.1", [], None
            one.asked_at, one.total_outbufs_len, one.last_activity = asked_at, unsent, time.time()
            one.handle_close = partial(told.append, name)
        Room(by_number).keep()
        assert told == [closed]

    def test_a_request_makes_it_the_last(self, monkeypatch):
        """When a request is there whole, its connection is the one that has asked last."""
        monkeypatch.setattr(channel.HTTPChannel, "service", lambda _: None)
        one = Connection.__new__(Connection)
        one.asked_at, one.request_since = 0, 1
        one.service()
        assert one.asked_at > 1
        assert one.request_since is None

    @pytest.mark.parametrize("first", [HALF, b"\r\n", b"POST /alexa HTTP/1.1\r\n"], ids=repr)
    def test_a_request_that_trickles(self, served, line, first):
        """A request has to be there whole in a time from its first byte, however it trickles."""
        line.sendall(first)
        for _ in range(2):
            served.wait(REQUEST_SECONDS / 2 - LOOKED_AFTER)
            assert served.held == 1
            line.sendall(b"\r\n" if first == b"\r\n" else b"x")
        served.wait(3 * LOOKED_AFTER)
        assert served.held == 0
        assert line.recv(1) == b""

    def test_request_after_request(self, served, line):
        """On one connection there may be requests for as long as anybody asks."""
        for _ in range(5):
            line.sendall(HALF)
            served.wait(REQUEST_SECONDS / 2)
            line.sendall(b"\r\n\r\n")
            served.turn(lambda: readable(line))
            assert line.recv(1000).startswith(b"HTTP/1.1 200 OK")

    def test_who_never_reads(self, served, line):
        """Whoever asks for a guide and never reads it is cut off like anybody silent."""
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(f"GET {LONG} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        served.turn(lambda: readable(line))
        rounds = range(100)  # the system takes some of it for who reads nothing, bit by bit
        assert any(served.held_after(IDLE_SECONDS + LOOKED_AFTER) == 0 for _ in rounds)


def readable(line: socket.socket) -> bool:
    return bool(select.select([line], [], [], 0)[0])


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
