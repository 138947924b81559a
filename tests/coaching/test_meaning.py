"""What a command means by the question that is open, in every phase."""

from datetime import time

import pytest

from skill.coaching import events
from skill.coaching.meaning import OF_NUMBERS, OF_REMINDERS, READINGS, WANTED, meant, wanted_by
from skill.coaching.movements import Side
from skill.coaching.plans import Choices
from skill.coaching.runner import Completed, Former, Phase, Question, Runner, StateError
from skill.coaching.schedules import Day, Schedule
from skill.coaching.session import advance
from skill.coaching.turns import Turn
from skill.coaching.values import replace
from tests.coaching.scenes import CATALOGUE, EVENTS, NOW, REPERTOIRE, moment, runner

ROUTINES = tuple(CATALOGUE.routines.values())
LYING, PIGEON = CATALOGUE.movements["lying-figure-four"], CATALOGUE.movements["pigeon"]
MINUTE = 60_000
EVENING = Schedule((Day.THURSDAY,), time(18))


def turn(phase: Phase, asked: Question | None, **changes: object) -> Turn:
    """Return the turn of a runner who was asked that."""
    return Turn(replace(runner(phase, asked), **changes), moment(phase), REPERTOIRE)


def act(before: Runner, event: events.Event):
    """Let an event happen where the runner is."""
    return advance(before, event, moment(before.session.phase), REPERTOIRE)


def lines(outcome) -> list[str]:
    """Return the ids of what is said, and of the question at its end."""
    return [*(said.id for said in outcome.lines), *([outcome.ask.line.id] if outcome.ask else [])]


def possible(asked: Question | None, phase: Phase) -> bool:
    """Whether a question may be open in a phase."""
    try:
        runner(phase, asked)
    except StateError:
        return False
    return True


OPEN = [(phase, asked) for phase in Phase for asked in (None, *Question) if possible(asked, phase)]


@pytest.mark.parametrize(("phase", "asked"), OPEN)
class TestNumbers:
    def test_it_answers_what_was_asked(self, phase, asked):
        """A number alone is minutes, seconds, repetitions or an hour; else it stays a number."""
        number = events.BareNumber(10)
        expected = {
            Question.HOW_LONG: events.FitTime(time=10 * MINUTE),
            Question.HOLD_SECONDS: events.HoldFor(10),
            Question.HOW_MANY_REPS: events.RepsFor(10),
            **dict.fromkeys(OF_REMINDERS, events.RemindMe(Schedule(at=time(10)), is_bare=True)),
        }
        assert meant(turn(phase, asked), number) == expected.get(asked, number)

    def test_heard_as_an_hour(self, phase, asked):
        """So it is if it was heard as a time of day, whatever half of the day that is in."""
        number = events.BareNumber(8, time(20))
        read = meant(turn(phase, asked), number)
        if asked in OF_REMINDERS:
            assert read == events.RemindMe(Schedule(at=time(20)), is_bare=True)
        else:
            assert read == meant(turn(phase, asked), events.BareNumber(8)) or read == number

    def test_without_such_a_question_nothing_changes(self, phase, asked):
        """Nothing is set, nothing starts or stops, and no reminder is spoken of."""
        if asked in OF_NUMBERS | OF_REMINDERS:
            return
        before = runner(phase, asked)
        outcome = act(before, events.BareNumber(8, time(8)))
        assert outcome.player is None
        assert outcome.runner.choices == Choices()
        assert outcome.runner.proposed is None
        assert outcome.runner.session.phase is phase

    def test_any_number_is_answered(self, phase, asked):
        """Whatever number it is, there is an answer, and nothing out of bounds is set."""
        for number in (None, -5, 0, 24, 999):
            outcome = act(runner(phase, asked), events.BareNumber(number))
            assert outcome.lines or outcome.ask
            reps = outcome.runner.choices.reps
            assert reps is None or 1 <= reps <= 30

    @pytest.mark.parametrize("event", [events.MoreTime(), events.RepsFor()])
    def test_a_few_is_no_number(self, phase, asked, event):
        """It is asked again by the same question, and nothing is made longer."""
        if asked not in OF_NUMBERS:
            assert meant(turn(phase, asked), event) == event
            return
        outcome = act(runner(phase, asked), event)
        assert outcome.ask.question is asked
        assert outcome.player is None
        assert outcome.runner.choices == Choices()

    def test_so_many_each(self, phase, asked):
        """Ten each are repetitions where those were asked for, and else a hold's seconds."""
        each = events.HoldFor(10, is_bare=True)
        expected = {
            Question.HOW_MANY_REPS: events.RepsFor(10),
            Question.HOLD_SECONDS: events.HoldFor(10),
            Question.HOW_LONG: events.FitTime(time=10 * MINUTE),
        }
        assert meant(turn(phase, asked), each) == expected.get(asked, each)


