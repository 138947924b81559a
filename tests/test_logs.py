"""Logs: one JSON object a line, one line a request, and nobody's name or words in any."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest

from skill import logs
from skill.coaching import events
from skill.coaching.runner import Phase, Runner
from skill.sessions import Happening, Kept
from tests.alexa.recorded import NAMES, SECRETS, recorded
from tests.coaching.scenes import runner

FUNCTION = "coach"
LAUNCH = recorded("launch")

somebody = logging.getLogger("somebody")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; what was set up for logging before is so again in the end."""
    root, own = logging.getLogger(), logging.getLogger("skill.logs")
    handlers, level, own_level = root.handlers[:], root.level, own.level
    root.handlers[:] = []
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    own.setLevel(own_level)


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def happening(kept: Kept, event: events.Event | None = None) -> Happening:
    before, after = runner(Phase.PLAYING, step=0), runner(Phase.PAUSED, step=1)
    return Happening(event or events.NextStep(), before, after, kept)


class TestLines:
    def test_anything_that_is_logged(self, stream):
        """Time, level, logger and message, whatever the message has in it."""
        logs.set_up("INFO", stream)
        logging.getLogger("a.b").warning("one\ntwo %r ✓", "\ud800")
        [line] = lines(stream)
        assert line.items() >= {"level": "WARNING", "logger": "a.b"}.items()
        assert line["message"].startswith("one\ntwo ")
        assert datetime.fromisoformat(line["time"]).tzinfo

    def test_an_exception(self, stream):
        """A traceback is a part of its line."""
        logs.set_up("INFO", stream)
        somebody.error("failed", exc_info=ValueError("broken"))
        [line] = lines(stream)
        assert line["exception"] == "ValueError: broken"

    def test_the_level(self, stream):
        """What is below the level is left out, but for the lines of requests: they are counted."""
        logs.set_up("ERROR", stream)
        logging.getLogger("a").warning("not this")
        with logs.request(LAUNCH):
            pass
        assert [line["message"] for line in lines(stream)] == ["answered"]

    def test_what_was_set_up_before(self, stream):
        """It is replaced: Lambda sets up a log of its own, and each line would be there twice."""
        logging.basicConfig(stream=stream, format="theirs: %(message)s")
        logs.set_up("INFO", stream)
        logging.getLogger("a").warning("once")
        assert len(lines(stream)) == 1


class TestRequests:
    def test_what_is_told_of_one(self, stream):
        """Id, type, intent, event, places, time and store; without a function, no metrics."""
        logs.set_up("INFO", stream)
        with logs.request(recorded("intent_next_while_playing"), invocation="i-1"):
            logs.witness(happening(Kept.SAVED))
        [line] = lines(stream)
        assert line.pop("ms") >= 0
        del line["time"], line["logger"], line["level"]
        assert line == {
            "message": "answered",
            "request": recorded("intent_next_while_playing")["request"]["requestId"][-36:],
            "type": "IntentRequest",
            "intent": "AMAZON.NextIntent",
            "invocation": "i-1",
            "before": {"phase": "playing", "plan": "post-run", "step": 0, "since_begin": 10_000},
            "event": "NextStep",
            "after": {"phase": "paused", "plan": "post-run", "step": 1, "since_begin": 10_000},
            "store": "saved",
            "fault": False,
        }

    def test_a_runner_with_nothing_under_way(self, stream):
        """A place without a routine is a phase alone."""
        logs.set_up("INFO", stream)
        with logs.request(LAUNCH):
            logs.witness(Happening(events.Launch(), Runner(), Runner(), Kept.UNCHANGED))
        assert lines(stream)[0]["before"] == {"phase": "idle"}

    def test_two_events_of_one_request(self, stream):
        """The place is that before the first and after the last; trouble with the store stays."""
        logs.set_up("INFO", stream)
        with logs.request(LAUNCH):
            logs.witness(happening(Kept.AWAY))
            after = runner(Phase.PAUSED, step=2)
            logs.witness(Happening(events.Repeat(), runner(Phase.PAUSED), after, Kept.SAVED))
        [line] = lines(stream)
        assert (line["before"]["step"], line["after"]["step"]) == (0, 2)
        assert (line["event"], line["store"]) == ("Repeat", "away")

    def test_what_is_logged_meanwhile(self, stream):
        """It names the request; an error makes a fault of it, and only of this one."""
        logs.set_up("INFO", stream)
        for log in (somebody.error, somebody.warning):
            with logs.request(LAUNCH):
                log("something")
        somebody.error("nobody's")
        first, line, second, other, nobodys = lines(stream)
        assert first["request"] == line["request"] == second["request"]
        assert (line["fault"], other["fault"]) == (True, False)
        assert "request" not in nobodys

    def test_one_that_ends_in_an_error(self, stream):
        """It leaves no line of its own: who answers the error logs it."""
        logs.set_up("INFO", stream)
        with pytest.raises(ValueError, match="broken"), logs.request(LAUNCH):
            raise ValueError("broken")
        somebody.error("after it")
        assert [line["message"] for line in lines(stream)] == ["after it"]

    def test_a_witness_of_no_request(self, stream):
        """What happens outside a request, as in a terminal, is noted nowhere."""
        logs.set_up("INFO", stream)
        logs.witness(happening(Kept.SAVED))
        assert lines(stream) == []

    @pytest.mark.parametrize(
        "document",
        [
            None,
            [],
            "text",
            {},
            {"request": None},
            {"request": []},
            {"request": {"requestId": 7, "type": None, "intent": {"name": {}}}},
            {"request": {"intent": "text"}},
            {"request": {"requestId": "x" * 9_999, "type": "y" * 9_999}},
            {"request": {"requestId": 'a.b\n"}', "type": "\ud800"}},
        ],
        ids=lambda document: str(document)[:40],
    )
    def test_what_is_no_request(self, stream, document):
        """Anything at all can be logged, in a line of some length."""
        logs.set_up("INFO", stream)
        with logs.request(document):
            pass
        assert lines(stream)[0]["message"] == "answered"
        assert len(stream.getvalue()) < 500


