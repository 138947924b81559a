"""Race: one runner, several devices and both servers at once, and no place that nobody asked for.

Two kinds of rounds, each with a new runner. In one, every device sets something of its own, each
wish sent again before the answer has come, now and then: in the end all of them hold. In the
other a routine plays, and its players' notices come twice, late, in any order or never, in among
commands of several devices. Then each play command has to lead where its command leads from
somewhere the guide before it may have been; and a routine ends once.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Lock, local

from scripts.echo.player import Happening
from scripts.echo.requests import Json
from scripts.soaks.memory import Growth, is_warm
from scripts.soaks.servers import Line, Server, faults, memory, neighbouring_ports
from scripts.soaks.speakers import Speaker, Stream, played_by
from scripts.soaks.stints import Stint, Watch
from skill.alexa.interaction_model import interaction_model
from skill.bootstrap import build
from skill.coaching.errors import CoachError
from skill.coaching.movements import HOLD_SECONDS, Milliseconds, Need
from skill.coaching.plans import Detail
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner
from skill.content.utterances import load_utterances
from skill.intents import Slot
from skill.records import decode
from skill.sessions import storage_key
from skill.settings import Settings
from skill.stores.memory import MemoryStore
from skill.stores.sqlite import SqliteStore

SERVERS, THREADS = 2, 6
WISHING = 0.3
"""In how many rounds settings are wished for; in the others a routine plays."""
WISHES = 6
"""How many wishes each device has in a round."""
SENT_AGAIN = 0.3
NOT_YET_FINISHED = 0.7
"""How often a notice that a guide has finished is one that it stopped: else all is soon over."""
ALOUD = 0.5
"""How often a command is spoken; the others are buttons."""
DROPPED, DOUBLED, LATE = 0.2, 0.3, 0.3
LONGEST_DELAY = 0.03
NOTICES, COMMANDS = 24, 8
"""In one round, before some are dropped and others doubled."""
SLACK: Milliseconds = 50
ROUTINES = ("pre-run", "post-run", "desk")

Moved = Callable[[int, int], set[int]]


class NotAskedForError(CoachError):
    """A place, a wish or a session that nobody asked for, or one that is lost."""

    code = "not-asked-for"


@dataclass(frozen=True, slots=True)
class Raced:
    """How much was raced, and what broke, if anything did."""

    seed: int
    rounds: int
    events: int
    plays: int
    seconds: float
    memory: Growth | None
    reason: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether anything broke."""
        return bool(self.reason)

    def summary(self) -> str:
        """Say it in a line."""
        return (
            f"{self.events:,} events in {self.rounds:,} rounds and {self.seconds:.0f} s, with "
            f"seed {self.seed}; {self.plays:,} guides started; servers' "
            f"{self.memory or 'memory never warm'}; "
            + (self.reason or "no wish was lost, and no place reached that nobody asked for.")
        )


def race(stint: Stint, seed: int, watch: Watch) -> Raced:
    """Race until the stint of events is over, or something breaks."""
    rounds, passed, warm, growth, reason = 0, 0.0, None, None, ""
    with ExitStack() as ending:
        folder = Path(ending.enter_context(TemporaryDirectory()))
        servers = [Server(folder, port) for port in neighbouring_ports(SERVERS)]
        for server in servers:
            ending.callback(server.kill)
            server.start()
        track = ending.enter_context(closing(Track(servers, folder / "runners.sqlite3")))
        started = time.monotonic()
        try:
            while passed < 1:
                random = Random(f"{seed}/{rounds}")  # noqa: S311 - no secret
                ground = _wishes if random.random() < WISHING else _playing
                ground(track, random, f"amzn1.ask.account.RUNNER{seed}-{rounds}")
                rounds += 1
                passed = stint.passed(time.monotonic() - started, track.events)
                if warm is None and is_warm(passed, track.events):
                    warm = memory(servers)
                watch(f"{track.events:,} events in {rounds:,} rounds")
            growth = Growth(warm, memory(servers)) if warm else None
            if growth and growth.is_too_much:
                reason = f"the servers grew: {growth}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            reason = f"round {rounds}: {type(error).__name__}: {error}"
        seconds = time.monotonic() - started
        reason = reason or faults(servers)
    return Raced(seed, rounds, track.events, track.plays, seconds, growth, reason)


