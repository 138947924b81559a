#!/usr/bin/env python3
"""Draw the coach's pictures as pixels: the movements for an Echo's screen, cover and icons.

The figures are those of `skill.pictures`, which the service draws as SVG by itself.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path

try:
    from PIL import Image, ImageColor, ImageDraw, ImageFont
except ImportError:
    sys.exit("This needs Pillow: ./scripts/serve sets everything up, .venv/bin/python runs it.")

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from skill.coaching.movements import Movement, Side
from skill.coaching.routines import Catalogue
from skill.content.catalogue import ART, load_catalogue
from skill.pictures.art import BACKGROUND, art_file
from skill.pictures.poses import Stage
from skill.pictures.scene import shapes
from skill.pictures.shapes import SQUARE, Area, Blob, Line, Point, Role, Shape
from skill.pictures.svg import DARK, LIGHT

ICONS = ART.parent.parent / "alexa" / "skill_package" / "assets" / "images"
PODCAST_SIZE = 1400
"""Pixels; podcast directories take 1400 to 3000."""
TAG_SIZE = 600
ICON_SIZES = (108, 512)
"""Pixels; the store takes no others, and shows them in a circle."""
ECHO_SIZE = 512
"""Pixels; an Echo's player takes 480 and more."""
BACKGROUND_SIZE = (1280, 800)
"""Pixels; an Echo's player takes 1024 by 640 and more."""
THUMBNAIL = 200
"""Pixels of one picture on the sheet: as small as a page shows it."""
SMOOTHING = 3
"""Drawn so many times larger, then scaled down: Pillow's own lines have hard edges."""

NIGHT = DARK[Role.PAPER]
RING = "#2b5f59"
SUN = DARK[Role.WORK]
BODY = DARK[Role.BODY]
DIM = "#173b38"
EMBLEM = ("kick-back", Side.RIGHT)
"""The movement that stands for the coach."""


def main() -> int:
    """Draw what the arguments ask for: everything, or one sheet to look at."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--art", type=Path, default=ART, help=f"the art's folder ({ART})")
    parser.add_argument("--icons", type=Path, default=ICONS, help=f"the icons' folder ({ICONS})")
    parser.add_argument(
        "--sheet", type=Path, metavar="PNG", help="draw nothing but all pictures on one sheet"
    )
    parser.add_argument("--dark", action="store_true", help="the sheet on dark ground")
    parser.add_argument(
        "--size",
        type=int,
        default=THUMBNAIL,
        help=f"pixels of a picture on the sheet ({THUMBNAIL})",
    )
    parser.add_argument("movements", nargs="*", help="those on the sheet; without, all")
    chosen = parser.parse_args()
    catalogue = load_catalogue()
    unknown = [name for name in chosen.movements if name not in catalogue.movements]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(catalogue.movements)}")
    try:
        return _draw(chosen, catalogue)
    except (OSError, ValueError) as refused:
        parser.error(f"the pictures cannot be written: {refused}")


def _draw(chosen: argparse.Namespace, catalogue: Catalogue) -> int:
    """Draw what is chosen, and say where it is; raise `OSError` or `ValueError` if it cannot be."""
    if chosen.sheet:
        names = chosen.movements or list(catalogue.movements)
        colours = DARK if chosen.dark else LIGHT
        movements = [catalogue.movements[name] for name in names]
        draw_sheet(movements, colours, chosen.size).save(chosen.sheet)
        print(f"{len(names)} movements are on {chosen.sheet}")
        return 0
    write_art(catalogue, chosen.art)
    write_icons(catalogue, chosen.icons)
    print(f"cover and movements are in {chosen.art}, the icons in {chosen.icons}")
    return 0


def write_art(catalogue: Catalogue, folder: Path) -> None:
    """Write the cover as PNG for podcast apps and JPEG for the files' own tags, and Echo art."""
    cover = draw_cover(catalogue)
    folder.mkdir(parents=True, exist_ok=True)
    _scaled(cover, PODCAST_SIZE).quantize(64).save(folder / "cover.png", optimize=True)
    _scaled(cover, TAG_SIZE).save(folder / "cover.jpg", quality=85, optimize=True)
    draw_background().quantize(16).save(folder / BACKGROUND, optimize=True)
    palette = _palette(DARK)
    for movement in catalogue.movements.values():
        for side in movement.sides:
            image = draw_movement(movement, side)
            target = folder / art_file(movement, side)
            target.parent.mkdir(exist_ok=True)
            image.quantize(palette=palette, dither=Image.Dither.NONE).save(target, optimize=True)


