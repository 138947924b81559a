"""Limits: what one client, one slow client, and the end of the service can do to the others."""

import gc
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from threading import Event
from types import SimpleNamespace

import pytest
from waitress import channel, wasyncore

from skill import connections
from skill.__main__ import LARGEST_ANSWER, THREADS, listen
from skill.bootstrap import build
from skill.coaching.timeline import LONGEST_PLAN
from skill.connections import CONNECTIONS, IDLE_SECONDS, LOOKED_AFTER, REQUEST_SECONDS, Room
from skill.guides.frames import FRAME_BYTES, FRAME_MS
from skill.ports import Documents, Stored, StoreError
from skill.settings import PROJECT
from skill.stores.bounded import MOST_IDLE, BoundedStore
from skill.stores.memory import MemoryStore
from skill.throttling import LEAST, MOST_CLIENTS, MOST_RECENT, Throttle
from skill.web import create_app
from tests.alexa.recorded import recorded
from tests.test_main import running

LAUNCH = json.dumps(recorded("launch")).encode()
LONG = "/guides/strength_r20_p8.mp3"
SIZE = 10 * LEAST


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestThrottle:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def throttle(self, clock) -> Throttle:
        """A client may have three guides at once, and one more every ten seconds."""
        return Throttle(clock, allowance=3 * SIZE, refill=SIZE // 10)

    def test_an_allowance_is_spent_and_fills_up(self, throttle, clock):
        """Who has had too much waits just as long as is said, and then gets it."""
        assert [throttle.take("a", str(number), SIZE, SIZE) for number in range(3)] == [0, 0, 0]
        wait = throttle.take("a", "3", SIZE, SIZE)
        assert wait == pytest.approx(10, rel=0.01)
        clock.now += wait
        assert throttle.take("a", "3", SIZE, SIZE) == 0
        assert throttle.take("a", "4", SIZE, SIZE) > 0

    def test_nobody_else_waits(self, throttle):
        """One client's greed costs another nothing."""
        for number in range(9):
            throttle.take("a", str(number), SIZE, SIZE)
        assert throttle.take("b", "0", SIZE, SIZE) == 0

    def test_parts_of_one_guide_are_cheap(self, throttle):
        """A player that fetches a guide in parts pays for what is sent, and little for looking."""
        assert throttle.take("a", "0", 2 * SIZE, 1) == 0
        assert [throttle.take("a", "0", 2 * SIZE, 1) for _ in range(10)] == [0] * 10
        assert throttle.take("a", "0", 2 * SIZE, 1) > 0

    def test_what_is_larger_than_the_allowance(self, throttle):
        """A guide larger than all one may have at once can be had all the same."""
        assert throttle.take("a", "0", 99 * SIZE, 99 * SIZE) == 0

    def test_a_clock_set_back(self, throttle, clock):
        """A clock that goes backward gives nothing and takes nothing."""
        throttle.take("a", "0", SIZE, SIZE)
        clock.now -= 1_000
        assert throttle.take("a", "1", SIZE, SIZE) == 0

    def test_clients_and_guides_are_forgotten(self, throttle):
        """However many clients ask for however many guides, only the last ones are remembered."""
        for number in range(2 * MOST_CLIENTS):
            throttle.take(f"client {number}", "0", 0, 0)
        assert len(throttle._clients) == MOST_CLIENTS  # noqa: SLF001 - it shows nowhere else
        patient = Throttle(Clock())
        for number in range(2 * MOST_RECENT):
            patient.take("a", str(number), 0, 0)
        assert len(patient._clients["a"].recent) == MOST_RECENT  # noqa: SLF001


class TestGuidesForOneClient:
    def test_too_many(self, service):
        """Who asks for ever other guides is told to wait, and for how long; a talk goes on."""
        settings = replace(service.settings, unsigned=True)
        built = build(settings, store=MemoryStore())
        throttle = Throttle(Clock(), allowance=3_000_000, refill=1_000_000)
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
        patch.setattr(connections, "monotonic", lambda: time.monotonic() + self.passed)
        patch.setattr(connections, "time", lambda: time.time() + self.passed)
        patch.setattr(channel, "time", SimpleNamespace(time=lambda: time.time() + self.passed))
        self._sockets = {}
        settings = replace(service.settings, port=0)
        self.server = listen(create_app(settings, service=service), settings, self._sockets)
        self.port = self.server.socket.getsockname()[1]
        self._room = Room(self._sockets)

    @property
    def held(self) -> int:
        return sum(isinstance(each, connections.Connection) for each in self._sockets.values())

    def turn(self, until: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not until():
            assert time.monotonic() < deadline
            wasyncore.loop(timeout=0.05, use_poll=True, map=self._sockets, count=1)
            self._room.keep()

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
        monkeypatch.setattr(connections, "CROWDED", 3)
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
        for _ in range(5):  # the system takes some of it for who reads nothing
            served.wait(IDLE_SECONDS + LOOKED_AFTER)
        assert served.held == 0


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


HANG = """
import time
from skill.ports import StoreError
from skill.stores.bounded import BoundedStore
from skill.stores.memory import MemoryStore

class Hanging(MemoryStore):
    def load(self, key):
        time.sleep(600)

store = BoundedStore(Hanging(), seconds=0.05)
try:
    store.load("k")
except StoreError as told:
    print(told)
store.close()
"""


FORK = """
import os
from skill.stores.bounded import BoundedStore
from skill.stores.memory import MemoryStore

store = BoundedStore(MemoryStore(), seconds=5)
store.save("k", b"before", None)
child = os.fork()
store.save("k", b"child" if child == 0 else b"parent", 1)
print(store.load("k"), flush=True)
if child:
    os.waitpid(child, 0)
"""


class Hanging(MemoryStore):
    """A store that answers when it is let go, with a refusal if it has one by the time asked."""

    refusal: Exception | None = None

    def __init__(self) -> None:
        super().__init__()
        self.let_go = Event()

    def load(self, key):
        refusal = self.refusal
        self.let_go.wait(60)
        if refusal:
            raise refusal
        return super().load(key)


def in_the_end(load: Callable[[], Stored | None]) -> Stored | None:
    """Ask a store that was let go until it has answered those before."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return load()
        except StoreError:
            if time.monotonic() > deadline:
                raise


def no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def store_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "store"}


def no_more_than(before: set[threading.Thread]) -> bool:
    """Whether all threads that were not there before have ended, or do so soon."""
    for thread in store_threads() - before:
        thread.join(10)
    return store_threads() <= before


class TestBoundedStore:
    def test_hanging(self):
        """Those who ask a store that hangs are told so in time, however many they are."""
        hanging = Hanging()
        with closing(BoundedStore(hanging, seconds=0.05, most_given_up=2)) as store:
            with ThreadPoolExecutor(8) as asking:
                asked = [asking.submit(store.load, "k") for _ in range(8)]
                for one in asked:
                    with pytest.raises(StoreError, match="has not answered"):
                        one.result(5)
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None

    def test_nobody_is_sent_after_those_given_up(self):
        """Once so many were given up, later ones are told at once, and leave no thread behind."""
        hanging, before = Hanging(), store_threads()
        with closing(BoundedStore(hanging, seconds=0.05, most_given_up=2)) as store:
            for _ in range(2):
                with pytest.raises(StoreError, match="has not answered within"):
                    store.load("k")
            for _ in range(50):
                with pytest.raises(StoreError, match="has not answered 2 others yet"):
                    store.load("k")
            assert len(store_threads() - before) == 2
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None

    def test_only_the_store_is_bounded(self):
        """However long it takes to decide between reading and writing: it is written."""

        def decide(key: str, documents: Documents) -> None:
            assert documents.load(key) is None
            time.sleep(0.3)
            documents.save(key, b"decided", None)

        with closing(BoundedStore(MemoryStore(), seconds=0.1)) as store:
            with ThreadPoolExecutor(16) as deciding:
                for done in [
                    deciding.submit(store.visit, partial(decide, f"{n}")) for n in range(16)
                ]:
                    done.result(10)
            assert all(store.load(f"{n}").document == b"decided" for n in range(16))

    def test_after_many_at_once(self):
        """Of many threads that a store once took, a few stay; after its end, none."""
        hanging, before = Hanging(), store_threads()
        store = BoundedStore(hanging, seconds=0.05, most_given_up=100)
        with ThreadPoolExecutor(24) as asking:
            for one in [asking.submit(store.load, "k") for _ in range(24)]:
                with pytest.raises(StoreError):
                    one.result(5)
        hanging.let_go.set()
        deadline = time.monotonic() + 10
        while len(store_threads() - before) > MOST_IDLE and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(store_threads() - before) <= MOST_IDLE
        store.close()
        assert no_more_than(before)

    def test_a_copy_has_half_of_the_time(self):
        """Whoever waits for a copy to be kept aside, does not wait as long as for a write."""
        hanging = Hanging()

        def keep(documents: Documents) -> None:
            time.sleep(0.2)
            documents.keep_aside("k", Stored(b"what nobody can read", 1))

        hanging.keep_aside = lambda *_: hanging.let_go.wait(60)
        with closing(BoundedStore(hanging, seconds=0.4)) as store:
            with pytest.raises(StoreError, match=r"within 0\.2 s"):
                store.visit(keep)
            hanging.let_go.set()

    def test_who_was_given_up_goes_no_further(self):
        """What would have followed a load that took too long, is not done."""
        hanging, went_on = Hanging(), Event()

        def decide(documents: Documents) -> None:
            documents.load("k")
            went_on.set()
            documents.save("k", b"too late", None)

        with closing(BoundedStore(hanging, seconds=0.05)) as store:
            with pytest.raises(StoreError, match="has not answered"):
                store.visit(decide)
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None
        assert not went_on.is_set()

    def test_a_fault_of_ours(self):
        """What goes wrong beside the store, arrives as it is."""
        with closing(BoundedStore(MemoryStore())) as store, pytest.raises(ZeroDivisionError):
            store.visit(lambda _: 1 / 0)

    def test_closing_one_that_hangs(self):
        """A store that hangs is closed in time, and left as it is."""
        hanging = Hanging()
        store = BoundedStore(hanging, seconds=0.05)
        with pytest.raises(StoreError):
            store.load("k")
        begun = time.monotonic()
        store.close()
        assert time.monotonic() - begun < 2
        hanging.let_go.set()

    def test_the_process_ends(self):
        """A store that hangs for ever does not keep the service from ending."""
        begun = time.monotonic()
        ended = subprocess.run(
            [sys.executable, "-c", HANG],
            cwd=PROJECT,
            timeout=50,
            check=False,
            capture_output=True,
            text=True,
        )
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == "the store has not answered within 0.05 s\n"
        assert time.monotonic() - begun < 30

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
    def test_a_fork(self):
        """A process that is forked off has threads of its own, and leaves its parent's alone."""
        ended = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", FORK],
            cwd=PROJECT,
            timeout=50,
            check=True,
            capture_output=True,
            text=True,
        )
        assert ended.stderr == ""
        assert sorted(ended.stdout.splitlines()) == [
            "Stored(document=b'child', version=2)",
            "Stored(document=b'parent', version=2)",
        ]

    def test_no_thread_to_be_had(self, monkeypatch):
        """Who finds no thread is told of the store's trouble, and later ones are served again."""
        with closing(BoundedStore(MemoryStore(), seconds=1, most_given_up=2)) as store:
            with monkeypatch.context() as patch:
                patch.setattr(threading.Thread, "start", no_thread)
                for _ in range(5):
                    with pytest.raises(StoreError, match="can't start new thread"):
                        store.load("k")
            assert store.load("k") is None

    @pytest.mark.parametrize("refusal", [StoreError("full"), OSError("full")], ids=repr)
    def test_what_nobody_hears(self, refusal, caplog):
        """What the store refuses after its time is in the log, once, and costs nothing else."""
        hanging = Hanging()
        with closing(BoundedStore(hanging, seconds=0.05, most_given_up=1)) as store:
            hanging.refusal = refusal
            with pytest.raises(StoreError, match="has not answered"):
                store.load("k")
            assert not caplog.records
            hanging.refusal = None
            hanging.let_go.set()
            assert in_the_end(lambda: store.load("k")) is None
            deadline = time.monotonic() + 5
            while not caplog.records and time.monotonic() < deadline:
                time.sleep(0.01)
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        assert f"{type(refusal).__name__}: full" in record.getMessage()

    def test_threads(self):
        """Who asks one after the other is answered by one thread; it ends with the store."""
        before = store_threads()
        store = BoundedStore(MemoryStore())
        for _ in range(50):
            store.load("k")
        assert len(store_threads() - before) == 1
        store.close()
        assert no_more_than(before)
        store.load("k")
        del store
        gc.collect()
        assert no_more_than(before)

    def test_refusals_pass(self):
        """What the store itself raises, arrives as it is."""
        with closing(BoundedStore(MemoryStore())) as store:
            store.save("k", b"one", None)
            with pytest.raises(StoreError, match="version 7"):
                store.save("k", b"two", 7)
            store.keep_aside("k", store.load("k"))
            store.delete("k", 1)
            assert store.load("k") is None
