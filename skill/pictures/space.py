"""Places and directions in a room: x to the figure's front as it stands, y to its left, z up.

One unit is a hundredth of the figure's height.
"""

import math

from skill.coaching.values import value_class


@value_class
class Vector:
    """A place in the room, or the way from one to another."""

    x: float
    y: float
    z: float

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __neg__(self) -> "Vector":
        return Vector(-self.x, -self.y, -self.z)

    def __mul__(self, factor: float) -> "Vector":
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other: "Vector") -> float:
        """Return how far this goes along the other, times the other's length."""
        return self.x * other.x + self.y * other.y + self.z * other.z

    @property
    def length(self) -> float:
        """Units."""
        return math.sqrt(self.dot(self))

    @property
    def direction(self) -> "Vector":
        """The same way, one unit long; raise `ZeroDivisionError` for no way at all."""
        return self * (1 / self.length)

    def across(self, axis: "Vector") -> "Vector":
        """Return what of this goes square to an axis, which is one unit long."""
        return self - axis * self.dot(axis)

    @property
    def mirrored(self) -> "Vector":
        """The same on the figure's other side."""
        return Vector(self.x, -self.y, self.z)


NOWHERE = Vector(0, 0, 0)
"""No way at all; the floor beneath the figure."""


def angle_between(one: Vector, other: Vector) -> float:
    """Return the angle between two directions in degrees, 0 to 180."""
    cosine = one.direction.dot(other.direction)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


@value_class
class Frame:
    """How a part of the body is turned: where its front, its left and its upper end point."""

    front: Vector
    left: Vector
    up: Vector

    @classmethod
    def turned(cls, pitch: float, turn: float, lean: float = 0.0) -> "Frame":
        """Return the frame of who tips forward by `pitch`, then rolls to the left by `turn`.

        Degrees: with pitch 0 one is upright, with 90 face down, with -90 on the back. At last
        the upper end leans to the left by `lean`.
        """
        tip, roll, side = math.radians(pitch), math.radians(turn), math.radians(lean)
        up = Vector(math.sin(tip), 0, math.cos(tip))
        ahead, aside = Vector(math.cos(tip), 0, -math.sin(tip)), Vector(0, 1, 0)
        left = aside * math.cos(roll) - ahead * math.sin(roll)
        return cls(
            front=ahead * math.cos(roll) + aside * math.sin(roll),
            left=left * math.cos(side) - up * math.sin(side),
            up=up * math.cos(side) + left * math.sin(side),
        )

    def at(self, front: float, left: float, up: float) -> Vector:
        """Return the way so far to the front, the left and the upper end."""
        return self.front * front + self.left * left + self.up * up
