"""What new runners say, and used to be taken wrongly for: each means what they meant by it."""

import pytest

from skill.coaching.movements import Side
from skill.coaching.plans import Choices
from skill.coaching.runner import Phase


def routine_of(coach):
    """Return the id of the routine under way."""
    return coach.remembered.session.progress.plan_id.partition("_")[0]


@pytest.mark.parametrize("words", ["too easy", "this is too easy", "way too easy"])
def test_too_easy_makes_it_harder(holding, words):
    """Who finds a hold too easy gets more of it, and no easier one."""
    before = holding.left
    holding.tell(words)
    assert holding.spot == "lying-figure-four left"
    assert holding.left == before + 10


@pytest.mark.parametrize(
    "words",
    ["stretch my hamstrings", "stretch my calves", "can we stretch my back", "a calf stretch"],
)
def test_what_is_to_be_stretched_does_not_hurt(holding, words):
    """Another part of the body is none that the coach can stretch, and no reason to stop."""
    holding.tell(words)
    assert (holding.spot, holding.plays) == ("lying-figure-four left", True)


def test_a_stretch_that_hurts_stops(holding):
    """With a word of pain it is pain."""
    holding.tell("it hurts when i stretch my hamstrings")
    assert not holding.plays


@pytest.mark.parametrize(
    "words",
    ["just this one ten seconds shorter", "make this one shorter", "shorter just this time"],
)
def test_just_this_one_shorter_changes_no_other(holding, words):
    """It cannot be done, which is said, and every hold stays as it is."""
    assert "next" in holding.tell(words).speech
    assert holding.remembered.choices == Choices()
    assert (holding.spot, holding.plays) == ("lying-figure-four left", True)


@pytest.mark.parametrize("words", ["give me ten seconds", "give me a second", "i need ten seconds"])
def test_who_asks_for_seconds_has_a_break(holding, words):
    """Seconds that are given are no length of holds: the coach waits until it hears more."""
    holding.tell(words)
    assert (holding.plays, holding.remembered.choices) == (False, Choices())
    holding.tell("let's go")
    assert (holding.spot, holding.plays) == ("lying-figure-four left", True)


def test_seconds_that_are_given_answer_how_long_to_hold(holding):
    """Where the coach has asked for seconds, it is these."""
    holding.mean("HoldForIntent")
    holding.say("give me forty seconds")
    assert holding.remembered.choices.hold_seconds == 40


def test_minutes_that_are_given_are_to_be_filled(coach):
    """Minutes are no break, but what a routine shall take."""
    coach.tell("give me five minutes")
    assert coach.plays


@pytest.mark.parametrize("words", ["let's go", "go", "ok go", "lets go"])
class TestGo:
    def test_while_it_waits(self, holding, words):
        """It goes on where it was."""
        holding.tell("pause")
        holding.tell(words)
        assert (holding.spot, holding.plays) == ("lying-figure-four left", True)

    def test_while_it_plays(self, holding, words):
        """It goes on playing, and nobody is asked for a routine."""
        heard = holding.tell(words)
        assert (holding.spot, holding.plays) == ("lying-figure-four left", True)
        assert not heard.mic_open

    def test_between_two_steps(self, stepping, words):
        """The next step begins."""
        stepping.say(words)
        assert stepping.kept.step.side is Side.RIGHT


@pytest.mark.parametrize("words", ["start", "let's begin"])
def test_who_is_asked_whether_they_are_ready_may_begin(stepping, words):
    """Between two steps, to begin is to begin with the next one."""
    stepping.say(words)
    assert stepping.kept.step.side is Side.RIGHT


@pytest.mark.parametrize("words", ["long stretch", "a long one", "something long", "short stretch"])
def test_a_long_one_changes_no_hold(holding, words):
    """How long a routine is to be has nothing to do with its holds."""
    holding.tell(words)
    assert holding.remembered.choices == Choices()


@pytest.mark.parametrize(("words", "seconds"), [("longer", 50), ("shorter", 10)])
def test_even_more_of_the_same(holding, words, seconds):
    """Even longer is longer than longer, and even shorter shorter than shorter."""
    holding.tell(words)
    holding.tell(f"even {words}")
    assert holding.remembered.choices.hold_seconds == seconds


@pytest.mark.parametrize(
    "words",
    [
        "what is in the daily five",
        "what exercises are in the daily five",
        "which movements are in the daily five",
        "tell me about the daily five",
        "what's the daily five",
    ],
)
def test_a_routine_asked_about_is_not_started(coach, words):
    """Its movements and its length are told."""
    speech = coach.tell(words).speech
    assert not coach.plays
    assert "clam, fire hydrant and kick back" in speech
    assert "5 minutes" in speech


def test_another_routine_is_told_of_in_a_hold(holding):
    """The one under way goes on; what that has is told without its name."""
    assert "squat" in holding.tell("what's in the strength session").speech
    assert "pigeon" in holding.tell("what's in this routine").speech
    assert (holding.spot, holding.plays) == ("lying-figure-four left", True)


