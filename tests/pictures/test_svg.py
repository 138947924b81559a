"""The pictures as SVG: for every movement, side and pose, light, closed and told in words."""

import re
from itertools import groupby
from xml.etree import ElementTree as ET

import pytest

from skill.coaching.movements import Need, Side
from skill.pictures.errors import PictureError
from skill.pictures.poses import Stage
from skill.pictures.scene import shapes
from skill.pictures.shapes import SQUARE, Area, Blob, Line, Role
from skill.pictures.svg import DARK, LIGHT, PAGE, svg
from tests.pictures.conftest import MOVEMENTS, PICTURES

SIDED = re.compile(r"\b(?:left|right)\b")
SPACE = "{http://www.w3.org/2000/svg}"


def roles(movement, side, stage=Stage.FULL):
    return {shape.role for shape in shapes(movement, side, stage)}


def places(shape):
    """A shape's places and radii."""
    if isinstance(shape, Blob):
        return [(disc.x, disc.y, disc.radius) for disc in shape.circles]
    half = shape.width / 2 if isinstance(shape, Line) else 0
    return [(x, y, half) for x, y in shape.points]


def layers(drawn):
    """What is painted one over the other; within one colour the order makes no difference."""
    return [
        (role, [(type(shape).__name__, *place) for shape in run for place in places(shape)])
        for role, run in groupby(drawn, key=lambda shape: shape.role)
    ]


def finely(known):
    return [
        (role, sorted((kind, *(round(value, 5) for value in place)) for kind, *place in seen))
        for role, seen in known
    ]


def test_it_is_a_closed_image(picture, words):
    """It parses, holds nothing but paths, and refers to nothing outside itself."""
    text = svg(*picture, words)
    root = ET.fromstring(text)  # noqa: S314 - it is our own
    assert root.tag == f"{SPACE}svg"
    assert root.get("role") == "img"
    assert {child.tag for child in root} == {f"{SPACE}{tag}" for tag in ("title", "desc", "path")}
    assert not any(len(child) for child in root)
    assert text.count("http") == 1
    for unwanted in ("script", "style=", "<style", "href", "url(", " id=", " on"):
        assert unwanted not in text.replace(root.find(f"{SPACE}desc").text, "")


def test_it_is_light(picture, words):
    """A picture weighs 6 KB at most, with the page's colours in it."""
    assert len(svg(*picture, words).encode()) <= 6 * 1024


def test_it_is_told_in_words(picture, words):
    """Title and description name the movement and the side, and never the wrong one first."""
    movement, side, stage = picture
    root = ET.fromstring(svg(*picture, words))  # noqa: S314 - it is our own
    title, told = (root.find(f"{SPACE}{tag}").text for tag in ("title", "desc"))
    assert title == words.title(*picture)
    assert told == words.alternative(*picture)
    assert words.wording.movements[movement.id].name in title.lower()
    assert ("start" in title) == (stage is Stage.START)
    assert len(told) < 250
    assert told.endswith(".")
    if side is Side.BOTH:
        assert not SIDED.search(title + told)
    else:
        assert SIDED.findall(title) == [side]
        assert side in SIDED.findall(told)


def test_the_two_sides_are_told_apart(picture, words):
    """The words of one side, with the sides exchanged, are those of the other."""
    movement, side, stage = picture
    if side is Side.LEFT:
        told = words.alternative(movement, side, stage)
        exchanged = SIDED.sub(lambda found: Side(found[0]).other, told)
        assert exchanged == words.alternative(movement, Side.RIGHT, stage)


def test_the_left_picture_is_the_mirror_of_the_right(picture):
    """Drawn from a mirrored body, it is to the eye the other picture in a mirror."""
    movement, side, stage = picture
    if side is Side.LEFT:
        left, right = layers(shapes(*picture)), layers(shapes(movement, Side.RIGHT, stage))
        flipped = [
            (role, [(kind, SQUARE - x, y, size) for kind, x, y, size in seen])
            for role, seen in right
        ]
        assert finely(left) == finely(flipped)


