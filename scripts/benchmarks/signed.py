"""Requests as Alexa sends them: some 4 KB, of many runners, signed with a key of our own.

Whoever is to take them trusts the root of `Mail.amazon`. They are good for 150 s, as Alexa's are.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import shake_256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from scripts.echo.player import Activity, Happening, PlayerEvent, Playhead
from scripts.echo.requests import Device, Json, Stationery
from skill.alexa.interaction_model import interaction_model
from skill.content.utterances import load_utterances
from skill.content.wording import load_wording
from skill.intents import Slot
from tests.simulators.amazon import URL, Amazon

RUNNERS = 1_000
"""So many take turns, so that nothing kept of one of them flatters."""
ROUTINE = "pre-run"
OFFSET = 40_000
"""Milliseconds into its guide that a player is when somebody asks something."""
SKILL_ID = Device().skill_id
ROOT, CHAIN = "root.pem", "chain.pem"

_TOKEN_BYTES = 1_000
"""An access token of Alexa's has over a thousand letters."""
_SENT = (
    ("Content-Type", "application/json; charset=utf-8"),
    ("Accept", "application/json"),
    ("Accept-Charset", "utf-8"),
    ("User-Agent", "Apache-HttpClient/4.5.14 (Java/17.0.9)"),
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request's body and the headers that prove whose it is."""

    body: bytes
    headers: Mapping[str, str]

    def on_the_wire(self, path: str) -> bytes:
        """Return it whole, as HTTP/1.1 sends it to a path of this machine."""
        headers = {
            "Host": "127.0.0.1",
            **dict(_SENT),
            **self.headers,
            "Content-Length": str(len(self.body)),
        }
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {of}" for name, of in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + self.body


class Mail:
    """Writes the requests of many runners, by their number, and signs them."""

    def __init__(self) -> None:
        self.amazon = Amazon()
        wording = load_wording("en-US")
        self._model = interaction_model(wording, load_utterances(wording.locale))

    def publish(self, folder: Path) -> None:
        """Write down in a folder whom to trust, and the chain that signs."""
        (folder / ROOT).write_bytes(self.amazon.root.public_bytes(Encoding.PEM))
        (folder / CHAIN).write_bytes(self.amazon.published[URL])

    def start(self, runner: int, routine: str = ROUTINE) -> Json:
        """Have a runner ask for a routine, with nothing played before."""
        return self._asked(
            runner, "StartRoutineIntent", Playhead(Activity.IDLE), routine=Slot(routine, (routine,))
        )

    def ask(self, runner: int, token: str, intent: str) -> Json:
        """Have a runner say something without slots while a guide is held."""
        return self._asked(runner, intent, Playhead(Activity.PAUSED, token, OFFSET))

    def started(self, runner: int, token: str, offset: int) -> Json:
        """Have a player tell that a guide has begun to play."""
        playhead = Playhead(Activity.PLAYING, token, offset)
        stationery = self._stationery(runner)
        event = stationery.playback(PlayerEvent(Happening.STARTED, token, offset, playhead))
        return stationery.envelope(event, None, playhead, datetime.now(UTC))

    def sign(self, envelope: Json) -> Signed:
        """Sign a request: about half a millisecond, so never where time is taken."""
        body = json.dumps(envelope, separators=(",", ":")).encode()
        return Signed(body, self.amazon.sign(body))

    def _asked(self, runner: int, intent: str, playhead: Playhead, **slots: Slot) -> Json:
        stationery = self._stationery(runner)
        asked = stationery.intent(intent, slots)
        return stationery.envelope(asked, stationery.new_session(), playhead, datetime.now(UTC))

    def _stationery(self, runner: int) -> Stationery:
        # Ids are as long as Amazon's: hashes, in letters.
        device = Device(
            user_id=user_id(runner),
            device_id=f"amzn1.ask.device.{_letters(f'device {runner}', 155).upper()}",
            has_screen=True,
            api_endpoint="https://api.amazonalexa.com",
            api_access_token=_letters(f"token {runner}", _TOKEN_BYTES),
        )
        return Stationery(device, self._model)


def user_id(runner: int) -> str:
    """Return the id of a runner's account."""
    return f"amzn1.ask.account.{_letters(f'user {runner}', 155).upper()}"


def token_of(answer: Mapping[str, Any]) -> str:
    """Return the token of what an answer has a device play; raise `LookupError` without any."""
    for directive in answer["response"].get("directives", ()):
        if directive["type"] == "AudioPlayer.Play":
            return str(directive["audioItem"]["stream"]["token"])
    raise LookupError("nothing is to be played")


def _letters(seed: str, size: int) -> str:
    return urlsafe_b64encode(shake_256(seed.encode()).digest(size)).decode().rstrip("=")