@pytest.mark.parametrize(
    "words",
    ["can you hear me", "just count", "running", "i'm going for a run", "good morning", "hello"],
)
def test_what_is_only_told_changes_nothing(holding, words):
    """No setting, no routine and no place changes by it."""
    holding.tell("less talking")
    before = holding.remembered.choices
    holding.tell(words)
    assert holding.remembered.choices == before
    assert (routine_of(holding), holding.spot) == ("post-run", "lying-figure-four left")


def test_running_does_not_begin_the_routine_before_it_again(bridging):
    """Who is told to activate their glutes before running may say so."""
    second = bridging.second
    bridging.tell("i'm going for a run")
    assert (bridging.spot, bridging.second) == ("heel-bridge both", second)


def test_with_nothing_on_a_run_is_prepared(coach):
    """Who is about to run, and does nothing yet, gets what is to be done before."""
    coach.tell("i'm going for a run")
    assert (routine_of(coach), coach.plays) == ("pre-run", True)


@pytest.mark.parametrize("words", ["skip to the right side", "the right side", "skip to the right"])
def test_who_skips_to_the_side_they_are_on_stays(holding, words):
    """To a side is not over it."""
    holding.wait_for(1, 5)
    holding.tell(words)
    assert holding.spot == "lying-figure-four right"


@pytest.mark.parametrize(
    "words", ["finish", "i'm done", "i'm finished", "end the session", "that's enough for today"]
)
def test_who_is_done_takes_leave(holding, words):
    """It stops and says that the place is kept, and does not just wait."""
    assert "lying figure four" in holding.tell(words).speech
    assert (holding.plays, holding.remembered.session.phase) == (False, Phase.PAUSED)


@pytest.mark.parametrize("words", ["no i meant the pigeon", "i meant the pigeon"])
def test_who_meant_another_movement_is_taken_there(holding, words):
    """It is gone to, and not explained."""
    holding.tell(words)
    assert (holding.spot, holding.plays) == ("pigeon left", True)


@pytest.mark.parametrize(
    "words",
    [
        "how many more sets",
        "what set am i on",
        "which set is this",
        "how many sets left",
        "how many bridges have i done",
        "how many reps have i done",
    ],
)
def test_how_far_one_is(coach, words):
    """It is told in numbers, and explains no movement and no setting."""
    coach.tell("start the strength session")
    coach.wait_for(1, 10)
    speech = coach.tell(words).speech
    assert any(letter.isdecimal() for letter in speech)
    assert coach.spot.startswith("glute-bridge")


@pytest.mark.parametrize(
    ("words", "routine"),
    [
        ("start pre run and talk less", "pre-run"),
        ("start the daily five without the clam", "daily-five"),
        ("start the daily five with ten reps", "daily-five"),
        ("i have five minutes start the daily five", "daily-five"),
        ("a quick pre-run", "pre-run"),
        ("start the strength session step by step", "strength"),
        ("daily five but shorter", "daily-five"),
        ("the strength session but gentler", "strength"),
        ("start the post run stretch with longer holds", "post-run"),
    ],
)
def test_a_routine_is_started_however_it_is_wanted(coach, words, routine):
    """What is said of how it shall be keeps it from nothing, and sets nothing else."""
    coach.tell(words)
    assert (routine_of(coach), coach.plays) == (routine, True)
    assert coach.remembered.choices == Choices()


@pytest.mark.parametrize("words", ["good morning", "hi there", "hello", "can you hear me"])
def test_a_greeting_is_answered_as_opening_is(coach, words):
    """Who greets is greeted, and asked what it shall be."""
    heard = coach.tell(words)
    assert heard.mic_open
    assert "Which" in heard.speech or "What shall we do" in heard.speech


@pytest.mark.parametrize("words", ["how do i stop", "how do i end this"])
def test_how_to_stop_is_told(holding, words):
    """The word for it is among those told, each time."""
    for _ in range(2):
        assert "stop" in holding.tell(words).speech


@pytest.fixture
def done(coach):
    """A runner who has just done the desk break to its end."""
    coach.tell("start the desk break")
    coach.echo.wait(400)
    assert coach.remembered.session.phase is Phase.IDLE
    return coach


@pytest.mark.parametrize("words", ["again", "repeat", "one more round"])
class TestAgain:
    def test_after_a_routine(self, done, words):
        """The same routine is offered, and started with a yes."""
        heard = done.tell(words)
        assert "desk break" in heard.speech
        assert heard.mic_open
        done.say(words)
        assert not done.plays
        done.say("yes")
        assert (routine_of(done), done.plays) == ("desk", True)

    def test_no(self, done, words):
        """Who would rather do another one is asked which."""
        done.tell(words)
        assert "daily five" in done.say("no").speech

    def test_before_any_routine(self, coach, words):
        """With none done there is nothing to do again."""
        assert "daily five" in coach.tell(words).speech
        assert not coach.plays
