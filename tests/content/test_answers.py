import re
from collections import Counter
from itertools import chain
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching.lines import (
    LINES,
    About,
    Easier,
    Heard,
    Instructions,
    Length,
    Reason,
    Spot,
    line,
)
from skill.coaching.movements import SECOND, Side
from skill.content.wording import load_wording

ASKING = {
    "offer",
    "offer-now",
    "which-routine",
    "which-one",
    "skip-it",
    "nothing-left-to-skip-to",
    "not-done-yet",
    "unknown-routine",
    "unknown-movement",
    "ready-next",
    "ready-last",
    "take-your-time",
    "anything-else",
    "help-idle",
    "help-playing",
    "help-paused",
    "help-stepping",
}
OFTEN_HEARD = [
    "welcome-back",
    "offer",
    "which-routine",
    "which-one",
    "starting",
    "starting-again",
    "going-on",
    "going-on-before",
    "finished",
    "paused",
    "goodbye",
    "goodbye-kept",
    "where-working",
    "where-between",
    "left-in-work",
    "left-before",
    "left-after",
    "next-step",
    "next-step-then",
    "next-none",
    "not-understood",
    "nothing-on",
    "ready-next",
    "take-your-time",
    "anything-else",
]
LONG = {"how-to", "help-idle", "help-playing", "help-paused", "help-stepping"}


@pytest.fixture(scope="module")
def samples(catalogue):
    """Values a line can carry, by name: the ordinary ones and the awkward ones."""
    movements, routines = catalogue.movements, catalogue.routines
    lengths = [Length(seconds * SECOND) for seconds in (30, 1, 0, 61, 250)]
    return {
        "spot": [Spot(m, side) for m in movements.values() for side in m.sides],
        "routine": list(routines.values()),
        "routines": [tuple(routines.values())],
        "movement": list(movements.values()),
        "movements": [tuple(movements.values())],
        "heard": [Heard("yoga"), Heard("the one with the {side} & <both> legs, please")],
        "instructions": [Instructions(m, side) for m in movements.values() for side in m.sides],
        "reason": [Reason(movement) for movement in movements.values()],
        "easier": [Easier(movement) for movement in movements.values()],
        "left": lengths,
        "length": lengths,
        "routine_left": lengths,
        "reps_left": [12, 1],
        "number": [1, 5],
        "total": [5, 2],
    }


@pytest.fixture(scope="module")
def said(wording, samples):
    """All that can be said, in many of the ways it can come out, by line."""
    samples_of_starting = samples | {"movements": [5], "length": [About(350 * SECOND)]}
    answers = {}
    for line_id, values in LINES.items():
        known = samples_of_starting if line_id == "starting" else samples
        rounds = max((len(known[value]) for value in values), default=1)
        answers[line_id] = {
            wording.say(
                line(line_id, **{value: known[value][n % len(known[value])] for value in values}),
                turn,
            )
            for n in range(rounds)
            for turn in range(len(wording.answers[line_id]))
        }
    return answers


def test_lines_that_ask(said):
    """Lines that keep the session open end in a question, and ask only one."""
    for line_id in ASKING:
        for sentence in said[line_id]:
            assert sentence.endswith("?"), sentence
            assert sentence.count("?") == 1, sentence


def test_lines_that_tell(said):
    """All other lines end in a full stop and ask nothing: nobody would hear the answer."""
    for line_id in LINES.keys() - ASKING:
        for sentence in said[line_id]:
            assert sentence.endswith("."), sentence
            assert "?" not in sentence, sentence


def test_one_breath(said):
    """Half of all answers have at most 20 words; only instructions and help may pass 60."""
    assert median(len(answer.split()) for answers in said.values() for answer in answers) <= 20
    for line_id, answers in said.items():
        for answer in answers:
            assert len(answer.split()) <= (75 if line_id in LONG else 60), answer
    for help_line in (line_id for line_id in LONG if line_id.startswith("help")):
        assert all(len(answer.split()) <= 60 for answer in said[help_line])


@pytest.mark.parametrize("line_id", OFTEN_HEARD)
def test_often_heard_answers_vary(wording, line_id):
    """Answers heard often have three variants or more."""
    assert len(set(wording.answers[line_id])) >= 3


def test_turns_take_variants_in_rotation(wording):
    """From turn to turn an answer comes in its next wording, and round again."""
    variants = wording.answers["paused"]
    heard = [wording.say(line("paused"), turn) for turn in range(2 * len(variants))]
    assert heard == [*variants, *variants]


