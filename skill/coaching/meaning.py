"""Meaning: what a command means by the question that is open.

The same words may arrive as this intent or that one, and only the coach knows what was asked: a
number alone is minutes, seconds, repetitions or an hour, "the second one" what was named second.
What is no answer stays what it is.
"""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, TypeVar

from skill.coaching.events import (
    AboutMovement,
    BareNumber,
    BringBack,
    Event,
    FitTime,
    GoTo,
    HoldFor,
    HowTo,
    LastOne,
    MoreTime,
    NotUnderstood,
    OtherSide,
    RemindMe,
    RepsFor,
    SkipForGood,
    SkipForToday,
    SkipSide,
    StartRoutine,
    TighterSide,
    WhatWasThat,
    WhyThis,
)
from skill.coaching.movements import SECOND, Movement
from skill.coaching.routines import Routine
from skill.coaching.runner import Question
from skill.coaching.schedules import Day, Schedule
from skill.coaching.situations import Situation

T = TypeVar("T", Routine, Movement)

MINUTE_SECONDS = 60
HOURS = range(24)
LAST = -1
POSITIONS: Mapping[str, int] = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
}
"""Places in what was named to choose from, by their names."""

OF_REMINDERS = frozenset((Question.WHICH_DAYS, Question.WHAT_TIME, Question.REMIND_ME))
OF_NUMBERS = frozenset((Question.HOW_LONG, Question.HOLD_SECONDS, Question.HOW_MANY_REPS))
OF_MOVEMENTS = frozenset((Question.WHICH_MOVEMENT, Question.WHAT_TO_BRING_BACK))

DAILY = "daily-five"
"""The id of the routine that is right on any day, and for anybody."""

WANTED: Mapping[str, type[AboutMovement]] = {
    "how-to": HowTo,
    "why": WhyThis,
    "go-to": GoTo,
    "skip-for-today": SkipForToday,
    "skip-for-good": SkipForGood,
    "bring-back": BringBack,
}
"""What can be wanted of a movement, by the name under which that is kept in mind."""


def wanted_by(event: AboutMovement) -> str | None:
    """Return the name of what a command wants of a movement."""
    return next((name for name, kind in WANTED.items() if isinstance(event, kind)), None)


def meant(situation: Situation, event: Event) -> Event:
    """Return the event that another one is, by the question that is open."""
    read = READINGS.get(type(event))
    return read(situation, event) if read else event


def _number(situation: Situation, event: BareNumber) -> Event:
    """Read a number alone as what was asked for; anywhere else it means nothing."""
    asked, number = situation.session.asked, event.number
    if asked in OF_REMINDERS:
        hour = time(number) if number is not None and number in HOURS else None
        at = event.at or hour
        return RemindMe(Schedule(at=at), is_bare=True) if at else event
    if number is None:
        return event
    if asked is Question.HOW_LONG and number > 0:
        return FitTime(time=number * MINUTE_SECONDS * SECOND)
    if asked is Question.HOLD_SECONDS:
        return HoldFor(number)
    return RepsFor(number) if asked is Question.HOW_MANY_REPS else event


def _hold(situation: Situation, event: HoldFor) -> Event:
    """Read "ten each" as what was asked for, if that was no hold."""
    if event.is_bare and situation.session.asked in OF_NUMBERS:
        return _number(situation, BareNumber(event.seconds))
    return event


def _vague(situation: Situation, event: MoreTime | RepsFor) -> Event:
    """Have a question for a number put again where "a few" or "not many" was the answer."""
    amount = (event.seconds, event.number) if isinstance(event, MoreTime) else (event.number,)
    is_vague = situation.session.asked in OF_NUMBERS and not any(one is not None for one in amount)
    return WhatWasThat() if is_vague else event


def _position(situation: Situation, event: GoTo) -> Event:
    """Read a place in what was named to choose from as what stands there."""
    return event if event.position is None else _chosen(situation, event.position, event)


def _last(situation: Situation, event: LastOne) -> Event:
    """Read "the last one" as the last of what was named, if something was."""
    return _chosen(situation, LAST, event)


def _chosen(situation: Situation, position: int, event: Event) -> Event:
    asked = situation.session.asked
    if asked is Question.WHICH_ROUTINE:
        routine = _at(situation.offered_routines, position)
        return StartRoutine(routine) if routine else NotUnderstood()
    if asked in OF_MOVEMENTS:
        movement = _at(_movements(situation), position)
        return _wanted(situation)(movement) if movement else NotUnderstood()
    return event


def _at(named: tuple[T, ...], position: int) -> T | None:
    place = position if position < 0 else position - 1
    return named[place] if position and -len(named) <= place < len(named) else None


def _movement(situation: Situation, event: HowTo) -> Event:
    """Read just a movement's name as the answer to which of those that were named."""
    if situation.session.asked in OF_MOVEMENTS and event.movement in _movements(situation):
        return _wanted(situation)(event.movement, event.heard)
    return event


def _movements(situation: Situation) -> tuple[Movement, ...]:
    if situation.session.asked is Question.WHAT_TO_BRING_BACK:
        return situation.left_out
    return situation.offered_movements


def _wanted(situation: Situation) -> type[AboutMovement]:
    if situation.session.asked is Question.WHAT_TO_BRING_BACK:
        return BringBack
    return WANTED.get(situation.session.wanted or "", HowTo)


def _daily(situation: Situation, event: RemindMe) -> Event:
    """Read "daily" as the routine for every day where it was asked which."""
    is_daily = event.is_bare and set(event.schedule.days) == set(Day)
    routine = situation.repertoire.catalogue.routines.get(DAILY)
    if is_daily and routine and situation.session.asked is Question.WHICH_ROUTINE:
        return StartRoutine(routine)
    return event


def _side(situation: Situation, event: OtherSide | SkipSide) -> Event:
    """Read a side as the tighter one after all, if the other was just said to be.

    With nothing under way there is no side to go to, so there it need not sound like a correction;
    but a side to leave out is never the one that is tight.
    """
    former, tight = situation.runner.former, situation.runner.choices.tight
    goes_nowhere = isinstance(event, OtherSide) and situation.session.progress is None
    may_be = event.corrects or goes_nowhere
    if event.side is None or not may_be or situation.hurts:
        return event
    if former is None or tight is None or former.choices.tight is tight:
        return event
    return TighterSide(event.side)


READINGS: Mapping[type[Event], Callable[[Situation, Any], Event]] = {
    BareNumber: _number,
    HoldFor: _hold,
    MoreTime: _vague,
    RepsFor: _vague,
    GoTo: _position,
    LastOne: _last,
    HowTo: _movement,
    RemindMe: _daily,
    OtherSide: _side,
    SkipSide: _side,
}
"""How what may be an answer is read, by the kind of event that it arrives as."""
