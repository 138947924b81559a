"""Dialogues about taking things back: the last wish or change of the plan, at the same second."""

import pytest

from skill.coaching.movements import Side
from skill.coaching.plans import Choices
from skill.coaching.runner import Former, Phase, Question
from skill.coaching.values import replace
from skill.records import encode
from skill.sessions import storage_key
from tests.simulators.coach import Coach
from tests.simulators.unreachable import Unreachable


def is_at(coach, spot: str, second: float) -> bool:
    """Whether the player is at this spot, so many seconds into its work."""
    return (coach.spot, coach.second) == (spot, second)


@pytest.mark.parametrize(
    "wish",
    [
        *("hold it longer", "ten more seconds", "my left side is tighter", "less talking"),
        *("a soft sound", "count slower", "i have no mat", "forty seconds each"),
        *("skip the pigeon", "never do the pigeon again", "back to the usual"),
    ],
)
def test_a_wish(holding, wish):
    """Whatever was wished, undone it is as it was: plan, wishes, side and second."""
    holding.tell("no countdown")
    plan, choices = holding.timeline.plan, holding.remembered.choices
    holding.tell(wish)
    holding.tell("undo that")
    assert holding.timeline.plan == plan
    assert holding.remembered.choices == choices
    assert holding.spot == "lying-figure-four left"
    assert holding.plays


def test_at_the_same_second(holding):
    """What was wished at one second and undone at another goes on at that other."""
    holding.tell("ten more seconds")
    holding.echo.wait(5)
    holding.tell("undo that")
    assert is_at(holding, "lying-figure-four left", 17)
    assert holding.left == 13


def test_only_the_last(holding):
    """The last wish is undone, not those before it, and not twice."""
    holding.tell("less talking")
    holding.tell("hold it longer")
    holding.tell("undo that")
    left = holding.remembered.choices
    assert left.hold_seconds is None
    assert left != Choices()
    heard = holding.tell("undo that")
    assert holding.remembered.choices == left
    assert any(told in heard.speech for told in holding.wording.answers["nothing-to-undo"])


def test_questions_do_not_matter(holding):
    """What was only asked between is not what is undone."""
    holding.tell("my right side is tighter")
    holding.tell("how long left")
    holding.tell("what are my settings")
    assert holding.remembered.choices.tight is Side.RIGHT
    holding.tell("undo that")
    assert holding.remembered.choices == Choices()


def test_back_from_where_it_led(bridging):
    """A movement left out and taken back is begun again, and named."""
    bridging.wait_for(1, 5)
    bridging.tell("skip the clam")
    assert bridging.spot == "fire-hydrant left"
    heard = bridging.tell("undo that")
    assert bridging.spot == "clam left"
    assert "clam, left side" in heard.speech
    assert bridging.timeline.plan.id == "pre-run"


def test_the_easier_form(coach):
    """The easier form undone, the movement itself is begun again."""
    coach.tell("start the pre run routine")
    steps = coach.timeline.plan.steps
    coach.wait_for(next(s.index for s in steps if s.movement.id == "monster-walk"), 5)
    coach.tell("make it easier")
    assert coach.spot == "monster-walk-unloaded left"
    coach.tell("undo that")
    assert coach.spot == "monster-walk left"
    assert coach.timeline.plan.id == "pre-run"


@pytest.mark.parametrize("hurts", ["it hurts", "my hip hurts"])
def test_the_easier_form_of_what_hurt(coach, hurts):
    """What hurt does not play again by an undo: it waits there, and asks whether to skip it."""
    coach.tell("start the pre run routine")
    steps = coach.timeline.plan.steps
    coach.wait_for(next(s.index for s in steps if s.movement.id == "monster-walk"), 5)
    coach.tell(hurts)
    coach.say("make it easier")
    assert coach.spot == "monster-walk-unloaded left"
    heard = coach.tell("undo that")
    assert not coach.plays
    assert "monster walk" in heard.speech
    assert "hurt" in heard.speech or "pain" in heard.speech
    assert heard.mic_open
    coach.say("resume")
    assert coach.spot == "monster-walk left"


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ("no countdown", "no countdown"),
        ("forty seconds each", "40-second holds"),
        ("skip the pigeon", "no pigeon pose"),
        ("i have no mat", "no mat"),
        ("a soft sound", "a soft sound"),
        ("my left side is tighter", "one hold more on the left"),
    ],
)
def test_what_was_taken_back_is_named(holding, wish, named):
    """Whoever takes back hears what it was: it may not be what was done last."""
    holding.tell(wish)
    holding.tell("other side")
    assert named in holding.tell("undo that").speech
    assert holding.plays


