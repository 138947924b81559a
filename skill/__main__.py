"""Runs the coach on this machine: `python -m skill`."""

import argparse
import errno
import logging
import os
import signal
import socket
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from skill import logs
from skill.bootstrap import build
from skill.coaching.errors import CoachError
from skill.coaching.values import replace
from skill.crowding import CONNECTIONS, IDLE_SECONDS, Connection, Room
from skill.settings import PREFIX, SettingError, Settings
from skill.web import LARGEST_REQUEST, create_app

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes that wait for a slow client outside the workers, beyond 1 MB on the disk: more than the
longest guide has, so that no worker ever waits for a client."""
ENDING_SECONDS = 5
"""How long the last answers may take to reach their clients, once the service is to end."""
THREADS = 8
MOST_RECEIVED = 2 * LARGEST_REQUEST
"""Bytes of a body after which the connection is cut; up to there, the app says what it takes."""

log = logging.getLogger(__name__)


def main() -> int:
    """Serve until interrupted; 1 if the service cannot start, with the reason in a sentence."""
    parser = argparse.ArgumentParser(
        prog="serve",
        description="Render the audio if need be, then run the coach.",
        epilog=f"Settings come from the environment, as {PREFIX}...; the README lists them.",
    )
    parser.add_argument(
        "--unsigned",
        action="store_true",
        help="for trying out: take requests without Alexa's signature, from this machine only",
    )
    given = parser.parse_args()
    try:
        settings = Settings.from_env(os.environ)
        if given.unsigned:
            settings = replace(settings, unsigned=True)
        logs.set_up(settings.log_level)
        keep_to_one_processor(settings.port)
        with closing(build(settings)) as service:
            serve(create_app(settings, service=service), settings)
    except (CoachError, OSError) as reason:
        print(f"The coach cannot start: {reason}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    return 0


def keep_to_one_processor(port: int) -> None:
    """Have this process, with all its threads from here on, run on one processor, if that can be.

    Of Python's threads one runs at a time. On several processors each change from one to another
    has to wake one that sleeps, which takes three times as long. It is one of those that are given
    to the process (by `taskset`, say, or a container). Services of one host take turns at them by
    their ports; containers, which may all have the same port, are hosts of other names.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    processors = sorted(os.sched_getaffinity(0))
    number = port + zlib.crc32(os.fsencode(socket.gethostname()))
    try:
        os.sched_setaffinity(0, {processors[number % len(processors)]})
    except OSError as refused:
        log.info("not kept to one processor: %s", refused)


def serve(app: Flask, settings: Settings) -> None:
    """Serve until asked to end; raise `SettingError` if it cannot at this address.

    When asked to end (SIGTERM, Ctrl-C) it takes nothing new, and finishes what it answers; asked
    once more, it ends at once.
    """
    connections: dict[int, Any] = {}
    server = listen(app, settings, connections)
    room = Room(connections)
    deadline = time.monotonic()
    try:
        with _asked_to_end() as ending:
            print(greeting(settings), flush=True)  # noqa: T201 - a command speaks
            while not ending.is_set():
                wasyncore.loop(timeout=0.25, use_poll=True, map=connections, count=1)
                room.keep()
            deadline = time.monotonic() + ENDING_SECONDS
            _finish(connections, deadline)
    except KeyboardInterrupt:
        pass
    finally:
        server.task_dispatcher.shutdown(timeout=max(deadline - time.monotonic(), 0))
        server.close()


@contextmanager
def _asked_to_end() -> Iterator[Event]:
    """Lend what is set when the process is asked to end; asked again, it is interrupted."""
    ending = Event()

    def end(*_: object) -> None:
        if ending.is_set():
            raise KeyboardInterrupt
        ending.set()

    before = {asked: signal.signal(asked, end) for asked in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ending
    finally:
        for asked, handler in before.items():
            signal.signal(asked, handler)


def _finish(connections: dict[int, Any], deadline: float) -> None:
    """Take nothing new, and go on until all that was asked is answered."""
    for connection in list(connections.values()):
        if connection.accepting:
            connection.accepting = False
            connection.del_channel()
            connection.socket.close()
        elif isinstance(connection, Connection):
            connection.readable = _never
    while time.monotonic() < deadline and any(map(_is_answering, list(connections.values()))):
        wasyncore.loop(timeout=0.05, use_poll=True, map=connections, count=1)


def _never() -> bool:
    return False


def _is_answering(connection: Any) -> bool:
    """Whether a request that came by this connection is not wholly answered yet."""
    return isinstance(connection, Connection) and connection.is_answering


def listen(app: Flask, settings: Settings, connections: dict[int, Any]) -> Any:
    """Return a server that listens; raise `SettingError` if it cannot at this address.

    It puts its connections into `connections`, beside itself.
    """
    # It tells of every request that had to wait for a worker, as if that were a fault.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        server = create_server(
            app,
            map=connections,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            max_request_body_size=MOST_RECEIVED,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            outbuf_high_watermark=LARGEST_ANSWER,
            ident=None,  # nobody need know what answers
            asyncore_use_poll=True,
            # By these the app knows that a request came through a proxy; waitress hides them.
            clear_untrusted_proxy_headers=False,
        )
    except (OSError, ValueError) as refused:
        if isinstance(refused, OSError) and refused.errno == errno.EADDRINUSE:
            raise SettingError(
                f"{PREFIX}PORT {settings.port} is taken by another program: end that one, or "
                "set a port that is free"
            ) from refused
        raise SettingError(
            f"{PREFIX}HOST {settings.host!r} with {PREFIX}PORT {settings.port} is no address "
            f"to listen on: {refused}"
        ) from refused
    for listening in list(connections.values()):  # one for each address of the host's
        if listening.accepting:
            listening.channel_class = Connection
    return server


def greeting(settings: Settings) -> str:
    """Return what the owner needs to know as the service starts."""
    base_url = settings.base_url
    lines = [f"Glute Coach is running at {base_url}  (open it in a browser; stop it with Ctrl-C)"]
    if settings.unsigned:
        lines.append("Unsigned requests are taken from this machine: for trying out only.")
    if not settings.skill_id:
        lines.append(
            f"Alexa's requests are refused until {PREFIX}SKILL_ID names your skill. "
            "Meanwhile, talk to it in the browser, or with ./scripts/talk"
        )
    elif not settings.public_url:
        lines.append(
            f"Alexa plays audio over https only: set {PREFIX}PUBLIC_URL to the address "
            "under which the world reaches this service."
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
