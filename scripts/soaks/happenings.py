"""Happenings: all that can happen between a runner, their devices and the coach, as values.

A dialogue is a list of them. It can be drawn at random, written down as JSON, and had again.
What cannot happen just then, as a press on a button of a device that plays nothing, does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, ClassVar, Self

from scripts.echo.device import BUTTONS, Consent
from scripts.echo.player import Happening as Told
from skill.coaching.movements import Need, Side
from skill.coaching.schedules import Day, ReminderAnswer
from skill.coaching.values import content_of
from skill.intents import Slot

Json = dict[str, Any]

DEVICES = 3
"""A speaker, one that calls a held stream by another name, and one without a player."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens; its class says what."""

    KINDS: ClassVar[dict[str, type["Happening"]]] = {}

    def __init_subclass__(cls) -> None:
        Happening.KINDS[cls.__name__] = cls

    def to_json(self) -> Json:
        """Return it as an object of JSON; `from_json` is the way back."""
        return {"what": type(self).__name__, **asdict(self)}

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> "Happening":
        """Return what was written down; raise `ValueError` for what is no happening."""
        values = dict(document)
        kind = Happening.KINDS.get(str(values.pop("what", None)))
        if kind is None:
            raise ValueError(f"no happening: {document!r}; there are {', '.join(Happening.KINDS)}")
        try:
            return kind.read(values)
        except (TypeError, KeyError) as mistake:
            raise ValueError(f"{kind.__name__} cannot be read: {mistake}") from mistake

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Make one of the values that were written down."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Say(Happening):
    """Say a sample of an intent, its slots filled; `by_name` in a conversation of its own."""

    words: str
    intent: str
    slots: Mapping[str, Slot]
    by_name: bool = False

    def to_json(self) -> Json:
        """Return it as an object of JSON; `from_json` is the way back."""
        slots = {name: content_of(slot) for name, slot in self.slots.items()}
        return {**Happening.to_json(self), "slots": slots}

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Make one of the values that were written down."""
        slots = {
            name: Slot(slot["heard"], tuple(slot["ids"])) for name, slot in values["slots"].items()
        }
        return cls(**{**values, "slots": slots})


@dataclass(frozen=True, slots=True)
class Launch(Happening):
    """Open the skill by its name."""


@dataclass(frozen=True, slots=True)
class SayNothing(Happening):
    """Leave a question without an answer."""


@dataclass(frozen=True, slots=True)
class Exit(Happening):
    """Leave the conversation: Alexa ends it herself."""


@dataclass(frozen=True, slots=True)
class Wait(Happening):
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Press(Happening):
    """Press a button, on a remote control or on the screen."""

    button: str
    on_screen: bool = False


@dataclass(frozen=True, slots=True)
class Fail(Happening):
    """The stream breaks off."""


@dataclass(frozen=True, slots=True)
class AskForTheWeather(Happening):
    """Somebody talks with Alexa about something else: what plays is held meanwhile."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PlayMusic(Happening):
    """Another skill plays."""


@dataclass(frozen=True, slots=True)
class GoTo(Happening):
    """Go to another device of the house."""

    device: int


@dataclass(frozen=True, slots=True)
class Deliver(Happening):
    """From now on, each notice of this device's player arrives so often, so many seconds late."""

    delays: tuple[float, ...]

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Make one of the values that were written down."""
        return cls(tuple(values["delays"]))


@dataclass(frozen=True, slots=True)
class Stray(Happening):
    """A notice of an earlier stream arrives once more; `age` counts back from the last one."""

    told: str
    age: int
    offset: int


@dataclass(frozen=True, slots=True)
class RemindersEnd(Happening):
    """From now on, errands about reminders end so, and Alexa's own question is answered so."""

    answer: str
    consent: str


@dataclass(frozen=True, slots=True)
class Complain(Happening):
    """Alexa reports that it could not use an answer."""


