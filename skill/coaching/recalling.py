"""Recalling: what the coach remembers of a runner, forgets, and has the device remind of."""

from datetime import timedelta

from skill.coaching.events import Event, PermissionAnswered, ReminderAnswered, RemindMe
from skill.coaching.lines import Ago, Count, Countable, Line, Wishes, line
from skill.coaching.movements import SECOND
from skill.coaching.outcomes import (
    AskPermission,
    CancelReminders,
    Outcome,
    SetReminders,
    StopPlaying,
)
from skill.coaching.plans import Choices
from skill.coaching.questions import plain_question, whether_to_remind
from skill.coaching.runner import Question, Runner
from skill.coaching.schedules import ReminderAnswer, Schedule, on_same_half
from skill.coaching.turns import Turn
from skill.coaching.values import replace

WEEK = timedelta(days=7)
DAYS_A_WEEK = range(2, 4)
"""On how many days of the week to train: the sources' two to three."""


# History. No time zone is known: a week is the last seven times 24 hours, a day is UTC's.


def this_week(turn: Turn, _: Event) -> Outcome:
    """Say how often the runner has trained in the last seven days, and whether that will do."""
    now = turn.moment.now
    recent = [done.at for done in turn.runner.history if timedelta() <= now - done.at < WEEK]
    if not recent:
        return turn.tell(line("week-none"))
    days = len({at.date() for at in recent})
    counted = line(
        "week", sessions=Count(len(recent), Countable.SESSION), days=Count(days, Countable.DAY)
    )
    return turn.tell(counted, line(_judged(days)))


def _judged(days: int) -> str:
    if days in DAYS_A_WEEK:
        return "week-good"
    return "week-under" if days < DAYS_A_WEEK.start else "week-over"


def how_often(turn: Turn, _: Event) -> Outcome:
    """Say on how many days to train."""
    return turn.tell(line("how-often"))


def last_time(turn: Turn, _: Event) -> Outcome:
    """Say when the runner has trained last, and what."""
    if not turn.runner.history:
        return turn.tell(line("last-time-none"))
    done = turn.runner.history[-1]
    passed = max(turn.moment.now - done.at, timedelta())
    ago = Ago(round(passed.total_seconds()) * SECOND)
    if turn.last_routine is None:
        return turn.tell(line("last-time-gone", ago=ago))
    return turn.tell(line("last-time", routine=turn.last_routine, ago=ago))


def settings(turn: Turn, _: Event) -> Outcome:
    """Say what the runner has set."""
    runner = turn.runner
    if runner.choices == Choices() and not runner.waits:
        return turn.tell(line("settings-none"))
    wishes = Wishes(runner.choices, runner.waits, turn.skipped)
    return turn.tell(line("settings", wishes=wishes))


# Forgetting


def whether_to_forget(turn: Turn, _: Event) -> Outcome:
    """Ask whether all that is stored shall really be deleted."""
    return turn.ask(plain_question(Question.FORGET_ME))


def forget(turn: Turn, _: Event) -> Outcome:
    """Delete all that is stored, the device's reminders as well, and stop what plays."""
    stop = StopPlaying() if turn.moment.has_player else None
    forgotten = (line("forgotten"),)
    return Outcome(Runner(), forgotten, stop, errand=CancelReminders(), forgets=True)


def keep_everything(turn: Turn, _: Event) -> Outcome:
    """Delete nothing."""
    return turn.unasked().tell(line("not-forgotten"))


# Reminders


def remind_me(turn: Turn, event: RemindMe) -> Outcome:
    """Ask for what is missing of the schedule, then for consent.

    "Eight" after an evening was named is of that evening.
    """
    asked = turn.session.asked in {Question.WHICH_DAYS, Question.WHAT_TIME, Question.REMIND_ME}
    before = turn.runner.proposed if asked else None
    before = before or Schedule()
    at = event.schedule.at or before.at
    if event.part is not None:
        clock = event.schedule.at or before.at
        at = event.part.at(clock) if clock else event.part.usual
    elif event.is_bare and event.schedule.at and before.at:
        at = on_same_half(event.schedule.at, before.at)
    schedule = Schedule(event.schedule.days or before.days, at)
    turn = _proposing(turn, schedule)
    if not schedule.days:
        return turn.ask(plain_question(Question.WHICH_DAYS))
    if schedule.at is None:
        return turn.ask(plain_question(Question.WHAT_TIME))
    return turn.ask(whether_to_remind(schedule))


def set_reminders(turn: Turn, _: Event) -> Outcome:
    """Have the reminders set that the runner has agreed to."""
    proposed = turn.runner.proposed
    if proposed is None or not proposed.is_complete:
        return turn.ask(plain_question(Question.WHICH_DAYS))
    return replace(turn.unasked().quiet(), errand=SetReminders(proposed))


def no_reminders(turn: Turn, _: Event) -> Outcome:
    """Set none."""
    return _proposing(turn, None).unasked().tell(line("no-reminders"))


def when_reminded(turn: Turn, _: Event) -> Outcome:
    """Say who knows of the reminders: only the device does."""
    return turn.tell(line("reminders-known"))


def stop_reminders(turn: Turn, _: Event) -> Outcome:
    """Have the device forget our reminders."""
    return replace(_proposing(turn, None).quiet(), errand=CancelReminders())


def reminder_answered(turn: Turn, event: ReminderAnswered) -> Outcome:
    """Say how it ended; without the permission to set them, have the platform ask for it."""
    if event.answer is ReminderAnswer.NOT_ALLOWED:
        if turn.runner.proposed is None:
            return turn.tell(line("no-reminders"))
        return replace(turn.close(line("reminders-not-allowed")), errand=AskPermission())
    return _proposing(turn, None).tell(_answer(event.answer, turn.runner.proposed))


def permission_answered(turn: Turn, event: PermissionAnswered) -> Outcome:
    """Set the reminders now that we may, or leave it."""
    proposed = turn.runner.proposed
    if not event.granted:
        return _proposing(turn, None).tell(line("reminders-denied"))
    if proposed is None or not proposed.is_complete:
        return turn.ask(plain_question(Question.WHICH_DAYS))
    return replace(turn.quiet(), errand=SetReminders(proposed))


def _answer(answer: ReminderAnswer, proposed: Schedule | None) -> Line:
    if answer is ReminderAnswer.SET and proposed is not None:
        return line("reminders-set", schedule=proposed)
    known = {
        ReminderAnswer.CANCELLED: "reminders-cancelled",
        ReminderAnswer.TOO_MANY: "reminders-too-many",
        ReminderAnswer.NOT_HERE: "reminders-not-here",
    }
    return line(known.get(answer, "reminders-failed"))


def _proposing(turn: Turn, schedule: Schedule | None) -> Turn:
    return replace(turn, runner=replace(turn.runner, proposed=schedule))
