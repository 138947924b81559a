"""What a runner can say to the coach in one language, and what the skill store says of it.

Which intents there are, and their slots, stands here; the words for them, and for what slots
can hold, stand in `<language>/utterances.toml` and are checked as they are read.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from skill.coaching.meaning import POSITIONS
from skill.coaching.movements import Need, Side
from skill.coaching.schedules import DAYS_BY_NAME
from skill.coaching.values import value_class
from skill.content.catalogue import FOLDER
from skill.content.entries import Entry, read_entries

CUSTOM_INTENTS: Mapping[str, Mapping[str, str]] = {
    "StartRoutineIntent": {"routine": "ROUTINE", "run": "RUN"},
    "NextStretchIntent": {},
    "OtherSideIntent": {"side": "SIDE", "meant": "SIDE"},
    "SkipSideIntent": {"side": "SIDE", "kept": "SIDE", "meant": "SIDE"},
    "WhereAmIIntent": {},
    "HowLongLeftIntent": {},
    "HowManyLeftIntent": {"movement": "MOVEMENT"},
    "LastOneIntent": {},
    "WhichSideIntent": {},
    "WhatsNextIntent": {},
    "WhatWasThatIntent": {},
    "ListRoutinesIntent": {},
    "HelloIntent": {},
    "WhatsInItIntent": {"routine": "ROUTINE"},
    "RoutineLengthIntent": {"routine": "ROUTINE"},
    "WhatsNeededIntent": {"routine": "ROUTINE"},
    "HowToIntent": {"movement": "MOVEMENT"},
    "WhyThisIntent": {"movement": "MOVEMENT"},
    "ItHurtsIntent": {"movement": "MOVEMENT"},
    "FeelsWrongIntent": {},
    "EmergencyIntent": {},
    "CrisisIntent": {},
    "NoPainIntent": {},
    "ShouldItHurtIntent": {},
    "AskFirstIntent": {},
    "EasierIntent": {},
    "FitTimeIntent": {
        "duration": "AMAZON.DURATION",
        "length": "AMAZON.DURATION",
        "moment": "AMAZON.DURATION",
        "routine": "ROUTINE",
    },
    "HoldForIntent": {
        "duration": "AMAZON.DURATION",
        "length": "AMAZON.DURATION",
        "number": "AMAZON.NUMBER",
        "alone": "AMAZON.NUMBER",
    },
    "RepsForIntent": {"number": "AMAZON.NUMBER"},
    "HoldLongerIntent": {},
    "HoldShorterIntent": {},
    "LessTimeIntent": {"duration": "AMAZON.DURATION"},
    "MoreTimeIntent": {
        "duration": "AMAZON.DURATION",
        "seconds": "AMAZON.NUMBER",
        "number": "AMAZON.NUMBER",
    },
    "CountSlowerIntent": {},
    "CountFasterIntent": {},
    "TighterSideIntent": {"side": "SIDE"},
    "EvenSidesIntent": {},
    "WithoutIntent": {"need": "NEED"},
    "WithAgainIntent": {"need": "NEED"},
    "SkipForTodayIntent": {"movement": "MOVEMENT"},
    "SkipNextIntent": {},
    "GoToIntent": {"movement": "MOVEMENT", "position": "POSITION", "number": "AMAZON.NUMBER"},
    "SkipForGoodIntent": {"movement": "MOVEMENT"},
    "BringBackIntent": {"movement": "MOVEMENT"},
    "WaitForMeIntent": {},
    "RunOnIntent": {},
    "LessTalkingIntent": {},
    "TellEverythingIntent": {},
    "NoCountdownIntent": {},
    "CountdownIntent": {},
    "SoftSoundIntent": {},
    "NoSoundIntent": {},
    "VolumeIntent": {},
    "ThisWeekIntent": {},
    "HowOftenIntent": {},
    "LastTimeIntent": {},
    "SettingsIntent": {},
    "UndoIntent": {},
    "UsualSettingsIntent": {},
    "UnsureIntent": {},
    "ForgetMeIntent": {},
    "RemindMeIntent": {
        "day": "DAY",
        "second_day": "DAY",
        "third_day": "DAY",
        "time": "AMAZON.TIME",
        "only_day": "DAY",
        "hour": "AMAZON.TIME",
    },
    "WhenRemindedIntent": {},
    "StopRemindersIntent": {},
}
"""Our own intents, each with its slots' types by their names."""

SLOT_TYPES: Mapping[str, tuple[str, ...]] = {
    "SIDE": (Side.LEFT.value, Side.RIGHT.value),
    "NEED": tuple(need.value for need in Need),
    "DAY": tuple(DAYS_BY_NAME),
    "RUN": ("pre-run",),
    "POSITION": tuple(POSITIONS),
}
"""The slot types whose words stand among the utterances, each with its values' ids. A run to come
has the id of the routine to do before it; it is told of, and no routine's name. Those of
routines and movements stand with them, those of `AMAZON` types are Alexa's own."""

