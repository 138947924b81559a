"""Decides whether a request comes from Alexa; whoever knocks otherwise gets HTTP 400.

Four proofs: the signature over the raw body, made with a key that is Amazon's; the time
it was sent; and that it was meant for our skill. Rules: Amazon's documentation, "Host a
custom skill as a web service", section "Verify that the request was sent by Alexa".

No message, and no log, may carry a request's body: it holds ids and access tokens.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from skill.alexa.certificates import (
    FETCH_SECONDS,
    NotFromAlexa,
    SigningKeys,
    normalise_url,
)

URL_HEADER = "SignatureCertChainUrl"
SIGNATURE_HEADER = "Signature-256"

TOLERANCE = timedelta(seconds=150)
EVENT_TOLERANCE = timedelta(hours=1)
# Alexa repeats these until they are acknowledged, with the time of the first try. The list
# is Amazon's; a type not on it gets the short tolerance, however it is named.
REPEATED_EVENTS = (
    "AlexaSkillEvent.SkillAccountLinked",
    "AlexaSkillEvent.SkillDisabled",
    "AlexaSkillEvent.SkillEnabled",
    "AlexaSkillEvent.SkillPermissionAccepted",
    "AlexaSkillEvent.SkillPermissionChanged",
)


class BadSignatureHeader(NotFromAlexa):
    """A signature header is missing, empty, there twice, or not base64."""

    code = "bad-signature-header"


class WrongSignature(NotFromAlexa):
    """The signature was not made with this key over this body."""

    code = "wrong-signature"


class WrongTime(NotFromAlexa):
    """The request does not say when it was sent, or that was not just now."""

    code = "wrong-time"


class WrongSkill(NotFromAlexa):
    """The request is meant for another skill, or does not say for which."""

    code = "wrong-skill"


class Headers(Protocol):
    """Request headers, as Werkzeug has them: names in any case, several values a name."""

    def getlist(self, key: str, /) -> list[str]:
        """Return every value of a header."""


class Verifier:
    """Checks signatures; one for all threads, keeping the keys it has proved.

    `fetch` downloads a certificate chain (PEM) by its URL and raises
    CertificatesUnavailable; a request waits `patience_seconds` for it at most.
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
        """Raise NotFromAlexa unless Amazon signed exactly this body.

        `now` must carry its time zone. Only Signature-256 counts: the older header
        `Signature` is made with SHA-1.
        """
        signature = _base64(_only(headers, SIGNATURE_HEADER))
        url = normalise_url(_only(headers, URL_HEADER))
        try:
            self._keys.get(url, now).verify(signature, body, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise WrongSignature(
                f"the {SIGNATURE_HEADER} header is not the signature of this body by the key"
                f" of {url}"
            ) from None


def check_timestamp(envelope: object, now: datetime) -> None:
    """Raise WrongTime unless the request was sent within 150 s of `now`, before or after.

    Skill events may be an hour old (Amazon's documentation, "Skill Events in Alexa
    Skills": they are delivered again until acknowledged).
    """
    text = _value(envelope, "request", "timestamp")
    try:
        sent = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        sent = None
    if sent is None or sent.tzinfo is None:
        raise WrongTime(
            "request.timestamp must be an ISO 8601 time with its zone, such as 2026-01-31T06:30:00Z"
        )
    repeated = _value(envelope, "request", "type") in REPEATED_EVENTS
    tolerance = EVENT_TOLERANCE if repeated else TOLERANCE
    if abs(now - sent) > tolerance:
        raise WrongTime(
            f"request.timestamp is {sent}, and now is {now}: they may be"
            f" {tolerance.total_seconds():.0f} s apart"
        )


def check_application(envelope: object, skill_id: str) -> None:
    """Raise WrongSkill unless the request names `skill_id`, and no other skill.

    Requests without a session (AudioPlayer's, for one) name it in the context alone.
    """
    named = [
        application
        for place in (("context", "System"), ("session",))
        if (application := _value(envelope, *place, "application", "applicationId")) is not None
    ]
    if not named:
        raise WrongSkill(
            f"the request names no skill: context.System.application.applicationId must be {skill_id!r}"
        )
    if any(application != skill_id for application in named):
        raise WrongSkill(f"the request is for another skill than {skill_id!r}")


def _only(headers: Headers, name: str) -> str:
    values = headers.getlist(name)
    if len(values) != 1 or not values[0]:
        raise BadSignatureHeader(
            f"the header {name} must be there once, not {len(values)} times, and not empty"
        )
    return values[0]


def _base64(text: str) -> bytes:
    """Decode strictly: one spelling for each value, so no bit of the text is free to change."""
    try:
        signature = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    if not signature or base64.b64encode(signature).decode() != text:
        raise BadSignatureHeader(f"the header {SIGNATURE_HEADER} must be base64 (RFC 4648)")
    return signature


def _value(envelope: object, *path: str) -> object:
    """Return what a JSON document holds at `path`; None if it, or a step to it, is not there."""
    for name in path:
        envelope = envelope.get(name) if isinstance(envelope, dict) else None
    return envelope
