"""Dialogues about time: "I have five minutes", at the beginning and in the middle."""

import pytest

from scripts.echo.directives import ElicitSlot
from skill.coaching.movements import SECOND, Milliseconds
from skill.coaching.plans import Choices
from skill.coaching.runner import Question
from skill.content import phrases

MINUTE: Milliseconds = 60 * SECOND


def is_near(length: Milliseconds, minutes: int) -> bool:
    """Whether a length is at most a tenth away from so many minutes."""
    return abs(length - minutes * MINUTE) <= minutes * MINUTE / 10


def roughly(length: Milliseconds) -> str:
    """Say a length as the coach does of a plan: in tens of seconds."""
    return phrases.length(10 * SECOND * round(length / (10 * SECOND)))


def names(coach, movements) -> list[str]:
    """Name movements as the coach does."""
    return [coach.wording.movements[movement.id].name for movement in movements]


class TestToBeginWith:
    @pytest.mark.parametrize(
        ("said", "minutes"),
        [
            ("i have five minutes", 5),
            ("i only have four minutes", 4),
            ("i have eight minutes", 8),
            ("i have got a quarter of an hour", 15),
            ("i have twenty minutes", 20),
        ],
    )
    def test_so_many_minutes(self, coach, said, minutes):
        """The routine that changes least is started, as long as there is time, and that is told."""
        heard = coach.tell(said)
        assert heard.played.offset == 0
        assert not heard.mic_open
        assert is_near(coach.timeline.duration, minutes)
        assert roughly(coach.timeline.duration) in heard.speech
        assert coach.wording.routines[coach.timeline.plan.routine.id].name in heard.speech

    @pytest.mark.parametrize("minutes", [5, 10, 15])
    @pytest.mark.parametrize("routine", ["glute stretch", "strength session"])
    def test_of_a_routine(self, coach, routine, minutes):
        """The routine asked for is made to fit; what is left out is named; it still warms up."""
        spoken = {5: "five", 10: "ten", 15: "fifteen"}[minutes]
        heard = coach.tell(f"give me {spoken} minutes of the {routine}")
        plan = coach.timeline.plan
        assert plan.routine.id == {"glute stretch": "glute-stretch"}.get(routine, "strength")
        assert is_near(coach.timeline.duration, minutes)
        assert roughly(coach.timeline.duration) in heard.speech
        assert plan.movements[0] == plan.routine.parts[0].movement
        assert all(name in heard.speech for name in names(coach, plan.left_out))

    def test_too_short_for_all_of_it(self, coach):
        """Four minutes of the full stretch leave movements out, and say which."""
        heard = coach.tell("give me four minutes of the glute stretch")
        left_out = coach.timeline.plan.left_out
        assert left_out
        assert all(name in heard.speech for name in names(coach, left_out))

    def test_it_is_for_this_time_only(self, coach):
        """The next routine is as long as ever, and nothing is noted."""
        coach.tell("give me four minutes of the glute stretch")
        assert coach.remembered.choices == Choices()
        coach.tell("start the glute stretch")
        assert coach.timeline.plan.id == "glute-stretch"

    def test_without_a_time(self, coach):
        """Who does not say how long is asked just that, and a bare time is the answer."""
        heard = coach.mean("FitTimeIntent")
        assert heard.speech.count("?") == 1
        assert any(isinstance(directive, ElicitSlot) for directive in heard.directives)
        assert coach.remembered.session.asked is Question.HOW_LONG
        coach.say("ten minutes")
        assert is_near(coach.timeline.duration, 10)

    @pytest.mark.parametrize(
        ("duration", "minutes"), [("PT1M", 3), ("PT50M", 20), ("PT0S", 3), ("PT5S", 3)]
    )
    def test_out_of_bounds(self, coach, duration, minutes):
        """A time out of bounds is brought to the nearest one, and the coach says so."""
        heard = coach.mean("FitTimeIntent", duration=duration)
        assert f"{minutes} minutes" in heard.speech
        assert is_near(coach.timeline.duration, minutes)

    @pytest.mark.parametrize("words", ["start the desk break in two hours", "i have two hours"])
    def test_a_time_for_later(self, coach, words):
        """What is no length of a routine starts none: the coach tells what there is instead."""
        heard = coach.tell(words)
        assert "20 minutes" in heard.speech
        assert "remind" in heard.speech
        assert heard.played is None

    @pytest.mark.parametrize("duration", ["?", "", "PT", "-PT5M", "five", "PT5X", "5"])
    def test_no_time_at_all(self, coach, duration):
        """What is no time is asked for again, and nothing starts."""
        heard = coach.mean("FitTimeIntent", duration=duration)
        assert heard.mic_open
        assert heard.played is None
        assert coach.remembered.session.asked is Question.HOW_LONG

    def test_wishes_count_as_well(self, coach):
        """Who has no band gets a plan without one, in the time they have."""
        coach.tell("i have no band")
        coach.say("give me ten minutes of the strength session")
        assert is_near(coach.timeline.duration, 10)
        assert "monster-walk" not in {m.id for m in coach.timeline.plan.movements}

    def test_long_holds_still_fit(self, coach):
        """Even with holds of two minutes a plan is found, though more sets would be too long."""
        coach.tell("hold for two minutes")
        coach.say("give me ten minutes of the glute stretch")
        assert is_near(coach.timeline.duration, 10)

    def test_step_by_step(self, stepping):
        """One step at a time it is the same plan, one clip after the other."""
        heard = stepping.say("give me ten minutes of the glute stretch")
        assert len(heard.clips) == 1
        assert heard.mic_open
        plan = stepping.kept_plan
        assert is_near(stepping.repertoire.timeline(plan.id).duration, 10)
        assert all(name in heard.speech for name in names(stepping, plan.left_out))