def test_while_it_hurts(coach):
    """Where it hurts nothing gets harder by an undo, and it is no word about the pain."""
    coach.tell("start the pre run routine")
    steps = coach.timeline.plan.steps
    coach.wait_for(next(s.index for s in steps if s.movement.id == "monster-walk"), 5)
    coach.tell("make it easier")
    coach.tell("it hurts")
    plan = coach.kept_plan
    heard = coach.say("undo that")
    assert coach.kept_plan == plan
    assert coach.remembered.session.asked is Question.SKIP_IT
    assert not any(told in heard.speech for told in coach.wording.answers["undone-easier"])
    assert not coach.plays


def test_waiting(holding):
    """Waiting is undone in the middle of a hold, and the guide runs on from its second."""
    holding.tell("wait for me")
    assert holding.remembered.session.phase is Phase.STEPPING
    heard = holding.say("undo that")
    assert not holding.remembered.waits
    assert heard.mic_open
    holding.say("yes")
    assert holding.plays
    assert holding.spot == "lying-figure-four right"


def test_running_on(stepping):
    """So is running on: the coach waits again."""
    if stepping.remembered.waits:
        stepping.say("run on")
        assert not stepping.remembered.waits
        stepping.wait_for(1, 5)
        heard = stepping.tell("undo that")
        assert stepping.remembered.waits
        assert heard.mic_open
    assert stepping.remembered.session.phase is Phase.STEPPING


def test_another_routine_later(holding):
    """Of a routine that is over only the wishes are undone."""
    holding.tell("hold it longer")
    holding.tell("start the daily five")
    holding.wait_for(0, 5)
    holding.tell("undo that")
    assert holding.remembered.choices == Choices()
    assert is_at(holding, "clam left", 5)


def test_more_of_a_hold_that_is_past(holding):
    """Ten seconds more of a routine that is over are nothing to undo."""
    holding.tell("ten more seconds")
    holding.tell("start the daily five")
    heard = holding.tell("undo that")
    assert any(told in heard.speech for told in holding.wording.answers["nothing-to-undo"])
    assert holding.spot == "clam left"


def test_with_nothing_under_way(coach):
    """A wish can be undone before any routine, and after a restart."""
    coach.tell("hold for forty seconds")
    coach.restart()
    heard = coach.tell("undo that")
    assert coach.remembered.choices == Choices()
    assert coach.remembered.session.asked is Question.WHICH_ROUTINE
    assert heard.mic_open


class TestSkipForToday:
    def test_what_comes_later(self, bridging):
        """It is left out of this routine, at the same second, and of no other."""
        heard = bridging.tell("skip the clam today")
        assert "clam" in heard.speech
        assert is_at(bridging, "heel-bridge both", 18)
        assert "clam" not in {movement.id for movement in bridging.timeline.plan.movements}
        assert bridging.remembered.choices == Choices()
        bridging.tell("start the daily five")
        assert bridging.spot == "clam left"

    def test_this_one(self, bridging):
        """Named while it is on, the next begins."""
        bridging.wait_for(1, 5)
        bridging.tell("no clam today")
        assert bridging.spot == "fire-hydrant left"

    def test_what_is_past(self, bridging):
        """What was done already, or is in no part of it, changes nothing."""
        bridging.wait_for(1, 5)
        for movement in ("heel bridge", "pigeon pose"):
            heard = bridging.tell(f"skip the {movement}")
            assert movement in heard.speech
            assert is_at(bridging, "clam left", 5)

    def test_the_only_one_left(self, holding):
        """With nothing else to come, the routine is over."""
        holding.wait_for(2, 5)
        holding.tell("skip the pigeon")
        assert not holding.plays
        assert holding.remembered.session.phase is Phase.IDLE

    def test_which(self, holding):
        """A name that was not heard is asked for, and nothing is left out."""
        heard = holding.mean("SkipForTodayIntent", movement="?")
        assert heard.mic_open
        holding.say("the pigeon")
        assert "pigeon" in {movement.id for movement in holding.timeline.plan.movements}

    def test_one_step_at_a_time(self, waited_for):
        """Where the coach waits, it goes on asking for what comes then."""
        waited_for.say("skip the pigeon")
        assert waited_for.remembered.session.phase is Phase.STEPPING
        assert len(waited_for.kept_plan.movements) == 1


