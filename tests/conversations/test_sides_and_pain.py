"""Sides named alone, where it hurts, and what is worse than pain."""

import pytest

from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question


class TestASideNamed:
    @pytest.mark.parametrize("words", ["right side now", "do the right side", "the right leg"])
    def test_the_other_one(self, holding, words):
        """In a hold a side is where to go, and no setting."""
        holding.tell(words)
        assert (holding.spot, holding.plays) == ("lying-figure-four right", True)
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize("words", ["do the left side again", "redo the left side", "left"])
    def test_this_one(self, holding, words):
        """The side one is on begins again."""
        holding.wait_for(0, 20)
        heard = holding.tell(words)
        assert "left side" in heard.speech
        assert holding.spot == "lying-figure-four left"
        assert holding.remembered.choices == Choices()

    def test_from_the_second_side_back(self, holding):
        """What is done already is gone back to by its name."""
        holding.wait_for(1, 5)
        holding.tell("go back to the left side")
        assert holding.spot == "lying-figure-four left"

    def test_of_a_movement_for_both(self, coach):
        """A movement of both sides at once has none to go to."""
        coach.tell("start the pre run routine")
        coach.wait_for(0, 5)
        assert "both" in coach.tell("the left side").speech
        assert coach.plays

    @pytest.mark.parametrize("words", ["left", "the left one", "my left side"])
    def test_asked_which_is_tighter(self, holding, words):
        """Only as the answer to that question is a side alone a setting."""
        holding.tell("one side is tighter")
        holding.say(words)
        assert holding.remembered.choices.tight == "left"

    def test_asked_with_nothing_under_way(self, coach):
        """So it is before a routine."""
        coach.say("open glute coach")
        coach.say("one side is tighter")
        coach.say("the right one")
        assert coach.remembered.choices.tight == "right"

    def test_nothing_under_way(self, coach):
        """Without a routine, a side is nowhere to go."""
        coach.say("open glute coach")
        assert "routine" in coach.say("the right one").speech
        assert coach.remembered.choices == Choices()


class TestASideToSkip:
    @pytest.mark.parametrize(
        "words",
        ["skip the left side", "leave out the left side", "i can't do my left leg", "not the left"],
    )
    def test_this_one(self, holding, words):
        """The side to skip is left at once for what comes after it."""
        holding.tell(words)
        assert (holding.spot, holding.plays) == ("lying-figure-four right", True)
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize(
        "words",
        [
            *("skip the right side", "leave out the right side", "not the right side"),
            *("i can't do the right side", "skip my right leg", "only do the left side"),
        ],
    )
    def test_the_other_one(self, holding, words):
        """Of the side that is not on, it is told when to say so; nothing is begun meanwhile."""
        heard = holding.tell(words)
        assert "right side" in heard.speech
        assert (holding.spot, holding.second, holding.plays) == ("lying-figure-four left", 12, True)

    def test_said_again_when_it_comes(self, holding):
        """At the other side, it is left out as was told."""
        holding.tell("skip the right side")
        holding.wait_for(1, -1)
        holding.tell("skip the right side")
        assert holding.spot == "pigeon left"

    def test_the_tighter_one(self, holding):
        """The extra hold of a side to skip is skipped as well."""
        holding.tell("my right side is tighter")
        holding.wait_for(1, 5)
        holding.tell("skip the right side")
        assert holding.spot == "pigeon left"

    def test_the_last_one(self, holding):
        """After the last side there is nothing more to do."""
        holding.wait_for(3, 5)
        holding.tell("skip the right side")
        assert not holding.plays
        assert holding.remembered.session.phase is Phase.IDLE

    def test_the_one_asked_for(self, stepping):
        """Between two steps the side that comes next is the one to skip, and not begun."""
        heard = stepping.say("skip the right side")
        assert "pigeon pose, right side" in heard.speech
        assert "lying figure four" not in heard.speech

    def test_while_it_hurts(self, holding):
        """Where it hurts, no other side of it is begun."""
        holding.tell("it hurts")
        holding.say("skip the left side")
        assert holding.spot == "pigeon left"

    def test_the_other_one_while_it_hurts(self, holding):
        """Of the other side the question stays whether to leave it all out."""
        holding.tell("it hurts")
        holding.say("skip the right side")
        assert holding.remembered.session.asked is Question.SKIP_IT
        assert not holding.plays

    def test_nothing_under_way(self, coach):
        """Without a routine there is no side to skip."""
        coach.say("open glute coach")
        heard = coach.say("skip the left side")
        assert any(told in heard.speech for told in coach.wording.answers["nothing-on"])

    def test_of_a_movement_for_both(self, bridging):
        """Where both sides work at once, there is none to leave out."""
        assert "both" in bridging.tell("skip the left side").speech
        assert (bridging.spot, bridging.plays) == ("heel-bridge both", True)


