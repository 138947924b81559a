"""The bucket of guides, as the service sees it: Amazon S3, asked in the light way of `skill.aws`.

Two requests are all it needs: is it there (HEAD), and put it there (PUT). With each the digest
of the content is signed, so S3 keeps what was meant or refuses it.
Rules: Amazon's documentation, "Amazon S3 API Reference".
"""

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

from skill.aws.calls import Answer, Caller
from skill.aws.credentials import Credentials
from skill.aws.errors import AwsError, TransientError
from skill.aws.signature import Request, digest
from skill.guides.published import FOREVER, Published
from skill.ports import ShelfError

T = TypeVar("T")

NOT_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN})
"""S3 says "forbidden" of what is not there to whoever may not list the bucket, as we may not."""
_COMPLAINT = re.compile(rb"<Code>([^<]{1,100})</Code>(?:\s*<Message>([^<]{1,300})</Message>)?")
_NOTHING = digest(b"")


class S3Bucket:
    """Implements a shelf's `Bucket`; safe to use from several threads. Connects when first used.

    `endpoint` is another S3 than Amazon's, such as a test's.
    """

    def __init__(
        self, name: str, region: str, credentials: Credentials, endpoint: str = ""
    ) -> None:
        suffix = ".cn" if region.startswith("cn-") else ""
        address = endpoint or f"https://{name}.s3.{region}.amazonaws.com{suffix}"
        self._root = f"/{name}/" if endpoint else "/"
        self._name = name
        self._caller = Caller("s3", region, address, credentials)

    def written(self, key: str, deadline: float) -> datetime | None:
        """Return when a file was last written; None where there is none."""
        headers = {"X-Amz-Content-Sha256": _NOTHING}
        return self._call(Request("HEAD", self._path(key), headers), deadline, _read_written)

    def put(self, key: str, file: Published, content: bytes, deadline: float) -> None:
        """Write a file: whole when this returns, for everyone, with its type, to be cached."""
        headers = {
            "Content-Type": file.mimetype,
            "Cache-Control": FOREVER,
            "X-Amz-Content-Sha256": file.sha256,
        }
        self._call(Request("PUT", self._path(key), headers, content), deadline, _read_put)

    def close(self) -> None:
        """Hang up; a later use connects again."""
        self._caller.close()

    def _path(self, key: str) -> str:
        return f"{self._root}{quote(key)}"

    def _call(self, request: Request, deadline: float, read: Callable[[Answer], T]) -> T:
        try:
            return self._caller.call(request, deadline, read)
        except AwsError as trouble:
            raise ShelfError(f"{request.method} in bucket {self._name!r}: {trouble}") from trouble


def _read_written(answer: Answer) -> datetime | None:
    if answer.status in NOT_THERE:
        return None
    _require_done(answer)
    try:
        return parsedate_to_datetime(answer.headers["last-modified"])
    except (LookupError, ValueError):
        raise TransientError("it was not told when the file was written") from None


def _read_put(answer: Answer) -> None:
    _require_done(answer)


def _require_done(answer: Answer) -> None:
    if answer.status == HTTPStatus.OK:
        return
    told = _COMPLAINT.search(answer.body)
    why = ": ".join(part.decode(errors="replace") for part in told.groups() if part) if told else ""
    complaint = f"HTTP {answer.status}{', ' if why else ''}{why}"
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TransientError(complaint)
    raise AwsError(complaint)
