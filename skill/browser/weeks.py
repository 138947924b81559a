"""Weeks: a runner's history as a small calendar, against the two to three days of the sources."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from skill.coaching.recalling import DAYS_A_WEEK
from skill.coaching.runner import Completed
from skill.coaching.values import value_class

SHOWN = 8
"""Weeks, the one under way included."""
DAYS = 7
MOST_MINUTES = 14 * 60
"""No place on earth is further from UTC."""


@value_class
class Day:
    """One day, and how many routines were done on it."""

    date: date
    sessions: int
    is_future: bool


@value_class
class Week:
    """Seven days from a Monday on."""

    days: tuple[Day, ...]
    is_under_way: bool

    @property
    def begins(self) -> date:
        """Its Monday."""
        return self.days[0].date

    @property
    def trained(self) -> int:
        """On how many days."""
        return sum(day.sessions > 0 for day in self.days)

    @property
    def verdict(self) -> str:
        """How that compares with what the sources ask for."""
        if self.trained in DAYS_A_WEEK:
            return "as the sources ask"
        if self.trained >= DAYS_A_WEEK.stop:
            return "more than they ask"
        return "under way" if self.is_under_way else "fewer than they ask"


def zone_of(name: str, minutes_east: int) -> tzinfo:
    """Return the time zone of a name (IANA), in winter and summer; `str` tells which it is.

    Where the name is unknown it is one all year round, as far from UTC as is told besides.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # none, no name of one, a folder of them
        minutes = min(max(minutes_east, -MOST_MINUTES), MOST_MINUTES)
        return timezone(timedelta(minutes=minutes))


def weeks_of(history: Iterable[Completed], now: datetime, zone: tzinfo) -> tuple[Week, ...]:
    """Return the last weeks, the latest first, by the clock of who is in `zone`."""
    today = now.astimezone(zone).date()
    done = Counter(completed.at.astimezone(zone).date() for completed in history)
    monday = today - timedelta(days=today.weekday())
    return tuple(
        Week(
            tuple(
                Day(day, done[day], day > today)
                for day in (first + timedelta(days=n) for n in range(DAYS))
            ),
            is_under_way=first == monday,
        )
        for first in (monday - timedelta(weeks=n) for n in range(SHOWN))
    )
