"""Runs the coach on this machine: `python -m skill`."""

import argparse
import os
import sys
from contextlib import closing
from dataclasses import replace
from typing import Any

from flask import Flask
from waitress.server import create_server

from skill import logs
from skill.bootstrap import build
from skill.coaching.errors import CoachError
from skill.settings import PREFIX, SettingError, Settings
from skill.web import LARGEST_REQUEST, create_app

CONNECTIONS = 1000
IDLE_SECONDS = 20
"""How long a connection may say nothing: half-sent requests must not keep others out."""
THREADS = 8
MOST_RECEIVED = 2 * LARGEST_REQUEST
"""Bytes of a body after which the connection is cut; up to there, the app says what it takes."""


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
        with closing(build(settings)) as service:
            serve(create_app(settings, service=service), settings)
    except (CoachError, OSError) as reason:
        print(f"The coach cannot start: {reason}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    return 0


def serve(app: Flask, settings: Settings) -> None:
    """Serve until interrupted; raise `SettingError` if it cannot at this address."""
    server = listen(app, settings)
    try:
        print(greeting(settings), flush=True)  # noqa: T201 - a command speaks
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


def listen(app: Flask, settings: Settings) -> Any:
    """Return a server that listens; raise `SettingError` if it cannot at this address."""
    try:
        return create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            max_request_body_size=MOST_RECEIVED,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            asyncore_use_poll=True,
            # By these the app knows that a request came through a proxy; waitress hides them.
            clear_untrusted_proxy_headers=False,
        )
    except (OSError, ValueError) as refused:
        raise SettingError(
            f"{PREFIX}HOST {settings.host!r} with {PREFIX}PORT {settings.port} is no address "
            f"to listen on: {refused}"
        ) from refused


def greeting(settings: Settings) -> str:
    """Return what the owner needs to know as the service starts."""
    lines = [f"Glute Coach is running at {settings.base_url}  (stop it with Ctrl-C)"]
    if settings.unsigned:
        lines.append("Unsigned requests are taken from this machine: for trying out only.")
    if not settings.skill_id:
        lines.append(
            f"Alexa's requests are refused until {PREFIX}SKILL_ID names your skill. "
            "Meanwhile, talk to it with ./scripts/talk"
        )
    elif not settings.public_url:
        lines.append(
            f"Alexa plays audio over https only: set {PREFIX}PUBLIC_URL to the address "
            "under which the world reaches this service."
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
