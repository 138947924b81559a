"""Short answers: a number, a place in a list, a side, or no idea, by what the coach has asked."""

import pytest

from skill.coaching.movements import Side
from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question
from skill.coaching.schedules import Day, Schedule
from tests.simulators.coach import Coach

ROUTINES = ["pre-run", "post-run", "glute-stretch", "daily-five", "strength", "desk"]
TEN = ({"HoldForIntent": {"alone": "10"}}, {"RemindMeIntent": {"hour": "10:00"}})
"""How "ten" may arrive from Alexa."""


@pytest.fixture
def opened(coach) -> Coach:
    """The coach has read the list of routines, and asked which."""
    coach.say("open glute coach")
    return coach


def minutes(coach: Coach) -> int:
    """Return how long the guide that plays is, in minutes."""
    return round(coach.timeline.duration / 60_000)


class TestNumbers:
    @pytest.mark.parametrize(
        ("words", "expected"), [("ten", 10), ("five", 5), ("8", 8), ("about ten", 10)]
    )
    def test_minutes(self, opened, words, expected):
        """Asked how many minutes there are, a number is so many of them."""
        opened.say("i don't have much time")
        opened.say(words)
        assert opened.plays
        assert minutes(opened) == expected

    @pytest.mark.parametrize("heard", TEN)
    def test_minutes_as_alexa_hears_them(self, opened, heard):
        """Whichever intent the number arrives as, it is minutes."""
        opened.mean("FitTimeIntent")
        ((intent, slots),) = heard.items()
        opened.mean(intent, **slots)
        assert minutes(opened) == 10

    def test_minutes_that_are_left(self, holding):
        """While a guide plays, it is the minutes for what is left."""
        holding.tell("i don't have much time")
        before = holding.place.routine_left
        holding.say("two")
        assert holding.plays
        assert holding.place.routine_left < before
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize(
        ("words", "reps"),
        [("eight", 8), ("twelve please", 12), ("a dozen", 12), ("fifteen", 15), ("ten each", 10)],
    )
    def test_repetitions(self, bridging, words, reps):
        """Asked how many repetitions, a number is so many, and no hold changes."""
        bridging.tell("fewer reps")
        assert bridging.remembered.session.asked is Question.HOW_MANY_REPS
        bridging.say(words)
        assert bridging.remembered.choices == Choices(reps=reps)
        assert bridging.plays

    @pytest.mark.parametrize("heard", TEN)
    def test_repetitions_as_alexa_hears_them(self, bridging, heard):
        """Whichever intent the number arrives as, it is repetitions."""
        bridging.mean("RepsForIntent")
        ((intent, slots),) = heard.items()
        bridging.mean(intent, **slots)
        assert bridging.remembered.choices == Choices(reps=10)

    @pytest.mark.parametrize("words", ["a few", "not many", "a few please"])
    def test_no_number(self, bridging, words):
        """A few is no number: it is asked again, and nothing gets longer."""
        bridging.tell("fewer reps")
        heard = bridging.say(words)
        assert bridging.remembered.session.asked is Question.HOW_MANY_REPS
        assert heard.speech.endswith("?")
        assert bridging.remembered.choices == Choices()

    @pytest.mark.parametrize(
        ("words", "seconds"), [("forty", 40), ("twelve", 12), ("only ten", 10)]
    )
    def test_seconds(self, holding, words, seconds):
        """Asked how long to hold, a number is seconds."""
        holding.tell("change the holds")
        holding.say(words)
        assert holding.remembered.choices == Choices(hold_seconds=seconds)

    @pytest.mark.parametrize("words", ["a bit less", "not many"])
    def test_less_where_nothing_is_counted(self, holding, words):
        """In a routine of holds the coach says that it is, and asks for seconds."""
        heard = holding.tell(words)
        assert any(told in heard.speech for told in holding.wording.answers["only-holds-here"])
        assert holding.remembered.session.asked is Question.HOLD_SECONDS
        holding.say("twenty")
        assert holding.remembered.choices == Choices(hold_seconds=20)


class TestHours:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("eight", "Thursdays at 8 in the evening"),
            ("at eight", "Thursdays at 8 in the evening"),
            ("eight thirty", "Thursdays at 8:30 in the evening"),
            ("eight in the morning", "Thursdays at 8 in the morning"),
        ],
    )
    def test_after_an_evening(self, opened, words, said):
        """An hour is of the evening that was named, unless another part of the day is."""
        opened.say("remind me")
        opened.say("thursday evening")
        assert said in opened.say(words).speech

    @pytest.mark.parametrize(
        ("intent", "slot", "written"),
        [("HoldForIntent", "alone", "8"), ("RemindMeIntent", "hour", "08:00")],
    )
    def test_as_alexa_hears_it(self, opened, intent, slot, written):
        """Whichever intent the number arrives as, it is that hour."""
        opened.say("remind me")
        opened.say("thursday evening")
        assert "8 in the evening" in opened.mean(intent, **{slot: written}).speech

    def test_asked_for_the_time(self, opened):
        """A number alone answers the question for the time of day."""
        opened.say("remind me on fridays")
        opened.say("seven")
        assert opened.remembered.session.asked is Question.REMIND_ME
        assert opened.remembered.proposed.days == (Day.FRIDAY,)
        assert opened.remembered.proposed.at.hour == 7

    def test_daily(self, opened):
        """Asked for days, daily is every day, and no routine."""
        opened.say("remind me")
        opened.say("daily")
        assert opened.remembered.proposed == Schedule(tuple(Day))
        assert not opened.plays


