"""The Echo: hears a runner, asks the skill, obeys the answer, and lets time pass.

Its clock moves only when somebody waits. Whatever becomes due meanwhile happens at its
moment: the player's events, events delivered late, the end of the microphone's patience.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from scripts.echo.directives import (
    AskPermission,
    ClearBehavior,
    ClearQueue,
    Directive,
    ElicitSlot,
    Play,
    PlayBehavior,
    Show,
    Stop,
)
from scripts.echo.errors import (
    IllegalResponseError,
    NotForTheSkillError,
    SkillFailedError,
    StreamError,
)
from scripts.echo.hearing import Ask, Ear, Exit, Launch
from scripts.echo.player import AudioPlayer, PlayerEvent, Stream
from scripts.echo.post import Delivery, Post, at_once
from scripts.echo.requests import Device, Json, Session, Stationery
from scripts.echo.rules import Answer, dialogs_in, read_answer
from scripts.echo.speech import SILENCE, Clip, Speech
from scripts.echo.streams import Lengths
from skill.intents import Slot
from skill.understanding.listening import Understanding

START = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
PATIENCE = timedelta(seconds=8)
"""How long the microphone stays open after the question, and again after the reprompt."""
MOST_FAILURES = 10
"""How many streams in a row may fail at one moment; a real Echo would not stop trying."""

Send = Callable[[bytes], tuple[int, bytes]]
"""Takes a request's body to the skill and brings back HTTP status and body."""

BUTTONS = ("next", "pause", "play", "previous")


class Consent(StrEnum):
    """What a runner answers when Alexa asks for a permission."""

    ACCEPTED = "ACCEPTED"
    DENIED = "DENIED"
    NOT_ANSWERED = "NOT_ANSWERED"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a runner gets to hear in answer, and what the device is told to do."""

    said: Speech = SILENCE
    reprompt: Speech = SILENCE
    directives: tuple[Directive, ...] = ()
    mic_open: bool = False
    card: Mapping[str, Any] | None = None

    @property
    def speech(self) -> str:
        """The words, without markup and clips."""
        return self.said.words

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips within the speech."""
        return self.said.clips

    @property
    def played(self) -> Play | None:
        """The stream that is to be played, if any."""
        return next((play for play in self.directives if isinstance(play, Play)), None)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, for the log."""

    request: Json
    status: int
    body: bytes

    @property
    def type(self) -> str:
        """The type of the request."""
        return str(self.request["request"]["type"])

    @property
    def answer(self) -> Any:
        """The answer's JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class _Listening:
    """The microphone is open until a moment; then comes the reprompt, if there is one left."""

    until: datetime
    reprompt: Speech | None