class TestMetrics:
    @pytest.mark.parametrize(
        ("kept", "away"),
        [(Kept.SAVED, 0), (Kept.UNCHANGED, 0), (Kept.DELETED, 0), (Kept.AWAY, 1), (Kept.BUSY, 1)],
    )
    def test_what_a_function_counts(self, stream, kept, away):
        """Each request carries all metrics, by the function's name, as CloudWatch reads them."""
        logs.set_up("INFO", stream, FUNCTION)
        with logs.request(LAUNCH):
            logs.witness(happening(kept))
        [line] = lines(stream)
        [described] = line["_aws"]["CloudWatchMetrics"]
        assert described["Namespace"] == logs.NAMESPACE
        assert {each["Name"]: each["Unit"] for each in described["Metrics"]} == logs.METRICS
        assert described["Dimensions"] == [[logs.DIMENSION]]
        assert line[logs.DIMENSION] == FUNCTION
        assert {line[name] for name in logs.METRICS} == {1, line["ms"], 0, away}
        assert line["StoreAway"] == away
        written = datetime.fromisoformat(line["time"]).timestamp() * 1000
        assert abs(line["_aws"]["Timestamp"] - written) <= 1

    def test_a_fault(self, stream):
        """A request during which an error was logged is a fault."""
        logs.set_up("CRITICAL", stream, FUNCTION)
        with logs.request(LAUNCH):
            somebody.error("below the level, so it is not seen, and counts for nothing")
        logs.set_up("INFO", stream, FUNCTION)
        with logs.request(LAUNCH):
            somebody.error("something")
        answered = [line for line in lines(stream) if line["message"] == "answered"]
        assert [line["Faults"] for line in answered] == [0, 1]

    def test_other_lines_have_none(self, stream):
        """What is no request is not counted."""
        logs.set_up("INFO", stream, FUNCTION)
        somebody.warning("something")
        assert "_aws" not in lines(stream)[0]


@pytest.mark.parametrize("name", NAMES)
def test_nobodys_name_or_words(service, stream, name):
    """Of every recorded request the log has neither ids, nor tokens, nor what was said."""
    logs.set_up("DEBUG", stream, FUNCTION)
    document = recorded(name)
    with logs.request(document):
        service.conversation.answer(document)
    logged = stream.getvalue()
    assert not any(secret in logged for secret in SECRETS)
    intent = document["request"].get("intent", {})
    heard = [slot.get("value") for slot in intent.get("slots", {}).values() if slot]
    assert not any(words in logged for words in heard if isinstance(words, str) and len(words) > 8)