class Track:
    """What all rounds share: servers, threads that talk to them, and a look into the store."""

    def __init__(self, servers: list[Server], database: Path) -> None:
        service = build(Settings(), store=MemoryStore())
        wording = service.wording
        self.repertoire: Repertoire = service.repertoire
        self.model = interaction_model(wording, load_utterances(wording.locale))
        self.events, self.plays = 0, 0
        self.pool = ThreadPoolExecutor(THREADS)
        self._ports = [server.port for server in servers]
        self._store = SqliteStore(database)
        self._local, self._lock = local(), Lock()
        self._lines: list[Line] = []

    def close(self) -> None:
        """Hang up."""
        self.pool.shutdown()
        for line in self._lines:
            line.close()
        self._store.close()

    def speaker(self, runner: str, number: int) -> Speaker:
        """Return one of a runner's devices."""
        return Speaker(self.model, runner, f"amzn1.ask.device.{number}")

    def exchange(self, random: Random, speaker: Speaker, envelope: Json) -> Stream | None:
        """Send one event by one of the servers; return what it has played."""
        lines = getattr(self._local, "lines", None)
        if lines is None:
            lines = self._local.lines = [Line(port) for port in self._ports]
            self._lines += lines
        answer = speaker.exchange(envelope, random.choice(lines).send)
        played = played_by(answer)
        with self._lock:
            self.events += 1
            self.plays += played is not None
        return played

    def remembered(self, runner: str) -> Runner:
        """Return what is stored of a runner."""
        stored = self._store.load(storage_key(runner))
        return decode(stored.document) if stored else Runner()


# Wishes


def _wishes(track: Track, random: Random, runner: str) -> None:
    """Let each device set something of its own, all at once: in the end all of it holds."""
    kinds = list(_SETTINGS)
    seeds = [random.random() for _ in kinds]
    wished = dict(
        zip(
            kinds,
            track.pool.map(lambda k, s: _wish(track, s, runner, k), kinds, seeds),
            strict=True,
        )
    )
    choices = track.remembered(runner).choices
    for kind, wish in wished.items():
        kept = getattr(choices, kind)
        if kept != wish:
            raise NotAskedForError(f"{kind} was set to {wish} in the end, and is {kept}")


def _wish(track: Track, seed: float, runner: str, kind: str) -> object:
    """Set one thing several times over; return what it was set to last."""
    random = Random(seed)  # noqa: S311 - no secret
    speaker = track.speaker(runner, list(_SETTINGS).index(kind))
    wish: object = None
    for _ in range(WISHES):
        wish, intent, slots = random.choice(_SETTINGS[kind])(random)
        envelope = speaker.intent(intent, **slots)
        for _ in range(1 + (random.random() < SENT_AGAIN)):
            track.exchange(random, speaker, envelope)
    return wish


Setting = Callable[[Random], tuple[object, str, Mapping[str, Slot]]]


def _hold(random: Random) -> tuple[object, str, Mapping[str, Slot]]:
    seconds = random.randrange(HOLD_SECONDS.start, HOLD_SECONDS.stop)
    return seconds, "HoldForIntent", {"duration": Slot(f"PT{seconds}S")}


def _plainly(wish: object, intent: str, **slots: Slot) -> Setting:
    return lambda _: (wish, intent, slots)


_BAND = Slot("band", ("band",))
_SETTINGS: Mapping[str, tuple[Setting, ...]] = {
    "hold_seconds": (_hold,),
    "detail": (
        _plainly(Detail.BRIEF, "LessTalkingIntent"),
        _plainly(Detail.FULL, "TellEverythingIntent"),
    ),
    "bed": (_plainly(True, "SoftSoundIntent"), _plainly(False, "NoSoundIntent")),
    "countdown": (_plainly(False, "NoCountdownIntent"), _plainly(True, "CountdownIntent")),
    "without": (
        _plainly(frozenset({Need.BAND}), "WithoutIntent", need=_BAND),
        _plainly(frozenset(), "WithAgainIntent", need=_BAND),
    ),
}
"""What can be wished for: the choice, and how to ask for it."""


# Playing


