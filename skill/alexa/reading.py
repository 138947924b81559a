"""Reading: what a request means. Envelope in; user, event and moment out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ask_sdk_model import Intent, Request, RequestEnvelope
from ask_sdk_model import Slot as AlexaSlot
from ask_sdk_model.interfaces.audioplayer import PlayerActivity

from skill.alexa.access import Access
from skill.alexa.envelope import CARRIED, MalformedRequestError, RequestType
from skill.alexa.tokens import parse_token
from skill.coaching import events
from skill.coaching.events import Event
from skill.coaching.moments import OFFSETS, Moment, Playhead
from skill.coaching.movements import within
from skill.coaching.routines import Catalogue
from skill.coaching.runner import Runner
from skill.intents import Slot, event_of
from skill.records import decode_carried

_BUTTONS: Mapping[str, type[Event]] = {
    RequestType.NEXT_BUTTON: events.NextStep,
    RequestType.PREVIOUS_BUTTON: events.PreviousStep,
    RequestType.PLAY_BUTTON: events.Resume,
    RequestType.PAUSE_BUTTON: events.Pause,
}
_NOTICES: Mapping[str, type[Event]] = {
    RequestType.PLAYBACK_STARTED: events.PlaybackStarted,
    RequestType.PLAYBACK_STOPPED: events.PlaybackStopped,
    RequestType.PLAYBACK_NEARLY_FINISHED: events.PlaybackNearlyFinished,
    RequestType.PLAYBACK_FINISHED: events.PlaybackFinished,
    RequestType.PLAYBACK_FAILED: events.PlaybackFailed,
}
_FROM_PLAYERS = {**_BUTTONS, **_NOTICES}
_UNANSWERED = "EXCEEDED_MAX_REPROMPTS"
"""Why a session has ended in which the runner was asked, and asked again."""
_SPOKEN = frozenset({RequestType.LAUNCH, RequestType.INTENT, RequestType.PERMISSION_ANSWERED})


def request_type(request: Request | None) -> str:
    """Return the name of a request's type, as Alexa has it; "none" without a request."""
    return str(request.object_type) if request else "none"


def is_spoken(request: Request | None) -> bool:
    """Whether the runner spoke: Alexa takes speech in answer to nothing else.

    When a permission was asked for, they spoke with Alexa herself, and we go on from there.
    """
    return request_type(request) in _SPOKEN


def read_event(request: Request | None, catalogue: Catalogue) -> Event | None:
    """Return the event a request means; None for one that means nothing to a coach."""
    told: Any = request  # each type has its own to tell
    match request_type(request):
        case RequestType.INTENT:
            intent = told.intent or Intent()
            slots = {name: read_slot(slot) for name, slot in (intent.slots or {}).items()}
            return event_of(intent.name or "", slots, catalogue)
        case RequestType.LAUNCH:
            return events.Launch()
        case RequestType.SESSION_ENDED:
            unanswered = told.reason is not None and told.reason.value == _UNANSWERED
            return events.SessionEnded(unanswered=unanswered)
        case RequestType.PERMISSION_ANSWERED:
            # Refused, not answered, or failed in Alexa: only one status means that we may.
            status = (told.payload or {}).get("status")
            return events.PermissionAnswered(granted=status == "ACCEPTED")
        case kind:
            event = _FROM_PLAYERS.get(kind)
            return event() if event else None


def read_user(envelope: RequestEnvelope) -> str:
    """Return the id of the user who is spoken with; raise `MalformedRequestError` without."""
    system = envelope.context and envelope.context.system
    for holder in (system, envelope.session):
        if holder and holder.user and holder.user.user_id:
            return str(holder.user.user_id)
    raise MalformedRequestError("context.System.user.userId is missing")


def read_moment(envelope: RequestEnvelope, now: datetime) -> Moment:
    """Return when this happens, where the player is, and what the device can do."""
    return Moment(
        now=now,
        playhead=_read_playhead(envelope),
        has_player=_has_player(envelope),
        is_spoken=is_spoken(envelope.request),
        carried=_read_carried(envelope),
    )


def read_access(envelope: RequestEnvelope) -> Access | None:
    """Return what Amazon's own services are asked with; None for a request that brings nothing."""
    system = envelope.context and envelope.context.system
    if not system or not system.api_endpoint or not system.api_access_token:
        return None
    device = (system.device and system.device.device_id) or ""
    return Access(system.api_endpoint, system.api_access_token, device)


def has_screen(envelope: RequestEnvelope) -> bool:
    """Whether the device shows what we draw (APL)."""
    system = envelope.context and envelope.context.system
    interfaces = system and system.device and system.device.supported_interfaces
    return bool(interfaces and interfaces.alexa_presentation_apl)


def read_slot(slot: AlexaSlot) -> Slot:
    """Return what was heard in a slot and the ids it was resolved to, likeliest first."""
    authorities = (slot.resolutions and slot.resolutions.resolutions_per_authority) or []
    ids = (
        wrapper.value.id
        for authority in authorities
        for wrapper in authority.values or []
        if wrapper.value and wrapper.value.id
    )
    return Slot(heard=slot.value or "", ids=tuple(ids))


def _read_carried(envelope: RequestEnvelope) -> Runner | None:
    """Return the runner as Alexa has carried them since the last answer, if she was asked to."""
    attributes = envelope.session and envelope.session.attributes
    return decode_carried(str(attributes[CARRIED])) if attributes else None


def _has_player(envelope: RequestEnvelope) -> bool:
    """Whether the device plays long audio; one whose player or buttons speak to us does."""
    if request_type(envelope.request) in _FROM_PLAYERS:
        return True
    system = envelope.context and envelope.context.system
    interfaces = system and system.device and system.device.supported_interfaces
    return bool(interfaces and interfaces.audio_player)


def _read_playhead(envelope: RequestEnvelope) -> Playhead | None:
    """Take a player's notice at its own word; with anything else, ask the context."""
    request: Any = envelope.request
    kind = request_type(request)
    state = envelope.context and envelope.context.audio_player
    has_ended = False
    if kind == RequestType.PLAYBACK_FAILED:
        text = request.token
        current = request.current_playback_state
        offset = current.offset_in_milliseconds if current and current.token == text else 0
    elif kind in _NOTICES:
        text, offset = request.token, request.offset_in_milliseconds
        has_ended = kind == RequestType.PLAYBACK_FINISHED
    elif state:
        text, offset = state.token, state.offset_in_milliseconds
        has_ended = state.player_activity is PlayerActivity.FINISHED
    else:
        return None
    token = parse_token(text)
    if token is None:
        return None
    return Playhead(
        plan_id=token.plan_id,
        digest=token.digest,
        generation=token.generation,
        offset=within(OFFSETS, offset or 0),
        retried_at=token.retried_at,
        has_ended=has_ended,
    )
