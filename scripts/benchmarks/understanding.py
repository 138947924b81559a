"""Measures understanding: how many of many phrases are understood, how much nonsense is, how fast.

The phrases stand in `tests/phrases` and were written before anything was tuned. A third of
them, chosen by a hash of each, is held out: it is scored here, and what it shows is not used to
make understanding better. The rest was tuned on.
"""

import time
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from scripts.benchmarks.progress import Progress
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from skill.alexa.interaction_model import interaction_model
from skill.content.utterances import load_utterances
from skill.content.wording import load_wording
from skill.understanding.listening import Understanding
from skill.understanding.samples import FALLBACK, Understood
from skill.understanding.words import plain_sentence

PHRASES = Path(__file__).parents[2] / "tests" / "phrases"
NONSENSE = "nonsense.toml"
HELD_OUT = 3
"""One phrase of so many is held out."""

UNDERSTOOD = Aim(least=95)
ACCEPTED = Aim(most=2)
SENTENCE = Aim(most=2_000)
ROUNDS = 10
QUICKER = 20

Understand = Callable[[str], Understood]


@dataclass(frozen=True, slots=True)
class Phrase:
    """What somebody might say, the intent it means, and what fills its slots: an id, or a value.

    `group` is the table of a file that it stands in: the intent, or a kind of nonsense.
    """

    text: str
    group: str
    intent: str
    slots: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_held_out(self) -> bool:
        """Whether it is one of those never tuned on; this does not change when others come."""
        return int.from_bytes(sha256(self.text.encode()).digest()[:8]) % HELD_OUT == 0

    @property
    def is_nonsense(self) -> bool:
        """Whether it is not for the coach."""
        return self.intent == FALLBACK


@dataclass(frozen=True, slots=True)
class Score:
    """How many phrases were taken for the right intent, and how many with the right slots too."""

    phrases: int
    intents_right: int
    all_right: int

    @property
    def understood(self) -> float:
        """Per cent that were taken for the right intent."""
        return 100 * self.intents_right / self.phrases

    @property
    def filled(self) -> float:
        """Per cent that were taken for the right intent with the right slots."""
        return 100 * self.all_right / self.phrases


def measure(quick: bool, progress: Progress) -> Report:
    """Score all phrases and time them; `quick` times a few of them twice only."""
    machine = Machine.here()
    model = load_model()
    started = time.perf_counter()
    understanding = Understanding(model)
    built = time.perf_counter() - started
    phrases = list(read_phrases())
    progress.begin(f"{len(phrases)} phrases")
    meant = [phrase for phrase in phrases if not phrase.is_nonsense]
    nonsense = [phrase for phrase in phrases if phrase.is_nonsense]
    timed = phrases[::QUICKER] if quick else phrases
    rounds = [_sentence(understanding, timed) for _ in range(2 if quick else ROUNDS)]
    understand = cache(understanding.understand)
    return Report(
        "Understanding without Alexa",
        machine,
        [
            _meant(understand, meant, samples_of(model)),
            _nonsense(understand, nonsense),
            Table(
                "Time",
                [
                    Row("a sentence", {"time": Figure(rounds, "µs", SENTENCE)}),
                    Row("reading the model", {"time": Figure([1000 * built], "ms")}),
                ],
            ),
        ],
    )


def load_model() -> Mapping[str, Any]:
    """Build the interaction model that is measured."""
    return interaction_model(load_wording("en-US"), load_utterances("en-US"))


def samples_of(model: Mapping[str, Any]) -> frozenset[str]:
    """Return all that stands in a model word for word."""
    intents = model["interactionModel"]["languageModel"]["intents"]
    return frozenset(chain.from_iterable(intent["samples"] for intent in intents))