class TestWhereItHurts:
    @pytest.mark.parametrize("words", ["the left one", "left", "my left hip", "the right side"])
    def test_a_side_is_the_answer(self, holding, words):
        """Nothing starts again and nothing is added: the question is put once more."""
        holding.tell("ouch")
        heard = holding.say(words)
        assert heard.mic_open
        assert not holding.plays
        assert holding.remembered.session.asked is Question.SKIP_IT
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize("words", ["my left glute is sore", "my right hip is sore"])
    def test_sore_on_a_side(self, holding, words):
        """A sore side is pain: it stops, and gets no more to do."""
        heard = holding.tell(words)
        assert heard.mic_open
        assert not holding.plays
        assert holding.remembered.choices == Choices()


class TestWorseThanPain:
    @pytest.mark.parametrize("words", ["something popped", "my foot is tingling", "i'm dizzy"])
    def test_nothing_to_carry_on_with(self, holding, words):
        """It stops, has the runner rest, and offers neither a tip nor another go."""
        heard = holding.tell(words)
        assert not holding.plays
        assert "sit" in heard.speech.lower()
        for word in ("resume", "easier", "gentl"):
            assert word not in heard.speech.lower()
        assert holding.remembered.session.asked is Question.SKIP_IT
        holding.say("yes")
        assert holding.spot == "pigeon left"

    @pytest.mark.parametrize("words", ["i have chest pain", "call an ambulance", "help me i fell"])
    def test_an_emergency(self, holding, words):
        """It stops, sends for help, and offers nothing; the place is kept for another day."""
        heard = holding.tell(words)
        assert "emergency number" in heard.speech
        assert not heard.mic_open
        assert not holding.plays
        assert holding.remembered.session.phase is Phase.PAUSED
        holding.echo.wait(60)
        assert not holding.plays
        heard = holding.tell("resume")
        assert not holding.plays
        assert heard.mic_open
        assert not holding.say("no").mic_open
        holding.tell("resume")
        holding.say("yes")
        assert not holding.plays
        holding.say("resume")
        assert (holding.spot, holding.plays) == ("lying-figure-four left", True)

    @pytest.mark.parametrize("words", ["i twisted my ankle", "i have chest pain", "i am pregnant"])
    def test_told_before_a_routine(self, coach, words):
        """What was told with nothing under way is asked about before anything begins."""
        coach.tell(words)
        coach.tell("start the desk break")
        assert not coach.plays
        coach.say("yes")
        assert not coach.plays
        coach.say("start the desk break")
        assert coach.plays

    def test_going_elsewhere(self, holding):
        """Another movement is no way around it."""
        holding.tell("something popped")
        holding.say("go to the pigeon")
        assert not holding.plays
        assert holding.remembered.session.asked is Question.WELL_AGAIN

    def test_an_emergency_step_by_step(self, stepping):
        """Where the coach waits for the runner, it asks nothing more either."""
        heard = stepping.say("i fainted")
        assert "emergency number" in heard.speech
        assert not heard.mic_open
        assert stepping.remembered.session.phase is Phase.PAUSED

    def test_an_emergency_after_pain(self, holding):
        """What was asked about the pain is asked no more."""
        holding.tell("ouch")
        heard = holding.say("i can't breathe")
        assert not heard.mic_open
        assert holding.remembered.session.asked is None
