"""How the coach is called: what an Echo takes off, and what anybody says to who listens."""

import json

import pytest

from skill.bootstrap import MODELS
from skill.browser.commands import read_command
from skill.coaching.events import NextStep
from skill.content.catalogue import load_catalogue
from skill.content.utterances import load_utterances
from skill.understanding.calling import Calling
from skill.understanding.listening import Understanding
from skill.understanding.samples import FALLBACK

CALLING = Calling("glute coach")


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(json.loads((MODELS / "en-US.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("ask glute coach what's next", "what is next"),
        ("Alexa, ask Glute Coach to pause, please.", "pause"),
        ("hey Alexa, could you tell the glute coach that it hurts", "it hurts"),
        ("start the daily five with glute coach", "start daily five"),
        ("Alexa, open glute coach!", ""),
    ],
)
def test_as_an_echo_takes_it_off(said, asked):
    """What is asked of the skill by its name, or nothing if it is but opened."""
    assert CALLING.by_name(said) == CALLING.without(said) == asked


@pytest.mark.parametrize("said", ["hey coach, next", "next, glute coach", "next", "ask my coach"])
def test_what_an_echo_would_not_hand_on(said):
    """Without the words that Alexa wants, nothing is for the skill."""
    assert CALLING.by_name(said) is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("hey glute coach, next stretch", "next stretch"),
        ("okay coach, next", "next"),
        ("next stretch, glute coach", "next stretch"),
        *((said, "resume") for said in ("resume glute coach", "Hey Alexa, resume Glute Coach!")),
        ("resume glute coach and pause", "pause"),
        *((f"{verb} glute coach", "") for verb in ("open", "start", "run", "launch", "please use")),
        *((said, "") for said in ("coach", "hey coach!", "Hey Glute Coach?", "Glute Coach")),
        *(
            (said, said)
            for said in ("coach me", "Coach us through it", "next", "", "?!", "okay", "hello")
        ),
    ],
)
def test_who_listens_already_is_called_as_anybody(said, asked):
    """A greeting and a name before or after it change nothing; "coach me" is no call."""
    assert CALLING.without(said) == asked


def test_the_name_is_the_one_alexa_knows(understanding):
    """It stands once, among the words of the skill, and comes with the interaction model."""
    assert understanding.calling.name == load_utterances().invocation


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("ask glute coach what's next", "what's next"),
        ("alexa next stretch", "next stretch"),
        ("hey glute coach: ouch, next", "ouch, next"),
        ("tell glute coach it hurts", "it hurts"),
        ("start the desk break with glute coach thx", "start the desk break"),
        ("plz pause", "pause"),
        ("repeat pls", "repeat"),
        ("how long left thx", "how long left"),
        ("coach me through the daily five", "start the daily five"),
        ("could you resume glute coach", "resume"),
        ("I had a rest. Coach, next", "next"),
    ],
)
def test_it_makes_no_difference(understanding, said, plain):
    """Called by name, or with the politeness people type, everything means the same."""
    assert understanding.understand(said) == understanding.understand(plain)
    assert understanding.understand(plain).intent != "AMAZON.FallbackIntent"


@pytest.mark.parametrize("said", ["hey coach", "open glute coach", ""])
def test_who_only_calls_has_asked_nothing(understanding, said):
    """That is told apart from what makes no sense."""
    assert understanding.heard(said) is None
    assert understanding.understand(said).intent == FALLBACK
    assert understanding.heard("colourless green ideas").intent == FALLBACK


def test_a_name_is_looked_for_once(understanding, monkeypatch):
    """A sentence that makes sense is not looked through twice for how the coach is called."""
    looked = []
    without = understanding.calling.without
    monkeypatch.setattr(
        understanding.calling, "without", lambda said: looked.append(said) or without(said)
    )
    said = {"id": "12345678", "say": "hey coach, next"}
    command = read_command(said, load_catalogue(), lambda: understanding)
    assert command.event == NextStep()
    assert looked == ["hey coach, next"]
