import re
from itertools import groupby, pairwise

import pytest

from skill.coaching.cues import COMMON_LINES, Chime, Counted, CueSheet, Speech, every_line
from skill.coaching.movements import REP_COUNTS, SECOND, Side
from skill.coaching.plans import Choices, Plan
from skill.coaching.timeline import lay_out

OFTEN_HEARD = [
    "lead/next",
    "ready",
    "breathe",
    "half",
    "last-rep",
    "release/hold",
    "release/reps",
    "rest",
    "extra",
    "closing",
]
TWO_SIDED = [
    "stacked-leg",
    "standing-figure-four",
    "seated-figure-four",
    "lying-figure-four",
    "pigeon",
    "clam",
    "fire-hydrant",
    "kick-back",
    "monster-walk",
    "monster-walk-unloaded",
    "lunge",
]


@pytest.fixture(scope="module")
def script(wording):
    return wording.script()


@pytest.fixture(scope="module")
def spoken(script):
    """The sentences of the script, by cue id."""
    return {cue: recipe.text for cue, recipe in script.items() if isinstance(recipe, Speech)}


@pytest.fixture(scope="module")
def laid_out(script, catalogue):
    """Each routine as it comes, and with either side the tighter one."""
    lengths = {line: (24,) * len(list(cues)) for line, cues in groupby(script, key=line_of)}
    return [
        lay_out(Plan(routine, catalogue, Choices(tight=tight)), CueSheet(lengths))
        for routine in catalogue.routines.values()
        for tight in (None, Side.LEFT, Side.RIGHT)
    ]


def line_of(cue: str) -> str:
    return cue.rpartition(".")[0]


def mirrored(text: str) -> str:
    """Say the same of the other side."""
    return re.sub(r"left|right", lambda side: Side(side[0]).other, text)


def test_every_line_is_in_the_script(script, catalogue):
    """Every line that some plan can need has its recipes, numbered from one, and no others."""
    variants = {line: list(cues) for line, cues in groupby(script, key=line_of)}
    assert list(variants) == list(every_line(catalogue))
    for line, cues in variants.items():
        assert cues == [f"{line}.{number}" for number in range(1, len(cues) + 1)]


def test_recipes(script):
    """Chimes are made, the last seconds are counted on the second, the rest is spoken."""
    assert script["chime/begin.1"] == Chime("begin")
    assert script["countdown.1"] == Counted(("five", "four", "three", "two", "one"), SECOND)
    assert script["count/12.1"] == Speech("twelve.")
    assert script["name/squat/both.1"] == Speech("squat.")
    assert script["name/clam/left.1"] == Speech("clam, left side.")
    assert script["name/monster-walk/right.1"] == Speech("monster walk, to the right.")


def test_counts(script):
    """Each repetition has a number of its own."""
    assert len({script[f"count/{number}.1"] for number in REP_COUNTS}) == len(REP_COUNTS)


@pytest.mark.parametrize(
    ("cue", "ends"),
    [
        ("set/2/3", "et two of three."),
        ("set/3/3", "et, three of three."),
        ("set/2/2", "et, two of two."),
    ],
)
def test_sets(spoken, cue, ends):
    """A set says which of how many it is, and the last one says that it is the last."""
    calls = [text for name, text in spoken.items() if line_of(name) == cue]
    assert all(call.endswith(ends) for call in calls)
    if ", " in ends:
        assert all(re.search("last|final", call, re.IGNORECASE) for call in calls)


@pytest.mark.parametrize("movement", TWO_SIDED)
def test_sides_mirror_each_other(spoken, movement):
    """What is said of the right side is what is said of the left one, mirrored."""
    left = {cue: text for cue, text in spoken.items() if f"/{movement}/left" in cue}
    assert len(left) == 4
    for cue, text in left.items():
        assert "left" in text
        assert spoken[cue.replace("/left", "/right")] == mirrored(text)


def test_movements_without_sides(spoken, catalogue):
    """Nothing is said of a left or a right where both work at once."""
    together = [m.id for m in catalogue.movements.values() if m.id not in TWO_SIDED]
    assert together == ["glute-bridge", "heel-bridge", "squat"]
    for cue, text in spoken.items():
        if cue.split("/")[1:2] and cue.split("/")[1] in together:
            assert not re.search(r"\b(left|right|sides? of)\b", text)


