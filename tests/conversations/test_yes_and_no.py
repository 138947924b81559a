"""Yes, no and silence to every question of the coach, on a speaker and one step at a time."""

from collections.abc import Callable

import pytest

from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question
from tests.simulators.coach import Coach


def opened(coach: Coach) -> None:
    coach.say("open glute coach")


def waiting(coach: Coach) -> None:
    coach.tell("wait for me")


def hurting(coach: Coach) -> None:
    coach.tell("it hurts")


def bringing_back(coach: Coach) -> None:
    for movement in ("clam", "lunge"):
        coach.tell(f"never do the {movement} again")
    coach.tell("bring it back")


def unwell(coach: Coach) -> None:
    coach.tell("i feel dizzy")
    coach.say("resume")


def which_bridge(coach: Coach) -> None:
    coach.tell("explain the bridge")


def meant(intent: str, **slots: str) -> Callable[[Coach], None]:
    def mean(coach: Coach) -> None:
        coach.mean(intent, **slots)

    return mean


ASKED: dict[Question, Callable[[Coach], None]] = {
    Question.GO_ON: opened,
    Question.NEXT_STEP: waiting,
    Question.SKIP_IT: hurting,
    Question.WELL_AGAIN: unwell,
    Question.HOW_LONG: meant("FitTimeIntent"),
    Question.HOLD_SECONDS: meant("HoldForIntent"),
    Question.WHICH_MOVEMENT: which_bridge,
    Question.WHICH_SIDE: meant("TighterSideIntent"),
    Question.WHAT_IS_MISSING: meant("WithoutIntent"),
    Question.WHAT_TO_BRING_BACK: bringing_back,
    Question.WHICH_DAYS: meant("RemindMeIntent"),
    Question.WHAT_TIME: meant("RemindMeIntent", day="monday"),
    Question.REMIND_ME: meant("RemindMeIntent", day="monday", time="07:00"),
    Question.FORGET_ME: meant("ForgetMeIntent"),
    Question.WHICH_ROUTINE: meant("StartRoutineIntent", routine="banana"),
    Question.ANYTHING_ELSE: meant("HowToIntent", movement="handstand"),
}
"""How each question comes to be asked in the middle of a hold."""

NOT_IN_A_HOLD = {Question.SAME_AGAIN, Question.HOW_MANY_REPS}
"""Questions that are asked only with nothing under way, or where something is counted."""

STAYS_OPEN = {
    Question.HOW_LONG,
    Question.HOLD_SECONDS,
    Question.WHICH_MOVEMENT,
    Question.WHICH_SIDE,
    Question.WHAT_IS_MISSING,
    Question.WHAT_TO_BRING_BACK,
    Question.WHICH_DAYS,
    Question.WHAT_TIME,
    Question.WHICH_ROUTINE,
    Question.ANYTHING_ELSE,
}
"""Questions that a bare yes does not answer: they are put again."""

THEN_IT_WAITS = {Question.NEXT_STEP, Question.SKIP_IT, Question.WELL_AGAIN}
"""Questions for which the guide was stopped."""


def test_every_question_is_asked():
    """No question of the coach is missing here."""
    assert ASKED.keys() == set(Question) - NOT_IN_A_HOLD


