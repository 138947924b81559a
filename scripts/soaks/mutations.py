"""Mutations: envelopes as they were recorded, bent in ways that nobody means to send.

A document is bent as a tree, so that what comes out is still nearly a request; then, now and
then, its bytes are. What JSON cannot say (a key twice, NaN, half a character) is written down
by a writer of our own.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

CANARY = "Atza|CANARY"
"""Begins what stands for secrets in a bent request: none of it may be told to anybody."""
DEEP = 900
"""Levels of nesting: just as many as Python's own reader of JSON follows."""
MANY = 1_400
"""Slots of one intent."""
SHORT = 60
"""Characters of a value that comes so many times: more would only be too large a request."""
MOST_BENDS = 6

Path = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Literally:
    """Text that stands in a document as it is, JSON or not."""

    text: str


@dataclass(frozen=True, slots=True)
class Members:
    """An object whose keys may come more than once."""

    pairs: tuple[tuple[str, Any], ...]


ODD: Sequence[Any] = (
    *(None, True, False, 0, -1, 1.5, "", " ", [], {}, [None], [[]], {"": None}, {"a": {"a": []}}),
    *(
        2**31,
        -(2**63) - 1,
        10**400,
        1e308,
        "0",
        "null",
        "true",
        "\0",
        "\x1b[2J",
        "\u202e",
        "🦵" * 99,
    ),
    *(f"{CANARY}-alone", [CANARY], {"accessToken": f"{CANARY}-within"}, "x" * 9_000),
    *("<speak>&amp;</speak>", "'; DROP TABLE runners;--", "%s%n{0}{side}", "../../etc/passwd"),
    *(Literally("NaN"), Literally("-Infinity"), Literally("1e999"), Literally("9" * 5_000)),
    *(
        Literally('"\\ud800"'),
        Literally('"\\udc00\\ud800"'),
        Literally("-0.0"),
        Literally("1E-999"),
    ),
)
"""Values for the place of any other."""

KEYS = (
    *("object_type", "type", "__class__", "self", "cls", "", "\0", "$ref", "userId", "locale"),
    *("token", "slots", "value", "futureProperty", CANARY, "x" * 2_000),
)
"""Keys to strew about. Amazon's own SDK hands them on as arguments, and falls over the first."""

KINDS = (
    *("LaunchRequest", "IntentRequest", "SessionEndedRequest", "CanFulfillIntentRequest"),
    *("AudioPlayer.PlaybackStarted", "AudioPlayer.PlaybackStopped"),
    *("AudioPlayer.PlaybackNearlyFinished", "AudioPlayer.PlaybackFinished"),
    *("AudioPlayer.PlaybackFailed", "AudioPlayer.PlaybackOfTomorrow"),
    *("PlaybackController.NextCommandIssued", "PlaybackController.PauseCommandIssued"),
    *("PlaybackController.PlayCommandIssued", "PlaybackController.PreviousCommandIssued"),
    *("System.ExceptionEncountered", "Connections.Response", "SessionResumedRequest"),
    *("Alexa.Presentation.APL.UserEvent", "AlexaSkillEvent.SkillEnabled"),
)


def written(value: Any) -> str:
    """Write a bent document down."""
    if isinstance(value, Literally):
        return value.text
    if isinstance(value, Members):
        return _object(value.pairs)
    if isinstance(value, dict):
        return _object(value.items())
    if isinstance(value, list | tuple):
        return f"[{','.join(map(written, value))}]"
    return json.dumps(value)


def _object(pairs: Any) -> str:
    return f"{{{','.join(f'{json.dumps(key)}:{written(value)}' for key, value in pairs)}}}"


