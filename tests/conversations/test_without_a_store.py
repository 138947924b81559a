"""Dialogues with the database gone: what is asked is answered, and a whole routine goes its way."""

import pytest

from scripts.echo.requests import Device
from skill.coaching.runner import Phase
from skill.guides.shelves import LocalShelf
from skill.ports import ShelfError
from tests.simulators.coach import Coach
from tests.simulators.unreachable import Unreachable

WITHOUT_PLAYER = Device(has_audio_player=False)


@pytest.fixture
def store() -> Unreachable:
    return Unreachable()


@pytest.fixture
def coach(store) -> Coach:
    return Coach(store)


@pytest.fixture
def holding(coach) -> Coach:
    """Twelve seconds into the left side of the lying figure four, and nothing was ever stored."""
    coach.tell("start the post run stretch")
    coach.wait_for(0, 12)
    return coach


def test_it_hurts(holding):
    """After pain a yes leaves the movement out, as ever."""
    heard = holding.ask("it hurts")
    assert not holding.plays
    assert heard.mic_open
    holding.say("yes")
    assert holding.plays
    assert holding.spot == "pigeon left"


def test_it_hurts_and_no(holding):
    """Nor does a no start again what hurts, whatever is said after it."""
    holding.ask("it hurts")
    heard = holding.say("no")
    assert not holding.plays
    assert not heard.mic_open


def test_opened_in_the_middle(holding):
    """Whether to go on is asked, and a yes goes on at the same second."""
    second = holding.second
    heard = holding.say("open glute coach")
    assert heard.mic_open
    holding.say("yes")
    assert holding.plays
    assert (holding.spot, holding.second) == ("lying-figure-four left", second)


def test_forgetting(holding):
    """It is asked, and said that it could not be done."""
    holding.ask("forget me")
    heard = holding.say("yes")
    assert heard.speech in holding.wording.answers["trouble-forgetting"]


def test_a_question_in_two_parts(holding):
    """What one answer leaves open, the next one settles."""
    heard = holding.ask("my one side is tighter")
    assert heard.mic_open
    heard = holding.say("left")
    assert "left" in heard.speech


def test_a_whole_routine_step_by_step(store):
    """A device that plays no long audio keeps the place itself, through to the end."""
    coach = Coach(store, WITHOUT_PLAYER)
    heard = coach.ask("to start the post run stretch")
    for spot in ("lying figure four, right side", "pigeon pose, left side", "pigeon pose, right"):
        assert len(heard.clips) == 1
        assert spot in heard.speech
        assert heard.mic_open
        heard = coach.say("yes")
    heard = coach.say("yes")
    assert not heard.mic_open
    assert store.documents() == []


def test_the_store_comes_back(store):
    """From then on the place is kept there, from where the conversation had come to."""
    coach = Coach(store, WITHOUT_PLAYER)
    coach.ask("to start the post run stretch")
    coach.say("yes")
    store.away = False
    heard = coach.say("yes")
    assert "pigeon pose, right" in heard.speech
    assert coach.remembered.session.phase is Phase.STEPPING
    assert coach.kept.step.index == 2


def test_nor_any_sound(coach, monkeypatch):
    """With the sound out of reach as well, the steps are said, one after the other."""

    def locked(*_):
        raise ShelfError("the cupboard is locked")

    monkeypatch.setattr(LocalShelf, "guide", locked)
    monkeypatch.setattr(LocalShelf, "clip", locked)
    heard = coach.ask("to start the post run stretch")
    for spot in ("right", "left", "right"):
        assert heard.mic_open
        assert not heard.clips
        assert "five four three two one" in heard.speech
        heard = coach.say("yes")
        assert spot in heard.speech
