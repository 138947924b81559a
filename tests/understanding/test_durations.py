"""Lengths of time: what people say, as Alexa writes it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.intents import DURATION
from skill.understanding.durations import durations, read_duration
from skill.understanding.words import plain_words

SCRAPS = (
    "one",
    "half",
    "and",
    "a",
    "minute",
    "minutes",
    "hour",
    "seconds",
    "forty",
    "of",
    "2",
    "to",
)


def read(said):
    return read_duration(plain_words(said).split(" "))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("forty seconds", "PT40S"),
        ("forty second", "PT40S"),
        ("45 secs", "PT45S"),
        ("45secs", "PT45S"),
        ("one second", "PT1S"),
        ("zero seconds", "PT0S"),
        ("a minute", "PT1M"),
        ("ten minutes", "PT10M"),
        ("10min", "PT10M"),
        ("ninety minutes", "PT90M"),
        ("one hundred and twenty seconds", "PT120S"),
        ("a couple of minutes", "PT2M"),
        ("half a minute", "PT30S"),
        ("half an hour", "PT30M"),
        ("a quarter of an hour", "PT15M"),
        ("three quarters of an hour", "PT45M"),
        ("a minute and a half", "PT1M30S"),
        ("one and a half minutes", "PT1M30S"),
        ("1.5 minutes", "PT1M30S"),
        ("an hour and a half", "PT1H30M"),
        ("two and a quarter hours", "PT2H15M"),
        ("a minute thirty", "PT1M30S"),
        ("two minutes and thirty seconds", "PT2M30S"),
        ("one hour twenty", "PT1H20M"),
        ("two hours ten minutes and five seconds", "PT2H10M5S"),
        ("half a day", "PT12H"),
        ("a day and a half", "P1DT12H"),
        ("a week", "P1W"),
        ("three months", "P3M"),
        ("fourty sekonds", "PT40S"),
        ("ten minits", "PT10M"),
        ("to minutes", "PT2M"),
    ],
)
def test_a_length_is_written_as_alexa_writes_it(said, written):
    """Numbers in words or digits, halves and quarters, short forms and slips."""
    assert read(said) == written


@pytest.mark.parametrize(
    "said",
    [
        "",
        "forty",
        "seconds",
        "a second",
        "the second",
        "second forty",
        "half a second",
        "one and a half weeks",
        "five minutes seventy",
        "ten minutes ten minutes",
        "ten seconds five minutes",
        "ten minutes and",
        "first minute",
        "minus five minutes",
        "ten or fifteen minutes",
        "minutes and minutes",
        "for a second",
        "1.5.2 minutes",
        "9" * 5_000 + " minutes",
    ],
)
def test_what_is_no_length(said):
    """A number alone, a unit alone, and what does not add up."""
    assert read(said) is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("give me ten minutes of that", ["PT10M"]),
        ("ten minutes or one hour twenty", ["PT10M", "PT1H20M"]),
        ("ten no fifteen minutes", ["PT15M"]),
        ("hold this one", []),
        ("this week", []),
        ("two weeks of rain", []),
        ("two weeks", ["P2W"]),
    ],
)
def test_lengths_are_found_in_sentences(said, found):
    """Each as long as it goes; among other words, days and weeks are no length to train."""
    assert [one.slot.heard for one in durations().find(plain_words(said).split(" "))] == found


@given(st.integers(0, 59), st.integers(0, 59))
def test_minutes_and_seconds(minutes, seconds):
    """Minutes and seconds, in digits, are what they say."""
    assert read(f"{minutes} minutes and {seconds} seconds") == f"PT{minutes}M{seconds}S"


@given(
    st.lists(
        st.sampled_from(
            [
                "one",
                "half",
                "and",
                "a",
                "minute",
                "minutes",
                "hour",
                "seconds",
                "forty",
                "of",
                "quarter",
                "2",
                "to",
            ]
        )
    )
)
def test_whatever_is_written_can_be_read(words):
    """What comes out, if anything, is what the intent table can read, and never empty."""
    written = read(" ".join(words))
    if written is not None:
        assert re.fullmatch(DURATION, written)
        assert re.search(r"\d", written)