@pytest.mark.parametrize(
    ("cue", "says"),
    [
        # The crossed leg's glute is stretched.
        ("instruct/standing-figure-four/left/full", "left ankle over the right knee"),
        ("instruct/standing-figure-four/left/brief", "left ankle over the right knee"),
        ("change/standing-figure-four/left", "left ankle over the right knee"),
        ("instruct/seated-figure-four/left/full", "left ankle over the right knee"),
        ("instruct/seated-figure-four/left/brief", "left ankle over the right knee"),
        ("change/seated-figure-four/left", "left ankle over the right knee"),
        ("instruct/lying-figure-four/left/full", "left ankle over the right knee"),
        ("instruct/lying-figure-four/left/full", "behind the right thigh"),
        ("instruct/lying-figure-four/left/brief", "left ankle over the right knee"),
        ("change/lying-figure-four/left", "left ankle goes over the right knee"),
        # The leg on top is.
        ("instruct/stacked-leg/left/full", "the right leg in, foot under the left knee"),
        ("instruct/stacked-leg/left/full", "left leg on top"),
        ("instruct/stacked-leg/left/brief", "left leg on top"),
        ("change/stacked-leg/left", "left leg on top"),
        # The shin in front is.
        ("instruct/pigeon/left/full", "left shin down behind the right wrist"),
        ("instruct/pigeon/left/full", "right leg back"),
        ("instruct/pigeon/left/brief", "left shin in front, right leg straight back"),
        ("change/pigeon/left", "left shin in front, right leg straight back"),
        # Whoever lies on the right side has the left leg on top, and that one works.
        ("instruct/clam/left/full", "Lie on your right side, so that your left leg is on top"),
        ("instruct/clam/left/full", "Open the left knee"),
        ("instruct/clam/left/brief", "Lie on your right side and open the left knee"),
        ("change/clam/left", "Lie on your right side, with the left leg on top"),
        # The leg that moves works.
        ("instruct/fire-hydrant/left/full", "left knee bent"),
        ("change/fire-hydrant/left", "left knee that lifts"),
        ("instruct/kick-back/left/full", "left heel back and up"),
        ("change/kick-back/left", "left leg drives"),
        # One travels to the side and leads with that foot.
        ("instruct/monster-walk/left/full", "to the left with your left foot"),
        ("instruct/monster-walk/left/full", "Let the right foot follow"),
        ("change/monster-walk/left", "to the left. Your left foot leads"),
        ("instruct/monster-walk-unloaded/left/full", "to the left with your left foot"),
        ("change/monster-walk-unloaded/left", "to the left. Your left foot leads"),
        # The front leg works.
        ("instruct/lunge/left/full", "forward with your left foot"),
        ("instruct/lunge/left/full", "the front of your right hip"),
        ("change/lunge/left", "left foot steps forward"),
    ],
)
def test_sides_are_right(spoken, cue, says):
    """The side that is named is the side that works."""
    assert says in spoken[f"{cue}.1"]


def test_side_changes_are_announced(spoken):
    """Every change begins by saying that the side changes."""
    for cue, text in spoken.items():
        if cue.startswith("change/"):
            assert text.startswith(("Change sides.", "Now go the other way,"))


def test_instructions_take_a_few_seconds(spoken):
    """Full instructions have 20 to 38 words, brief ones 6 to 11, changes at most 14."""
    for cue, text in spoken.items():
        words = len(text.split())
        if "/full" in cue:
            assert 20 <= words <= 38, cue
        elif "/brief" in cue:
            assert 6 <= words <= 11, cue
        elif cue.startswith("change/"):
            assert words <= 14, cue


def test_calls_inside_the_work_are_short(spoken):
    """Calls during a hold or between two repetitions leave room for the counting."""
    for cue, text in spoken.items():
        if line_of(cue) in {"half", "last-rep"}:
            assert len(text.split()) <= 3
        elif line_of(cue) in {"breathe", "closing"} or cue.startswith(("release/", "rest")):
            assert len(text.split()) <= (9 if "closing" in cue else 8)


def test_texts_can_be_spoken(spoken):
    """No voice stumbles: no digits, dashes, brackets or markup, and no endless sentence."""
    for cue, text in spoken.items():
        assert re.fullmatch(r"[A-Za-z][A-Za-z,.' -]*[.,]", text), cue
        assert not re.search(r"(^|\s)-|-(\s|$)|\s\s", text), cue
        assert all(len(part) <= 100 for part in re.split(r"[.,] ?", text)), cue


@pytest.mark.parametrize("line", OFTEN_HEARD)
def test_often_heard_lines_vary(spoken, line):
    """Lines heard often have three variants or more."""
    assert line in COMMON_LINES
    assert len({text for cue, text in spoken.items() if line_of(cue) == line}) >= 3


@pytest.mark.parametrize(
    ("line", "things"),
    [
        ("gear/mat", "a mat"),
        ("gear/band-chair-mat", "your loop band, a steady chair and a mat"),
    ],
)
def test_gear(spoken, line, things):
    """Before a routine begins it says what to have at hand, all of it in one sentence."""
    calls = [text for cue, text in spoken.items() if line_of(cue) == line]
    assert len(calls) >= 3
    for call in calls:
        assert f" {things}" in call
        assert call.count(".") == 1


def test_an_extra_hold_names_no_side(spoken):
    """The call for the tighter side's extra hold is true whichever side was just held."""
    for cue, text in spoken.items():
        if line_of(cue) == "extra":
            assert "tighter" in text
            assert not re.search(r"\b(left|right|this|same|other)\b", text)


def test_no_two_alike_in_a_row(laid_out, spoken):
    """In no routine does a line with variants come twice in the same words in a row."""
    for timeline in laid_out:
        heard = [sound.cue.id for sound in timeline.sounds if sound.cue.id in spoken]
        for line in [*OFTEN_HEARD, "lead/last"]:
            same = [cue for cue in heard if line_of(cue) == line]
            assert all(before != after for before, after in pairwise(same)), timeline.plan.id


def test_nothing_is_said_twice_at_once(laid_out, spoken):
    """In no routine does a cue open with the words the cue before it has just ended on."""
    for timeline in laid_out:
        heard = [spoken[sound.cue.id] for sound in timeline.sounds if sound.cue.id in spoken]
        for before, after in pairwise(heard):
            last = re.findall(r"[a-z']+", before.lower())[-1]
            assert last != re.findall(r"[a-z']+", after.lower())[0], (before, after)