class TestHours:
    @pytest.mark.parametrize(
        ("event", "at"),
        [
            (events.BareNumber(8), time(20)),
            (events.BareNumber(8, time(8)), time(20)),
            (events.BareNumber(8, time(20)), time(20)),
            (events.BareNumber(12), time(12)),
            (events.BareNumber(20), time(20)),
            (events.RemindMe(Schedule(at=time(8, 30)), is_bare=True), time(20, 30)),
            (events.RemindMe(Schedule(at=time(8))), time(8)),
        ],
    )
    def test_eight_after_an_evening(self, event, at):
        """An hour alone is of the half of the day that was spoken of; a whole wish is not."""
        before = replace(runner(Phase.IDLE, Question.REMIND_ME), proposed=EVENING)
        after = act(before, event).runner
        assert after.proposed == Schedule((Day.THURSDAY,), at)

    def test_no_hour(self):
        """What is no hour is asked for again, and the day stays."""
        before = replace(runner(Phase.IDLE, Question.WHAT_TIME), proposed=Schedule((Day.THURSDAY,)))
        outcome = act(before, events.BareNumber(45))
        assert lines(outcome) == ["missed", "what-time"]
        assert outcome.runner.proposed == Schedule((Day.THURSDAY,))


@pytest.mark.parametrize("phase", Phase)
class TestWhatWasNamed:
    @pytest.mark.parametrize("position", range(1, len(ROUTINES) + 1))
    def test_the_second_one(self, phase, position):
        """It is the routine that was read in that place."""
        read = meant(turn(phase, Question.WHICH_ROUTINE), events.GoTo(position=position))
        assert read == events.StartRoutine(ROUTINES[position - 1])

    @pytest.mark.parametrize("event", [events.LastOne(), events.GoTo(position=-1)])
    def test_the_last_one(self, phase, event):
        """It is the last that was read; with nothing read it is what it always is."""
        read = meant(turn(phase, Question.WHICH_ROUTINE), event)
        assert read == events.StartRoutine(ROUTINES[-1])
        assert meant(turn(phase, None), event) == event

    @pytest.mark.parametrize("position", [0, 7, 99, -8])
    def test_none_there(self, phase, position):
        """A place where nothing was read is not understood, and asked again."""
        outcome = act(runner(phase, Question.WHICH_ROUTINE), events.GoTo(position=position))
        assert "missed" in lines(outcome)
        assert outcome.player is None

    def test_of_a_few(self, phase):
        """Of routines that were named because they may be meant, it is their place that counts."""
        few = ROUTINES[3], ROUTINES[1]
        asked = act(runner(phase), events.StartRoutine(heard="stretch", others=few)).runner
        aside = act(asked, events.NotUnderstood()).runner
        for before in (asked, aside):
            outcome = act(before, events.GoTo(position=2))
            assert outcome.runner.session.progress.plan_id == ROUTINES[1].id

    @pytest.mark.parametrize("wanted", WANTED)
    def test_a_movement_of_several(self, phase, wanted):
        """Its name, or its place, does with it what was wanted when the coach asked which."""
        kind = WANTED[wanted]
        session = replace(
            runner(phase, Question.WHICH_MOVEMENT).session, offered=(PIGEON.id, LYING.id)
        )
        before = turn(phase, None, session=replace(session, wanted=wanted))
        assert meant(before, events.HowTo(LYING, "lying")) == kind(LYING, "lying")
        assert meant(before, events.GoTo(position=2)) == kind(LYING)
        assert wanted_by(kind()) == wanted

    def test_a_movement_that_was_not_named(self, phase):
        """Another movement is explained, as ever."""
        clam = events.HowTo(CATALOGUE.movements["clam"], "clam")
        assert meant(turn(phase, Question.WHICH_MOVEMENT), clam) == clam

    def test_daily(self, phase):
        """Every day is the routine for it where it was asked which, unless it is to remind."""
        daily = events.RemindMe(Schedule(tuple(Day)), is_bare=True)
        reminding = replace(daily, is_bare=False)
        read = meant(turn(phase, Question.WHICH_ROUTINE), daily)
        assert read == events.StartRoutine(CATALOGUE.routines["daily-five"])
        assert meant(turn(phase, Question.WHICH_ROUTINE), reminding) == reminding
        assert meant(turn(phase, Question.WHICH_DAYS), daily) == daily


