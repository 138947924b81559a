"""Finds in a sentence what a slot can hold: the names that its type lists, said well or badly."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from skill.intents import Slot
from skill.understanding.everyday import is_everyday
from skill.understanding.likeness import Lexicon, sound_of
from skill.understanding.slot_types import ANYTHING, Certainty, Found
from skill.understanding.words import DENYING, LIGHT, PARTICLES, plain_words

LEAST_LIKENESS = 0.73
"""How alike a name and what was said must be: "pigeon pose" and "pidgin pose" are."""

SHORT = 4
LEAST_LIKENESS_OF_SHORT = 0.8
"""How alike they must be where what was said has so few letters: "hand" is no band."""

LIKENESS_OF_OTHERS = 0.85
"""How alike they must be if there is another name in the sentence that is more so."""

OTHER_ORDER = 0.95
"""How alike "lying figure four" and "figure four lying" are."""

LEADING = frozenset(("after", "before"))
"""Words that begin names in any order: "run after" is no "after run"."""

SHORTEST = 3
"""Letters a name has at least."""


class Names:
    """The names that a slot type lists, none if Alexa keeps them."""

    certainty = Certainty.NAME

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
        longest_first = sorted(self._ids, key=len, reverse=True)
        self.pattern = "|".join(map(re.escape, longest_first)) or ANYTHING
        self._longest = 1 + max(map(len, spoken.values()), default=0)
        self._nearest = lru_cache(maxsize=4096)(self._nearest_name)

    def known(self, heard: str) -> Slot | None:
        """Fill a slot with what was heard, if that is a name."""
        return Slot(heard, self._ids[heard]) if heard in self._ids else None

    def has_word(self, word: str) -> bool:
        """Whether a word is found in names and in little else."""
        return word in self._words and not any(word in many for many in (LIGHT, DENYING, PARTICLES))

    def like(self, words: Sequence[str]) -> tuple[float, Slot]:
        """Return how alike words and the name most like them are, and the slot they fill."""
        heard = " ".join(words)
        if heard in self._ids:
            return 1, Slot(heard, self._ids[heard])
        if LIGHT.isdisjoint((words[0], words[-1])) and words[-1] not in LEADING:
            name = self._in_any_order.get(_without_order(words))
            if name is not None:
                return OTHER_ORDER, Slot(heard, self._ids[name])
        joined = "".join(words)
        if len(words) == 1 and is_everyday(joined) and sound_of(joined) not in self._sounds:
            return 0, Slot(heard)
        likeness, name = self._nearest(joined)
        return likeness, Slot(heard, self._ids[name] if name else ())

    def find(self, words: Sequence[str]) -> Sequence[Found]:
        """Return the names in a sentence: the longest and most alike one, and others for sure."""
        found = self._best(words, 0, len(words))
        if found is None:
            return ()
        before = self._others(words, 0, found.first)
        return (*before, found, *self._others(words, found.end, len(words)))

    def _others(self, words: Sequence[str], first: int, end: int) -> Iterator[Found]:
        found = self._best(words, first, end)
        if found is not None and found.likeness >= LIKENESS_OF_OTHERS:
            yield from self._others(words, first, found.first)
            yield found
            yield from self._others(words, found.end, end)

    def _best(self, words: Sequence[str], start: int, stop: int) -> Found | None:
        best, found = 0.0, None
        for first in range(start, stop):
            for end in range(first + 1, min(stop, first + self._longest) + 1):
                part = words[first:end]
                letters = sum(map(len, part))
                if letters >= SHORTEST and self._may_border(part[0]) and self._may_border(part[-1]):
                    likeness, slot = self.like(part)
                    weight = letters * (2 * likeness - 1)
                    if weight > best:
                        best, found = weight, Found(first, end, likeness, slot)
        return found

    def _nearest_name(self, joined: str) -> tuple[float, str]:
        near = self._lexicon.near(joined)
        nearest = max(near, key=lambda other: near[other], default="")
        if not nearest or (len(joined) <= SHORT and near[nearest] < LEAST_LIKENESS_OF_SHORT):
            return 0, ""
        return near[nearest], self._joined[nearest]

    def _may_border(self, word: str) -> bool:
        return word not in LIGHT or sound_of(word) in self._sounds


def _without_order(words: Sequence[str]) -> frozenset[str]:
    return frozenset(word for word in words if word not in LIGHT)
