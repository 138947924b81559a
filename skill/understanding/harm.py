"""Hears harm in a sentence: a part of the body and what is wrong there, or that one would die.

Nobody can list all that may go wrong with a knee, so this knows English and no intent. It errs on
the side of harm: who is asked what hurts loses a minute, who is not heard plays on with it. Not
harm is what is denied, what somebody else has, and what is asked about bodies in general.
"""

import re
from enum import Enum


class Harmed(Enum):
    """What was harmed, as far as it makes a difference."""

    BODY = "body"
    HEART = "heart"
    SELF = "self"
    """Nothing yet, but whoever speaks would harm themselves, or does not want to live."""


_HEART = r"chest|heart"
_PART = (
    r"achilles|ankles?|butt|buttocks?|bum|calf|calves|elbows?|glutes?|groin|hamstrings?|heels?"
    r"|hips?|it band|iliotibial band|knees?|kneecaps?|ligaments?|lower back|meniscus|pelvis"
    r"|quads?|sacrum|sciatica|sciatic nerve|shins?|shoulders?|sit bones?|spine|tailbone|tendons?"
    r"|thighs?|toes?|wrists?"
)
"""Parts that are hardly anything else."""

_OWN_PART = (
    r"abs|arms?|back|belly|body|ears?|eyes?|face|foot|feet|fingers?|hands?|head|jaw|joints?|legs?"
    r"|muscles?|neck|nerve|ribs?|side|stomach|tummy"
)
"""Parts of tables and teams as well; they count where it is said whose or which they are."""

_WHICH = r"(?:inner|left|lower|outer|poor|right|upper|whole)"
_MY_BODY = re.compile(rf"\bmy (?:{_WHICH} )*(?:{_PART}|{_OWN_PART}|{_HEART})\b")
_ANY_BODY = re.compile(
    rf"\b(?:{_PART})\b|(?:^|\bmy |\b{_WHICH} )(?:{_WHICH} )*(?:{_OWN_PART}|{_HEART})\b"
)
_ALONE = re.compile(
    rf"(?:(?:ah+|it is|no|oh|ooh|stop|wait) )*my (?:{_WHICH} )*(?:{_PART}|{_OWN_PART}|{_HEART})"
)
"""A part of the body and not a word more, as people cry out."""

_MY_HEART = re.compile(rf"\bmy (?:{_HEART})\b")

_DENIED = (
    r"(?:\b(?:any|longer|never|no|not|nothing|stopped|stops|without)(?: (?:any|at all|be|feel"
    r"|feeling|have|is|more|really|so|that|too|very))* )"
)
_HARM = re.compile(
    rf"(?P<denied>{_DENIED})?\b(?:ach(?:es?|ing|ed)|act(?:s|ing) up|agony|banged|bleed(?:s|ing)?"
    r"|broken?|bruised?|buckl(?:es?|ed|ing)|bumped|burning|came out|caught|click(?:s|ed|ing)?"
    r"|clunk(?:s|ed|ing)?|crack(?:s|ed|ing)?|cramp(?:s|y|ed|ing)?|crunch(?:es|y|ed|ing)?|damaged"
    r"|dislocated|(?:feels?|feeling|looks?) (?:(?:all|kind of|really|so|very) )?(?:off|bad|odd)"
    r"|fractured?|funny|gave (?:out|up|way)|giv(?:es|ing) (?:out|up|way)|grazed|grind(?:s|ing)?"
    r"|hurt(?:s|ing)?|injur(?:y|ies|ed)|jammed|killing|lock(?:s|ed|ing)|numb(?:ness)?|on fire"
    r"|pain(?:s|ful)?|play(?:s|ing) up|popp(?:ed|ing)|pops|pulled a muscle|ripped"
    r"|pinch(?:es|y|ed|ing)|scraped|(?:are|going|gone|is|turned|turning|went) (?:blue|purple|white)"
    r"|seiz(?:es?|ed|ing)(?: up)?|shock(?:s|ing)?|shooting|smashed|snapp(?:ed|ing)|sore(?:ness)?"
    r"|spasm(?:s|ing)?|splints|sprain(?:s|ed)?|stabb(?:ed|ing)|sting(?:s|ing)?|strained|strange"
    r"|stubbed|stuck|swell(?:s|ed|ing)|swollen|throb(?:s|bing)|thr(?:ew|own) out"
    r"|tingl(?:es?|y|ing)|tore|torn|tweaked|twing(?:es?|ed|ing)|twisted|weird|went out|whacked"
    r"|wrenched|wrong(?! (?:foot|knee|leg|one|place|position|side|spot|way)))\b"
)
"""What is wrong with it, unless that is denied."""

