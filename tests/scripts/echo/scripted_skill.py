"""A real skill, but a simple one: it answers by rule, so that the Echo alone is on trial."""

import json
from collections.abc import Mapping
from typing import Any

from scripts.echo.device import Echo
from scripts.echo.errors import StreamError
from scripts.echo.requests import Device

Json = dict[str, Any]

GUIDE = "https://coach.example/guides/pre-run.mp3?v=1"
CLIP = "https://coach.example/guides/pre-run/0.mp3?v=1"
LENGTHS = {GUIDE: 60_000, CLIP: 20_000, "https://coach.example/other.mp3": 30_000}

MODEL: Json = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "glute coach",
            "intents": [
                {
                    "name": "StartRoutineIntent",
                    "slots": [
                        {"name": "routine", "type": "ROUTINE"},
                        {"name": "minutes", "type": "AMAZON.NUMBER"},
                    ],
                    "samples": ["start {routine}", "start"],
                },
                {"name": "WhereAmIIntent", "samples": ["where am i"]},
                {
                    "name": "RemindMeIntent",
                    "slots": [
                        {"name": "day", "type": "ROUTINE"},
                        {"name": "time", "type": "AMAZON.TIME"},
                    ],
                    "samples": ["remind me"],
                },
                *(
                    {"name": f"AMAZON.{name}Intent", "samples": []}
                    for name in ("Next", "Pause", "Resume", "Stop", "Cancel", "Help", "Yes")
                ),
            ],
            "types": [
                {
                    "name": "ROUTINE",
                    "values": [{"id": "pre-run", "name": {"value": "pre-run", "synonyms": []}}],
                }
            ],
        },
        "dialog": {
            "delegationStrategy": "SKILL_RESPONSE",
            "intents": [
                {
                    "name": "RemindMeIntent",
                    "slots": [
                        {"name": "day", "type": "ROUTINE", "elicitationRequired": False},
                        {"name": "time", "type": "AMAZON.TIME", "elicitationRequired": True},
                    ],
                }
            ],
        },
    }
}
REMINDERS = "alexa::alerts:reminders:skill:readwrite"


def told(text: str = "All right.", *directives: Json) -> Json:
    """Answer, and close the session."""
    return {
        "outputSpeech": {"type": "PlainText", "text": text},
        "directives": list(directives),
        "shouldEndSession": True,
    }


def asked(text: str = "Shall we?", reprompt: str = "Well, shall we?") -> Json:
    """Answer with a question."""
    return {
        "outputSpeech": {"type": "PlainText", "text": text},
        "reprompt": {"outputSpeech": {"type": "PlainText", "text": reprompt}},
        "shouldEndSession": False,
    }


def play(token: str = "one", offset: int = 0, url: str = GUIDE, **stream: Any) -> Json:  # noqa: S107
    """Play in place of everything; `behavior` and the stream's other members may be given."""
    behavior = stream.pop("behavior", "REPLACE_ALL")
    return {
        "type": "AudioPlayer.Play",
        "playBehavior": behavior,
        "audioItem": {
            "stream": {"url": url, "token": token, "offsetInMilliseconds": offset, **stream}
        },
    }


STOP: Json = {"type": "AudioPlayer.Stop"}


def clear(behavior: str = "CLEAR_ALL") -> Json:
    """Clear the queue."""
    return {"type": "AudioPlayer.ClearQueue", "clearBehavior": behavior}


def show(**values: Any) -> Json:
    """Return the directive that shows a document filled with values."""
    return {
        "type": "Alexa.Presentation.APL.RenderDocument",
        "token": "step",
        "document": {"type": "APL", "version": "1.6", "mainTemplate": {}},
        "datasources": {"step": values},
    }


def elicit(slot: str = "time", intent: str | None = "RemindMeIntent", *slots: str) -> Json:
    """Have Alexa listen for a slot of an intent, which has these slots, or day and time."""
    directive: Json = {"type": "Dialog.ElicitSlot", "slotToElicit": slot}
    if intent is None:
        return directive
    empty = {"confirmationStatus": "NONE"}
    filled = {name: {"name": name, **empty} for name in slots or ("day", "time")}
    return {**directive, "updatedIntent": {"name": intent, **empty, "slots": filled}}


def ask_permission(token: str = "", **payload: Any) -> Json:
    """Have Alexa ask for the permission to set reminders."""
    scopes = [{"permissionScope": REMINDERS, "consentLevel": "ACCOUNT"}]
    asked = {
        "@type": "AskForPermissionsConsentRequest",
        "@version": "2",
        "permissionScopes": scopes,
    }
    return {
        "type": "Connections.SendRequest",
        "name": "AskFor",
        "payload": {**asked, **payload},
        "token": token,
    }


def directives(*listed: Json) -> Json:
    """Answer what nobody hears."""
    return {"directives": list(listed)}


class ScriptedSkill:
    """Answers by the intent's name or the request's type; what no rule is for, shortly.

    A list of answers is used up one by one, its last for good.
    """

    def __init__(self, rules: Mapping[str, Json | list[Json]] | None = None) -> None:
        self.rules = dict(rules or {})
        self.requests: list[Json] = []
        self.status = 200

    def __call__(self, body: bytes) -> tuple[int, bytes]:
        """Answer a request's body."""
        document = json.loads(body)
        self.requests.append(document)
        request = document["request"]
        name = request.get("intent", {}).get("name", request["type"])
        is_heard = request["type"] in {"LaunchRequest", "IntentRequest", "Connections.Response"}
        answer = self.rules.get(name, told() if is_heard else {})
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        envelope = {"version": "1.0", "sessionAttributes": {"turn": 1}, "response": answer}
        return self.status, json.dumps(envelope).encode()

    def types(self) -> list[str]:
        """What was requested, in order, without the interfaces' names."""
        return [
            request["request"]
            .get("intent", {})
            .get("name", request["request"]["type"])
            .removeprefix("AudioPlayer.")
            for request in self.requests
        ]


def player_in(request: Json) -> Json:
    """What a request tells of the player."""
    state: Json = request["context"]["AudioPlayer"]
    return state


def length_of(url: str) -> int:
    """Tell how long the streams of this skill are."""
    if url not in LENGTHS:
        raise StreamError("MEDIA_ERROR_INVALID_REQUEST", f"there is nothing at {url}")
    return LENGTHS[url]


def echo_of(skill: ScriptedSkill, **device: Any) -> Echo:
    """Make an Echo with a skill."""
    return Echo(skill, MODEL, length_of, Device(**device))


def playing(rules: Mapping[str, Json | list[Json]] | None = None) -> tuple[Echo, ScriptedSkill]:
    """Make an Echo on which the guide plays from its start, and forget how it came to that."""
    skill = ScriptedSkill({"StartRoutineIntent": told("Here we go.", play()), **(rules or {})})
    echo = echo_of(skill)
    echo.say("ask glute coach to start pre-run")
    skill.requests.clear()
    return echo, skill
