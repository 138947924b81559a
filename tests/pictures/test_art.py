"""The art that devices fetch as pixels: there for every movement, large enough, and up to date."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from skill.coaching.movements import Side
from skill.content.catalogue import ART
from skill.pictures.art import BACKGROUND, COVER, art_file
from skill.pictures.errors import PictureError
from tests.pictures.conftest import MOVEMENTS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted({art_file(movement, side) for movement in MOVEMENTS.values()
                for side in movement.sides})  # fmt: skip


def draw(*arguments, code=0):
    """Run the script as a person would, from another folder."""
    script = ROOT / "scripts" / "draw_art.py"
    done = subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """What the script draws today."""
    folder = tmp_path_factory.mktemp("drawn")
    draw("--art", folder / "art", "--icons", folder / "icons")
    return folder


def test_every_side_of_every_movement_has_art():
    """One file each, and none left over from movements that are gone."""
    found = sorted(str(path.relative_to(ART).as_posix()) for path in (ART / "movements").iterdir())
    assert found == FILES


@pytest.mark.parametrize("file", [*FILES, BACKGROUND, COVER])
def test_the_art_is_what_its_script_draws(file, drawn):
    """What is committed is what is drawn from today's poses."""
    with Image.open(drawn / "art" / file) as one, Image.open(ART / file) as other:
        assert one.size == other.size
        difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
        assert max(highest for _, highest in difference.getextrema()) < 64


def test_the_art_is_as_large_as_devices_want():
    """Movements are 480 pixels square or more, a background 1024 by 640, a cover 1400."""
    for file in FILES:
        with Image.open(ART / file) as image:
            assert (image.format, image.size) == ("PNG", (512, 512))
    with Image.open(ART / BACKGROUND) as image:
        assert image.size >= (1024, 640)
    with Image.open(ART / COVER) as image:
        assert image.size == (1400, 1400)


def test_the_art_is_small():
    """All movements together are below 250 KB, and the cover in every guide below 40."""
    assert sum((ART / file).stat().st_size for file in FILES) < 250_000
    assert (ART / "cover.jpg").stat().st_size < 40_000


def test_the_left_art_is_the_mirror_of_the_right():
    """To the eye it is the same picture in a mirror."""
    for file in FILES:
        if file.endswith("-left.png"):
            right = ART / file.replace("-left", "-right")
            with Image.open(ART / file) as one, Image.open(right) as other:
                flipped = other.convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
                difference = ImageChops.difference(one.convert("RGB"), flipped).convert("L")
                assert sum(difference.histogram()[64:]) < 2600, file


def test_art_of_a_side_that_is_not_worked():
    """Asking for it names the sides there are."""
    with pytest.raises(PictureError, match="clam has pictures of: left, right; not of both"):
        art_file(MOVEMENTS["clam"], Side.BOTH)


def test_the_sheet_for_looking(tmp_path):
    """All pictures, or some, in light or dark, on one sheet; nothing else is drawn."""
    sheet = tmp_path / "sheet.png"
    assert f"14 movements are on {sheet}" in draw("--sheet", sheet)
    assert list(tmp_path.iterdir()) == [sheet]
    draw("--sheet", sheet, "--dark", "--size", "60", "clam", "squat")
    with Image.open(sheet) as image:
        assert image.size == (4 * 63, 2 * 69)
        assert image.getpixel((251, 137)) == (16, 49, 47)


def test_a_movement_that_is_not_there(tmp_path):
    """It is named, with those there are."""
    said = draw("--sheet", tmp_path / "sheet.png", "plank", code=2)
    assert "there is no plank; there are glute-bridge" in said


@pytest.mark.parametrize("name", ["nowhere/sheet.png", "sheet.nope"])
def test_a_sheet_that_cannot_be_written(tmp_path, name):
    """The command says why, in a line of its own."""
    assert "the pictures cannot be written: " in draw("--sheet", tmp_path / name, "clam", code=2)
