"""A mistake in poses.toml or pictures.toml is told with its place and with what would be good."""

import re
import shutil
from pathlib import Path

import pytest

from skill.coaching.errors import ContentError
from skill.content.catalogue import FOLDER
from skill.content.wording import load_wording
from skill.pictures.poses import load_studies
from skill.pictures.words import load_picture_words, read_picture_words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content folder."""
    return shutil.copytree(FOLDER, tmp_path / "content", ignore=shutil.ignore_patterns("art"))


def edit(file: Path, entry: str, before: str, after: str) -> None:
    """Change the first such text after an entry's header; with no entry, in all the file."""
    text = file.read_text(encoding="utf-8")
    begin = text.index(f"[{entry}]") if entry else 0
    assert before in text[begin:]
    file.write_text(text[:begin] + text[begin:].replace(before, after, 1), encoding="utf-8")


def test_an_untouched_copy(folder):
    """What the tests below change is good before they change it."""
    assert load_studies(folder).keys() == load_studies().keys()
    wording = load_wording()
    assert read_picture_words(folder / "en", wording) == load_picture_words()


@pytest.mark.parametrize(
    ("entry", "before", "after", "said"),
    [
        ("monster-walk-unloaded", "[monster-walk-un", "[un", ["lacks monster-walk-unloaded"]),
        ("monster-walk-unloaded", '"monster-walk"', '"walk"', ["unloaded", "'walk'", "clam"]),
        ("clam", "view = [90, 28]", "view = 90", ["clam", "view takes 2 numbers", "90"]),
        ("clam", "view = [90, 28]", 'view = [90, "up"]', ["clam", "view takes numbers", "'up'"]),
        ("clam", "view = [90, 28]\n", "", ["clam", "lacks view"]),
        ("clam.start", "pelvis = [0,", 'pelvis = ["0",', ["clam, start", "numbers", "'0'"]),
        ("clam.start", "turn = 90", "turns = 90", ["clam, start", "unknown key 'turns'", "turn"]),
        ("clam.start", "pitch = [-90, -90, -90]", "pitch = [-90]", ["clam, start", "3 numbers"]),
        ("clam.start", "right_leg = { ankle", "right_lag = { ankle", ["clam", "'right_lag'"]),
        ("clam.start", "left_leg =", "# left_leg =", ["clam, start", "lacks left_leg"]),
        ("clam.start", "knee = [0, 1, 0]", "knees = [0, 1, 0]", ["left_leg", "lacks knee"]),
        (
            "clam.start",
            "ankle = [34, 0, 3]",
            "ankle = 3",
            ["left_leg", "three numbers, or a joint"],
        ),
        ("clam.start", "ankle = [34, 0, 3]", "ankle = { on = 3 }", ["left_leg, ankle", "lacks by"]),
        ("clam.start", "ankle = [34, 0, 3]", "ankle = [64, 0, 3]", ["left leg is 49.1 long"]),
        ("clam.start", 'floor = ["left_thigh"]', 'floor = ["tail"]', ["floor is 'tail'", "head"]),
        ("clam.start", '["left_wrist", "head"]', '["left_wrist"]', ["contact takes pairs"]),
        ("clam.start", '["left_wrist", "head"]', '["left_wrist", "x"]', ["contact is 'x'", "neck"]),
        (
            "clam.full",
            "arrow = [[16, 16, 36], ",
            "arrow = [",
            ["clam, full", "three places, not 2"],
        ),
        ("clam.full", "arrow = [", "arrow = 3 # [", ["clam, full", "arrow takes a list, not 3"]),
        ("squat.start", "nearer = { right_forearm = -12 }", "nearer = 3", ["nearer takes parts"]),
        ("squat.start", "right_forearm = -12", "tail = 1", ["nearer is 'tail'", "right_forearm"]),
        (
            "lying-figure-four.start",
            'on = "left_knee"',
            'on = "left_tail"',
            ["lying-figure-four, start", "left_tail is no joint"],
        ),
    ],
)
def test_mistakes_in_poses(folder, entry, before, after, said):
    """File, entry and the good values are named."""
    edit(folder / "poses.toml", entry, before, after)
    with pytest.raises(ContentError) as caught:
        load_studies(folder)
    assert str(caught.value).startswith("content/poses.toml, ")
    for words in said:
        assert words in str(caught.value)


@pytest.mark.parametrize("stage", ["start", "full"])
def test_a_pose_that_is_no_table(folder, stage):
    """A pose given as anything else is refused."""
    file = folder / "poses.toml"
    text = file.read_text(encoding="utf-8")
    kept = re.sub(rf"\[squat\.{stage}\]\n(?:[^\[\n].*\n)*", "", text)
    file.write_text(kept.replace("[squat]\n", f"[squat]\n{stage} = 3\n"), encoding="utf-8")
    with pytest.raises(ContentError, match=rf"poses\.toml, squat: {stage} takes a table, not 3"):
        load_studies(folder)


@pytest.mark.parametrize(
    ("entry", "before", "after", "said"),
    [
        ("clam", "[clam]", "[plank]", ["lacks clam"]),
        ("clam", "start =", "begin =", ["clam", "lacks start"]),
        (
            "clam",
            "{other} side,",
            "{leg} side,",
            ["clam", "start uses {leg}; it can use {other}, {side}"],
        ),
        ("clam", "{other} side,", "{other side,", ["clam", "start: "]),
        (
            "squat",
            "Standing",
            "The {side} leg, standing",
            ["squat", "start uses {side}; it can use none"],
        ),
        ("fire-hydrant", "before the {side} leg", "before a leg", ["does not say {side}"]),
    ],
)
def test_mistakes_in_words(folder, entry, before, after, said):
    """File, entry and the good values are named."""
    edit(folder / "en" / "pictures.toml", entry, before, after)
    with pytest.raises(ContentError) as caught:
        read_picture_words(folder / "en", load_wording())
    assert str(caught.value).startswith("en/pictures.toml, ")
    for words in said:
        assert words in str(caught.value)


def test_a_language_without_words():
    """The languages there are, are named."""
    with pytest.raises(
        ContentError, match=r"no lines for locale 'xx-XX'; there are some for .* en-"
    ):
        load_picture_words("xx-XX")
