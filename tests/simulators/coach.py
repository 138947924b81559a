"""A runner's side of the coach: an Echo whose requests are signed, and the place it plays.

`Coach` talks to the app in this process, by the Echo's clock, with Amazon's reminders behind
it if they are given to it. `ServedCoach` talks over HTTP
to a server that is a process of its own, by the real clock, and can be killed. Both go
through the front door; only the certificates they trust are the tests' own.
"""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from scripts.echo.device import START, Echo, Heard
from scripts.echo.player import Activity
from scripts.echo.requests import Device
from scripts.echo.streams import FIRST_BYTES, lengths_by
from skill.alexa.reminders import Reminders
from skill.alexa.tokens import parse_token
from skill.alexa.verification import Verifier
from skill.bootstrap import build
from skill.coaching.plans import Plan
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner
from skill.coaching.timeline import Place, Timeline
from skill.intents import Slot
from skill.ports import SessionStore
from skill.records import decode
from skill.sessions import storage_key
from skill.settings import PROJECT, Settings
from skill.stores.memory import MemoryStore
from skill.understanding.listening import Understanding
from skill.web import create_app
from tests.simulators.amazon import URL, Amazon
from tests.simulators.reminders import RemindersApi

PUBLIC_URL = "https://coach.example"
PACKAGE = PROJECT / "skill/alexa/skill_package"
MODEL = json.loads((PACKAGE / "interactionModels/custom/en-US.json").read_text())


@cache
def understanding() -> Understanding:
    """Understand the model; made once for all Echos."""
    return Understanding(MODEL)


class Coach:
    """The app in this process, with its Echo. One store may be shared by several."""

    def __init__(
        self,
        store: SessionStore | None = None,
        device: Device | None = None,
        clock: datetime = START,
        reminders: RemindersApi | None = None,
    ) -> None:
        device = device or Device()
        if reminders:
            token = reminders.admit(device.device_id)
            device = replace(device, api_endpoint=reminders.endpoint, api_access_token=token)
        self.store = store if store is not None else MemoryStore()
        self.amazon = Amazon(clock)
        self._settings = Settings(skill_id=device.skill_id, public_url=PUBLIC_URL)
        endpoints = [reminders.endpoint] if reminders else []
        self._reminders = Reminders(self._settings.locale, endpoints)
        self.restart()
        self.echo = Echo(
            self._send,
            MODEL,
            lengths_by(self._fetch),
            device,
            clock,
            understanding=understanding(),
        )

    def restart(self) -> None:
        """Begin the service anew, as another process would: only the store is as it was."""
        service = build(
            self._settings,
            store=self.store,
            clock=lambda: self.echo.clock,
            run_errand=self._reminders.run,
        )
        verifier = Verifier(self.amazon.fetch, self.amazon.roots)
        app = create_app(self._settings, service=service, verifier=verifier)
        self._client = app.test_client()
        self.repertoire = service.repertoire
        self.wording = service.wording

    def say(self, words: str) -> Heard:
        """Say something; see `Echo.say`."""
        return self.echo.say(words)

    def ask(self, words: str) -> Heard:
        """Say something to the skill by its name, as outside a conversation."""
        return self.echo.say(f"ask glute coach {words}")

    def tell(self, words: str) -> Heard:
        """Say something so that it reaches the skill: by its name, if no conversation is open."""
        return self.say(words) if self.echo.mic_open else self.ask(words)

    def mean(self, intent: str, **slots: str | Slot) -> Heard:
        """Ask for an intent with its slots filled so, in the conversation if one is open."""
        filled = {
            name: Slot(slot) if isinstance(slot, str) else slot for name, slot in slots.items()
        }
        return self.echo.request_intent(intent, filled)

    def wait_for(self, step: int, seconds_into_work: float) -> None:
        """Let the guide play on until so long after a step's begin."""
        span = self.timeline.spans[step]
        self.echo.wait((span.begin - self.echo.player.offset) / 1000 + seconds_into_work)

    @property
    def timeline(self):
        """The timeline of the guide that plays, or played last."""
        return timeline_of(self.echo, self.repertoire)

    @property
    def place(self) -> Place:
        """The place where the Echo's player is."""
        return self.timeline.at(self.echo.player.offset)

    @property
    def spot(self) -> str:
        """Movement and side at the player's place."""
        return spot_at(self.place)

    @property
    def second(self) -> float:
        """How many seconds into its work the player is; less than none before it."""
        return seconds_into_work(self.timeline, self.place)

    @property
    def left(self) -> int:
        """How many seconds of this hold or set are left, to the nearest."""
        return round(self.place.work_left / 1000)

    @property
    def kept(self) -> Place:
        """The place as the store has it."""
        progress = self.remembered.session.progress
        assert progress is not None, "no routine is under way"
        timeline = self.repertoire.timeline(progress.plan_id)
        return timeline.at(timeline.offset_of(progress.bookmark))

    @property
    def kept_plan(self) -> Plan:
        """The plan under way, as the store has it."""
        progress = self.remembered.session.progress
        assert progress is not None, "no routine is under way"
        return self.repertoire.timeline(progress.plan_id).plan

    @property
    def plays(self) -> bool:
        """Whether a guide is sounding."""
        return self.echo.player.activity is Activity.PLAYING

    @property
    def remembered(self) -> Runner:
        """What the store has of the runner."""
        return remembered(self.store, self.echo.device.user_id)

    def _send(self, body: bytes) -> tuple[int, bytes]:
        answer = self._client.post(
            "/alexa",
            data=body,
            headers={**self.amazon.sign(body), "Content-Type": "application/json"},
        )
        return answer.status_code, answer.data

    def fetch(self, url: str) -> tuple[int, bytes]:
        """Fetch a file as a screen does, whole."""
        answer = self._client.get(url.removeprefix(PUBLIC_URL))
        return answer.status_code, answer.data

    def _fetch(self, url: str) -> tuple[int, bytes]:
        assert url.startswith(PUBLIC_URL + "/")
        answer = self._client.get(url.removeprefix(PUBLIC_URL), headers={"Range": FIRST_BYTES})
        return answer.status_code, answer.data


