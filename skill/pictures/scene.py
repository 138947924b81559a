"""Turns a body in a room into the flat shapes of a picture, the furthest first."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from skill.coaching.movements import Movement, Need, Posture, Side
from skill.coaching.values import value_class
from skill.pictures.body import Ball, Body, Part
from skill.pictures.errors import require_side
from skill.pictures.poses import Drawing, Stage, Study, View, load_studies
from skill.pictures.shapes import SQUARE, Area, Blob, Circle, Line, Point, Role, Shape
from skill.pictures.space import Vector

MARGIN = 9.0
"""Around the figure, in the picture's square."""
LARGEST = 2.2
"""Picture units to a hundredth of the height, at most: small figures are drawn no larger."""
_GAP = 1.1
"""Hundredths of the height between a limb and what it crosses."""
_SIDEWAYS = 0.3
"""From how far to the side one must look for one side to be the far one: a sine."""
_BAND_AT = 0.8
"""The band's place along the thigh: just above the knee."""
_MAT_PAST, _MAT_DEEP = 5.0, 22.0
"""How far a mat goes beyond the figure, and from its middle to either long side."""
_ROOT_BEHIND, _JUST = 1.5, 0.1
_FROM_BESIDE, _FROM_BEHIND = 0.45, 0.3
"""From where the glute is in front of the thigh that it lies upon: sines."""
_ENDS = (("shank", "foot"), ("forearm", "hand"))
"""What is painted together, since nothing comes between."""
_LEG = ("thigh", "shank", "foot")


@value_class
class _Camera:
    right: Vector
    up: Vector
    toward: Vector

    @classmethod
    def at(cls, view: View) -> "_Camera":
        turn, rise = math.radians(view.azimuth), math.radians(view.elevation)
        sine, cosine = math.sin(turn), math.cos(turn)
        return cls(
            right=Vector(-sine, cosine, 0),
            up=Vector(-cosine * math.sin(rise), -sine * math.sin(rise), math.cos(rise)),
            toward=Vector(cosine * math.cos(rise), sine * math.cos(rise), math.sin(rise)),
        )

    def seen(self, place: Vector) -> Point:
        return place.dot(self.right), -place.dot(self.up)


def shapes(movement: Movement, side: Side, stage: Stage) -> tuple[Shape, ...]:
    """Return a picture's shapes in the order of painting.

    The left side's picture is the right side's in a mirror (`Study.mirrored` says why that is
    right). Raise `PictureError` for a side that the movement does not work.
    """
    require_side(movement, side)
    return _shapes(movement, side, stage)


@lru_cache(maxsize=128)
def _shapes(movement: Movement, side: Side, stage: Stage) -> tuple[Shape, ...]:
    study = load_studies()[movement.id]
    if side is Side.LEFT:
        study = study.mirrored
    working = frozenset(Side) if side is Side.BOTH else frozenset({side})
    camera = _Camera.at(study.view)
    both = {which: _Sketch(movement, study, which, camera, working) for which in Stage}
    everything = [shape for sketch in both.values() for shape in sketch.shapes]
    return tuple(_fitted(both[stage].shapes, everything))


