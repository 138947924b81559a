"""Routines: movements in an order, each with its sets; and the catalogue of all there is."""

from collections.abc import Mapping
from types import MappingProxyType

from skill.coaching.errors import ContentError
from skill.coaching.movements import Dose, Movement, require_identifier, require_within
from skill.coaching.values import field, value_class

SETS = range(1, 6)
"""How many sets of one movement a routine may ask for."""


@value_class
class Part:
    """One movement's place in a routine.

    `own_dose` stands in for the movement's, and then `own_dose_source` says whose figure it is.
    """

    movement: Movement
    sets: int = 1
    own_dose: Dose | None = None
    own_dose_source: str | None = None

    def __post_init__(self) -> None:
        require_within(self.movement.id, self.sets, SETS, "sets")
        if (self.own_dose is None) != (self.own_dose_source is None):
            raise ContentError(f"{self.movement.id}: a dose and its source come together")

    @property
    def dose(self) -> Dose:
        """How much of the movement this routine asks for."""
        return self.own_dose or self.movement.dose


@value_class
class Routine:
    """An ordered list of parts, done at a certain time of a runner's week."""

    id: str
    parts: tuple[Part, ...]
    source: str

    def __post_init__(self) -> None:
        require_identifier("a routine's id", self.id)
        if not self.parts:
            raise ContentError(f"routine {self.id!r} has no movements")

    @property
    def movements(self) -> tuple[Movement, ...]:
        """The movements in order, each named once."""
        return tuple({part.movement.id: part.movement for part in self.parts}.values())


@value_class
class Catalogue:
    """Every movement and routine the coach knows, by id."""

    movements: Mapping[str, Movement]
    routines: Mapping[str, Routine]
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
