"""The flat shapes a picture is made of, each filled with the colour of one role.

Places are in the picture's square, from its upper left corner, 200 to a side.
"""

import math
from collections.abc import Iterable
from enum import StrEnum

from skill.coaching.values import value_class

SQUARE = 200.0
"""The side of the picture's square."""

Point = tuple[float, float]

_WHOLE = 2 * math.pi
_FINE = 1e-9


class Role(StrEnum):
    """What a shape shows; a page or a painter gives each role its colour."""

    BODY = "body"
    FAR = "far"
    """Limbs on the side turned away."""
    WORK = "work"
    """The leg of the side that is worked."""
    MUSCLE = "muscle"
    """The glute that works or is stretched."""
    PAPER = "paper"
    """A gap of the ground's own colour, where one limb crosses another."""
    MAT = "mat"
    PROP = "prop"
    BAND = "band"
    ARROW = "arrow"


@value_class
class Circle:
    """A disc on the picture."""

    x: float
    y: float
    radius: float


@value_class
class Arc:
    """A piece of a circle, in radians from the right, clockwise."""

    circle: Circle
    begin: float
    sweep: float

    def at(self, share: float) -> Point:
        """Return the place after a share of the arc, 0 to 1."""
        angle = self.begin + self.sweep * share
        circle = self.circle
        return (
            circle.x + circle.radius * math.cos(angle),
            circle.y + circle.radius * math.sin(angle),
        )


@value_class
class Blob:
    """What a rubber band around some discs encloses: a limb, a trunk, a foot."""

    role: Role
    circles: tuple[Circle, ...]

    @property
    def arcs(self) -> list[Arc]:
        """The outline, clockwise; straight lines join one arc to the next."""
        circles = _outer(self.circles)
        begin = max(circles, key=lambda circle: circle.x + circle.radius)
        arcs: list[Arc] = []
        here, angle, turned = begin, 0.0, 0.0
        while turned < _WHOLE - _FINE:
            turns = {
                other: _turn(_tangent(here, other) - angle) for other in circles if other != here
            }
            other = min(turns, key=lambda circle: turns[circle], default=here)
            sweep = min(turns.get(other, _WHOLE), _WHOLE - turned)
            if sweep > _FINE:
                arcs.append(Arc(here, angle, sweep))
            here, angle, turned = other, angle + sweep, turned + sweep
        return arcs


@value_class
class Area:
    """What straight lines enclose."""

    role: Role
    points: tuple[Point, ...]


@value_class
class Line:
    """A line with round ends and corners."""

    role: Role
    points: tuple[Point, ...]
    width: float


Shape = Blob | Area | Line


def _outer(circles: Iterable[Circle]) -> list[Circle]:
    """Return those circles that do not lie within another."""
    kept: list[Circle] = []
    for circle in sorted(circles, key=lambda disc: -disc.radius):
        if not any(
            math.hypot(circle.x - big.x, circle.y - big.y) <= big.radius - circle.radius + 0.01
            for big in kept
        ):
            kept.append(circle)
    return kept


def _tangent(here: Circle, there: Circle) -> float:
    """Return at which angle the rubber band leaves one circle for another."""
    way = math.atan2(there.y - here.y, there.x - here.x)
    apart = math.hypot(there.x - here.x, there.y - here.y)
    return way - math.acos((here.radius - there.radius) / apart)


def _turn(angle: float) -> float:
    turn = angle % _WHOLE
    return 0.0 if turn > _WHOLE - _FINE else turn
