"""Lines: what the coach says in answer, as ids and values. The words live in `skill/content`.

`LINES` is the whole vocabulary: each id with the values its wording may use. A line that
is not listed, or lacks a value, cannot be made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from skill.coaching.errors import CoachError
from skill.coaching.movements import Milliseconds, Movement, Side
from skill.coaching.routines import Routine


@dataclass(frozen=True, slots=True)
class Spot:
    """A movement on a side, or one of its sets: "clam, left side", "squat, set 2 of 3"."""

    movement: Movement
    side: Side
    set_number: int = 1
    sets: int = 1


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time, said in minutes and seconds."""

    milliseconds: Milliseconds


@dataclass(frozen=True, slots=True)
class WorkLeft:
    """What is left of a step's work: repetitions of a set, seconds of a hold."""

    reps: int
    milliseconds: Milliseconds


@dataclass(frozen=True, slots=True)
class About:
    """A length of time, said to the nearest sensible minute."""

    milliseconds: Milliseconds


@dataclass(frozen=True, slots=True)
class Instructions:
    """How a movement is done, told for one side, followed by its care note."""

    movement: Movement
    side: Side


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a movement is in the routine."""

    movement: Movement


@dataclass(frozen=True, slots=True)
class Easier:
    """The easier form of a movement, as advice."""

    movement: Movement


@dataclass(frozen=True, slots=True)
class Heard:
    """What the runner said, as Alexa understood it."""

    text: str


Value = (
    Movement
    | Spot
    | Routine
    | tuple[Routine, ...]
    | tuple[Movement, ...]
    | Length
    | WorkLeft
    | About
    | Instructions
    | Reason
    | Easier
    | Heard
    | int
)
"""What a line may carry; the wording knows how to say each of them."""

LINES: Mapping[str, frozenset[str]] = {
    line: frozenset(values.split())
    for line, values in {
        # opening the skill
        "welcome": "",
        "welcome-back": "",
        "care": "",
        "offer": "spot routine",
        "offer-now": "spot routine",
        "audio-failed": "",
        # choosing a routine
        "which-routine": "routines",
        "which-one": "",
        "unknown-routine": "heard routines",
        "routines": "routines",
        "starting": "routine movements length",
        "starting-again": "routine",
        # moving about
        "going-on": "spot left",
        "going-on-before": "spot",
        "back-to": "spot",
        "first-step": "spot",
        "still-the-other-side": "",
        "both-sides": "movement",
        "finished": "routine",
        "skipped-to-the-end": "routine",
        "left-early": "",
        # stopping
        "paused": "",
        "still-paused": "spot",
        "goodbye": "",
        "goodbye-kept": "spot",
        # asking
        "where-working": "spot left number total",
        "where-between": "spot number total",
        "left-in-work": "left routine_left",
        "left-before": "spot left routine_left",
        "left-after": "routine_left",
        "next-step": "spot",
        "next-step-then": "spot movement",
        "next-none": "",
        "how-to": "instructions",
        "why": "reason",
        "unknown-movement": "heard movements",
        "easier": "easier",
        # when something hurts
        "it-hurts": "",
        "if-it-stays": "",
        "skip-it": "movement",
        "nothing-left-to-skip-to": "",
        # help, and what was not understood
        "help-idle": "",
        "help-playing": "",
        "help-paused": "",
        "help-stepping": "",
        "not-understood": "",
        "nothing-on": "",
        "nothing-asked": "",
        "order-stays": "",
        # one step at a time, where there is no long audio
        "ready-next": "spot",
        "ready-last": "",
        "take-your-time": "",
        "not-done-yet": "",
        "anything-else": "",
        # when something is wrong
        "state-lost": "",
        "routine-gone": "",
        "trouble": "",
    }.items()
}


class UnknownLineError(CoachError):
    """A line outside the vocabulary, or with the wrong values: a mistake of ours."""

    code = "unknown-line"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say."""

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.id not in LINES:
            raise UnknownLineError(f"no line {self.id!r} in the coach's vocabulary")
        if self.values.keys() != LINES[self.id]:
            raise UnknownLineError(
                f"line {self.id!r} takes {sorted(LINES[self.id])}, not {sorted(self.values)}"
            )


def line(line_id: str, **values: Value) -> Line:
    """Make a line; raise `UnknownLineError` if the vocabulary does not have it so."""
    return Line(line_id, values)
