"""The soaks that try to break the service: each once, small; and that they notice what breaks."""

from random import Random

import pytest

from scripts.soaks import crash, fuzz, load, race
from scripts.soaks.__main__ import BROKEN, KEPT, main
from scripts.soaks.mutations import ODD, Bender, garbled, written
from scripts.soaks.race import NotAskedForError, Told
from scripts.soaks.speakers import Stream
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
        fuzzed = fuzz.fuzz(1, 1, silent, 50, tmp_path)
        assert fuzzed.is_broken
        assert "status 500" in fuzzed.reason
        assert fuzzed.kept.exists()

    def test_an_illegal_answer_is_noticed(self, monkeypatch, tmp_path):
        """An answer that Alexa would refuse ends it."""
        answer = Responder.respond

        def talkative(self, outcome, *, aloud, **more):  # noqa: ARG001
            return answer(self, outcome, aloud=True, **more)

        monkeypatch.setattr(Responder, "respond", talkative)
        assert "illegal" in fuzz.fuzz(1, 1, silent, 300, tmp_path).reason


class TestCrash:
    def test_two_kills(self):
        """Servers killed under load lose nothing that was acknowledged."""
        crashed = crash.crash(2, 1, silent)
        assert not crashed.is_broken, crashed.reason
        assert crashed.kills >= 2
        assert crashed.acknowledged


class TestRace:
    def test_some_rounds(self):
        """Several devices at once lose no wish, and reach no place that nobody asked for."""
        raced = race.race(200, 1, silent)
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
    def test_a_second(self):
        """Signed requests from sixteen connections are all answered."""
        loaded = load.load(1, 1, silent)
        assert not loaded.reason
        assert len(loaded.answers) > 16
        assert "no errors" in loaded.summary()


@pytest.mark.parametrize(
    "arguments", [["crash", "--kills", "0"], ["race", "--events", "x"], ["load", "--seconds", "-1"]]
)
def test_numbers_there_are_not(arguments, capsys):
    """What is no number to count to is refused, with one that is."""
    with pytest.raises(SystemExit):
        main(arguments)
    assert "no such number" in capsys.readouterr().err


def test_what_breaks_fails_the_command(monkeypatch, capsys):
    """A soak that finds something ends with 1."""
    broken = crash.Crashed(1, 1, 1, 0, 1.0, "something is lost")
    monkeypatch.setattr(crash, "crash", lambda *_: broken)
    assert main(["crash"]) == BROKEN
    assert "something is lost" in capsys.readouterr().out
