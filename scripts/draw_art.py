#!/usr/bin/env python3
"""Draw the coach's pictures: a runner in the lying figure four, inside a countdown ring.

The cover of the guides, and the icons under which the skill store shows the skill.
"""

import argparse
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SKILL = Path(__file__).resolve().parent.parent / "skill"
ART = SKILL / "content" / "art"
ICONS = SKILL / "alexa" / "skill_package" / "assets" / "images"
PODCAST_SIZE = 1400
"""Pixels; podcast directories take 1400 to 3000."""
TAG_SIZE = 600
ICON_SIZES = (108, 512)
"""Pixels; the store takes no others, and shows them in a circle."""
SMOOTHING = 2
"""Drawn so many times larger, then scaled down: Pillow's own lines have hard edges."""

NIGHT = "#10312f"
RING = "#2b5f59"
SUN = "#ffb454"
BODY = "#f6efe2"
FAR = "#b9b3a2"
GLUTE = "#ff7a59"

Point = tuple[float, float]

# The figure in a square of 100: on the back, left thigh drawn in, right ankle over its knee.
HEAD: Point = (25, 61)
SHOULDER: Point = (33, 65)
HIP: Point = (58, 67)
NEAR_KNEE: Point = (64, 42)
NEAR_FOOT: Point = (80, 47)
FAR_KNEE: Point = (77, 55)
ANKLE: Point = (63, 45)
HANDS: Point = (61, 53)


def main() -> int:
    """Write the cover as PNG for podcast apps and JPEG for the files' own tags, and the icons."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--art", type=Path, default=ART, help=f"the cover's folder ({ART})")
    parser.add_argument("--icons", type=Path, default=ICONS, help=f"the icons' folder ({ICONS})")
    folders = parser.parse_args()
    for folder in (folders.art, folders.icons):
        folder.mkdir(parents=True, exist_ok=True)
    cover = draw_cover()
    _scaled(cover, PODCAST_SIZE).quantize(64).save(folders.art / "cover.png", optimize=True)
    _scaled(cover, TAG_SIZE).save(folders.art / "cover.jpg", quality=85, optimize=True)
    icon = draw_icon()
    for size in ICON_SIZES:
        _scaled(icon, size).save(folders.icons / f"icon_{size}.png", optimize=True)
    print(f"cover.png and cover.jpg are in {folders.art}, the icons in {folders.icons}")
    return 0


def draw_cover() -> Image.Image:
    """Draw the cover, twice as large as a podcast needs it."""
    size = PODCAST_SIZE * SMOOTHING
    image = Image.new("RGB", (size, size), NIGHT)
    pen = ImageDraw.Draw(image)
    middle = (size * 0.5, size * 0.43)
    _ring(pen, middle, size * 0.34, size * 0.035, share=0.7)
    _figure(pen, middle, size / 132, size * 0.042)
    font = ImageFont.load_default(size * 0.088)
    pen.text((size / 2, size * 0.9), "Glute Coach", font=font, fill=BODY, anchor="mm")
    return image


def draw_icon() -> Image.Image:
    """Draw the icon, larger than any is needed: without a name, and bold enough for the small."""
    size = max(ICON_SIZES) * SMOOTHING * 2
    image = Image.new("RGB", (size, size), NIGHT)
    pen = ImageDraw.Draw(image)
    middle = (size * 0.5, size * 0.5)
    _ring(pen, middle, size * 0.445, size * 0.06, share=0.7)
    _figure(pen, middle, size / 104, size * 0.066)
    return image


def _scaled(image: Image.Image, size: int) -> Image.Image:
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _ring(
    pen: ImageDraw.ImageDraw, middle: Point, radius: float, width: float, share: float
) -> None:
    """A countdown with a share of its time left, beginning at the top."""
    box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
    pen.ellipse(box, outline=RING, width=round(width))
    end = -90 + 360 * share
    pen.arc(box, -90, end, fill=SUN, width=round(width))
    for angle in (-90, end):
        turn = math.radians(angle)
        track = radius - width / 2
        _dot(pen, (middle[0] + track * math.cos(turn), middle[1] + track * math.sin(turn)),
             width / 2, SUN)  # fmt: skip


def _figure(pen: ImageDraw.ImageDraw, middle: Point, unit: float, limb: float) -> None:
    """The runner; `unit` is a hundredth of the square they are described in."""

    def at(point: Point) -> Point:
        return middle[0] + unit * (point[0] - 52), middle[1] + unit * (point[1] - 57)

    _limb(pen, [at((19, 72)), at((84, 72))], limb * 4 / 21, RING)
    _limb(pen, [at(HIP), at(FAR_KNEE), at(ANKLE)], limb, FAR)
    _limb(pen, [at(HIP), at(NEAR_KNEE), at(NEAR_FOOT)], limb, BODY)
    _limb(pen, [at(SHOULDER), at(HIP)], limb * 1.35, BODY)
    _limb(pen, [at(SHOULDER), at((46, 57)), at(HANDS)], limb * 0.6, BODY)
    _dot(pen, at((HIP[0] + 1, HIP[1] - 0.5)), limb * 0.85, GLUTE)
    _dot(pen, at(HEAD), limb * 1.05, BODY)


def _limb(pen: ImageDraw.ImageDraw, points: list[Point], width: float, colour: str) -> None:
    pen.line(points, fill=colour, width=round(width), joint="curve")
    for point in points:
        _dot(pen, point, width / 2, colour)


def _dot(pen: ImageDraw.ImageDraw, middle: Point, radius: float, colour: str) -> None:
    x, y = middle
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)


if __name__ == "__main__":
    raise SystemExit(main())
