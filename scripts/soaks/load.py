"""Load: sixteen devices go through routines as fast as two servers answer, every request signed.

The servers are processes of their own, on one database; the devices all live in another, which
signs what it sends as Amazon does, with a key that the servers trust. What is sent is what a real
routine sends: started, nearly finished, finished; a question, a "next", a pause and a resume.
"""

import http.client
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event

from cryptography.hazmat.primitives.serialization import Encoding

from scripts.echo.player import Happening
from scripts.echo.requests import Json
from scripts.soaks.memory import Growth, is_warm
from scripts.soaks.servers import Line, Server, faults, memory, neighbouring_ports
from scripts.soaks.speakers import Speaker, Stream
from scripts.soaks.stints import Stint, Watch
from skill.alexa.interaction_model import interaction_model
from skill.coaching.errors import CoachError
from skill.content.utterances import load_utterances
from skill.content.wording import load_wording
from skill.intents import Slot
from tests.simulators.amazon import URL, Amazon

WORKERS, CONNECTIONS = 2, 16
MOST_TIMES = 10
"""How many times the median 99 in a hundred answers may take."""
FEWEST_ANSWERS = 1_000
"""Answers that it takes to judge by: of fewer, hardly any make up the slowest hundredth."""
SECONDS_BETWEEN_LOOKS = 0.1
ROUTINES = ("pre-run", "post-run", "desk", "daily-five")
PROGRAM = ("-m", "scripts.soaks.signed_server")


