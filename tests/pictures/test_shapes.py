"""Outlines: a rubber band around discs goes around all of them, once."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.pictures.shapes import Blob, Circle, Role

circles = st.builds(
    Circle,
    x=st.integers(0, 200).map(float),
    y=st.integers(0, 200).map(float),
    radius=st.integers(1, 30).map(float),
)


def reach(circle: Circle, angle: float) -> float:
    """How far a disc goes in a direction."""
    return circle.x * math.cos(angle) + circle.y * math.sin(angle) + circle.radius


@given(st.lists(circles, min_size=1, max_size=6))
def test_the_outline_goes_around_once(discs):
    """Its arcs make one whole turn, each on one of the discs, none beginning before another."""
    arcs = Blob(Role.BODY, tuple(discs)).arcs
    assert sum(arc.sweep for arc in arcs) == pytest.approx(2 * math.pi)
    assert {arc.circle for arc in arcs} <= set(discs)
    angle = 0.0
    for arc in arcs:
        assert arc.begin == pytest.approx(angle, abs=1e-6)
        angle += arc.sweep


@given(st.lists(circles, min_size=1, max_size=6))
def test_the_outline_encloses_every_disc(discs):
    """In each direction it goes as far as the disc that goes furthest, and no further."""
    for arc in Blob(Role.BODY, tuple(discs)).arcs:
        for share in (0.0, 0.5, 1.0):
            angle = arc.begin + arc.sweep * share
            furthest = max(reach(disc, angle) for disc in discs)
            assert reach(arc.circle, angle) == pytest.approx(furthest, abs=0.05)


def test_a_disc_alone_is_a_circle():
    """Discs within it, or in the same place, change nothing."""
    disc = Circle(10, 10, 5)
    for discs in ((disc,), (disc, disc), (disc, Circle(11, 10, 2))):
        (arc,) = Blob(Role.BODY, discs).arcs
        assert (arc.circle, arc.sweep) == (disc, pytest.approx(2 * math.pi))


def test_two_discs_alike_make_a_capsule():
    """Two half turns, joined by straight lines."""
    arcs = Blob(Role.BODY, (Circle(10, 10, 5), Circle(30, 10, 5))).arcs
    turns = {disc: sum(arc.sweep for arc in arcs if arc.circle == disc)
             for disc in {arc.circle for arc in arcs}}  # fmt: skip
    assert list(turns.values()) == [pytest.approx(math.pi)] * 2