def test_values_are_set_into_sentences(wording):
    """A spot, a direction, lengths and lists come out as people say them."""
    movements = wording.catalogue.movements
    clam, walk = (
        Spot(movements["clam"], Side.LEFT),
        Spot(movements["monster-walk"], Side.RIGHT),
    )
    twelve = Length(12 * SECOND)
    assert "clam, left side" in wording.say(line("going-on", spot=clam, left=twelve))
    assert "12 seconds" in wording.say(line("going-on", spot=clam, left=twelve))
    assert "monster walk, to the right" in wording.say(line("next-step", spot=walk))
    routines = tuple(wording.catalogue.routines.values())
    asked = wording.say(line("which-routine", routines=routines))
    assert "pre-run routine, post-run stretch" in asked
    assert "strength session or desk break" in asked


def test_values_stand_between_pauses(wording):
    """A spot, which has a comma inside, is always followed by a pause."""
    for variants in wording.answers.values():
        for variant in variants:
            assert not re.search(r"\{spot\}(?![.,?])", variant), variant


def test_answers_are_plain_text(wording):
    """Answers carry no markup, no dashes, no brackets and no shouting."""
    for variants in wording.answers.values():
        for variant in variants:
            assert re.fullmatch(r"[A-Za-z0-9{}_,.:;?' -]+", variant), variant
            assert not re.search(r"(^|\s)-|-(\s|$)|\s\s", variant), variant


def test_instructions_end_in_care(wording):
    """Whoever asks how a movement is done also hears what to watch for, on the right side."""
    pigeon = wording.catalogue.movements["pigeon"]
    told = wording.say(line("how-to", instructions=Instructions(pigeon, Side.RIGHT)))
    assert "right shin" in told
    assert told.endswith(wording.movements["pigeon"].care)


def test_care_names_the_signs(wording):
    """The care line says what it is not, what to heed and what to do."""
    (care,) = wording.answers["care"]
    for words in ("not medical advice", "sharp pain", "numbness", "tingling", "stop", "ease out"):
        assert words.lower() in care.lower()


def test_every_movement_can_hurt(wording):
    """Each care note says when to ease off."""
    for words in wording.movements.values():
        assert re.search("hurt|complain|pinch", words.care), words.care


def test_easier_movements_are_named(wording):
    """Where the catalogue knows an easier movement, the easier form names it."""
    for name, words in wording.movements.items():
        easier = wording.catalogue.movements[name].easier
        if easier is not None:
            assert wording.movements[easier].name in words.easier


@given(st.text(min_size=1, max_size=80))
def test_what_was_heard_is_said_back(heard):
    """Whatever was heard is said back as it is, cut to a length that fits a sentence."""
    wording = load_wording("en-US")
    routines = tuple(wording.catalogue.routines.values())
    answer = wording.say(line("unknown-routine", heard=Heard(heard), routines=routines))
    assert f" called {heard[:60]}. Which " in answer


@pytest.mark.parametrize("kind", ["movements", "routines"])
def test_nothing_goes_by_two_names(wording, kind):
    """No name or synonym belongs to two movements, or to two routines."""
    entries = getattr(wording, kind).values()
    names = Counter(chain.from_iterable((words.name, *words.synonyms) for words in entries))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize(("kind", "least"), [("movements", 3), ("routines", 4)])
def test_synonyms_are_as_people_say_them(wording, kind, least):
    """Names and synonyms are in lower case, and there are several a movement and a routine."""
    for words in getattr(wording, kind).values():
        assert len(words.synonyms) >= least
        assert all(name == name.lower() for name in (words.name, *words.synonyms))


@pytest.mark.parametrize(
    ("kind", "name", "means"),
    [
        ("movements", "bridge", "glute-bridge"),
        ("movements", "pigeon", "pigeon"),
        ("movements", "double pigeon", "stacked-leg"),
        ("movements", "fire log", "stacked-leg"),
        ("movements", "reclined pigeon", "lying-figure-four"),
        ("movements", "chair figure four", "seated-figure-four"),
        ("movements", "donkey kick", "kick-back"),
        ("movements", "lateral walk", "monster-walk"),
        ("routines", "warm up", "pre-run"),
        ("routines", "activation", "pre-run"),
        ("routines", "after my run", "post-run"),
        ("routines", "cool down", "post-run"),
        ("routines", "recovery day", "glute-stretch"),
        ("routines", "five minute glutes", "daily-five"),
        ("routines", "strong glutes", "strength"),
        ("routines", "sitting break", "desk"),
    ],
)
def test_names_of_the_facts(wording, kind, name, means):
    """The other names that the facts give are understood."""
    words = getattr(wording, kind)[means]
    assert name in {words.name, *words.synonyms}
