"""Fuzz: bent requests by the hundred thousand, at the front door, and nothing but right answers.

No server error, no apology, no answer that Alexa would refuse; nothing changed by a request that
was refused; nothing of a refused request told to anybody, and no secret of any.
"""

import base64
import io
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any

from scripts.echo.errors import IllegalResponseError, StreamError
from scripts.echo.rules import ANSWERS, dialogs_in, read_answer
from scripts.soaks.house import PUBLIC_URL, PretendedReminders, length_by_timeline
from scripts.soaks.memory import Growth, held, is_warm
from scripts.soaks.mutations import CANARY, Bender, garbled
from scripts.soaks.stints import Stint, Watch
from skill.alexa.interaction_model import interaction_model
from skill.alexa.verification import SIGNATURE_HEADER, URL_HEADER, Verifier
from skill.bootstrap import build
from skill.coaching.errors import CoachError, PlanError
from skill.coaching.movements import REP_SECONDS
from skill.content.utterances import load_utterances
from skill.logs import LONGEST_NAME
from skill.settings import PROJECT, Settings
from skill.stores.memory import MemoryStore
from skill.web import LARGEST_REQUEST, create_app
from tests.simulators.amazon import URL, Amazon

RECORDED = PROJECT / "tests/alexa/requests"
NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
"""When the requests were recorded."""
SKILL_ID = "amzn1.ask.skill.0b1f7d5e-3c1a-4f0e-9d59-6a2f6c1f0c0e"
SECRETS = ("Atza|", "amzn1.ask.account.", "amzn1.ask.device.", "echo-api.session.")
"""What begins the ids and tokens of a request, of which no log may tell more."""
SPOKEN = frozenset({"LaunchRequest", "IntentRequest", "Connections.Response"})
"""Requests that are answered to the runner; those not known at all are not answered."""
ANSWERED = frozenset(
    {HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE},
)
"""The statuses there may be: served, not from Alexa or no request, too large."""

GARBLED = 0.15
"""How often the bytes are bent as well."""
ODD_HEADERS = 0.2
WITHOUT_LENGTH = 0.1
UNSIGNED, SIGNED = 0.65, 0.15
"""How often a request comes unsigned, from this machine, and as Alexa signs; else badly signed."""
RUNNERS_STAY = 300
"""Requests after which the store is emptied: bent user ids would fill it."""
KEPT = PROJECT / ".glute-coach" / "soaks"

_DIGEST = re.compile(r"(gc1:[^:\"]*:)[0-9a-f]{64}")
_TYPES = ("application/json", "text/plain", "", "application/x-www-form-urlencoded", "x", "\xe9")
_ENCODINGS = ("gzip", "deflate", "br", "identity", "utf-16")


