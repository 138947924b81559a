"""What somebody says who has never talked to the coach, and what it must not be taken for."""

import pytest

from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question
from tests.conversations.conftest import WITHOUT_PLAYER
from tests.simulators.coach import Coach

LOOSE = ["normal please", "do my usual", "the usual", "start my usual routine", "surprise me"]


class TestLengthsAlone:
    @pytest.mark.parametrize(
        ("words", "seconds"),
        [("thirty seconds", 30), ("forty seconds", 40), ("make it twenty seconds", 20)],
    )
    def test_under_two_minutes_it_is_the_hold(self, holding, words, seconds):
        """A short length is that of holds, and no movement goes."""
        holding.tell(words)
        assert holding.remembered.choices == Choices(hold_seconds=seconds)
        assert len(holding.timeline.plan.movements) == 2
        assert holding.spot == "lying-figure-four left"

    def test_longer_it_is_the_time_there_is(self, coach):
        """A longer one is that of a routine."""
        coach.say("open glute coach")
        coach.say("five minutes")
        assert coach.plays
        assert coach.remembered.choices == Choices()

    def test_asked_for_the_time_there_is(self, coach):
        """A short one answers how much time there is, if that was asked."""
        coach.say("open glute coach")
        coach.say("i'm in a hurry")
        coach.say("ninety seconds")
        assert coach.plays
        assert coach.remembered.choices == Choices()

    def test_asked_for_it_in_a_hold(self, holding):
        """So it does under way."""
        holding.tell("i'm in a hurry")
        holding.say("ninety seconds")
        assert holding.remembered.choices == Choices()
        assert holding.timeline.plan.choices != Choices()


class TestReps:
    def test_so_many(self, bridging):
        """So many is what every set has from now on, and nothing on top."""
        bridging.tell("fifteen reps")
        assert bridging.remembered.choices == Choices(reps=15)
        assert bridging.timeline.plan.more is None
        assert bridging.spot == "heel-bridge both"

    @pytest.mark.parametrize("words", ["fewer reps", "one less"])
    def test_how_many(self, bridging, words):
        """Without a number it is asked for."""
        assert "reps" in bridging.tell(words).speech
        bridging.say("eight reps")
        assert bridging.remembered.choices == Choices(reps=8)

    def test_out_of_bounds(self, bridging):
        """More than can be counted becomes the most; far more is told, and changes nothing."""
        assert "30" in bridging.tell("ninety reps").speech
        assert bridging.remembered.choices == Choices()
        assert "30" in bridging.tell("forty reps").speech
        assert bridging.remembered.choices == Choices(reps=30)


class TestMovementsNamed:
    def test_forward(self, holding):
        """A movement to come is gone to."""
        holding.tell("go to the pigeon instead")
        assert (holding.spot, holding.plays) == ("pigeon left", True)

    def test_back(self, holding):
        """One that is over is gone back to, and named."""
        holding.wait_for(2, 5)
        heard = holding.tell("take me back to the lying figure four")
        assert "lying figure four" in heard.speech
        assert holding.spot == "lying-figure-four left"

    def test_of_several_the_one_that_is_there(self, holding):
        """A name of several movements means the one of this routine."""
        holding.wait_for(2, 5)
        holding.tell("go back to the figure four")
        assert holding.spot == "lying-figure-four left"

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("explain the figure four", "Lie on your back"),
            ("why do i do the figure four", "floor holds you up"),
            ("skip the figure four for good", "lying figure four"),
        ],
    )
    def test_asked_about_one_of_several(self, holding, words, told):
        """What is said of it by such a name is of the one in this routine."""
        holding.wait_for(2, 5)
        assert told in holding.tell(words).speech

    def test_asked_about_several(self, coach):
        """Where it may be any of several, the coach asks which."""
        coach.say("open glute coach")
        heard = coach.say("explain the figure four")
        assert "seated figure four" in heard.speech
        assert heard.mic_open

    @pytest.mark.parametrize("words", ["go to the clam", "skip the squats"])
    def test_not_in_this_routine(self, holding, words):
        """One that is not in the routine at all is told to be none of it."""
        assert "routine" in holding.tell(words).speech
        assert holding.plays

    @pytest.mark.parametrize("words", ["go to the handstand exercise", "jump to the clam"])
    def test_nothing_under_way(self, coach, words):
        """With no routine there is nowhere to go."""
        coach.say("open glute coach")
        assert coach.say(words).mic_open

    def test_without_a_name(self, holding):
        """Alexa may have heard that somebody wants to go, and not where."""
        assert holding.mean("GoToIntent").speech.count("?") == 1

    @pytest.mark.parametrize("words", ["go to the second one", "skip to the third one"])
    def test_by_its_number(self, holding, words):
        """By a number nobody knows which is meant, and nothing else is done: the coach asks."""
        heard = holding.tell(words)
        assert heard.speech.endswith("?")
        assert holding.remembered.session.phase is Phase.PLAYING

    def test_skip_the_next_one(self, holding):
        """The next movement stays out; this one goes on."""
        heard = holding.tell("skip the next one")
        assert "pigeon" in heard.speech
        assert holding.spot == "lying-figure-four left"
        assert [one.id for one in holding.timeline.plan.movements] == ["lying-figure-four"]
        assert holding.remembered.choices == Choices()

    def test_skip_the_next_one_in_the_last(self, holding):
        """In the last there is none."""
        holding.wait_for(2, 5)
        assert "last" in holding.tell("skip the next one").speech
        assert holding.plays

    @pytest.mark.parametrize("words", ["i hate this one", "no more pigeon"])
    def test_not_for_good(self, holding, words):
        """Grumbling leaves nothing out for good."""
        holding.tell(words)
        assert holding.remembered.choices == Choices()