class FailedError(CoachError):
    """An answer that is none."""

    code = "failed"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the servers answered, and how fast, in seconds each."""

    seed: int
    seconds: float
    answers: tuple[float, ...]
    guides: int
    memory: Growth | None
    failed: str = ""
    """What a device ran into, and what a server logged as a fault, if anything."""
    logged: str = ""

    @property
    def median(self) -> float:
        """Half of the answers took longer."""
        return statistics.median(self.answers)

    @property
    def slow(self) -> float:
        """One in a hundred took longer."""
        return sorted(self.answers)[len(self.answers) * 99 // 100]

    @property
    def broken(self) -> tuple[str, ...]:
        """What went wrong, a sentence for each promise that was broken."""
        found = []
        if self.failed:
            found.append(f"a request failed: {self.failed}")
        elif not self.answers:
            found.append("nothing was answered")
        if self.logged:
            found.append(self.logged)
        if len(self.answers) >= FEWEST_ANSWERS and self.slow > MOST_TIMES * self.median:
            found.append(
                f"too slow: 99 in a hundred took up to {self.slow * 1000:.0f} ms, "
                f"more than {MOST_TIMES} times the median of {self.median * 1000:.0f} ms"
            )
        if self.memory and self.memory.is_too_much:
            found.append(f"the servers grew: {self.memory}")
        return tuple(found)

    @property
    def is_broken(self) -> bool:
        """Whether something failed, took too long or grew too much."""
        return bool(self.broken)

    def summary(self) -> str:
        """Say it in a line, and what went wrong in one more for each."""
        lines = [f"{WORKERS} workers, {CONNECTIONS} connections, {self.seconds:.0f} s"]
        if self.answers:
            rate = len(self.answers) / self.seconds
            lines[0] += (
                f", with seed {self.seed}: {len(self.answers):,} signed requests, "
                f"{rate:.0f} a second, and {self.guides:,} looks into guides; "
                f"median {self.median * 1000:.0f} ms, "
                f"99 in a hundred within {self.slow * 1000:.0f} ms, "
                f"all within {max(self.answers) * 1000:.0f} ms; "
                f"servers' {self.memory or 'memory never warm'}"
            )
        lines[0] += "." if self.is_broken else "; no errors, by devices and logs."
        return "\n".join([*lines, *(f"Broken: {promise}" for promise in self.broken)])


def load(stint: Stint, seed: int, watch: Watch) -> Loaded:
    """Go on until the stint of answers is over, or something fails."""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(TemporaryDirectory()))
        amazon = _founded(folder)
        program = (*PROGRAM, str(folder))
        servers = [Server(folder, port, program) for port in neighbouring_ports(WORKERS)]
        for server in servers:
            ending.callback(server.kill)
            server.start()
        model = interaction_model(load_wording(), load_utterances("en-US"))
        is_over = Event()
        goers = [
            _Goer(
                Random(f"{seed}/{number}"),  # noqa: S311 - no secret
                Speaker(model, f"amzn1.ask.account.RUNNER{number}"),
                amazon,
                servers[number % WORKERS].port,
                is_over,
            )
            for number in range(CONNECTIONS)
        ]
        started, passed, warm = time.monotonic(), 0.0, None
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            going = [pool.submit(goer.go) for goer in goers]
            try:
                while passed < 1 and not any(one.done() for one in going):
                    time.sleep(SECONDS_BETWEEN_LOOKS)
                    answered = sum(len(goer.answers) for goer in goers)
                    passed = stint.passed(time.monotonic() - started, answered)
                    if warm is None and is_warm(passed, answered):
                        warm = memory(servers)
                    watch(f"{answered:,} answers")
            finally:
                is_over.set()
        seconds = time.monotonic() - started
        growth = Growth(warm, memory(servers)) if warm else None
        errors = [error for one in going if (error := one.exception())]
        failed = f"{type(errors[0]).__name__}: {errors[0]}" if errors else ""
        answers = tuple(taken for goer in goers for taken in goer.answers)
        guides = sum(goer.guides for goer in goers)
        return Loaded(seed, seconds, answers, guides, growth, failed, faults(servers))


@dataclass
class _Goer:
    """A runner with one device and one connection, who goes through routine after routine."""

    random: Random
    speaker: Speaker
    amazon: Amazon
    port: int
    is_over: Event
    answers: list[float] = field(default_factory=list)
    """Seconds that each took."""
    guides: int = 0

    def go(self) -> None:
        """Go on until it is over."""
        line = Line(self.port)
        player = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            while not self.is_over.is_set():
                for envelope in self._routine(player):
                    if self.is_over.is_set():
                        break
                    self.speaker.exchange(envelope, lambda body: self._signed(line, body))
        finally:
            line.close()
            player.close()

    def _signed(self, line: Line, body: bytes) -> tuple[int, bytes]:
        headers = self.amazon.sign(body)
        begun = time.perf_counter()
        answered = line.send(body, headers)
        self.answers.append(time.perf_counter() - begun)
        return answered

    def _routine(self, player: http.client.HTTPConnection) -> Iterator[Json]:
        """Yield what a routine sends, with one question, one "next", a pause and a resume."""
        name, speaker = self.random.choice(ROUTINES), self.speaker
        yield speaker.intent("StartRoutineIntent", routine=Slot(name, (name,)))
        yield self._notice(Happening.STARTED, 0)
        self._listen(player, name)
        yield self._notice(Happening.STOPPED, 40_000)
        yield speaker.intent("HowLongLeftIntent")
        yield self._notice(Happening.STARTED, 40_000)
        yield self._notice(Happening.STOPPED, 50_000)
        yield speaker.intent("AMAZON.NextIntent")
        yield self._notice(Happening.STARTED, self._stream.offset)
        yield self._notice(Happening.STOPPED, self._stream.offset + 5_000)
        yield speaker.intent("AMAZON.PauseIntent")
        yield self._notice(Happening.STOPPED, self._stream.offset + 5_000)
        yield speaker.intent("AMAZON.ResumeIntent")
        yield self._notice(Happening.STARTED, self._stream.offset)
        yield self._notice(Happening.NEARLY_FINISHED, self._stream.offset + 60_000)
        yield self._notice(Happening.FINISHED, 10**6)

    @property
    def _stream(self) -> Stream:
        if self.speaker.stream is None:
            raise FailedError("nothing was started")
        return self.speaker.stream

    def _notice(self, told: Happening, offset: int) -> Json:
        return self.speaker.notice(told, self._stream, offset)

    def _listen(self, player: http.client.HTTPConnection, name: str) -> None:
        """Fetch a part of the guide, as a player does."""
        player.request("GET", f"/guides/{name}.mp3", headers={"Range": "bytes=0-131071"})
        answer = player.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            raise FailedError(f"a guide was answered with {answer.status}")
        self.guides += 1


def _founded(folder: Path) -> Amazon:
    """Found an Amazon of our own, and write down whom to trust."""
    amazon = Amazon()
    (folder / "root.pem").write_bytes(amazon.root.public_bytes(Encoding.PEM))
    (folder / "chain.pem").write_bytes(amazon.published[URL])
    return amazon
