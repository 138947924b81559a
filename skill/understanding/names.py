"""Finds in a sentence what a slot can hold: the names that its type lists, said well or badly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skill.intents import Slot
from skill.understanding.likeness import Lexicon, sound_of
from skill.understanding.words import LIGHT, plain_words

LEAST_LIKENESS = 0.73
"""How alike a name and what was said must be: "pigeon pose" and "pidgin pose" are."""

OTHER_ORDER = 0.95
"""How alike "lying figure four" and "figure four lying" are."""

SHORTEST = 3
"""Letters a name has at least."""


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a sentence, from its first word up to the one before `end`, counted from 0.

    `likeness` is how alike it is to the name that was meant, up to 1; `slot` is what it fills.
    """

    first: int
    end: int
    likeness: float
    slot: Slot


class Names:
    """The names that a slot type lists, none if Alexa keeps them."""

    def __init__(self, kind: Mapping[str, Any]) -> None:
        self._ids: dict[str, tuple[str, ...]] = {}
        for value in kind.get("values", ()):
            for name in (value["name"]["value"], *value["name"].get("synonyms", ())):
                plain = plain_words(name)
                ids = self._ids.get(plain, ())
                self._ids[plain] = ids if value["id"] in ids else (*ids, value["id"])
        spoken = {name: name.split(" ") for name in self._ids}
        self._joined = {"".join(words): name for name, words in spoken.items()}
        self._lexicon = Lexicon(self._joined, LEAST_LIKENESS)
        self._in_any_order = {_without_order(words): name for name, words in spoken.items()}
        self._words = frozenset(word for words in spoken.values() for word in words)
        self._sounds = frozenset(sound_of(word) for word in self._words)
        self._longest = 1 + max(map(len, spoken.values()), default=0)

    def known(self, heard: str) -> Slot:
        """Fill a slot with what was heard; it has ids if that is a name."""
        return Slot(heard, self._ids.get(heard, ()))

    def has_word(self, word: str) -> bool:
        """Whether a word is found in names and in little else."""
        return word in self._words and word not in LIGHT

    def like(self, words: Sequence[str]) -> tuple[float, Slot]:
        """Return how alike words and the name most like them are, and the slot they fill."""
        heard = " ".join(words)
        if heard in self._ids:
            return 1, self.known(heard)
        if LIGHT.isdisjoint((words[0], words[-1])):
            name = self._in_any_order.get(_without_order(words))
            if name is not None:
                return OTHER_ORDER, Slot(heard, self._ids[name])
        near = self._lexicon.near("".join(words))
        if not near:
            return 0, Slot(heard)
        nearest = max(near, key=lambda joined: near[joined])
        return near[nearest], Slot(heard, self._ids[self._joined[nearest]])

    def find(self, words: Sequence[str]) -> Found | None:
        """Return the longest and most alike of the names in a sentence, if there is one."""
        best, found = 0.0, None
        for first in range(len(words)):
            for end in range(first + 1, min(len(words), first + self._longest) + 1):
                part = words[first:end]
                letters = sum(map(len, part))
                if letters >= SHORTEST and self._may_border(part[0]) and self._may_border(part[-1]):
                    likeness, slot = self.like(part)
                    weight = letters * (2 * likeness - 1)
                    if weight > best:
                        best, found = weight, Found(first, end, likeness, slot)
        return found

    def _may_border(self, word: str) -> bool:
        return word not in LIGHT or sound_of(word) in self._sounds


def _without_order(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word for word in words if word not in LIGHT)
