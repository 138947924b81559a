"""Reads times of day as people say them, and writes them as Alexa does.

"Half past six in the evening" is 18:30, "at seven" 07:00, "in the morning" MO. The words are
English. With nothing that tells morning from evening, it is the morning's hour.
"""

import re
from collections.abc import Iterator, Sequence

from skill.understanding.numbers import number_of, read_number
from skill.understanding.slot_types import Values
from skill.understanding.words import CORRECTING

LONGEST = 8
"""Words of a time: "twenty five minutes past six in the evening"."""

PARTS_OF_DAY = {
    "morning": "MO",
    "mornings": "MO",
    "afternoon": "AF",
    "afternoons": "AF",
    "evening": "EV",
    "evenings": "EV",
    "night": "NI",
    "nights": "NI",
    "tonight": "NI",
}
"""What Alexa sends for a part of the day with no hour."""

NAMED = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}

HALVES = {"am": "MO", "pm": "EV"}

DAYTIME = frozenset(("AF", "EV"))
EARLIEST_NIGHT = 5
"""From this hour on, an hour at night is one before midnight."""

NOON, DAY = 12, 24
HOUR_BEFORE = {0: 23, 1: 12}
HOUR = 60
QUARTER, HALF = 15, 30
TWO_DIGITS = 10

PAST = frozenset(("after", "past"))
TO = frozenset(("before", "til", "till", "to"))
AT = frozenset(("about", "after", "around", "at", "before", "by", "from", "till", "until"))
"""Words before an hour that nothing else tells to be one."""

GREETING = frozenset(("good", "last"))
"""Words before a part of the day that is none to be reminded in."""

WRITTEN = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")


def read_time(words: Sequence[str]) -> str | None:
    """Return the time that plain words say, as Alexa writes it; None if they say none."""
    if not words or len(words) > LONGEST:
        return None
    clock, part = _parted(words)
    if not clock:
        return part
    if len(clock) == 1 and clock[0] in NAMED and part is None:
        return NAMED[clock[0]]
    minutes = _minutes(clock)
    if minutes is None:
        return None
    hour, minute = divmod(minutes, HOUR)
    if part is not None and hour <= NOON:
        hour = _hour_in(part, hour)
    return f"{hour:02}:{minute:02}"


def times() -> Values:
    """Make the type of times of day."""
    return Values(read_time, LONGEST, _may_stand, begun=read_number)


def _may_stand(words: Sequence[str], first: int, end: int) -> bool:
    """Whether it is a time for sure: a bare number is one after "at"."""
    before = words[first - 1] if first else ""
    if end - first > 1 or number_of(words[first:end]) is None:
        is_rest = number_of([before]) is not None and number_of([words[first]]) is not None
        return before not in GREETING and not is_rest  # as in "twenty five o'clock"
    return len(words) == 1 or before in AT or before in CORRECTING


def _parted(words: Sequence[str]) -> tuple[Sequence[str], str | None]:
    """Part the hour and minute from what tells the part of the day."""
    last = words[-1]
    if last in HALVES and len(words) > 1:
        return _without_oclock(words[:-1]), HALVES[last]
    if last in PARTS_OF_DAY:
        clock = words[:-1]
        if clock and clock[-1] in {"in", "at", "this"} and last != "tonight":
            clock = clock[:-1]
        return _without_oclock(clock), PARTS_OF_DAY[last]
    return _without_oclock(words), None


def _without_oclock(words: Sequence[str]) -> Sequence[str]:
    if words and words[-1] in {"oclock", "sharp"}:
        return words[:-1]
    return words[:-2] if list(words[-2:]) == ["o", "clock"] else words


def _minutes(clock: Sequence[str]) -> int | None:
    """Return the minutes since midnight that a clock's hands tell."""
    related = next((place for place, word in enumerate(clock) if word in PAST | TO), None)
    if related is not None:
        return _related(clock[:related], clock[related], clock[related + 1 :])
    if clock[0] == "half":
        return _related(["half"], "past", clock[1:])
    if len(clock) == 1 and (written := WRITTEN.fullmatch(clock[0])):
        hour, minute = int(written[1]), int(written[2])
        return hour * HOUR + minute if hour < DAY and minute < HOUR else None
    return next(_hours_and_minutes(clock), None)


def _related(off: Sequence[str], relation: str, hour_words: Sequence[str]) -> int | None:
    """Read "quarter", "past", "six"."""
    hour, minutes = _hour(hour_words), _off(off)
    if hour is None or minutes is None:
        return None
    if relation in PAST:
        return hour * HOUR + minutes
    return HOUR_BEFORE.get(hour, hour - 1) * HOUR + HOUR - minutes


def _hours_and_minutes(clock: Sequence[str]) -> Iterator[int]:
    """Yield what "six thirty" and the like may be."""
    hour = _hour(clock)
    if hour is not None and hour <= NOON:  # "eighteen" alone may be anything
        yield hour * HOUR
    for place in range(1, len(clock)):
        hour, minute = _hour(clock[:place]), _minute(clock[place:])
        if hour is not None and minute is not None:
            yield hour * HOUR + minute


def _hour(words: Sequence[str]) -> int | None:
    hour = number_of(words)
    return hour if hour is not None and hour < DAY else None


def _minute(words: Sequence[str]) -> int | None:
    """Return the minute after an hour: "thirty", "oh five"; "five" alone is none."""
    if len(words) > 1 and words[0] in {"o", "oh", "zero"}:
        minute = number_of(words[1:])
        return minute if minute is not None and minute < TWO_DIGITS else None
    minute = number_of(words)
    return minute if minute is not None and TWO_DIGITS <= minute < HOUR else None


def _off(words: Sequence[str]) -> int | None:
    """Return the minutes before or after an hour."""
    counted = words[:-1] if len(words) > 1 and words[-1] in {"minute", "minutes"} else words
    if list(counted) == ["quarter"]:
        return QUARTER
    if list(counted) == ["half"]:
        return HALF
    off = number_of(counted)
    return off if off is not None and 0 < off < HOUR else None


def _hour_in(part: str, hour: int) -> int:
    """Return the hour from 0 to 23 that an hour from 0 to 12 is in a part of the day."""
    if part == "NI":
        late = hour >= EARLIEST_NIGHT and hour != NOON
        return hour + NOON if late else hour % NOON
    return hour % NOON + NOON if part in DAYTIME else hour % NOON
