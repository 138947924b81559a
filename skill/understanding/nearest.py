"""Finds the sample that a sentence is most like, whatever the order and the slips of its words.

Sample and sentence are bags of words. A word weighs the more, the fewer intents have it in
their samples; one that none has, most. How alike the bags are is Dice's measure: twice the
weight they share, over the weight of both. So "stop by the shop" is not "stop": half of what
it says was not asked for.

- A word counts as another by how alike they are, and as one that can take its place.
- Names of slots are found first, and count as one word.
- What an intent says in other samples counts against this one only in part.
- A question is less like a demand, and a denial is never like what it denies.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import log

from skill.understanding.likeness import SAME_SOUND, Lexicon, sound_of
from skill.understanding.names import Found, Names
from skill.understanding.samples import SLOT, Sample, Understood, exchangeable, type_word
from skill.understanding.words import DENYING, LIGHT, SHORT_FORMS, is_question

ENOUGH = 0.72
"""How alike the nearest sample must be for a sentence to mean it."""

LEAST_LIKENESS = 0.74
"""How alike words must be to be taken for one another; light ones must sound the same."""

EXCHANGED = 0.85
"""How much of a word counts that another stands for."""

LIGHT_WEIGHT = 0.3
"""What light words weigh. Of 26 intents, a word of a single one weighs 3.3, of all of them 0.7."""

UNKNOWN_INTENTS = 0.5
"""How many intents a word counts as having that none has."""

KNOWN_ELSEWHERE = 0.6
"""How much of a word is forgiven that only other samples of the intent have."""

OTHER_MOOD = 0.85
"""How alike a question and a demand of the same words are."""

SHORTEST_BY_SOUND = 4
"""Letters of a short form that is known by its sound: "wots" for "whats"."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A word of a sentence: the words of samples it may be, and those these may stand for, each
    with its likeness up to 1, and what it weighs."""

    as_word: str
    near: Mapping[str, float]
    standing_for: Mapping[str, float]
    weight: float


@dataclass(frozen=True, slots=True)
class _Bag:
    """What is compared with a sentence: a sample, what it weighs and what kind of thing it is."""

    sample: Sample
    weight: float
    types: frozenset[str]
    asks: bool
    denies: bool


class Nearest:
    """The samples of a model, to find the one a sentence is most like."""

    def __init__(self, samples: Sequence[Sample], names: Mapping[str, Names]) -> None:
        self._names = names
        self._intents_of: dict[str, set[str]] = defaultdict(set)
        self._bags_with: dict[str, list[int]] = defaultdict(list)
        self._neighbours: dict[str, tuple[str, str]] = {}
        for place, sample in enumerate(samples):
            for word in sample.words():
                self._intents_of[word].add(sample.intent)
                self._bags_with[word].append(place)
            for pair in pairwise(sample.words()):
                if not any(map(SLOT.match, pair)):
                    self._neighbours.setdefault("".join(pair), pair)
        intents = len({sample.intent for sample in samples})
        self._unknown_weight = log(1 + intents / UNKNOWN_INTENTS)
        self._weights = {
            word: LIGHT_WEIGHT if word in LIGHT else log(1 + intents / len(having))
            for word, having in self._intents_of.items()
        }
        self._bags = [self._bag(sample) for sample in samples]
        self._exchangeable = exchangeable(samples)
        spoken = (word for word in self._weights if not SLOT.match(word))
        self._lexicon = Lexicon(spoken, LEAST_LIKENESS)
        self._short_forms = {
            sound_of(short): whole.split(" ")
            for short, whole in SHORT_FORMS.items()
            if len(short) >= SHORTEST_BY_SOUND
        }

    def match(self, said: str) -> Understood | None:
        """Return what a plain sentence means; None if no sample is enough like it."""
        words = self._spelled(said.split(" "))
        heard = {word: self._heard(word) for word in words}
        best, meant = ENOUGH, None
        for reading, found in self._readings(words):
            as_heard = [
                self._name_heard(word, found[word]) if word in found else heard[word]
                for word in reading
            ]
            for likeness, sample in self._likenesses(as_heard, frozenset(found)):
                if likeness > best:
                    best, meant = likeness, (sample, found)
        if meant is None:
            return None
        sample, found = meant
        slots = {slot: found[type_word(type_)].slot for slot, type_ in sample.types.items()}
        return Understood(sample.intent, slots)

    def _bag(self, sample: Sample) -> _Bag:
        words = sample.words()
        return _Bag(
            sample=sample,
            weight=sum(self._weights[word] for word in words),
            types=frozenset(map(type_word, sample.types.values())),
            asks=is_question(words),
            denies=not DENYING.isdisjoint(words),
        )

    def _spelled(self, words: Sequence[str]) -> list[str]:
        """Join and part words as samples have them, and say only once what is said twice."""
        spelled: list[str] = []
        for word in words:
            last = spelled[-1] if spelled else ""
            both_known = last in self._weights and word in self._weights
            if word == last:
                continue
            if last + word in self._weights and last and not both_known:
                spelled[-1] += word
            elif word in self._weights:
                spelled.append(word)
            else:
                spelled += self._neighbours.get(word) or self._short_forms.get(
                    sound_of(word), [word]
                )
        return spelled

    def _readings(self, words: Sequence[str]) -> Iterator[tuple[list[str], dict[str, Found]]]:
        """Yield the sentence with any of the names in it as the type they are of, and those."""
        found = {
            type_word(type_): name
            for type_, names in self._names.items()
            if (name := names.find(words)) is not None
        }
        for count in range(len(found) + 1):
            for chosen in combinations(found, count):
                backwards = sorted(chosen, key=lambda type_: found[type_].first, reverse=True)
                if all(found[b].first >= found[a].end for b, a in pairwise(backwards)):
                    reading = list(words)
                    for type_ in backwards:
                        reading[found[type_].first : found[type_].end] = [type_]
                    yield reading, {type_: found[type_] for type_ in chosen}

    def _heard(self, word: str) -> _Heard:
        if word in self._weights:
            near = {word: 1.0}
        else:
            near = {
                other: likeness
                for other, likeness in self._lexicon.near(word).items()
                if likeness >= SAME_SOUND or other not in LIGHT
            }
        if not near:
            return _Heard(word, {}, {}, LIGHT_WEIGHT if word in LIGHT else self._unknown_weight)
        standing_for = dict(near)
        for known, likeness in near.items():
            for other in self._exchangeable.get(known, ()):
                standing_for[other] = max(standing_for.get(other, 0), EXCHANGED * likeness)
        nearest = max(near, key=lambda other: near[other])
        return _Heard(nearest, near, standing_for, self._weights[nearest])

    def _name_heard(self, type_: str, found: Found) -> _Heard:
        near = {type_: found.likeness}
        return _Heard(type_, near, near, self._weights.get(type_, self._unknown_weight))

    def _likenesses(
        self, heard: Sequence[_Heard], types: frozenset[str]
    ) -> Iterator[tuple[float, Sample]]:
        """Yield the samples that share words with a sentence, each with its likeness up to 1."""
        weight = sum(word.weight for word in heard)
        as_words = [word.as_word for word in heard]
        asks, denies = is_question(as_words), not DENYING.isdisjoint(as_words)
        known: dict[str, float] = defaultdict(float)
        for word in heard:
            for intent in set().union(*(self._intents_of[other] for other in word.near)):
                known[intent] += word.weight
        for place, shared in self._shared(heard).items():
            bag = self._bags[place]
            if bag.types == types and bag.denies == denies:
                elsewhere = max(0.0, known[bag.sample.intent] - shared)
                both = weight - KNOWN_ELSEWHERE * elsewhere + bag.weight
                likeness = 2 * min(shared, bag.weight) / both
                yield likeness if asks == bag.asks else OTHER_MOOD * likeness, bag.sample

    def _shared(self, heard: Sequence[_Heard]) -> Mapping[int, float]:
        """Return the weight that samples share with a sentence, by their places."""
        shared: dict[int, float] = defaultdict(float)
        for word in heard:
            most: dict[int, float] = {}
            for other, likeness in word.standing_for.items():
                weight = likeness * min(word.weight, self._weights.get(other, 0))
                for place in self._bags_with.get(other, ()):
                    most[place] = max(weight, most.get(place, 0))
            for place, weight in most.items():
                shared[place] += weight
        return shared