BUILT_IN_INTENTS = (
    "AMAZON.NextIntent",
    "AMAZON.PreviousIntent",
    "AMAZON.RepeatIntent",
    "AMAZON.PauseIntent",
    "AMAZON.ResumeIntent",
    "AMAZON.StartOverIntent",
    "AMAZON.StopIntent",
    "AMAZON.CancelIntent",
    "AMAZON.HelpIntent",
    "AMAZON.YesIntent",
    "AMAZON.NoIntent",
    "AMAZON.LoopOnIntent",
    "AMAZON.LoopOffIntent",
    "AMAZON.ShuffleOnIntent",
    "AMAZON.ShuffleOffIntent",
    "AMAZON.NavigateHomeIntent",
    "AMAZON.FallbackIntent",
)
"""Amazon's intents that the coach answers. Alexa knows words for them; ours are added."""

SPOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[^\W\d_]\.")
"""A word as Alexa takes it: letters and apostrophes, or an initial with its period."""

SLOT = re.compile(r"\{(\w+)\}")


@value_class
class Listing:
    """What the skill store shows of the coach."""

    name: str
    summary: str
    description: str
    example_phrases: tuple[str, ...]
    keywords: tuple[str, ...]
    testing: str


@value_class
class Utterances:
    """What is said to the coach: its name, and the samples of every intent, our own first.

    `names` are those of each slot type's values, by type and id, the one it is called by first.
    """

    invocation: str
    samples: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Mapping[str, tuple[str, ...]]]
    listing: Listing


@lru_cache
def load_utterances(locale: str = "en-US") -> Utterances:
    """Read what runners say in a locale's language; raise `ContentError` as `read_utterances`."""
    return read_utterances(FOLDER / locale.partition("-")[0] / "utterances.toml")


def read_utterances(file: Path) -> Utterances:
    """Read what runners say from a file.

    Raise `ContentError` naming the file, the entry and the bad value if an intent is missing
    or unknown, a sample is not written as Alexa takes it or uses a slot its intent does not
    have or the same one twice, or the same sample stands twice; and for slots if a value is
    missing or unknown, or a name is not written so or stands for two values.
    """
    entries = read_entries(file)
    whole = Entry(f"{file.parent.name}/{file.name}", "the file", entries)
    whole.require_keys(("skill", *SLOT_TYPES, *CUSTOM_INTENTS), BUILT_IN_INTENTS)
    skill = entries["skill"]
    skill.require_keys(
        ("invocation", "name", "summary", "description", "example_phrases", "keywords", "testing")
    )
    samples = {
        intent: _samples(entries[intent], CUSTOM_INTENTS.get(intent, ()))
        if intent in entries
        else ()
        for intent in (*CUSTOM_INTENTS, *BUILT_IN_INTENTS)
    }
    _refuse_repetition(entries, samples)
    return Utterances(
        invocation=skill.text("invocation"),
        samples=samples,
        names={type_: _names(entries[type_], ids) for type_, ids in SLOT_TYPES.items()},
        listing=Listing(
            name=skill.text("name"),
            summary=skill.text("summary"),
            description=skill.text("description"),
            example_phrases=skill.texts("example_phrases"),
            keywords=skill.texts("keywords"),
            testing=skill.text("testing"),
        ),
    )


def _names(entry: Entry, ids: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    entry.require_keys(ids)
    names = {id_: entry.texts(id_) for id_ in ids}
    owners: dict[str, str] = {}
    for id_, its_names in names.items():
        for name in its_names:
            _require_spoken(entry, name, ())
            owner = owners.setdefault(name.casefold(), id_)
            if owner != id_:
                raise entry.error(f"{name!r} is a name of both {owner} and {id_}")
    return names


def _samples(entry: Entry, slots: Iterable[str]) -> tuple[str, ...]:
    entry.require_keys(("samples",))
    samples = entry.texts("samples")
    good = [f"{{{slot}}}" for slot in slots]
    for sample in samples:
        _require_spoken(entry, sample, good)
        used = SLOT.findall(sample)
        if len(set(used)) < len(used):
            raise entry.error(f"{sample!r} has a slot twice")
    return samples


def _require_spoken(entry: Entry, said: str, slots: Collection[str]) -> None:
    for word in said.split(" "):
        if SLOT.fullmatch(word) and word not in slots:
            known = ", ".join(sorted(slots)) or "none"
            raise entry.error(f"{said!r} uses the slot {word}; there is {known}")
        if word not in slots and not SPOKEN.fullmatch(word):
            raise entry.error(
                f"{said!r} has {word!r}; it takes letters, apostrophes, single spaces, "
                "initials with a period, and slots in braces"
            )


def _refuse_repetition(
    entries: Mapping[str, Entry], samples: Mapping[str, tuple[str, ...]]
) -> None:
    owners: dict[str, str] = {}
    for intent, said in samples.items():
        for sample in said:
            owner = owners.setdefault(sample.casefold(), intent)
            if owner != intent:
                raise entries[intent].error(f"{sample!r} stands under {owner} too")
