"""Reads the directives of an answer, and refuses those that Alexa would refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from scripts.echo.errors import IllegalResponseError
from scripts.echo.speech import is_fetchable
from skill.coaching.movements import Milliseconds

LONGEST_TOKEN = 1_024
AUDIO_PLAYER = "AudioPlayer"
APL = "Alexa.Presentation.APL"

RENDER_DOCUMENT = "Alexa.Presentation.APL.RenderDocument"
ELICIT_SLOT = "Dialog.ElicitSlot"
SEND_REQUEST = "Connections.SendRequest"

INTERFACES: Mapping[str, str | None] = {
    "AudioPlayer.Play": AUDIO_PLAYER,
    "AudioPlayer.Stop": AUDIO_PLAYER,
    "AudioPlayer.ClearQueue": AUDIO_PLAYER,
    RENDER_DOCUMENT: APL,
    ELICIT_SLOT: None,
    SEND_REQUEST: None,
}
"""The directives an Echo here obeys, and the interface a device needs for each, if any."""

_STREAM_KEYS = frozenset(
    {"url", "token", "offsetInMilliseconds", "expectedPreviousToken", "captionData"}
)
_METADATA_KEYS = frozenset({"title", "subtitle", "art", "backgroundImage"})
_INTENT_KEYS = frozenset({"name", "confirmationStatus", "slots"})
_CONSENT_LEVELS = frozenset({"ACCOUNT", "PERSON"})

Behavior = TypeVar("Behavior", bound=StrEnum)


class PlayBehavior(StrEnum):
    """What becomes of what plays, and of the queue."""

    REPLACE_ALL = "REPLACE_ALL"
    ENQUEUE = "ENQUEUE"
    REPLACE_ENQUEUED = "REPLACE_ENQUEUED"


class ClearBehavior(StrEnum):
    """Whether what plays is cleared as well."""

    CLEAR_ENQUEUED = "CLEAR_ENQUEUED"
    CLEAR_ALL = "CLEAR_ALL"


@dataclass(frozen=True, slots=True)
class Play:
    """Play a stream."""

    behavior: PlayBehavior
    url: str
    token: str
    offset: Milliseconds
    expected_previous: str | None = None
    title: str = ""
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop what plays."""


@dataclass(frozen=True, slots=True)
class ClearQueue:
    """Forget what is queued."""

    behavior: ClearBehavior


@dataclass(frozen=True, slots=True)
class Show:
    """Show a document on the screen, filled with these values."""

    document: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ElicitSlot:
    """Listen for one slot of an intent; of the one just heard, if none is named."""

    slot: str
    intent: str | None = None
    slots: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AskPermission:
    """Ask the runner, in Alexa's own words, for permissions."""

    scopes: tuple[str, ...]
    token: str


Directive = Play | Stop | ClearQueue | Show | ElicitSlot | AskPermission


