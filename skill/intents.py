"""Intents: what can be said, as one table from an intent's name to the event it means.

Every door that understands speech or typing uses this table; none of them decides more.
"""

import re
from collections.abc import Callable, Mapping
from datetime import time
from itertools import chain
from typing import TypeVar

from skill.coaching import events
from skill.coaching.events import Command
from skill.coaching.meaning import POSITIONS
from skill.coaching.movements import SECOND, Need, Side
from skill.coaching.routines import Catalogue
from skill.coaching.schedules import DAYS_BY_NAME, PartOfDay, Schedule
from skill.coaching.values import value_class

T = TypeVar("T")
UNRECOGNISED = "?"
"""What Alexa puts into a slot when it heard something and cannot say what."""


@value_class
class Slot:
    """One slot of an intent: what was heard, and the ids it may stand for, likeliest first."""

    heard: str = ""
    ids: tuple[str, ...] = ()


Slots = Mapping[str, Slot]
Reading = Callable[[Slots, Catalogue], Command]


def event_of(intent: str, slots: Slots, catalogue: Catalogue) -> Command:
    """Return the event an intent means; one we do not know was not understood."""
    return INTENTS.get(intent, _always(events.NotUnderstood))(slots, catalogue)


def _always(event: type[Command]) -> Reading:
    return lambda _slots, _catalogue: event()


def _about_routine(event: Callable[..., Command]) -> Reading:
    """Read an event that is about a routine, named or not."""
    return lambda slots, catalogue: event(*_named(slots, "routine", catalogue.routines))


def _about_movement(event: Callable[..., Command]) -> Reading:
    """Read an event that is about a movement, named or not."""
    return lambda slots, catalogue: event(*_named(slots, "movement", catalogue.movements))


def _start(slots: Slots, catalogue: Catalogue) -> Command:
    """Read which routine to start; who but tells of a run to come has not asked for one."""
    asked = events.StartRoutine(*_named(slots, "routine", catalogue.routines))
    told = events.StartRoutine(*_named(slots, "run", catalogue.routines), in_passing=True)
    return told if told.routine and not asked.is_named else asked


def _fit_time(slots: Slots, catalogue: Catalogue) -> Command:
    length, seconds, moment = (_seconds(slots, it) for it in ("length", "duration", "moment"))
    if moment is not None:
        if moment < LEAST_ROUTINE:
            return events.GiveMe(moment)
        seconds = moment
    if length is not None and length < LEAST_ROUTINE:
        return events.HoldFor(length)
    seconds = length if seconds is None else seconds
    asked = None if seconds is None else seconds * SECOND
    return events.FitTime(*_named(slots, "routine", catalogue.routines), time=asked)


def _hold_for(slots: Slots, _: Catalogue) -> Command:
    bare = _seconds(slots, "length")
    if bare is not None and bare >= LEAST_ROUTINE:
        return events.FitTime(time=bare * SECOND)
    seconds = _seconds(slots) if bare is None else bare
    if seconds is None and _has(slots, "alone"):
        return events.BareNumber(_number(slots, "alone"))
    if seconds is None:
        number = _number(slots)
        return events.HoldFor(number, is_bare=number is not None)
    return events.HoldFor(seconds)


def _reps_for(slots: Slots, _: Catalogue) -> Command:
    return events.RepsFor(_number(slots))


def _more_time(slots: Slots, _: Catalogue) -> Command:
    seconds = _seconds(slots)
    seconds = _number(slots, "seconds") if seconds is None else seconds
    return events.MoreTime(seconds, _number(slots))


def _tighter_side(slots: Slots, _: Catalogue) -> Command:
    return events.TighterSide(_chosen(slots, "side", SIDES))


def _other_side(slots: Slots, _: Catalogue) -> Command:
    if meant := _chosen(slots, "meant", SIDES):
        return events.OtherSide(meant, corrects=True)
    return events.OtherSide(_chosen(slots, "side", SIDES))


def _skip_side(slots: Slots, _: Catalogue) -> Command:
    if meant := _chosen(slots, "meant", SIDES):
        return events.SkipSide(meant, corrects=True)
    kept = _chosen(slots, "kept", SIDES)
    return events.SkipSide(kept.other if kept else _chosen(slots, "side", SIDES))


def _needing(event: Callable[[Need | None], Command]) -> Reading:
    """Read an event that is about something movements need."""
    return lambda slots, _: event(_chosen(slots, "need", NEEDS))


