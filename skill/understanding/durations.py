"""Reads lengths of time as people say them, and writes them as Alexa does (ISO 8601).

"Forty seconds" is PT40S, "a minute and a half" PT1M30S, "half an hour" PT30M, "a week" P1W. The
words are English.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from skill.understanding.likeness import Lexicon
from skill.understanding.numbers import MINUS, number_of, read_number
from skill.understanding.slot_types import Values

LONGEST = 10
"""Words of a length of time: "one hour twenty five minutes and forty five seconds"."""

UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
"""What lengths are told in, the longest first."""

LETTERS = dict(zip(UNITS, "YMWDHMS", strict=True))
DATE_UNITS = frozenset(("year", "month", "week", "day"))

SMALLER = {"hour": ("minute", 60), "minute": ("second", 60), "day": ("hour", 24)}
"""The unit that parts of a unit are told in, and how many of them it has."""

FRACTIONS = {
    ("half",): Fraction(1, 2),
    ("quarter",): Fraction(1, 4),
    ("three", "quarters"): Fraction(3, 4),
}

HOMOPHONES = {"ate": 8, "for": 4, "to": 2, "too": 2}
"""What is heard for numbers, and is one only right before units: "for minutes"."""

LEAST_LIKENESS = 0.7
"""How alike a word and a unit must be: "minits" and "minutes" are."""

SHORTEST_SLIP = 5

Parts = dict[str, Fraction]


def read_duration(words: Sequence[str]) -> str | None:
    """Return the length of time that plain words say, as Alexa writes it; None if they say none."""
    if len(words) > LONGEST or not any(map(_unit, words)):
        return None
    parts = _parts(list(words), UNITS)
    return None if parts is None else _written(parts)


def durations() -> Values:
    """Make the type of lengths of time."""
    return Values(read_duration, LONGEST, _may_stand, begun=read_number)


def _may_stand(words: Sequence[str], first: int, end: int) -> bool:
    """Whether it may be one of a session or a hold: in a longer sentence, days never are."""
    if end - first == len(words):
        return True
    return not any(_unit(word) in DATE_UNITS for word in words[first:end])


def _parts(words: Sequence[str], units: Sequence[str]) -> Parts | None:
    """Read "(so many) (units)", and after that what is left over of smaller units."""
    for place, word in enumerate(words):
        unit = _unit(word)
        if unit in units:
            amount = _amount(words[:place], unit, is_plural=word != unit)
            if amount is None:
                return None
            rest = words[place + 1 :]
            smaller = units[units.index(unit) + 1 :]
            return _with_rest({unit: amount}, unit, rest, smaller)
    return None


def _with_rest(
    parts: Parts, unit: str, rest: Sequence[str], smaller: Sequence[str]
) -> Parts | None:
    if not rest:
        return parts
    after = rest[1:] if rest[0] == "and" else rest
    fraction = FRACTIONS.get(tuple(after))
    if fraction is not None and rest[0] == "and":
        return {unit: parts[unit] + fraction}
    bare = number_of(after)
    if bare is not None and unit in SMALLER:
        below, how_many = SMALLER[unit]
        return {**parts, below: Fraction(bare)} if bare < how_many else None
    more = _parts(after, smaller)
    return None if more is None else {**parts, **more}


def _amount(words: Sequence[str], unit: str, *, is_plural: bool) -> Fraction | None:
    """Return how many of a unit: "ten", "half a", "two and a half", "a quarter of an", "1.5"."""
    if not words:
        # "A second" and "the second" are the same in plain words, so it is neither.
        return None if is_plural or unit == "second" else Fraction(1)
    counted = words[:-1] if len(words) > 1 and words[-1] == "of" else words
    fraction = FRACTIONS.get(tuple(counted))
    if fraction is not None:
        return fraction
    if len(words) == 1:
        if words[0] in HOMOPHONES and is_plural:
            return Fraction(HOMOPHONES[words[0]])
        whole, point, tenths = words[0].partition(".")
        if point and whole.isdecimal() and tenths.isdecimal() and len(words[0]) <= LONGEST:
            return Fraction(words[0])
    if "and" in words:
        place = len(words) - 1 - list(reversed(words)).index("and")
        whole_number, part = number_of(words[:place]), FRACTIONS.get(tuple(words[place + 1 :]))
        if whole_number is not None and part is not None:
            return whole_number + part
    number = number_of(counted)
    return None if number is None else Fraction(number)


def _written(parts: Parts) -> str | None:
    """Write parts as Alexa does; None if a part of the smallest unit is left over."""
    whole: Parts = {}
    for unit in UNITS:
        amount = parts.get(unit, Fraction(0)) + whole.get(unit, Fraction(0))
        if unit not in parts and not amount:
            continue
        left_over = amount % 1
        if left_over:
            if unit not in SMALLER:
                return None
            below, how_many = SMALLER[unit]
            whole[below] = left_over * how_many
        if amount >= 1 or not left_over:
            whole[unit] = amount - left_over
        else:
            whole.pop(unit, None)
    date = "".join(f"{whole[unit]}{LETTERS[unit]}" for unit in UNITS if _is_in(whole, unit, True))
    time = "".join(f"{whole[unit]}{LETTERS[unit]}" for unit in UNITS if _is_in(whole, unit, False))
    return f"P{date}T{time}" if time else f"P{date}"


def _is_in(whole: Parts, unit: str, of_date: bool) -> bool:
    return unit in whole and (unit in DATE_UNITS) is of_date


@lru_cache(maxsize=1024)
def _unit(word: str) -> str:
    """Return the unit that a word names, in one or in many or with a slip; "" if it names none."""
    unit = _SPELLED.get(word, "")
    if unit or len(word) < SHORTEST_SLIP or word == MINUS:
        return unit
    near = _LEXICON.near(word)
    return _SPELLED[max(near, key=lambda other: near[other])] if near else ""


_SPELLED = {spelled: unit for unit in UNITS for spelled in (unit, f"{unit}s")}
_LEXICON = Lexicon(("minute", "minutes", "seconds"), LEAST_LIKENESS)
