"""Crash: servers are killed under load, again and again, and nothing that was acknowledged is lost.

Two servers share one database. Runners change what is remembered of them, each one thing after
the other, by whichever server answers. A runner's record has to be just as it was after the last
answer, or, if no answer came to the last request, as that request leads to: one version later.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event

from scripts.echo.player import Happening
from scripts.echo.requests import Json
from scripts.soaks.servers import Line, Server, faults, neighbouring_ports
from scripts.soaks.speakers import Speaker
from scripts.soaks.stints import Stint, Watch
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

IsKept = Callable[[Runner], bool]
"""Tells from what is remembered of a runner whether a change was made."""


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


def crash(stint: Stint, seed: int, watch: Watch) -> Crashed:
    """Kill servers until the stint of kills is over, or something is lost."""
    killed, passed, reason = 0, 0.0, ""
    random = Random(f"{seed}/kills")  # noqa: S311 - no secret
    is_over = Event()
    with ExitStack() as ending:
        folder = Path(ending.enter_context(TemporaryDirectory()))
        servers = [Server(folder, port) for port in neighbouring_ports(SERVERS)]
        for server in servers:
            ending.callback(server.kill)
            server.start()
        store = ending.enter_context(closing(SqliteStore(folder / "runners.sqlite3")))
        runners = list(_runners(seed, servers, store))
        started = time.monotonic()
        with ThreadPoolExecutor(RUNNERS) as pool:
            going = [pool.submit(runner.go, is_over) for runner in runners]
            try:
                while passed < 1 and not any(one.done() for one in going):
                    killed += _kill_one(random, servers)
                    passed = stint.passed(time.monotonic() - started, killed)
                    acknowledged = sum(runner.acknowledged for runner in runners)
                    watch(f"{killed:,} kills, {acknowledged:,} changes acknowledged")
            except CoachError as failed:
                reason = str(failed)
            finally:
                is_over.set()
        seconds = time.monotonic() - started
        errors = [error for one in going if (error := one.exception())]
        if errors:
            reason = f"{type(errors[0]).__name__}: {errors[0]}"
        for server in servers:
            server.kill()
        reason = reason or _damage(folder / "runners.sqlite3") or faults(servers)
    acknowledged = sum(runner.acknowledged for runner in runners)
    unanswered = sum(runner.unanswered for runner in runners)
    return Crashed(seed, killed, acknowledged, unanswered, seconds, reason)


def _kill_one(random: Random, servers: list[Server]) -> int:
    """Kill one of the servers after a while, once or twice, and start it again; return how often.

    The second time it is killed while it starts.
    """
    server = random.choice(servers)
    time.sleep(random.uniform(0, LONGEST_LIFE))
    server.kill()
    waits = random.random() > UNWAITED
    server.start(wait=waits)
    if waits:
        return 1
    time.sleep(random.uniform(0, LONGEST_LIFE))
    server.kill()
    server.start()
    return 2


def _runners(seed: int, servers: list[Server], store: SqliteStore) -> Iterator["BusyRunner"]:
    model = interaction_model(load_wording(), load_utterances("en-US"))
    for number in range(RUNNERS):
        user_id = f"amzn1.ask.account.RUNNER{number}"
        random = Random(f"{seed}/{number}")  # noqa: S311 - no secret
        yield BusyRunner(random, Speaker(model, user_id), storage_key(user_id), servers, store)


class BusyRunner:
    """A runner who goes on and on, whatever server answers, and looks whether all is kept."""

    def __init__(
        self, random: Random, speaker: Speaker, key: str, servers: list[Server], store: SqliteStore
    ) -> None:
        self.random = random
        self.speaker = speaker
        self.acknowledged = 0
        self.unanswered = 0
        self._key = key
        self._store = store
        self._lines = [Line(server.port) for server in servers]
        self._before: Stored | None = None

    def go(self, is_over: Event) -> None:
        """Change something, and look, until it is over; raise what it finds to be wrong."""
        try:
            while not is_over.is_set():
                self._change()
        finally:
            for line in self._lines:
                line.close()

    def _change(self) -> None:
        """Change one thing, by one server; it is kept if the answer comes."""
        runner = self._kept(self._before)
        change = self.random.choice(_CHANGES)
        envelope, is_kept = change(self, runner)
        line = self.random.choice(self._lines)
        try:
            self.speaker.exchange(envelope, line.send)
        except OSError as cut_off:
            self.unanswered += not isinstance(cut_off, ConnectionRefusedError)
            self._accept_either()
            return
        after = self._store.load(self._key)
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
        found, was = self._store.load(self._key), self._before.version if self._before else 0
        version = found.version if found else 0
        if version not in {was, was + 1} or (version == was and found != self._before):
            raise LostError(f"version {was} became {version} by one unanswered change")
        if found:
            decode(found.document)
        self._before = found
        self.speaker.stream = None
        time.sleep(0.01)

    def _kept(self, expected: Stored | None) -> Runner:
        found = self._store.load(self._key)
        if found != expected:
            raise LostError(f"{found} was found, where {expected} was acknowledged")
        return decode(found.document) if found else Runner()


# Changes: each returns the request, and how to tell from the record that it was made.


def _hold_for(runner: BusyRunner, _: Runner) -> tuple[Json, IsKept]:
    seconds = runner.random.randrange(HOLD_SECONDS.start, HOLD_SECONDS.stop)
    envelope = runner.speaker.intent("HoldForIntent", duration=Slot(f"PT{seconds}S"))
    return envelope, lambda after: after.choices.hold_seconds == seconds


def _start_routine(runner: BusyRunner, before: Runner) -> tuple[Json, IsKept]:
    name = runner.random.choice(ROUTINES)
    envelope = runner.speaker.intent("StartRoutineIntent", routine=Slot(name, (name,)))
    return (
        envelope,
        lambda after: (
            after.session.progress is not None
            and after.session.progress.plan_id.startswith(name)
            and after.session.generation > before.session.generation
        ),
    )


def _next(runner: BusyRunner, before: Runner) -> tuple[Json, IsKept]:
    step = before.session.progress.bookmark.step if before.session.progress else None
    return (
        runner.speaker.intent("AMAZON.NextIntent"),
        lambda after: (
            step is None
            or after.session.progress is None
            or after.session.progress.bookmark.step == step + 1
        ),
    )


def _finish(runner: BusyRunner, before: Runner) -> tuple[Json, IsKept]:
    stream, session = runner.speaker.stream, before.session
    if stream is None or session.generation != stream.token.generation:
        return _hold_for(runner, before)
    if session.phase is not Phase.PLAYING:
        return _hold_for(runner, before)
    envelope = runner.speaker.notice(Happening.FINISHED, stream, 10**6)
    # So many are remembered at most that their number may stay the same.
    return envelope, lambda after: after.history[-1:] != before.history[-1:]


_CHANGES = (_hold_for, _start_routine, _next, _finish)


def _damage(database: Path) -> str:
    """Say what is wrong with the file, if anything is."""
    with closing(sqlite3.connect(database)) as looking:
        (told,) = looking.execute("PRAGMA integrity_check").fetchone()
    return "" if told == "ok" else f"the database is damaged: {told}"