_UNABLE = re.compile(r"\b(?:can not|cannot|can hardly|will not|could not) (?:straighten|unbend)\b")
_MISSTEP = re.compile(
    r"\b(?:rolled|turned|went over on|landed badly on) (?:my|the) (?:left |right )?(?:ankle|knee)\b"
    r"|\b(?:went over|landed badly) on (?:my|the) (?:left |right )?foot\b"
    r"|\bi (?:just )?hit (?:my|the) (?:left |right )?(?:ankle|elbow|foot|hand|knee|shin|toe)\b"
    r"|\b(?:put|threw) (?:my|the) (?:lower )?back out\b"
)
_CURSED = re.compile(
    r"\b(?:bitch|bloody|christ|crap|damn|dammit|fuck|god|goodness|gosh|hell|jesus|jeez|shit|whoa)\b"
)
_PAIN = re.compile(r"\b(?:hurt|hurts|pain|ache|aches)\b")
_OTHERS = re.compile(r"\b(?:he|her|hers|him|his|our|she|their|who|your)\b")
_ASKED = re.compile(
    r"(?:and |but |so )?(?:are|can|did|do|does|how|is|should|what|when|where|which|why)\b(?! not\b)"
)
_OF_DYING = re.compile(
    r"\bsuicid(?:al|e)\b"
    r"|\b(?:cut|cutting|harm|harming|hang|hanging|kill|killing|shoot) myself\b"
    r"|(?<!not )\b(?:going|want|wanting|would like) to hurt myself\b"
    r"|\b(?:like|of) hurting myself\b|\bhurt(?:ing)? myself on purpose\b"
    r"|\b(?:end|ending) (?:it all|my (?:own )?life)\b|\b(?:take|taking) my (?:own )?life\b"
    r"|\bi (?:just |only |really )*(?:want|wanna|wish|would rather|feel like|am ready)\b"
    r".* (?:be dead|die|dying|i was dead|i were dead)\b"
    r"|\bbetter off (?:dead|without me)\b|\bi hate my life\b"
    r"|\b(?:no|not|nothing) (?:\w+ ){0,4}"
    r"(?:be alive|live any|live for|to live|(?:go on|in|keep on|worth) living)\b"
)


_TO_STRETCH = re.compile(
    rf"(?:\w+ ){{0,5}}stretch(?:ing|es)?(?: out| for)?(?: my| the| both)? (?:{_WHICH} )*"
    rf"(?:{_PART}|{_OWN_PART}|lowerback)(?: (?:first|instead|now|please|today|too))*"
    rf"|(?:\w+ ){{0,5}}(?:{_PART}|{_OWN_PART}|lowerback) stretch(?:es)?(?: (?:now|please))?"
)
_UNWILLING = re.compile(r"\b(?:hardly|never|no|not|too)\b")


def is_to_stretch(text: str) -> bool:
    """Whether a sentence wants a part of the body stretched, and says no more of it."""
    said = _spoken(text)
    return bool(_TO_STRETCH.fullmatch(said)) and not _UNWILLING.search(said)


def harmed(text: str) -> Harmed | None:
    """Return what a sentence says is harmed; None if nothing is."""
    said = _spoken(text)
    if _OF_DYING.search(said):
        return Harmed.SELF
    if _OTHERS.search(said):
        return None
    names_body = (_MY_BODY if _ASKED.match(said) else _ANY_BODY).search(said)
    harm = any(found["denied"] is None for found in _HARM.finditer(said))
    told = harm or _UNABLE.search(said) or _CURSED.search(said)
    if _ALONE.fullmatch(said) or (names_body and told):
        return Harmed.HEART if _MY_HEART.search(said) else Harmed.BODY
    if _MISSTEP.search(said) or (harm and _CURSED.search(said) and _PAIN.search(said)):
        return Harmed.BODY
    return None


def _spoken(text: str) -> str:
    """Bring a sentence to lower case without punctuation, its short denials written out."""
    letters = text.casefold().replace("\u2019", "'")
    whole = re.sub(r"\bcan'?t\b", "can not", letters)
    whole = re.sub(r"\bwon'?t\b", "will not", whole)
    whole = re.sub(r"n't\b|(?<=\bdoes)nt\b|(?<=\bis)nt\b|(?<=\bdo)nt\b", " not", whole)
    return " ".join(re.findall(r"[a-z]+(?:'[a-z]+)?", whole.replace("'s ", " is ")))