def read_directive(value: Any) -> Directive:
    """Read one directive; raise `IllegalResponseError` with the rule it breaks."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    match kind:
        case "AudioPlayer.Play":
            return _read_play(value)
        case "AudioPlayer.Stop":
            return Stop()
        case "AudioPlayer.ClearQueue":
            return ClearQueue(_behavior(ClearBehavior, "clearBehavior", value))
        case _ if kind == ELICIT_SLOT:
            return _read_elicitation(value)
        case _ if kind == SEND_REQUEST:
            return _read_connection(value)
        case _ if kind == RENDER_DOCUMENT:
            return _read_document(value)
        case _:
            raise IllegalResponseError(
                f"there is no directive {kind!r}; there are {', '.join(INTERFACES)}"
            )


def _read_play(value: Mapping[str, Any]) -> Play:
    behavior = _behavior(PlayBehavior, "playBehavior", value)
    item = _table("audioItem", value, {"stream", "metadata"})
    stream = _table("stream", item, _STREAM_KEYS)
    metadata = _table("metadata", item, _METADATA_KEYS) if "metadata" in item else {}
    url, token = stream.get("url"), stream.get("token")
    offset, expected = stream.get("offsetInMilliseconds"), stream.get("expectedPreviousToken")
    if not is_fetchable(url):
        raise IllegalResponseError(f"a stream must come by https, not from {url!r}")
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        raise IllegalResponseError(
            f"a stream's token must have 1 to {LONGEST_TOKEN} characters, not {token!r}"
        )
    if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
        raise IllegalResponseError(
            f"offsetInMilliseconds must be a whole number from 0 on, not {offset!r}"
        )
    if behavior is PlayBehavior.ENQUEUE and not isinstance(expected, str):
        raise IllegalResponseError("ENQUEUE needs an expectedPreviousToken")
    if behavior is not PlayBehavior.ENQUEUE and expected is not None:
        raise IllegalResponseError(f"{behavior} takes no expectedPreviousToken")
    _check_captions(stream.get("captionData"))
    for picture in ("art", "backgroundImage"):
        _check_picture(picture, metadata.get(picture))
    return Play(
        behavior,
        str(url),
        token,
        offset,
        expected,
        str(metadata.get("title", "")),
        str(metadata.get("subtitle", "")),
    )


def _read_elicitation(value: Mapping[str, Any]) -> ElicitSlot:
    slot, intent = value.get("slotToElicit"), value.get("updatedIntent")
    if not isinstance(slot, str) or not slot:
        raise IllegalResponseError(f"slotToElicit must name a slot, not {slot!r}")
    if intent is None:
        return ElicitSlot(slot)
    if not isinstance(intent, dict) or not isinstance(intent.get("name"), str):
        raise IllegalResponseError(f"updatedIntent must be an intent, not {intent!r}")
    unknown = sorted(intent.keys() - _INTENT_KEYS)
    if unknown:
        raise IllegalResponseError(f"updatedIntent has an unknown {unknown[0]!r}")
    slots = intent.get("slots") or {}
    for name, filled in slots.items():
        if not isinstance(filled, dict) or filled.get("name") != name:
            raise IllegalResponseError(f"the slot {name} of updatedIntent has no such name")
    return ElicitSlot(slot, intent["name"], frozenset(slots))


def _read_document(value: Mapping[str, Any]) -> Show:
    """Read what is shown: a document whose parameter is there, with pictures a screen can fetch."""
    document, sources = value.get("document"), value.get("datasources")
    if not isinstance(document, dict) or document.get("type") != "APL":
        raise IllegalResponseError(f"a document must be of type APL, not {str(document)[:100]}")
    if not isinstance(value.get("token"), str) or not value["token"]:
        raise IllegalResponseError("a document needs a token")
    if not isinstance(sources, dict) or not all(isinstance(s, dict) for s in sources.values()):
        raise IllegalResponseError(f"datasources must be objects, not {str(sources)[:100]}")
    for source in sources.values():
        if not is_fetchable(source.get("picture", "")):
            raise IllegalResponseError(
                f"a picture must come by https, not from {source.get('picture')!r}"
            )
    return Show(document, sources)


def _read_connection(value: Mapping[str, Any]) -> AskPermission:
    """Read what asks for a permission, in the second version, which is the current one."""
    payload = value.get("payload")
    if value.get("name") != "AskFor" or not isinstance(payload, dict):
        raise IllegalResponseError(f"there is no connection {value.get('name')!r} here; AskFor is")
    if (payload.get("@type"), payload.get("@version")) != ("AskForPermissionsConsentRequest", "2"):
        raise IllegalResponseError("AskFor takes an AskForPermissionsConsentRequest, version 2")
    scopes = payload.get("permissionScopes")
    if not isinstance(scopes, list) or not scopes:
        raise IllegalResponseError(f"permissionScopes must be a list of some, not {scopes!r}")
    for scope in scopes:
        named = isinstance(scope, dict) and isinstance(scope.get("permissionScope"), str)
        if not named or scope.get("consentLevel") not in _CONSENT_LEVELS:
            raise IllegalResponseError(f"a scope has a name and a consentLevel, not {scope!r}")
    token = value.get("token")
    if not isinstance(token, str):
        raise IllegalResponseError(f"the token of a connection must be text, not {token!r}")
    return AskPermission(tuple(scope["permissionScope"] for scope in scopes), token)


def _check_captions(captions: Any) -> None:
    if captions is None:
        return
    good = isinstance(captions, Mapping) and captions.get("type") == "WEBVTT"
    if not good or not str(captions.get("content", "")).startswith("WEBVTT"):
        raise IllegalResponseError(
            f"captionData must be of type WEBVTT, with such content, not {str(captions)[:100]}"
        )


def _check_picture(name: str, picture: Any) -> None:
    if picture is None:
        return
    sources = picture.get("sources") if isinstance(picture, Mapping) else None
    if not isinstance(sources, list) or not sources:
        raise IllegalResponseError(f"{name} needs a list of sources, not {picture!r}")
    for source in sources:
        url = source.get("url") if isinstance(source, Mapping) else None
        if not is_fetchable(url):
            raise IllegalResponseError(f"{name} must come by https, not from {url!r}")


def _table(name: str, value: Mapping[str, Any], known: set[str] | frozenset[str]) -> dict[str, Any]:
    table = value.get(name)
    if not isinstance(table, dict):
        raise IllegalResponseError(f"AudioPlayer.Play needs the object {name}, not {table!r}")
    unknown = sorted(table.keys() - known)
    if unknown:
        raise IllegalResponseError(
            f"{name} has an unknown {unknown[0]!r}; it can have {', '.join(sorted(known))}"
        )
    return table


def _behavior(kind: type[Behavior], name: str, value: Mapping[str, Any]) -> Behavior:
    try:
        return kind(str(value.get(name)))
    except ValueError:
        raise IllegalResponseError(
            f"{name} must be one of {', '.join(kind)}, not {value.get(name)!r}"
        ) from None