@dataclass(slots=True)
class Told:
    """All that can be known of where one generation's guide may be: offsets, and since when."""

    stream: Stream
    command: str
    offsets: list[tuple[Milliseconds, float]] = field(default_factory=list)

    def ranges(self, until: float) -> Iterator[tuple[Milliseconds, Milliseconds]]:
        """Yield from where to where it may have come by some moment, going by the clock."""
        for offset, since in self.offsets:
            yield offset, offset + max(round((until - since) * 1000), 0) + SLACK


@dataclass
class Round:
    """One routine, played by several devices."""

    track: Track
    runner: str
    told: dict[int, Told] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    """Generations whose end was told."""
    went_past_the_end: int = 0
    """How many commands to go on led to nothing more to play."""
    lock: Lock = field(default_factory=Lock)

    def send(self, random: Random, speaker: Speaker, what: str, envelope: Json) -> None:
        """Send an event; note what it starts, and check that it may."""
        played = self.track.exchange(random, speaker, envelope)
        now = time.monotonic()
        with self.lock:
            if played is None:
                self.went_past_the_end += what in _ONWARD
                return
            generation = played.token.generation
            if generation in self.told:
                raise NotAskedForError(f"two guides were started as generation {generation}")
            self.told[generation] = Told(played, what, [(played.offset, now)])

    def tell(self, stream: Stream, told: Happening, offset: Milliseconds) -> None:
        """Note what is about to be told of a guide."""
        with self.lock:
            known = self.told[stream.token.generation]
            known.offsets.append((offset, time.monotonic()))
            if told is Happening.FINISHED:
                self.ended.add(stream.token.generation)

    def streams(self) -> list[Stream]:
        """Return all guides started so far, the last one last."""
        with self.lock:
            return [self.told[generation].stream for generation in sorted(self.told)]

    def check(self) -> None:
        """See that every guide was commanded, and that the place kept is one of the last guide."""
        now, repertoire = time.monotonic(), self.track.repertoire
        generations = sorted(self.told)
        for before, after in pairwise(generations):
            old, new = self.told[before], self.told[after]
            if new.command in ROUTINES:
                continue
            _check_move(repertoire, old, new, now)
        session = self.track.remembered(self.runner).session
        last = self.told[generations[-1]]
        # Once the sound has failed twice, Alexa's own voice goes on, perhaps to the routine's end:
        # then no guide is where it is.
        is_told_by_guide = not session.voiced and session.progress is not None
        if session.generation < generations[-1] or (
            is_told_by_guide and session.generation != generations[-1]
        ):
            raise NotAskedForError(
                f"generation {session.generation} is kept, not {generations[-1]}"
            )
        if session.progress is None:
            return
        if session.progress.plan_id != last.stream.token.plan_id:
            raise NotAskedForError(f"{session.progress} is kept of {last.stream}")
        if not is_told_by_guide:
            return
        offset = repertoire.timeline(session.progress.plan_id).offset_of(session.progress.bookmark)
        if not any(low - SLACK <= offset <= high for low, high in last.ranges(now)):
            raise NotAskedForError(f"{offset} ms is kept, where {last.offsets} were told")


def _check_move(repertoire: Repertoire, old: Told, new: Told, now: float) -> None:
    """See that a command led on from somewhere the guide before may have been."""
    old_id, new_id = old.stream.token.plan_id, new.stream.token.plan_id
    if old_id != new_id:
        raise NotAskedForError(f"{new.command} led from {old_id} to {new_id}")
    timeline = repertoire.timeline(new_id)
    step = timeline.at(new.stream.offset).step.index
    counts = len(timeline.spans)
    for low, high in old.ranges(now):
        first = timeline.at(min(low, timeline.duration)).step.index
        last = timeline.at(min(high, timeline.duration)).step.index
        if new.command in _IN_PLACE:
            if low - SLACK <= new.stream.offset <= high:
                return
        elif any(step in _MOVES[new.command](s, counts) for s in range(first, last + 1)):
            return
    raise NotAskedForError(
        f"{new.command} led to {new.stream.offset} ms (step {step}) of {new_id},"
        f" from one of {old.offsets}"
    )


