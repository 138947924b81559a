"""The session manager: load, advance, save. It knows no Alexa and no database.

A write that lost a race is decided again on what the other has written, never merged. With
the store away the coach goes on from what could be read and what the player tells, and says
nothing of it; until the next event the device can carry what has happened, or this process keeps
it in mind. A wish then holds for as long as this guide is played; where none is, it would hold for
nothing, and is not promised. Nor is anyone told to be forgotten before they are.
"""

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from threading import Lock
from typing import Generic, TypeVar

from skill.coaching.events import Event, Undo
from skill.coaching.lines import line
from skill.coaching.moments import Moment
from skill.coaching.outcomes import Outcome, Play
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner, SessionState
from skill.coaching.session import MOST_AHEAD, advance
from skill.coaching.values import replace, value_class
from skill.ports import ConflictError, Documents, InDoubtError, SessionStore, Stored, StoreError
from skill.records import CorruptRecordError, decode, encode

ATTEMPTS = 20
SECONDS = 0.6
"""How often, and for how long, a decision is made anew: the answer shall come within 3 s."""
LONGEST_REST = 0.01
"""Seconds between two attempts, at most: at random, so that two who race do not go on so."""
TURNS = 64
TURN_SECONDS = 0.3
"""Events of one runner take turns within this process, if it does not take longer; then, and
between processes, they race."""
CACHE_SIZE = 1024
"""Of how many runners, those stored last, it is known what was stored of them."""
DOUBTS = 16
"""After what was cached has been wrong once, how often in a row it has to be right."""
MOST_MISSED = 1024
"""Of how many runners it is kept in mind what the store has missed."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class Kept(StrEnum):
    """What became of a runner's record in the store."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    AWAY = "away"
    """The store was out of reach: what happened is kept nowhere but in the player's token."""
    BUSY = "busy"
    """Every race was lost; that, too, is kept nowhere."""


@value_class
class Happening:
    """One event that happened to a runner, for whoever watches."""

    event: Event
    before: Runner
    after: Runner
    kept: Kept


class SessionManager:
    """Keeps every runner's session; safe to use from several threads and processes.

    `witness` is told of each event that has happened. The runners stored last, so many of them, are
    in a cache, and need not be read before they are written again: if somebody else has written
    meanwhile, the write finds out, and it is decided anew; where that happens, they are read first.
    Where each request is most likely another process's, caching is in vain.
    """

    def __init__(
        self,
        store: SessionStore,
        repertoire: Repertoire,
        witness: Callable[[Happening], None] = lambda _: None,
        *,
        cache_size: int = CACHE_SIZE,
    ) -> None:
        self._store = store
        self._repertoire = repertoire
        self._witness = witness
        self._turns = tuple(Lock() for _ in range(TURNS))
        self._cache = _Cache(cache_size)
        self._missed: _Latest[Runner] = _Latest(MOST_MISSED)

    def handle(self, user_id: str, event: Event, moment: Moment) -> Outcome:
        """Let an event happen to a user; what it changed is stored when this returns.

        If it is not (`Outcome.is_kept`), the device can carry the outcome's runner until its next
        moment. An outcome that `forgets` is returned only when nothing is stored of the user any
        more.
        """
        key = storage_key(user_id)
        turn = self._turns[int(key[:4], 16) % TURNS]
        is_ours = turn.acquire(timeout=TURN_SECONDS)
        try:
            missed = self._missed.take(key)
            if missed and moment.carried is None:
                moment = replace(moment, carried=missed)
            decision = _Decision(key, event, moment, self._repertoire, self._cache)
            outcome, kept = self._made(decision)
            if not outcome.is_kept:
                self._missed.put(key, replace(outcome.runner, history=()))
        finally:
            if is_ours:
                turn.release()
        self._witness(Happening(event, decision.before, outcome.runner, kept))
        return outcome

    def look(self, user_id: str) -> Runner:
        """Return what is remembered of a user, a stranger who is to be told if it cannot be read.

        Raise `StoreError` if the store cannot be reached.
        """
        stored = self._store.load(storage_key(user_id))
        try:
            return decode(stored.document) if stored else Runner()
        except CorruptRecordError:
            return Runner().owing("state-lost")  # kept aside when something happens to them

    def _made(self, decision: "_Decision") -> tuple[Outcome, Kept]:
        """Return what follows, and what became of it in the store."""
        try:
            return self._store.visit(decision.make)
        except ConflictError:
            return decision.make_alone(), Kept.BUSY
        except StoreError as away:
            log.warning("store out of reach, going on from what is known: %s", away)
            return decision.make_alone(is_in_doubt=isinstance(away, InDoubtError)), Kept.AWAY


