"""Turns what somebody says into an intent and its slots, as Alexa does, but without Alexa.

It works from the interaction model that Alexa gets, for the terminal and the browser. What an
Echo takes off first, it leaves to its callers: the wake word's "ask glute coach to".

Both the samples and what was said are brought to plain words, and must then be the same. A
slot takes the names its type lists. Some samples let a slot take other words as well, so that
"start my banana routine" can be answered with the routines there are; those that would fit
almost anything ("tell me about ...", "... routine") do not. What fits nothing is a fallback.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from skill.intents import Slot

FALLBACK = "AMAZON.FallbackIntent"

KNOWN_TO_ALEXA: Mapping[str, tuple[str, ...]] = {
    "AMAZON.CancelIntent": ("cancel", "never mind", "forget it"),
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
the standard built-in intents. The model does not repeat them. "Exit" and "quit" never reach a
skill, whose session Alexa just ends; without Alexa, they stop."""

SPELLED_OUT = {
    "hows": "how is",
    "id": "i would",
    "im": "i am",
    "its": "it is",
    "ive": "i have",
    "ok": "okay",
    "sec": "second",
    "thats": "that is",
    "wanna": "want to",
    "whats": "what is",
    "wheres": "where is",
}
"""Short forms, written without their apostrophes, and what they stand for."""

FILLERS = frozenset(
    "a ah alexa an er erm hmm just my oh please the uh um".split()  # noqa: SIM905 - reads as words
)
"""Words that never make a difference."""

OPENERS = re.compile(
    r"(?:(?:okay|alright|so|well|hey|hi|and|lets|tell me|do you know"
    r"|(?:can|could|will|would) you|(?:can|could|may) (?:i|we)"
    r"|i (?:want|need)(?: you)? to(?: know)?|i would like(?: you)? to(?: know)?) )+"
)
"""What a sentence may begin with and mean the same, as long as something follows."""

CLOSERS = re.compile(r"(?: (?:for me|right now|now|thanks|thank you))+$")
"""What it may end with, as long as something stands before."""

VAGUE = frozenset(
    (  # noqa: SIM905 - reads as words
        "about am and are can change do does for from give have i in is it like me of on one play "
        "ready should show some switch that these this those through time to want we what which "
        "why will with would you"
    ).split()
)
"""Words found in any sentence. A sample made of nothing else takes known names only, and they
make no name by themselves."""

LONGEST_UNKNOWN = 6
"""Words an unknown name may have; beyond that, it is talk."""

SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Understood:
    """An intent, and those of its slots that were filled."""

    intent: str
    slots: Mapping[str, Slot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A sample with slots: how it matches, and what each slot can be."""

    intent: str
    expression: re.Pattern[str]
    names: Mapping[str, Mapping[str, tuple[str, ...]]]
    literals: int
    takes_unknown: bool

    def match(self, said: str) -> dict[str, Slot] | None:
        """Return the slots if what was said fits."""
        fit = self.expression.fullmatch(said)
        if fit is None:
            return None
        slots = {
            slot: Slot(heard, self.names[slot].get(heard, ()))
            for slot, heard in fit.groupdict().items()
        }
        fits = (slot.ids or (self.takes_unknown and _may_be_name(slot)) for slot in slots.values())
        return slots if all(fits) else None


class Understanding:
    """What an interaction model understands. Made once, asked as often as you like."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        language = model["interactionModel"]["languageModel"]
        types = {kind["name"]: _names(kind) for kind in language.get("types", ())}
        self._phrases: dict[str, str] = {}
        self._patterns: list[_Pattern] = []
        for intent in language["intents"]:
            names = {slot["name"]: types.get(slot["type"], {}) for slot in intent.get("slots", ())}
            for sample in map(plain_sentence, intent.get("samples", ())):
                if SLOT.search(sample):
                    self._patterns.append(_pattern(intent["name"], sample, names))
                else:
                    self._phrases[sample] = intent["name"]
        # Where a sample of ours says the same, Alexa puts it before what she knows herself.
        for intent in language["intents"]:
            for phrase in KNOWN_TO_ALEXA.get(intent["name"], ()):
                self._phrases.setdefault(plain_sentence(phrase), intent["name"])

    def understand(self, text: str) -> Understood:
        """Return what was meant; the fallback intent if nothing fits. Any text will do."""
        said = plain_sentence(text)
        if said in self._phrases:
            return Understood(self._phrases[said])
        best = max(self._fits(said), key=lambda fit: fit[0], default=None)
        return best[1] if best else Understood(FALLBACK)

    def _fits(self, said: str) -> Iterator[tuple[tuple[int, int], Understood]]:
        """Yield what fits, each with its rank: known names first, then the fuller sample."""
        for pattern in self._patterns:
            slots = pattern.match(said)
            if slots is not None:
                known = sum(bool(slot.ids) for slot in slots.values())
                yield (known, pattern.literals), Understood(pattern.intent, slots)


def plain_sentence(text: str) -> str:
    """Bring a sentence to its plain words, without what only opens or closes it politely."""
    plain = plain_words(text)
    without_opener = plain[opener.end() :] if (opener := OPENERS.match(plain)) else plain
    return CLOSERS.sub("", without_opener)


def plain_words(text: str) -> str:
    """Bring words to lower case, one space between them, no punctuation, fillers or short forms.

    Words that are nothing but fillers stay as they are.
    """
    letters = unicodedata.normalize("NFKC", text).casefold()
    together = re.sub(r"['\u2019]", "", letters)
    words = [
        word
        for token in re.findall(r"\{\w+\}|[^\W_]+", together)
        for word in SPELLED_OUT.get(token, token).split(" ")
    ]
    return " ".join([word for word in words if word not in FILLERS] or words)


def _names(kind: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the ids that each name of a slot type can mean."""
    names: dict[str, tuple[str, ...]] = {}
    for value in kind["values"]:
        for name in (value["name"]["value"], *value["name"].get("synonyms", ())):
            plain = plain_words(name)
            ids = names.get(plain, ())
            names[plain] = ids if value["id"] in ids else (*ids, value["id"])
    return names


def _pattern(
    intent: str, sample: str, names: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> _Pattern:
    literals = SLOT.sub(" ", sample).split()
    return _Pattern(
        intent=intent,
        expression=re.compile(SLOT.sub(r"(?P<\1>.+)", sample)),
        names=names,
        literals=len(literals),
        takes_unknown=not (VAGUE.issuperset(literals) or SLOT.match(sample)),
    )


def _may_be_name(slot: Slot) -> bool:
    words = slot.heard.split(" ")
    return len(words) <= LONGEST_UNKNOWN and not VAGUE.issuperset(words)
