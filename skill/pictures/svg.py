"""Writes a picture as SVG, to be put into a page or served by itself: standard library only.

Colours are presentation attributes with CSS custom properties in them, so a page colours the
figures for dark and light without a style that its content security policy would refuse:
`--picture-body` and so on, one for each `Role`. Without them the body takes the text's colour.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from types import MappingProxyType

from skill.coaching.movements import Movement, Side
from skill.pictures.poses import Stage
from skill.pictures.scene import shapes
from skill.pictures.shapes import SQUARE, Area, Blob, Line, Point, Role, Shape
from skill.pictures.words import PictureWords

PAGE: Mapping[Role, str] = MappingProxyType(
    {
        role: f"var(--picture-{role},{fallback})"
        for role, fallback in {
            Role.BODY: "currentColor",
            Role.FAR: "#8a9d99",
            Role.WORK: "#e09a36",
            Role.MUSCLE: "#e8533a",
            Role.PAPER: "Canvas",
            Role.MAT: "#7c9a9538",
            Role.PROP: "#8a9d99",
            Role.BAND: "#3f86d9",
            Role.ARROW: "#3f86d9",
        }.items()
    }
)
"""For a picture within a page: what the page says, else colours that do on dark and on light."""
LIGHT: Mapping[Role, str] = MappingProxyType(
    {
        Role.BODY: "#1c3d3a",
        Role.FAR: "#93a9a5",
        Role.WORK: "#e9a13b",
        Role.MUSCLE: "#e8533a",
        Role.PAPER: "#ffffff",
        Role.MAT: "#d5e4e0",
        Role.PROP: "#a9b8b5",
        Role.BAND: "#3a7bd5",
        Role.ARROW: "#3a7bd5",
    }
)
"""For a picture that stands alone on white."""
DARK: Mapping[Role, str] = MappingProxyType(
    {
        Role.BODY: "#f6efe2",
        Role.FAR: "#7f9d97",
        Role.WORK: "#ffb454",
        Role.MUSCLE: "#f4583b",
        Role.PAPER: "#10312f",
        Role.MAT: "#1f4b47",
        Role.PROP: "#5c827c",
        Role.BAND: "#6cb6ff",
        Role.ARROW: "#6cb6ff",
    }
)
"""For a picture that stands alone on the coach's dark green, as on an Echo's screen."""


_NEARLY_HALF = 3
"""Radians; a longer arc is written as two."""
_FINE = 10
"""Units of the document to one of the picture's square: whole numbers are the shortest."""


def svg(
    movement: Movement,
    side: Side,
    stage: Stage,
    words: PictureWords,
    colours: Mapping[Role, str] = PAGE,
) -> str:
    """Return a picture as an SVG document, a square of at most 6 KB.

    To a screen reader it is an image, named by its title; the pose in words is its
    description, and `words.alternative` for a page that says it beside. Nothing in it has an
    id, so a page may hold it many times. Raise `PictureError` for a side that the movement
    does not work.
    """
    title = escape(words.title(movement, side, stage))
    told = escape(words.alternative(movement, side, stage))
    size = round(SQUARE * _FINE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'fill="{colours[Role.BODY]}" stroke-linecap="round" stroke-linejoin="round">'
        f"<title>{title}</title><desc>{told}</desc>"
        f"{''.join(_elements(shapes(movement, side, stage), colours))}</svg>\n"
    )


def _elements(drawn: Iterable[Shape], colours: Mapping[Role, str]) -> Iterator[str]:
    """Write the shapes, neighbours of one colour as one path."""
    for (role, width), alike in groupby(drawn, key=_paint):
        path = "".join(_path(shape) for shape in alike)
        if width is not None:
            colour = f' fill="none" stroke="{colours[role]}" stroke-width="{round(width * _FINE)}"'
        elif role is Role.BODY:
            colour = ""  # As the whole document.
        else:
            colour = f' fill="{colours[role]}"'
        yield f'<path{colour} d="{path}"/>'


def _paint(shape: Shape) -> tuple[Role, float | None]:
    return shape.role, shape.width if isinstance(shape, Line) else None


def _path(shape: Shape) -> str:
    pen = _Pen()
    match shape:
        case Blob(arcs=arcs):
            # Clockwise all, so that parts that overlap fill one another.
            for arc in arcs:
                pen.line(arc.at(0))
                # The ends of a whole turn are one place; two halves are drawn.
                for share in (0.5, 1.0) if arc.sweep > _NEARLY_HALF else (1.0,):
                    pen.arc(arc.circle.radius, arc.at(share))
        case Area(points=points) | Line(points=points):
            for point in points:
                pen.line(point)
    return pen.path + ("" if isinstance(shape, Line) else "z")


class _Pen:
    """Writes a path with each place told from the one before it, which is shorter."""

    def __init__(self) -> None:
        self.path = ""
        self._at: tuple[int, int] | None = None

    def line(self, end: Point) -> None:
        """Begin at a place, or draw straight to it."""
        x, y = _rounded(end)
        if self._at is None:
            self.path += f"M{x} {y}"
            self._at = (x, y)
        elif self._at != (x, y):
            self.path += f"l{self._step(x, y)}"

    def arc(self, radius: float, end: Point) -> None:
        """Draw clockwise to a place, around less than half a circle."""
        length = round(radius * _FINE)
        x, y = _rounded(end)
        if self._at != (x, y):
            self.path += f"a{length} {length} 0 01{self._step(x, y)}"

    def _step(self, x: int, y: int) -> str:
        x0, y0 = self._at or (0, 0)
        self._at = (x, y)
        return f"{x - x0}{'' if y < y0 else ' '}{y - y0}"


def _rounded(point: Point) -> tuple[int, int]:
    x, y = point
    return round(x * _FINE), round(y * _FINE)
