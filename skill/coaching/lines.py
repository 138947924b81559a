"""Lines: what the coach says in answer, as ids and values. The words live in `skill/content`.

`LINES` is the whole vocabulary: each id with the values its wording may use. A line that
is not listed, or lacks a value, cannot be made.
"""

from collections.abc import Mapping
from enum import StrEnum

from skill.coaching.errors import CoachError
from skill.coaching.movements import Milliseconds, Movement, Need, Side
from skill.coaching.plans import Choices
from skill.coaching.routines import Routine
from skill.coaching.schedules import Schedule
from skill.coaching.values import field, value_class


@value_class
class Spot:
    """A movement on a side, or one of its sets: "clam, left side", "squat, set 2 of 3"."""

    movement: Movement
    side: Side
    set_number: int = 1
    sets: int = 1
    extra: bool = False


@value_class
class Length:
    """A length of time, said in minutes and seconds."""

    milliseconds: Milliseconds


@value_class
class WorkLeft:
    """What is left of a step's work: repetitions of a set, seconds of a hold."""

    reps: int
    milliseconds: Milliseconds


@value_class
class About:
    """A length of time, said to the nearest sensible minute."""

    milliseconds: Milliseconds


@value_class
class Instructions:
    """How a movement is done, told for one side, followed by its care note."""

    movement: Movement
    side: Side


@value_class
class Reason:
    """Why a movement is in the routine."""

    movement: Movement


@value_class
class Easier:
    """The easier form of a movement, as advice."""

    movement: Movement


@value_class
class Together:
    """Movements or things named one after the other, all of them meant."""

    members: tuple[Movement | Need, ...]


class Countable(StrEnum):
    """What the coach counts in answers."""

    MOVEMENT = "movement"
    SESSION = "session"
    DAY = "day"


@value_class
class Count:
    """So many of something."""

    number: int
    of: Countable


@value_class
class Here:
    """What is left of a movement after this step: the other side, and so many other sets."""

    other_side: bool
    sets: int


@value_class
class Ago:
    """How long ago something was, said as people do."""

    milliseconds: Milliseconds


@value_class
class Said:
    """What a cue of the guide says."""

    cue: str


@value_class
class Wishes:
    """What a runner has set."""

    choices: Choices
    waits: bool
    skipped: tuple[Movement, ...]


@value_class
class Heard:
    """What the runner said, as Alexa understood it."""

    text: str


