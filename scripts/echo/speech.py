"""Reads what the skill lets Alexa say: words and clips in order, and the rules for both."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

from scripts.echo.errors import IllegalResponseError, StreamError
from scripts.echo.streams import Lengths
from skill.coaching.movements import Milliseconds

LONGEST_SPEECH = 8_000
MOST_CLIPS = 5
CLIPS_LIMIT: Milliseconds = 240_000
REPROMPT_CLIPS_LIMIT: Milliseconds = 90_000
LONGEST_BREAK: Milliseconds = 10_000

TAGS = frozenset(
    (
        *("alexa:name", "amazon:domain", "amazon:effect", "amazon:emotion"),
        *("audio", "break", "emphasis", "lang", "p", "phoneme", "prosody"),
        *("s", "say-as", "speak", "sub", "voice", "w"),
    )
)
"""The tags that Alexa knows (SSML reference)."""
_QUOTES = "\"'\u2019\u201d "
_SENTENCE_ENDS = frozenset({"break", "p", "s", "speak"})
_BREAK_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_BREAK_STRENGTHS = frozenset({"none", "x-weak", "weak", "medium", "strong", "x-strong"})


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound within speech."""

    url: str
    length: Milliseconds


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said, in its order: words without their markup, and clips."""

    parts: tuple[str | Clip, ...] = ()

    @property
    def words(self) -> str:
        """The words alone."""
        return " ".join(part for part in self.parts if isinstance(part, str))

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips alone."""
        return tuple(part for part in self.parts if isinstance(part, Clip))

    @property
    def asks(self) -> bool:
        """Whether the last thing said is a question."""
        last = self.parts[-1] if self.parts else ""
        return isinstance(last, str) and last.rstrip(_QUOTES).endswith("?")


SILENCE = Speech()
"""Nothing said."""


def read_speech(
    what: str, value: Any, length_of: Lengths, clips_limit: Milliseconds = CLIPS_LIMIT
) -> Speech:
    """Read an `outputSpeech`; raise `IllegalResponseError` with the rule it breaks.

    `what` names it in the error. The clips are fetched for their length.
    """
    kind = value.get("type") if isinstance(value, Mapping) else None
    key = {"PlainText": "text", "SSML": "ssml"}.get(str(kind))
    text = value.get(key) if key else None
    if not isinstance(text, str):
        raise IllegalResponseError(
            f"{what} must be PlainText with text or SSML with ssml, not {value!r}"
        )
    if len(text) >= LONGEST_SPEECH:
        raise IllegalResponseError(
            f"{what} has {len(text)} characters; it must have fewer than {LONGEST_SPEECH}"
        )
    speech = Speech(tuple(_with_length(what, part, length_of) for part in _parts(what, kind, text)))
    if not speech.parts:
        raise IllegalResponseError(f"{what} says nothing; leave it out instead")
    if len(speech.clips) > MOST_CLIPS:
        raise IllegalResponseError(
            f"{what} has {len(speech.clips)} <audio> tags; it may have {MOST_CLIPS}"
        )
    total = sum(clip.length for clip in speech.clips)
    if total > clips_limit:
        raise IllegalResponseError(
            f"the <audio> of {what} lasts {total} ms in all; it may last {clips_limit} ms"
        )
    return speech


def is_fetchable(url: object, *schemes: str) -> bool:
    """Whether Alexa may fetch this: by https, or from this very machine, for trying out."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname:
        return False
    loopback = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return parts.scheme in {"https", *schemes} or (parts.scheme == "http" and loopback)


@dataclass(frozen=True, slots=True)
class _Audio:
    """An `<audio>` tag whose length nobody has asked for yet."""

    url: str


def _parts(what: str, kind: Any, text: str) -> Iterator[str | _Audio]:
    if kind == "PlainText":
        yield from [tidy] if (tidy := " ".join(text.split())) else []
        return
    reader = _SsmlReader(what)
    reader.read(text)
    for part in reader.parts:
        if isinstance(part, _Audio):
            yield part
        elif tidy := " ".join(part.split()):
            yield tidy


def _with_length(what: str, part: str | _Audio, length_of: Lengths) -> str | Clip:
    if isinstance(part, str):
        return part
    try:
        return Clip(part.url, length_of(part.url))
    except StreamError as error:
        raise IllegalResponseError(
            f"{what} has an <audio> that cannot be played: {error}"
        ) from None


class _SsmlReader:
    """Reads one SSML document."""

    def __init__(self, what: str) -> None:
        self.parts: list[str | _Audio] = []
        self._what = what
        self._depth = 0
        self._inside_sub = False

    def read(self, text: str) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            parser.Parse(text, True)
        except expat.ExpatError as error:
            raise IllegalResponseError(
                f"{self._what} is not well-formed SSML: {error}: {text[:200]!r}"
            ) from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if (tag == "speak") != (self._depth == 0):
            raise self._error("is one <speak>, and none inside it")
        if tag not in TAGS:
            raise self._error(f"has the tag <{tag}>, which Alexa does not know")
        self._depth += 1
        if tag in _SENTENCE_ENDS:
            self._say(" ")
        if tag == "break":
            self._check_break(attributes)
        elif tag == "audio":
            source = attributes.get("src")
            if source is None or not is_fetchable(source, "soundbank"):
                raise self._error(f"has an <audio> from {source!r}; it must come by https")
            self.parts.append(_Audio(source))
        elif tag == "sub":
            self._say(attributes.get("alias", ""))
            self._inside_sub = True

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag in _SENTENCE_ENDS:
            self._say(" ")
        elif tag == "sub":
            self._inside_sub = False

    def _say(self, text: str) -> None:
        if self._inside_sub:
            return
        if self.parts and isinstance(self.parts[-1], str):
            self.parts[-1] += text
        else:
            self.parts.append(text)

    def _check_break(self, attributes: Mapping[str, str]) -> None:
        time = attributes.get("time")
        if attributes.get("strength", "none") not in _BREAK_STRENGTHS:
            raise self._error(f"has a <break> of the strength {attributes['strength']!r}")
        if time is None:
            return
        match = _BREAK_TIME.fullmatch(time)
        if match is None or float(match[1]) * (1 if match[2] == "ms" else 1000) > LONGEST_BREAK:
            raise self._error(f"has a <break> of {time!r}; it may be 10s at most")

    def _refuse_doctype(self, *_: object) -> None:
        raise self._error("may not declare a document type")

    def _error(self, rule: str) -> IllegalResponseError:
        return IllegalResponseError(f"{self._what} {rule}")
