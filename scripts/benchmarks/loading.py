"""Loads a server: connections that are kept, and on each a request as soon as one is answered.

One thread and plain sockets, so that it costs little of what it measures. Every answer is looked
at: its status, and whether all of it is there. A server that closes a connection after an answer
is called anew, and the call is part of the time that the next answer takes.
"""

import re
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from selectors import EVENT_READ, DefaultSelector

_OK = b"HTTP/1.1 200"
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_RECEIVED = 65_536
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was answered in so many seconds: how long each answer took, and how many were none.

    `answers` are seconds; `processor_seconds` were spent here, on loading. An error is another
    status than 200, a broken connection, or silence: loading stops there.
    """

    seconds: float
    processor_seconds: float
    answers: Sequence[float]
    errors: Sequence[str] = ()

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    def within(self, share: float) -> float:
        """Return the seconds within which this share of the answers was there, from 0 to 1."""
        return sorted(self.answers)[min(int(len(self.answers) * share), len(self.answers) - 1)]


def load(
    ports: Sequence[int], requests: Sequence[bytes], connections: int, seconds: float
) -> Loaded:
    """Send whole requests in turn over so many connections, shared out among ports of this machine.

    When time is over, what is asked already is waited for, though not counted: whoever loads next
    shall not have to. Raise `OSError` if nobody listens there.
    """
    answers: list[float] = []
    failures: list[str] = []
    with DefaultSelector() as selector, ExitStack() as calls:
        share = len(requests) // connections
        lines = [
            _Line(
                ports[number % len(ports)], islice(cycle(requests), number * share, None), selector
            )
            for number in range(connections)
        ]
        for line in lines:
            calls.callback(line.hang_up)
            line.call()
        begun, busy = time.perf_counter(), time.process_time()
        for line in lines:
            line.send()
        until = begun + seconds
        while time.perf_counter() < until and not failures:
            for line in _answered(selector, answers, failures):
                line.send()
        passed, busy = time.perf_counter() - begun, time.process_time() - busy
        counted = tuple(answers)
        waiting = set(lines)
        while waiting and not failures:
            waiting.difference_update(_answered(selector, answers, failures))
    return Loaded(passed, busy, counted, failures)


def _answered(
    selector: DefaultSelector, answers: list[float], failures: list[str]
) -> Iterator["_Line"]:
    """Wait for something to come; yield the lines whose answers are whole, and note their times."""
    ready = selector.select(_PATIENCE_SECONDS)
    if not ready:
        failures.append(f"no answer within {_PATIENCE_SECONDS:g} s")
    for key, _ in ready:
        line: _Line = key.data
        try:
            taken = line.receive()
        except OSError as broken:
            failures.append(str(broken))
            line.hang_up()
            yield line
        else:
            if taken is not None:
                answers.append(taken)
                yield line


class _Line:
    """One connection, and what is sent over it next."""

    def __init__(self, port: int, requests: Iterator[bytes], selector: DefaultSelector) -> None:
        self._port = port
        self._requests = requests
        self._selector = selector
        self._socket: socket.socket | None = None
        self._received = b""
        self._sent = 0.0

    def call(self) -> socket.socket:
        """Connect, if there is no connection."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), _PATIENCE_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(self._socket, EVENT_READ, self)
        return self._socket

    def send(self) -> None:
        """Send the next request, and call first if need be."""
        self._received = b""
        self._sent = time.perf_counter()
        self.call().sendall(next(self._requests))

    def receive(self) -> float | None:
        """Take what has come; return the seconds it took once it is a whole answer.

        Raise `OSError` if it is none.
        """
        if self._socket is None:
            raise ConnectionError("nobody was called")
        received = self._socket.recv(_RECEIVED)
        if not received:
            raise ConnectionError("a connection was closed before its answer")
        self._received += received
        whole = _length(self._received)
        if whole is None or len(self._received) < whole:
            return None
        taken = time.perf_counter() - self._sent
        if _CLOSES.search(self._received):
            self.hang_up()
        return taken

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None


def _length(answer: bytes) -> int | None:
    """Return the bytes of a whole answer; None if its head does not tell yet.

    Raise `ConnectionError` if it is another than 200 OK, or its length cannot be told.
    """
    end = answer.find(_END)
    if end < 0:
        return None
    if not answer.startswith(_OK):
        raise ConnectionError(f"answered {answer[:200]!r}")
    told = _LENGTH.search(answer, 0, end + 2)
    if told is not None:
        return end + len(_END) + int(told[1])
    if not _CHUNKED.search(answer, 0, end + 2):
        raise ConnectionError("an answer of unknown length")
    return len(answer) if answer.endswith(_LAST_CHUNK) else None
