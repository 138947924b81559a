"""The command: how the coach starts, what it says, and what the real server lets through."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from scripts.soaks.servers import neighbouring_ports
from skill import __main__ as command
from skill.settings import PROJECT, Settings, variables
from skill.web import LARGEST_REQUEST
from tests.alexa.recorded import recorded

LAUNCH = json.dumps(recorded("launch")).encode()


class Started(NamedTuple):
    """A coach that runs as a process of its own."""

    process: subprocess.Popen[str]
    greeting: str
    port: int
    log: Path

    def request(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Ask it something; headers are named with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as line:
            line.request(method, path, body, named, encode_chunked=True)
            answer = line.getresponse()
            return answer.status, answer.read()


def environment(folder: Path, **settings: object) -> Mapping[str, str]:
    """Return this environment, with settings of ours in the place of any others."""
    kept = {name: value for name, value in os.environ.items() if name not in variables()}
    chosen = {"database": folder / "runners.sqlite3", **settings}
    return kept | {f"GLUTE_COACH_{name.upper()}": str(value) for name, value in chosen.items()}


@contextmanager
def running(folder: Path, *arguments: str, port: int | None = None) -> Iterator[Started]:
    """Start the coach, on a free port by default; it is killed in the end if it still runs."""
    port = port or neighbouring_ports(1)[0]
    log = folder / f"log-{port}.txt"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "skill", *arguments],
            cwd=PROJECT,
            env=environment(folder, port=port),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process.stdout:
        try:
            greeting = process.stdout.readline()
            assert greeting, log.read_text()
            yield Started(process, greeting, port, log)
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def coach(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:  # noqa: ARG001
    """One coach for all that only ask it something: it takes unsigned requests from here."""
    with running(tmp_path_factory.mktemp("coach"), "--unsigned") as started:
        yield started


def start_in_vain(folder: Path, **settings: object) -> str:
    """Start the coach with settings it cannot use, and return the sentence it ends with."""
    ended = subprocess.run(
        [sys.executable, "-m", "skill"],
        cwd=PROJECT,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("The coach cannot start: ")
    assert len(ended.stderr.splitlines()) == 1
    return ended.stderr


class TestTheRealServer:
    def test_it_says_where_it_runs(self, coach):
        """The first line printed has the address, and the server is there by then."""
        assert coach.greeting.startswith(f"Glute Coach is running at http://127.0.0.1:{coach.port}")
        status, body = coach.request("GET", "/healthz")
        assert status == 200
        assert json.loads(body)["status"] == "ok"

    def test_it_coaches(self, coach):
        """A launch is answered with speech, and remembered in the database."""
        status, body = coach.request("POST", "/alexa", LAUNCH)
        assert status == 200
        assert json.loads(body)["response"]["outputSpeech"]["ssml"].startswith("<speak>")
        assert coach.log.with_name("runners.sqlite3").stat().st_size

    @pytest.mark.parametrize(
        "header",
        [
            "Forwarded",
            "X_Forwarded_For",
            "X_Forwarded_Host",
            "X_Forwarded_Proto",
            "X_Real_Ip",
            "Via",
            "Origin",
        ],
    )
    def test_what_comes_through_a_proxy_on_this_machine(self, coach, header):
        """A request that a proxy, a tunnel or a web page hands on is refused without signature."""
        status, body = coach.request("POST", "/alexa", LAUNCH, **{header: "203.0.113.7"})
        assert (status, json.loads(body)["error"]) == (400, "not-from-alexa")

    def test_a_body_in_chunks(self, coach):
        """A request without a length, sent in chunks, is read like any other."""
        chunks = (LAUNCH[start : start + 100] for start in range(0, len(LAUNCH), 100))
        status, _ = coach.request("POST", "/alexa", chunks, Transfer_Encoding="chunked")
        assert status == 200

    @pytest.mark.parametrize("how", ["length", "chunked"])
    def test_a_body_that_is_too_large(self, coach, how):
        """More than 256 KiB is refused with the limit, whether its length is told or not."""
        size = LARGEST_REQUEST + 1
        if how == "length":
            status, body = coach.request("POST", "/alexa", b" " * size)
        else:
            chunks = iter([b" " * (size // 2 + 1)] * 2)
            status, body = coach.request("POST", "/alexa", chunks, Transfer_Encoding="chunked")
        assert status == 413
        assert str(LARGEST_REQUEST) in json.loads(body)["message"]

    def test_a_body_without_end(self, coach):
        """Of a body announced far larger, nothing is waited for."""
        with closing(socket.create_connection(("127.0.0.1", coach.port), timeout=10)) as line:
            line.sendall(b"POST /alexa HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n")
            assert line.recv(64).startswith(b"HTTP/1.1 413 ")

    def test_a_part_of_a_guide(self, coach):
        """A player gets the part it asks for."""
        status, body = coach.request("GET", "/guides/pre-run.mp3", Range="bytes=0-143")
        assert (status, len(body)) == (206, 144)

    def test_no_body_is_logged(self, coach):
        """After all of these, the log has refusals by their codes, and nothing anybody sent."""
        coach.request("POST", "/alexa", LAUNCH[:-9])
        log = coach.log.read_text()
        assert "malformed-request" in log
        assert "Atza|" not in log
        assert "amzn1." not in log
        assert "Traceback" not in log


class TestStoppingIt:
    @pytest.mark.parametrize("arguments", [(), ("--unsigned",)], ids=["signed", "unsigned"])
    def test_by_the_keyboard(self, rendered, tmp_path, arguments):  # noqa: ARG002
        """Ctrl-C ends it with 0 and without a traceback; what it says depends on how it runs."""
        with running(tmp_path, *arguments) as coach:
            coach.process.send_signal(signal.SIGINT)
            rest = coach.process.stdout.read()
            assert coach.process.wait(10) == 0
        assert ("Unsigned requests are taken" in rest) == bool(arguments)
        assert "GLUTE_COACH_SKILL_ID" in rest
        assert "Traceback" not in coach.log.read_text()


class TestWhyItCannotStart:
    @pytest.mark.parametrize("host", ["not a host", "no.such.host.invalid", "203.0.113.7"])
    def test_no_address_of_this_machine(self, rendered, tmp_path, host):  # noqa: ARG002
        """A host that is not this machine is named, and which setting it came from."""
        sentence = start_in_vain(tmp_path, host=host)
        assert "GLUTE_COACH_HOST" in sentence
        assert repr(host) in sentence

    def test_a_port_that_is_taken(self, coach, tmp_path):
        """A port that another one listens on is named, and which setting it came from."""
        told = start_in_vain(tmp_path, port=coach.port)
        assert f"GLUTE_COACH_PORT {coach.port} is taken by another program" in told

    def test_no_audio(self, tmp_path):
        """Without rendered audio it says which command renders it."""
        sentence = start_in_vain(tmp_path, audio=tmp_path / "nothing")
        assert "./scripts/render_audio.py" in sentence
        assert str(tmp_path / "nothing") in sentence
        assert not (tmp_path / "runners.sqlite3").exists()

    @pytest.mark.parametrize("path", ["", "/proc/coach.sqlite3", "/dev/null/x/coach.sqlite3"])
    def test_no_database(self, rendered, tmp_path, path):  # noqa: ARG002
        """A database that cannot be used is named by its path, once, and by its setting."""
        path = Path(path or tmp_path)
        sentence = start_in_vain(tmp_path, database=path)
        assert sentence.count(str(path.parent)) == 1
        assert "GLUTE_COACH_DATABASE" in sentence

    @pytest.mark.parametrize(
        ("name", "value"), [("PORT", "http"), ("PROT", "8080"), ("LOCALE", "english")]
    )
    def test_a_bad_setting(self, monkeypatch, capsys, name, value):
        """A setting that cannot be used ends it with 1 and a sentence."""
        for variable in variables():
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv(f"GLUTE_COACH_{name}", value)
        monkeypatch.setattr(sys, "argv", ["serve"])
        assert command.main() == 1
        told = capsys.readouterr().err
        assert told.startswith(f"The coach cannot start: GLUTE_COACH_{name} ")
        assert len(told.splitlines()) == 1

    @pytest.mark.parametrize("argument", ["--unsinged", "now"])
    def test_an_argument_it_does_not_have(self, monkeypatch, capsys, argument):
        """An unknown argument ends it with 2, naming those there are."""
        monkeypatch.setattr(sys, "argv", ["serve", argument])
        with pytest.raises(SystemExit, match="2"):
            command.main()
        assert "--unsigned" in capsys.readouterr().err


class TestGreeting:
    def test_before_a_skill_exists(self):
        """A newcomer is told where it runs, and how to talk to it meanwhile."""
        greeting = command.greeting(Settings())
        assert "http://127.0.0.1:8080" in greeting
        assert "GLUTE_COACH_SKILL_ID" in greeting
        assert "./scripts/talk" in greeting
        assert "Unsigned" not in greeting

    def test_before_it_has_an_address(self):
        """A skill without a public address is told what Alexa needs."""
        greeting = command.greeting(Settings(skill_id="amzn1.ask.skill.x"))
        assert "GLUTE_COACH_PUBLIC_URL" in greeting
        assert "https" in greeting

    def test_in_service(self):
        """With all set, one line says where it runs."""
        settings = Settings(skill_id="amzn1.ask.skill.x", public_url="https://coach.example")
        (line,) = command.greeting(settings).splitlines()
        assert line.startswith("Glute Coach is running at https://coach.example ")

    def test_unsigned(self):
        """Whoever takes unsigned requests is told so."""
        assert "for trying out only" in command.greeting(Settings(unsigned=True))


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="processors cannot be chosen here")
class TestOneProcessor:
    def test_a_service_keeps_to_one(self, coach):
        """All threads of a service run on one processor."""
        tasks = Path("/proc", str(coach.process.pid), "task").iterdir()
        chosen = {frozenset(os.sched_getaffinity(int(task.name))) for task in tasks}
        assert [len(processors) for processors in chosen] == [1]

    def test_neighbours_take_turns(self, rendered, tmp_path):  # noqa: ARG002
        """Services on neighbouring ports have a processor each, as far as there are."""
        with ExitStack() as ending:
            services = [
                ending.enter_context(running(tmp_path, port=port)) for port in neighbouring_ports(2)
            ]
            chosen = {frozenset(os.sched_getaffinity(service.process.pid)) for service in services}
        assert len(chosen) == min(len(os.sched_getaffinity(0)), 2)

    def test_containers_are_spread(self, monkeypatch):
        """Services on the same port of many hosts have every processor among them."""
        chosen = set[int]()
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 8})
        monkeypatch.setattr(
            os, "sched_setaffinity", lambda _, processors: chosen.update(processors)
        )
        for host in ("", "caf\udce9", *(f"coach-{number}" for number in range(40))):
            monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
            command.keep_to_one_processor(8080)
        assert chosen == {3, 5, 8}

    def test_where_it_may_not_choose(self, monkeypatch):
        """A service runs as well where the system does not let it choose."""

        def refuse(*_: object) -> None:
            raise PermissionError("Operation not permitted")

        monkeypatch.setattr(os, "sched_setaffinity", refuse)
        before = os.sched_getaffinity(0)
        command.keep_to_one_processor(0)
        assert os.sched_getaffinity(0) == before
