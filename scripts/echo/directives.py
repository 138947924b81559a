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

INTERFACES: Mapping[str, str] = {
    "AudioPlayer.Play": AUDIO_PLAYER,
    "AudioPlayer.Stop": AUDIO_PLAYER,
    "AudioPlayer.ClearQueue": AUDIO_PLAYER,
    "Alexa.Presentation.APL.RenderDocument": APL,
    "Alexa.Presentation.APL.ExecuteCommands": APL,
}
"""The directives an Echo here obeys, and the interface a device needs for each."""

_STREAM_KEYS = frozenset(
    {"url", "token", "offsetInMilliseconds", "expectedPreviousToken", "captionData"}
)
_METADATA_KEYS = frozenset({"title", "subtitle", "art", "backgroundImage"})


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
    """Show something on the screen; the Echo only takes note of it."""

    type: str
    content: Mapping[str, Any]


Directive = Play | Stop | ClearQueue | Show


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
        case str() if kind in INTERFACES:
            return Show(kind, value)
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
