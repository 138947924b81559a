"""Reads an interaction model's samples: what can be said, and the intent it then means."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Any

from skill.coaching.values import field, value_class
from skill.intents import Slot
from skill.understanding.words import LIGHT, plain_sentence

FALLBACK = "AMAZON.FallbackIntent"

KNOWN_TO_ALEXA: Mapping[str, tuple[str, ...]] = {
    "AMAZON.CancelIntent": ("cancel",),
    "AMAZON.HelpIntent": ("help", "help me", "can you help me"),
    "AMAZON.LoopOffIntent": ("loop off", "turn off loop", "stop looping"),
    "AMAZON.LoopOnIntent": ("loop", "loop on", "turn on loop", "keep repeating this"),
    "AMAZON.NavigateHomeIntent": ("home", "go home"),
    "AMAZON.NextIntent": ("next", "skip", "skip forward"),
    "AMAZON.NoIntent": ("no", "no thanks"),
    "AMAZON.PauseIntent": ("pause", "pause that"),
    "AMAZON.PreviousIntent": ("previous", "go back", "skip back", "skip backwards", "back up"),
    "AMAZON.RepeatIntent": ("repeat", "repeat that", "say that again"),
    "AMAZON.ResumeIntent": ("resume", "continue", "keep going"),
    "AMAZON.ShuffleOffIntent": ("shuffle off", "turn off shuffle", "stop shuffling"),
    "AMAZON.ShuffleOnIntent": ("shuffle", "shuffle on", "turn on shuffle", "shuffle mode"),
    "AMAZON.StartOverIntent": ("start over", "start again", "restart"),
    "AMAZON.StopIntent": ("stop", "off", "shut up", "exit", "quit"),
    "AMAZON.YesIntent": ("yes", "yes please", "sure"),
}
"""What Alexa knows for her own intents, after the commonest words in Amazon's reference of
the standard built-in intents. The model does not repeat them. "Never mind" and "forget it", which
she knows for cancelling, are among our words for no: they leave alone what goes on. "Exit" and
"quit" never reach a skill, whose session Alexa just ends; without Alexa, they stop."""

TIMES_EXCHANGED = 2
"""In how many samples of one intent words take each other's place that are exchangeable."""

SLOT = re.compile(r"\{(\w+)\}")


@value_class
class Understood:
    """An intent, and those of its slots that were filled."""

    intent: str
    slots: Mapping[str, Slot] = field(default_factory=dict)


@value_class
class Sample:
    """One way to say an intent: a plain sentence, and the type of each slot in it by its name."""

    intent: str
    sentence: str
    types: Mapping[str, str]

    def words(self) -> tuple[str, ...]:
        """Return its words, each once; for a slot, its type as a word."""
        of_slots = self.type_words()
        named = SLOT.sub(lambda slot: of_slots[slot[1]], self.sentence)
        return tuple(dict.fromkeys(named.split(" ")))

    def type_words(self) -> Mapping[str, str]:
        """Return the word that stands for each slot, in the order of the sentence."""
        times: Counter[str] = Counter()
        words = {}
        for slot in SLOT.findall(self.sentence):
            type_ = self.types[slot]
            words[slot] = type_word(type_, times[type_])
            times[type_] += 1
        return words


def type_word(type_: str, number: int = 0) -> str:
    """Return the word that stands for anything of a slot type; one that comes later has a number.

    No plain word has such brackets.
    """
    return f"<{type_}>{number or ''}"


def is_type_word(word: str) -> bool:
    """Whether a word stands for a slot."""
    return word.startswith("<")


def read_samples(language: Mapping[str, Any]) -> Iterator[Sample]:
    """Yield a language model's samples; after them, what Alexa knows for intents of the model."""
    for intent in language["intents"]:
        types = {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
        for sample in map(plain_sentence, intent.get("samples", ())):
            used = {slot: types[slot] for slot in SLOT.findall(sample)}
            yield Sample(intent["name"], sample, used)
    for intent in language["intents"]:
        for phrase in KNOWN_TO_ALEXA.get(intent["name"], ()):
            yield Sample(intent["name"], plain_sentence(phrase), {})


def exchangeable(samples: Iterable[Sample]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Find the words that take each other's place: "stretch" and "exercise", "leg" and "side".

    Such words do so in several samples of an intent, and never make it another intent. Return
    for a word those that it stands for, and the intents in which it does.
    """
    frames: dict[tuple[Any, ...], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for sample in samples:
        words = sample.words()
        for place, word in enumerate(words):
            if len(words) > 1 and word not in LIGHT and not is_type_word(word):
                frames[words[:place], words[place + 1 :]][word].add(sample.intent)
    times: Counter[tuple[str, str, str]] = Counter()
    different: set[tuple[str, str, str]] = set()
    for intents in frames.values():
        for word, other in permutations(intents, 2):
            if intents[word] == intents[other]:
                times.update((word, other, intent) for intent in intents[word])
            else:
                either = intents[word] | intents[other]
                different.update((word, other, intent) for intent in either)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (word, other, intent), count in times.items():
        if count >= TIMES_EXCHANGED and (word, other, intent) not in different:
            found[word][other].add(intent)
    return {
        word: {other: frozenset(others[other]) for other in sorted(others)}
        for word, others in found.items()
    }
