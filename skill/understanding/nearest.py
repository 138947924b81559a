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
- A sample of nothing but slots is like no sentence that says more, or says a name badly.
- A question is less like a demand, and a denial is never like what it denies: "don't skip" is
  like "don't skip it any more", and not like "i don't want to".
- What asks or tells of the runner is not like a demand with slots: "did you skip the pigeon".
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from math import log

from skill.coaching.values import value_class
from skill.understanding.everyday import is_everyday
from skill.understanding.likeness import SAME_SOUND, SAME_STEM, Lexicon, sound_of, stem_of
from skill.understanding.samples import (
    Sample,
    Understood,
    exchangeable,
    is_type_word,
    type_word,
)
from skill.understanding.slot_types import Found, SlotType
from skill.understanding.words import (
    COMPARING,
    CORRECTING,
    DENYING,
    LIGHT,
    Mood,
    forbidden,
    mood,
)

ENOUGH = 0.76
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

AS_NEAR = 0.05
"""Of words that are so much alike what was said, the commonest is meant."""

OTHER_MOOD = 0.85
"""How alike a question and a demand of the same words are."""

SURE = 0.85
"""How alike a name must be to what was said if there is nothing else to tell what is meant."""


@value_class
class _Heard:
    """A word of a sentence, spelled as the word of samples that it most likely is.

    `known_to` are the intents that have it for sure. `shares` says what weight it shares with
    each word of samples that it may be, and `exchanged` with each that it stands for in some
    intents.
    """

    spelled: str
    weight: float
    known_to: Collection[str]
    shares: Mapping[str, float]
    exchanged: Sequence[tuple[str, float, Collection[str]]] = ()


@value_class
class _Bag:
    """A sample as it is compared: what it weighs, its heaviest words, and what it is like."""

    sample: Sample
    weight: float
    telling: frozenset[str]
    is_bare: bool
    mood: Mood
    denies: bool
    forbids: str


@value_class
class _Named:
    """What of one type is meant in a sentence, and the places of words that it makes void."""

    found: Sequence[Found]
    void: frozenset[int]