class TestInTheMiddle:
    @pytest.fixture
    def stretching(self, coach):
        """Ten seconds into the left side of the stacked leg, with most still to come."""
        coach.tell("start the glute stretch")
        coach.wait_for(3, 10)
        assert coach.spot == "stacked-leg left"
        return coach

    @pytest.mark.parametrize(("spoken", "minutes"), [("three", 3), ("four", 4), ("five", 5)])
    def test_what_is_left_fits(self, stretching, spoken, minutes):
        """What is left is made to fit, and goes on at the same second of the same hold."""
        heard = stretching.tell(f"i only have {spoken} minutes")
        assert (stretching.spot, stretching.second) == ("stacked-leg left", 10)
        assert is_near(stretching.place.routine_left, minutes)
        assert roughly(stretching.place.routine_left) in heard.speech
        assert stretching.plays
        assert not heard.mic_open
        left_out = stretching.timeline.plan.left_out
        assert all(name in heard.speech for name in names(stretching, left_out))

    def test_what_fits_already_stays(self, stretching):
        """With more time than is needed nothing changes, and the guide is not even interrupted."""
        heard = stretching.tell("i have fifteen minutes")
        assert heard.played is None
        assert roughly(stretching.place.routine_left) in heard.speech
        assert (stretching.spot, stretching.second) == ("stacked-leg left", 10)
        assert stretching.plays

    @pytest.mark.parametrize("minutes", ["two", "three"])
    def test_with_one_that_was_made_longer(self, stretching, minutes):
        """What was added just now counts, and the minutes told are those that are left."""
        stretching.tell("thirty more seconds")
        heard = stretching.tell(f"i only have {minutes} minutes")
        left = stretching.place.routine_left
        assert left <= {"two": 2, "three": 3}[minutes] * MINUTE * 1.05
        assert roughly(left) in heard.speech

    def test_more_time_than_thought(self, stretching):
        """What was cut short is as long as ever, and nobody is told that nothing has changed."""
        stretching.tell("i only have three minutes")
        assert stretching.timeline.plan.id != "glute-stretch"
        heard = stretching.tell("i have twenty minutes")
        assert stretching.timeline.plan.id == "glute-stretch"
        assert "as it is" not in heard.speech
        assert "Nothing has to change" not in heard.speech

    def test_less_than_can_be(self, stretching):
        """What cannot be made so short comes as near as it can, and the coach says so."""
        heard = stretching.mean("FitTimeIntent", duration="PT0S")
        assert "1 minute" in heard.speech
        assert roughly(stretching.place.routine_left) in heard.speech
        assert (stretching.spot, stretching.second) == ("stacked-leg left", 10)

    def test_what_fits_already_step_by_step(self, stepping):
        """One step at a time, too, only the next step is asked for."""
        heard = stepping.say("i have fifteen minutes")
        assert heard.mic_open
        assert not heard.clips
        assert stepping.kept.step.index == 0
        assert stepping.kept_plan.id == "post-run"

    def test_while_paused(self, stretching):
        """Who comes back with less time is asked first, and goes on in a plan that fits."""
        stretching.tell("pause")
        heard = stretching.tell("i only have three minutes")
        assert not stretching.plays
        assert heard.mic_open
        assert stretching.remembered.session.asked is Question.GO_ON
        stretching.say("yes")
        assert (stretching.spot, stretching.second) == ("stacked-leg left", 10)
        assert is_near(stretching.place.routine_left, 3)
        assert stretching.plays

    def test_what_was_skipped_stays_out(self, stretching):
        """What the runner wanted out today does not come back by a fit, nor by more time."""
        stretching.tell("skip the pigeon")
        for words in ("i have three minutes", "i have fifteen minutes", "do it in two hours"):
            heard = stretching.tell(words)
            names = {movement.id for movement in stretching.timeline.plan.movements}
            assert "pigeon" not in names, words
        assert "remind" in heard.speech
        stretching.tell("start the glute stretch")
        assert stretching.timeline.plan.id == "glute-stretch"

    @pytest.mark.parametrize("words", ["undo that", "bring back the standing figure four"])
    def test_what_is_wanted_again_comes_back(self, stretching, words):
        """A movement wanted again after all is left out by a fit only as long as that counts."""
        stretching.tell("skip the standing figure four")
        stretching.tell(words)
        stretching.tell("i have three minutes")
        names = {movement.id for movement in stretching.timeline.plan.movements}
        assert "standing-figure-four" not in names
        stretching.tell("i have fifteen minutes")
        assert stretching.timeline.plan.id == "glute-stretch"

    def test_what_was_chosen_stays(self, coach):
        """Who has wished for holds of thirty seconds does not get longer ones in less time."""
        coach.tell("thirty seconds each")
        coach.tell("start the desk break")
        coach.wait_for(0, 5)
        heard = coach.tell("i have two minutes")
        assert {step.length for step in coach.timeline.plan.steps} <= {20_000, 25_000, 30_000}
        assert all(name in heard.speech for name in names(coach, coach.timeline.plan.left_out))

    @pytest.mark.parametrize("minutes", ["four", "three", "five"])
    def test_what_changes_is_told(self, coach, minutes):
        """Where sets have another number of repetitions to fit, the number is told."""
        coach.tell("start the pre run routine")
        coach.wait_for(1, 2)
        before = {step.movement.id: step.dose for step in coach.timeline.plan.steps}
        heard = coach.tell(f"i have {minutes} minutes")
        for step in coach.timeline.plan.steps[1:]:
            assert step.dose.count <= before[step.movement.id].count
            told = step.dose == before[step.movement.id]
            assert told or f"sets of {step.dose.count}" in heard.speech

    def test_no_answer_to_how_long(self, stretching):
        """The one question left open: no answer, and the hold goes on where it was."""
        heard = stretching.mean("FitTimeIntent")
        assert heard.mic_open
        stretching.echo.say_nothing()
        assert stretching.plays
        assert (stretching.spot, stretching.second) == ("stacked-leg left", 10)

    def test_another_routine_is_begun(self, stretching):
        """Time asked for another routine starts that one."""
        stretching.tell("give me five minutes of the daily five")
        assert stretching.timeline.plan.routine.id == "daily-five"
        assert stretching.echo.player.offset == 0

    def test_step_by_step(self, stretching):
        """One step at a time, the step that was heard is done, and the rest fits."""
        stretching.tell("wait for me")
        before = stretching.kept.step
        heard = stretching.say("i only have three minutes")
        assert heard.mic_open
        now = stretching.kept
        assert (now.step.movement, now.step.side) == (before.movement, before.side)
        assert is_near(now.routine_left, 3) or roughly(now.routine_left) in heard.speech
