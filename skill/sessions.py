"""The session manager: load, advance, save. It knows no Alexa and no database.

A write that lost a race is decided again on what the other has written, never merged. With
the store away the coach goes on from what could be read and what the player tells, and says
nothing of it. A wish then holds for as long as this guide is played; where none is, it would hold
for nothing, and is not promised. Nor is anyone told to be forgotten before they are.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from enum import StrEnum
from threading import Lock

from skill.coaching.events import Event, Undo
from skill.coaching.lines import line
from skill.coaching.moments import Moment
from skill.coaching.outcomes import Outcome, Play
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner
from skill.coaching.session import advance
from skill.coaching.values import replace, value_class
from skill.ports import ConflictError, Documents, SessionStore, Stored, StoreError
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
LATEST = 1024
"""Of how many runners, those stored last, it is known what was stored of them."""

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

    `witness` is told of each event that has happened. So many runners whom it `keeps` need not be
    read before they are written again: if somebody else has written meanwhile, the write finds out,
    and it is decided anew. Where each request is most likely another process's, that is in vain.
    """

    def __init__(
        self,
        store: SessionStore,
        repertoire: Repertoire,
        witness: Callable[[Happening], None] = lambda _: None,
        *,
        keeps: int = LATEST,
    ) -> None:
        self._store = store
        self._repertoire = repertoire
        self._witness = witness
        self._turns = tuple(Lock() for _ in range(TURNS))
        self._keeps = keeps
        self._latest: dict[str, _Known] = {}

    def handle(self, user_id: str, event: Event, moment: Moment) -> Outcome:
        """Let an event happen to a user; what it changed is stored when this returns.

        An outcome that `forgets` is returned only when nothing is stored of the user any more.
        """
        key = storage_key(user_id)
        turn = self._turns[int(key[:4], 16) % TURNS]
        is_ours = turn.acquire(timeout=TURN_SECONDS)
        try:
            runner, outcome, kept = self._happen(key, event, moment)
        finally:
            if is_ours:
                turn.release()
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

    def _happen(self, key: str, event: Event, moment: Moment) -> tuple[Runner, Outcome, Kept]:
        """Return the runner before it, what follows, and what became of it in the store."""
        found = _Found()
        try:
            outcome, kept = self._store.visit(
                lambda documents: self._decide(documents, key, event, moment, found)
            )
        except ConflictError:
            trouble = Kept.BUSY
        except StoreError as away:
            log.warning("store out of reach, going on from what is known: %s", away)
            trouble = Kept.AWAY
        else:
            return found.runner, outcome, kept
        return found.runner, self._decide_alone(event, moment, found), trouble

    def _decide_alone(self, event: Event, moment: Moment, found: "_Found") -> Outcome:
        """Decide by what was found so far, keep nothing, and promise nothing that must be kept."""
        runner, is_known = found.runner, found.is_known
        outcome = advance(runner, event, moment, self._repertoire, is_known=is_known)
        if outcome.forgets:
            still_kept = (line("trouble-forgetting"),)
            return replace(outcome, lines=still_kept, errand=None, forgets=False)
        if _promises_in_vain(runner, event, outcome, is_known=is_known):
            return Outcome(runner, (line("trouble"),))
        return outcome

    def _decide(
        self, documents: Documents, key: str, event: Event, moment: Moment, found: "_Found"
    ) -> tuple[Outcome, Kept]:
        """Decide, and store what was decided; anew if somebody else was faster.

        Raise `ConflictError` if every race is lost. Whoever is `found` is so even if this fails.
        """
        deadline = time.monotonic() + SECONDS
        attempt = 0
        while True:
            attempt += 1
            before = self._latest.pop(key, None)
            known = before or _load(documents, key)
            found.runner, found.is_known = known.runner, True
            outcome = advance(known.runner, event, moment, self._repertoire)
            try:
                return outcome, self._remember(documents, key, known, outcome)
            except ConflictError:
                if before:
                    continue  # it was no race: we have not looked
                if attempt >= ATTEMPTS or time.monotonic() >= deadline:
                    log.warning("store too busy after %d attempts, this is not kept", attempt)
                    raise
                _rest()

    def _remember(self, documents: Documents, key: str, known: "_Known", outcome: Outcome) -> Kept:
        """Store what an event has changed, or delete what is stored.

        Raise `ConflictError` if what was known is not what is stored any more.
        """
        stored, after = known.stored, outcome.runner
        document = encode(after)
        is_same = document == (stored.document if stored else _OF_A_STRANGER)
        # Where no write will tell, or one may not come too late: whether it is as it was.
        must_look = is_same or outcome.forgets or _is_wish(known.runner, after)
        if known.is_from_before and must_look and documents.load(key) != stored:
            raise ConflictError("somebody else has written since")
        if outcome.forgets:
            if stored:
                documents.delete(key, stored.version)
            return Kept.DELETED
        if is_same:
            return Kept.UNCHANGED
        documents.save(key, document, stored.version if stored else None)
        if stored and self._keeps:
            written = Stored(document, stored.version + 1)
            self._latest[key] = _Known(after, written, is_from_before=True)
            while len(self._latest) > self._keeps:
                self._latest.pop(next(iter(self._latest)), None)
        return Kept.SAVED


class _Found:
    """Who was found in the store, as far as anything was; a visit that has failed adds nothing."""

    def __init__(self) -> None:
        self.runner = Runner()
        self.is_known = False


@value_class
class _Known:
    """Who a runner is, by what is stored of them; or was, when this process stored it itself."""

    runner: Runner
    stored: Stored | None
    is_from_before: bool = False


def _load(documents: Documents, key: str) -> _Known:
    stored = documents.load(key)
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


def _promises_in_vain(before: Runner, event: Event, outcome: Outcome, *, is_known: bool) -> bool:
    """Whether what is said cannot be true with the store away: a lasting wish, or an undo."""
    if isinstance(event, Undo):
        return not is_known
    return _is_wish(before, outcome.runner) and not isinstance(outcome.player, Play)


def _is_wish(before: Runner, after: Runner) -> bool:
    """Whether something has changed that is to hold for longer than a routine."""
    return (before.choices, before.waits) != (after.choices, after.waits)


def storage_key(user_id: str) -> str:
    """Return the key a user is stored under: their id cannot be read back from it."""
    return hashlib.sha256(user_id.encode()).hexdigest()