class TestRoutineLength:
    def test_before_starting(self, coach):
        """Asked how long a routine takes, the coach says it and asks for one."""
        heard = coach.tell("how long is the strength session")
        assert "strength session" in heard.speech
        assert "14 minutes" in heard.speech or "15 minutes" in heard.speech
        assert heard.mic_open

    def test_as_the_runner_likes_it(self, coach):
        """It is the length with their own holds."""
        coach.tell("hold for sixty seconds")
        heard = coach.tell("how long is the post run stretch")
        coach.tell("start the post run stretch")
        minutes = round(coach.timeline.duration / 60_000)
        assert f"{minutes} minutes" in heard.speech

    def test_while_another_plays(self, holding):
        """It disturbs nothing."""
        holding.tell("how long is the daily five")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.plays


def test_a_movement_that_is_no_more(holding):
    """What was left out and is not in the catalogue any more is let go of, also by an undo."""
    before = holding.remembered
    gone = Choices(skipped=frozenset({"clam", "headstand"}))
    former = Former(replace(gone, bed=True), waits=False)
    key = storage_key(holding.echo.device.user_id)
    stored = holding.store.load(key)
    holding.store.save(key, encode(replace(before, choices=gone, former=former)), stored.version)
    holding.tell("which side")
    assert holding.remembered.choices.skipped == {"clam"}
    holding.tell("undo that")
    assert holding.remembered.choices == Choices(skipped=frozenset({"clam"}), bed=True)


def test_another_day(bridging):
    """What was done to a routine that is over is not undone in the next one of its name."""
    bridging.wait_for(1, 5)
    bridging.tell("skip the clam")
    bridging.echo.wait(bridging.place.routine_left / 1000 + 1)
    bridging.echo.wait(48 * 3600)
    bridging.tell("start the pre run routine")
    bridging.wait_for(0, 18)
    heard = bridging.tell("undo that")
    assert is_at(bridging, "heel-bridge both", 18)
    assert any(told in heard.speech for told in bridging.wording.answers["nothing-to-undo"])


def test_much_later_in_the_same_routine(bridging):
    """Having gone on since, nobody is taken back to what was skipped long ago."""
    bridging.wait_for(1, 5)
    bridging.tell("skip the clam")
    bridging.wait_for(3, 5)
    place = bridging.spot, bridging.second
    assert place[0] == "kick-back left"
    bridging.tell("undo that")
    assert (bridging.spot, bridging.second) == place
    assert bridging.timeline.plan.id == "pre-run"


def test_what_cannot_be_undone_is_kept(coach):
    """An undo that would leave nothing of the routine changes nothing at all."""
    coach.tell("never do the lying figure four")
    coach.tell("never do the pigeon pose")
    coach.tell("bring back the pigeon pose")
    coach.tell("start the post run stretch")
    before = coach.remembered
    heard = coach.tell("undo that")
    assert any(told in heard.speech for told in coach.wording.answers["nothing-would-be-left"])
    assert coach.remembered.choices == before.choices
    assert coach.remembered.former == before.former


def test_a_skip_that_ends_the_routine(holding):
    """It counts as done, and what was wished before it stays."""
    holding.tell("hold it longer")
    holding.wait_for(2, 5)
    holding.tell("skip the pigeon")
    holding.tell("undo that")
    assert holding.remembered.choices.hold_seconds == 40


def test_bringing_back_what_is_out_today(bridging):
    """What was left out just today can be brought back by its name."""
    bridging.tell("skip the clam today")
    heard = bridging.tell("bring back the clam")
    assert "clam" in heard.speech
    assert is_at(bridging, "heel-bridge both", 18)
    assert bridging.timeline.plan.id == "pre-run"


def test_without_a_store():
    """Nobody is told that nothing was changed, where that cannot be known."""
    coach = Coach(Unreachable())
    coach.tell("start the post run stretch")
    coach.wait_for(0, 12)
    coach.tell("hold it longer")
    heard = coach.tell("undo that")
    assert heard.speech in coach.wording.answers["trouble"]
    assert coach.plays