class _Decision:
    """What follows from one event: decided on what is stored, and stored there; or else alone.

    `before` is the runner to whom it happens, as far as anything is known of them.
    """

    def __init__(
        self,
        key: str,
        event: Event,
        moment: Moment,
        repertoire: Repertoire,
        cache: "_Cache",
    ) -> None:
        self.before = moment.carried or Runner()
        self._is_known = False
        self._key = key
        self._event = event
        self._moment = moment
        self._repertoire = repertoire
        self._cache = cache

    def make(self, documents: Documents) -> tuple[Outcome, Kept]:
        """Decide, and store what was decided; anew if somebody else was faster.

        Raise `ConflictError` if every race is lost. What was read by then is known even so.
        """
        deadline = time.monotonic() + SECONDS
        attempt = 0
        while True:
            attempt += 1
            known = self._look_up(documents)
            self.before, self._is_known = _taken_up(known.runner, self._moment), True
            outcome = self._decide()
            try:
                return outcome, self._remember(documents, known, outcome)
            except ConflictError:
                if known.is_cached:
                    self._cache.was_wrong()
                    continue  # it was no race: we have not looked
                if attempt >= ATTEMPTS or time.monotonic() >= deadline:
                    log.warning("store too busy after %d attempts, this is not kept", attempt)
                    raise
                _rest()

    def make_alone(self, *, is_in_doubt: bool = False) -> Outcome:
        """Decide by what is known, keep nothing, and promise nothing that must be kept.

        `is_in_doubt`: it may be kept after all, and who asked for it again would have it twice.
        """
        outcome = replace(self._decide(), is_kept=False)
        if outcome.forgets:
            still_kept = replace(self.before, session=replace(self.before.session, asked=None))
            return Outcome(still_kept, (line("trouble-forgetting"),), is_kept=False)
        if not self._promises_in_vain(outcome):
            return outcome
        if is_in_doubt:
            return replace(outcome, lines=(*outcome.lines, line("perhaps-not-kept")))
        return Outcome(self.before, (line("trouble"),), is_kept=False)

    def _decide(self) -> Outcome:
        return advance(
            self.before, self._event, self._moment, self._repertoire, is_known=self._is_known
        )

    def _look_up(self, documents: Documents) -> "_Known":
        """Return what is known of the runner: what is stored, or if that is trusted, cached."""
        cached = self._cache.take(self._key)
        if cached and self._cache.is_trusted:
            return cached
        stored = documents.load(self._key)
        if cached and cached.stored == stored:
            self._cache.was_right()
            return _Known(cached.runner, stored)
        if cached:
            self._cache.was_wrong()
        return _read(documents, self._key, stored)

    def _remember(self, documents: Documents, known: "_Known", outcome: Outcome) -> Kept:
        """Store what an event has changed, or delete what is stored.

        Raise `ConflictError` if what was known is not what is stored any more.
        """
        stored, after = known.stored, outcome.runner
        document = encode(after)
        is_same = document == (stored.document if stored else _OF_A_STRANGER)
        # Where no write will tell, or one may not come too late: whether it is as it was.
        must_look = is_same or outcome.forgets or _is_wish(known.runner, after)
        if known.is_cached and must_look and documents.load(self._key) != stored:
            raise ConflictError("somebody else has written since")
        if outcome.forgets:
            if stored:
                documents.delete(self._key, stored.version)
            return Kept.DELETED
        if is_same:
            return Kept.UNCHANGED
        documents.save(self._key, document, stored.version if stored else None)
        if stored:
            newest = Stored(document, stored.version + 1)
            self._cache.put(self._key, _Known(after, newest, is_cached=True))
        return Kept.SAVED

    def _promises_in_vain(self, outcome: Outcome) -> bool:
        """Whether what is said cannot be true with the store away: a lasting wish, or an undo."""
        if isinstance(self._event, Undo) and not self._is_known:
            return True
        return _is_wish(self.before, outcome.runner) and not isinstance(outcome.player, Play)