class Nearest:
    """The samples of a model, to find the one a sentence is most like."""

    def __init__(self, samples: Sequence[Sample], types: Mapping[str, SlotType]) -> None:
        samples = [sample for sample in samples if not LIGHT.issuperset(sample.words())]
        self._shapes = dict.fromkeys(
            frozenset(Counter(sample.types.values()).items()) for sample in samples
        )
        self._most = dict(sorted(chain.from_iterable(self._shapes)))
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
        intents = len({sample.intent for sample in samples})
        self._unknown_weight = log(1 + intents / UNKNOWN_INTENTS)
        self._forms: dict[str, list[str]] = defaultdict(list)
        for word in self._intents_of:
            if word not in LIGHT and not is_type_word(word):
                self._forms[stem_of(word)].append(word)
        self._weights = {
            word: LIGHT_WEIGHT if word in LIGHT else log(1 + intents / len(self._having(word)))
            for word in self._intents_of
        }
        self._bags = [self._bag(sample) for sample in samples]
        self._exchangeable = exchangeable(samples)
        spoken = (word for word in self._weights if not is_type_word(word))
        self._lexicon = Lexicon(spoken, LEAST_LIKENESS)

    def match(self, said: str) -> Understood | None:
        """Return what a plain sentence means; None if no sample is enough like it."""
        words = self._spelled(said.split(" "))
        heard = {word: self._heard(word) for word in words}
        forbids = forbidden(said)
        as_forbidden = {forbids, *(self._heard(forbids).shares if forbids else ())}
        said_in = mood(words)
        best, meant = ENOUGH, None
        for reading, found in self._readings(words):
            as_heard = [
                self._as_heard({word: found[word].likeness}) if word in found else heard[word]
                for word in reading
            ]
            alone = all(word in LIGHT for word in reading if word not in found)
            sure = alone and all(one.likeness >= SURE for one in found.values())
            for likeness, bag in self._likenesses(as_heard, frozenset(found)):
                if likeness <= best or (forbids and bag.forbids not in as_forbidden):
                    continue
                if bag.is_bare and not sure:
                    continue
                if said_in in (bag.mood, Mood.OTHER) or not bag.sample.types:
                    best, meant = likeness, (bag.sample, found)
        if meant is None:
            return None
        sample, found = meant
        slots = {slot: found[word].slot for slot, word in sample.type_words().items()}
        return Understood(sample.intent, slots)

    def _forms_of(self, word: str) -> Sequence[str]:
        """Return the words of samples with the same stem, the word itself among them."""
        if word in LIGHT or is_type_word(word):
            return (word,)
        return self._forms[stem_of(word)]

    def _having(self, word: str) -> frozenset[str]:
        """Return the intents whose samples have a word in one of its forms."""
        return frozenset(chain.from_iterable(self._intents_of[it] for it in self._forms_of(word)))

    def _bag(self, sample: Sample) -> _Bag:
        words = sample.words()
        literal = [word for word in words if word not in LIGHT and not is_type_word(word)]
        heaviest = max(self._weights[word] for word in literal or words)
        return _Bag(
            sample=sample,
            weight=sum(self._weights[word] for word in words),
            telling=frozenset(word for word in literal or words if self._weights[word] == heaviest),
            is_bare=not literal,
            mood=mood(sample.sentence.split(" ")),
            denies=not DENYING.isdisjoint(words),
            forbids=forbidden(sample.sentence),
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
            type_: _named(words, there, self._most[type_])
            for type_, kind in self._types.items()
            if (there := kind.find(words))
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

    def _heard(self, word: str) -> _Heard:
        if word in self._weights:
            near = {**dict.fromkeys(self._forms_of(word), SAME_STEM), word: 1.0}
        else:
            near = {
                other: likeness
                for other, likeness in self._lexicon.near(word).items()
                if self._may_be(word, other, likeness)
            }
        if not near:
            return _Heard(word, LIGHT_WEIGHT if word in LIGHT else self._unknown_weight, (), {})
        return self._as_heard(near)

    @staticmethod
    def _may_be(said: str, word: str, likeness: float) -> bool:
        if is_everyday(said):
            return sound_of(said) == sound_of(word) and word not in LIGHT
        return likeness >= SAME_SOUND or word not in LIGHT

    def _as_heard(self, near: Mapping[str, float]) -> _Heard:
        weights = self._weights
        shares = {word: likeness * weights[word] for word, likeness in near.items()}
        exchanged = [
            (other, EXCHANGED * likeness * min(weights[word], weights[other]), intents)
            for word, likeness in near.items()
            for other, intents in self._exchangeable.get(word, {}).items()
        ]
        telling = [word for word in near if word not in LIGHT] or list(near)
        least = max(near[word] for word in telling) - AS_NEAR
        nearest = min((word for word in telling if near[word] >= least), key=weights.__getitem__)
        known_to = self._intents_of[nearest] if near[nearest] >= SAME_SOUND else ()
        return _Heard(nearest, weights[nearest], known_to, shares, exchanged)

    def _likenesses(
        self, heard: Sequence[_Heard], types: frozenset[str]
    ) -> Iterator[tuple[float, _Bag]]:
        """Yield the bags that share words with a sentence, each with its likeness up to 1."""
        weight = sum(word.weight for word in heard)
        as_words = [word.spelled for word in heard]
        asks, denies = mood(as_words) is Mood.ASKING, not DENYING.isdisjoint(as_words)
        known: dict[str, float] = defaultdict(float)
        for word in heard:
            for intent in word.known_to:
                known[intent] += word.weight
        for place, (shared, told) in self._shared(heard, self._bags_with[types]).items():
            bag = self._bags[place]
            if bag.denies == denies and not bag.telling.isdisjoint(told):
                elsewhere = max(0.0, known[bag.sample.intent] - shared)
                both = weight - KNOWN_ELSEWHERE * elsewhere + bag.weight
                likeness = 2 * min(shared, weight, bag.weight) / both
                yield likeness if asks == (bag.mood is Mood.ASKING) else OTHER_MOOD * likeness, bag

    def _shared(
        self, heard: Sequence[_Heard], bags_with: Mapping[str, Sequence[int]]
    ) -> Mapping[int, tuple[float, Collection[str]]]:
        """Return the weight that samples share with a sentence, and the words, by their places.

        No word counts twice, neither one that was said nor one of a sample.
        """
        by_said: dict[int, float] = defaultdict(float)
        by_sample: dict[int, dict[str, float]] = defaultdict(dict)
        for word in heard:
            most_of_it: dict[int, float] = {}
            for other, share, place in self._places(word, bags_with):
                most_of_it[place] = max(share, most_of_it.get(place, 0))
                of_sample = by_sample[place]
                of_sample[other] = max(share, of_sample.get(other, 0))
            for place, share in most_of_it.items():
                by_said[place] += share
        return {
            place: (min(share, sum(by_sample[place].values())), by_sample[place])
            for place, share in by_said.items()
        }

    def _places(
        self, word: _Heard, bags_with: Mapping[str, Sequence[int]]
    ) -> Iterator[tuple[str, float, int]]:
        """Yield the words of samples that a word may be, what it shares with each, and where."""
        for other, share in word.shares.items():
            for place in bags_with.get(other, ()):
                yield other, share, place
        for other, share, intents in word.exchanged:
            for place in bags_with.get(other, ()):
                if self._bags[place].sample.intent in intents:
                    yield other, share, place


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


def _named(words: Sequence[str], found: Sequence[Found], most: int) -> _Named:
    """Take the last of what corrects one another, and of what is too much."""
    meant: list[Found] = []
    void: set[int] = set()
    for one in found:
        if one.first and words[one.first - 1] == COMPARING:
            continue
        since = range(meant[-1].end, one.first) if meant else range(0)
        correcting = [place for place in since if words[place] in CORRECTING]
        if correcting:
            void.update(correcting, range(meant[-1].first, meant[-1].end))
            meant.pop()
        elif meant and one.first < meant[-1].end:
            meant.pop()  # it begins with what it corrects
        meant.append(one)
    return _Named(meant[-1:] if most == 1 else meant[:most], frozenset(void))
