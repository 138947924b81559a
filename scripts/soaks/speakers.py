"""Speakers: devices that send what they are told to, and note what they are to play.

An Echo in software (`scripts.echo`) lets time pass and obeys; these do neither, since here the
real clock runs, and whatever a real device would not do is to be tried as well.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scripts.echo.directives import Play
from scripts.echo.player import Activity, Happening, PlayerEvent, Playhead
from scripts.echo.requests import Device, Json, Session, Stationery
from scripts.echo.rules import Answer, dialogs_in, read_answer
from scripts.soaks.servers import SKILL_ID
from skill.alexa.tokens import Token, parse_token
from skill.coaching.errors import CoachError
from skill.coaching.movements import Milliseconds
from skill.intents import Slot

Send = Callable[[bytes], tuple[int, bytes]]
OK = 200


class NotServedError(CoachError):
    """A request that was to be served was answered with another status."""

    code = "not-served"


@dataclass(frozen=True, slots=True)
class Stream:
    """What a speaker was told to play, and from where."""

    token: Token
    offset: Milliseconds


class Speaker:
    """One device of one runner. `send` is the way to the coach, and may be another each time.

    `stream` is what it was told to play last; None before that. Raise `NotServedError` for any
    status but 200, `IllegalResponseError` for an answer that Alexa would refuse, and whatever
    `send` raises.
    """

    def __init__(
        self, model: Mapping[str, Any], user_id: str, device_id: str = "amzn1.ask.device.A"
    ) -> None:
        device = Device(skill_id=SKILL_ID, user_id=user_id, device_id=device_id)
        self._interfaces = device.interfaces
        self._stationery = Stationery(device, model)
        self._dialogs = dialogs_in(model)
        self.stream: Stream | None = None

    def intent(self, name: str, **slots: Slot) -> Json:
        """Write an intent down, spoken outside a conversation."""
        request = self._stationery.intent(name, slots)
        return self._sent(request, self._playhead(Activity.PAUSED), in_session=True)

    def button(self, name: str) -> Json:
        """Write down that a button was pressed."""
        return self._sent(self._stationery.button(name), self._playhead(Activity.PLAYING))

    def notice(self, told: Happening, stream: Stream, offset: Milliseconds) -> Json:
        """Write down what a player tells of a stream."""
        playhead = Playhead(Activity.PLAYING, str(stream.token), offset)
        error = "MEDIA_ERROR_UNKNOWN" if told is Happening.FAILED else None
        event = PlayerEvent(told, str(stream.token), offset, playhead, error)
        return self._sent(self._stationery.playback(event), playhead)

    def exchange(self, envelope: Json, send: Send) -> Answer:
        """Send what was written down, and obey the answer as far as it is to be played."""
        status, body = send(json.dumps(envelope).encode())
        if status != OK:
            raise NotServedError(f"status {status}: {body[:300]!r}")
        request = envelope["request"]
        answer = read_answer(body, request, self._interfaces, lambda _: 1_000, self._dialogs)
        played = played_by(answer)
        if played:
            self.stream = played
        return answer

    def _playhead(self, activity: Activity) -> Playhead:
        if self.stream is None:
            return Playhead(Activity.IDLE)
        return Playhead(activity, str(self.stream.token), self.stream.offset)

    def _sent(self, request: Json, playhead: Playhead, *, in_session: bool = False) -> Json:
        session = Session(f"amzn1.echo-api.session.{uuid.uuid4()}", new=True)
        now = datetime.now(UTC)
        return self._stationery.envelope(request, session if in_session else None, playhead, now)


def played_by(answer: Answer) -> Stream | None:
    """Return what an answer has a device play."""
    for directive in answer.directives:
        if isinstance(directive, Play):
            token = parse_token(directive.token)
            if token is None:
                raise NotServedError(f"{directive.token!r} is no token of ours")
            return Stream(token, directive.offset)
    return None
