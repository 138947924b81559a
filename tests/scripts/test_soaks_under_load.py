"""The soaks that try to break the service: each once, small; and that they notice what breaks."""

import json
import os
from random import Random

import pytest

from scripts.soaks import crash, fuzz, load, race
from scripts.soaks.__main__ import BROKEN, KEPT, main
from scripts.soaks.memory import WARM_FROM, Growth, held, is_warm
from scripts.soaks.mutations import ODD, Bender, garbled, written
from scripts.soaks.race import NotAskedForError, Told
from scripts.soaks.servers import Server, faults
from scripts.soaks.speakers import Stream
from scripts.soaks.stints import Stint
from skill import web
from skill.alexa.responding import Responder
from skill.alexa.tokens import Token

pytestmark = pytest.mark.usefixtures("rendered")


def silent(_: str) -> None:
    """Watch without a word."""


class TestFuzz:
    def test_bent_requests(self, capsys):
        """Some hundred bent requests lead to no server error, and the command says so."""
        assert main(["fuzz", "--requests", "250", "--seed", "11"]) == KEPT
        line = capsys.readouterr().out
        assert "250 bent requests" in line
        assert "no server error" in line

    def test_the_same_seed_bends_alike(self):
        """A seed and a number make a request, always the same one."""
        bender = Bender(fuzz.recorded_requests("0" * 64), ["AMAZON.NextIntent"])
        first, again, other = (
            bender.draw(Random(seed))  # noqa: S311 - no secret
            for seed in ("1/5", "1/5", "1/6")
        )
        assert first == again
        assert first != other

    def test_everything_is_tried(self):
        """What the issue names is among what is sent: each odd value, deep and wide, cut short."""
        bender = Bender(fuzz.recorded_requests("0" * 64), ["AMAZON.NextIntent"])
        sent = [bender.draw(Random(number)) for number in range(900)]  # noqa: S311
        everything = "".join(sent)
        for value in ODD:
            assert written(value) in everything
        for word in ('"object_type":', "[" * 900, '{"a":' * 900, '"slot1399":'):
            assert word in everything
        bodies = {garbled(Random(number), b'{"a": 1}', 99) for number in range(200)}  # noqa: S311
        assert b"" in bodies
        assert any(len(body) > 99 for body in bodies)

    def test_a_server_error_is_noticed(self, monkeypatch, tmp_path):
        """A fault of the service ends it, and the request that led there is kept."""
        monkeypatch.setattr(web, "_parse", lambda _: {}["nothing"])
        fuzzed = fuzz.fuzz(Stint(count=50), 1, silent, tmp_path)
        assert fuzzed.is_broken
        assert "status 500" in fuzzed.reason
        assert fuzzed.kept.exists()

    def test_an_illegal_answer_is_noticed(self, monkeypatch, tmp_path):
        """An answer that Alexa would refuse ends it."""
        answer = Responder.respond

        def talkative(self, outcome, *, aloud, **more):  # noqa: ARG001
            return answer(self, outcome, aloud=True, **more)

        monkeypatch.setattr(Responder, "respond", talkative)
        assert "illegal" in fuzz.fuzz(Stint(count=300), 1, silent, tmp_path).reason


class TestCrash:
    def test_two_kills(self):
        """Servers killed under load lose nothing that was acknowledged."""
        crashed = crash.crash(Stint(count=2), 1, silent)
        assert not crashed.is_broken, crashed.reason
        assert crashed.kills >= 2
        assert crashed.acknowledged

    def test_what_is_lost_is_noticed(self, monkeypatch):
        """A change that was acknowledged and is not kept ends it, and is named."""

        def forgotten(runner, before):
            envelope, _ = crash._hold_for(runner, before)  # noqa: SLF001 - a change, as any
            return envelope, lambda _: False

        monkeypatch.setattr(crash, "_CHANGES", (forgotten,))
        crashed = crash.crash(Stint(minutes=1), 1, silent)
        assert "LostError: forgotten was acknowledged, and is not kept" in crashed.reason


class TestRace:
    def test_some_rounds(self):
        """Several devices at once lose no wish, and reach no place that nobody asked for."""
        raced = race.race(Stint(count=200), 1, silent)
        assert not raced.is_broken, raced.reason
        assert raced.events >= 200

    def test_a_place_that_nobody_asked_for_is_noticed(self, service):
        """A command that led elsewhere than from where the guide was breaks it."""
        spans = service.repertoire.timeline("post-run").spans

        def told(step: int, command: str, generation: int) -> Told:
            token = Token("post-run", "0" * 64, generation)
            start = spans[step].start
            return Told(Stream(token, start), command, [(start, 0.0)])

        check = race._check_move  # noqa: SLF001 - there is no other way to be wrong
        check(service.repertoire, told(1, "", 1), told(2, "AMAZON.NextIntent", 2), 0)
        for elsewhere in (0, 1, 3):
            with pytest.raises(NotAskedForError, match="led to"):
                check(service.repertoire, told(1, "", 1), told(elsewhere, "next", 2), 0)
        with pytest.raises(NotAskedForError, match="led to"):
            check(service.repertoire, told(1, "", 1), told(2, "AMAZON.ResumeIntent", 2), 0)


