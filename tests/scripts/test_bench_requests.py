"""The parts of the benchmarks of requests: what is sent, who answers, what is counted."""

import json
import socket
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from threading import Thread

import pytest

from scripts.benchmarks import installing
from scripts.benchmarks.answering import Coach, hello_world, timed, typical_runner
from scripts.benchmarks.crowds import fill
from scripts.benchmarks.lengths import guides_of
from scripts.benchmarks.loading import load
from scripts.benchmarks.processes import CannotMeasureError
from scripts.benchmarks.servers import COACH, CONSTANT, Kind, Place, Program, running
from scripts.benchmarks.signed import SKILL_ID, Mail, token_of, user_id
from scripts.benchmarks.stages import FULL, NORMAL, PARSE, RSA, Floor, stages
from skill.alexa.admission import check_application
from skill.alexa.verification import Verifier, check_timestamp
from skill.coaching.movements import SECOND
from skill.records import decode, encode
from skill.sessions import storage_key
from skill.stores.sqlite import SqliteStore

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
FAILED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n{}"


@pytest.fixture(scope="module")
def mail():
    """A certificate authority, and whoever writes with its signature."""
    return Mail()


@pytest.fixture
def coach(mail, silent_audio, tmp_path):
    """The coach as it is measured, but silent."""
    with closing(Coach(silent_audio, tmp_path / "runners.sqlite3", mail)) as coach:
        yield coach


@pytest.fixture
def answering():
    """Serve one answer, the same to every request; yield the function that begins to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve(answer):
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection, suppress(ConnectionError):
                    while connection.recv(65_536):
                        connection.sendall(answer)
                        if b"close" in answer:
                            break

        def begin(answer):
            Thread(target=serve, args=(answer,), daemon=True).start()
            return listening.getsockname()[1]

        yield begin
        # Closing alone would not wake who waits there.
        listening.shutdown(socket.SHUT_RDWR)


def test_a_request_is_as_alexa_sends_it(mail):
    """Some 4 KB with an access token and a screen; signed, just now, for this skill."""
    signed = mail.sign(mail.start(7))
    assert 3_500 < len(signed.body) < 4_500
    document = json.loads(signed.body)
    system = document["context"]["System"]
    assert len(system["apiAccessToken"]) > 1_000
    assert document["context"]["Viewport"]
    assert document["request"]["intent"]["slots"]["routine"]["resolutions"]
    now = datetime.now(UTC)
    Verifier(mail.amazon.fetch, mail.amazon.roots).verify(signed.headers, signed.body, now)
    check_timestamp(document, now)
    check_application(document, SKILL_ID)


def test_a_request_on_the_wire_is_whole(mail):
    """Its head names the length of its body, and both headers of the signature."""
    signed = mail.sign(mail.start(7))
    head, _, body = signed.on_the_wire("/alexa").partition(b"\r\n\r\n")
    assert body == signed.body
    first, *headers = head.decode().split("\r\n")
    assert first == "POST /alexa HTTP/1.1"
    told = dict(header.split(": ", 1) for header in headers)
    assert told["Content-Length"] == str(len(body))
    assert signed.headers.items() <= told.items()


def test_runners_are_many(mail):
    """Another number is another runner, device and token."""
    systems = [mail.start(number)["context"]["System"] for number in (1, 2)]
    assert systems[0]["user"]["userId"] == user_id(1)
    for name in ("user", "device", "apiAccessToken"):
        assert systems[0][name] != systems[1][name]


def test_the_coach_answers_and_stores(coach, mail):
    """Starting, playing, asking and going on are answered, and what changes is written."""
    coach.acquaint([1, 2])
    before = coach.versions([1, 2, 3])
    tokens = coach.play(mail, [1, 2])
    assert coach.versions([1, 2, 3]) == [before[0] + 1, before[1] + 1, 0]
    for request in (
        mail.started(1, tokens[0], 0),
        mail.ask(1, tokens[0], "HowLongLeftIntent"),
        mail.ask(1, tokens[0], "AMAZON.NextIntent"),
    ):
        answer = json.loads(coach.answer(mail.sign(request)))
        assert answer["version"] == "1.0"
    assert token_of(answer) != tokens[0]


def test_hello_world_says_hello(mail):
    """It is given what is parsed, and gives what can be written down."""
    answer = hello_world()(mail.start(1), None)
    assert "Hello World!" in json.dumps(answer)
    with pytest.raises(LookupError):
        token_of(answer)


def test_a_typical_runner_takes_about_a_kilobyte():
    """So much is stored of who has done some sessions, and it can be read."""
    runner = typical_runner()
    assert 700 < len(encode(runner)) < 1_300
    assert decode(encode(runner)) == runner


def test_each_part_of_the_way_is_timed(coach, mail):
    """None is left out, and the requests are answered in truth: they are stored."""
    coach.acquaint([1, 2])
    before = coach.versions([1, 2])
    taken = stages(coach, [mail.sign(mail.start(runner)) for runner in (1, 2)])
    assert {PARSE, "load", "decode", "advance", "encode", "save", "dump"} <= taken.keys()
    assert all(microseconds > 0 for microseconds in taken.values())
    assert [now - was for now, was in zip(coach.versions([1, 2]), before, strict=True)] == [1, 1]


def test_the_floor_is_measured_by_hand(mail, tmp_path):
    """Parsing, one verification, and a write in both ways, which is there afterwards."""
    requests = [mail.sign(mail.start(runner)) for runner in (1, 2)]
    with closing(Floor(tmp_path, mail)) as floor:
        for _ in range(2):
            taken = floor.measure(requests, b"what is written")
    assert taken.keys() == {PARSE, RSA, NORMAL, FULL}
    assert all(microseconds > 0 for microseconds in taken.values())


def test_each_call_is_timed():
    """Microseconds, with what came of each call, in order."""
    times, done = timed(str, [1, 2])
    assert len(times) == 2
    assert min(times) > 0
    assert done == ["1", "2"]


@pytest.mark.parametrize("answer", [OK, CLOSING, CHUNKED])
def test_answers_are_counted(answering, answer):
    """However an answer tells its length, and whether the connection is kept or not."""
    loaded = load([answering(answer)], [b"one request", b"another"], 1, 0.05)
    assert loaded.answers
    assert not loaded.errors
    assert loaded.rate > 0
    assert 0 < loaded.within(0.5) <= loaded.within(0.99) <= loaded.within(1)
    assert 0 < loaded.processor_seconds <= loaded.seconds + 0.05


@pytest.mark.parametrize(
    ("answer", "says"), [(FAILED, "500 Internal"), (ENDLESS, "unknown length")]
)
def test_what_is_no_answer_is_an_error(answering, answer, says):
    """Loading stops there, and tells what came."""
    loaded = load([answering(answer)], [b"one request"], 1, 0.05)
    assert not loaded.answers
    [error] = loaded.errors
    assert says in error


def test_nobody_there_is_an_error():
    """A server that does not listen is not measured as a slow one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        load([port], [b"one request"], 1, 0.05)


