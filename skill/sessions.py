"""The session manager: load, advance, save. It knows no Alexa and no database.

A write that lost a race is decided again on what the other has written, never merged. With
the store away the coach goes on from what could be read and what the player tells, and says
nothing of it. A wish then holds for as long as this guide is played; where none is, it would hold
for nothing, and is not promised. Nor is anyone told to be forgotten before they are.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import Lock

from skill.coaching.events import Event, Moment, Undo
from skill.coaching.lines import line
from skill.coaching.outcomes import Outcome, Play
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner
from skill.coaching.session import advance
from skill.coaching.values import replace, value_class
from skill.ports import ConflictError, SessionStore, Stored, StoreError
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

    `witness` is told of each event that has happened.
    """

    def __init__(
        self,
        store: SessionStore,
        repertoire: Repertoire,
        witness: Callable[[Happening], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._repertoire = repertoire
        self._witness = witness
        self._turns = tuple(Lock() for _ in range(TURNS))

    def handle(self, user_id: str, event: Event, moment: Moment) -> Outcome:
        """Let an event happen to a user; what it changed is stored when this returns.

        An outcome that `forgets` is returned only when nothing is stored of the user any more.
        """
        key = storage_key(user_id)
        with self._turn(key):
            runner, outcome, kept = self._happen(key, event, moment)
        self._witness(Happening(event, runner, outcome.runner, kept))
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

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """Wait for what is happening to this runner already, but not for long."""
        turn = self._turns[int(key[:4], 16) % TURNS]
        is_ours = turn.acquire(timeout=TURN_SECONDS)
        try:
            yield
        finally:
            if is_ours:
                turn.release()

    def _happen(self, key: str, event: Event, moment: Moment) -> tuple[Runner, Outcome, Kept]:
        """Return the runner before it, what follows, and what became of it in the store."""
        deciding, trouble = _Deciding(key, event, moment, self._repertoire), Kept.BUSY
        deadline = time.monotonic() + SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._store.visit(deciding.visit)
            except ConflictError:
                if attempt == ATTEMPTS or time.monotonic() >= deadline:
                    log.warning("store too busy after %d attempts, this is not kept", attempt)
                    break
                _rest()
            except StoreError as away:
                log.warning("store out of reach, going on from what is known: %s", away)
                trouble = Kept.AWAY
                break
        deciding.is_over = True
        runner, is_known = deciding.runner, deciding.is_known
        outcome = advance(runner, event, moment, self._repertoire, is_known=is_known)
        if outcome.forgets:
            kept = (line("trouble-forgetting"),)
            outcome = replace(outcome, lines=kept, errand=None, forgets=False)
        elif _promises_in_vain(runner, event, outcome, is_known=is_known):
            outcome = Outcome(runner, (line("trouble"),))
        return runner, outcome, trouble


class _Deciding:
    """One event to be decided on, in the store; `runner` is who it happens to, once they are read.

    Once it `is_over`, since the store took too long, nothing is written any more.
    """

    def __init__(self, key: str, event: Event, moment: Moment, repertoire: Repertoire) -> None:
        self.key = key
        self.event = event
        self.moment = moment
        self.repertoire = repertoire
        self.runner = Runner()
        self.is_known = False
        self.is_over = False

    def visit(self, store: SessionStore) -> tuple[Runner, Outcome, Kept]:
        """Load, advance, save; return the runner before, what follows, and what became of it."""
        stored = store.load(self.key)
        self.runner, self.is_known = self._recalled(store, stored), True
        outcome = advance(self.runner, self.event, self.moment, self.repertoire)
        if self.is_over:
            raise StoreError("the store has answered too late")
        return self.runner, outcome, self._remember(store, stored, outcome)

    def _recalled(self, store: SessionStore, stored: Stored | None) -> Runner:
        if stored is None:
            return Runner()
        try:
            return decode(stored.document)
        except CorruptRecordError as corrupt:
            log.error("a record cannot be read and is kept aside: %s", corrupt)  # noqa: TRY400
            store.keep_aside(self.key, stored)
            return Runner().owing("state-lost")

    def _remember(self, store: SessionStore, stored: Stored | None, outcome: Outcome) -> Kept:
        """Store what the event has changed, or delete what is stored."""
        if outcome.forgets:
            if stored:
                store.delete(self.key, stored.version)
            return Kept.DELETED
        document = encode(outcome.runner)
        if document == (stored.document if stored else _OF_A_STRANGER):
            return Kept.UNCHANGED
        store.save(self.key, document, stored.version if stored else None)
        return Kept.SAVED


def _rest() -> None:
    import random  # noqa: PLC0415 - races are rare, and it takes a while to load

    time.sleep(random.uniform(0, LONGEST_REST))  # noqa: S311 - no secret


_OF_A_STRANGER = encode(Runner())


def _promises_in_vain(before: Runner, event: Event, outcome: Outcome, *, is_known: bool) -> bool:
    """Whether what is said cannot be true with the store away: a lasting wish, or an undo."""
    if isinstance(event, Undo):
        return not is_known
    after = outcome.runner
    is_wish = (before.choices, before.waits) != (after.choices, after.waits)
    return is_wish and not isinstance(outcome.player, Play)


def storage_key(user_id: str) -> str:
    """Return the key a user is stored under: their id cannot be read back from it."""
    return hashlib.sha256(user_id.encode()).hexdigest()
