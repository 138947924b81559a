"""Matches sentences with samples word for word; only a slot's place is free.

A slot takes the names its type lists. Where a sample leaves no doubt what kind of thing it is
about, as in "start my ... routine" and "how do i do the ...", its slot takes other names as
well, so that they can be answered with the ones there are. "Start the ..." may be about a car.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from skill.intents import Slot
from skill.understanding.names import Names
from skill.understanding.samples import SLOT, Sample, Understood
from skill.understanding.words import LIGHT, is_question

LONGEST_UNKNOWN = 4
"""Words an unknown name may have; beyond that, it is talk."""

FULL_QUESTION = 4
"""From so many words on, a question is about a thing of ours."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sample with slots: how it matches, what stands in it, and what each slot can be."""

    intent: str
    expression: re.Pattern[str]
    literals: tuple[str, ...]
    names: Mapping[str, Names]

    @classmethod
    def of(cls, sample: Sample, names: Mapping[str, Names]) -> Self:
        """Make the template of a sample; `names` are those of each slot type."""
        return cls(
            intent=sample.intent,
            expression=re.compile(SLOT.sub(r"(?P<\1>.+)", sample.sentence)),
            literals=tuple(SLOT.sub(" ", sample.sentence).split()),
            names={slot: names[type_] for slot, type_ in sample.types.items()},
        )

    def match(self, said: str) -> dict[str, Slot] | None:
        """Return the slots if what was said fits; one with an unknown name has no ids."""
        fit = self.expression.fullmatch(said)
        if fit is None:
            return None
        return {slot: self.names[slot].known(heard) for slot, heard in fit.groupdict().items()}

    def named(self, slots: Mapping[str, Slot]) -> dict[str, Slot]:
        """Fill slots with the names most like what was heard; those like none stay without ids."""
        return {
            name: self.names[name].like(slot.heard.split(" "))[1] for name, slot in slots.items()
        }

    def tells_kind(self, slot: str) -> bool:
        """Whether the sample leaves no doubt what kind of thing a slot holds."""
        if self.expression.pattern.startswith("("):
            return False
        names_it = any(map(self.names[slot].has_word, self.literals))
        return names_it or (len(self.literals) >= FULL_QUESTION and is_question(self.literals))


class Templates:
    """The samples of a model, to match word for word."""

    def __init__(self, samples: Iterable[Sample], names: Mapping[str, Names]) -> None:
        self._phrases: dict[str, str] = {}
        self._templates: list[Template] = []
        self._words: set[str] = set(LIGHT)
        for sample in samples:
            self._words.update(sample.words())
            if sample.types:
                self._templates.append(Template.of(sample, names))
            else:
                # What Alexa knows herself comes last: a sample of ours goes before it.
                self._phrases.setdefault(sample.sentence, sample.intent)

    def match(self, said: str) -> Understood | None:
        """Return what a sentence means that is a sample, with known names in its slots."""
        if said in self._phrases:
            return Understood(self._phrases[said])
        fits = [
            (len(template.literals), Understood(template.intent, slots))
            for template, slots in self._fitting(said)
            if all(slot.ids for slot in slots.values())
        ]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None

    def match_unknown(self, said: str) -> Understood | None:
        """Return what a sentence means that is a sample, with any fitting names in its slots."""
        fits = [
            (
                sum(bool(slot.ids) for slot in slots.values()),
                len(template.literals),
                template,
                slots,
            )
            for template, slots in self._fitting(said)
            if all(
                slot.ids or (template.tells_kind(name) and self._may_be_name(slot.heard))
                for name, slot in slots.items()
            )
        ]
        if not fits:
            return None
        *_, template, slots = max(fits, key=lambda fit: fit[:2])
        return Understood(template.intent, template.named(slots))

    def _fitting(self, said: str) -> Iterator[tuple[Template, dict[str, Slot]]]:
        for template in self._templates:
            slots = template.match(said)
            if slots is not None:
                yield template, slots

    def _may_be_name(self, heard: str) -> bool:
        words = heard.split(" ")
        return len(words) <= LONGEST_UNKNOWN and not self._words.issuperset(words)
