"""The house: one runner's devices, and the coach that they all talk to.

What happens there takes the way of an Echo's requests, but for signatures: request JSON, the
conversation, response JSON, which has to keep Alexa's rules. Guides are not fetched: how long
they are is known from their timelines.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from scripts.echo.device import START, Consent, Echo, Heard
from scripts.echo.errors import NotForTheSkillError, StreamError
from scripts.echo.player import Activity, Happening, PlayerEvent, Playhead
from scripts.echo.requests import Device, Stationery
from scripts.echo.rules import read_answer
from scripts.soaks import happenings as what
from skill.alexa.access import Access
from skill.alexa.interaction_model import interaction_model
from skill.alexa.reminders import Reminders
from skill.alexa.tokens import parse_token
from skill.bootstrap import build
from skill.coaching.errors import CoachError
from skill.coaching.movements import Milliseconds
from skill.coaching.outcomes import CancelReminders, SetReminders
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner
from skill.coaching.schedules import ReminderAnswer
from skill.content.utterances import load_utterances
from skill.records import decode
from skill.sessions import storage_key
from skill.settings import Settings
from skill.stores.memory import MemoryStore
from skill.understanding.listening import Understanding

PUBLIC_URL = "https://coach.example"
DEVICES = (
    Device(device_id="KITCHEN"),
    Device(device_id="BEDROOM", held_as=Activity.STOPPED, has_screen=True),
    Device(device_id="OFFICE", has_audio_player=False),
)


class Neighbourhood:
    """The coach, wired as for everybody, and what it takes to talk to it; `close` it afterwards."""

    def __init__(self) -> None:
        self.now: Callable[[], datetime] = lambda: START
        self.reminders = PretendedReminders()
        self.store = MemoryStore()
        self.service = build(
            Settings(public_url=PUBLIC_URL),
            store=self.store,
            clock=self._time,
            run_errand=self.reminders.run,
        )
        wording = self.service.wording
        self.model = interaction_model(wording, load_utterances(wording.locale))
        self.vocabulary = what.Vocabulary(self.model)
        self.understanding = Understanding(self.model)
        self.faults: list[str] = []
        self.slowest = 0.0
        """Seconds that the slowest answer has taken."""
        self._log = logging.getLogger("skill")
        self._ear = _Ear(self.faults)
        self._propagated = self._log.propagate
        self._log.addHandler(self._ear)
        self._log.propagate = False

    def close(self) -> None:
        """Leave everything as it was."""
        self._log.removeHandler(self._ear)
        self._log.propagate = self._propagated
        self.service.close()

    def _time(self) -> datetime:
        """Tell the time that it is in the house of the dialogue being had."""
        return self.now()

    def send(self, body: bytes) -> tuple[int, bytes]:
        """Take a request to the coach."""
        started = time.perf_counter()
        answer = self.service.conversation.answer(json.loads(body))
        self.slowest = max(self.slowest, time.perf_counter() - started)
        return 200, json.dumps(answer).encode()

    def length_of(self, url: str) -> Milliseconds:
        """Tell how long a guide or a clip is, or raise `StreamError` if there is none."""
        return length_by_timeline(self.service.repertoire, url)


class House:
    """One runner, whom the coach has never met, with their devices. Leave it with `move_out`."""

    def __init__(self, neighbourhood: Neighbourhood, runner: str = "ARUNNER") -> None:
        self._around = neighbourhood
        self._key = storage_key(runner)
        self.devices = [
            Echo(
                neighbourhood.send,
                neighbourhood.model,
                neighbourhood.length_of,
                replace(device, user_id=runner),
                understanding=neighbourhood.understanding,
            )
            for device in DEVICES
        ]
        self.here = self.devices[0]
        self.moved = False
        """Whether more than one device was used."""
        self.disturbed = False
        """Whether notices were delivered otherwise than at once."""
        self.heard: Heard | None = None
        self._consent = Consent.NOT_ANSWERED
        self._tokens: list[str] = []
        for echo in self.devices:
            echo.consent = lambda _: self._consent
            echo.stamp = self.now
        neighbourhood.now = self.now
        neighbourhood.reminders.answer = ReminderAnswer.SET
        neighbourhood.faults.clear()
        self.move_out()

    @property
    def document(self) -> bytes | None:
        """What is stored of the runner."""
        stored = self._around.store.load(self._key)
        return stored.document if stored else None

    @property
    def remembered(self) -> Runner:
        """The runner, as the coach remembers them."""
        document = self.document
        return decode(document) if document else Runner()

    @property
    def faults(self) -> list[str]:
        """What the coach has logged as a fault of its own."""
        return self._around.faults

    def now(self) -> datetime:
        """Tell the time: that of the device where most of it has passed."""
        return max(echo.clock for echo in self.devices)

    def move_out(self) -> None:
        """Leave nothing of this runner in the store."""
        stored = self._around.store.load(self._key)
        if stored:
            self._around.store.delete(self._key, stored.version)

    def let_happen(self, happening: what.Happening) -> None:  # noqa: C901, PLR0912
        """Let something happen; what cannot happen just now, does not."""
        self.heard = None
        here = self.here
        match happening:
            case what.Say(_, intent, slots, by_name):
                self.heard = here.request_intent(intent, slots, in_new_session=by_name)
            case what.Launch():
                self.heard = here.launch()
            case what.SayNothing() if here.mic_open:
                here.say_nothing()
            case what.Exit() if here.mic_open:
                here.say("exit")
            case what.Wait(seconds):
                here.wait(seconds)
            case what.Press(button, on_screen):
                with _unless_not_for_us():
                    here.press(button, on_screen=on_screen)
            case what.Fail() if here.player.activity is Activity.PLAYING:
                here.fail_playback()
            case what.AskForTheWeather(seconds) if not here.mic_open:
                here.talk_of_something_else(seconds)
            case what.PlayMusic():
                here.play_something_else()
            case what.GoTo(device):
                self.here = self.devices[device]
                self.moved = self.moved or self.here is not here
            case what.Deliver(delays):
                self.disturbed = self.disturbed or delays != (0.0,)
                here.delivery = lambda _: delays
            case what.Stray():
                self._stray(happening)
            case what.RemindersEnd(answer, consent):
                self._around.reminders.answer = ReminderAnswer(answer)
                self._consent = Consent(consent)
            case what.Complain() if here.events:
                here.report_exception()
        self._agree_on_the_time()
        token = self.here.player.token
        if token and token not in self._tokens[-1:]:
            self._tokens.append(token)

    def _agree_on_the_time(self) -> None:
        """Let as much time pass at every device as at the one where most has passed."""
        latest = self.now()
        for echo in self.devices:
            if echo.clock < latest:
                echo.wait((latest - echo.clock) / timedelta(seconds=1))

    def _stray(self, stray: what.Stray) -> None:
        """Have an old notice arrive: nothing may come of it, and nothing changes by it."""
        if len(self._tokens) <= stray.age or not self.here.device.has_audio_player:
            return
        token, before = self._tokens[-1 - stray.age], self.document
        told, parsed = Happening(stray.told), parse_token(token)
        if parsed is None or parsed.generation >= self.remembered.session.generation:
            return  # forgotten by now: then the player knows more than the coach
        playhead = Playhead(Activity.STOPPED, token, stray.offset)
        error = "MEDIA_ERROR_UNKNOWN" if told is Happening.FAILED else None
        stationery = Stationery(self.here.device, self._around.model)
        event = PlayerEvent(told, token, stray.offset, playhead, error)
        envelope = stationery.envelope(stationery.playback(event), None, playhead, self.now())
        _, body = self._around.send(json.dumps(envelope).encode())
        answer = read_answer(
            body, envelope["request"], self.here.device.interfaces, self._around.length_of
        )
        if answer.directives or self.document != before:
            raise StrayNoticeHeededError(f"{told} of generation {parsed.generation} was heeded")


class StrayNoticeHeededError(CoachError):
    """A notice of an earlier stream has changed something."""

    code = "stray-notice-heeded"


class PretendedReminders(Reminders):
    """Reminders that are set nowhere: errands end as they are told to."""

    def __init__(self) -> None:
        super().__init__("en-US")
        self.answer = ReminderAnswer.SET

    def run(
        self,
        errand: SetReminders | CancelReminders,
        access: Access | None,  # noqa: ARG002
        text: str,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> ReminderAnswer:
        """Tell how the errand ended."""
        if isinstance(errand, CancelReminders) and self.answer is ReminderAnswer.SET:
            return ReminderAnswer.CANCELLED
        return self.answer


class _Ear(logging.Handler):
    """Hears what is logged as a fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._faults = faults
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._faults.append(self.format(record))


@contextmanager
def _unless_not_for_us() -> Iterator[None]:
    try:
        yield
    except NotForTheSkillError:
        return


def length_by_timeline(repertoire: Repertoire, url: str) -> Milliseconds:
    """Tell how long the guide or the clip at an address is; raise `StreamError` for no such."""
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix("/guides/").removesuffix(".mp3")
    plan_id, _, step = path.partition("/")
    try:
        timeline = repertoire.timeline(plan_id)
        if not step:
            return timeline.duration
        span = timeline.spans[int(step)]
        start = int(parse_qs(parts.query).get("from", [str(span.start)])[0])
    except (CoachError, ValueError, IndexError) as error:
        raise StreamError("MEDIA_ERROR_INVALID_REQUEST", f"{url}: {error}") from None
    if not span.start <= start < span.end:
        raise StreamError("MEDIA_ERROR_INVALID_REQUEST", f"{url}: {start} is not in the step")
    return span.end - start
