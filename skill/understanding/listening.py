"""Turns what somebody says into an intent and its slots, as Alexa does, but without Alexa.

It works from the interaction model that Alexa gets, for the terminal and the browser. By what
name the coach is called makes no difference. What is a sample word for word means just that; only
what is none is compared with all of them. Harm to the body is heard in any words; who asks for a
moment gets it, whatever for. What is like nothing is a fallback.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from skill.understanding.calling import Calling
from skill.understanding.durations import durations
from skill.understanding.harm import Harmed, harmed, is_to_stretch
from skill.understanding.names import Names
from skill.understanding.nearest import Nearest
from skill.understanding.numbers import numbers
from skill.understanding.samples import FALLBACK, Understood, read_samples
from skill.understanding.slot_types import SlotType
from skill.understanding.templates import Templates
from skill.understanding.times import times
from skill.understanding.words import DENYING, is_question, plain_sentence, plain_words

LONGEST = 200
"""Letters and spaces that are listened to; beyond that, it is talk."""

CLAUSE_END = re.compile(r"[,.;:!?\u2013\u2014\u2026]+\s+|\sbut\s")
"""What stands before the clause that counts."""

SO = " so "
"""What stands before a wish, and after the reason for it."""

REASON = re.compile(r"\s(?:because|since)\s")
"""What stands after it."""

EMERGENCY, CRISIS = "EmergencyIntent", "CrisisIntent"
FIRST = EMERGENCY, CRISIS, "FeelsWrongIntent", "ItHurtsIntent"
"""What counts before all else, in this order, wherever in a sentence a sample of one stands: "next,
ouch"."""

IN_THE_HIP = "in hip"
"""An answer to where it hurts; within a sentence it is where a good stretch is felt as well."""
WHERE = "in"
"""What begins such an answer: "in my knee" is pain unless anything before it is denied."""

_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
OF_UNITS = re.compile(rf"how many {_UNIT} (?:are )?(?:there )?in (?:one )?{_UNIT}")
"""What is asked of time as such, and of no routine."""

OUTCRIES = frozenset(("aua", "ouch", "ouchie", "oww", "owww"))
"""Words that mean nothing but pain, wherever they stand."""

DENIED = re.compile(r"\b(?:(?:do|does|did) not (?:feel|have)|(?:feel|have|is) no)(?: any)? $")
"""What stands before a sample that is denied by it, for sure: "i don't", and "no" alone, may be an
answer, and then an outcry: "i don't, it hurts"."""

HARMED = {Harmed.SELF: CRISIS, Harmed.HEART: EMERGENCY, Harmed.BODY: "ItHurtsIntent"}
"""What it means that something is harmed."""

OF_HARM = frozenset(
    (*FIRST, "NoPainIntent", "ShouldItHurtIntent", "AskFirstIntent", "EasierIntent")
) | {"WithoutIntent", "TighterSideIntent"}
"""What else may be meant by a statement that sounds of harm, or asks for help with it."""

EMERGENCY_NUMBERS = frozenset(("911", "999"))
"""Typed with nothing else they are called for help; 112 may be so many seconds, too."""

HOLDING_ON = re.compile(
    r"(?:no )?(?:hang on|hold on|hold up|wait)(?: second| minute| moment)?\b(?! (?:for|to)\b)"
)
"""What a sentence begins with that asks for a moment, and then may say why; "hold on to" something
and "wait for" somebody do not."""

PAUSE = "AMAZON.PauseIntent"

START, FIT_TIME = "StartRoutineIntent", "FitTimeIntent"
HOW = re.compile(r" (?:and|but|no|step by step|with|without)\b")
"""What begins how a routine is to be started: "and talk less", "without the clam"."""

HOW_TO, GO_TO = "HowToIntent", "GoToIntent"
MEANT = re.compile(r"(?:(?:no|oh|okay|sorry|wait) )*i (?:mean|meant) ")
"""What a name is corrected with."""

KEPT_BY_ALEXA: Mapping[str, Callable[[], SlotType]] = {
    "AMAZON.DURATION": durations,
    "AMAZON.NUMBER": numbers,
    "AMAZON.TIME": times,
}
"""Slot types that Alexa knows and no model lists."""


