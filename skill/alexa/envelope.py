"""The envelope: a request's JSON as the SDK's own typed objects, read leniently.

The SDK's deserialiser refuses request types, enum values and viewports that were invented
after it, before any handler sees them; it resolves types by look-ups a field and puts whole
bodies into its errors. This one reads just what the coach uses. All else it leaves out, known
or not; what is used must have the right type, or the request is malformed.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import ModuleType
from typing import Any, TypeVar

import ask_sdk_model
from ask_sdk_model import (
    Context,
    Device,
    Intent,
    IntentRequest,
    Request,
    RequestEnvelope,
    Session,
    Slot,
    SupportedInterfaces,
    User,
)
from ask_sdk_model.interfaces import audioplayer, connections, playbackcontroller, system
from ask_sdk_model.interfaces.alexa.presentation import apl
from ask_sdk_model.interfaces.audioplayer import AudioPlayerState, PlayerActivity
from ask_sdk_model.interfaces.system import SystemState
from ask_sdk_model.slu.entityresolution import (
    Resolution,
    Resolutions,
    Value,
    ValueWrapper,
)

from skill.coaching.errors import CoachError

Json = Mapping[str, Any]
T = TypeVar("T")

CARRIED = "runner"
"""The session attribute in which Alexa carries what the store has missed of a runner."""

_HALF_CHARACTER = "[\ud800-\udfff]"
_TOLD = 1_000
"""Characters of a reported error that are looked at."""
_PRIVATE = r"(?:amzn1\.|Atza\|)[^\s\"',;]*"
"""An id or an access token, wherever it stands."""


class MalformedRequestError(CoachError):
    """A body that is no Alexa request; the message names the place, never the content."""

    code = "malformed-request"


class RequestType(StrEnum):
    """The types of requests that mean something to a coach, as Alexa names them."""

    LAUNCH = "LaunchRequest"
    INTENT = "IntentRequest"
    SESSION_ENDED = "SessionEndedRequest"
    PERMISSION_ANSWERED = "Connections.Response"
    PLAYBACK_STARTED = "AudioPlayer.PlaybackStarted"
    PLAYBACK_STOPPED = "AudioPlayer.PlaybackStopped"
    PLAYBACK_NEARLY_FINISHED = "AudioPlayer.PlaybackNearlyFinished"
    PLAYBACK_FINISHED = "AudioPlayer.PlaybackFinished"
    PLAYBACK_FAILED = "AudioPlayer.PlaybackFailed"
    NEXT_BUTTON = "PlaybackController.NextCommandIssued"
    PREVIOUS_BUTTON = "PlaybackController.PreviousCommandIssued"
    PLAY_BUTTON = "PlaybackController.PlayCommandIssued"
    PAUSE_BUTTON = "PlaybackController.PauseCommandIssued"
    EXCEPTION = "System.ExceptionEncountered"


class UnknownRequest(Request):
    """A request of a type that was invented after us."""

    def __init__(self, object_type: str) -> None:
        super().__init__(object_type=object_type)


def read_envelope(document: object) -> RequestEnvelope:
    """Turn a request's JSON into the SDK's envelope; raise `MalformedRequestError`.

    A request of a type that is unknown here comes back as an `UnknownRequest`.
    """
    envelope = _as_table("the request", document)
    return RequestEnvelope(
        session=_optional(envelope, "session", _session),
        context=_optional(envelope, "context", _context),
        request=_request(_required(envelope, "request")),
    )


def read_complaint(document: object) -> tuple[str, str] | None:
    """Return type and message of the error that a request reports, for a log; None without.

    Whatever they repeat of ids and tokens is left out.
    """
    request = _required(_as_table("the request", document), "request")
    error = request.get("error")
    if not isinstance(error, dict):
        return None
    return _told(error.get("type", "")), _told(error.get("message", ""))


def _told(value: object) -> str:
    """Return what is told in text; of anything else, which may be of any depth, its type."""
    text = value[:_TOLD] if isinstance(value, str) else type(value).__name__
    return re.sub(_PRIVATE, "…", text)


def _session(table: Json) -> Session:
    return Session(
        user=_optional(table, "user", _user),
        attributes=_optional(table, "attributes", _attributes),
    )


def _attributes(table: Json) -> dict[str, Any]:
    return {CARRIED: carried} if (carried := _text(table, CARRIED)) else {}


def _context(table: Json) -> Context:
    return Context(
        system=_optional(table, "System", _system),
        audio_player=_optional(table, "AudioPlayer", _audio_player_state),
    )


def _system(table: Json) -> SystemState:
    return SystemState(
        user=_optional(table, "user", _user),
        device=_optional(table, "device", _device),
        api_endpoint=_text(table, "apiEndpoint"),
        api_access_token=_text(table, "apiAccessToken"),
    )


def _user(table: Json) -> User:
    return User(user_id=_text(table, "userId"))


def _device(table: Json) -> Device:
    return Device(
        device_id=_text(table, "deviceId"),
        supported_interfaces=_optional(table, "supportedInterfaces", _supported_interfaces),
    )


def _supported_interfaces(table: Json) -> SupportedInterfaces:
    return SupportedInterfaces(
        audio_player=_optional(table, "AudioPlayer", lambda _: audioplayer.AudioPlayerInterface()),
        alexa_presentation_apl=_optional(
            table, "Alexa.Presentation.APL", lambda _: apl.AlexaPresentationAplInterface()
        ),
    )


def _audio_player_state(table: Json) -> AudioPlayerState:
    return AudioPlayerState(
        token=_text(table, "token"),
        offset_in_milliseconds=_whole(table, "offsetInMilliseconds"),
        player_activity=_member(table, "playerActivity", PlayerActivity),
    )


def _current_playback_state(table: Json) -> audioplayer.CurrentPlaybackState:
    return audioplayer.CurrentPlaybackState(
        token=_text(table, "token"),
        offset_in_milliseconds=_whole(table, "offsetInMilliseconds"),
    )


def _request(table: Json) -> Request:
    kind = _text(table, "type")
    if not kind:
        raise MalformedRequestError("request.type is missing")
    read = _REQUESTS.get(kind)
    return read(table) if read else UnknownRequest(kind)


def _intent_request(table: Json) -> IntentRequest:
    return IntentRequest(intent=_intent(_required(table, "intent")))


def _session_ended(table: Json) -> Request:
    reason = _member(table, "reason", ask_sdk_model.SessionEndedReason)
    return ask_sdk_model.SessionEndedRequest(reason=reason)


def _connections_response(table: Json) -> Request:
    payload = _table(table, "payload") or {}
    return connections.ConnectionsResponse(payload={"status": _text(payload, "status")})


def _playback_failed(table: Json) -> Request:
    return audioplayer.PlaybackFailedRequest(
        token=_text(table, "token"),
        current_playback_state=_optional(table, "currentPlaybackState", _current_playback_state),
    )


def _playback(name: str) -> Callable[[Json], Request]:
    return lambda table: getattr(audioplayer, name)(
        token=_text(table, "token"),
        offset_in_milliseconds=_whole(table, "offsetInMilliseconds"),
    )


def _plain(package: ModuleType, name: str) -> Callable[[Json], Request]:
    return lambda _: getattr(package, name)()


_REQUESTS: Mapping[str, Callable[[Json], Request]] = {
    # By their names, so that in a function each is loaded when one of its kind comes.
    RequestType.PLAYBACK_FAILED: _playback_failed,
    RequestType.PLAYBACK_FINISHED: _playback("PlaybackFinishedRequest"),
    RequestType.PLAYBACK_NEARLY_FINISHED: _playback("PlaybackNearlyFinishedRequest"),
    RequestType.PLAYBACK_STARTED: _playback("PlaybackStartedRequest"),
    RequestType.PLAYBACK_STOPPED: _playback("PlaybackStoppedRequest"),
    RequestType.PERMISSION_ANSWERED: _connections_response,
    RequestType.INTENT: _intent_request,
    RequestType.LAUNCH: _plain(ask_sdk_model, "LaunchRequest"),
    RequestType.NEXT_BUTTON: _plain(playbackcontroller, "NextCommandIssuedRequest"),
    RequestType.PAUSE_BUTTON: _plain(playbackcontroller, "PauseCommandIssuedRequest"),
    RequestType.PLAY_BUTTON: _plain(playbackcontroller, "PlayCommandIssuedRequest"),
    RequestType.PREVIOUS_BUTTON: _plain(playbackcontroller, "PreviousCommandIssuedRequest"),
    RequestType.SESSION_ENDED: _session_ended,
    RequestType.EXCEPTION: _plain(system, "ExceptionEncounteredRequest"),
}


def _intent(table: Json) -> Intent:
    slots = _table(table, "slots") or {}
    return Intent(
        name=_text(table, "name"),
        slots={name: _slot(slot) for name, slot in slots.items() if isinstance(slot, dict)},
    )


def _slot(table: Json) -> Slot:
    return Slot(
        value=_text(table, "value"),
        resolutions=_optional(table, "resolutions", _resolutions),
    )


def _resolutions(table: Json) -> Resolutions:
    return Resolutions(
        resolutions_per_authority=[
            Resolution(
                values=[
                    ValueWrapper(value=Value(id=_text(value, "id")))
                    for value in map(_wrapped, _list(authority, "values"))
                ],
            )
            for authority in _list(table, "resolutionsPerAuthority")
        ]
    )


def _wrapped(table: Json) -> Json:
    return _table(table, "value") or {}


def _required(table: Json, key: str) -> Json:
    found = _table(table, key)
    if found is None:
        raise MalformedRequestError(f"{key} is missing")
    return found


def _optional(table: Json, key: str, read: Callable[[Json], T]) -> T | None:
    found = table.get(key)
    return None if found is None else read(_as_table(key, found))


def _table(table: Json, key: str) -> Json | None:
    found = table.get(key)
    return None if found is None else _as_table(key, found)


def _as_table(place: str, value: object) -> Json:
    if not isinstance(value, dict):
        raise MalformedRequestError(f"{place} takes an object, not {type(value).__name__}")
    return value


def _list(table: Json, key: str) -> list[Json]:
    found = table.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise MalformedRequestError(f"{key} takes a list, not {type(found).__name__}")
    return [_as_table(key, member) for member in found]


def _text(table: Json, key: str) -> str | None:
    found = table.get(key)
    if found is None:
        return None
    if not isinstance(found, str):
        raise MalformedRequestError(f"{key} takes text, not {type(found).__name__}")
    if not found.isascii() and re.search(_HALF_CHARACTER, found):
        raise MalformedRequestError(f"{key} takes text, not half of a surrogate pair")
    return found


def _whole(table: Json, key: str) -> int | None:
    found = table.get(key)
    if found is not None and (isinstance(found, bool) or not isinstance(found, int)):
        raise MalformedRequestError(f"{key} takes a whole number, not {type(found).__name__}")
    return found


def _member(table: Json, key: str, members: type[T]) -> T | None:
    """Return an enum's member; None for a value that was invented after the SDK."""
    found = _text(table, key)
    try:
        return members(found)  # type: ignore[call-arg]
    except ValueError:
        return None