_ONWARD = frozenset({"AMAZON.NextIntent", "next"})
_IN_PLACE = frozenset({"AMAZON.ResumeIntent", "play", Happening.FAILED})
_MOVES: Mapping[str, Moved] = {
    "AMAZON.NextIntent": lambda step, _: {step + 1},
    "next": lambda step, _: {step + 1},
    "AMAZON.PreviousIntent": lambda step, _: {max(step - 1, 0)},
    "previous": lambda step, _: {max(step - 1, 0)},
    "AMAZON.RepeatIntent": lambda step, _: {step},
    "AMAZON.StartOverIntent": lambda _, __: {0},
}
"""Where each command leads from a step."""
_SPOKEN = (*(name for name in _MOVES if "." in name), "AMAZON.ResumeIntent", "AMAZON.PauseIntent")
_BUTTONS = ("next", "previous", "play", "pause")


def _playing(track: Track, random: Random, runner: str) -> None:
    """Play a routine while its notices and several devices' commands come as they like."""
    ground = Round(track, runner)
    speakers = [track.speaker(runner, number) for number in range(3)]
    _start(ground, random, speakers[0])
    tasks = [_notice_at_random] * NOTICES + [_command] * COMMANDS
    random.shuffle(tasks)
    seeds = [random.random() for _ in tasks]
    list(track.pool.map(lambda do, seed: do(ground, Random(seed), speakers), tasks, seeds))  # noqa: S311
    ground.check()
    done = len(track.remembered(runner).history)
    if done > len(ground.ended) + ground.went_past_the_end:
        raise NotAskedForError(f"{done} sessions are remembered, {ground.ended} ended")
    _to_the_end(ground, random, speakers[0], done)


def _to_the_end(ground: Round, random: Random, speaker: Speaker, done: int) -> None:
    """Play one more to its end, of which is told again and again, in any order: it counts once."""
    track = ground.track
    stream = _start(ground, random, speaker)
    duration = track.repertoire.timeline(stream.token.plan_id).duration
    told = [
        Happening.STARTED,
        Happening.NEARLY_FINISHED,
        *[Happening.FINISHED] * 2,
        Happening.STOPPED,
    ]
    random.shuffle(told)
    seeds = [random.random() for _ in told]

    def tell(kind: Happening, seed: float) -> None:
        envelope = speaker.notice(kind, stream, 0 if kind is Happening.STARTED else duration)
        track.exchange(Random(seed), speaker, envelope)  # noqa: S311 - no secret

    list(track.pool.map(tell, told, seeds))
    history = len(track.remembered(ground.runner).history)
    if history != done + 1:
        raise NotAskedForError(f"{history} sessions are remembered, {done} were before the last")


def _start(ground: Round, random: Random, speaker: Speaker) -> Stream:
    name = random.choice(ROUTINES)
    ground.send(
        random, speaker, name, speaker.intent("StartRoutineIntent", routine=Slot(name, (name,)))
    )
    if speaker.stream is None:
        raise NotAskedForError(f"{name} was not started")
    return speaker.stream


def _notice_at_random(ground: Round, random: Random, speakers: list[Speaker]) -> None:
    """Have a player tell something of any guide there was: never, twice, or late."""
    if random.random() < DROPPED:
        return
    stream = random.choice([*ground.streams(), ground.streams()[-1]])
    told = random.choice(list(Happening))
    duration = ground.track.repertoire.timeline(stream.token.plan_id).duration
    offset = random.randrange(duration) if told is not Happening.FINISHED else duration
    if told is Happening.FINISHED and random.random() < NOT_YET_FINISHED:
        told = Happening.STOPPED
        offset = random.randrange(duration)
    speaker = random.choice(speakers)
    envelope = speaker.notice(told, stream, offset)
    ground.tell(stream, told, offset)
    for _ in range(1 + (random.random() < DOUBLED)):
        if random.random() < LATE:
            time.sleep(random.uniform(0, LONGEST_DELAY))
        ground.send(random, speaker, told, envelope)


def _command(ground: Round, random: Random, speakers: list[Speaker]) -> None:
    """Have one of the devices asked for something."""
    speaker = random.choice(speakers)
    if random.random() < ALOUD:
        what = random.choice(_SPOKEN)
        envelope = speaker.intent(what)
    else:
        what = random.choice(_BUTTONS)
        envelope = speaker.button(what)
    ground.send(random, speaker, what, envelope)
