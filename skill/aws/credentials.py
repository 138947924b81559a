"""Credentials: the keys that Amazon lends to a function or a container.

A function finds them in its environment. A container, and a function started from a snapshot
(SnapStart), asks an address that its environment names, and again before they expire. So both
are looked at when a request is to be signed, and never before: a snapshot must hold no keys.
Rules: Amazon's documentation, "Container credential provider".

No message, and no log, may carry a key or a token.
"""

import http.client
import json
import logging
import re
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import SplitResult, urlsplit

from skill.aws.errors import AwsError
from skill.aws.signature import Keys
from skill.coaching.values import value_class

ACCESS_KEY = "AWS_ACCESS_KEY_ID"
SECRET = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 - the names of variables
SESSION_TOKEN = "AWS_SESSION_TOKEN"  # noqa: S105
FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
RELATIVE_URI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
AUTHORIZATION = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
AUTHORIZATION_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"

CONTAINER_HOST = "http://169.254.170.2"
TRUSTED_HOSTS = frozenset({"localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"})
"""Where keys may be fetched without encryption, besides this machine: ECS and EKS answer there."""

REFRESH_SECONDS = 5 * 60
"""So long before keys expire new ones are fetched."""
RETRY_SECONDS = 10
"""How long keys that are still good are used before fetching new ones is tried again."""
LARGEST_ANSWER = 64 * 1024

_SENDABLE = re.compile("[ -~]*")

log = logging.getLogger(__name__)


@value_class
class _Lent:
    keys: Keys
    expires: float


class Credentials:
    """The keys to sign with at this moment; safe to use from several threads.

    `environment` is looked at each time, so it has to be the live one.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._lock = Lock()
        self._lent: _Lent | None = None
        self._next_try = 0.0

    def keys(self, seconds: float) -> Keys:
        """Return the keys, in so many seconds; raise `AwsError` if there are none."""
        access_key, secret = map(self._environment.get, (ACCESS_KEY, SECRET))
        if access_key and secret:
            return Keys(access_key, secret, self._environment.get(SESSION_TOKEN, ""))
        # Amazon's times of expiry are by the wall's clock.
        if not self._lock.acquire(timeout=seconds):
            raise AwsError("the credentials are being fetched, and that takes too long")
        try:
            return self._lent_keys(time.time(), seconds)
        finally:
            self._lock.release()

    def _lent_keys(self, now: float, seconds: float) -> Keys:
        lent = self._lent if self._lent and self._lent.expires > now else None
        if lent and now < max(lent.expires - REFRESH_SECONDS, self._next_try):
            return lent.keys
        try:
            self._lent = lent = self._fetch(seconds)
        except (OSError, http.client.HTTPException, ValueError) as refused:
            if not lent:
                raise AwsError(f"there are no credentials to be had: {refused}") from refused
            self._next_try = now + RETRY_SECONDS
            log.warning("no new credentials yet: %s", refused)
        return lent.keys

    def _fetch(self, seconds: float) -> _Lent:
        address = self._address()
        kind = (
            http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        )
        headers = {"Accept": "application/json"}
        if authorization := self._authorization():
            headers["Authorization"] = authorization
        path = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
        with closing(kind(address.hostname or "", address.port, timeout=seconds)) as line:
            line.request("GET", path, headers=headers)
            with line.getresponse() as response:
                content = response.read(LARGEST_ANSWER)
        if response.status != http.client.OK:
            raise ValueError(f"{address.hostname} answered with HTTP {response.status}")
        return _read(content)

    def _address(self) -> SplitResult:
        full, relative = map(self._environment.get, (FULL_URI, RELATIVE_URI))
        if not full and not relative:
            raise ValueError(
                f"the environment has neither {ACCESS_KEY} with {SECRET}, nor {FULL_URI}"
            )
        address = urlsplit(f"{CONTAINER_HOST}{relative}" if relative else full or "")
        if address.scheme != "https" and not (address.scheme == "http" and _is_trusted(address)):
            raise ValueError(f"{FULL_URI} takes https, or an address of this machine's own")
        return address

    def _authorization(self) -> str:
        if file := self._environment.get(AUTHORIZATION_FILE):
            token = Path(file).read_text("utf-8").strip()
        else:
            token = self._environment.get(AUTHORIZATION, "")
        if not _SENDABLE.fullmatch(token):
            raise ValueError(f"{AUTHORIZATION} holds what no header may")
        return token


def _is_trusted(address: SplitResult) -> bool:
    host = address.hostname or ""
    try:
        return host in TRUSTED_HOSTS or ip_address(host).is_loopback
    except ValueError:
        return False


def _read(content: bytes) -> _Lent:
    try:
        document: Mapping[str, Any] = json.loads(content)
        keys = Keys(document["AccessKeyId"], document["SecretAccessKey"], document["Token"])
        expires = datetime.fromisoformat(document["Expiration"])
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ValueError("what was fetched as credentials is none") from None
    texts = (keys.access_key, keys.secret, keys.session_token)
    if not all(isinstance(text, str) and text for text in texts) or expires.tzinfo is None:
        raise ValueError("what was fetched as credentials is none")
    return _Lent(keys, expires.timestamp())
