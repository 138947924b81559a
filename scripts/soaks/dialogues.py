"""Dialogues: random sequences of happenings in one house after the other, all promises kept."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from scripts.echo.device import Heard
from scripts.soaks.happenings import MOODS, Happening, draw_happening
from scripts.soaks.house import House, Neighbourhood
from scripts.soaks.promises import Witness
from skill.coaching.errors import CoachError
from skill.settings import PROJECT

LONGEST = 60
"""Happenings in one dialogue, at most."""
ROUTINE_FIRST = 0.7
"""In how many dialogues a routine is started first."""
MOST_TRIES = 300
"""How often a broken dialogue is had again to make it shorter."""
KEPT = PROJECT / ".glute-coach" / "soaks"
"""Where broken dialogues are written down; git ignores it."""

Watch = Callable[[str], None]


class NoDialogueError(CoachError):
    """A file that is no dialogue written down."""

    code = "no-dialogue"


@dataclass(frozen=True, slots=True)
class Broken:
    """A dialogue that broke a promise: the last of its happenings did."""

    happenings: tuple[Happening, ...]
    error: Exception

    @property
    def reason(self) -> str:
        """What went wrong, in a line."""
        return f"{type(self.error).__name__}: {self.error}"


@dataclass(frozen=True, slots=True)
class Soaked:
    """How far a soak got, and what broke, if anything did."""

    seed: int
    dialogues: int
    happenings: int
    requests: int
    seconds: float
    slowest: float
    broken: Broken | None = None
    kept: Path | None = None

    @property
    def is_broken(self) -> bool:
        """Whether something broke."""
        return self.broken is not None

    def summary(self) -> str:
        """Say it in a line, and how to have a broken dialogue again in some more."""
        line = (
            f"{self.dialogues:,} dialogues, {self.happenings:,} happenings, "
            f"{self.requests:,} requests in {self.seconds:.0f} s, with seed {self.seed}; "
            f"the slowest answer took {self.slowest:.2f} s; "
        )
        if self.broken is None:
            return f"{line}every promise was kept."
        return (
            f"{line}a promise was broken after {len(self.broken.happenings)} happenings.\n"
            f"{self.broken.reason}\n"
            f"To have it again: ./scripts/soak dialogues --replay {self.kept}"
        )


def soak(minutes: float, seed: int, watch: Watch, kept: Path = KEPT) -> Soaked:
    """Have dialogues for so many minutes, or until one breaks a promise; that one is kept."""
    neighbourhood = Neighbourhood()
    started, number, happened, requests = time.monotonic(), 0, 0, 0
    broken, file = None, None
    try:
        while broken is None and time.monotonic() - started < minutes * 60:
            random = Random(f"{seed}/{number}")  # noqa: S311 - no secret
            dialogue = draw_dialogue(random, neighbourhood)
            number, happened = number + 1, happened + len(dialogue)
            broken, sent = have(neighbourhood, dialogue)
            requests += sent
            watch(f"{number:,} dialogues, {happened:,} happenings, {requests:,} requests")
        if broken is not None:
            watch(f"{broken.reason[:200]}; making the dialogue shorter")
            broken = shorten(neighbourhood, broken)
            file = write_down(broken, kept / f"dialogue-{seed}-{number - 1}.json")
    finally:
        neighbourhood.close()
    seconds, slowest = time.monotonic() - started, neighbourhood.slowest
    return Soaked(seed, number, happened, requests, seconds, slowest, broken, file)


def draw_dialogue(random: Random, neighbourhood: Neighbourhood) -> tuple[Happening, ...]:
    """Draw a dialogue."""
    vocabulary = neighbourhood.vocabulary
    length = random.randrange(1, LONGEST + 1)
    mood = random.choice(list(MOODS))
    drawn = [draw_happening(random, vocabulary, mood) for _ in range(length)]
    if random.random() < ROUTINE_FIRST:
        drawn[0] = vocabulary.say(random, "StartRoutineIntent", by_name=False)
    return tuple(drawn)


def have(
    neighbourhood: Neighbourhood, happenings: Sequence[Happening]
) -> tuple[Broken | None, int]:
    """Have a dialogue with a new runner; return what broke, if anything, and the requests sent."""
    house = House(neighbourhood)
    witness = Witness(neighbourhood, house)
    broken = None
    for number, happening in enumerate(happenings, start=1):
        try:
            witness.let_happen(happening)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            broken = Broken(tuple(happenings[:number]), error)
            break
    house.move_out()
    return broken, sum(len(echo.events) for echo in house.devices)


def shorten(neighbourhood: Neighbourhood, broken: Broken) -> Broken:
    """Leave out of a broken dialogue what it breaks as well without."""
    tries, size = 0, max(len(broken.happenings) // 2, 1)
    while tries < MOST_TRIES:
        shorter = None
        for start in range(0, len(broken.happenings), size):
            left = (*broken.happenings[:start], *broken.happenings[start + size :])
            tries += 1
            found, _ = have(neighbourhood, left)
            if found and type(found.error) is type(broken.error):
                shorter = found
                break
        if shorter:
            broken = shorter
        elif size == 1:
            break
        else:
            size //= 2
    return broken


def write_down(broken: Broken, file: Path) -> Path:
    """Write a broken dialogue down, to be had again; return the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "broken": broken.reason,
        "happenings": [happening.to_json() for happening in broken.happenings],
    }
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return file


def read_dialogue(file: Path) -> tuple[Happening, ...]:
    """Read a dialogue that was written down; raise `NoDialogueError` if it cannot be."""
    try:
        document: Any = json.loads(file.read_text(encoding="utf-8"))
        return tuple(map(Happening.from_json, document["happenings"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as mistake:
        raise NoDialogueError(f"{file} holds no dialogue: {mistake}") from mistake


def replay(happenings: Sequence[Happening], neighbourhood: Neighbourhood) -> Iterator[str]:
    """Have a dialogue again; yield what happens and what is heard, line by line.

    Raise what is broken in the end.
    """
    house = House(neighbourhood)
    witness = Witness(neighbourhood, house)
    for happening in happenings:
        yield f"{house.now():%a %H:%M:%S}  {_told(happening)}"
        witness.let_happen(happening)
        if house.heard is not None:
            yield f"               {_told_of(house.heard)}"


def _told(happening: Happening) -> str:
    values = happening.to_json()
    kind = values.pop("what")
    if "slots" in values:
        values["slots"] = {name: slot["heard"] for name, slot in values["slots"].items()}
    return " ".join([kind, *(f"{name}={value!r}" for name, value in values.items())])


def _told_of(heard: Heard) -> str:
    played = f"[plays {heard.played.url} from {heard.played.offset} ms] " if heard.played else ""
    clips = "".join(f"[{clip.url}] " for clip in heard.clips)
    return f"{heard.speech} {played}{clips}{'[listens]' if heard.mic_open else ''}".strip()
