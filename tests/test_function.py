"""The function's door in this process: whom it answers, and what it does with all others."""

import json
import logging
import random
from types import SimpleNamespace

import pytest

from skill.alexa.admission import NotFromAlexaError, WrongSkillError
from skill.alexa.envelope import MalformedRequestError
from skill.bootstrap import build
from skill.coaching.errors import CoachError
from skill.function import make_handler
from skill.settings import Settings
from skill.stores.memory import MemoryStore
from tests.alexa.recorded import NAMES, places, recorded, with_value
from tests.conftest import SKILL_ID

CONTEXT = SimpleNamespace(aws_request_id="i-1")


@pytest.fixture(scope="module")
def handle(service):
    """The handler of a service whose skill the recorded requests are for."""
    return make_handler(service)


def to_us(name: str):
    """Return a recorded request to the skill that is served."""
    theirs = recorded(name)["context"]["System"]["application"]["applicationId"]
    return json.loads(json.dumps(recorded(name)).replace(theirs, SKILL_ID))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_answer_as_by_the_web(handle, service, name):
    """Every recorded request is answered by the same conversation, in JSON."""
    answer = handle(to_us(name), CONTEXT)
    assert json.loads(json.dumps(answer)) == answer
    assert answer.keys() == service.conversation.answer(to_us(name)).keys()


def test_without_a_context(handle):
    """Whoever calls it by hand need not know what Lambda hands over."""
    assert handle(to_us("launch"), None)["response"]["outputSpeech"]


@pytest.mark.parametrize("name", ["launch", "playback_started"])
def test_a_foreign_skill(handle, name):
    """What is for another skill is refused, with a session and without one."""
    foreign = json.loads(json.dumps(to_us(name)).replace(SKILL_ID, "amzn1.ask.skill.x"))
    with pytest.raises(WrongSkillError):
        handle(foreign, CONTEXT)


def test_two_skills_at_once(handle):
    """What names another skill beside ours is refused."""
    document = to_us("launch")
    document["session"]["application"]["applicationId"] = "amzn1.ask.skill.x"
    with pytest.raises(WrongSkillError):
        handle(document, CONTEXT)


def test_no_skill_yet(rendered):  # noqa: ARG001
    """Without a skill's id in its settings the function answers nobody, and says what to set."""
    unset = make_handler(build(Settings(), store=MemoryStore()))
    document = to_us("launch")
    document["session"]["application"]["applicationId"] = ""
    for asked in (to_us("launch"), document):
        with pytest.raises(NotFromAlexaError, match="GLUTE_COACH_SKILL_ID"):
            unset(asked, CONTEXT)


def test_what_is_refused_is_logged(handle, caplog):
    """Each refusal is one warning with its code; ids and contents are no part of it."""
    with caplog.at_level(logging.WARNING), pytest.raises(MalformedRequestError):
        handle({**to_us("launch"), "request": "hush"}, CONTEXT)
    [record] = caplog.records
    assert "malformed-request" in record.getMessage()
    assert "hush" not in record.getMessage()


def test_a_fault_of_ours_is_heard(service, caplog):
    """A fault while answering is heard as a sentence, and logged with its cause."""

    class Broken(MemoryStore):
        def load(self, key):
            raise RuntimeError(f"a bug with {len(key)} characters")

    broken = make_handler(build(service.settings, store=Broken()))
    with caplog.at_level(logging.ERROR):
        answer = broken(to_us("launch"), CONTEXT)
    assert answer["response"]["outputSpeech"]["ssml"].startswith("<speak>")
    assert "a bug with 64 characters" in caplog.text


def test_a_fault_beyond_the_conversation(service, caplog, monkeypatch):
    """Where not even that can be said, Lambda gets the error and the log its cause."""
    monkeypatch.setattr(service.conversation, "answer", lambda _: 1 / 0)
    with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
        make_handler(service)(to_us("launch"), CONTEXT)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("name", ["intent_start_resolved", "playback_started", "launch"])
def test_whatever_stands_in_a_request(handle, name):
    """With any one value replaced by any other, it is answered or refused; nothing else happens."""
    document, chance = to_us(name), random.Random(name)  # noqa: S311 - to be the same each time
    for path in places(document):
        for value in chance.sample([None, [], {}, "", "x" * 5_000, -1, 1e308, True, "\ud800"], 3):
            try:
                answer = handle(with_value(document, path, value), CONTEXT)
            except CoachError:
                continue
            json.dumps(answer).encode()