class Understanding:
    """What an interaction model understands. Made once, asked as often as you like.

    `calling`: how the coach is called, by the name it has in the model.
    """

    def __init__(self, model: Mapping[str, Any]) -> None:
        language = model["interactionModel"]["languageModel"]
        self.calling = Calling(language["invocationName"])
        types: defaultdict[str, SlotType] = defaultdict(lambda: Names({}))
        types.update({name: make() for name, make in KEPT_BY_ALEXA.items()})
        types.update({kind["name"]: Names(kind) for kind in language.get("types", ())})
        samples = tuple(read_samples(language))
        said = {intent["name"]: intent.get("samples", ()) for intent in language["intents"]}
        # As they stand within a sentence: there "i feel" opens nothing, and no word is left out.
        self._first = {
            intent: {
                tuple(words.split(" "))
                for sample in said.get(intent, ())
                for words in (plain_words(sample), plain_sentence(sample))
                if words != IN_THE_HIP
            }
            for intent in FIRST
        }
        self._intents = frozenset(sample.intent for sample in samples)
        self._templates = Templates(samples, types)
        self._nearest = Nearest(samples, types)

    def understand(self, text: str) -> Understood:
        """Return what was meant; the fallback intent if nothing fits. Any text will do."""
        return self.heard(text) or Understood(FALLBACK)

    def heard(self, text: str) -> Understood | None:
        """Return what was meant, as `understand` does; None if the coach was but called.

        If the whole of it makes no sense, the last clause counts, without its reason.
        """
        asked = self.calling.without(text)
        if not asked.strip():
            return None
        if meant := self._meaning(asked):
            return meant
        *before, last = CLAUSE_END.split(text.strip())
        clause, *reason = REASON.split(last, maxsplit=1)
        if before or reason:
            meant = self._meaning(self.calling.without(clause))
        meant = meant or self._concluded(asked)
        if meant is None and self._asks_for_a_moment(asked):
            return Understood(PAUSE)
        return meant or Understood(FALLBACK)

    def _concluded(self, asked: str) -> Understood | None:
        """Return what is wished word for word after why: "i'm getting better, so longer holds"."""
        _, so, wish = plain_words(asked).rpartition(SO)
        said = plain_sentence(wish)
        return self._templates.match(said) if so and " " in said else None

    def _asks_for_a_moment(self, asked: str) -> bool:
        said = plain_sentence(asked)
        return bool(HOLDING_ON.match(said)) and len(said) <= LONGEST and PAUSE in self._intents

    def _said_first(self, words: Sequence[str]) -> Understood | None:
        """Find what counts before all else within a sentence, unless it is denied there.

        One word alone may mean anything, but for an outcry.
        """
        for intent, samples in self._first.items():
            longest = max(map(len, samples), default=0)
            for length in range(1, longest + 1):
                for start in range(len(words) - length + 1):
                    if (
                        (length > 1 or words[start] in OUTCRIES)
                        and tuple(words[start : start + length]) in samples
                        and not _is_denied(words, start)
                    ):
                        return Understood(intent)
        return None

    def _after_holding_on(self, said: str) -> Understood | None:
        """Return what is asked for, word for word, after "wait" or the like."""
        begun = HOLDING_ON.match(said)
        return self._templates.match(said[begun.end() :].strip()) if begun else None

    def _nearest_to(self, said: str, asked: str) -> Understood | None:
        """Find what a sentence is most like; of harm it speaks before all that is not of harm."""
        meant = self._nearest.match(said)
        harm = harmed(asked)
        if harm is None and meant and meant.intent in FIRST and is_to_stretch(asked):
            return None
        if harm is None or HARMED[harm] not in self._intents:
            return meant
        if harm is Harmed.SELF:
            return Understood(CRISIS)
        if meant and (meant.intent in OF_HARM or is_question(said.split(" "))):
            return meant
        return Understood(HARMED[harm])

    def _said(self, asked: str) -> Understood | None:
        said = plain_sentence(asked)
        if len(said) > LONGEST or OF_UNITS.fullmatch(said):
            return None
        if asked.strip(" .!") in EMERGENCY_NUMBERS and EMERGENCY in self._intents:
            return Understood(EMERGENCY)
        return (
            self._templates.match(said)
            or self._said_first(plain_words(asked).split())
            or self._after_holding_on(said)
            or self._started_somehow(said, asked)
            or self._nearest_to(said, asked)
            or self._templates.match_unknown(said)
        )

    def _started_somehow(self, said: str, asked: str) -> Understood | None:
        """Find the routine that is to be started where more is said of how: it starts as it is.

        Where nothing says to start it, what is said of how has to be a wish of its own.
        """
        how = HOW.search(said)
        started = self._templates.match(said[: how.start()]) if how else None
        if how is None or started is None or started.intent != START or harmed(asked):
            return None
        said_how = said[how.start() + 1 :], said[how.end() :].strip()
        wishes = {wish.intent for wish in map(self._templates.match, said_how) if wish}
        is_named = any(slot.heard == said[: how.start()] for slot in started.slots.values())
        if "routine" not in started.slots or FIT_TIME in wishes or (is_named and not wishes):
            return None
        return started

    def _meaning(self, asked: str) -> Understood | None:
        """Return what was meant, if anything; who corrects a name to another wants to go there."""
        meant = self._said(asked)
        if meant and meant.intent == HOW_TO and MEANT.match(plain_words(asked)):
            heard = [slot.heard for slot in meant.slots.values()]
            if heard == [plain_sentence(asked)]:
                return Understood(GO_TO, meant.slots)
        return meant


def _is_denied(words: Sequence[str], start: int) -> bool:
    """Whether what stands in a sentence from a word on is denied before it."""
    before = words[:start]
    if words[start] == WHERE and not DENYING.isdisjoint(before):
        return True
    return DENIED.search("".join(f"{word} " for word in before)) is not None
