"""Crash: servers are killed under load, again and again, and nothing that was acknowledged is lost.

Two servers share one database. Runners change what is remembered of them, each one thing after
the other, by whichever server answers. A runner's record has to be just as it was after the last
answer, or, if no answer came to the last request, as that request leads to: one version later.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from scripts.echo.player import Happening
from scripts.soaks.servers import Line, Server
from scripts.soaks.speakers import Speaker
from skill.alexa.interaction_model import interaction_model
from skill.coaching.errors import CoachError
from skill.coaching.movements import HOLD_SECONDS
from skill.coaching.runner import Phase, Runner
from skill.content.utterances import load_utterances
from skill.content.wording import load_wording
from skill.intents import Slot
from skill.ports import Stored
from skill.records import decode
from skill.sessions import storage_key
from skill.stores.sqlite import SqliteStore

SERVERS = 2
RUNNERS = 6
LONGEST_LIFE = 0.5
"""Seconds for which a server lives, at most, once it answers."""
UNWAITED = 0.1
"""How often it is killed before it answers at all."""
ROUTINES = ("pre-run", "post-run", "desk")

Watch = Callable[[str], None]


class LostError(CoachError):
    """Something that was acknowledged is not there, or something is that nobody did."""

    code = "lost"


@dataclass(frozen=True, slots=True)
class Crashed:
    """How often servers were killed, and what was lost, if anything was."""

    seed: int
    kills: int
    acknowledged: int
    unanswered: int
    seconds: float
    reason: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether something was lost."""
        return bool(self.reason)

    def summary(self) -> str:
        """Say it in a line."""
        return (
            f"{self.kills:,} servers killed in {self.seconds:.0f} s, with seed {self.seed}; "
            f"{self.acknowledged:,} changes acknowledged, {self.unanswered:,} cut off; "
            + (self.reason or "none of the acknowledged was lost.")
        )


def crash(kills: int, seed: int, watch: Watch) -> Crashed:
    """Kill so many servers, or until something is lost."""
    started, killed, reason = time.monotonic(), 0, ""
    random = Random(f"{seed}/kills")  # noqa: S311 - no secret
    with ExitStack() as ending:
        folder = Path(ending.enter_context(TemporaryDirectory()))
        servers = [Server(folder, f"server{number}") for number in range(SERVERS)]
        for server in servers:
            ending.callback(server.kill)
            server.start()
        store = ending.enter_context(closing(SqliteStore(folder / "runners.sqlite3")))
        patients = list(_patients(seed, servers, store))
        try:
            for patient in patients:
                patient.start()
            while killed < kills and all(patient.is_alive() for patient in patients):
                server = random.choice(servers)
                time.sleep(random.uniform(0, LONGEST_LIFE))
                server.kill()
                killed += 1
                waits = random.random() > UNWAITED
                server.start(wait=waits)
                if not waits:
                    time.sleep(random.uniform(0, LONGEST_LIFE))
                    server.kill()
                    killed += 1
                    server.start()
                acknowledged = sum(patient.acknowledged for patient in patients)
                watch(f"{killed:,} kills, {acknowledged:,} changes acknowledged")
        except CoachError as failed:
            reason = str(failed)
        finally:
            for patient in patients:
                patient.ending.set()
            for patient in patients:
                patient.join()
        reason = next((patient.reason for patient in patients if patient.reason), reason)
        for server in servers:
            server.kill()
        reason = reason or _damage(folder / "runners.sqlite3")
        reason = reason or _faults(servers)
    seconds = time.monotonic() - started
    acknowledged = sum(patient.acknowledged for patient in patients)
    unanswered = sum(patient.unanswered for patient in patients)
    return Crashed(seed, killed, acknowledged, unanswered, seconds, reason)


def _patients(seed: int, servers: list[Server], store: SqliteStore) -> Iterator["Patient"]:
    model = interaction_model(load_wording(), load_utterances("en-US"))
    for number in range(RUNNERS):
        runner = f"amzn1.ask.account.RUNNER{number}"
        random = Random(f"{seed}/{number}")  # noqa: S311 - no secret
        yield Patient(random, Speaker(model, runner), storage_key(runner), servers, store)


