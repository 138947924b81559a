"""Runners: who a browser's cookie stands for. Signed, so that nobody takes another's place.

The key lies in the store of the sessions, so that all processes and machines that share it know
the same cookies. What a cookie holds is a random number: nothing in it is about the runner.
"""

import hmac
import logging
import math
import re
import secrets
import time
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from skill.browser.errors import NotNowError
from skill.coaching.values import value_class
from skill.ports import ConflictError, SessionStore, Stored, StoreError
from skill.sessions import storage_key

COOKIE = "glute_coach"
KEPT = timedelta(days=400)
"""The longest that browsers keep a cookie; each visit begins it anew."""
KEY_BYTES = 32
KEY_READ_AFTER = timedelta(days=30)
"""How often a process looks the key up, and keeps it from being forgotten as a runner would be."""

_KEY_STORED_UNDER = storage_key("the key that browsers' cookies are signed with")
_COOKIE = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{64})")


log = logging.getLogger(__name__)


class Acquaintance(StrEnum):
    """How well a browser is known."""

    KNOWN = "known"
    NEW = "new"
    """It brought no cookie: somebody new, or one whose cookie is lost."""
    UNRECOGNISED = "unrecognised"
    """It brought a cookie that we have not signed."""


@value_class
class Visitor:
    """A browser's runner, and the cookie that it is to keep."""

    runner: str
    cookie: str
    acquaintance: Acquaintance

    @property
    def user_id(self) -> str:
        """The name under which the sessions know the runner."""
        return f"browser:{self.runner}"


class Runners:
    """Tells runners by their cookies."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._key = b""
        self._read_at = -math.inf

    def visitor(self, cookie: str | None) -> Visitor:
        """Return who a cookie stands for: somebody new where there is none, or a false one.

        Raise `NotNowError` if that cannot be told.
        """
        is_new = time.monotonic() < self._read_at + KEY_READ_AFTER.total_seconds()
        key = self._key if is_new else self._stored_key()
        match = _COOKIE.fullmatch(cookie or "")
        if cookie and match and hmac.compare_digest(match[2], _signature(key, match[1])):
            return Visitor(match[1], cookie, Acquaintance.KNOWN)
        runner = secrets.token_hex(16)
        how = Acquaintance.UNRECOGNISED if cookie else Acquaintance.NEW
        return Visitor(runner, f"{runner}.{_signature(key, runner)}", how)

    def _stored_key(self) -> bytes:
        """Read the key, and write it once more: who is never written to, a store may forget."""
        try:
            stored = self._store.load(_KEY_STORED_UNDER) or self._made()
        except StoreError as away:
            if self._key:
                return self._key
            raise NotNowError("The coach cannot look up who you are just now.") from away
        if stored is None:
            raise NotNowError("The coach cannot keep who you are just now.")
        if len(stored.document) != KEY_BYTES:
            # With a key that others can guess, anybody could sign a cookie.
            log.error("the stored key of cookies has not %d bytes: delete it", KEY_BYTES)
            raise NotNowError("The coach cannot tell who you are just now.")
        with suppress(StoreError):  # another process was quicker, or will do it
            self._store.save(_KEY_STORED_UNDER, stored.document, stored.version)
        self._key, self._read_at = stored.document, time.monotonic()
        return self._key

    def _made(self) -> Stored | None:
        """Make the key, or store the one that is known again; return what is stored then."""
        key = self._key or secrets.token_bytes(KEY_BYTES)
        with suppress(ConflictError):  # another process was quicker
            self._store.save(_KEY_STORED_UNDER, key, None)
        return self._store.load(_KEY_STORED_UNDER)


def _signature(key: bytes, runner: str) -> str:
    return hmac.new(key, runner.encode(), sha256).hexdigest()
