"""Faults on purpose: in each the runner hears what is true, soon, and the log says what it was.

FAULTS is data: the README's table of faults is made from it (`table`).
"""

import json
import logging
import shutil
import socket
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Condition, Event
from typing import Any

import pytest

from scripts.echo.errors import SkillFailedError
from skill import sessions
from skill.alexa import certificates
from skill.alexa.certificates import ChainFetcher
from skill.alexa.verification import Verifier
from skill.bootstrap import build
from skill.coaching import events
from skill.coaching.runner import Phase, Runner
from skill.coaching.values import replace
from skill.guides.manifest import ManifestBrokenError, ManifestMissingError
from skill.ports import ConflictError, SessionStore, Stored
from skill.records import encode
from skill.settings import Settings
from skill.stores import bounded, sqlite
from skill.stores.bounded import BoundedStore
from skill.stores.sqlite import SqliteStore
from skill.web import create_app
from tests.alexa.test_verification import drips, floods, host
from tests.coaching.scenes import REPERTOIRE, moment
from tests.simulators.coach import PUBLIC_URL, Coach

SOON = 3.0
"""Seconds within which a runner has an answer, whatever is wrong."""
IMPATIENT = 0.1
"""Seconds for which a store that hangs is waited for here; what they are really is tested apart."""
NOTHING = "nothing of it: every answer as ever"
TOLD = "nothing of it: place and plan are known from the player ¹"
ALEXA = "Alexa herself: there was a problem with the skill"
MENDED = "the same second; kept again from the next event on"


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and what comes of it: for a row of the table, and for the test of it."""

    name: str
    strike: Callable[["Stage"], Any]
    logged: str
    hears: str = NOTHING
    state: str = MENDED
    after: str = "at once"
    """After what time the answer comes; by no means later than `SOON`."""
    is_refused: bool = False


class Stage:
    """A runner in the middle of a hold, and all there is that can break."""

    def __init__(self, folder: Path, trust: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
        self.trust = trust
        self.database = folder / "runners.sqlite3"
        self.disk = Disk(SqliteStore(self.database))
        self.store = BoundedStore(self.disk)
        self.coach = Shifted(self.store)

    def close(self) -> None:
        self.disk.released.set()
        self.store.close()


class Disk(SessionStore):
    """A store that can hang, until it is released."""

    def __init__(self, store: SessionStore) -> None:
        self.store = store
        self.released = Event()
        self.released.set()
        self._asked = Condition()
        self._unanswered = 0

    def load(self, key: str) -> Stored | None:
        with self._in_time():
            return self.store.load(key)

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        with self._in_time():
            self.store.save(key, document, replacing)

    def keep_aside(self, key: str, stored: Stored) -> None:
        with self._in_time():
            self.store.keep_aside(key, stored)

    def delete(self, key: str, replacing: int) -> None:
        with self._in_time():
            self.store.delete(key, replacing)

    def rest(self) -> None:
        """Wait until all that was asked is done."""
        with self._asked:
            assert self._asked.wait_for(lambda: not self._unanswered, 10)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        with self._asked:
            self._unanswered += 1
        try:
            self.released.wait()
            yield
        finally:
            with self._asked:
                self._unanswered -= 1
                self._asked.notify_all()

    def close(self) -> None:
        self.store.close()


class Shifted(Coach):
    """A coach whose clock may differ from everybody else's, and whose audio may be another."""

    skew = timedelta()
    audio: Path | None = None

    def restart(self, verifier: Verifier | None = None) -> None:
        settings = self._settings
        if self.audio:
            settings = replace(settings, audio=self.audio)
        service = build(settings, store=self.store, clock=lambda: self.echo.clock + self.skew)
        self.verifier = verifier or Verifier(self.amazon.fetch, self.amazon.roots)
        app = create_app(self._settings, service=service, verifier=self.verifier)
        self._client = app.test_client()
        self.repertoire = service.repertoire
        self.wording = service.wording

    def find_certificates_by(self, fetch: Callable[[str], bytes]) -> None:
        """Begin anew, with no key known yet, and look for certificates in this way."""
        self.restart(Verifier(fetch, self.amazon.roots, patience_seconds=1))


@pytest.fixture
def stage(rendered, tmp_path, trust) -> Iterator[Stage]:  # noqa: ARG001
    with closing(Stage(tmp_path, trust)) as set_up:
        set_up.coach.tell("start the post run stretch")
        set_up.coach.wait_for(0, 12)
        yield set_up


# Ways to break things. Each lasts until its `with` ends.