def write_icons(catalogue: Catalogue, folder: Path) -> None:
    """Write the icons under which the skill store shows the skill."""
    folder.mkdir(parents=True, exist_ok=True)
    icon = draw_icon(catalogue)
    for size in ICON_SIZES:
        _scaled(icon, size).save(folder / f"icon_{size}.png", optimize=True)


def draw_movement(movement: Movement, side: Side) -> Image.Image:
    """Draw a movement's full pose as an Echo shows it."""
    size = ECHO_SIZE * SMOOTHING
    image = Image.new("RGB", (size, size), NIGHT)
    paint(ImageDraw.Draw(image), shapes(movement, side, Stage.FULL), size, DARK)
    return _scaled(image, ECHO_SIZE)


def draw_background() -> Image.Image:
    """Draw what lies behind a movement's picture: a ring, faint enough to read words on."""
    width, height = (pixels * SMOOTHING for pixels in BACKGROUND_SIZE)
    image = Image.new("RGB", (width, height), NIGHT)
    middle = (width * 0.78, height * 0.55)
    _ring(ImageDraw.Draw(image), middle, height * 0.5, height * 0.07, 0, (DIM, DIM))
    return image.resize(BACKGROUND_SIZE, Image.Resampling.LANCZOS)


def draw_cover(catalogue: Catalogue) -> Image.Image:
    """Draw the cover, larger than a podcast needs it."""
    size = PODCAST_SIZE * 2
    image = Image.new("RGB", (size, size), NIGHT)
    pen = ImageDraw.Draw(image)
    middle = (size * 0.5, size * 0.43)
    _ring(pen, middle, size * 0.35, size * 0.035, 0.7)
    _emblem(pen, catalogue, middle, size * 0.6)
    font = ImageFont.load_default(size * 0.088)
    pen.text((size / 2, size * 0.9), "Glute Coach", font=font, fill=BODY, anchor="mm")
    return image


def draw_icon(catalogue: Catalogue) -> Image.Image:
    """Draw the icon, larger than any is needed: without a name, and bold enough for the small."""
    size = max(ICON_SIZES) * 4
    image = Image.new("RGB", (size, size), NIGHT)
    pen = ImageDraw.Draw(image)
    middle = (size * 0.5, size * 0.5)
    _ring(pen, middle, size * 0.46, size * 0.055, 0.7)
    _emblem(pen, catalogue, middle, size * 0.78)
    return image


def draw_sheet(
    movements: Sequence[Movement], colours: Mapping[Role, str], size: int = THUMBNAIL
) -> Image.Image:
    """Draw both poses of each side of movements, a row a movement: to be looked at."""
    gap, label = size // 20, size // 10
    columns = [(side, stage) for side in (Side.RIGHT, Side.LEFT) for stage in Stage]
    width, row = len(columns) * (size + gap), size + label + gap
    sheet = Image.new("RGB", (width, row * len(movements)), colours[Role.PAPER])
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(label * 0.55)
    for number, movement in enumerate(movements):
        for column, (side, stage) in enumerate(columns):
            shown = Side.BOTH if Side.BOTH in movement.sides else side
            if shown is Side.BOTH and side is Side.LEFT:
                continue
            image = Image.new("RGB", (size * SMOOTHING,) * 2, colours[Role.PAPER])
            drawn = shapes(movement, shown, stage)
            paint(ImageDraw.Draw(image), drawn, size * SMOOTHING, colours)
            place = (column * (size + gap), number * row + label)
            sheet.paste(_scaled(image, size), place)
            told = f"{movement.id}, {shown}, {stage}"
            pen.text((place[0] + gap, number * row), told, font=font, fill=colours[Role.BODY])
    return sheet


