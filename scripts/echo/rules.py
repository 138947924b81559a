"""The rules of Alexa, and those of our own design, for what a skill may answer to what.

Alexa's rules are from "AudioPlayer Interface Reference", "PlaybackController Interface
Reference", "Request and Response JSON Reference" and the certification requirements. Two
are ours: an answer to the runner says whether the session ends, and a Play always ends it.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.echo.directives import (
    INTERFACES,
    AskPermission,
    Directive,
    ElicitSlot,
    Play,
    read_directive,
)
from scripts.echo.errors import IllegalResponseError
from scripts.echo.speech import REPROMPT_CLIPS_LIMIT, SILENCE, Speech, read_speech
from scripts.echo.streams import Lengths

LONGEST_RESPONSE = 120 * 1024
LONGEST_CARD = 8_000

_PLAYS = frozenset({"AudioPlayer.Play", "AudioPlayer.Stop", "AudioPlayer.ClearQueue"})
_STOPS = _PLAYS - {"AudioPlayer.Play"}

ANSWERS: Mapping[str, frozenset[str]] = {
    "AudioPlayer.PlaybackStarted": _STOPS,
    "AudioPlayer.PlaybackFinished": _STOPS,
    "AudioPlayer.PlaybackNearlyFinished": _PLAYS,
    "AudioPlayer.PlaybackFailed": _PLAYS,
    "AudioPlayer.PlaybackStopped": frozenset(),
    "PlaybackController.NextCommandIssued": _PLAYS,
    "PlaybackController.PauseCommandIssued": _PLAYS,
    "PlaybackController.PlayCommandIssued": _PLAYS,
    "PlaybackController.PreviousCommandIssued": _PLAYS,
    "SessionEndedRequest": frozenset(),
    "System.ExceptionEncountered": frozenset(),
}
"""Requests that nobody listens to the answer of, and the directives each may be answered with.
All others are answered to the runner, with any directive."""

LEAVING = frozenset({"AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent", "AMAZON.StopIntent"})
"""Intents that must end the session; certification tries the first and the last."""

Dialogs = Mapping[str, Mapping[str, bool]]
"""The intents that have a dialog model, with all their slots, and whether each is elicited."""

_RESPONSE_KEYS = frozenset({"outputSpeech", "card", "reprompt", "directives", "shouldEndSession"})
_CARDS = frozenset({"Simple", "Standard", "LinkAccount", "AskForPermissionsConsent"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A legal answer. `ends_session` is None where there is no session to end."""

    speech: Speech = SILENCE
    reprompt: Speech = SILENCE
    directives: tuple[Directive, ...] = ()
    ends_session: bool | None = None
    card: Mapping[str, Any] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def dialogs_in(model: Mapping[str, Any]) -> Dialogs:
    """Return the dialogs of an interaction model."""
    return {
        intent["name"]: {
            slot["name"]: bool(slot.get("elicitationRequired")) for slot in intent["slots"]
        }
        for intent in model["interactionModel"].get("dialog", {}).get("intents", ())
    }


def read_answer(
    body: bytes,
    request: Mapping[str, Any],
    interfaces: Collection[str],
    length_of: Lengths,
    dialogs: Dialogs | None = None,
) -> Answer:
    """Read the answer to a request, to a device with these interfaces.

    `dialogs` are those of the skill's interaction model: Alexa elicits nothing without. Raise
    `IllegalResponseError` with the rule it breaks.
    """
    document = _document(body)
    response = _object("response", document.get("response"))
    response = {name: value for name, value in response.items() if value is not None}
    unknown = sorted(response.keys() - _RESPONSE_KEYS)
    if unknown:
        raise IllegalResponseError(
            f"the response has an unknown {unknown[0]!r}; "
            f"it can have {', '.join(sorted(_RESPONSE_KEYS))}"
        )
    if request["type"] in ANSWERS:
        _check_unheard(request["type"], response)
        return Answer(directives=_directives(response, interfaces))
    answer = Answer(
        speech=_speech("outputSpeech", response, length_of),
        reprompt=_reprompt(response, length_of),
        directives=_directives(response, interfaces),
        ends_session=response.get("shouldEndSession"),
        card=_card(response.get("card")),
        attributes=_object("sessionAttributes", document.get("sessionAttributes") or {}),
    )
    _check_session(answer)
    for directive in answer.directives:
        if isinstance(directive, ElicitSlot):
            _check_elicitation(directive, request, answer, dialogs or {})
        if isinstance(directive, AskPermission) and not answer.ends_session:
            raise IllegalResponseError("Alexa asks for a permission herself: end the session")
    intent = request.get("intent", {}).get("name")
    if intent in LEAVING and not answer.ends_session:
        raise IllegalResponseError(f"{intent} must end the session: the runner wants to leave")
    return answer