class TestPainAskedAndOver:
    @pytest.mark.parametrize("words", ["is it supposed to hurt", "does this hurt the knee"])
    def test_a_question(self, holding, words):
        """Whoever asks is told what it should feel like, and the hold goes on."""
        assert "pain" in holding.tell(words).speech.lower()
        assert holding.plays

    @pytest.mark.parametrize("words", ["it's fine now", "that doesn't hurt", "the pain is gone"])
    def test_over(self, holding, words):
        """After pain it goes on only by a yes to just that."""
        holding.tell("ouch")
        heard = holding.say(words)
        assert heard.mic_open
        assert not holding.plays
        assert holding.remembered.session.asked is Question.GO_ON
        holding.say("yes")
        assert (holding.spot, holding.plays) == ("lying-figure-four left", True)

    def test_over_but_no(self, holding):
        """A no starts nothing."""
        holding.tell("ouch")
        holding.say("it's fine now")
        holding.say("no")
        assert not holding.plays

    def test_there_was_none(self, holding):
        """Without pain before, it is good to hear."""
        heard = holding.tell("that doesn't hurt")
        assert not heard.mic_open
        assert holding.plays

    @pytest.mark.parametrize("words", ["i'm pregnant", "i had surgery"])
    def test_a_professional_first(self, holding, words):
        """What the coach cannot judge stops it, with the place kept."""
        heard = holding.tell(words)
        assert "first" in heard.speech
        assert not heard.mic_open
        assert not holding.plays
        assert holding.remembered.session.phase is Phase.PAUSED


class TestSmallTalk:
    @pytest.mark.parametrize("words", ["thanks", "good", "ok"])
    def test_a_word_in_a_hold(self, holding, words):
        """With nothing asked, a friendly word is enough."""
        heard = holding.tell(words)
        assert len(heard.speech.split()) <= 2
        assert holding.plays

    def test_ready_while_paused(self, holding):
        """Who is ready again is asked whether to go on."""
        holding.tell("pause")
        assert holding.tell("ok ready").mic_open
        holding.say("yes")
        assert (holding.spot, holding.plays) == ("lying-figure-four left", True)

    def test_nonsense_in_a_hold(self, holding):
        """Under way nobody is told to name a routine."""
        for _ in range(3):
            assert "routine" not in holding.tell("purple bananas").speech

    @pytest.mark.parametrize("words", ["too loud", "be quiet", "speak up"])
    def test_volume(self, holding, words):
        """The volume is the device's, and no setting of the coach."""
        assert "volume" in holding.tell(words).speech
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize("words", LOOSE)
    def test_the_usual(self, coach, words):
        """The usual is a routine to start, which the coach chooses if asked: nothing is wiped."""
        coach.tell("hold for forty seconds")
        coach.tell(words)
        assert coach.plays
        assert coach.remembered.choices == Choices(hold_seconds=40)

    def test_about_to_run(self, coach):
        """Who is about to run is warmed up for it."""
        coach.tell("i'm about to go running")
        assert coach.timeline.plan.routine.id == "pre-run"

    def test_how_often(self, holding):
        """How often is a question, and sets no reminder."""
        assert "two or three days" in holding.tell("can i do this every day").speech.lower()
        assert holding.remembered.proposed is None

    def test_tomorrow(self, coach):
        """Reminders are weekly, and the coach says so."""
        assert "week" in coach.tell("remind me tomorrow at 7").speech

    def test_no_reminders_here(self):
        """Where there are none, that is said."""
        coach = Coach(device=WITHOUT_PLAYER)
        assert "reminders" in coach.tell("stop reminding me").speech
