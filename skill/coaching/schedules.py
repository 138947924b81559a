"""Schedules: on which days of the week, and when, a runner wants to be reminded."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum

from skill.coaching.values import value_class


class Day(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


DAYS_BY_NAME: Mapping[str, tuple[Day, ...]] = {
    **{day.value: (day,) for day in Day},
    "every-day": tuple(Day),
    "weekdays": (Day.MONDAY, Day.TUESDAY, Day.WEDNESDAY, Day.THURSDAY, Day.FRIDAY),
    "weekend": (Day.SATURDAY, Day.SUNDAY),
}
"""Days, and groups of them that have a name."""


class PartOfDay(StrEnum):
    """A part of the day, for who names no hour or says which of two is meant."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"

    @property
    def usual(self) -> time:
        """A time in it that a runner can agree to."""
        return _USUAL[self]

    def at(self, clock: time) -> time:
        """Return what a clock face shows as a time in this part of the day: seven, at 19:00."""
        late = self in {PartOfDay.AFTERNOON, PartOfDay.EVENING}
        late |= self is PartOfDay.NIGHT and clock.hour % NOON >= FIRST_HOUR_OF_NIGHT
        return clock.replace(hour=clock.hour % NOON + NOON * late)


NOON = 12
FIRST_HOUR_OF_NIGHT = 6
CLOCK_FACE = range(1, NOON + 1)
_USUAL = {
    PartOfDay.MORNING: time(8),
    PartOfDay.AFTERNOON: time(14),
    PartOfDay.EVENING: time(18),
    PartOfDay.NIGHT: time(21),
}


@value_class
class Schedule:
    """Days of the week and a time of day, by the clock of the runner's device.

    `days` stand in the week's order, each once. While the runner is still being asked, days
    may be empty and the time missing; a complete schedule has both.
    """

    days: tuple[Day, ...] = ()
    at: time | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", tuple(day for day in Day if day in self.days))

    @property
    def is_complete(self) -> bool:
        """Whether there is something to be reminded of: days and a time."""
        return bool(self.days) and self.at is not None


def on_same_half(clock: time, before: time) -> time:
    """Return what a clock face shows as a time of the same half of the day as one before.

    An hour that is on no clock face, and midnight, stay what they are.
    """
    if clock.hour not in CLOCK_FACE:
        return clock
    return clock.replace(hour=clock.hour % NOON + NOON * (before.hour >= NOON))


class ReminderAnswer(StrEnum):
    """How an errand about reminders ended."""

    SET = "set"
    """They are set, in place of those from before."""
    CANCELLED = "cancelled"
    """There are none any more."""
    NOT_ALLOWED = "not-allowed"
    """The runner has not given the permission."""
    TOO_MANY = "too-many"
    """The device has as many reminders as it can hold."""
    NOT_HERE = "not-here"
    """This device keeps no reminders."""
    FAILED = "failed"
    """It cannot be told, or nobody could be reached."""