class ServedCoach:
    """The service as a process of its own, on a port and a database that outlive it."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "runners.sqlite3"
        self.amazon = Amazon()
        self.echo = Echo(self._send, MODEL, lengths_by(self._fetch))
        self.echo.stamp = lambda: datetime.now(UTC)
        self._pki = folder / "pki"
        self._pki.mkdir()
        root = self.amazon.root.public_bytes(Encoding.PEM)
        (self._pki / "root.pem").write_bytes(root)
        (self._pki / "chain.pem").write_bytes(self.amazon.published[URL])
        self._process: subprocess.Popen[str] | None = None
        self._address = ""
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it says where it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulators.server", self._pki],
            env=self._environment(),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._address = self._process.stdout.readline().strip()
        assert self._address, "the server did not start"

    def kill(self) -> None:
        """Kill the server as the machine would, without a word of warning."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process.stdout.close()

    def _environment(self) -> Mapping[str, str]:
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "GLUTE_COACH_DATABASE": str(self.database),
            "GLUTE_COACH_SKILL_ID": self.echo.device.skill_id,
            "GLUTE_COACH_PUBLIC_URL": PUBLIC_URL,
        }

    def _send(self, body: bytes) -> tuple[int, bytes]:
        headers = {**self.amazon.sign(body), "Content-Type": "application/json"}
        return self._request("/alexa", headers, body)

    def _fetch(self, url: str) -> tuple[int, bytes]:
        parts = urlsplit(url)
        return self._request(f"{parts.path}?{parts.query}", {"Range": FIRST_BYTES})

    def _request(
        self, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, bytes]:
        request = urllib.request.Request(self._address + path, body, dict(headers))  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()


def timeline_of(echo: Echo, repertoire: Repertoire):
    """Return the timeline of the guide that an Echo plays."""
    token = parse_token(echo.player.token)
    assert token is not None, "nothing of ours was played"
    return repertoire.timeline(token.plan_id)


def spot_at(place: Place) -> str:
    """Name movement and side of a place, as ids."""
    return f"{place.step.movement.id} {place.step.side}"


def seconds_into_work(timeline: Timeline, place: Place) -> float:
    """Tell how many seconds after its step's begin a place is."""
    return (place.offset - timeline.spans[place.step.index].begin) / 1000


def remembered(store: SessionStore, user_id: str) -> Runner:
    """Return what a store has of a user."""
    stored = store.load(storage_key(user_id))
    return decode(stored.document) if stored else Runner()