def read_phrases() -> Iterator[Phrase]:
    """Yield all phrases, the nonsense last."""
    for file in sorted(PHRASES.glob("*.toml"), key=lambda file: (file.name == NONSENSE, file.name)):
        for group, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
            intent = FALLBACK if file.name == NONSENSE else group
            for phrase in table.pop("phrases", ()):
                yield Phrase(phrase, group, intent)
            for filled in table.pop("filled", ()):
                for phrase in filled["phrases"]:
                    yield Phrase(phrase, group, intent, filled["slots"])
            for slot, phrases_by_value in table.items():
                for value, phrases in phrases_by_value.items():
                    for phrase in phrases:
                        yield Phrase(phrase, group, intent, {slot: value})


def score(understand: Understand, phrases: Iterable[Phrase]) -> Score:
    """Have phrases understood, at least one, and count what is right."""
    right = []
    for phrase in phrases:
        understood = understand(phrase.text)
        intent_right = understood.intent == phrase.intent
        right.append((intent_right, intent_right and filled(understood) == phrase.slots))
    return Score(len(right), sum(intent for intent, _ in right), sum(whole for _, whole in right))


def filled(understood: Understood) -> Mapping[str, str]:
    """Return what fills each slot: the likeliest id, or what was heard where there are none."""
    return {
        name: slot.ids[0] if slot.ids else slot.heard for name, slot in understood.slots.items()
    }


def _meant(understand: Understand, phrases: Sequence[Phrase], samples: Collection[str]) -> Table:
    plain_samples = frozenset(map(plain_sentence, samples))

    def row(what: str, phrases: Sequence[Phrase], aim: Aim | None = None) -> Row:
        figures = {}
        tuned_on, held_out = _parted(phrases)
        if tuned_on:
            scored = score(understand, tuned_on)
            figures["tuned on"] = Figure([scored.understood], "%")
        if held_out:
            scored = score(understand, held_out)
            figures["held out"] = Figure([scored.understood], "%", aim)
            figures["slots too"] = Figure([scored.filled], "%")
        return Row(f"{what}, {len(tuned_on)} + {len(held_out)}", figures)

    others = [phrase for phrase in phrases if phrase.text not in samples]
    unlike = [phrase for phrase in others if plain_sentence(phrase.text) not in plain_samples]
    return Table(
        "Right intents",
        [
            *(row(group, in_it) for group, in_it in _grouped(phrases).items()),
            row("all of them", phrases, UNDERSTOOD),
            row("but for samples word for word", others, UNDERSTOOD),
            row("but for them said in passing", unlike),
        ],
        "Beside each intent: how many phrases were tuned on, and how many were held out. How many "
        "of either were taken for it, and how many of those held out with the right slots too. "
        "In passing: with politeness, fillers and short forms, which make no difference.",
    )


def _nonsense(understand: Understand, phrases: Sequence[Phrase]) -> Table:
    def row(what: str, phrases: Sequence[Phrase], aim: Aim | None = None) -> Row:
        tuned_on, held_out = _parted(phrases)
        return Row(
            f"{what.replace('_', ' ')}, {len(tuned_on)} + {len(held_out)}",
            {
                "tuned on": Figure([100 - score(understand, tuned_on).understood], "%"),
                "held out": Figure([100 - score(understand, held_out).understood], "%", aim),
            },
        )

    return Table(
        "Nonsense accepted",
        [
            *(row(group, in_it) for group, in_it in _grouped(phrases).items()),
            row("all of it", phrases, ACCEPTED),
        ],
    )


def _grouped(phrases: Iterable[Phrase]) -> Mapping[str, Sequence[Phrase]]:
    groups: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        groups.setdefault(phrase.group, []).append(phrase)
    return groups


def _parted(phrases: Iterable[Phrase]) -> tuple[Sequence[Phrase], Sequence[Phrase]]:
    """Part what was tuned on from what is held out."""
    parts: tuple[list[Phrase], list[Phrase]] = ([], [])
    for phrase in phrases:
        parts[phrase.is_held_out].append(phrase)
    return parts


def _sentence(understanding: Understanding, phrases: Sequence[Phrase]) -> float:
    """Return the microseconds a phrase takes, all of them one after the other."""
    started = time.perf_counter()
    for phrase in phrases:
        understanding.understand(phrase.text)
    return (time.perf_counter() - started) / len(phrases) * 1e6
