"""Movements: what a body can be asked to do, on which side, and for how long.

Pure values that refuse to exist when they are wrong. Names and instructions are words,
not facts, and live with the language (`skill/content`).
"""

import re
from enum import StrEnum

from skill.coaching.errors import ContentError
from skill.coaching.values import value_class

Milliseconds = int
"""A length or a moment in whole milliseconds."""

SECOND: Milliseconds = 1000

HOLD_SECONDS = range(10, 121)
"""Holds a runner may choose, in seconds. The sources ask for 20 to 30."""
REP_COUNTS = range(1, 31)
"""Repetitions a runner may choose for one set. The sources ask for 12 to 15."""
REP_SECONDS = range(3, 9)
"""Seconds one repetition may take: under three there is no time left to say the count."""

_IDENTIFIER = re.compile(r"[a-z]+(-[a-z]+)*")


class Side(StrEnum):
    """The side of the body (or the direction of travel) one step works."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"

    @property
    def other(self) -> "Side":
        """The opposite side; both sides at once have no other."""
        return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}.get(self, self)


class Sidedness(StrEnum):
    """How a movement is shared out between the two sides."""

    TOGETHER = "together"
    EACH_LEG = "each-leg"
    EACH_DIRECTION = "each-direction"

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides in the order they are worked."""
        return (Side.BOTH,) if self is Sidedness.TOGETHER else (Side.LEFT, Side.RIGHT)


class Posture(StrEnum):
    """The position a movement is done in; changing it takes time."""

    LYING = "lying"
    SIDE_LYING = "side-lying"
    SEATED = "seated"
    CHAIR = "chair"
    STANDING = "standing"
    KNEELING = "kneeling"
    HANDS_AND_KNEES = "hands-and-knees"

    @property
    def is_on_knees(self) -> bool:
        """Whether a knee carries weight."""
        return self in {Posture.KNEELING, Posture.HANDS_AND_KNEES}


class Need(StrEnum):
    """What a movement cannot be done without: things to have, or a body that can kneel."""

    BAND = "band"
    CHAIR = "chair"
    MAT = "mat"
    KNEELING = "kneeling"


GEAR = (Need.BAND, Need.CHAIR, Need.MAT)
"""What to have within reach, in the order it is named."""


@value_class
class Hold:
    """A position held still, for whole seconds."""

    seconds: int

    def __post_init__(self) -> None:
        require_within("a hold", self.seconds, HOLD_SECONDS, "seconds")

    @property
    def length(self) -> Milliseconds:
        """From the begin chime to the release chime."""
        return self.seconds * SECOND


@value_class
class Reps:
    """A movement repeated at an even pace, each repetition counted aloud."""

    count: int
    seconds_each: int = 4

    def __post_init__(self) -> None:
        require_within("a set", self.count, REP_COUNTS, "repetitions")
        require_within("a repetition", self.seconds_each, REP_SECONDS, "seconds")

    @property
    def length(self) -> Milliseconds:
        """From the begin chime to the release chime."""
        return self.count * self.seconds_each * SECOND


Dose = Hold | Reps


@value_class
class Movement:
    """One movement of the catalogue.

    `dose_source` is a key of the catalogue's sources, or "ours" where the sources give no
    figure; `easier` is the id of the movement to offer a runner for whom this is too much;
    `stand_ins` are those to do where this one cannot be done, the likest first.
    """

    id: str
    sidedness: Sidedness
    posture: Posture
    dose: Dose
    source: str
    dose_source: str
    needs: frozenset[Need] = frozenset()
    easier: str | None = None
    stand_ins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_identifier("a movement's id", self.id)
        if (Need.KNEELING in self.needs) != self.posture.is_on_knees:
            raise ContentError(f"{self.id}: who is {self.posture} needs kneeling, and nobody else")

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides in the order they are worked."""
        return self.sidedness.sides


def require_within(what: str, value: int, bounds: range, unit: str) -> None:
    """Raise `ContentError` unless `value` lies in `bounds`."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in bounds:
        raise ContentError(
            f"{what} takes {bounds.start} to {bounds.stop - 1} {unit}, not {value!r}"
        )


def within(bounds: range, value: int) -> int:
    """Return a value brought to the nearest bound."""
    return min(max(value, bounds.start), bounds.stop - 1)


def require_identifier(what: str, value: str) -> None:
    """Raise `ContentError` unless `value` is lower-case words joined by hyphens."""
    if not _IDENTIFIER.fullmatch(value):
        raise ContentError(f"{what} is lower-case words joined by hyphens, not {value!r}")
