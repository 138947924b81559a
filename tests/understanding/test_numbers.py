"""Numbers: what people say, in digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.intents import Slot
from skill.understanding.numbers import LARGEST, numbers, read_number
from skill.understanding.words import plain_words

SCRAPS = ("one", "two", "twenty", "hundred", "and", "minus", "ninety", "zero", "eleven")


def read(said):
    return read_number(plain_words(said).split(" "))


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("zero", "0"),
        ("forty", "40"),
        ("forty five", "45"),
        ("forty-five", "45"),
        ("45", "45"),
        ("a hundred", "100"),
        ("one hundred and twenty", "120"),
        ("one hundred twenty", "120"),
        ("a dozen", "12"),
        ("a couple", "2"),
        ("minus five", "-5"),
        ("-5", "-5"),
        ("minus one hundred and five", "-105"),
        ("fourty", "40"),
        ("therty", "30"),
        ("fifti five", "55"),
    ],
)
def test_a_number_is_read(said, number):
    """In words or in digits, below zero, and with slips."""
    assert read(said) == number


@pytest.mark.parametrize(
    "said",
    [
        "",
        "and",
        "hundred and",
        "one two three four",
        "ten five",
        "twenty twenty",
        "first",
        "thirteenth",
        "right",
        "weight",
        "even",
        "plenty",
        "minus",
        "minus minus five",
        "12345",
        "9" * 5_000,
        "1.5",
        "6:30",
        "\u0663",
    ],
)
def test_what_is_no_number(said):
    """Words that only look like numbers, numbers in a row, and more than anybody counts."""
    assert read(said) is None


def test_this_one_is_no_number():
    """In a sentence, "one" alone is not a number; other numbers are found one by one."""
    found = numbers().find(["this", "one", "has", "ten", "or", "twenty", "five", "more"])
    assert [(one.first, one.end, one.slot) for one in found] == [
        (3, 4, Slot("10")),
        (5, 7, Slot("25")),
    ]


@given(st.integers(0, LARGEST))
def test_digits_are_read_as_they_are(number):
    """A number written in digits is that number."""
    assert read(str(number)) == str(number)


@given(
    st.lists(
        st.sampled_from(
            ["one", "two", "twenty", "hundred", "and", "minus", "ninety", "zero", "eleven"]
        )
    )
)
def test_any_words_are_a_number_or_none(words):
    """What comes out is a number in bounds, or nothing."""
    number = read(" ".join(words))
    assert number is None or -LARGEST <= int(number) <= LARGEST
