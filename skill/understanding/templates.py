"""Matches sentences with samples word for word; only a slot's place is free.

A slot takes the names its type lists. Where a sample leaves no doubt what kind of thing it is
about, as in "start my ... routine" and "how do i do the ...", its slot takes other names as
well, so that they can be answered with the ones there are. "Start the ..." may be about a car.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Self

from skill.coaching.values import value_class
from skill.intents import Slot
from skill.understanding.everyday import is_everyday
from skill.understanding.samples import SLOT, Sample, Understood
from skill.understanding.slot_types import ANYTHING, Certainty, SlotType
from skill.understanding.words import LIGHT, is_question

LONGEST_UNKNOWN = 4
"""Words an unknown name may have; beyond that, it is talk."""

ANY_WORD = ""
FULL_QUESTION = 4
"""From so many words on, a question is about a thing of ours, but for everyday things."""


@value_class
class Template:
    """A sample with slots: how it matches, what stands in it, and what each slot can be."""

    intent: str
    expression: re.Pattern[str]
    literals: tuple[str, ...]
    types: Mapping[str, SlotType]
    begins_with_slot: bool

    @classmethod
    def of(cls, sample: Sample, types: Mapping[str, SlotType]) -> Self:
        """Make the template of a sample; `types` are the slot types by name."""
        return cls(
            intent=sample.intent,
            expression=_expression(sample, types),
            literals=tuple(word for word in sample.sentence.split() if not SLOT.search(word)),
            types={slot: types[type_] for slot, type_ in sample.types.items()},
            begins_with_slot=SLOT.match(sample.sentence) is not None,
        )

    def match(self, said: str) -> Mapping[str, str] | None:
        """Return what was heard in each slot if what was said fits."""
        fit = self.expression.fullmatch(said)
        return None if fit is None else fit.groupdict()

    def known(self, heard: Mapping[str, str]) -> dict[str, Slot]:
        """Fill those slots whose type knows word for word what was heard."""
        filled = {slot: self.types[slot].known(words) for slot, words in heard.items()}
        return {name: slot for name, slot in filled.items() if slot is not None}

    def like(self, heard: Mapping[str, str]) -> dict[str, Slot]:
        """Fill slots with the names most like what was heard; those like none stay without ids."""
        return {slot: self.types[slot].like(words.split(" "))[1] for slot, words in heard.items()}

    def rank(self, heard: Mapping[str, str]) -> tuple[int, ...]:
        """Return how much of what was said is listed word for word, then what else makes it sure.

        So "five minute routine" is the name that it is, and not a routine of five minutes.
        """
        certainties = [self.types[slot].certainty for slot in heard]
        named = sum(
            len(words.split(" "))
            for words, certainty in zip(heard.values(), certainties, strict=True)
            if certainty is Certainty.NAME
        )
        return len(self.literals) + named, len(self.literals), min(certainties)

    def tells_kind(self, slot: str, heard: str) -> bool:
        """Whether the sample leaves no doubt that what was heard is of a slot's kind."""
        if self.begins_with_slot:
            return False
        names_it = any(map(self.types[slot].has_word, self.literals))
        asks = len(self.literals) >= FULL_QUESTION and is_question(self.literals)
        return names_it or (asks and not all(map(is_everyday, heard.split(" "))))


class Templates:
    """The samples of a model, to match word for word."""

    def __init__(self, samples: Iterable[Sample], types: Mapping[str, SlotType]) -> None:
        self._phrases: dict[str, str] = {}
        templates: list[Template] = []
        self._words: set[str] = set(LIGHT)
        for sample in samples:
            self._words.update(sample.words())
            if sample.types:
                templates.append(Template.of(sample, types))
            else:
                # What Alexa knows herself comes last: a sample of ours goes before it.
                self._phrases.setdefault(sample.sentence, sample.intent)
        self._by_word = _by_rarest_word(templates)

    def match(self, said: str) -> Understood | None:
        """Return what a sentence means that is a sample, with what is known in its slots."""
        if said in self._phrases:
            return Understood(self._phrases[said])
        fits = [
            (template.rank(heard), Understood(template.intent, slots))
            for template, heard in self._fitting(said)
            if len(slots := template.known(heard)) == len(heard)
        ]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None

    def match_unknown(self, said: str) -> Understood | None:
        """Return what a sentence means that is a sample, with any fitting names in its slots."""
        fits = []
        for template, heard in self._fitting(said):
            known = template.known(heard)
            if all(
                slot in known or (template.tells_kind(slot, words) and self._may_be_name(words))
                for slot, words in heard.items()
            ):
                fits.append(((len(known), len(template.literals)), template, heard))
        if not fits:
            return None
        _, template, heard = max(fits, key=lambda fit: fit[0])
        return Understood(template.intent, template.like(heard))

    def _fitting(self, said: str) -> Iterator[tuple[Template, Mapping[str, str]]]:
        can_fit = (self._by_word.get(word, ()) for word in {ANY_WORD, *said.split(" ")})
        for _, template in sorted(chain.from_iterable(can_fit), key=itemgetter(0)):
            heard = template.match(said)
            if heard is not None:
                yield template, heard

    def _may_be_name(self, heard: str) -> bool:
        words = heard.split(" ")
        return len(words) <= LONGEST_UNKNOWN and not self._words.issuperset(words)


def _expression(sample: Sample, types: Mapping[str, SlotType]) -> re.Pattern[str]:
    """Return what matches a sample; where slots meet, only names tell where one of them ends."""
    slots_meet = "} {" in sample.sentence
    return re.compile(
        SLOT.sub(
            lambda slot: (
                f"(?P<{slot[1]}>{types[sample.types[slot[1]]].pattern if slots_meet else ANYTHING})"
            ),
            sample.sentence,
        )
    )


def _by_rarest_word(templates: Sequence[Template]) -> Mapping[str, Sequence[tuple[int, Template]]]:
    """Return templates, each with its number, by the one of its words that the fewest have.

    Only where that word is said can one fit; those of no word of their own can fit anywhere.
    """
    had = Counter(word for template in templates for word in set(template.literals))
    by_word: dict[str, list[tuple[int, Template]]] = {}
    for numbered in enumerate(templates):
        rarest = min(numbered[1].literals, key=had.__getitem__, default=ANY_WORD)
        by_word.setdefault(rarest, []).append(numbered)
    return by_word