class TestNothingAsked:
    @pytest.mark.parametrize("words", ["eight", "ten", "twenty", "8", "at ten"])
    def test_in_a_hold(self, holding, words):
        """A number that nobody asked for is not understood, and the guide plays on."""
        heard = holding.tell(words)
        assert not heard.mic_open
        assert "remind" not in heard.speech
        assert holding.plays
        assert (holding.spot, holding.second) == ("lying-figure-four left", 12)
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize("words", ["eight", "ten", "twenty", "8"])
    def test_with_nothing_on(self, coach, words):
        """So it is before anything was begun."""
        heard = coach.tell(words)
        assert "remind" not in heard.speech
        assert coach.remembered.choices == Choices()
        assert coach.remembered.proposed is None

    def test_a_whole_wish(self, holding):
        """Who says what the number is of, has said all."""
        holding.tell("hold for twenty")
        assert holding.remembered.choices == Choices(hold_seconds=20)


class TestSides:
    CORRECTIONS = (
        "no the right side is tighter",
        "no the right",
        "no the right side",
        "i meant the right side",
        "no i meant the right",
    )

    @pytest.mark.parametrize("words", CORRECTIONS)
    def test_in_a_hold(self, holding, words):
        """The extra hold moves to the other side, and nothing else happens."""
        holding.tell("my left side is tighter")
        heard = holding.tell(words)
        assert "right" in heard.speech
        assert holding.remembered.choices == Choices(tight=Side.RIGHT)
        assert (holding.spot, holding.second) == ("lying-figure-four left", 12)
        assert holding.plays

    @pytest.mark.parametrize("words", [*CORRECTIONS, "the right side"])
    def test_with_nothing_on(self, opened, words):
        """So it does before anything was begun."""
        opened.say("my left side is tighter")
        opened.say(words)
        assert opened.remembered.choices == Choices(tight=Side.RIGHT)
        assert opened.remembered.session.phase is Phase.IDLE

    def test_a_side_to_go_to(self, holding):
        """A side that is no correction is gone to, also after that."""
        holding.tell("my left side is tighter")
        holding.tell("go to the right side")
        assert holding.spot == "lying-figure-four right"
        assert holding.remembered.choices == Choices(tight=Side.LEFT)


class TestTheList:
    @pytest.mark.parametrize(
        ("words", "routine"),
        [
            ("the first one", "pre-run"),
            ("the second one", "post-run"),
            ("start the third one", "glute-stretch"),
            ("the fourth one", "daily-five"),
            ("number five", "strength"),
            ("the sixth one please", "desk"),
            ("the last one", "desk"),
            ("the daily one", "daily-five"),
            ("the daily", "daily-five"),
            ("daily", "daily-five"),
        ],
    )
    def test_what_was_read(self, opened, words, routine):
        """A place in the list, or what is daily, is the routine that was read there."""
        opened.say(words)
        assert opened.plays
        assert opened.timeline.plan.routine.id == routine

    def test_in_the_order_it_was_read(self, coach):
        """The names stand in the greeting in just that order."""
        speech = coach.say("open glute coach").speech
        names = [coach.wording.routines[id_].name for id_ in ROUTINES]
        assert sorted(names, key=speech.index) == names

    @pytest.mark.parametrize(
        "words",
        ["you choose", "surprise me", "i don't know", "no idea which", "any", "anything"],
    )
    def test_no_wish(self, opened, words):
        """Who leaves it to the coach hears what was chosen, and it begins."""
        heard = opened.say(words)
        assert "daily five" in heard.speech
        assert opened.plays

    def test_what_was_done_last(self, opened):
        """Who has been here before gets what they did last."""
        opened.say("start the desk break")
        opened.echo.wait(600)
        opened.say("open glute coach")
        heard = opened.say("you choose")
        assert "desk break" in heard.speech
        assert opened.timeline.plan.routine.id == "desk"

    @pytest.mark.parametrize("words", ["no i want the desk break", "no the desk break"])
    def test_another_one(self, holding, words):
        """In the middle of a routine, another is begun when it is named so."""
        holding.tell(words)
        assert holding.plays
        assert holding.timeline.plan.routine.id == "desk"

    def test_i_do_not_know_in_a_hold(self, holding):
        """With nothing asked it changes nothing."""
        heard = holding.tell("i don't know")
        assert not heard.mic_open
        assert holding.plays
        assert holding.second == 12


class TestSeveralOfAName:
    @pytest.fixture
    def stretching(self, coach) -> Coach:
        """In a routine that has two of the three figure fours."""
        coach.tell("start the full glute stretch")
        coach.wait_for(0, 5)
        return coach

    def test_those_of_this_routine(self, stretching):
        """Only those that are in the routine are named."""
        heard = stretching.tell("how do i do the figure four")
        assert "standing" in heard.speech
        assert "lying" in heard.speech
        assert "seated" not in heard.speech

    @pytest.mark.parametrize(
        "words", ["the lying one", "lying", "the lying figure four", "the last"]
    )
    def test_which_of_them(self, stretching, words):
        """What tells it from the others is enough of an answer."""
        stretching.tell("how do i do the figure four")
        assert "Lie on your back" in stretching.say(words).speech
        assert stretching.plays

    def test_what_was_wanted_of_it(self, stretching):
        """The answer does what was asked for, and does not explain it instead."""
        stretching.tell("skip the figure four")
        stretching.say("the lying one")
        names = [movement.id for movement in stretching.timeline.plan.movements]
        assert "lying-figure-four" not in names
        assert "standing-figure-four" in names
