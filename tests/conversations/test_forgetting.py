"""Dialogues about forgetting: after a yes nothing is stored, and nothing comes back."""

import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from scripts.echo.requests import Device
from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question, Runner
from skill.sessions import storage_key
from skill.stores.bounded import BoundedStore
from skill.stores.sqlite import SqliteStore
from tests.simulators.coach import Coach
from tests.stores.processes import soon


@pytest.fixture
def known(holding) -> Coach:
    """A runner with a wish and a history, in the middle of a hold."""
    holding.echo.wait(holding.place.routine_left / 1000 + 1)
    holding.tell("hold it longer")
    holding.say("post run stretch")
    holding.wait_for(0, 12)
    assert len(holding.remembered.history) == 1
    return holding


def test_asked_first(known):
    """It is not done before a question, and the question says what would be gone."""
    heard = known.tell("forget me")
    assert heard.mic_open
    for gone in ("place", "settings", "history"):
        assert gone in heard.speech
    assert known.remembered.session.asked is Question.FORGET_ME
    assert len(known.remembered.history) == 1


def test_yes(known):
    """Yes deletes every byte, stops the guide, and closes the session."""
    known.tell("forget me")
    heard = known.say("yes")
    assert not heard.mic_open
    assert not known.plays
    assert known.store.documents() == []
    assert known.remembered == Runner()


@pytest.mark.parametrize("delays", [(0,), (0, 3), (5,), (0, 120)])
def test_late_notices_bring_nothing_back(known, delays):
    """What the stopped player still tells, late or twice, stores nothing again."""
    known.echo.delivery = lambda _: delays
    known.tell("forget me")
    known.say("yes")
    known.echo.wait(300)
    assert known.store.documents() == []


def test_another_skill_plays_then(known):
    """Nor does another skill that takes over the player."""
    known.tell("forget me")
    known.say("yes")
    known.echo.play_something_else()
    known.echo.wait(300)
    assert known.store.documents() == []


def test_the_button_afterwards(known):
    """A button is the runner's own doing: it may begin anew, and never fails."""
    known.tell("forget me")
    known.say("yes")
    for button in ("pause", "next", "previous", "play"):
        known.echo.press(button)
    assert known.remembered.history == ()
    assert known.remembered.choices == Choices()


def test_opening_the_skill_again(known):
    """The next launch is the first: the welcome, the care line, no place and no wish."""
    known.tell("forget me")
    known.say("yes")
    known.echo.wait(60)
    heard = known.say("open glute coach")
    assert "not medical advice" in heard.speech
    assert known.remembered.session.phase is Phase.IDLE
    assert known.remembered.choices == Choices()
    known.say("post run stretch")
    assert known.timeline.plan.id == "post-run"


@pytest.mark.parametrize("answer", ["no", "never mind"])
def test_not_after_all(known, answer):
    """Anything but a yes keeps everything."""
    before = known.remembered
    known.tell("forget me")
    known.say(answer)
    assert known.remembered.history == before.history
    assert known.remembered.choices == before.choices
    assert known.kept.step.index == 0


def test_no_goes_on(known):
    """No goes on with the hold, at its second."""
    known.tell("forget me")
    heard = known.say("no")
    assert not heard.mic_open
    assert known.plays
    assert (known.spot, known.second) == ("lying-figure-four left", 12)


def test_no_answer(known):
    """Silence is no yes."""
    known.tell("forget me")
    known.echo.say_nothing()
    assert len(known.remembered.history) == 1
    assert known.plays
    assert known.second == 12


def test_a_yes_too_late(known):
    """A yes after another question is not an answer to this one."""
    known.tell("forget me")
    known.say("which side")
    known.tell("yes")
    assert len(known.remembered.history) == 1


def test_step_by_step(stepping):
    """One step at a time it is the same: yes forgets and ends the session."""
    stepping.say("no countdown")
    stepping.say("forget me")
    heard = stepping.say("yes")
    assert not heard.mic_open
    assert stepping.store.documents() == []
    stepping.echo.wait(60)
    assert stepping.store.documents() == []


def test_with_nothing_stored(coach):
    """Who is not known is forgotten at once as well."""
    coach.tell("forget me")
    heard = coach.say("yes")
    assert heard.speech
    assert coach.store.documents() == []


def everything_in(folder: Path) -> bytes:
    """Return the bytes of all files in a folder, read by a process that holds no lock on them."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return subprocess.run(["cat", *files], check=True, capture_output=True).stdout  # noqa: S607


def test_not_a_byte_is_left_on_the_disk(tmp_path):
    """The id is nowhere on the disk at any time; of all else nothing is, soon after the yes."""
    with closing(BoundedStore(SqliteStore(tmp_path / "runners.sqlite3"))) as store:
        coach, other = Coach(store), Coach(store, device=Device(user_id="amzn1.ask.account.OTHER"))
        for runner in (coach, other):
            runner.tell("start the post run stretch")
            runner.wait_for(0, 12)
            runner.tell("hold it for 44 seconds")
        user, key = coach.echo.device.user_id, storage_key(coach.echo.device.user_id)
        before = everything_in(tmp_path)
        assert user.encode() not in before
        assert key.encode() in before
        coach.tell("forget me")
        coach.say("yes")
        assert soon(lambda: key.encode() not in everything_in(tmp_path))
        assert user.encode() not in everything_in(tmp_path)
        assert other.remembered.choices.hold_seconds == 44
        other.tell("forget me")
        other.say("yes")
        assert soon(lambda: b"post-run" not in everything_in(tmp_path))
    assert b"post-run" not in everything_in(tmp_path)