@value_class
class _Known:
    """Who a runner is, by what is stored of them; or was, when this process stored it itself."""

    runner: Runner
    stored: Stored | None
    is_cached: bool = False


class _Latest(Generic[T]):
    """What was put last, under so many keys, each until somebody takes it; safe in all threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> T | None:
        with self._lock:
            return self._kept.pop(key, None)

    def put(self, key: str, value: T) -> None:
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


class _Cache(_Latest[_Known]):
    """The runners stored last, each until somebody takes it; safe to use from several threads.

    Where other processes write as well, what is cached is often old, and to find that out by a
    write costs more than to read. So once it was wrong, it is not trusted before it would have been
    right so many times in a row.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._doubts = 0

    @property
    def is_trusted(self) -> bool:
        return not self._doubts

    def was_right(self) -> None:
        self._doubts = max(self._doubts - 1, 0)

    def was_wrong(self) -> None:
        self._doubts = DOUBTS


def following(outcome: Outcome, moment: Moment) -> Moment:
    """Return the same moment, for another event that follows from an outcome at once."""
    return replace(moment, command_id="", carried=None if outcome.is_kept else outcome.runner)


def _taken_up(runner: Runner, moment: Moment) -> Runner:
    """Return a stored runner with what the device has carried past the store: place and question.

    Their wishes are as stored: one that the store has missed was not promised. A routine that has
    come to its end since is not begun again. Nor is what hurts, or is of concern, forgotten by who
    has not heard of it: at worst it is asked once more whether it is settled.
    """
    carried = moment.carried
    if carried is None:
        return runner
    session, told = runner.session, carried.session
    latest = (moment.now + MOST_AHEAD).timestamp()
    if not session.generation <= told.generation <= latest:
        return runner  # played on elsewhere since, or by no clock of ours
    if session.generation == told.generation and session.progress is None and told.progress:
        return runner
    if session.generation == told.generation and _has_heard_of_more(session, told):
        return runner
    session = replace(told, talk=session.talk, said=session.said)
    return replace(runner, session=session, proposed=carried.proposed)


def _has_heard_of_more(one: SessionState, other: SessionState) -> bool:
    """Whether one session knows of harm that another of its generation does not."""
    hurts = one.hurt is not None and other.progress is not None and other.hurt is None
    return hurts or (one.concern is not None and other.concern is None)


def _read(documents: Documents, key: str, stored: Stored | None) -> _Known:
    if stored is None:
        return _Known(Runner(), None)
    try:
        return _Known(decode(stored.document), stored)
    except CorruptRecordError as corrupt:
        log.error("a record cannot be read and is kept aside: %s", corrupt)  # noqa: TRY400
        documents.keep_aside(key, stored)
        return _Known(Runner().owing("state-lost"), stored)


def _rest() -> None:
    import random  # noqa: PLC0415 - races are rare, and it takes a while to load

    time.sleep(random.uniform(0, LONGEST_REST))  # noqa: S311 - no secret


_OF_A_STRANGER = encode(Runner())


def _is_wish(before: Runner, after: Runner) -> bool:
    """Whether something has changed that is to hold for longer than a routine."""
    return (before.choices, before.waits) != (after.choices, after.waits)


def storage_key(user_id: str) -> str:
    """Return the key a user is stored under: their id cannot be read back from it."""
    return hashlib.sha256(user_id.encode()).hexdigest()