class Echo:
    """An Echo with one skill.

    `send` is the way to the skill, `model` the skill's interaction model, `length_of` knows
    streams and clips; `understanding` of the model may be given, if there is one already, since
    making it takes time. Some knobs may be turned at any time: `delivery` is how the player's
    events reach the skill, and `stamp` gives the time written into requests, which is the
    Echo's own unless the skill at the other end lives by a real clock. `consent` decides what
    the runner says when Alexa asks for a permission; Amazon has noted it when it is called.

    Raise `IllegalResponseError` wherever the skill answers what Alexa would refuse, and
    `SkillFailedError` if it answers with an HTTP error.
    """

    def __init__(  # noqa: PLR0913 - two of them for what is rarely otherwise
        self,
        send: Send,
        model: Mapping[str, Any],
        length_of: Lengths,
        device: Device | None = None,
        clock: datetime = START,
        *,
        understanding: Understanding | None = None,
    ) -> None:
        self.device = device or Device()
        self.invocation_name = str(model["interactionModel"]["languageModel"]["invocationName"])
        self.clock = clock
        self.player = AudioPlayer(self.device.held_as)
        self.delivery: Delivery = at_once
        self.stamp: Callable[[], datetime] = lambda: self.clock
        self.consent: Callable[[AskPermission], Consent] = lambda _: Consent.NOT_ANSWERED
        self.events: list[Exchange] = []
        self._send = send
        self._length_of = length_of
        self._dialogs = dialogs_in(model)
        self._stationery = Stationery(self.device, model)
        self._ear = Ear(understanding or Understanding(model))
        self._session: Session | None = None
        self._listening: _Listening | None = None
        self._post = Post()
        self._failures = 0
        self._last_to_play = False
        self._screen: Show | None = None

    @property
    def screen(self) -> Mapping[str, Any]:
        """The values of the document that is on the screen; none without one.

        A document goes with its conversation: the player has a page of its own.
        """
        return self._screen.values if self._screen and self._session else {}

    @property
    def mic_open(self) -> bool:
        """Whether a conversation is under way: Alexa has asked something and listens."""
        return self._listening is not None

    # What a runner does

    def say(self, words: str) -> Heard:
        """Say something to Alexa; raise `NotForTheSkillError` if the skill would not hear it."""
        heard = self._ear.hear(words, in_session=self.mic_open, last_to_play=self._last_to_play)
        match heard:
            case Launch():
                return self.launch()
            case Exit():
                self._end_session("USER_INITIATED")
                self._settle()
                return Heard()
            case Ask(understood, by_name):
                return self.request_intent(
                    understood.intent, understood.slots, in_new_session=by_name
                )

    def launch(self) -> Heard:
        """Open the skill by its name alone."""
        return self._converse(self._stationery.launch(), self._stationery.new_session())

    def request_intent(
        self,
        name: str,
        slots: Mapping[str, Slot] | None = None,
        *,
        in_new_session: bool = False,
    ) -> Heard:
        """Ask for an intent, in the conversation under way unless it is to be a new one."""
        session = None if in_new_session else self._session
        return self._converse(
            self._stationery.intent(name, slots or {}), session or self._stationery.new_session()
        )

    def say_nothing(self) -> Heard:
        """Leave a question without an answer: the reprompt is heard, then the session ends."""
        if self._listening is None:
            raise ValueError("nothing was asked: the microphone is closed")
        reprompt = self._listening.reprompt or SILENCE
        while self._listening is not None:
            self.wait((self._listening.until - self.clock) / timedelta(seconds=1))
        return Heard(said=reprompt)

    def press(self, button: str, *, on_screen: bool = False) -> None:
        """Press next, pause, play or previous, on a remote control or on the device's screen.

        Pause on the screen is between the device and its player: the skill is not told.
        """
        if button not in BUTTONS:
            raise ValueError(f"there is no button {button!r}; there are {', '.join(BUTTONS)}")
        if not self._last_to_play:
            raise NotForTheSkillError("the buttons belong to whoever played last")
        if button == "pause" and on_screen:
            self.player.pause()
            return
        self._obey(self._exchange(self._stationery.button(button)))
        self._settle()

    def wait(self, seconds: float) -> None:
        """Let time pass, in steps of a millisecond at least."""
        end = self.clock + timedelta(milliseconds=round(seconds * 1000))
        self._settle()
        while self.clock < end:
            before, self._failures = self.clock, 0
            self.clock = min([end, *self._next_moments()])
            passed = (self.clock - before) // timedelta(milliseconds=1)
            self._emit(self.player.advance(passed))
            self._settle()

    # What happens to an Echo without the runner's doing

    def fail_playback(self, error_type: str = "MEDIA_ERROR_UNKNOWN") -> None:
        """Let the stream break off."""
        self._emit(self.player.fail(error_type))
        self._settle()

    def talk_of_something_else(self, seconds: float = 0) -> None:
        """Let somebody ask Alexa about the weather: what plays is held for so long."""
        if self.mic_open:
            raise ValueError("the skill has just asked something: answer it first")
        self._emit(self.player.hold())
        self.wait(seconds)
        self._emit(self.player.go_on())
        self._settle()

    def play_something_else(self) -> None:
        """Let another skill play: our stream stops, and playback commands are not ours any more."""
        self._emit(self.player.clear())
        self._last_to_play = False
        self._settle()

    def report_exception(self, kind: str = "INVALID_RESPONSE") -> None:
        """Tell the skill that its last answer could not be used."""
        cause = self.events[-1].request["request"]["requestId"]
        message = "An exception occurred while dispatching the request to the skill."
        self._exchange(self._stationery.exception(kind, message, cause))

    # How it is done

    def _converse(self, request: Json, session: Session) -> Heard:
        """Have the player be quiet, ask, speak, obey; then listen, or let the player go on."""
        self._emit(self.player.hold())
        self._settle()
        self._session, self._listening = session, None
        try:
            answer = self._ask(request, session)
            answers = [answer]
            for permission in _permissions_asked_for(answer):
                answer = self._ask_for(permission, session)
                answers.append(answer)
            if not answer.ends_session:
                self._session = replace(session, new=False, attributes=answer.attributes)
                self._listen(answer.speech, answer.reprompt)
        finally:
            if self._listening is None:
                self._hang_up()
        self._settle()
        return Heard(
            Speech(tuple(part for each in answers for part in each.speech.parts)),
            answer.reprompt,
            tuple(directive for each in answers for directive in each.directives),
            not answer.ends_session,
            answer.card,
        )

    def _ask(self, request: Json, session: Session) -> Answer:
        answer = self._exchange(request, session)
        self._obey(answer)
        return answer

    def _ask_for(self, permission: AskPermission, session: Session) -> Answer:
        """Ask the runner for a permission, and tell the skill what they said."""
        said = self._stationery.permission(permission, self.consent(permission))
        answer = self._ask(said, replace(session, new=False))
        if _permissions_asked_for(answer):
            raise IllegalResponseError("the runner has just been asked for the permission")
        return answer

    def _listen(self, said: Speech, reprompt: Speech | None) -> None:
        clips = timedelta(milliseconds=sum(clip.length for clip in said.clips))
        self._listening = _Listening(self.clock + clips + PATIENCE, reprompt)

    def _run_out_of_patience(self, listening: _Listening) -> None:
        if listening.reprompt is not None:
            self._listen(listening.reprompt, None)
        else:
            self._end_session("EXCEEDED_MAX_REPROMPTS")

    def _end_session(self, reason: str) -> None:
        session = self._session
        self._listening = None
        try:
            self._exchange(self._stationery.session_ended(reason), session)
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        self._session = None
        self._emit(self.player.go_on())

    def _exchange(self, request: Json, session: Session | None = None) -> Answer:
        return self._deliver(
            self._stationery.envelope(request, session, self.player.playhead, self.stamp())
        )

    def _deliver(self, envelope: Json) -> Answer:
        status, body = self._send(json.dumps(envelope).encode())
        exchange = Exchange(envelope, status, body)
        self.events.append(exchange)
        if status != 200:  # noqa: PLR2004 - Alexa takes nothing else
            raise SkillFailedError(
                f"{exchange.type} was answered with HTTP {status}: "
                f"{body[:200].decode(errors='replace').strip()}"
            )
        return read_answer(
            body, envelope["request"], self.device.interfaces, self._length_of, self._dialogs
        )

    def _obey(self, answer: Answer) -> None:
        for directive in answer.directives:
            match directive:
                case Play():
                    self._play(directive)
                case Stop():
                    self._emit(self.player.stop())
                case ClearQueue(ClearBehavior.CLEAR_ALL):
                    self._emit(self.player.clear())
                case ClearQueue():
                    self.player.queue.clear()
                case Show():
                    self._screen = directive
                case ElicitSlot() | AskPermission():
                    pass

    def _play(self, play: Play) -> None:
        self._last_to_play = True
        stream = Stream(play.url, play.token, play.offset, 0, play.title, play.subtitle)
        try:
            stream = replace(stream, length=self._length_of(play.url))
        except StreamError as error:
            self._refuse(stream, error, queued=play.behavior is not PlayBehavior.REPLACE_ALL)
            return
        if play.offset > stream.length:
            raise IllegalResponseError(
                f"{play.url} is {stream.length} ms long; it cannot be played from {play.offset} ms"
            )
        match play.behavior:
            case PlayBehavior.REPLACE_ALL:
                self._emit(self.player.play(stream))
            case PlayBehavior.ENQUEUE:
                self._emit(self.player.enqueue(stream, play.expected_previous or ""))
            case PlayBehavior.REPLACE_ENQUEUED:
                self._emit(self.player.replace_enqueued(stream))
        if self.mic_open:
            self._emit(self.player.hold())

    def _refuse(self, stream: Stream, error: StreamError, *, queued: bool) -> None:
        self._failures += 1
        if self._failures > MOST_FAILURES:
            raise IllegalResponseError(
                f"the skill plays {stream.url} again and again, but it cannot be played: {error}"
            )
        self._emit(self.player.refuse(stream, error.kind, queued=queued))

    def _emit(self, events: Iterable[PlayerEvent]) -> None:
        """Send the player's events on their way, as they are at this moment."""
        for event in events:
            request = self._stationery.playback(event)
            envelope = self._stationery.envelope(request, None, event.playhead, self.stamp())
            self._post.send(envelope, self.clock, self.delivery(event))

    def _settle(self) -> None:
        """Do all that is due at this moment, and what follows from it."""
        while True:
            if (envelope := self._post.receive(self.clock)) is not None:
                self._obey(self._deliver(envelope))
            elif self.player.until_next() == 0:
                self._emit(self.player.advance(0))
            elif self._listening is not None and self._listening.until <= self.clock:
                self._run_out_of_patience(self._listening)
            else:
                return

    def _next_moments(self) -> Iterable[datetime]:
        """The moments at which something will be due, whichever comes first."""
        if self._post.next_due is not None:
            yield self._post.next_due
        if self._listening is not None:
            yield self._listening.until
        until_next = self.player.until_next()
        if until_next is not None:
            yield self.clock + timedelta(milliseconds=until_next)


def _permissions_asked_for(answer: Answer) -> list[AskPermission]:
    return [directive for directive in answer.directives if isinstance(directive, AskPermission)]
