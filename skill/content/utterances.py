"""What a runner can say to the coach in one language, and what the skill store says of it.

Which intents there are, and their slots, stands here; the words for them stand in
`<language>/utterances.toml` and are checked as they are read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from skill.content.catalogue import FOLDER
from skill.content.entries import Entry, read_entries

CUSTOM_INTENTS: Mapping[str, Mapping[str, str]] = {
    "StartRoutineIntent": {"routine": "ROUTINE"},
    "NextStretchIntent": {},
    "OtherSideIntent": {},
    "WhereAmIIntent": {},
    "HowLongLeftIntent": {},
    "WhatsNextIntent": {},
    "ListRoutinesIntent": {},
    "HowToIntent": {"movement": "MOVEMENT"},
    "WhyThisIntent": {"movement": "MOVEMENT"},
    "ItHurtsIntent": {},
    "EasierIntent": {},
}
"""Our own intents, each with its slots' types by their names."""

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


@dataclass(frozen=True)
class Listing:
    """What the skill store shows of the coach."""

    name: str
    summary: str
    description: str
    example_phrases: tuple[str, ...]
    keywords: tuple[str, ...]
    testing: str


@dataclass(frozen=True)
class Utterances:
    """What is said to the coach: its name, and the samples of every intent, our own first."""

    invocation: str
    samples: Mapping[str, tuple[str, ...]]
    listing: Listing


@lru_cache
def load_utterances(locale: str = "en-US") -> Utterances:
    """Read what runners say in a locale's language; raise `ContentError` as `read_utterances`."""
    return read_utterances(FOLDER / locale.partition("-")[0] / "utterances.toml")


def read_utterances(file: Path) -> Utterances:
    """Read what runners say from a file.

    Raise `ContentError` naming the file, the entry and the bad value if an intent is missing
    or unknown, a sample is not written as Alexa takes it or uses a slot its intent does not
    have, or the same sample stands twice.
    """
    entries = read_entries(file)
    whole = Entry(f"{file.parent.name}/{file.name}", "the file", entries)
    whole.require_keys(("skill", *CUSTOM_INTENTS), BUILT_IN_INTENTS)
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
        listing=Listing(
            name=skill.text("name"),
            summary=skill.text("summary"),
            description=skill.text("description"),
            example_phrases=skill.texts("example_phrases"),
            keywords=skill.texts("keywords"),
            testing=skill.text("testing"),
        ),
    )


def _samples(entry: Entry, slots: Iterable[str]) -> tuple[str, ...]:
    entry.require_keys(("samples",))
    samples = entry.texts("samples")
    good = {f"{{{slot}}}" for slot in slots}
    for sample in samples:
        for word in sample.split(" "):
            if SLOT.fullmatch(word) and word not in good:
                known = ", ".join(sorted(good)) or "none"
                raise entry.error(f"{sample!r} uses the slot {word}; there is {known}")
            if word not in good and not SPOKEN.fullmatch(word):
                raise entry.error(
                    f"{sample!r} has {word!r}; a sample takes letters, apostrophes, single "
                    "spaces, initials with a period, and slots in braces"
                )
    return samples


def _refuse_repetition(
    entries: Mapping[str, Entry], samples: Mapping[str, tuple[str, ...]]
) -> None:
    owners: dict[str, str] = {}
    for intent, said in samples.items():
        for sample in said:
            owner = owners.setdefault(sample.casefold(), intent)
            if owner != intent:
                raise entries[intent].error(f"{sample!r} stands under {owner} too")