def _remind_me(slots: Slots, _: Catalogue) -> Command:
    named = (_chosen(slots, name, DAYS_BY_NAME) for name in DAY_SLOTS)
    days = tuple(chain.from_iterable(filter(None, named)))
    heard, alone = (slots.get(name, Slot()).heard.strip() for name in ("time", "hour"))
    part = PARTS_OF_DAY.get(heard) or PARTS_OF_DAY.get(alone)
    at = _time(heard) or _time(alone)
    is_hour = at is not None and not at.minute and not (heard or days or part)
    if at and is_hour:
        return events.BareNumber(at.hour % NOON or NOON, at)
    is_bare = bool(alone) or _has(slots, "only_day")
    return events.RemindMe(Schedule(days, at), part, is_bare=is_bare)


def _go_to(slots: Slots, catalogue: Catalogue) -> Command:
    named = _named(slots, "movement", catalogue.movements)
    position = _chosen(slots, "position", POSITIONS)
    return events.GoTo(*named, _number(slots) if position is None else position)


def _named(
    slots: Slots, slot_name: str, known: Mapping[str, T]
) -> tuple[T | None, str, tuple[T, ...]]:
    """Return what a slot stands for, what was heard, and what it may stand for if that is more."""
    slot = slots.get(slot_name, Slot())
    found = tuple(known[id_] for id_ in dict.fromkeys(slot.ids) if id_ in known)
    heard = slot.heard.strip()
    heard = "" if heard == UNRECOGNISED else heard
    if len(found) > 1:
        return None, heard, found
    return next(iter(found), None), heard, ()


def _chosen(slots: Slots, slot_name: str, named: Mapping[str, T]) -> T | None:
    """Return what a slot names of what is known by name; of several, what was said last."""
    slot = slots.get(slot_name, Slot())
    said = [word for word in slot.heard.casefold().split() if word in named]
    found = [id_ for id_ in slot.ids if id_ in named]
    if len(set(found)) == 1:
        return named[found[0]]
    return named[said[-1]] if said else None


def _seconds(slots: Slots, slot_name: str = "duration") -> int | None:
    """Return the seconds of a duration as Alexa writes it (ISO 8601), up to a year."""
    heard = slots.get(slot_name, Slot()).heard.strip()
    written = re.fullmatch(DURATION, heard)
    if written is None or not any(written.groups()):
        return None
    units = zip(written.groups(), SECONDS_EACH, strict=True)
    seconds = sum(float(number) * each for number, each in units if number)
    return min(round(seconds), LONGEST_DURATION)


def _number(slots: Slots, slot_name: str = "number") -> int | None:
    heard = slots.get(slot_name, Slot()).heard.strip()
    return int(heard) if re.fullmatch(NUMBER, heard) else None


def _has(slots: Slots, slot_name: str) -> bool:
    """Whether anything was heard in a slot."""
    return bool(slots.get(slot_name, Slot()).heard.strip())


def _time(heard: str) -> time | None:
    """Return a time of day as Alexa writes it, "07:00"."""
    written = re.fullmatch(TIME_OF_DAY, heard)
    return time(int(written[1]), int(written[2])) if written else None


DAY_SLOTS = ("day", "only_day", "second_day", "third_day")
NOON = 12
SIDES = {side.value: side for side in (Side.LEFT, Side.RIGHT)}
NEEDS = {need.value: need for need in Need}
_AMOUNT = r"(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)%s)?"
DURATION = "P{}(?:T{})?".format(
    *("".join(_AMOUNT % unit for unit in units) for units in ("YMWD", "HMS"))
)
SECONDS_EACH = (31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60, 1)
"""Of a year, a month, a week, a day, an hour, a minute, a second."""
LONGEST_DURATION = SECONDS_EACH[0]
LEAST_ROUTINE = 120
"""Seconds from which on a length that stands alone is of a routine, and not of a hold."""
NUMBER = r"-?[0-9]{1,6}"
TIME_OF_DAY = r"T?([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?"
PARTS_OF_DAY: Mapping[str, PartOfDay] = {
    "MO": PartOfDay.MORNING,
    "AF": PartOfDay.AFTERNOON,
    "EV": PartOfDay.EVENING,
    "NI": PartOfDay.NIGHT,
}
"""What Alexa sends for "in the morning" and the like."""

