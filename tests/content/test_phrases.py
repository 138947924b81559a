import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching.movements import SECOND, Side, Sidedness
from skill.coaching.plans import Choices, Detail
from skill.content import phrases

TIMES = st.integers(min_value=0, max_value=3600 * SECOND)


def seconds_in(words: str) -> int:
    """How many seconds a length of time says."""
    minutes = re.search(r"(\d+) minute", words)
    seconds = re.search(r"(\d+) second", words)
    return 60 * int(minutes[1] if minutes else 0) + int(seconds[1] if seconds else 0)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["clam"], "clam"),
        (["clam", "squat"], "clam or squat"),
        (["clam", "lunge", "squat"], "clam, lunge or squat"),
    ],
)
def test_listed(names, said):
    """Names are joined as a sentence joins them."""
    assert phrases.listed(names, "or") == said


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=20))
def test_listed_keeps_every_name(names):
    """Every name of a list is said, once and in its order."""
    *rest, last = re.split(r", | OR ", phrases.listed(names, "OR"))
    assert [*rest, last] == names


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 seconds"),
        (400, "0 seconds"),
        (1_000, "1 second"),
        (12_300, "12 seconds"),
        (59_600, "1 minute"),
        (61_000, "1 minute and 1 second"),
        (250_000, "4 minutes and 10 seconds"),
    ],
)
def test_length(milliseconds, said):
    """Lengths are said in whole minutes and seconds, without the parts that are zero."""
    assert phrases.length(milliseconds) == said


@given(TIMES)
def test_length_is_true_to_the_second(milliseconds):
    """A length is never off by more than half a second."""
    said = seconds_in(phrases.length(milliseconds)) * SECOND
    assert abs(said - milliseconds) <= SECOND // 2


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (12_000, "12 seconds"),
        (60_000, "1 minute"),
        (89_000, "1 minute and 29 seconds"),
        (90_000, "2 minutes"),
        (350_000, "6 minutes"),
    ],
)
def test_about(milliseconds, said):
    """Longer times are said to the minute, shorter ones to the second."""
    assert phrases.about(milliseconds) == said


@given(TIMES)
def test_about_is_true_to_the_minute(milliseconds):
    """A rounded time is never off by more than half a minute."""
    said = seconds_in(phrases.about(milliseconds)) * SECOND
    assert abs(said - milliseconds) <= 30 * SECOND


@given(TIMES)
def test_numbers_agree_with_their_nouns(milliseconds):
    """Nothing is said of "1 minutes" or "2 minute"."""
    for words in (phrases.length(milliseconds), phrases.about(milliseconds)):
        for number, _, plural in re.findall(r"(\d+) (minute|second)(s?)", words):
            assert (plural == "") == (number == "1")


@pytest.mark.parametrize(
    ("side", "sidedness", "said"),
    [
        (Side.LEFT, Sidedness.EACH_LEG, "left side"),
        (Side.RIGHT, Sidedness.EACH_LEG, "right side"),
        (Side.LEFT, Sidedness.EACH_DIRECTION, "to the left"),
        (Side.BOTH, Sidedness.TOGETHER, "both sides"),
    ],
)
def test_side(side, sidedness, said):
    """A side is a leg's, or the way one travels."""
    assert phrases.side(side, sidedness) == said


def test_choices():
    """Every choice that was made is named, in the order of the plan's id; others are not."""
    made = Choices(hold_seconds=45, reps=12, rep_seconds=5, detail=Detail.BRIEF, bed=True)
    assert ", ".join(phrases.choices(made)) == (
        "45-second holds, sets of 12, 5 seconds a repetition, brief, with a soft bed"
    )
    assert not list(phrases.choices(Choices()))
