"""Times of day: what people say, as Alexa writes it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.intents import PARTS_OF_DAY as READABLE
from skill.intents import TIME_OF_DAY
from skill.understanding.times import read_time, times
from skill.understanding.words import plain_words

SCRAPS = (
    "half",
    "past",
    "quarter",
    "to",
    "six",
    "thirty",
    "pm",
    "evening",
    "clock",
    "7",
    "noon",
    "in",
)


def read(said):
    return read_time(plain_words(said).split(" "))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("seven", "07:00"),
        ("seven o'clock", "07:00"),
        ("seven o clock sharp", None),
        ("7 pm", "19:00"),
        ("7pm", "19:00"),
        ("seven p.m.", "19:00"),
        ("seven a.m.", "07:00"),
        ("12 am", "00:00"),
        ("12 pm", "12:00"),
        ("six thirty", "06:30"),
        ("six thirty pm", "18:30"),
        ("six oh five", "06:05"),
        ("nineteen fifteen", "19:15"),
        ("6:30", "06:30"),
        ("6.30", "06:30"),
        ("6:30pm", "18:30"),
        ("18:30", "18:30"),
        ("half past six", "06:30"),
        ("half past six in the evening", "18:30"),
        ("half seven", "07:30"),
        ("quarter past eight in the morning", "08:15"),
        ("a quarter to eight", "07:45"),
        ("a quarter to one", "12:45"),
        ("twenty five past six", "06:25"),
        ("five minutes to six", "05:55"),
        ("seven in the evening", "19:00"),
        ("two in the afternoon", "14:00"),
        ("eight at night", "20:00"),
        ("two at night", "02:00"),
        ("twelve at night", "00:00"),
        ("seven tonight", "19:00"),
        ("noon", "12:00"),
        ("midnight", "00:00"),
        ("in the morning", "MO"),
        ("afternoon", "AF"),
        ("in the evenings", "EV"),
        ("tonight", "NI"),
    ],
)
def test_a_time_is_written_as_alexa_writes_it(said, written):
    """Clock times in words or digits, on 24 hours; parts of the day in two letters."""
    assert read(said) == written


@pytest.mark.parametrize(
    "said",
    [
        "",
        "at",
        "twenty five",
        "thirty",
        "eighteen",
        "24:00",
        "7:75",
        "half past nothing",
        "ten to",
        "past six",
        "evening at seven",
        "noon pm",
        "pm",
        "seven five",
        "12345",
    ],
)
def test_what_is_no_time(said):
    """Hours and minutes that no clock shows, and parts of times."""
    assert read(said) is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("remind me at seven on monday", ["07:00"]),
        ("do seven more", []),
        ("remind me on friday in the evening", ["EV"]),
        ("good morning", []),
        ("half past six or quarter to eight", ["06:30", "07:45"]),
        ("at seven no eight", ["07:00", "08:00"]),
        ("seven", ["07:00"]),
    ],
)
def test_times_are_found_in_sentences(said, found):
    """A bare number is a time after "at" or a correction, or if nothing else is said."""
    assert [one.slot.heard for one in times().find(plain_words(said).split(" "))] == found


@given(st.integers(0, 23), st.integers(0, 59))
def test_digits_are_read_as_they_are(hour, minute):
    """A time written on 24 hours is that time."""
    assert read(f"{hour}:{minute:02}") == f"{hour:02}:{minute:02}"


@given(
    st.lists(
        st.sampled_from(
            [
                "half",
                "past",
                "quarter",
                "to",
                "six",
                "thirty",
                "pm",
                "evening",
                "o",
                "clock",
                "ten",
                "7",
                "noon",
                "in",
            ]
        )
    )
)
def test_whatever_is_written_can_be_read(words):
    """What comes out, if anything, is what the intent table can read."""
    written = read(" ".join(words))
    assert written is None or written in READABLE or re.fullmatch(TIME_OF_DAY, written)
