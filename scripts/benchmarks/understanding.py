"""Measures understanding: how many of many phrases are understood, how much nonsense is, how fast.

The phrases stand in `tests/phrases` and were written before anything was tuned. A third of
them, chosen by a hash of each, is held out: it is scored here, and what it shows is not used to
make understanding better. The rest was tuned on.
"""

import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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

PHRASES = Path(__file__).parents[2] / "tests" / "phrases"
NONSENSE = "nonsense.toml"
HELD_OUT = 3
"""One phrase of so many is held out."""

UNDERSTOOD = Aim(least=95)
ACCEPTED = Aim(most=2)
SENTENCE = Aim(most=2_000)
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Phrase:
    """What somebody might say: the table of a file it stands in, the intent it means, and the id
    that each filled slot names.
    """

    text: str
    group: str
    intent: str
    slots: Mapping[str, str] = field(default_factory=dict)

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
    """How many of some phrases were taken for the right intent, and with the right slots too."""

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


@dataclass(frozen=True)
class Trial:
    """All phrases, and what was understood of each."""

    understood: Mapping[Phrase, Understood]

    @cached_property
    def groups(self) -> Sequence[str]:
        """The tables the phrases stand in, in the order of the files."""
        return list(dict.fromkeys(phrase.group for phrase in self.understood))

    def score(self, chosen: Callable[[Phrase], bool]) -> Score | None:
        """Score the chosen phrases; None if there are none."""
        right = [
            (understood.intent == phrase.intent, named(understood) == phrase.slots)
            for phrase, understood in self.understood.items()
            if chosen(phrase)
        ]
        if not right:
            return None
        return Score(len(right), sum(intent for intent, _ in right), sum(map(all, right)))


def measure(quick: bool, progress: Progress) -> Report:
    """Score all phrases and time them; `quick` times them twice only."""
    machine = Machine.here()
    model = load_model()
    started = time.perf_counter()
    understanding = Understanding(model)
    built = time.perf_counter() - started
    phrases = list(read_phrases())
    progress.begin(f"{len(phrases)} phrases")
    trial = listen(understanding, phrases)
    rounds = [_sentence(understanding, phrases) for _ in range(2 if quick else ROUNDS)]
    return Report(
        "Understanding without Alexa",
        machine,
        [
            _meant(trial, samples_of(model)),
            _nonsense(trial),
            Table(
                "Time",
                [
                    Row("a sentence", {"time": Figure(rounds, "µs", SENTENCE)}),
                    Row("reading the model", {"time": Figure([built * 1e3], "ms")}),
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
            for phrase in table.pop("phrases"):
                yield Phrase(phrase, group, intent)
            for slot, phrases_by_id in table.items():
                for id_, phrases in phrases_by_id.items():
                    for phrase in phrases:
                        yield Phrase(phrase, group, intent, {slot: id_})


def listen(understanding: Understanding, phrases: Sequence[Phrase]) -> Trial:
    """Have all phrases understood."""
    return Trial({phrase: understanding.understand(phrase.text) for phrase in phrases})


def named(understood: Understood) -> Mapping[str, str]:
    """Return the likeliest id in each slot that has any."""
    return {name: slot.ids[0] for name, slot in understood.slots.items() if slot.ids}


def _meant(trial: Trial, samples: frozenset[str]) -> Table:
    def row(what: str, chosen: Callable[[Phrase], bool], aim: Aim | None = None) -> Row:
        """Score the chosen phrases, those tuned on apart from those held out."""
        figures = {}
        tuned = trial.score(lambda phrase: chosen(phrase) and not phrase.is_held_out)
        held_out = trial.score(lambda phrase: chosen(phrase) and phrase.is_held_out)
        if tuned:
            figures["tuned on"] = Figure([tuned.understood], "%")
        if held_out:
            figures["held out"] = Figure([held_out.understood], "%", aim)
            figures["slots too"] = Figure([held_out.filled], "%")
        counts = f"{tuned.phrases if tuned else 0} + {held_out.phrases if held_out else 0}"
        return Row(f"{what}, {counts}", figures)

    meant = {phrase.group for phrase in trial.understood if not phrase.is_nonsense}
    rows = [
        row(group, lambda phrase, group=group: phrase.group == group)  # type: ignore[misc]
        for group in trial.groups
        if group in meant
    ]
    return Table(
        "Right intents",
        [
            *rows,
            row("all", lambda phrase: not phrase.is_nonsense, UNDERSTOOD),
            row(
                "all but samples word for word",
                lambda phrase: not phrase.is_nonsense and phrase.text not in samples,
                UNDERSTOOD,
            ),
        ],
        "Of each intent, how many phrases were tuned on and held out, and how many of them were "
        "taken for the right intent; of those held out also, with the right slots.",
    )


def _nonsense(trial: Trial) -> Table:
    def accepted(chosen: Callable[[Phrase], bool], aim: Aim | None) -> Figure:
        score = trial.score(lambda phrase: phrase.is_nonsense and chosen(phrase))
        return Figure([100 - score.understood if score else 0], "%", aim)

    def row(what: str, chosen: Callable[[Phrase], bool], aim: Aim | None = None) -> Row:
        count = sum(phrase.is_nonsense and chosen(phrase) for phrase in trial.understood)
        return Row(
            f"{what}, {count}",
            {
                "tuned on": accepted(lambda said: chosen(said) and not said.is_held_out, None),
                "held out": accepted(lambda said: chosen(said) and said.is_held_out, aim),
            },
        )

    groups = dict.fromkeys(phrase.group for phrase in trial.understood if phrase.is_nonsense)
    return Table(
        "Nonsense accepted",
        [
            *(
                row(group.replace("_", " "), lambda said, group=group: said.group == group)  # type: ignore[misc]
                for group in groups
            ),
            row("all", lambda _: True, ACCEPTED),
        ],
    )


def _sentence(understanding: Understanding, phrases: Sequence[Phrase]) -> float:
    """Return the microseconds a phrase takes, all of them one after the other."""
    started = time.perf_counter()
    for phrase in phrases:
        understanding.understand(phrase.text)
    return (time.perf_counter() - started) / len(phrases) * 1e6