class NotAsItShouldBeError(CoachError):
    """What came back, or was left behind, is not as it should be."""

    code = "not-as-it-should-be"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and whether it has to be refused, whatever is in it."""

    body: bytes
    headers: Mapping[str, str]
    must_be_refused: bool = False
    address: str = "127.0.0.1"
    tells_its_length: bool = True


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """How far a fuzz got, and what went wrong, if anything did."""

    seed: int
    requests: int
    statuses: Mapping[int, int]
    seconds: float
    slowest: float
    memory: Growth | None = None
    reason: str = ""
    kept: Path | None = None

    @property
    def is_broken(self) -> bool:
        """Whether something went wrong."""
        return bool(self.reason)

    def summary(self) -> str:
        """Say it in a line, and in another where what went wrong is kept."""
        statuses = ", ".join(f"{count:,} of {status}" for status, count in self.statuses.items())
        line = (
            f"{self.requests:,} bent requests in {self.seconds:.0f} s, with seed {self.seed}: "
            f"{statuses}; the slowest took {self.slowest:.2f} s; "
            f"{self.memory or 'memory never warm'}; "
        )
        if not self.is_broken:
            return f"{line}no server error, every answer legal, nothing told."
        return f"{line}\n{self.reason}" + (f"\nThe request: {self.kept}" if self.kept else "")


class Door:
    """The app, as the world finds it, with somebody watching store and log. `close` it."""

    def __init__(self) -> None:
        settings = Settings(skill_id=SKILL_ID, public_url=PUBLIC_URL, unsigned=True)
        self.store = MemoryStore()
        self.amazon = Amazon(NOW)
        service = build(
            settings, store=self.store, clock=lambda: NOW, run_errand=PretendedReminders().run
        )
        verifier = Verifier(self.amazon.fetch, self.amazon.roots)
        self._app = create_app(settings, service=service, verifier=verifier).wsgi_app
        self._repertoire = service.repertoire
        model = interaction_model(service.wording, load_utterances(service.wording.locale))
        self._dialogs = dialogs_in(model)
        intents = [
            intent["name"] for intent in model["interactionModel"]["languageModel"]["intents"]
        ]
        self.bender = Bender(recorded_requests(service.library.digest), intents)
        self._ear = _Ear()
        self._close = service.close
        # What the service keeps at most is no growth: so many plans fill its caches.
        for plan_id in _plans(service.wording.catalogue.routines):
            with suppress(PlanError):  # where it would be too long
                self._repertoire.timeline(plan_id)
                service.editions.captions(plan_id)

    def close(self) -> None:
        """Let go of what is held open."""
        self._close()

    def empty(self) -> None:
        """Forget every runner."""
        for key, stored in self.store.documents():
            self.store.delete(key, stored.version)

    def knock(self, sent: Sent) -> int:
        """Send a request and return its status; raise `NotAsItShouldBeError` for a wrong answer."""
        before = self.store.documents()
        with self._ear.listening() as told:
            status, body = self._ask(sent)
        if status not in ANSWERED:
            raise NotAsItShouldBeError(f"status {status}: {body[:200]!r}")
        if any(record.levelno >= logging.ERROR for record in told):
            raise NotAsItShouldBeError(f"a fault was logged: {_text(told)[-3000:]}")
        if sent.must_be_refused and status != HTTPStatus.BAD_REQUEST:
            raise NotAsItShouldBeError(f"status {status} where it had to be refused")
        if status == HTTPStatus.OK:
            document = json.loads(sent.body)
            self._keeps_secrets(status, _without_names(_text(told), document), SECRETS)
            self._is_legal(document, body)
            return status
        self._keeps_secrets(status, _text(told) + body.decode(), (*SECRETS, CANARY))
        if self.store.documents() != before:
            raise NotAsItShouldBeError(f"a request that was refused ({status}) changed something")
        return status

    def _ask(self, sent: Sent) -> tuple[int, bytes]:
        environ = {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/alexa",
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8080",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8080",
            "REMOTE_ADDR": sent.address,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(sent.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{_variable(name): value for name, value in sent.headers.items()},
        }
        if sent.tells_its_length:
            environ["CONTENT_LENGTH"] = str(len(sent.body))
        answered: list[str] = []

        def start_response(
            status: str, _headers: list[tuple[str, str]], _error: Any = None
        ) -> Callable[[bytes], object]:
            answered.append(status)
            return lambda _: None

        body = b"".join(self._app(environ, start_response))
        return int(answered[0].split()[0]), body

    def _keeps_secrets(self, status: int, told: str, secrets: Iterable[str]) -> None:
        for secret in secrets:
            if secret in told:
                raise NotAsItShouldBeError(f"{secret!r} was told of a request ({status})")

    def _is_legal(self, document: Any, body: bytes) -> None:
        request = document["request"]
        kind = request["type"]
        if kind not in SPOKEN and kind not in ANSWERS:
            response = json.loads(body)["response"]
            if any(value is not None for value in response.values()):
                raise NotAsItShouldBeError(f"a {kind!r} was answered: {body[:200]!r}")
            return
        asked = {"type": kind}
        if kind == "IntentRequest":
            asked["intent"] = {"name": request["intent"].get("name")}
        try:
            read_answer(body, asked, _interfaces(document), self._length_of, self._dialogs)
        except (IllegalResponseError, StreamError) as illegal:
            raise NotAsItShouldBeError(f"illegal: {illegal}: {body[:2000]!r}") from illegal

    def _length_of(self, url: str) -> int:
        return length_by_timeline(self._repertoire, url)


def recorded_requests(digest: str) -> Mapping[str, Any]:
    """Return the recorded requests by name, as of players that play this recording."""
    return {
        file.stem: json.loads(_DIGEST.sub(rf"\g<1>{digest}", file.read_text(encoding="utf-8")))
        for file in sorted(RECORDED.glob("*.json"))
    }


def draw(random: Random, door: Door) -> Sent:
    """Draw a bent request, and a way to send it."""
    body = door.bender.draw(random).encode()
    if random.random() < GARBLED:
        body = garbled(random, body, LARGEST_REQUEST)
    headers: dict[str, str] = {}
    if random.random() < ODD_HEADERS:
        headers["Content-Type"] = random.choice(_TYPES)
        headers["Content-Encoding"] = random.choice(_ENCODINGS)
    told = random.random() > WITHOUT_LENGTH
    way = random.random()
    if way < UNSIGNED:
        return Sent(body, headers, tells_its_length=told)
    if way < UNSIGNED + SIGNED:
        return Sent(body, headers | door.amazon.sign(body), address="203.0.113.7")
    if len(body) > LARGEST_REQUEST:
        body = body[:LARGEST_REQUEST]
    return Sent(body, {**headers, **_badly_signed(random, door, body)}, True, "203.0.113.7", told)


def _badly_signed(random: Random, door: Door, body: bytes) -> Mapping[str, str]:
    match random.randrange(6):
        case 0:
            return {}
        case 1:
            return door.amazon.sign(body + b" ")
        case 2:
            return {
                URL_HEADER: URL,
                SIGNATURE_HEADER: base64.b64encode(random.randbytes(256)).decode(),
            }
        case 3:
            return {SIGNATURE_HEADER: door.amazon.sign(body)[SIGNATURE_HEADER]}
        case 4:
            other = random.choice(
                ("http://s3.amazonaws.com/echo.api/a.pem", "\x80", "", f"{URL}?a")
            )
            return {**door.amazon.sign(body), URL_HEADER: other}
        case _:
            return {URL_HEADER: URL, SIGNATURE_HEADER: "====" * random.randrange(500)}


def fuzz(stint: Stint, seed: int, watch: Watch, kept: Path = KEPT) -> Fuzzed:
    """Send bent requests until the stint of them is over, or one goes wrong."""
    door = Door()
    statuses: Counter[int] = Counter()
    started, number, passed, slowest, warm = time.monotonic(), 0, 0.0, 0.0, None
    reason, file, sent = "", None, None
    try:
        while passed < 1:
            if number % RUNNERS_STAY == 0:
                door.empty()
            sent = draw(Random(f"{seed}/{number}"), door)  # noqa: S311 - no secret
            begun = time.perf_counter()
            statuses[door.knock(sent)] += 1
            slowest = max(slowest, time.perf_counter() - begun)
            number += 1
            passed = stint.passed(time.monotonic() - started, number)
            if warm is None and is_warm(passed, number):
                warm = held()
            watch(f"{number:,} bent requests")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        reason = f"request {number} of seed {seed}: {type(error).__name__}: {error}"
        if sent is not None:
            file = kept / f"fuzz-{seed}-{number}.body"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(sent.body)
    finally:
        door.empty()
        door.close()
    memory = Growth(warm, held()) if warm else None
    if memory and memory.is_too_much and not reason:
        reason = f"Memory grew: {memory}"
    seconds = time.monotonic() - started
    return Fuzzed(
        seed, number, dict(sorted(statuses.items())), seconds, slowest, memory, reason, file
    )


def _plans(routines: Iterable[str]) -> Iterator[str]:
    """Yield more plans than anything keeps."""
    for routine in routines:
        for seconds in range(REP_SECONDS.start, REP_SECONDS.stop):
            for detail in ("", "_brief"):
                yield from (
                    f"{routine}_p{seconds}{detail}",
                    f"{routine}_p{seconds}{detail}_tight-left",
                )


def _interfaces(document: Any) -> Collection[str]:
    """What the device has, as the coach is told: whose player or buttons speak, has a player."""
    found: Any = document
    for name in ("context", "System", "device", "supportedInterfaces"):
        found = found.get(name) if isinstance(found, dict) else None
    named = {name for name, value in found.items() if value is not None} if found else set()
    kind = document["request"]["type"]
    return named | ({"AudioPlayer"} if kind.startswith(("AudioPlayer.", "PlaybackC")) else set())


def _variable(name: str) -> str:
    variable = name.upper().replace("-", "_")
    return variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"


def _without_names(told: str, document: Any) -> str:
    """Leave out of a log what stands for the names of things, which may be told: here, anything."""
    request = document["request"]
    intent = request.get("intent")
    named = intent.get("name") if isinstance(intent, dict) else None
    for name in (request["type"], request.get("requestId"), named):
        if isinstance(name, str):
            logged = name[:LONGEST_NAME]
            for part in (logged, repr(logged)[1:-1], logged.rpartition(".")[2]):
                told = told.replace(part, "") if part else told
    return told


def _text(told: Iterable[logging.LogRecord]) -> str:
    formatter = logging.Formatter("%(message)s %(line)s", defaults={"line": ""})
    return "\n".join(formatter.format(record) for record in told)


class _Ear(logging.Handler):
    """Hears all that is logged, while it listens."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @contextmanager
    def listening(self) -> Iterator[list[logging.LogRecord]]:
        """Hear, and leave the log as it was."""
        log = logging.getLogger()
        level, handlers = log.level, log.handlers
        log.handlers, self.records = [self], []
        log.setLevel(logging.DEBUG)
        try:
            yield self.records
        finally:
            log.handlers = handlers
            log.setLevel(level)