class TestLoad:
    def test_some_requests(self):
        """Signed requests from sixteen connections are all answered, and no fault is logged."""
        loaded = load.load(Stint(minutes=1, count=200), 1, silent)
        assert not loaded.broken
        assert len(loaded.answers) >= 200
        assert loaded.seconds < 60
        assert "no errors" in loaded.summary()

    def test_what_a_server_logs_is_noticed(self, monkeypatch):
        """A fault that only the servers' logs tell of breaks it."""
        monkeypatch.setattr(load, "faults", lambda _: "server1 logged: a fault")
        loaded = load.load(Stint(count=20), 1, silent)
        assert loaded.broken == ("server1 logged: a fault",)

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"answers": ()}, "nothing was answered"),
            ({"answers": (0.01,) * 1_000 + (0.2,) * 20}, "up to 200 ms, more than 10 times"),
            ({"memory": Growth(100, 120)}, "the servers grew: memory 100 MB when warm, 120 MB"),
            ({"failed": "ConnectionError: gone"}, "a request failed: ConnectionError: gone"),
            ({"logged": "server0 logged: a fault"}, "server0 logged: a fault"),
        ],
    )
    def test_each_broken_promise_is_named(self, changed, told):
        """Whatever ends it with 1 is said in a line of its own, and never `no errors`."""
        kept = {"answers": (0.01,) * 2_000, "guides": 1, "memory": Growth(100, 101)}
        assert not load.Loaded(1, 9.0, **kept).is_broken
        loaded = load.Loaded(1, 9.0, **(kept | changed))
        assert loaded.is_broken
        assert [told in line for line in loaded.summary().splitlines()] == [False, True]
        assert "no errors" not in loaded.summary()

    def test_few_answers_are_not_judged_by(self):
        """One slow answer in a hundred says nothing about how slow they are."""
        assert not load.Loaded(1, 1.0, (*(0.01,) * 99, 0.5), 1, None).is_broken


class TestServers:
    @pytest.mark.parametrize(
        "line",
        [
            json.dumps({"level": "ERROR", "message": "failed"}),
            json.dumps({"level": "CRITICAL", "message": "failed"}),
            json.dumps({"level": "INFO", "message": "answered", "store": "away"}),
            json.dumps({"level": "INFO", "message": "answered", "store": "busy"}),
            "Traceback (most recent call last):",
            "7",
        ],
    )
    def test_a_fault_is_found(self, line, tmp_path):
        """An error, what was not kept, and what none of our logs writes are faults."""
        servers = [Server(tmp_path, 8080), Server(tmp_path, 8081)]
        servers[0].log.write_text("")
        servers[1].log.write_text(f"{line}\n")
        assert faults(servers) == f"server-8081 logged: {line}"

    @pytest.mark.parametrize(
        "line",
        [
            json.dumps({"level": "INFO", "message": "answered", "store": "saved"}),
            json.dumps({"level": "WARNING", "message": "far away, a Traceback"}),
            '{"time": "2026-11-20T06:3',
        ],
    )
    def test_no_fault_is_found(self, line, tmp_path):
        """Words alone are no fault, nor is a line that was cut short by a kill."""
        server = Server(tmp_path, 8080)
        server.log.write_text(f"{line}\n")
        assert faults([server]) == ""


class TestMemory:
    def test_warm(self):
        """Nothing is compared before a part of the soak, and enough requests, are over."""
        assert not is_warm(1.0, WARM_FROM - 1)
        assert not is_warm(0.1, WARM_FROM)
        assert is_warm(0.2, WARM_FROM)

    def test_another_process(self):
        """The memory of a process is told by its id, too, and is this one's without."""
        assert held() > 1
        assert held(os.getpid()) > 1


class TestStints:
    def test_whichever_ends_first(self):
        """A stint is over when the first of its ends is reached."""
        stint = Stint(minutes=0.5, count=100)
        assert stint.passed(15, 10) == 0.5
        assert stint.passed(3, 100) == 1
        assert stint.passed(30, 10) == 1
        assert Stint(count=10).passed(10**6, 1) == 0.1

    @pytest.mark.parametrize(
        ("arguments", "stint"),
        [
            ([], Stint(minutes=1)),
            (["--minutes", "0.25"], Stint(minutes=0.25)),
            (["{count}", "7"], Stint(count=7)),
            (["--minutes", "2", "{count}", "7"], Stint(minutes=2, count=7)),
        ],
    )
    @pytest.mark.parametrize(
        ("soak", "count"),
        [
            ("fuzz", "--requests"),
            ("crash", "--kills"),
            ("race", "--events"),
            ("load", "--requests"),
        ],
    )
    def test_asked_for_alike(self, soak, count, arguments, stint, monkeypatch):
        """Each soak takes minutes, a count or both, and a minute if it is told neither."""
        asked = []

        def pretend(stint, *_):
            asked.append(stint)
            return crash.Crashed(1, 1, 1, 0, 1.0)

        module = {"fuzz": fuzz, "crash": crash, "race": race, "load": load}[soak]
        monkeypatch.setattr(module, soak, pretend)
        assert main([soak, *(word.format(count=count) for word in arguments)]) == KEPT
        assert asked == [stint]


@pytest.mark.parametrize(
    "arguments",
    [["crash", "--kills", "0"], ["race", "--events", "x"], ["load", "--requests", "-1"]],
)
def test_numbers_there_are_not(arguments, capsys):
    """What is no number to count to is refused, with one that is."""
    with pytest.raises(SystemExit):
        main(arguments)
    assert "no such number" in capsys.readouterr().err


@pytest.mark.parametrize("minutes", ["0", "-1", "soon", "inf"])
def test_minutes_there_are_not(minutes, capsys):
    """What is no time to go on for is refused, with one that is."""
    with pytest.raises(SystemExit):
        main(["load", "--minutes", minutes])
    assert "no number of minutes; 0.5 is" in capsys.readouterr().err


def test_what_breaks_fails_the_command(monkeypatch, capsys):
    """A soak that finds something ends with 1."""
    broken = crash.Crashed(1, 1, 1, 0, 1.0, "something is lost")
    monkeypatch.setattr(crash, "crash", lambda *_: broken)
    assert main(["crash"]) == BROKEN
    assert "something is lost" in capsys.readouterr().out