Value = (
    Movement
    | Side
    | Need
    | Schedule
    | Together
    | Count
    | Here
    | Ago
    | Said
    | Wishes
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
        "go-on": "",
        "audio-failed": "",
        # choosing a routine
        "which-routine": "routines",
        "which-one": "",
        "unknown-routine": "heard routines",
        "routines": "routines",
        "routine-length": "routine length",
        "routine-has": "routine movements length",
        "routine-takes": "routine gear",
        "routine-takes-nothing": "routine",
        "routines-take": "gear",
        "routines-take-nothing": "",
        "starting": "routine movements length",
        "starting-again": "routine",
        "same-again": "routine",
        "which-of-routines": "routines",
        "i-choose": "",
        # a plan that fits the time
        "how-long": "",
        "time-bounded": "length",
        "too-much-time": "length",
        "fitted": "routine length",
        "fitted-without": "routine length movements",
        "fitted-nearest": "routine length",
        "fitted-by": "wishes",
        "rest-fits": "length",
        "rest-fitted": "length",
        "rest-fitted-without": "length movements",
        "rest-nearest": "length",
        # moving about
        "going-on": "spot left",
        "going-on-before": "spot",
        "back-to": "spot",
        "gently-again": "spot",
        "first-step": "spot",
        "still-the-other-side": "",
        "both-sides": "movement",
        "side-has-its-turn": "side",
        "not-in-routine": "movement",
        "go-where": "",
        "finished": "routine",
        "skipped-to-the-end": "routine",
        "left-early": "",
        "done-to-the-end": "routine",
        # stopping
        "paused": "",
        "paused-between": "spot",
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
        "easier-instead": "spot",
        "which-movement": "movements",
        "which-side": "spot",
        "left-count": "left after",
        "left-count-last": "left",
        "left-count-between": "after",
        "left-count-none": "",
        "left-here": "rest",
        "last-one": "",
        "last-one-but": "spot",
        "last-one-not": "spot",
        "said-before": "said",
        # holds, sets, sides
        "holds-set": "length",
        "holds-bounded": "length",
        "holds-from-to": "",
        "hold-seconds": "",
        "reps-set": "number",
        "reps-bounded": "number",
        "reps-from-to": "",
        "how-many-reps": "",
        "more": "left",
        "more-bounded": "left",
        "more-most": "",
        "no-less-here": "",
        "count-set": "length",
        "count-bounded": "length",
        "tight": "side",
        "tight-none": "",
        "which-is-tight": "",
        "no-holds-here": "",
        "no-reps-here": "",
        "only-holds-here": "",
        # what a runner lacks, or wants no more
        "without": "need",
        "with-again": "need",
        "with-everything": "",
        "what-is-missing": "",
        "instead": "movements",
        "left-out": "movements",
        "on-with": "spot",
        "skipped-for-good": "movement",
        "not-to-come": "movement",
        "skip-what": "",
        "skip-which": "",
        "brought-back": "movement",
        "what-to-bring-back": "movements",
        "nothing-skipped": "",
        "not-skipped": "movement",
        "nothing-left": "",
        "nothing-would-be-left": "",
        "too-long": "",
        # how the coach coaches
        "waiting": "",
        "running-on": "",
        "cannot-run-on": "",
        "brief": "",
        "full": "",
        "countdown-off": "",
        "countdown-on": "",
        "sound-on": "",
        "sound-off": "",
        "settings": "wishes",
        "settings-none": "",
        "settings-usual": "",
        "undone": "",
        "undone-wishes": "wishes",
        "undone-easier": "",
        "undone-more": "",
        "nothing-to-undo": "",
        # history
        "week": "sessions days",
        "week-none": "",
        "week-under": "",
        "week-good": "",
        "week-over": "",
        "how-often": "",
        "last-time": "routine ago",
        "last-time-gone": "ago",
        "last-time-none": "",
        # forgetting
        "whether-to-forget": "",
        "forgotten": "",
        "not-forgotten": "",
        "trouble-forgetting": "",
        # reminders
        "which-days": "",
        "what-time": "",
        "whether-to-remind": "schedule",
        "reminder": "",
        "reminders-set": "schedule",
        "reminders-known": "",
        "reminders-cancelled": "",
        "reminders-not-allowed": "",
        "reminders-denied": "",
        "reminders-too-many": "",
        "reminders-not-here": "",
        "reminders-failed": "",
        "no-reminders": "",
        "never-mind": "",
        # when something hurts
        "it-hurts": "",
        "if-it-stays": "",
        "hurt-here": "spot",
        "skip-or-easier": "movement",
        "skip-or-resume": "movement",
        "end-or-easier": "",
        "end-or-resume": "",
        "kept-in": "",
        "kept-in-easier": "",
        "hurt-side": "side",
        "feels-wrong": "",
        "leave-it-out": "movement",
        "end-for-today": "",
        "emergency": "",
        "crisis": "",
        "unwell-settled": "",
        "emergency-settled": "",
        "crisis-settled": "",
        "ask-first-settled": "",
        "try-again": "spot",
        "should-it-hurt": "",
        "ask-first": "",
        # help, and what was not understood
        "help-idle": "",
        "help-playing": "",
        "help-paused": "",
        "help-stepping": "",
        "not-understood": "",
        "not-understood-now": "",
        "missed": "",
        "nothing-on": "",
        "noted": "",
        "volume": "",
        "order-stays": "",
        # one step at a time, where there is no long audio
        "ready-next": "spot",
        "ready-last": "",
        "still-there": "",
        "take-your-time": "",
        "not-done-yet": "",
        "anything-else": "",
        # when something is wrong
        "state-lost": "",
        "routine-gone": "",
        "out-of-reach": "",
        "trouble": "",
        "perhaps-not-kept": "",
    }.items()
}


class UnknownLineError(CoachError):
    """A line outside the vocabulary, or with the wrong values: a mistake of ours."""

    code = "unknown-line"


@value_class
class Line:
    """One thing to say. `nth` counts how often it was said before, so that its wording varies."""

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)
    nth: int = 0

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
