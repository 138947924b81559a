"""Cues: the recorded sounds a timeline is made of, and what each is recorded from.

A *line* names what is said (`instruct/clam/left/full`); a *cue* is one recorded variant of
it (`instruct/clam/left/full.1`). The studio records every cue of a script; the service only
knows how long each one is.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from skill.coaching.errors import MissingCueError
from skill.coaching.movements import GEAR, REP_COUNTS, Milliseconds, Movement, Need, Side
from skill.coaching.plans import Detail
from skill.coaching.routines import SETS, Catalogue
from skill.coaching.values import value_class

FRAME: Milliseconds = 24
"""Cues are whole frames of audio: 576 samples at 24 kHz. Every sound starts on this grid."""

COUNTDOWN_SECONDS = 5
"""How many of a hold's last seconds are counted aloud."""

CHIMES = ("begin", "half", "release", "rep")


@value_class
class Speech:
    """A sentence for a voice to speak."""

    text: str


@value_class
class Counted:
    """Words spoken on a beat: each starts `spacing` ms after the one before, as one unit."""

    words: tuple[str, ...]
    spacing: Milliseconds


@value_class
class Chime:
    """A synthesised sound, one of `CHIMES`."""

    name: str


@value_class
class Bed:
    """The soft sound under holds: a loop, of which any frame may follow on any sound."""


Recipe = Speech | Counted | Chime | Bed
"""What a cue is recorded from."""


@value_class
class Cue:
    """One recorded cue and its length, a whole number of frames."""

    id: str
    length: Milliseconds


@value_class
class CueSheet:
    """The lengths of all recorded cues: for each line, one length a variant."""

    lengths: Mapping[str, tuple[Milliseconds, ...]]

    def pick(self, line: str, turn: int = 0) -> Cue:
        """Return a variant of a line; turns take the variants one after the other.

        Raise `MissingCueError` for a line that was never recorded.
        """
        lengths = self.lengths.get(line)
        if not lengths:
            raise MissingCueError(f"no cue is recorded for {line!r}; render the audio again")
        variant = turn % len(lengths)
        return Cue(f"{line}.{variant + 1}", lengths[variant])


def name_of(movement: Movement, side: Side) -> str:
    """The line that names a movement and its side."""
    return f"name/{movement.id}/{side}"


def instruction(movement: Movement, side: Side, detail: Detail) -> str:
    """The line that says how a movement is done on this side."""
    return f"instruct/{movement.id}/{side}/{detail}"


def change_to(movement: Movement, side: Side) -> str:
    """The line that sends the runner to this side."""
    return f"change/{movement.id}/{side}"


def opening(routine_id: str) -> str:
    """The line a routine opens with."""
    return f"opening/{routine_id}"


def gear(things: Collection[Need]) -> str:
    """The line that says what to have within reach."""
    return f"gear/{'-'.join(things)}"


def count(number: int) -> str:
    """The line that counts a repetition."""
    return f"count/{number}"


def set_call(number: int, sets: int) -> str:
    """The line that says which set of how many comes now."""
    return f"set/{number}/{sets}"


def chime(name: str) -> str:
    """The line of a chime."""
    return f"chime/{name}"


BED = "bed"
"""The line of the bed. It lies in the silences of holds, for a plan that has it there."""

NOT_WORDS = ("chime/", "count", "bed", "lead/")
"""How the ids of cues begin that nobody would ask to hear again."""

COMMON_LINES = (
    "lead/first",
    "lead/next",
    "lead/last",
    "ready",
    "breathe",
    "half",
    "countdown",
    "last-rep",
    "release/hold",
    "release/reps",
    "rest",
    "extra",
    "closing",
)
"""The lines that no movement or routine owns."""


def every_line(catalogue: Catalogue) -> Iterator[str]:
    """Yield each line that some plan can need; each of them must be recorded."""
    yield from COMMON_LINES
    yield BED
    yield from map(chime, CHIMES)
    yield from map(count, REP_COUNTS)
    yield from (set_call(n, sets) for sets in SETS for n in range(2, sets + 1))
    yield from map(opening, catalogue.routines)
    for number in range(1, len(GEAR) + 1):
        yield from (f"gear/{'-'.join(named)}" for named in combinations(GEAR, number))
    for movement in catalogue.movements.values():
        for side in movement.sides:
            yield name_of(movement, side)
            yield from (instruction(movement, side, detail) for detail in Detail)
            if side is not Side.BOTH:
                yield change_to(movement, side)
