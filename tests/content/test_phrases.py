import re
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching.movements import SECOND, Need, Side, Sidedness
from skill.coaching.plans import Choices, Detail
from skill.coaching.schedules import Day, Schedule
from skill.content import phrases
from skill.content.phrases import DAY, HOUR, MINUTE

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
    made = Choices(
        hold_seconds=45,
        reps=12,
        rep_seconds=5,
        sets=2,
        detail=Detail.BRIEF,
        bed=True,
        countdown=False,
        tight=Side.LEFT,
        without=frozenset({Need.MAT, Need.KNEELING}),
    )
    assert ", ".join(phrases.choices(made, ["pigeon pose"])) == (
        "45-second holds, sets of 12, 5 seconds a repetition, 2 sets each, brief instructions, "
        "a soft sound, no countdown, one hold more on the left, no kneeling, no mat, no pigeon pose"
    )
    assert list(phrases.choices(Choices(sets=1))) == ["1 set each"]
    assert not list(phrases.choices(Choices()))


def test_many_skipped_movements_are_counted():
    """Up to three movements left out are named; of more it is said how many they are."""
    names = ["clam", "lunge", "squat", "pigeon pose"]
    assert list(phrases.choices(Choices(), names[:3])) == ["no clam", "no lunge", "no squat"]
    assert list(phrases.choices(Choices(), names)) == ["4 movements left out"]


@pytest.mark.parametrize(
    ("chosen", "waits", "said"),
    [
        (Choices(bed=True), False, "a soft sound"),
        (Choices(), True, "a wait after each step"),
        (Choices(bed=True), True, "a soft sound and a wait after each step"),
        (Choices(bed=True, tight=Side.RIGHT), False, "a soft sound and one hold more on the right"),
        (Choices(skipped=frozenset({"a-movement-of-old"})), False, "nothing special"),
    ],
)
def test_wishes(chosen, waits, said):
    """What a runner has set is one list, and waiting for them is part of it."""
    assert phrases.wishes(chosen, [], waits=waits) == said


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "less than an hour ago"),
        (HOUR - 1, "less than an hour ago"),
        (HOUR, "about an hour ago"),
        (5 * HOUR + 20 * MINUTE, "about 5 hours ago"),
        (23 * HOUR, "about 23 hours ago"),
        (24 * HOUR - 1, "about a day ago"),
        (47 * HOUR, "about 2 days ago"),
        (13 * DAY, "about 13 days ago"),
        (14 * DAY, "about 2 weeks ago"),
        (56 * DAY, "about 8 weeks ago"),
        (65 * DAY, "about 2 months ago"),
        (400 * DAY, "about 13 months ago"),
        (1000 * DAY, "about 3 years ago"),
    ],
)
def test_ago(milliseconds, said):
    """The longer ago something was, the coarser is the time that is said to have passed."""
    assert phrases.ago(milliseconds) == said


@given(st.integers(min_value=HOUR, max_value=4000 * DAY))
def test_ago_is_about_true(milliseconds):
    """The time that is said to have passed is off by a third at most."""
    said = re.fullmatch(r"about (\d+|an?) ([a-z]+?)s? ago", phrases.ago(milliseconds))
    number, noun = said[1].replace("an", "1").replace("a", "1"), said[2]
    unit = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}[noun]
    assert 2 / 3 <= int(number) * unit / milliseconds <= 4 / 3


@given(st.integers(min_value=0, max_value=4000 * DAY))
def test_no_day_is_claimed_that_is_not_known(milliseconds):
    """With no time zone known, nothing is said to have been today or yesterday."""
    assert not re.search("today|yesterday|morning|night", phrases.ago(milliseconds))


WORKING_DAYS = (Day.MONDAY, Day.TUESDAY, Day.WEDNESDAY, Day.THURSDAY, Day.FRIDAY)


@pytest.mark.parametrize(
    ("days", "at", "said"),
    [
        ((Day.TUESDAY, Day.FRIDAY), time(7), "Tuesdays and Fridays at 7 in the morning"),
        ((Day.FRIDAY, Day.SUNDAY, Day.MONDAY), None, "Mondays, Fridays and Sundays"),
        (tuple(Day), time(18, 30), "every day at 6:30 in the evening"),
        (WORKING_DAYS, time(12), "weekdays at noon"),
        ((Day.SUNDAY, Day.SATURDAY), time(9, 5), "weekends at 9:05 in the morning"),
        (
            (*WORKING_DAYS[:3], Day.SUNDAY),
            time(21),
            "Mondays, Tuesdays, Wednesdays and Sundays at 9 at night",
        ),
        ((), time(7), "at 7 in the morning"),
        ((), None, ""),
    ],
)
def test_schedule(days, at, said):
    """Days are named in the week's order, or as the group they make, and then the time."""
    assert phrases.schedule(Schedule(days, at)) == said


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (time(0), "midnight"),
        (time(0, 1), "12:01 at night"),
        (time(1), "1 in the morning"),
        (time(11, 59), "11:59 in the morning"),
        (time(12), "noon"),
        (time(12, 30), "12:30 in the afternoon"),
        (time(16, 59, 59), "4:59 in the afternoon"),
        (time(17), "5 in the evening"),
        (time(20, 45), "8:45 in the evening"),
        (time(21), "9 at night"),
        (time(23, 59), "11:59 at night"),
    ],
)
def test_clock(at, said):
    """A time of day is said in twelve hours, with the part of the day."""
    assert phrases.clock(at) == said


def test_no_two_times_of_day_sound_alike():
    """Each minute of a day is said in words of its own."""
    minutes = [time(hour, minute) for hour in range(24) for minute in range(60)]
    assert len(set(map(phrases.clock, minutes))) == len(minutes)