def test_all_of_it_is_on_the_picture(picture):
    """Nothing is cut off at the edge."""
    for shape in shapes(*picture):
        for x, y, radius in places(shape):
            assert radius <= x <= SQUARE - radius
            assert radius <= y <= SQUARE - radius


def test_the_side_at_work_is_tinted(picture):
    """The glute is in every picture; where one side works, so is that side's leg."""
    movement, side, stage = picture
    seen = roles(*picture)
    assert Role.MUSCLE in seen
    assert (Role.WORK in seen) == (side is not Side.BOTH)
    assert (Role.ARROW in seen) <= (stage is Stage.FULL)
    muscles = [shape for shape in shapes(*picture) if shape.role is Role.MUSCLE]
    assert len(muscles) == (2 if side is Side.BOTH else 1)
    assert movement.id


def test_repetitions_show_their_motion():
    """The top of every repetition has an arrow, and no hold has."""
    for movement in MOVEMENTS.values():
        moves = type(movement.dose).__name__ == "Reps"
        assert (Role.ARROW in roles(movement, movement.sides[0])) == moves, movement.id


def test_the_gear_is_what_the_movement_needs(picture):
    """A band or a chair is drawn just where one is needed."""
    movement, *_ = picture
    seen = roles(*picture)
    assert (Role.BAND in seen) == (Need.BAND in movement.needs)
    assert (Role.PROP in seen) == (Need.CHAIR in movement.needs)
    ground = next(shape for shape in shapes(*picture) if shape.role is Role.MAT)
    assert isinstance(ground, Area)
    assert (len(ground.points) == 4) == (Need.MAT in movement.needs)


def test_every_movement_has_its_own_picture():
    """No two movements look alike but for one with and without its band; nor do two poses."""
    seen = {shapes(*picture): picture for picture in PICTURES}
    assert len(seen) == len(PICTURES)


def test_the_page_gives_the_colours(words):
    """Each colour is a custom property with something to fall back to; the body's is the text's."""
    text = svg(MOVEMENTS["monster-walk"], Side.LEFT, Stage.FULL, words)
    assert 'fill="var(--picture-body,currentColor)"' in text
    for role in roles(MOVEMENTS["monster-walk"], Side.LEFT):
        assert f"var(--picture-{role}," in text
    assert set(PAGE) == set(LIGHT) == set(DARK) == set(Role)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_picture_that_stands_alone_has_plain_colours(colours, words):
    """Nothing in it is left to a page."""
    text = svg(MOVEMENTS["seated-figure-four"], Side.LEFT, Stage.FULL, words, colours)
    assert "var(" not in text
    assert colours[Role.BODY] in text


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_figures_stand_out_from_the_ground(colours):
    """The body by 7 to 1, and what is coloured by 1.8 to 1 or more, as contrasts are counted."""
    assert contrast(colours[Role.BODY], colours[Role.PAPER]) > 7
    for role in (Role.FAR, Role.WORK, Role.MUSCLE, Role.BAND, Role.ARROW):
        assert contrast(colours[role], colours[Role.PAPER]) > 1.8, role


def test_it_is_the_same_each_time(picture, words):
    """A picture drawn twice is the same text."""
    assert svg(*picture, words) == svg(*picture, words)


@pytest.mark.parametrize(
    ("movement", "side"), [("clam", Side.BOTH), ("squat", Side.LEFT), ("squat", Side.RIGHT)]
)
def test_a_side_that_is_not_worked_has_no_picture(movement, side, words):
    """Asking for it names the sides there are."""
    with pytest.raises(PictureError, match=rf"{movement} has pictures of: .*; not of {side}"):
        svg(MOVEMENTS[movement], side, Stage.FULL, words)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(weight * s for weight, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
