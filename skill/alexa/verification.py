"""Decides whether a request comes from Alexa; whoever knocks otherwise gets HTTP 400.

Three proofs: a signature over the raw body by a key that is Amazon's, a time just now, and
our skill's id. Rules: Amazon's documentation, "Host a custom skill as a web service",
section "Verify that the request was sent by Alexa".

No message, and no log, may carry a request's body: it holds ids and access tokens.
"""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from skill.alexa.admission import NotFromAlexaError, value_at
from skill.alexa.certificates import FETCH_SECONDS, SigningKeys, normalise_url

__all__ = [
    "Headers",
    "NotFromAlexaError",
    "SignatureError",
    "SignatureHeaderError",
    "TimestampError",
    "Verifier",
    "check_timestamp",
]

URL_HEADER = "SignatureCertChainUrl"
SIGNATURE_HEADER = "Signature-256"

TOLERANCE = timedelta(seconds=150)
EVENT_TOLERANCE = timedelta(hours=1)
# Alexa sends these again until they are acknowledged, so they may be older. The list is that
# of Amazon's own SDK; a type not on it gets the short tolerance, however it is named.
REPEATED_EVENTS = (
    "AlexaSkillEvent.SkillAccountLinked",
    "AlexaSkillEvent.SkillDisabled",
    "AlexaSkillEvent.SkillEnabled",
    "AlexaSkillEvent.SkillPermissionAccepted",
    "AlexaSkillEvent.SkillPermissionChanged",
)


class SignatureHeaderError(NotFromAlexaError):
    """One of the two signature headers is missing or empty, or the signature is not base64."""

    code = "bad-signature-header"


class SignatureError(NotFromAlexaError):
    """The signature was not made with this key over this body."""

    code = "wrong-signature"


class TimestampError(NotFromAlexaError):
    """The request does not say when it was sent, or that was not just now."""

    code = "wrong-time"


class Headers(Protocol):
    """Request headers, as Flask has them: names in any case, a header sent twice joined.

    (WSGI servers join with a comma, which is neither in Amazon's URLs nor in base64.)
    """

    def get(self, key: str, /) -> str | None:
        """Return a header's value, or None."""


class Verifier:
    """Checks signatures; one for all threads, keeping the keys it has proved.

    `fetch` downloads a certificate chain (PEM) by its URL and raises
    CertificatesUnavailableError; a request waits `patience_seconds` for it at most.
    """

    def __init__(
        self,
        fetch: Callable[[str], bytes],
        trusted_roots: Sequence[Certificate],
        *,
        patience_seconds: float = FETCH_SECONDS,
    ) -> None:
        self._keys = SigningKeys(fetch, trusted_roots, patience_seconds=patience_seconds)

    def verify(self, headers: Headers, body: bytes, now: datetime) -> None:
        """Raise NotFromAlexaError unless Amazon signed exactly this body.

        `now` must carry its time zone. Only Signature-256 counts: the older header
        `Signature` is made with SHA-1.
        """
        signature = _base64(_header(headers, SIGNATURE_HEADER))
        url = normalise_url(_header(headers, URL_HEADER))
        try:
            self._keys.get(url, now).verify(signature, body, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise SignatureError(
                f"the {SIGNATURE_HEADER} header is not the signature of this body by the key"
                f" of {url}"
            ) from None


def check_timestamp(envelope: object, now: datetime) -> None:
    """Raise TimestampError unless the request was sent within 150 s of `now`, before or after.

    Skill events may be an hour old (Amazon's documentation, "Skill Events in Alexa
    Skills": they are delivered again until acknowledged).
    """
    text = value_at(envelope, "request", "timestamp")
    try:
        sent = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        sent = None
    if sent is None or sent.tzinfo is None:
        raise TimestampError(
            "request.timestamp must be an ISO 8601 time with its zone, such as 2026-01-31T06:30:00Z"
        )
    repeated = value_at(envelope, "request", "type") in REPEATED_EVENTS
    tolerance = EVENT_TOLERANCE if repeated else TOLERANCE
    if abs(now - sent) > tolerance:
        raise TimestampError(
            f"request.timestamp is {sent}, and now is {now}: they may be"
            f" {tolerance.total_seconds():.0f} s apart"
        )


def _header(headers: Headers, name: str) -> str:
    value = headers.get(name)
    if not value:
        raise SignatureHeaderError(f"the header {name} is {'empty' if value == '' else 'missing'}")
    return value


def _base64(text: str) -> bytes:
    """Decode strictly: one spelling for each value, so no bit of the text is free to change."""
    try:
        signature = base64.b64decode(text)
    except ValueError:
        signature = b""
    if not signature or base64.b64encode(signature).decode() != text:
        raise SignatureHeaderError(f"the header {SIGNATURE_HEADER} must be base64 (RFC 4648)")
    return signature
