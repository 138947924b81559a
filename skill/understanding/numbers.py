"""Reads numbers that are spelled out or written: "forty five", "45", "minus five".

The words are English, and those of a library; here is what people and recognisers make of them.
"""

from collections.abc import Sequence
from functools import lru_cache

from text_to_num import text2num

from skill.understanding.everyday import is_everyday
from skill.understanding.likeness import Lexicon
from skill.understanding.slot_types import Certainty, Values

LARGEST = 999
"""Nothing that a runner counts is more."""

LONGEST = 6
"""Words of a number: "minus one hundred and twenty five"."""

LEAST_LIKENESS = 0.8
"""How alike a word and one for a number must be, with the same first letter: "fourty", "therty"."""

SHORTEST_SLIP = 4
"""A slip in a shorter word makes another one: "tin" may be anything."""

ORDINAL = "th"
"""How "thirteenth" ends, which is no slip."""

UNITS = frozenset(
    (  # noqa: SIM905 - reads as words
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen"
    ).split()
)
TENS = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())  # noqa: SIM905
NUMBER_WORDS = UNITS | TENS | {"hundred"}

MINUS = "minus"
OTHER_NUMBERS = {"couple": 2, "dozen": 12}


def read_number(words: Sequence[str]) -> str | None:
    """Return the number that plain words say, in digits; None if they say none, or too large a one.

    "A" is no plain word, so "hundred" is one hundred.
    """
    if words and words[0] == MINUS:
        number = number_of(words[1:])
        return None if number is None else f"-{number}"
    number = number_of(words)
    return None if number is None else str(number)


def number_of(words: Sequence[str]) -> int | None:
    """Return the number from 0 that plain words say; None if they say none, or too large a one."""
    if not words or len(words) > LONGEST:
        return None
    if len(words) == 1:
        if words[0] in OTHER_NUMBERS:
            return OTHER_NUMBERS[words[0]]
        if words[0].isascii() and words[0].isdecimal():
            return _bounded(int(words[0][: len(str(LARGEST)) + 1]))
    spelled = [
        number_word(word)
        for place, word in enumerate(words)
        if not (word == "and" and place and words[place - 1] == "hundred")
    ]
    if None in spelled or words[-1] == "and":
        return None
    try:
        return _bounded(int(text2num(" ".join(filter(None, spelled)), "en")))
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def number_word(word: str) -> str | None:
    """Return the word for a number that a word is or is most like."""
    if word in NUMBER_WORDS:
        return word
    if len(word) < SHORTEST_SLIP or is_everyday(word) or word.endswith(ORDINAL):
        return None
    near = {
        other: likeness for other, likeness in _LEXICON.near(word).items() if other[0] == word[0]
    }
    return max(near, key=lambda other: near[other], default=None)


def numbers() -> Values:
    """Make the type of numbers. "This one" is none."""
    return Values(
        read_number,
        LONGEST,
        lambda words, first, end: words[first:end] != ["one"],
        certainty=Certainty.VAGUE,
    )


def _bounded(number: int) -> int | None:
    return number if number <= LARGEST else None


_LEXICON = Lexicon(sorted(NUMBER_WORDS), LEAST_LIKENESS)