@dataclass(eq=False)
class Patient(threading.Thread):
    """A runner who goes on and on, whatever server answers, and looks whether all is kept."""

    random: Random
    speaker: Speaker
    key: str
    servers: list[Server]
    store: SqliteStore
    acknowledged: int = 0
    unanswered: int = 0
    reason: str = ""
    ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._lines: dict[int, Line] = {}
        self._before: Stored | None = None

    def run(self) -> None:
        """Change something, and look, until told to end or something is lost."""
        try:
            while not self.ending.is_set():
                self._change()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            self.reason = f"{type(error).__name__}: {error}"
        finally:
            for line in self._lines.values():
                line.close()

    def _change(self) -> None:
        """Change one thing, by one server; it is kept if the answer comes."""
        runner = self._kept(self._before)
        change = self.random.choice(_CHANGES)
        envelope, is_kept = change(self, runner)
        port = self.random.choice(self.servers).port
        line = self._lines.setdefault(port, Line(port))
        try:
            self.speaker.exchange(envelope, line.send)
        except OSError as cut_off:
            self.unanswered += not isinstance(cut_off, ConnectionRefusedError)
            self._accept_either()
            return
        after = self.store.load(self.key)
        was = self._before.version if self._before else 0
        if after is None or after.version not in {was, was + 1}:
            raise LostError(f"version {was} became {after and after.version} by one change")
        if not is_kept(decode(after.document)):
            raise LostError(f"{change.__name__} was acknowledged, and is not kept")
        self._before = after
        self.acknowledged += 1

    def _accept_either(self) -> None:
        """Take what became of a request without an answer: nothing, or one change, whole."""
        # The server that was killed is gone by the time its sockets are closed.
        found, was = self.store.load(self.key), self._before.version if self._before else 0
        version = found.version if found else 0
        if version not in {was, was + 1} or (version == was and found != self._before):
            raise LostError(f"version {was} became {version} by one unanswered change")
        if found:
            decode(found.document)
        self._before = found
        self.speaker.stream = None
        time.sleep(0.01)

    def _kept(self, expected: Stored | None) -> Runner:
        found = self.store.load(self.key)
        if found != expected:
            raise LostError(f"{found} was found, where {expected} was acknowledged")
        return decode(found.document) if found else Runner()

    # Changes: each returns the request, and how to tell from the record that it was done.

    def _hold_for(self, _: Runner) -> tuple[dict[str, object], Callable[[Runner], bool]]:
        seconds = self.random.randrange(HOLD_SECONDS.start, HOLD_SECONDS.stop)
        envelope = self.speaker.intent("HoldForIntent", duration=Slot(f"PT{seconds}S"))
        return envelope, lambda runner: runner.choices.hold_seconds == seconds

    def _start_routine(self, before: Runner) -> tuple[dict[str, object], Callable[[Runner], bool]]:
        name = self.random.choice(ROUTINES)
        envelope = self.speaker.intent("StartRoutineIntent", routine=Slot(name, (name,)))
        return (
            envelope,
            lambda runner: (
                runner.session.progress is not None
                and runner.session.progress.plan_id.startswith(name)
                and runner.session.generation > before.session.generation
            ),
        )

    def _next(self, before: Runner) -> tuple[dict[str, object], Callable[[Runner], bool]]:
        step = before.session.progress.bookmark.step if before.session.progress else None
        return (
            self.speaker.intent("AMAZON.NextIntent"),
            lambda runner: (
                step is None
                or runner.session.progress is None
                or runner.session.progress.bookmark.step == step + 1
            ),
        )

    def _finish(self, before: Runner) -> tuple[dict[str, object], Callable[[Runner], bool]]:
        stream = self.speaker.stream
        session = before.session
        if stream is None or session.generation != stream.token.generation:
            return self._hold_for(before)
        if session.phase is not Phase.PLAYING:
            return self._hold_for(before)
        envelope = self.speaker.notice(Happening.FINISHED, stream, 10**6)
        # So many are remembered at most that their number may stay the same.
        return envelope, lambda runner: runner.history[-1:] != before.history[-1:]


_CHANGES = (
    Patient._hold_for,  # noqa: SLF001
    Patient._start_routine,  # noqa: SLF001
    Patient._next,  # noqa: SLF001
    Patient._finish,  # noqa: SLF001
)


def _damage(database: Path) -> str:
    """Say what is wrong with the file, if anything is."""
    with closing(sqlite3.connect(database)) as looking:
        (told,) = looking.execute("PRAGMA integrity_check").fetchone()
    return "" if told == "ok" else f"the database is damaged: {told}"


def _faults(servers: list[Server]) -> str:
    """Say what the servers logged as a fault, if they did."""
    with suppress(FileNotFoundError):
        for server in servers:
            for line in server.log.read_text().splitlines():
                if '"level": "ERROR"' in line or "Traceback" in line or "not kept" in line:
                    return f"a server logged: {line[:2000]}"
    return ""
