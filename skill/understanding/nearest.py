"""Finds the sample that a sentence is most like, whatever the order and the slips of its words.

Sample and sentence are bags of words. A word weighs the more, the fewer intents have it in
their samples; one that none has, most. How alike the bags are is Dice's measure: twice the
weight they share, over the weight of both. So "stop by the shop" is not "stop": half of what
it says was not asked for.

- A word counts as another by how alike they are, and as one that can take its place.
- The heaviest word of the sample must be among them: "what time is it" is not "time left".
- Names of slots are found first, and count as one word. Of one said by mistake and one that
  corrects it, or of two where one is wanted, the last counts.
- What an intent says in other samples counts against this one only in part.
- A question is less like a demand, and a denial is never like what it denies.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import log

from skill.understanding.everyday import EVERYDAY
from skill.understanding.likeness import SAME_SOUND, SAME_STEM, Lexicon, stem_of
from skill.understanding.samples import (
    Sample,
    Understood,
    exchangeable,
    is_type_word,
    type_word,
)
from skill.understanding.slot_types import Found, SlotType
from skill.understanding.words import COMPARING, CORRECTING, DENYING, LIGHT, is_question

ENOUGH = 0.73
"""How alike the nearest sample must be for a sentence to mean it."""

LEAST_LIKENESS = 0.74
"""How alike words must be to be taken for one another; light ones must sound the same."""

EXCHANGED = 0.85
"""How much of a word counts that another stands for."""

LIGHT_WEIGHT = 0.3
"""What light words weigh. Others weigh 0.7 if all intents have them, 2.4 if one in ten does."""

UNKNOWN_INTENTS = 0.05
"""How many intents a word counts as having that none has."""

KNOWN_ELSEWHERE = 0.7
"""How much of a word is forgiven that only other samples of the intent have."""

OTHER_MOOD = 0.85
SURE_NAME=.85
BARE_ENOUGH=.75
STRICT=True
STEEP=1
BY_STEM=True
EVERY=True
KNOWN_FROM=SAME_SOUND
"""How alike a question and a demand of the same words are."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A word of a sentence, spelled as the word of samples that it most likely is.

    `known_to` are the intents that have it for sure. `shares` says what weight it shares with
    each word of samples that it may be or stand for.
    """

    spelled: str
    weight: float
    known_to: Collection[str]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Bag:
    """A sample as it is compared: what it weighs, its heaviest words, and what it is like."""

    sample: Sample
    weight: float
    telling: frozenset[str]
    is_bare: bool
    asks: bool
    denies: bool


@dataclass(frozen=True, slots=True)
class _Named:
    """What of one type is meant in a sentence, and the places of words that it makes void."""

    found: Sequence[Found]
    void: frozenset[int]


class Nearest:
    """The samples of a model, to find the one a sentence is most like."""

    def __init__(self, samples: Sequence[Sample], types: Mapping[str, SlotType]) -> None:
        samples = [sample for sample in samples if not LIGHT.issuperset(sample.words())]
        self._shapes = {
            frozenset(Counter(sample.types.values()).items()): None for sample in samples
        }
        self._most = {type_: count for type_, count in sorted(chain.from_iterable(self._shapes))}
        self._types = {type_: types[type_] for type_ in self._most}
        self._intents_of: dict[str, set[str]] = defaultdict(set)
        self._bags_with: dict[frozenset[str], dict[str, list[int]]] = defaultdict(dict)
        self._neighbours: dict[str, tuple[str, str]] = {}
        for place, sample in enumerate(samples):
            with_types = self._bags_with[frozenset(sample.type_words().values())]
            for word in sample.words():
                self._intents_of[word].add(sample.intent)
                with_types.setdefault(word, []).append(place)
            for pair in pairwise(sample.words()):
                if not any(map(is_type_word, pair)):
                    self._neighbours.setdefault("".join(pair), pair)
        of_stem: dict[str, set[str]] = defaultdict(set)
        for word in self._intents_of:
            if word not in LIGHT and not is_type_word(word): of_stem[stem_of(word)].update(self._intents_of[word])
        intents = len({sample.intent for sample in samples})
        self._unknown_weight = log(1 + intents / UNKNOWN_INTENTS)
        self._weights = {
            word: LIGHT_WEIGHT if word in LIGHT else log(1 + intents / len(of_stem[stem_of(word)] if BY_STEM and stem_of(word) in of_stem else having))
            for word, having in self._intents_of.items()
        }
        self._bags = [self._bag(sample) for sample in samples]
        self._exchangeable = exchangeable(samples)
        spoken = [word for word in self._weights if not is_type_word(word)]
        self._lexicon = Lexicon(spoken, LEAST_LIKENESS)
        of_stem: dict[str, list[str]] = defaultdict(list)
        for word in spoken:
            if word not in LIGHT:
                of_stem[stem_of(word)].append(word)
        self._same_stem = {word: words for words in of_stem.values() for word in words}

    def match(self, said: str) -> Understood | None:
        """Return what a plain sentence means; None if no sample is enough like it."""
        words = self._spelled(said.split(" "))
        heard = {word: self._heard(word) for word in words}
        best, meant = ENOUGH, None
        for reading, found in self._readings(words):
            as_heard = [
                self._as_heard({word: found[word].likeness}) if word in found else heard[word]
                for word in reading
            ]
            sure = all(one.likeness >= SURE_NAME for one in found.values())
            for likeness, sample, is_bare in self._likenesses(as_heard, frozenset(found)):
                if is_bare and (not sure or likeness<BARE_ENOUGH or any(h.weight>LIGHT_WEIGHT and not is_type_word(h.spelled) for h in as_heard)): continue
                if likeness > best:
                    best, meant = likeness, (sample, found)
        if meant is None:
            return None
        sample, found = meant
        slots = {slot: found[word].slot for slot, word in sample.type_words().items()}
        return Understood(sample.intent, slots)

    def _bag(self, sample: Sample) -> _Bag:
        words = sample.words()
        literal = [word for word in words if word not in LIGHT and not is_type_word(word)]
        heaviest = max(self._weights[word] for word in literal or words)
        return _Bag(
            sample=sample,
            weight=sum(self._weights[word] for word in words),
            telling=frozenset(
                word for word in literal or words if self._weights[word] == heaviest
            ),
            is_bare=not literal,
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
                spelled += self._neighbours.get(word, (word,))
        return spelled

    def _readings(self, words: Sequence[str]) -> Iterator[tuple[list[str], dict[str, Found]]]:
        """Yield the sentence with some of what slots can hold as the type it is of, and that."""
        named = {
            type_: self._named(words, found, self._most[type_])
            for type_, kind in self._types.items()
            if (found := kind.find(words))
        }
        for shape in self._shapes:
            if all(type_ in named and len(named[type_].found) == many for type_, many in shape):
                found = {
                    type_word(type_, number): one
                    for type_, _ in shape
                    for number, one in enumerate(named[type_].found)
                }
                void = frozenset(chain.from_iterable(named[type_].void for type_, _ in shape))
                reading = _reading(words, found, void)
                if reading:
                    yield reading, found

    def _named(self, words: Sequence[str], found: Sequence[Found], most: int) -> _Named:
        """Take the last of what corrects one another, and of what is too much."""
        meant: list[Found] = []
        void: set[int] = set()
        for one in found:
            if one.first and words[one.first - 1] == COMPARING:
                continue
            since = range(meant[-1].end, one.first) if meant else ()
            correcting = [place for place in since if words[place] in CORRECTING]
            if correcting:
                void.update(correcting, range(meant[-1].first, meant[-1].end))
                meant.pop()
            meant.append(one)
        return _Named(meant[-1:] if most == 1 else meant[:most], frozenset(void))

    def _heard(self, word: str) -> _Heard:
        if word in self._weights:
            near = {**dict.fromkeys(self._same_stem.get(word, ()), SAME_STEM), word: 1.0}
        else:
            near = {
                other: likeness
                for other, likeness in self._lexicon.near(word).items()
                if likeness >= SAME_SOUND or (other not in LIGHT and not (EVERY and word in EVERYDAY))
            }
        if not near:
            return _Heard(word, LIGHT_WEIGHT if word in LIGHT else self._unknown_weight, (), {})
        return self._as_heard(near)

    def _as_heard(self, near: Mapping[str, float]) -> _Heard:
        weights = self._weights
        near = {word: max(0, 1 - STEEP * (1 - likeness)) for word, likeness in near.items()}
        shares = {word: likeness * weights[word] for word, likeness in near.items()}
        for word, likeness in near.items():
            for other in self._exchangeable.get(word, ()):
                share = EXCHANGED * likeness * min(weights[word], weights[other])
                shares[other] = max(share, shares.get(other, 0))
        nearest = max(near, key=lambda word: (word not in LIGHT, near[word], -weights[word]))
        known_to = self._intents_of[nearest] if near[nearest] >= 1-STEEP*(1-KNOWN_FROM) else ()
        return _Heard(nearest, weights[nearest], known_to, shares)

    def _likenesses(
        self, heard: Sequence[_Heard], types: frozenset[str]
    ) -> Iterator[tuple[float, Sample]]:
        """Yield the samples that share words with a sentence, each with its likeness up to 1."""
        weight = sum(word.weight for word in heard)
        as_words = [word.spelled for word in heard]
        asks, denies = is_question(as_words), not DENYING.isdisjoint(as_words)
        known: dict[str, float] = defaultdict(float)
        for word in heard:
            for intent in word.known_to:
                known[intent] += word.weight
        told = frozenset(chain.from_iterable(word.shares for word in heard))
        for place, shared in self._shared(heard, self._bags_with[types]).items():
            bag = self._bags[place]
            if bag.denies == denies and not bag.telling.isdisjoint(told):
                elsewhere = 0 if bag.is_bare and STRICT else max(0.0, known[bag.sample.intent] - shared)
                both = weight - KNOWN_ELSEWHERE * elsewhere + bag.weight
                likeness = 2 * min(shared, weight, bag.weight) / both
                yield likeness if asks == bag.asks else OTHER_MOOD * likeness, bag.sample, bag.is_bare

    def _shared(
        self, heard: Sequence[_Heard], bags_with: Mapping[str, Sequence[int]]
    ) -> Mapping[int, float]:
        """Return the weight that samples share with a sentence, by their places.

        No word counts twice, neither one that was said nor one of a sample.
        """
        by_said: dict[int, float] = defaultdict(float)
        by_sample: dict[int, float] = defaultdict(float)
        most: dict[str, float] = {}
        for word in heard:
            most_of_it: dict[int, float] = {}
            for other, share in word.shares.items():
                most[other] = max(share, most.get(other, 0))
                for place in bags_with.get(other, ()):
                    most_of_it[place] = max(share, most_of_it.get(place, 0))
            for place, share in most_of_it.items():
                by_said[place] += share
        for other, share in most.items():
            for place in bags_with.get(other, ()):
                by_sample[place] += share
        return {place: min(share, by_sample[place]) for place, share in by_said.items()}


def _reading(
    words: Sequence[str], found: Mapping[str, Found], void: Collection[int]
) -> list[str] | None:
    """Put type words for what was found; return each word once, None if two share a word."""
    reading: list[str] = []
    end = 0
    for word, one in sorted(found.items(), key=lambda item: item[1].first):
        if one.first < end:
            return None
        reading += [words[place] for place in range(end, one.first) if place not in void]
        reading.append(word)
        end = one.end
    reading += [words[place] for place in range(end, len(words)) if place not in void]
    return list(dict.fromkeys(reading))