INTENTS: Mapping[str, Reading] = {
    "StartRoutineIntent": _start,
    "NextStretchIntent": _always(events.NextMovement),
    "OtherSideIntent": _other_side,
    "SkipSideIntent": _skip_side,
    "WhereAmIIntent": _always(events.WhereAmI),
    "HowLongLeftIntent": _always(events.HowLongLeft),
    "HowManyLeftIntent": _always(events.HowManyLeft),
    "LastOneIntent": _always(events.LastOne),
    "WhichSideIntent": _always(events.WhichSide),
    "WhatsNextIntent": _always(events.WhatsNext),
    "WhatWasThatIntent": _always(events.WhatWasThat),
    "ListRoutinesIntent": _always(events.ListRoutines),
    "HelloIntent": _always(events.Launch),
    "WhatsInItIntent": _about_routine(events.WhatsInIt),
    "RoutineLengthIntent": _about_routine(events.RoutineLength),
    "WhatsNeededIntent": _about_routine(events.WhatsNeeded),
    "HowToIntent": _about_movement(events.HowTo),
    "WhyThisIntent": _about_movement(events.WhyThis),
    "ItHurtsIntent": _always(events.ItHurts),
    "FeelsWrongIntent": _always(events.FeelsWrong),
    "EmergencyIntent": _always(events.Emergency),
    "CrisisIntent": _always(events.Crisis),
    "NoPainIntent": _always(events.NoPain),
    "ShouldItHurtIntent": _always(events.ShouldItHurt),
    "AskFirstIntent": _always(events.AskFirst),
    "EasierIntent": _always(events.EasierForm),
    "FitTimeIntent": _fit_time,
    "HoldForIntent": _hold_for,
    "RepsForIntent": _reps_for,
    "HoldLongerIntent": _always(events.HoldLonger),
    "HoldShorterIntent": _always(events.HoldShorter),
    "LessTimeIntent": _always(events.LessTime),
    "MoreTimeIntent": _more_time,
    "CountSlowerIntent": _always(events.CountSlower),
    "CountFasterIntent": _always(events.CountFaster),
    "TighterSideIntent": _tighter_side,
    "EvenSidesIntent": _always(events.EvenSides),
    "WithoutIntent": _needing(events.Without),
    "WithAgainIntent": _needing(events.WithAgain),
    "SkipForTodayIntent": _about_movement(events.SkipForToday),
    "SkipNextIntent": _always(events.SkipNext),
    "GoToIntent": _go_to,
    "SkipForGoodIntent": _about_movement(events.SkipForGood),
    "BringBackIntent": _about_movement(events.BringBack),
    "WaitForMeIntent": _always(events.WaitForMe),
    "RunOnIntent": _always(events.RunOn),
    "LessTalkingIntent": _always(events.LessTalking),
    "TellEverythingIntent": _always(events.TellEverything),
    "NoCountdownIntent": _always(events.NoCountdown),
    "CountdownIntent": _always(events.Countdown),
    "SoftSoundIntent": _always(events.SoftSound),
    "NoSoundIntent": _always(events.NoSound),
    "VolumeIntent": _always(events.Volume),
    "ThisWeekIntent": _always(events.ThisWeek),
    "HowOftenIntent": _always(events.HowOften),
    "LastTimeIntent": _always(events.LastTime),
    "SettingsIntent": _always(events.MySettings),
    "UndoIntent": _always(events.Undo),
    "UsualSettingsIntent": _always(events.UsualSettings),
    "UnsureIntent": _always(events.Unsure),
    "ForgetMeIntent": _always(events.ForgetMe),
    "RemindMeIntent": _remind_me,
    "WhenRemindedIntent": _always(events.WhenReminded),
    "StopRemindersIntent": _always(events.StopReminders),
    "AMAZON.NextIntent": _always(events.NextStep),
    "AMAZON.PreviousIntent": _always(events.PreviousStep),
    "AMAZON.RepeatIntent": _always(events.Repeat),
    "AMAZON.PauseIntent": _always(events.Pause),
    "AMAZON.ResumeIntent": _always(events.Resume),
    "AMAZON.StartOverIntent": _always(events.StartOver),
    "AMAZON.StopIntent": _always(events.Stop),
    "AMAZON.CancelIntent": _always(events.Stop),
    "AMAZON.NavigateHomeIntent": _always(events.Stop),
    "AMAZON.HelpIntent": _always(events.Help),
    "AMAZON.YesIntent": _always(events.Yes),
    "AMAZON.NoIntent": _always(events.No),
    "AMAZON.LoopOnIntent": _always(events.KeepOrder),
    "AMAZON.LoopOffIntent": _always(events.KeepOrder),
    "AMAZON.ShuffleOnIntent": _always(events.KeepOrder),
    "AMAZON.ShuffleOffIntent": _always(events.KeepOrder),
    "AMAZON.FallbackIntent": _always(events.NotUnderstood),
}