class Vocabulary:
    """What can be said: the samples of an interaction model, and what may stand in their slots."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        language = model["interactionModel"]["languageModel"]
        self._samples = {
            intent["name"]: tuple(intent.get("samples") or (intent["name"],))
            for intent in language["intents"]
        }
        self._slots = {
            intent["name"]: tuple(slot["name"] for slot in intent.get("slots", ()))
            for intent in language["intents"]
        }
        named = {
            kind["name"].lower(): [
                (str(value["name"]["value"]), (str(value["id"]),)) for value in kind["values"]
            ]
            for kind in language.get("types", ())
        }
        self._values = {**{name: named[name] for name in ("routine", "movement")}, **SAID_IN_SLOTS}

    @property
    def intents(self) -> Sequence[str]:
        """All intents."""
        return tuple(self._samples)

    def say(self, random: Random, intent: str, by_name: bool) -> Say:
        """Say a sample of an intent; now and then its slots come as nobody should fill them."""
        sample = random.choice(self._samples[intent])
        slots = {
            name: self._fill(random, name)
            for name in self._slots[intent]
            if f"{{{name}}}" in sample or random.random() < RARELY
        }
        words = sample
        for name, slot in slots.items():
            words = words.replace(f"{{{name}}}", slot.heard or "...")
        return Say(words, intent, slots, by_name)

    def _fill(self, random: Random, name: str) -> Slot:
        known = self._values.get(name, ())
        if not known or random.random() < RARELY:
            heard, ids = random.choice(ODD)
            return Slot(heard, ids)
        heard, ids = random.choice(known)
        if random.random() < RARELY:
            ids = (*ids, *random.choice(known)[1])
        return Slot(heard, ids)


RARELY = 0.08
ODD: Sequence[tuple[str, tuple[str, ...]]] = (
    ("?", ()),
    ("", ()),
    ("banana", ()),
    ("banana", ("banana",)),
    ("<speak>{side}</speak> & so on", ()),
    ("-1", ()),
    ("P9999Y", ()),
)
"""What may stand in any slot: nothing that can be used."""


def _plain(*heard: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text, ()) for text in heard]


_DAYS = [(day.value, (day.value,)) for day in Day]
SAID_IN_SLOTS: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]] = {
    "duration": _plain(
        *("PT5S", "PT10S", "PT20S", "PT30S", "PT40S", "PT60S", "PT2M", "PT3M", "PT5M", "PT8M"),
        *("PT10M", "PT12M", "PT15M", "PT20M", "PT1M", "PT90M", "PT1H30M", "PT0S", "P1D", "P2W"),
        *("PT0.5S", "PT", "PT999999999S", "PT5X"),
    ),
    "number": _plain("1", "2", "5", "10", "15", "40", "60", "0", "-5", "90", "999999", "?"),
    "side": [
        *((side.value, (side.value,)) for side in (Side.LEFT, Side.RIGHT)),
        ("left no right", ("left", "right")),
        ("both", ()),
    ],
    "kept": [(side.value, (side.value,)) for side in (Side.LEFT, Side.RIGHT)],
    "need": [*((need.value, (need.value,)) for need in Need), ("towel", ())],
    "day": [*_DAYS, ("weekend", ()), ("2026-11-21", ())],
    "second_day": _DAYS,
    "third_day": _DAYS,
    "time": _plain("07:00", "18:30", "00:00", "MO", "AF", "EV", "NI", "25:00", "T07", "noon"),
}
"""What is said in the slots that are no names, as Alexa writes it."""

OFTEN = (
    *("AMAZON.YesIntent", "AMAZON.NoIntent", "StartRoutineIntent", "FitTimeIntent"),
    *("AMAZON.NextIntent", "WhereAmIIntent", "AMAZON.ResumeIntent", "MoreTimeIntent"),
)
"""Intents that a dialogue does not get far without."""

WISHES = (
    *("HoldForIntent", "HoldLongerIntent", "HoldShorterIntent", "CountSlowerIntent"),
    *("CountFasterIntent", "TighterSideIntent", "EvenSidesIntent", "WithoutIntent"),
    *("WithAgainIntent", "SkipForGoodIntent", "BringBackIntent", "WaitForMeIntent"),
    *("RunOnIntent", "LessTalkingIntent", "TellEverythingIntent", "NoCountdownIntent"),
    *("CountdownIntent", "SoftSoundIntent", "NoSoundIntent", "UsualSettingsIntent"),
    "RepsForIntent",
)
"""Intents that change what is remembered of a runner's wishes."""

DAY = 86_400
WAITS = ((0.0, 5.0), (5.0, 40.0), (40.0, 240.0), (240.0, 1_800.0), (DAY, 9.0 * DAY))
"""From how many seconds to how many is waited, the short waits more often."""


def draw_happening(  # noqa: C901, PLR0911 - a case for each kind
    random: Random, vocabulary: Vocabulary, mood: str = "any"
) -> Happening:
    """Draw something that may happen, in one of the `MOODS`."""
    weights = MOODS[mood]
    (kind,) = random.choices(list(weights), list(weights.values()))
    match kind:
        case "wish":
            wish = random.choice((*WISHES, "EasierIntent", "SkipForGoodIntent", "WithoutIntent"))
            return vocabulary.say(random, wish, by_name=False)
        case "often":
            return vocabulary.say(random, random.choice(OFTEN), random.random() < RARELY)
        case "say":
            return vocabulary.say(
                random, random.choice(vocabulary.intents), random.random() < RARELY
            )
        case "wait":
            (bounds,) = random.choices(WAITS, (30, 40, 20, 8, 2))
            return Wait(round(random.uniform(*bounds), 3))
        case "weather":
            return AskForTheWeather(round(random.uniform(0, 30), 3))
        case "press":
            return Press(random.choice(BUTTONS), on_screen=random.random() < RARELY)
        case "go to":
            return GoTo(random.randrange(DEVICES))
        case "deliver":
            return Deliver(random.choice(((0.0,), (0.0,), (), (0.0, 2.0), (7.5,), (0.0, 90.0))))
        case "stray":
            return Stray(
                random.choice(list(Told)).value, random.randrange(1, 4), random.randrange(900_000)
            )
        case "reminders":
            answer = random.choice(list(ReminderAnswer))
            return RemindersEnd(answer.value, random.choice(list(Consent)).value)
        case _:
            return _PLAIN[kind]


_PLAIN: Mapping[str, Happening] = {
    "launch": Launch(),
    "nothing": SayNothing(),
    "exit": Exit(),
    "fail": Fail(),
    "music": PlayMusic(),
    "complain": Complain(),
}
_CALM: Mapping[str, int] = {
    "say": 38,
    "often": 20,
    "wish": 8,
    "wait": 16,
    "press": 4,
    "launch": 3,
    "nothing": 3,
    "stray": 3,
    "weather": 2,
    "reminders": 2,
    "exit": 1,
    "fail": 1,
    "music": 1,
    "complain": 1,
}
MOODS: Mapping[str, Mapping[str, int]] = {
    "any": {**_CALM, "go to": 4, "deliver": 3},
    "calm": _CALM,
    "wishful": {"wish": 60, "often": 20, "say": 5, "wait": 10, "go to": 1, "nothing": 4},
}
"""How often each kind of thing happens: anything at all; on one device that tells its notices at
once, where most can be promised; with many wishes on top of each other."""