@pytest.mark.parametrize("question", ASKED)
class TestInAHold:
    @pytest.fixture
    def asked(self, holding, question):
        ASKED[question](holding)
        assert holding.echo.mic_open
        assert holding.remembered.session.asked is question
        return holding

    def test_yes(self, asked, question):
        """Yes does what was offered, or is asked again where it says too little."""
        heard = asked.say("yes")
        if question in STAYS_OPEN:
            assert heard.mic_open
            assert asked.remembered.session.asked is question
        match question:
            case Question.GO_ON:
                assert (asked.spot, asked.second, asked.plays) == ("lying-figure-four left", 12, 1)
            case Question.NEXT_STEP:
                assert asked.kept.step.index == 1
            case Question.SKIP_IT:
                assert asked.spot == "pigeon left"
            case Question.WELL_AGAIN:
                assert (asked.plays, asked.echo.mic_open) == (0, True)
            case Question.REMIND_ME:
                assert "reminders" in heard.speech
            case Question.FORGET_ME:
                assert asked.store.documents() == []

    def test_no(self, asked, question):
        """No leaves it: what was stopped for the question stays so, what plays goes on."""
        heard = asked.say("no")
        assert asked.remembered.choices.hold_seconds is None
        assert asked.remembered.choices.tight is None
        if question in THEN_IT_WAITS:
            assert not asked.plays
            assert asked.kept.step.index == 0
        elif question is Question.GO_ON:
            assert asked.remembered.session.asked is Question.WHICH_ROUTINE
        else:
            assert not heard.mic_open
            assert asked.plays
            assert (asked.spot, asked.second) == ("lying-figure-four left", 12)
            assert asked.remembered.session.asked is None

    def test_silence(self, asked, question):
        """Silence is no answer: nothing is set, nothing is lost, what plays goes on."""
        asked.echo.say_nothing()
        remembered = asked.remembered
        # What hurts is not forgotten by waiting: next does not start it again.
        assert remembered.session.asked is (
            Question.SKIP_IT if question is Question.SKIP_IT else None
        )
        assert remembered.choices.hold_seconds is None
        assert remembered.session.progress is not None
        if question in THEN_IT_WAITS:
            assert not asked.plays
            assert remembered.session.phase is Phase.PAUSED
        else:
            assert asked.plays
            assert asked.second == 12

    def test_another_command(self, asked, question):
        """Whatever was asked, another command is obeyed, and the question is forgotten.

        But where it is whether the runner is well again, that is asked first.
        """
        heard = asked.say("other side")
        if question is Question.WELL_AGAIN:
            assert not asked.plays
            assert asked.remembered.session.asked is question
            return
        if question is Question.NEXT_STEP:
            assert asked.kept.step.index == 1
        else:
            assert asked.spot == "lying-figure-four right"
        assert not heard.mic_open or question is Question.NEXT_STEP
        assert asked.remembered.session.asked in {None, Question.NEXT_STEP}


@pytest.mark.parametrize(
    "question", [question for question in ASKED if question is not Question.NEXT_STEP]
)
class TestStepByStep:
    def test_no_comes_back_to_the_next_step(self, stepping, question):
        """After the question is declined, the next step is asked for again, or the place kept."""
        ASKED[question](stepping)
        assert stepping.remembered.session.asked is question
        heard = stepping.say("no")
        session = stepping.remembered.session
        if heard.mic_open:
            assert session.asked in {Question.NEXT_STEP, Question.WHICH_ROUTINE}
        else:
            assert session.phase is Phase.PAUSED
        assert stepping.kept.step.index == 0

    def test_silence_keeps_the_place(self, stepping, question):
        """Silence ends the session, with a place in the routine and no wish."""
        ASKED[question](stepping)
        stepping.echo.say_nothing()
        assert stepping.remembered.session.phase is Phase.PAUSED
        assert stepping.kept.step.index in {0, 1}
        assert stepping.remembered.choices.hold_seconds is None


class TestNothingAsked:
    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_in_a_hold(self, holding, answer):
        """An answer that nobody waits for is told so, and costs the hold nothing."""
        heard = holding.tell(answer)
        assert heard.speech
        assert not heard.mic_open
        assert holding.plays
        assert (holding.spot, holding.second) == ("lying-figure-four left", 12)

    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_while_paused(self, holding, answer):
        """It does not start what was paused, either."""
        holding.tell("pause")
        holding.tell(answer)
        assert not holding.plays
        assert holding.remembered.session.phase is Phase.PAUSED

    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_with_nothing_under_way(self, coach, answer):
        """With nothing under way a word will do: who was just told to rest is asked nothing."""
        for told in ("i feel dizzy", answer):
            heard = coach.tell(told)
            assert heard.speech
            assert not heard.mic_open
        assert coach.remembered.choices == Choices()

    def test_after_the_session_has_ended(self, holding):
        """A yes that comes after the silence is not an answer any more."""
        holding.tell("forget me")
        holding.echo.say_nothing()
        holding.tell("yes")
        assert holding.store.documents()
        assert holding.plays


@pytest.mark.parametrize("question", ASKED)
def test_no_yes_starts_again_what_hurt(holding, question):
    """Whatever else was asked since: what hurt is gone on with by nobody who was not asked so."""
    hurting(holding)
    ASKED[question](holding)
    for _ in range(4):
        if not holding.echo.mic_open:
            opened(holding)
        holding.say("yes")
        if holding.remembered.session.phase in {Phase.PLAYING, Phase.STEPPING}:
            assert holding.kept.step.movement.id == "pigeon"
            break
    else:
        assert question in STAYS_OPEN | {Question.FORGET_ME}