def test_a_crowd_is_known_to_the_store(tmp_path):
    """Each runner who is filled in is found under their key."""
    database = tmp_path / "crowd.sqlite3"
    fill(database, 30)
    with closing(SqliteStore(database)) as store:
        for runner in (0, 29):
            assert decode(store.load(storage_key(user_id(runner))).document).history
        assert store.load(storage_key(user_id(30))) is None


def test_there_are_guides_of_most_lengths(coach):
    """Up to an hour; each is the nearest there is."""
    guides = guides_of((5, 10, 60), coach.service.repertoire)
    for minutes, guide in guides.items():
        assert guide.duration / SECOND / 60 == pytest.approx(minutes, rel=0.2)


def test_servers_run_and_are_gone_afterwards(tmp_path, mail):
    """A server answers while it is lent; one that cannot be had is named, with the reason."""

    def unavailable(_place, _port):
        raise CannotMeasureError("this machine has none")

    place = Place(tmp_path, tmp_path)
    with running([CONSTANT, Kind("a rarity", unavailable)], place) as (servers, missing):
        assert missing == ["a rarity is left out: this machine has none."]
        [server] = servers
        request = mail.sign(mail.start(1)).on_the_wire("/alexa")
        loaded = load(server.ports, [request], 4, 0.05)
        assert loaded.answers
        assert not loaded.errors
        assert not server.fault()
    with pytest.raises(ConnectionRefusedError):
        load(server.ports, [request], 1, 0.05)


def test_the_coach_is_served_as_it_ships(silent_audio, tmp_path, mail):
    """Two workers on one database take what our key has signed, and nothing else."""
    mail.publish(tmp_path)
    with running([COACH], Place(tmp_path, silent_audio)) as (servers, _):
        [server] = servers
        assert len(server.ports) == 2
        signed = mail.sign(mail.start(1))
        assert not load(server.ports, [signed.on_the_wire("/alexa")], 2, 0.05).errors
        forged = signed.on_the_wire("/alexa").replace(b"pre-run", b"per-run")
        [error] = load(server.ports[:1], [forged], 1, 0.05).errors
        assert "400" in error
        assert not server.fault()


def test_a_server_that_does_not_start_says_why(tmp_path):
    """Its last words are told, and nothing is measured."""
    program = Program((sys.executable, "-c", "raise SystemExit('no port for me')"))
    kind = Kind("a dud", lambda _place, _port: program)
    with (
        pytest.raises(CannotMeasureError, match=r"a dud did not start; .* no port for me$"),
        running([kind], Place(tmp_path, tmp_path)),
    ):
        pass


def test_what_cannot_be_installed_is_left_out(tmp_path, monkeypatch):
    """The installer's last word is the reason, and no half-installed folder stays."""
    monkeypatch.setattr(installing, "PROJECT", tmp_path)
    monkeypatch.setattr(installing, "PEERS", tmp_path)
    (tmp_path / "rarity").mkdir()
    (tmp_path / "rarity" / "lock.txt").write_text("no requirement at all\n", encoding="utf-8")
    with pytest.raises(CannotMeasureError, match=r"^rarity cannot be installed here: "):
        installing.python_peer("rarity")
    assert not list((tmp_path / ".venv").iterdir())


def test_without_node_nothing_of_it_is_measured(monkeypatch):
    """A machine without Node.js is told apart from one where the installation fails."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotMeasureError, match="has no Node"):
        installing.node_peer("express")