@contextmanager
def slow(stage: Stage) -> Iterator[None]:
    """Have the store answer nobody, as a disk does that hangs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage.store, "_seconds", IMPATIENT)
        stage.disk.released.clear()
        yield
        stage.disk.released.set()
        stage.disk.rest()


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Have another process in the middle of a write, for ever."""
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(sqlite3.connect(stage.database, isolation_level=None)) as other,
    ):
        patch.setattr(sqlite, "BUSY_SECONDS", IMPATIENT)
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def with_pragma(stage: Stage, pragma: str) -> Iterator[None]:
    """Have each connection of the store in this state, those it opens meanwhile, too."""
    connections = stage.disk.store._connections  # noqa: SLF001 - there is no other way in
    connect = connections._connect  # noqa: SLF001

    def connect_struck(deadline: float) -> sqlite3.Connection:
        connection = connect(deadline)
        connection.execute(pragma)
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "_connect", connect_struck)
        connections.hang_up(time.monotonic())
        yield
    connections.hang_up(time.monotonic())


@contextmanager
def full(stage: Stage) -> Iterator[None]:
    """Have every write need more room than there is."""
    with closing(sqlite3.connect(stage.database)) as other:
        for event in ("INSERT", "UPDATE"):
            other.execute(
                f"CREATE TRIGGER grow_{event} AFTER {event} ON runners"  # noqa: S608
                " BEGIN INSERT INTO kept_aside VALUES ('-', 0, zeroblob(1000000)); END"
            )
    with with_pragma(stage, "PRAGMA max_page_count = 1"):
        yield
    with closing(sqlite3.connect(stage.database)) as other:
        other.executescript("DROP TRIGGER grow_INSERT; DROP TRIGGER grow_UPDATE")


def read_only(stage: Stage) -> Any:
    return with_pragma(stage, "PRAGMA query_only = ON")


@contextmanager
def corrupt(stage: Stage) -> Iterator[None]:
    """Have every page of the file but the first overwritten with nonsense, then put right."""
    store = stage.disk.store
    store.close()
    good = stage.database.read_bytes()
    page = int.from_bytes(good[16:18], "big")
    stage.database.write_bytes(good[:page] + b"\xa5" * (len(good) - page))
    yield
    store.close()
    for beside in ("-wal", "-shm"):
        Path(f"{stage.database}{beside}").unlink(missing_ok=True)
    stage.database.write_bytes(good)