@pytest.mark.parametrize("phase", Phase)
class TestNoWish:
    @pytest.mark.parametrize("event", [events.Unsure(), events.StartRoutine()])
    def test_the_coach_chooses(self, phase, event):
        """Who knows no routine gets the one they finished last, or the one for any day."""
        newcomer = act(runner(phase, Question.WHICH_ROUTINE), event)
        assert newcomer.lines[0].id == "i-choose"
        assert newcomer.lines[-1].values["routine"].id == "daily-five"
        done = (Completed("desk_h40", NOW), Completed("gone", NOW), Completed("strength", NOW))
        known = act(replace(runner(phase, Question.WHICH_ROUTINE), history=done), event)
        assert known.lines[-1].values["routine"].id == "strength"

    def test_the_last_one_is_no_more(self, phase):
        """Where that is not in the catalogue any more, it is the one for any day."""
        gone = replace(runner(phase, Question.WHICH_ROUTINE), history=(Completed("gone", NOW),))
        assert act(gone, events.Unsure()).lines[-1].values["routine"].id == "daily-five"

    def test_what_is_all_left_out_is_not_chosen(self, phase):
        """A routine of which nothing is left is passed over."""
        skipped = frozenset(part.movement.id for part in CATALOGUE.routines["daily-five"].parts)
        choosy = replace(runner(phase, Question.WHICH_ROUTINE), choices=Choices(skipped=skipped))
        outcome = act(choosy, events.Unsure())
        assert outcome.lines[-1].values["routine"].id == "pre-run"

    def test_nothing_can_be_chosen(self, phase):
        """With every movement left out there is nothing to choose, and the coach says so."""
        choosy = replace(
            runner(phase, Question.WHICH_ROUTINE),
            choices=Choices(skipped=frozenset(CATALOGUE.movements)),
        )
        assert "nothing-left" in lines(act(choosy, events.Unsure()))

    @pytest.mark.parametrize(
        "asked", [one for one in Question if one is not Question.WHICH_ROUTINE]
    )
    def test_elsewhere_it_is_no(self, phase, asked):
        """To any other question it is no yes: nothing is done that was offered."""
        if not possible(asked, phase):
            return
        unsure, no = (act(runner(phase, asked), event) for event in (events.Unsure(), events.No()))
        assert unsure == no


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("kind", [events.OtherSide, events.SkipSide])
class TestSides:
    TIGHT = Choices(tight=Side.LEFT)

    def corrected(self, phase, event, **changes):
        return meant(turn(phase, None, **{"choices": self.TIGHT, **changes}), event)

    def test_the_other_one_after_all(self, phase, kind):
        """Right after the left was said to be tighter, "no, the right" is that the right is."""
        event = kind(Side.RIGHT, corrects=True)
        former = Former(Choices(), waits=False)
        assert self.corrected(phase, event, former=former) == events.TighterSide(Side.RIGHT)

    def test_something_else_was_changed_since(self, phase, kind):
        """If the last change was another, it is a side to go to or to leave out."""
        event = kind(Side.RIGHT, corrects=True)
        former = Former(Choices(tight=Side.LEFT, hold_seconds=40), waits=False)
        assert self.corrected(phase, event, former=former) == event
        assert self.corrected(phase, event) == event
        assert self.corrected(phase, event, choices=Choices(), former=former) == event

    def test_a_side_and_no_correction(self, phase, kind):
        """A side alone is gone to while something is on; with nothing on it can but correct.

        A side to leave out is none to hold longer.
        """
        event = kind(Side.RIGHT)
        read = self.corrected(phase, event, former=Former(Choices(), waits=False))
        corrects = phase is Phase.IDLE and kind is events.OtherSide
        assert read == (events.TighterSide(Side.RIGHT) if corrects else event)


@pytest.mark.parametrize(("phase", "asked"), OPEN)
def test_what_is_no_answer_stays_what_it_is(phase, asked):
    """Whatever is asked, nothing else is read otherwise."""
    now = turn(phase, asked)
    for event in EVENTS.values():
        assert type(event) in READINGS or meant(now, event) is event
