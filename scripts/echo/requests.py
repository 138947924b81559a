"""Writes requests down as an Echo's arrive: the same members, the same kinds of ids."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scripts.echo.directives import APL, AUDIO_PLAYER, AskPermission
from scripts.echo.player import Activity, PlayerEvent, Playhead
from skill.intents import Slot

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Device:
    """One Echo: whose it is, what it can do, and which skill it talks to.

    `held_as` is what it calls a held stream: devices differ, PAUSED or STOPPED. Where
    Amazon's services are to be asked, and with what token, goes with every request; with
    neither, there is no Amazon behind this device.
    """

    skill_id: str = "amzn1.ask.skill.5f1c8f4e-7f0b-4d6a-9a53-glute-coach"
    user_id: str = "amzn1.ask.account.ARUNNER"
    device_id: str = "amzn1.ask.device.AKITCHENECHO"
    locale: str = "en-US"
    has_audio_player: bool = True
    has_screen: bool = False
    held_as: Activity = Activity.PAUSED
    api_endpoint: str = ""
    api_access_token: str = ""

    @property
    def interfaces(self) -> Json:
        """What the device supports, as it says in every request."""
        return {
            **({AUDIO_PLAYER: {}} if self.has_audio_player else {}),
            **({APL: {"runtime": {"maxVersion": "2024.3"}}} if self.has_screen else {}),
        }


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation under way, and what the skill has attached to it."""

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    new: bool = False


@dataclass(frozen=True, slots=True)
class SlotKind:
    """A slot of an intent: its type, and the proper name of each value of the type by id."""

    name: str
    type: str
    names: Mapping[str, str]


