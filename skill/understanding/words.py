"""Brings sentences to plain words: no case, punctuation, fillers, short forms or politeness.

It knows English and no intent. What a sentence means is decided elsewhere.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum

SHORT_FORMS = {
    "arent": "are not",
    "cannot": "can not",
    "cant": "can not",
    "dat": "that",
    "didnt": "did not",
    "dis": "this",
    "doesnt": "does not",
    "dont": "do not",
    "dunno": "do not know",
    "couldnt": "could not",
    "gimme": "give me",
    "gonna": "going to",
    "gotta": "have to",
    "halp": "help",
    "hasnt": "has not",
    "havent": "have not",
    "fri": "friday",
    "hows": "how is",
    "hr": "hour",
    "hrs": "hours",
    "id": "i would",
    "im": "i am",
    "isnt": "is not",
    "its": "it is",
    "ive": "i have",
    "lemme": "let me",
    "min": "minute",
    "mins": "minutes",
    "mon": "monday",
    "neednt": "need not",
    "ok": "okay",
    "noo": "no",
    "pls": "please",
    "plz": "please",
    "somethings": "something is",
    "shouldnt": "should not",
    "sec": "second",
    "secs": "seconds",
    "stahp": "stop",
    "thats": "that is",
    "thnx": "thanks",
    "thu": "thursday",
    "thur": "thursday",
    "thurs": "thursday",
    "thx": "thanks",
    "tue": "tuesday",
    "tues": "tuesday",
    "wanna": "want to",
    "wasnt": "was not",
    "watts": "what is",
    "wed": "wednesday",
    "wensday": "wednesday",
    "whats": "what is",
    "wheres": "where is",
    "wont": "will not",
    "wouldnt": "would not",
    "wots": "what is",
    "youre": "you are",
}
"""Short forms, written without their apostrophes, and what they stand for."""

ENDINGS = {"'ll": " will", "'re": " are", "'ve": " have"}
"""Short endings that would make other words without their apostrophes: "well", "were"."""

SPELLINGS = (
    (re.compile(r"([a-z])\1{2,}"), r"\1"),
    (re.compile(r"\b(first|last|next|other|that|the|this|which) won\b"), r"\1 one"),
    (re.compile(r"\b(last|my|this) weak(?= (?:been|go|so)\b|$)"), r"\1 week"),
    (re.compile(r"\bdo you no$"), "do you know"),
    (re.compile(r"\b([ap])(?:\. ?| )m\b\.?"), r"\1m"),
    (re.compile(r"(?<!\w)-(?=[0-9])"), "minus "),
    (re.compile(r"\buh[ -]huh\b"), "uhhuh"),
    (re.compile(r"(?<=\b(?:call|dial) )(?:000|112|911|999)\b"), "emergency"),
    (re.compile(r"\bmy (?:lower )?back\b(?! (?:foot|heel|hip|knee|leg|toe))"), "lowerback"),
    (re.compile(r"\b(my|the|left|right) (?:it|iliotibial) band\b"), r"\1 itband"),
    (re.compile(r"\b([1-5]|one|two|three|four|five) sets?\b(?! of)"), r"\1 rounds"),
    (re.compile(r"\b([2-5]|two|three|four|five) more sets\b"), r"\1 more rounds"),
    (re.compile(r"\bset ([1-5]|one|two|three|four|five)\b(?! rep)"), r"round \1"),
    (re.compile(r"\bevery (?:other|second|third|two|three|few) days?\b"), "intermittently"),
    (re.compile(r"(?<=[a-z0-9]) oh (?=[a-z0-9])"), " o "),
)
"""What is written or said in many ways, and how plain words write it: "a.m.", "-5", "nooo".
Where words are told apart that would be taken for others, "my back" is no way, "my it band" is
nothing to train with, "two sets" are no repetitions, and "every other day" is not every day."""

TOKEN = re.compile(r"\{\w+\}|[0-9]+(?:[:.][0-9]+)?|[^\W_0-9]+")
"""A word, a number or a time: "45secs" are two of them, "6:30" is one."""

NUMBERS = {
    str(number): word
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten".split()  # noqa: SIM905 - as words
    )
}

FILLERS = frozenset(
    "a ah alexa an ehm er erm hm hmm just my oh please the uh um".split()  # noqa: SIM905 - reads as words
)
"""Words that never make a difference."""

OPENERS = re.compile(
    r"(?:(?:okay|alright|so|well|hey|hi|and|lets|let us|do you know"
    r"|tell me(?= (?:how|if|what|when|where|whether|which|who|why))|shall we|you can"
    r"|(?:can|could|will|would) you|(?:can|could|may) (?:i|we)(?! hurt\b)"
    r"|i want(?: you)? to(?: know)?(?! hurt\b)|i need (?:you to|to know)"
    r"|i would (?:like|love|prefer)(?: you)? to(?: know)?"
    r"|i (?:feel|guess|think)(?! (?:funny|odd|off|strange|weird)\b)(?: like)?"
    r"|i am afraid|i would say|today|from now on|maybe|perhaps"
    r"|sorry|no (?:wait|sorry)|wait no|(?:no )?i (?:mean|meant)(?! (?:(?:left|right)\b|\{meant\}))"
    r"|or rather) )+"
)
"""What a sentence may begin with and mean the same, as long as something follows. To mean a side
corrects what was said of another."""

CLOSERS = re.compile(
    r"(?: (?:(?<!wait )(?<!weight )for me|right now|now|(?:for )?today|coach|thanks|thank you"
    r"|lets go))+$"
)
"""What it may end with, as long as something stands before. To wait for me is more than to wait."""

QUESTION_CLOSER = " again"
"""What a question may end with besides; "do it again" is another matter."""

LIGHT = frozenset(
    (  # noqa: SIM905 - reads as words
        "about actually all already also am and any anything are as at be because been being bit "
        "but by can coach could did do does doing either else entire ever every everything "
        "exactly for from go going got guess had has have he her here him his i if in into is "
        "it kind let like little made make may maybe me might mine most must now of okay on "
        "one ones only or our out own properly quite rather really shall she should "
        "since small so some somebody someone something sorry sort such than thank thanks that "
        "their them then there these they thing things think this those though through to "
        "together too totally toward towards try until up us very want was we were while who "
        "whole will with would yet you your"
    ).split()
)
"""Words found in any sentence: they tell little of what it means."""

DENYING = frozenset(("never", "no", "not", "without"))
"""Words that turn a meaning around."""

FORBIDDING = re.compile(
    r"(?:(?:no|stop|wait|hey|okay) )*do not (?:ever )?+"
    r"(?!(?:believe|care|do|feel|get|have|know|like|mind|need|own|see|think|understand|want)\b)(\w+)"
)
"""How a sentence begins that forbids something, and not one that has lost its "i"."""

TELLING = re.compile(r"(?:i|we) (?:am|are|did|had|have|held|was|were)\b")
"""How a sentence begins that tells of who says it."""

PARTICLES = frozenset(("away", "back", "down", "off", "out", "over", "up"))
"""Words that go with verbs, and tell nothing of what is "put back" or "left out"."""

CORRECTING = frozenset(("actually", "mean", "meant", "no", "oops", "rather", "sorry", "wait"))
"""Words between what was said by mistake and what is meant."""

COMPARING = "than"
"""A word before that with which something is compared."""

ASKING = frozenset(
    (  # noqa: SIM905 - reads as words
        "am are did does how is was were what when where which who whose why"
    ).split()
)
"""Words that ask at the beginning of a sentence."""

ASKING_BEFORE = {
    **dict.fromkeys(
        ("can", "could", "has", "have", "should", "will", "would"),
        frozenset(("i", "it", "that", "there", "this", "we", "you")),
    ),
    "do": frozenset(("i", "we", "you")),
}
"""Words that ask before certain others: "do i" is a question, "do this" a demand."""


class Mood(Enum):
    """Whether a sentence asks, tells of who says it, or neither."""

    ASKING = "asking"
    TELLING = "telling"
    OTHER = "other"


def plain_sentence(text: str) -> str:
    """Bring a sentence to its plain words, without what only opens or closes it politely."""
    plain = plain_words(text)
    without_opener = plain[opener.end() :] if (opener := OPENERS.match(plain)) else plain
    sentence = CLOSERS.sub("", without_opener)
    if is_question(sentence.split(" ")):
        return sentence.removesuffix(QUESTION_CLOSER)
    return sentence


def plain_words(text: str) -> str:
    """Bring words to lower case, one space between them, no punctuation, fillers or short forms.

    Words that are nothing but fillers stay as they are.
    """
    letters = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    whole = re.sub(r"'(?:ll|re|ve)\b", lambda ending: ENDINGS[ending[0]], letters)
    for spelling, spelled in SPELLINGS:
        whole = spelling.sub(spelled, whole)
    words = [
        word
        for token in TOKEN.findall(whole.replace("'", ""))
        for word in SHORT_FORMS.get(token, NUMBERS.get(token, token)).split(" ")
    ]
    return " ".join([word for word in words if word not in FILLERS] or words)


def is_question(words: Sequence[str]) -> bool:
    """Whether plain words stand as in a question: "where am i", "do i hold this"."""
    first, second = (*words, "", "")[:2]
    return first in ASKING or second in ASKING_BEFORE.get(first, ())


def forbidden(said: str) -> str:
    """Return what a plain sentence forbids to do, "" if nothing: "skip" in "do not skip it"."""
    forbids = FORBIDDING.match(said)
    return forbids[1] if forbids else ""


def mood(words: Sequence[str]) -> Mood:
    """Return whether plain words ask, tell of who says them ("i did ten"), or neither."""
    if is_question(words):
        return Mood.ASKING
    return Mood.TELLING if TELLING.match(" ".join(words)) else Mood.OTHER