class _Sketch:
    """One pose as shapes, in hundredths of the height, wherever they lie."""

    def __init__(
        self,
        movement: Movement,
        study: Study,
        stage: Stage,
        camera: _Camera,
        working: frozenset[Side],
    ) -> None:
        self._camera = camera
        self._working = working
        self._together = Side.BOTH in working
        drawing = study.drawings[stage]
        self._body = drawing.body
        self._far = _far_side(drawing.body, camera)
        self.shapes: list[Shape] = []
        self._painted: set[str] = set()
        self._ground(movement, study)
        if study.chair:
            self._chair(study.chair)
        for part in self._body.parts.values():
            # One outline around the whole figure; the limbs' gaps are painted with them.
            if part.name not in {"shank", "foot", "forearm", "hand"}:
                self._blob(Role.PAPER, _widened(part.balls[:1] if _is_limb(part) else part.balls))
        for group in self._ordered(drawing):
            self._group(group)
        if Need.BAND in movement.needs:
            self._band()
        if drawing.arrow:
            self._arrow(drawing.arrow)

    def _ordered(self, drawing: Drawing) -> list[tuple[Part, ...]]:
        """Return what is painted together, the furthest first: shank and foot, forearm and hand."""
        parts = self._body.parts
        near = {name: part.middle.dot(self._camera.toward) for name, part in parts.items()}
        for side in (Side.LEFT, Side.RIGHT):
            # In a limb seen from the side both bones are as near; the knee's line is the shank's.
            for root in (f"{side}_thigh", f"{side}_upper_arm"):
                near[root] -= _ROOT_BEHIND
            # The glute lies around the hip: seen from its own side or from behind, it is in front.
            outside = self._body.joints[f"{side}_hip"] - self._body.joints["pelvis"]
            toward = self._camera.toward
            beside, behind = outside.direction.dot(toward), -self._body.hips.front.dot(toward)
            if beside > _FROM_BESIDE or behind > _FROM_BEHIND:
                over = max(near[f"{side}_thigh"], near["pelvis"])
                near[f"{side}_glute"] = max(near[f"{side}_glute"], over + _JUST)
        for name, units in drawing.nearer.items():
            near[name] += units
        return [
            (parts[name], *(parts[name.replace(*pair)] for pair in _ENDS if pair[0] in name))
            for name in sorted(parts, key=lambda name: near[name])
            if not any(name.endswith(end) for _, end in _ENDS)
        ]

    def _group(self, group: Sequence[Part]) -> None:
        for part in group:
            if _is_limb(part):
                # The gap widens from nothing at the joint that the limb hangs from.
                root, *others = part.balls
                hidden = Ball(root.middle, root.radius - _GAP)
                self._blob(Role.PAPER, [hidden, *_widened(others)])
            self._painted.add(f"{part.side}_{part.name}")
        for part in group:
            self._blob(self._role(part), part.balls)
            self._joint(part)

    def _joint(self, part: Part) -> None:
        """Close the gap that a thigh or an upper arm has made in what hangs from it."""
        lower = {"thigh": "shank", "upper_arm": "forearm"}.get(part.name)
        if lower and f"{part.side}_{lower}" in self._painted:
            first, *_, last = self._body.parts[f"{part.side}_{lower}"].balls
            middle = first.middle * 0.7 + last.middle * 0.3
            radius = first.radius * 0.7 + last.radius * 0.3
            self._blob(self._role(part), [first, Ball(middle, radius)])

    def _role(self, part: Part) -> Role:
        works = part.side is not Side.BOTH and part.side in self._working
        if part.name == "glute":
            return Role.MUSCLE if works else Role.BODY
        if part.name in _LEG and works and not self._together:
            return Role.WORK
        return Role.FAR if part.side is self._far else Role.BODY

    def _blob(self, role: Role, balls: Iterable[Ball]) -> None:
        circles = []
        for ball in balls:
            x, y = self._camera.seen(ball.middle)
            circles.append(Circle(x, y, ball.radius))
        self.shapes.append(Blob(role, tuple(circles)))

    def _ground(self, movement: Movement, study: Study) -> None:
        """Lay a mat under the body in all its poses, or a spot of floor under the feet."""
        on_feet = movement.posture in {Posture.STANDING, Posture.CHAIR}
        balls = [
            ball
            for drawing in study.drawings.values()
            for part in drawing.body.parts.values()
            if not on_feet or part.name == "foot"
            for ball in part.balls
        ]
        if study.chair:
            balls += [Ball(study.chair + Vector(x, 0, 0), 8) for x in (-8, 8)]
        low_x, high_x = _range((ball.middle.x, ball.radius) for ball in balls)
        low_y, high_y = _range((ball.middle.y, ball.radius) for ball in balls)
        wide, deep = (high_x - low_x) / 2 + _MAT_PAST, (high_y - low_y) / 2 + _MAT_PAST
        middle = Vector((low_x + high_x) / 2, (low_y + high_y) / 2, 0)
        if Need.MAT in movement.needs:
            deep = _MAT_DEEP
            ways = [(wide, deep), (wide, -deep), (-wide, -deep), (-wide, deep)]
        else:
            angles = [math.radians(angle) for angle in range(0, 360, 15)]
            ways = [(wide * math.cos(angle), deep * math.sin(angle)) for angle in angles]
        corners = tuple(self._camera.seen(middle + Vector(x, y, 0)) for x, y in ways)
        self.shapes.append(Area(Role.MAT, corners))

    def _chair(self, seat: Vector) -> None:
        half, back, thick = 10.0, 26.0, 1.5

        def at(x: float, y: float, z: float) -> Point:
            return self._camera.seen(Vector(seat.x + x * half, seat.y + y * half, z))

        for x, y in ((-1, 1), (1, 1), (-1, -1), (1, -1)):
            self.shapes.append(Line(Role.PROP, (at(x, y, 0), at(x, y, seat.z - 1)), 2.2))
        top = seat.z - thick
        corners = (at(x, y, top) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
        self.shapes.append(Blob(Role.PROP, tuple(Circle(x, y, thick) for x, y in corners)))
        for y in (-1, 1):
            self.shapes.append(Line(Role.PROP, (at(-1, y, top), at(-1.25, y, top + back)), 2.2))
        for z in (0.6, 1.0):
            tilted = -1 - 0.25 * z
            rail = (at(tilted, -1, top + back * z), at(tilted, 1, top + back * z))
            self.shapes.append(Line(Role.PROP, rail, 2.6))

    def _band(self) -> None:
        joints = self._body.joints
        left, right = (
            joints[f"{side}_hip"] * (1 - _BAND_AT) + joints[f"{side}_knee"] * _BAND_AT
            for side in (Side.LEFT, Side.RIGHT)
        )
        (x1, y1), (x2, y2) = self._camera.seen(left), self._camera.seen(right)
        apart = math.hypot(x2 - x1, y2 - y1)
        over_x, over_y = (x2 - x1) / apart * 3.6, (y2 - y1) / apart * 3.6
        ends = ((x1 - over_x, y1 - over_y), (x2 + over_x, y2 + over_y))
        self.shapes.append(Line(Role.BAND, ends, 3.4))

    def _arrow(self, way: Sequence[Vector]) -> None:
        begin, over, end = (self._camera.seen(place) for place in way)
        width = 1.7
        points = [_curve(begin, over, end, step / 12) for step in range(13)]
        (x0, y0), (x1, y1) = points[-2], points[-1]
        heading = math.atan2(y1 - y0, x1 - x0)
        head = [
            (
                x1 - 5.0 * math.cos(heading + turn),
                y1 - 5.0 * math.sin(heading + turn),
            )
            for turn in (0.6, -0.6)
        ]
        self.shapes.append(Line(Role.ARROW, tuple(points), width))
        self.shapes.append(Line(Role.ARROW, (head[0], points[-1], head[1]), width))


def _is_limb(part: Part) -> bool:
    return part.side is not Side.BOTH and part.name != "glute"


def _widened(balls: Iterable[Ball]) -> list[Ball]:
    return [Ball(ball.middle, ball.radius + _GAP) for ball in balls]


def _far_side(body: Body, camera: _Camera) -> Side | None:
    toward = body.hips.left.dot(camera.toward)
    if abs(toward) < _SIDEWAYS:
        return None
    return Side.RIGHT if toward > 0 else Side.LEFT


def _curve(begin: Point, over: Point, end: Point, share: float) -> Point:
    """Return a place on the curve from `begin` to `end` that passes through `over` half-way."""
    rest = 1 - share
    middle = tuple(2 * over[axis] - (begin[axis] + end[axis]) / 2 for axis in (0, 1))
    x, y = (
        rest * rest * begin[axis] + 2 * rest * share * middle[axis] + share * share * end[axis]
        for axis in (0, 1)
    )
    return x, y


def _range(discs: Iterable[tuple[float, float]]) -> tuple[float, float]:
    known = list(discs)
    return min(at - radius for at, radius in known), max(at + radius for at, radius in known)


def _fitted(drawn: Sequence[Shape], everything: Sequence[Shape]) -> list[Shape]:
    """Bring shapes into the square; all poses of a movement alike, so that nothing jumps."""
    low_x, high_x = _range(disc for shape in everything for disc in _extent(shape, 0))
    low_y, high_y = _range(disc for shape in everything for disc in _extent(shape, 1))
    room = SQUARE - 2 * MARGIN
    scale = min(LARGEST, room / max(high_x - low_x, high_y - low_y))
    x0, y0 = (
        SQUARE / 2 - scale * (low_x + high_x) / 2,
        SQUARE / 2 - scale * (low_y + high_y) / 2,
    )
    return [_moved(shape, scale, x0, y0) for shape in drawn]


def _extent(shape: Shape, axis: int) -> list[tuple[float, float]]:
    if isinstance(shape, Blob):
        return [((disc.x, disc.y)[axis], disc.radius) for disc in shape.circles]
    half = shape.width / 2 if isinstance(shape, Line) else 0.0
    return [(point[axis], half) for point in shape.points]


def _moved(shape: Shape, scale: float, x0: float, y0: float) -> Shape:
    if isinstance(shape, Blob):
        circles = (
            Circle(x0 + scale * disc.x, y0 + scale * disc.y, scale * disc.radius)
            for disc in shape.circles
        )
        return Blob(shape.role, tuple(circles))
    points = tuple((x0 + scale * x, y0 + scale * y) for x, y in shape.points)
    if isinstance(shape, Line):
        return Line(shape.role, points, scale * shape.width)
    return Area(shape.role, points)
