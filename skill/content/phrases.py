"""English phrases that are put together rather than written out: lists, times, wishes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time

from skill.coaching.movements import SECOND, Milliseconds, Side, Sidedness
from skill.coaching.plans import Choices, Detail
from skill.coaching.schedules import DAYS_BY_NAME, Day, Schedule

MINUTE: Milliseconds = 60 * SECOND
HOUR: Milliseconds = 60 * MINUTE
DAY: Milliseconds = 24 * HOUR

_ELAPSED: Sequence[tuple[Milliseconds, int, str, str]] = (
    # a unit, from how many on a longer one is used, one of it, and its noun
    (HOUR, 24, "an hour", "hour"),
    (DAY, 14, "a day", "day"),
    (7 * DAY, 9, "a week", "week"),
    (DAY * 365 // 12, 24, "a month", "month"),
)

_GROUPS_OF_DAYS: Mapping[tuple[Day, ...], str] = {
    DAYS_BY_NAME["every-day"]: "every day",
    DAYS_BY_NAME["weekdays"]: "weekdays",
    DAYS_BY_NAME["weekend"]: "weekends",
}

_PARTS_OF_DAY: Sequence[tuple[int, str]] = (
    # from which hour on, and how it is called
    (21, "at night"),
    (17, "in the evening"),
    (12, "in the afternoon"),
    (1, "in the morning"),
    (0, "at night"),
)

MOST_NAMED = 3
"""How many movements that are left out are named one by one; of more the number is enough."""


def capitalised(text: str) -> str:
    """Begin a text as a sentence begins."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str], conjunction: str) -> str:
    """Join names as a sentence does: "a, b or c"."""
    *others, last = names
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def length(milliseconds: Milliseconds) -> str:
    """Say a length of time to the second: "4 minutes and 10 seconds"."""
    minutes, seconds = divmod(round(milliseconds / SECOND), 60)
    parts = [plural(minutes, "minute")] if minutes else []
    if seconds or not parts:
        parts.append(plural(seconds, "second"))
    return " and ".join(parts)


def about(milliseconds: Milliseconds) -> str:
    """Say a length of time as people do: "6 minutes", under one and a half in seconds."""
    if milliseconds < MINUTE * 3 // 2:
        return length(milliseconds)
    return plural(round(milliseconds / MINUTE), "minute")


def plural(number: int, noun: str) -> str:
    """Count a regular noun: "1 minute", "2 minutes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def side(side_: Side, sidedness: Sidedness) -> str:
    """Say a side: "left side", or "to the left" where the movement travels."""
    if side_ is Side.BOTH:
        return "both sides"
    return f"to the {side_}" if sidedness is Sidedness.EACH_DIRECTION else f"{side_} side"


def choices(chosen: Choices, skipped: Sequence[str] = ()) -> Iterator[str]:
    """Say what a runner has chosen, a phrase each: "45-second holds", "no countdown".

    `skipped`: the names of the movements that are left out.
    """
    if chosen.hold_seconds:
        yield f"{chosen.hold_seconds}-second holds"
    if chosen.reps:
        yield f"sets of {chosen.reps}"
    if chosen.rep_seconds:
        yield f"{chosen.rep_seconds} seconds a repetition"
    if chosen.sets:
        yield f"{plural(chosen.sets, 'set')} each"
    if chosen.detail is Detail.BRIEF:
        yield "brief instructions"
    if chosen.bed:
        yield "a soft sound"
    if not chosen.countdown:
        yield "no countdown"
    if chosen.tight:
        yield f"one hold more on the {chosen.tight}"
    yield from (f"no {need}" for need in sorted(chosen.without))
    if len(skipped) > MOST_NAMED:
        yield f"{plural(len(skipped), 'movement')} left out"
    else:
        yield from (f"no {name}" for name in skipped)


def wishes(chosen: Choices, skipped: Sequence[str], *, waits: bool) -> str:
    """Say all that a runner has set, as what they asked for: "no band and a soft sound"."""
    wanted = [*choices(chosen, skipped), *(["a wait after each step"] if waits else [])]
    return listed(wanted or ["nothing special"], "and")


def ago(milliseconds: Milliseconds) -> str:
    """Say how long ago something was: "about 2 days ago".

    It is the time that has passed and no more: where midnight was, and so which day is
    yesterday, is known only with a time zone.
    """
    if milliseconds < HOUR:
        return "less than an hour ago"
    for unit, too_many, one, noun in _ELAPSED:
        number = round(milliseconds / unit)
        if number < too_many:
            return f"about {one if number == 1 else plural(number, noun)} ago"
    return f"about {plural(round(milliseconds / (365 * DAY)), 'year')} ago"


def schedule(wanted: Schedule) -> str:
    """Say days and a time: "Tuesdays and Fridays at 7 in the morning", "weekdays at noon"."""
    parts = []
    if wanted.days:
        names = [f"{day.capitalize()}s" for day in wanted.days]
        parts.append(_GROUPS_OF_DAYS.get(wanted.days) or listed(names, "and"))
    if wanted.at is not None:
        parts.append(f"at {clock(wanted.at)}")
    return " ".join(parts)


def clock(at: time) -> str:
    """Say a time of day, to the minute: "6:30 in the evening", "noon"."""
    if at.minute == 0 and at.hour in {0, 12}:
        return "noon" if at.hour else "midnight"
    part = next(name for first, name in _PARTS_OF_DAY if at.hour >= first)
    hour = at.hour % 12 or 12
    return f"{hour}:{at.minute:02} {part}" if at.minute else f"{hour} {part}"
