#!/usr/bin/env python3
"""Draw the cover of the guides: a runner in the lying figure four, inside a countdown ring."""

import argparse
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ART = Path(__file__).resolve().parent.parent / "skill" / "content" / "art"
PODCAST_SIZE = 1400
"""Pixels; podcast directories take 1400 to 3000."""
TAG_SIZE = 600
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
    """Write the cover as PNG for podcast apps and as JPEG for the files' own tags."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ART, help=f"where to (default: {ART})")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    cover = draw_cover()
    cover.resize((PODCAST_SIZE, PODCAST_SIZE), Image.Resampling.LANCZOS).quantize(64).save(
        folder / "cover.png", optimize=True
    )
    cover.resize((TAG_SIZE, TAG_SIZE), Image.Resampling.LANCZOS).save(
        folder / "cover.jpg", quality=85, optimize=True
    )
    print(f"cover.png and cover.jpg are in {folder}")
    return 0


def draw_cover() -> Image.Image:
    """Draw the cover, twice as large as a podcast needs it."""
    size = PODCAST_SIZE * SMOOTHING
    image = Image.new("RGB", (size, size), NIGHT)
    pen = ImageDraw.Draw(image)
    _ring(pen, size, share=0.7)
    _figure(pen, size)
    font = ImageFont.load_default(size * 0.088)
    pen.text((size / 2, size * 0.9), "Glute Coach", font=font, fill=BODY, anchor="mm")
    return image


def _ring(pen: ImageDraw.ImageDraw, size: int, share: float) -> None:
    """A countdown with a share of its time left, beginning at the top."""
    middle, radius, width = (size * 0.5, size * 0.43), size * 0.34, size * 0.035
    box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
    pen.ellipse(box, outline=RING, width=round(width))
    end = -90 + 360 * share
    pen.arc(box, -90, end, fill=SUN, width=round(width))
    for angle in (-90, end):
        turn = math.radians(angle)
        track = radius - width / 2
        _dot(pen, (middle[0] + track * math.cos(turn), middle[1] + track * math.sin(turn)),
             width / 2, SUN)  # fmt: skip


def _figure(pen: ImageDraw.ImageDraw, size: int) -> None:
    def at(point: Point) -> Point:
        return size * (0.5 + (point[0] - 52) / 132), size * (0.43 + (point[1] - 57) / 132)

    limb = size * 0.042
    _limb(pen, [at((19, 72)), at((84, 72))], size * 0.008, RING)
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