@contextmanager
def removed(stage: Stage) -> Iterator[None]:
    """Have the file deleted while it is open; nobody puts it back."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{stage.database}{suffix}").unlink(missing_ok=True)
    yield


@contextmanager
def audio_gone(stage: Stage) -> Iterator[None]:
    """Have every cue file deleted while the coach runs, and what is left cut short."""
    with own_audio(stage) as folder:
        for number, cue in enumerate(sorted((folder / "cues").iterdir())):
            if number % 2:
                cue.unlink()
            else:
                cue.write_bytes(cue.read_bytes()[:100])
        yield


@contextmanager
def manifest_replaced(stage: Stage) -> Iterator[None]:
    """Have another recording put in the place of the one that is served."""
    with own_audio(stage) as folder:
        manifest = folder / "manifest.json"
        manifest.write_text(manifest.read_text().replace("espeak", "another"), encoding="utf-8")
        (folder / "cues").rename(folder / "old")
        yield


@contextmanager
def own_audio(stage: Stage) -> Iterator[Path]:
    """Let the coach be served from a copy of the rendered audio."""
    settings = Settings()
    audio = stage.database.parent / "audio"
    shutil.copytree(settings.audio / settings.locale, audio / settings.locale)
    stage.coach.audio = audio
    stage.coach.restart()
    yield audio / settings.locale


def clock_off(by: timedelta) -> Callable[[Stage], Any]:
    @contextmanager
    def strike(stage: Stage) -> Iterator[None]:
        stage.coach.skew = by
        yield
        stage.coach.skew = timedelta()

    return strike


def certificates_from(answer: Callable[..., None] | None, *, known: bool) -> Callable[[Stage], Any]:
    """Have the host of the certificates answer in this way; `known`: after one good answer."""

    @contextmanager
    def strike(stage: Stage) -> Iterator[None]:
        server, client = stage.trust
        with ExitStack() as ending:
            if answer is None:
                with closing(socket.create_server(("127.0.0.1", 0))) as unused:
                    port = unused.getsockname()[1]
            else:
                port = ending.enter_context(host(answer, server))
            away = ChainFetcher("localhost", port, client, seconds=0.4)
            if known:
                stage.coach.verifier._keys._fetch = away  # noqa: SLF001 - there is no other way in
                patch = ending.enter_context(pytest.MonkeyPatch.context())
                patch.setattr(certificates, "REFRESH_AFTER", timedelta())
            else:
                stage.coach.find_certificates_by(away)
            yield
        stage.coach.restart()

    return strike


FAULTS = (
    Fault(
        "the store hangs",
        slow,
        "the store has not answered",
        TOLD,
        after=f"{bounded.SECONDS} s",
    ),
    Fault(
        "the store is locked by another process",
        locked,
        "database is locked",
        TOLD,
        after=f"{sqlite.BUSY_SECONDS} s",
    ),
    Fault("the disk is full", full, "database or disk is full", TOLD),
    Fault("the store cannot be written", read_only, "readonly database", TOLD),
    Fault(
        "the store's file is damaged while it is open",
        corrupt,
        "malformed|not a database",
        TOLD,
        "the same second; what can be read is taken over at the next start, and the file kept",
    ),
    Fault(
        "the store's file is deleted while it is open",
        removed,
        "was taken away while it was in use",
        "nothing of it: place and plan are known from the player; a wish holds from the next"
        " routine on",
        "the same second; a new file is begun, with nothing of what was remembered before",
    ),
    Fault(
        "audio files are deleted or cut short while it runs",
        audio_gone,
        "",
        state="as ever: no request touches a file",
    ),
    Fault(
        "another recording replaces the one that is served",
        manifest_replaced,
        "",
        state="as ever; the new one counts from the next start on",
    ),
    *(
        Fault(f"the clock jumps by {name}", clock_off(by), "", state="the same second")
        for name, by in {
            "two minutes forward": timedelta(minutes=2),
            "two minutes back": timedelta(minutes=-2),
        }.items()
    ),
    *(
        Fault(
            f"the clock jumps by {name}",
            clock_off(by),
            "wrong-time",
            ALEXA,
            "nothing changed; the same second once the clock is right",
            is_refused=True,
        )
        for name, by in {
            "a day forward": timedelta(days=1),
            "an hour back": -timedelta(hours=1),
        }.items()
    ),
    *(
        Fault(
            f"the certificate host {name}, {'with its key known' if known else 'at first use'}",
            certificates_from(answer, known=known),
            "" if known else "certificates-unavailable",
            "nothing of it: every answer as ever" if known else ALEXA,
            "as ever, for a day" if known else "nothing changed; the same second once it is back",
            f"{certificates.FETCH_SECONDS} s" if answer is drips and not known else "at once",
            is_refused=not known,
        )
        for name, answer in {"is down": None, "is slow": drips, "sends 10 GB": floods}.items()
        for known in (False, True)
    ),
)


def table() -> str:
    """Return the README's table."""
    rows = [
        "| What is wrong | What the runner hears | After | And then |",
        "|---|---|---|---|",
        *(f"| {fault.name} | {fault.hears} | {fault.after} | {fault.state} |" for fault in FAULTS),
    ]
    return "\n".join(rows) + "\n"


def in_time(do: Callable[[], Any]) -> Any:
    """Do something, which must not take longer than a runner may wait."""
    begun = time.monotonic()
    done = do()
    assert time.monotonic() - begun < SOON
    return done


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(fault: Fault, stage: Stage, caplog: pytest.LogCaptureFixture):
    """The coach goes on, or nothing changes; the log has the cause; afterwards all is as it was."""
    coach = stage.coach
    place = coach.spot
    caplog.set_level(logging.INFO)
    with fault.strike(stage):
        caplog.clear()
        if fault.is_refused:
            with pytest.raises(SkillFailedError, match="400"):
                in_time(lambda: coach.ask("where am i"))
        else:
            heard = in_time(lambda: coach.ask("which side"))
            assert "left side" in heard.speech
            in_time(lambda: coach.say("next"))
            place = "lying-figure-four right"
        told = caplog.text
    assert coach.spot == place
    if fault.logged:
        assert any(word in told for word in fault.logged.split("|")), told[-3000:]
    else:
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    heard = coach.ask("where am i")
    side = place.split()[1]
    assert f"{side} side" in heard.speech
    coach.say("pause")
    assert coach.kept.step.side == side
    assert not coach.remembered.untold


@pytest.mark.parametrize("strike", [slow, locked, full, read_only, corrupt])
def test_a_wish_holds_while_the_guide_plays(strike, stage):
    """A longer hold is longer at once, at the same second: the player's token keeps the plan."""
    coach = stage.coach
    before = coach.second
    with strike(stage):
        heard = in_time(lambda: coach.ask("hold it longer"))
        assert "40 seconds" in heard.speech
        assert (coach.spot, coach.second) == ("lying-figure-four left", before)
        in_time(lambda: coach.say("next"))
        assert coach.place.step.length == 40_000
    assert coach.timeline.plan.id == "post-run_h40"


