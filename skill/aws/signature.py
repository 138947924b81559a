"""Signatures: who asks Amazon for something proves it with Signature Version 4.

For what we ask, and no more: requests without a query, with their body in memory.
Rules: Amazon's documentation, "Create a signed AWS API request".
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from skill.coaching.values import field, value_class

ALGORITHM = "AWS4-HMAC-SHA256"


@value_class
class Keys:
    """What a request is signed with. The session's token is empty for a user's lasting keys."""

    access_key: str
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@value_class
class Request:
    """What is asked. The path is as it is sent, encoded once; the headers name the host."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


def signed_headers(
    request: Request, keys: Keys, *, region: str, service: str, now: datetime
) -> dict[str, str]:
    """Return a request's headers and those that sign all of it; `now` carries its time zone."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {**request.headers, "X-Amz-Date": stamp}
    if keys.session_token:
        headers["X-Amz-Security-Token"] = keys.session_token
    lines = sorted((name.lower(), value.strip()) for name, value in headers.items())
    names = ";".join(name for name, _ in lines)
    head = [request.method, request.path, "", *(f"{name}:{value}" for name, value in lines), ""]
    canonical = "\n".join([*head, names, digest(request.body)])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    key = f"AWS4{keys.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = "\n".join([ALGORITHM, stamp, scope, digest(canonical.encode())])
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    credential = f"Credential={keys.access_key}/{scope}"
    return {
        **headers,
        "Authorization": f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}",
    }


def digest(content: bytes) -> str:
    """Return SHA-256 in hexadecimal; S3 wants that of the body as a header, too."""
    return hashlib.sha256(content).hexdigest()