class Bender:
    """Bends documents at random, with pieces of other documents among what it puts in."""

    def __init__(self, documents: Mapping[str, Any], intents: Sequence[str]) -> None:
        self._documents = tuple(documents.values())
        self._intents = intents

    def draw(self, random: Random) -> str:
        """Return one of the documents, bent so that it may still be a request, as text."""
        document = json.loads(json.dumps(random.choice(self._documents)))
        for _ in range(random.randrange(MOST_BENDS + 1)):
            if not isinstance(document, dict):
                break
            document = random.choice(_BENDS)(self, random, document)
        return written(document)

    # Ways to bend. Each returns the document, changed or another.

    def replace(self, random: Random, document: Any) -> Any:
        """Put an odd value in the place of any other."""
        return _changed(document, _anywhere(random, document), lambda _: random.choice(ODD))

    def graft(self, random: Random, document: Any) -> Any:
        """Put a piece of another request anywhere."""
        other = random.choice(self._documents)
        piece = _value(other, _anywhere(random, other))
        return _changed(document, _anywhere(random, document), lambda _: piece)

    def graft_in_place(self, random: Random, document: Any) -> Any:
        """Put in the same part of another request: a player's state, a session, an intent."""
        other = random.choice(self._documents)
        path = _anywhere(random, other)[: random.randrange(1, 4)]
        try:
            return _changed(document, path, lambda _: _value(other, path))
        except (KeyError, IndexError, TypeError):
            return document

    def leave_out(self, random: Random, document: Any) -> Any:
        """Leave something out."""
        path = _anywhere(random, document)
        if path:
            holder = _value(document, path[:-1])
            if isinstance(holder, dict | list):
                del holder[path[-1]]
        return document

    def say_twice(self, random: Random, document: Any) -> Any:
        """Have a key come twice."""

        def twice(held: Any) -> Any:
            if not isinstance(held, dict) or not held:
                return held
            key = random.choice(list(held))
            return Members((*held.items(), (key, random.choice((*ODD, held[key])))))

        return _changed(document, _an_object(random, document), twice)

    def strew(self, random: Random, document: Any) -> Any:
        """Add a property that nobody knows."""
        key, value = random.choice(KEYS), random.choice(ODD)
        return _changed(document, _an_object(random, document), _with(key, value))

    def nest(self, random: Random, document: Any) -> Any:
        """Add a property that is nested deeply."""
        opening, closing = random.choice((("[", "]"), ('{"a":', "}")))
        deep = Literally(opening * DEEP + "0" + closing * DEEP)
        return _changed(document, _an_object(random, document), _with("futureProperty", deep))

    def fill_slots(self, random: Random, document: Any) -> Any:
        """Mean an intent that has very many slots."""
        odd = random.choice([value for value in ODD if len(written(value)) < SHORT])
        slots = {f"slot{number}": {"name": f"slot{number}", "value": odd} for number in range(MANY)}
        intent = {"name": random.choice(self._intents), "slots": slots}
        return _changed(document, ("request",), _with("intent", intent))

    def mean(self, random: Random, document: Any) -> Any:
        """Mean any intent, with the slots there are."""
        name = random.choice(self._intents)
        asked = document.get("request")
        if not isinstance(asked, dict):
            return document
        intent = asked.get("intent")
        slots = intent.get("slots") if isinstance(intent, dict) else None
        request = {**asked, "type": "IntentRequest", "intent": {"name": name, "slots": slots or {}}}
        return {**document, "request": request}

    def be_of_another_kind(self, random: Random, document: Any) -> Any:
        """Be a request of another type."""
        return _changed(document, ("request",), _with("type", random.choice(KINDS)))

    def retell(self, random: Random, document: Any) -> Any:
        """Tell of another plan, generation, recording or offset, or of a token nearly ours."""
        tokens = [path for path in _places(document) if path[-1:] == ("token",)]
        offsets = [path for path in _places(document) if path[-1:] == ("offsetInMilliseconds",)]
        for path in tokens:
            token = _value(document, path)
            if isinstance(token, str) and token.startswith("gc1:"):
                document = _changed(document, path, _to(_retold(random, token)))
        for path in offsets:
            offset = random.choice((0, 1, -1, 24, 60_000, 10**7, 10**12, 2**64, None, "0", 1.5))
            document = _changed(document, path, _to(offset))
        return document


_BENDS: Sequence[Callable[[Bender, Random, Any], Any]] = (
    Bender.replace,
    Bender.replace,
    Bender.graft,
    Bender.graft_in_place,
    Bender.graft_in_place,
    Bender.leave_out,
    Bender.say_twice,
    Bender.strew,
    Bender.nest,
    Bender.fill_slots,
    Bender.mean,
    Bender.mean,
    Bender.be_of_another_kind,
    Bender.retell,
    Bender.retell,
)
"""All ways to bend; what leads further in comes twice."""


def garbled(random: Random, body: bytes, largest: int) -> bytes:
    """Return the bytes of a request as no JSON, or hardly: cut, flipped, encoded, too many."""
    place = random.randrange(len(body) + 1)
    before, after = body[:place], body[place:]
    garbling: Sequence[Callable[[], bytes]] = (
        lambda: before,
        lambda: before + random.randbytes(1) + after[1:],
        lambda: before + random.randbytes(random.randrange(1, 40)) + after,
        lambda: body.decode(errors="replace").encode(random.choice(("utf-16", "utf-32"))),
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body.ljust(largest + random.choice((0, 1, 2, 4096))),
        lambda: b"[" * 100_000,
        lambda: after + before,
        lambda: body + body,
        lambda: b"",
    )
    return random.choice(garbling)()


def _retold(random: Random, token: str) -> str:
    """Change one part of a token."""
    parts = token.split(":")
    at = random.randrange(1, len(parts) + 1)
    others = ("", "0", "1", "9" * 12, "9" * 40, "pre-run", "banana", "f" * 64, "desk_h45", CANARY)
    return ":".join([*parts[:at], random.choice(others), *parts[at + 1 :]])


def _to(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _with(key: str, value: Any) -> Callable[[Any], Any]:
    return lambda held: {**held, key: value} if isinstance(held, dict) else held


def _places(value: Any, path: Path = ()) -> list[Path]:
    """Return the path of each value in a document, but for those it has none to step into."""
    found = [path]
    if isinstance(value, dict):
        for key, held in value.items():
            found += _places(held, (*path, key))
    elif isinstance(value, list):
        for number, held in enumerate(value[:20]):
            found += _places(held, (*path, number))
    return found


def _anywhere(random: Random, document: Any) -> Path:
    return random.choice(_places(document))


def _an_object(random: Random, document: Any) -> Path:
    objects = [path for path in _places(document) if isinstance(_value(document, path), dict)]
    return random.choice(objects) if objects else ()


def _value(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def _changed(document: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """Return a document in which the value at a path is another; none is shared with others."""
    if not path:
        return change(document)
    copied = document.copy() if isinstance(document, dict | list) else document
    if not isinstance(copied, dict | list):
        return document
    if isinstance(copied, dict) and path[0] not in copied:
        return document
    copied[path[0]] = _changed(copied[path[0]], path[1:], change)
    return copied