def _document(body: bytes) -> dict[str, Any]:
    if len(body) > LONGEST_RESPONSE:
        raise IllegalResponseError(
            f"the answer has {len(body)} bytes; it may have {LONGEST_RESPONSE}"
        )
    try:
        document = json.loads(body)
    except ValueError as error:
        raise IllegalResponseError(f"the answer is no JSON: {error}: {body[:200]!r}") from None
    document = _object("the answer", document)
    if document.get("version") != "1.0":
        raise IllegalResponseError(f"version must be '1.0', not {document.get('version')!r}")
    return document


def _directives(response: Mapping[str, Any], interfaces: Collection[str]) -> tuple[Directive, ...]:
    listed = response.get("directives", [])
    if not isinstance(listed, list):
        raise IllegalResponseError(f"directives must be a list, not {listed!r}")
    directives = tuple(map(read_directive, listed))
    for directive in listed:
        needed = INTERFACES[directive["type"]]
        if needed and needed not in interfaces:
            raise IllegalResponseError(f"{directive['type']} went to a device without {needed}")
    plays = sum(isinstance(directive, Play) for directive in directives)
    if plays > 1:
        raise IllegalResponseError(f"an answer may have one Play, not {plays}")
    return directives


def _check_unheard(request_type: str, response: Mapping[str, Any]) -> None:
    """Nobody speaks, so nobody is answered: directives at most."""
    allowed = ANSWERS[request_type]
    extra = sorted(response.keys() - {"directives"})
    if extra:
        what = "directives only" if allowed else "nothing"
        raise IllegalResponseError(f"the answer to {request_type} carries {what}, not {extra[0]}")
    directives = response.get("directives", [])
    for directive in directives if isinstance(directives, list) else []:
        kind = directive.get("type") if isinstance(directive, Mapping) else None
        if kind not in allowed:
            raise IllegalResponseError(
                f"{request_type} cannot be answered with {kind}; "
                f"it can with {', '.join(sorted(allowed)) or 'an empty response only'}"
            )


def _check_session(answer: Answer) -> None:
    if not isinstance(answer.ends_session, bool):
        raise IllegalResponseError(
            f"shouldEndSession must be true or false, not {answer.ends_session!r}"
        )
    if answer.ends_session:
        if answer.speech.asks:
            raise IllegalResponseError(
                f"a question was asked, but the session is closed: {answer.speech.words!r}"
            )
        if answer.reprompt.parts:
            raise IllegalResponseError("a closed session has no reprompt")
        return
    if any(isinstance(directive, Play) for directive in answer.directives):
        raise IllegalResponseError(
            "a Play must end the session: otherwise the stream starts and is held to listen"
        )
    if not answer.speech.asks:
        raise IllegalResponseError(
            f"an open session must end in a question, not: {answer.speech.words!r}"
        )
    if not answer.reprompt.parts:
        raise IllegalResponseError("an open session needs a reprompt")
    if not answer.reprompt.asks:
        raise IllegalResponseError(
            f"a reprompt must end in a question, not: {answer.reprompt.words!r}"
        )


def _check_elicitation(
    elicited: ElicitSlot, request: Mapping[str, Any], answer: Answer, dialogs: Dialogs
) -> None:
    if request["type"] != "IntentRequest":
        raise IllegalResponseError(f"{request['type']} is no intent: no slot is elicited then")
    if answer.ends_session:
        raise IllegalResponseError(f"{elicited.slot} is elicited, but the session is closed")
    if len(answer.directives) > 1:
        raise IllegalResponseError(f"while {elicited.slot} is elicited nothing else is done")
    intent = elicited.intent or request["intent"]["name"]
    slots = dialogs.get(intent)
    if slots is None:
        raise IllegalResponseError(
            f"{intent} has no dialog model; {', '.join(dialogs) or 'no intent'} has"
        )
    if not slots.get(elicited.slot):
        raise IllegalResponseError(f"{intent} elicits no slot {elicited.slot!r}")
    if elicited.intent and elicited.slots != slots.keys():
        raise IllegalResponseError(
            f"{intent} has the slots {', '.join(slots)}, not {', '.join(sorted(elicited.slots))}"
        )


def _speech(name: str, table: Mapping[str, Any], length_of: Lengths) -> Speech:
    return read_speech(name, table[name], length_of) if name in table else SILENCE


def _reprompt(response: Mapping[str, Any], length_of: Lengths) -> Speech:
    if "reprompt" not in response:
        return SILENCE
    reprompt = _object("reprompt", response["reprompt"])
    return read_speech("reprompt", reprompt.get("outputSpeech"), length_of, REPROMPT_CLIPS_LIMIT)


def _card(card: Any) -> Mapping[str, Any] | None:
    if card is None:
        return None
    kind = card.get("type") if isinstance(card, Mapping) else None
    if kind not in _CARDS:
        raise IllegalResponseError(f"a card is one of {', '.join(sorted(_CARDS))}, not {card!r}")
    length = sum(len(value) for value in card.values() if isinstance(value, str))
    if length > LONGEST_CARD:
        raise IllegalResponseError(f"the card has {length} characters; it may have {LONGEST_CARD}")
    return dict(card)


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise IllegalResponseError(f"{name} must be an object, not {value!r}")
    return value