def paint(
    pen: ImageDraw.ImageDraw,
    drawn: Iterable[Shape],
    size: float,
    colours: Mapping[Role, str],
    corner: Point = (0, 0),
) -> None:
    """Paint shapes, their square so many pixels large, with its upper left corner at a place."""
    scale = size / SQUARE

    def at(point: Point) -> Point:
        return corner[0] + scale * point[0], corner[1] + scale * point[1]

    for shape in drawn:
        colour = colours[shape.role]
        match shape:
            case Blob(arcs=arcs):
                outline = [
                    at(arc.at(step / steps))
                    for arc in arcs
                    for steps in [max(1, math.ceil(arc.sweep / 0.08))]
                    for step in range(steps + 1)
                ]
                pen.polygon(outline, fill=colour)
            case Area(points=points):
                pen.polygon([at(point) for point in points], fill=colour)
            case Line(points=points):
                places = [at(point) for point in points]
                for begin, end in pairwise(places):
                    _bar(pen, begin, end, scale * shape.width / 2, colour)
                for place in places:
                    _dot(pen, place, scale * shape.width / 2, colour)


def _palette(colours: Mapping[Role, str]) -> Image.Image:
    """Return every colour and what lies between two: one a picture found itself would shift."""
    known = sorted({ImageColor.getrgb(colour) for colour in colours.values()})
    mixed = [
        round(one * (1 - share) + other * share)
        for first, second in combinations(known, 2)
        for share in (0.25, 0.5, 0.75)
        for one, other in zip(first, second, strict=True)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(value for colour in known for value in colour), *mixed])
    return palette


def _emblem(pen: ImageDraw.ImageDraw, catalogue: Catalogue, middle: Point, size: float) -> None:
    """The figure by itself, in a circle so many pixels wide around a place."""
    name, side = EMBLEM
    drawn = [
        shape
        for shape in shapes(catalogue.movements[name], side, Stage.FULL)
        if shape.role not in {Role.MAT, Role.ARROW}
    ]
    discs = [disc for shape in drawn if isinstance(shape, Blob) for disc in shape.circles]
    x = y = SQUARE / 2
    reach = 0.0
    for step in range(1, 400):
        # Towards the furthest disc, ever less: this ends in the middle of the smallest circle.
        far = max(discs, key=lambda disc: math.hypot(disc.x - x, disc.y - y) + disc.radius)
        reach = math.hypot(far.x - x, far.y - y) + far.radius
        x, y = x + (far.x - x) / (step + 1), y + (far.y - y) / (step + 1)
    scale = size / (2 * reach)
    paint(pen, drawn, scale * SQUARE, DARK, (middle[0] - scale * x, middle[1] - scale * y))


def _scaled(image: Image.Image, size: int) -> Image.Image:
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _ring(  # noqa: PLR0913, PLR0917 - a ring is that much
    pen: ImageDraw.ImageDraw,
    middle: Point,
    radius: float,
    width: float,
    share: float,
    colours: tuple[str, str] = (RING, SUN),
) -> None:
    """A countdown with a share of its time left, beginning at the top."""
    box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
    track_colour, left_colour = colours
    pen.ellipse(box, outline=track_colour, width=round(width))
    if not share:
        return
    end = -90 + 360 * share
    pen.arc(box, -90, end, fill=left_colour, width=round(width))
    for angle in (-90, end):
        turn = math.radians(angle)
        track = radius - width / 2
        _dot(pen, (middle[0] + track * math.cos(turn), middle[1] + track * math.sin(turn)),
             width / 2, left_colour)  # fmt: skip


def _bar(pen: ImageDraw.ImageDraw, begin: Point, end: Point, half: float, colour: str) -> None:
    """A straight piece of a line; Pillow's own lines are of whole pixels."""
    (x0, y0), (x1, y1) = begin, end
    length = math.hypot(x1 - x0, y1 - y0)
    aside, down = (half * (y1 - y0) / length, half * (x0 - x1) / length) if length else (0, 0)
    corners = [
        (x0 + aside, y0 + down),
        (x1 + aside, y1 + down),
        (x1 - aside, y1 - down),
        (x0 - aside, y0 - down),
    ]
    pen.polygon(corners, fill=colour)


def _dot(pen: ImageDraw.ImageDraw, middle: Point, radius: float, colour: str) -> None:
    x, y = middle
    pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)


if __name__ == "__main__":
    raise SystemExit(main())
