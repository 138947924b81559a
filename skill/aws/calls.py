"""Calls: signed requests to one of Amazon's services, tried again as long as there is time.

Nothing is connected before the first call, and what has lain idle is connected anew: a function
is frozen between requests, and copied from a snapshot, and no connection outlives that. Chance
comes from the operating system, for the same reason.
"""

import http.client
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from skill.aws.credentials import Credentials
from skill.aws.errors import AwsError, TransientError, UnansweredError, UntoldError
from skill.aws.signature import Request, signed_headers
from skill.coaching.values import replace

ATTEMPTS = 5
SILENCE_SECONDS = 1.0
"""How long a connection may take to be made, and then each silence of the other side."""
DOUBT_SECONDS = 0.3
"""How long a service is given that did not answer the last time: enough for one that is back, and
while it stays away nobody waits for it in vain."""
FIRST_PAUSE = 0.05
"""Seconds. Each pause is a random part of twice the last one, so that callers do not march."""
IDLE_SECONDS = 20
"""After so long a connection is not trusted to be there any more."""
MOST_IDLE = 8
PIECE_BYTES = 64 * 1024
LARGEST_ANSWER = 1024 * 1024
"""Bytes."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Answer(NamedTuple):
    """What a service answered; the names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Caller:
    """Asks one service at one address; safe to use from several threads.

    `endpoint` is scheme and host, with a port if need be.
    """

    def __init__(self, service: str, region: str, endpoint: str, credentials: Credentials) -> None:
        self._service = service
        self._region = region
        self._address = urlsplit(endpoint)
        self._credentials = credentials
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []
        self._lock = Lock()
        self._is_in_doubt = False

    def call(self, request: Request, deadline: float, read: Callable[[Answer], T]) -> T:
        """Make a request by the deadline, a moment of `time.monotonic`; return what is read of it.

        `read` raises `TransientError` for an answer that may be another in a moment, `UntoldError`
        if it may have been done even so, and `AwsError` for a refusal that says nothing about
        earlier attempts. What seemed to fail may have been done all the same, so it must do no harm
        to make a request twice.
        A service that did not answer the last call has `DOUBT_SECONDS` at most, until it does.
        Raise `AwsError` with the cause, `UnansweredError` if it may have been done.
        """
        if self._is_in_doubt:
            deadline = min(deadline, time.monotonic() + DOUBT_SECONDS)
        request = replace(request, headers={"Host": self._address.netloc, **request.headers})
        kind = AwsError
        for attempt in range(1, ATTEMPTS + 1):
            pause = _random() * FIRST_PAUSE * 2 ** (attempt - 1)
            line = None
            try:
                headers = self._signed(request, deadline)
                line = self._take() or self._connect(deadline)
                answer = self._exchange(line, request, headers, deadline)
                self._is_in_doubt = False
                return read(answer)
            except (TransientError, OSError, http.client.HTTPException) as trouble:
                is_silent = not isinstance(trouble, TransientError)
                if (is_silent and line) or isinstance(trouble, UntoldError):
                    kind = UnansweredError
                reason = f"{self._address.hostname}: {trouble or type(trouble).__name__}"
                if attempt == ATTEMPTS or time.monotonic() + pause >= deadline:
                    self._is_in_doubt = is_silent
                    raise kind(f"{reason}, the last time of {attempt}") from trouble
            except AwsError as refused:
                if kind is UnansweredError:
                    raise kind(f"{refused}, after an attempt without an answer") from refused
                raise
            log.info("it is tried again, %s", reason)
            time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Hang up; a later call connects again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, line in idle:
            line.close()

    def _signed(self, request: Request, deadline: float) -> Mapping[str, str]:
        keys = self._credentials.keys(_patience(deadline))
        now = datetime.now(UTC)
        return signed_headers(request, keys, region=self._region, service=self._service, now=now)

    def _exchange(
        self,
        line: http.client.HTTPConnection,
        request: Request,
        headers: Mapping[str, str],
        deadline: float,
    ) -> Answer:
        raw = line.sock
        try:
            raw.settimeout(_patience(deadline))
            length = {"Content-Length": str(len(request.body))}
            body = _in_pieces(request.body, raw, deadline)
            line.request(request.method, request.path, body, {**headers, **length})
            with line.getresponse() as response:
                content = _whole(response, raw, deadline)
                is_kept = not response.will_close
        except BaseException:
            line.close()
            # Connections end together: each of the others would cost an attempt.
            self.close()
            raise
        if is_kept:
            self._put(line)
        else:
            line.close()
        return Answer(
            response.status,
            {name.lower(): value for name, value in response.headers.items()},
            content,
        )

    def _take(self) -> http.client.HTTPConnection | None:
        # By the wall's clock: the other one may stand still while a function is frozen.
        oldest = time.time() - IDLE_SECONDS
        with self._lock:
            if self._idle and self._idle[-1][0] >= oldest:
                return self._idle.pop()[1]
        self.close()
        return None

    def _put(self, line: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < MOST_IDLE:
                self._idle.append((time.time(), line))
                return
        line.close()

    def _connect(self, deadline: float) -> http.client.HTTPConnection:
        host, is_tls = self._address.hostname or "", self._address.scheme == "https"
        port = self._address.port or (443 if is_tls else 80)
        raw = _socket(host, port, deadline)
        try:
            raw.settimeout(_patience(deadline))
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = http.client.HTTPConnection(host, port)
            line.sock = _secured(raw, host) if is_tls else raw
        except BaseException:
            raw.close()
            raise
        return line


def _socket(host: str, port: int, deadline: float) -> socket.socket:
    """Connect to the first address of a host that lets us."""
    trouble = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in _addresses(host, port, deadline):
        raw = socket.socket(family, kind, protocol)
        try:
            raw.settimeout(_patience(deadline))
            raw.connect(address)
        except OSError as refused:
            raw.close()
            trouble = refused
        else:
            return raw
    raise trouble


def _addresses(host: str, port: int, deadline: float) -> list[Any]:
    """Look a host up, in a thread of its own: looking up knows no time limit."""
    found: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as unknown:
            found.put(OSError(f"its address is not known: {unknown}"))

    Thread(target=look_up, name="aws-address", daemon=True).start()
    try:
        answer = found.get(timeout=_patience(deadline))
    except Empty:
        raise TimeoutError("its address was not found in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _secured(raw: socket.socket, host: str) -> socket.socket:
    from skill.aws.trust import trusted_tls  # noqa: PLC0415 - only the first connection needs it

    return trusted_tls().wrap_socket(raw, server_hostname=host)


def _in_pieces(body: bytes, raw: socket.socket, deadline: float) -> Iterator[bytes]:
    """Yield a body in pieces, each of which has to be taken in time."""
    for start in range(0, len(body), PIECE_BYTES):
        raw.settimeout(_patience(deadline))
        yield body[start : start + PIECE_BYTES]


def _whole(response: http.client.HTTPResponse, raw: socket.socket, deadline: float) -> bytes:
    content = bytearray()
    while not response.isclosed():
        raw.settimeout(_patience(deadline))
        piece = response.read1(LARGEST_ANSWER)
        if not piece:
            break
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise AwsError(f"the answer has more than {LARGEST_ANSWER} bytes")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return bytes(content)


def _patience(deadline: float) -> float:
    """Return how long to wait for the other side's next move."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("no time is left")
    return min(seconds, SILENCE_SECONDS)


def _random() -> float:
    """Return a number from 0 up to 1; Python's own generator would be copied by a snapshot."""
    return int.from_bytes(os.urandom(4)) / 2**32