@pytest.mark.parametrize("strike", [slow, locked, full, read_only, corrupt])
def test_nothing_is_promised_that_would_not_be_kept(strike, stage):
    """With no guide playing, a wish would hold for nothing: it is not said to be granted."""
    coach = stage.coach
    coach.echo.wait(coach.place.routine_left / 1000 + 1)
    with strike(stage):
        heard = in_time(lambda: coach.ask("hold it longer"))
        assert heard.speech in coach.wording.answers["trouble"]
    assert coach.remembered.choices.hold_seconds is None
    assert "seconds" in coach.ask("hold it longer").speech
    assert coach.remembered.choices.hold_seconds


class Worst(SessionStore):
    """A store that is as slow as it may be, once every race was lost that may be lost.

    What is found then cannot be read, so a copy is kept aside; and then the disk hangs.
    """

    SHARE = 0.7
    """Of the time it may take, so that it is in time on a busy machine, too."""
    RACING = sessions.SECONDS - 0.15

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let_go = Event()
        self._races_end = 0.0

    def load(self, _: str) -> Stored:
        self._races_end = self._races_end or time.monotonic() + self.RACING
        if time.monotonic() < self._races_end:
            return Stored(encode(Runner()), 1)
        self._take("load", self.SHARE * bounded.SECONDS)
        return Stored(b"no record", 1)

    def save(self, *_: object) -> None:
        if time.monotonic() < self._races_end:
            time.sleep(0.04)
            raise ConflictError("somebody was faster")
        self._take("save", 60)

    def keep_aside(self, *_: object) -> None:
        self._take("keep aside", self.SHARE * bounded.SECONDS * bounded.COPY_SHARE)

    def close(self) -> None:
        pass

    def _take(self, what: str, seconds: float) -> None:
        self.asked.append(what)
        self.let_go.wait(seconds)


def test_the_longest_a_store_can_take():
    """A turn, races, a record nobody can read and a disk that hangs, all in one: it is in time."""
    worst = Worst()
    with closing(BoundedStore(worst)) as store:
        manager = sessions.SessionManager(store, REPERTOIRE)
        for turn in manager._turns:  # noqa: SLF001 - as if much happened to this runner just now
            turn.acquire()
        begun = time.monotonic()
        in_time(lambda: manager.handle("u", events.LessTalking(), moment(Phase.IDLE)))
        took = time.monotonic() - begun
        worst.let_go.set()
    assert worst.asked == ["load", "keep aside", "save"]
    reading = worst.SHARE * bounded.SECONDS * (1 + bounded.COPY_SHARE)
    assert took > sessions.TURN_SECONDS + worst.RACING + reading + bounded.SECONDS


def test_what_is_locked_is_heard_of():
    """Who waits for a lock in vain hears that it was one, before they stop waiting."""
    assert sqlite.BUSY_SECONDS < bounded.SECONDS


class TestTheStart:
    def test_damaged_file(self, rendered, tmp_path, caplog):  # noqa: ARG002
        """A file found damaged is kept aside, byte for byte, and what can be read is taken over."""
        database = tmp_path / "runners.sqlite3"
        with closing(SqliteStore(database)) as store:
            for number in range(400):
                store.save(f"runner {number:03}", b"%03d" % number * 100, None)
        content = bytearray(database.read_bytes())
        content[20 * 4096 : 22 * 4096] = b"\xa5" * 8192
        database.write_bytes(content)
        with closing(SqliteStore(database)) as store:
            found = {number for number in range(400) if store.load(f"runner {number:03}")}
            assert 300 < len(found) < 400
            store.save("runner 400", b"new", None)
        (aside,) = tmp_path.glob("*.unreadable-*")
        assert aside.read_bytes() == bytes(content)
        assert "damaged" in caplog.text

    @pytest.mark.parametrize("how", ["missing", "cut short"])
    def test_audio(self, rendered, tmp_path, how):
        """Audio that is missing or cut short is named before anybody is served."""
        folder = tmp_path / rendered.name
        shutil.copytree(rendered, folder)
        named = json.loads((folder / "manifest.json").read_text())["cues"]
        cue = folder / "cues" / next(iter(named.values()))["file"]
        if how == "missing":
            cue.unlink()
        else:
            cue.write_bytes(cue.read_bytes()[:-10])
        with pytest.raises(ManifestBrokenError, match="render_audio") as refused:
            build(Settings(audio=tmp_path, public_url=PUBLIC_URL, database=tmp_path / "x"))
        assert cue.name in str(refused.value)

    def test_no_manifest(self, tmp_path):
        """Where nothing was rendered, the command that does it is named."""
        with pytest.raises(ManifestMissingError, match="render_audio"):
            build(Settings(audio=tmp_path, database=tmp_path / "x"))