class Stationery:
    """Writes the requests of one device, with the slots that the interaction model declares."""

    def __init__(self, device: Device, model: Mapping[str, Any]) -> None:
        self._device = device
        self._slots = _slots_by_intent(model)

    def new_session(self) -> Session:
        """Begin a conversation."""
        return Session(f"amzn1.echo-api.session.{uuid.uuid4()}", new=True)

    def launch(self) -> Json:
        """Open the skill by its name alone."""
        return {"type": "LaunchRequest", "shouldLinkResultBeReturned": False}

    def intent(self, name: str, slots: Mapping[str, Slot]) -> Json:
        """Ask for an intent; slots of the intent that were not filled are there without value."""
        kinds = self._slots.get(name, {})
        unknown = sorted(slots.keys() - kinds.keys())
        if unknown:
            raise ValueError(f"{name} has no slot {unknown[0]!r}; it has {', '.join(kinds)}")
        intent: Json = {"name": name, "confirmationStatus": "NONE"}
        if kinds:
            intent["slots"] = {
                kind.name: self._slot(kind, slots.get(kind.name)) for kind in kinds.values()
            }
        return {"type": "IntentRequest", "intent": intent, "dialogState": "COMPLETED"}

    def permission(self, asked: AskPermission, status: str) -> Json:
        """Tell how Alexa's own question for permissions was answered."""
        return {
            "type": "Connections.Response",
            "name": "AskFor",
            "status": {"code": "200", "message": "OK"},
            "token": asked.token,
            "payload": {
                "permissionScopes": [
                    {"permissionScope": scope, "consentLevel": "ACCOUNT"} for scope in asked.scopes
                ],
                "status": status,
            },
        }

    def session_ended(self, reason: str) -> Json:
        """Tell that the conversation is over, not by the skill's wish."""
        return {"type": "SessionEndedRequest", "reason": reason}

    def button(self, name: str) -> Json:
        """Tell that a button was pressed: next, pause, play or previous."""
        return {"type": f"PlaybackController.{name.capitalize()}CommandIssued"}

    def exception(self, kind: str, message: str, cause: str) -> Json:
        """Tell that an answer of the skill was refused; `cause` is the id of its request."""
        return {
            "type": "System.ExceptionEncountered",
            "error": {"type": kind, "message": message},
            "cause": {"requestId": cause},
        }

    def playback(self, event: PlayerEvent) -> Json:
        """Tell what the player told."""
        request: Json = {"type": f"{AUDIO_PLAYER}.{event.kind}", "token": event.token}
        if event.error is None:
            return {**request, "offsetInMilliseconds": event.offset}
        return {
            **request,
            "error": {"type": event.error, "message": "Device playback error"},
            "currentPlaybackState": _player_state(event.playhead),
        }

    def envelope(
        self, request: Json, session: Session | None, playhead: Playhead, sent: datetime
    ) -> Json:
        """Put a request into its envelope; the player's own requests have no session."""
        whose = {
            "application": {"applicationId": self._device.skill_id},
            "user": {"userId": self._device.user_id},
        }
        envelope: Json = {"version": "1.0"}
        if session is not None:
            envelope["session"] = {
                "new": session.new,
                "sessionId": session.id,
                **whose,
                "attributes": dict(session.attributes),
            }
        envelope["context"] = self._context(playhead, whose)
        envelope["request"] = {
            "requestId": f"amzn1.echo-api.request.{uuid.uuid4()}",
            "locale": self._device.locale,
            "timestamp": sent.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **request,
        }
        return envelope

    def _context(self, playhead: Playhead, whose: Json) -> Json:
        context: Json = {
            "System": {
                **whose,
                "device": {
                    "deviceId": self._device.device_id,
                    "supportedInterfaces": self._device.interfaces,
                },
            }
        }
        if self._device.api_access_token:
            context["System"] |= {
                "apiEndpoint": self._device.api_endpoint,
                "apiAccessToken": self._device.api_access_token,
            }
        if self._device.has_audio_player:
            context["AudioPlayer"] = _player_state(playhead)
        if self._device.has_screen:
            context["Viewport"] = {
                "experiences": [{"arcMinuteWidth": 246, "arcMinuteHeight": 144}],
                "mode": "HUB",
                "shape": "RECTANGLE",
                "pixelWidth": 1280,
                "pixelHeight": 800,
                "dpi": 160,
                "currentPixelWidth": 1280,
                "currentPixelHeight": 800,
                "touch": ["SINGLE"],
                "video": {"codecs": ["H_264_42", "H_264_41"]},
            }
        return context

    def _slot(self, kind: SlotKind, slot: Slot | None) -> Json:
        empty: Json = {"name": kind.name, "confirmationStatus": "NONE"}
        if slot is None:
            return empty
        heard: Json = {"value": slot.heard}
        # Alexa's own types (numbers, durations) come without a resolution.
        if not kind.type.startswith("AMAZON."):
            heard["resolutions"] = {"resolutionsPerAuthority": [self._resolution(kind, slot)]}
        return {
            **empty,
            **heard,
            "source": "USER",
            "slotValue": {"type": "Simple", **heard},
        }

    def _resolution(self, kind: SlotKind, slot: Slot) -> Json:
        authority = f"amzn1.er-authority.echo-sdk.{self._device.skill_id}.{kind.type}"
        if not slot.ids:
            return {"authority": authority, "status": {"code": "ER_SUCCESS_NO_MATCH"}}
        return {
            "authority": authority,
            "status": {"code": "ER_SUCCESS_MATCH"},
            "values": [
                {"value": {"name": kind.names.get(value, value), "id": value}} for value in slot.ids
            ],
        }


def _player_state(playhead: Playhead) -> Json:
    state: Json = {"playerActivity": playhead.activity}
    if playhead.token is not None:
        state |= {"token": playhead.token, "offsetInMilliseconds": playhead.offset}
    return state


def _slots_by_intent(model: Mapping[str, Any]) -> dict[str, dict[str, SlotKind]]:
    language = model["interactionModel"]["languageModel"]
    names = {
        kind["name"]: {value["id"]: value["name"]["value"] for value in kind["values"]}
        for kind in language.get("types", ())
    }
    return {
        intent["name"]: {
            slot["name"]: SlotKind(slot["name"], slot["type"], names.get(slot["type"], {}))
            for slot in intent.get("slots", ())
        }
        for intent in language["intents"]
    }
