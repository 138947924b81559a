"""The session manager: load, advance, save. It knows no Alexa and no database.

A write that lost a race is decided again on what the other has written, never merged. With
the store away the coach goes on from what could be read and what the player tells, and says
nothing of it, unless the runner has asked to be forgotten: that is never said to be done
before it is.
"""

import hashlib
import logging
from dataclasses import replace

from skill.coaching.events import Event, Moment
from skill.coaching.lines import line
from skill.coaching.outcomes import Outcome
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner
from skill.coaching.session import advance
from skill.ports import ConflictError, SessionStore, Stored, StoreError
from skill.records import CorruptRecordError, decode, encode

ATTEMPTS = 10
"""How often a decision is made anew before the store counts as out of reach."""

log = logging.getLogger(__name__)


class SessionManager:
    """Keeps every runner's session; safe to use from several threads and processes."""

    def __init__(self, store: SessionStore, repertoire: Repertoire) -> None:
        self._store = store
        self._repertoire = repertoire

    def handle(self, user_id: str, event: Event, moment: Moment) -> Outcome:
        """Let an event happen to a user; what it changed is stored when this returns.

        An outcome that `forgets` is returned only when nothing is stored of the user any more.
        """
        key, runner = storage_key(user_id), Runner()
        for _ in range(ATTEMPTS):
            try:
                stored = self._store.load(key)
                runner = self._recalled(key, stored)
                outcome = advance(runner, event, moment, self._repertoire)
                self._remember(key, stored, outcome)
            except ConflictError:
                continue
            except StoreError as away:
                log.warning("store out of reach, going on from what is known: %s", away)
                break
            else:
                return outcome
        else:
            log.warning("store too busy after %d attempts, this is not kept", ATTEMPTS)
        outcome = advance(runner, event, moment, self._repertoire)
        if outcome.forgets:
            return replace(outcome, lines=(line("trouble-forgetting"),), forgets=False)
        return outcome

    def _remember(self, key: str, stored: Stored | None, outcome: Outcome) -> None:
        """Store what an event has changed, or delete what is stored."""
        if outcome.forgets:
            if stored:
                self._store.delete(key, stored.version)
            return
        document = encode(outcome.runner)
        if document != (stored.document if stored else encode(Runner())):
            self._store.save(key, document, stored.version if stored else None)

    def _recalled(self, key: str, stored: Stored | None) -> Runner:
        if stored is None:
            return Runner()
        try:
            return decode(stored.document)
        except CorruptRecordError as corrupt:
            log.error("a record cannot be read and is kept aside: %s", corrupt)  # noqa: TRY400
            self._store.keep_aside(key, stored)
            return Runner().owing("state-lost")


def storage_key(user_id: str) -> str:
    """Return the key a user is stored under: their id cannot be read back from it."""
    return hashlib.sha256(user_id.encode()).hexdigest()
