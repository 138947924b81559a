"""Talk to the coach without an Echo: type what you would say, read what you would hear.

What is typed takes the way of an Echo's requests: interaction model, intent, request JSON,
the web door, response JSON. Either to a coach started for this talk alone, or to a server.
"""

import argparse
import json
import os
import select
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

if not __package__ or find_spec("flask") is None:
    sys.exit("./scripts/talk runs this, and sets everything up for it.")

from scripts.echo.device import Echo, Send
from scripts.echo.guidebook import Guidebook
from scripts.echo.requests import Device
from scripts.echo.streams import FIRST_BYTES, Fetch, lengths_by
from scripts.echo.terminal import Terminal
from skill.alexa.envelope import MalformedRequestError
from skill.bootstrap import Service, build, utc_now
from skill.coaching.errors import CoachError
from skill.coaching.repertoire import Repertoire
from skill.coaching.values import replace
from skill.content.wording import load_wording
from skill.guides.manifest import load, words_digest
from skill.settings import PROJECT, Settings
from skill.stores.memory import MemoryStore
from skill.web import create_app

MODELS = PROJECT / "skill" / "alexa" / "skill_package" / "interactionModels" / "custom"
TICK_SECONDS = 0.25
SERVER_SECONDS = 8
"""How long Alexa waits for an answer."""
JSON = "application/json"
RUNNER = "amzn1.ask.account.TERMINAL"
"""Who talks, unless it is to be somebody new."""


class CannotTalkError(CoachError):
    """There is nobody to talk to."""

    code = "cannot-talk"


class Clock:
    """The time of a talk. It is the Echo's, once there is one: what is skipped there has passed."""

    def __init__(self) -> None:
        self.tell: Callable[[], datetime] = utc_now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.tell()


@dataclass(frozen=True)
class Door:
    """A way to a coach: where requests go, where guides come from, what is known of them.

    The coach lives by `clock`, or by the real one, which nobody can skip.
    """

    send: Send
    fetch: Fetch
    guidebook: Guidebook | None
    clock: Clock | None = None
    close: Callable[[], None] = lambda: None


def main(arguments: Sequence[str], typed: TextIO, out: TextIO) -> int:
    """Talk until the typing ends; 1 if the coach cannot start, or ever answered wrongly."""
    given = _parse(arguments)
    try:
        settings = Settings.from_env(os.environ, serves=False)
        if given.database:
            settings = replace(settings, database=given.database)
        model = json.loads((MODELS / f"{settings.locale}.json").read_text(encoding="utf-8"))
        door = (
            door_to_server(given.server, settings)
            if given.server
            else door_in_process(settings, keep=not given.new_runner)
        )
    except CoachError as reason:
        print(f"The talk cannot start: {reason}", file=sys.stderr)
        return 1
    device = Device(
        skill_id=settings.skill_id or Device().skill_id,
        user_id=f"amzn1.ask.account.{uuid.uuid4()}" if given.new_runner else RUNNER,
        locale=settings.locale,
        has_audio_player=not given.no_player,
    )
    echo = Echo(door.send, model, lengths_by(door.fetch), device, (door.clock or utc_now)())
    if door.clock:
        door.clock.tell = lambda: echo.clock
    else:
        echo.stamp = utc_now
    terminal = Terminal(echo, door.guidebook, out)
    terminal.write("", "Glute Coach, on an Echo made of text. Say something; :help says what.")
    try:
        talk(terminal, typed, out)
    except KeyboardInterrupt:
        print(file=out)
    finally:
        door.close()
    return int(terminal.troubled)


def talk(terminal: Terminal, typed: TextIO, out: TextIO) -> None:
    """Obey line after line. At a keyboard time passes for real; in a script only by :skip."""
    live = typed.isatty()
    while True:
        terminal.prompt()
        if live:
            _let_time_pass_until_typed(terminal, typed)
        line = typed.readline()
        if not live:
            print(line.strip(), file=out)
        if not line or line.strip() in {":quit", ":q"}:
            return
        terminal.obey(line)


def _let_time_pass_until_typed(terminal: Terminal, typed: TextIO) -> None:
    before = time.monotonic()
    while not select.select([typed], [], [], TICK_SECONDS)[0]:
        now = time.monotonic()
        terminal.tick(now - before)
        before = now
    terminal.tick(time.monotonic() - before)


def door_in_process(settings: Settings, *, keep: bool) -> Door:
    """Start a coach for this talk alone; raise `CoachError` with the reason if it cannot start."""
    clock = Clock()
    service = build(settings, store=None if keep else MemoryStore(), clock=clock)
    begins = _latest(service)
    clock.tell = lambda: begins
    client = create_app(replace(settings, unsigned=True), service=service).test_client()

    def send(body: bytes) -> tuple[int, bytes]:
        answer = client.post("/alexa", data=body, content_type=JSON)
        return answer.status_code, answer.data

    def fetch(url: str) -> tuple[int, bytes]:
        answer = client.get(_path_and_query(url), headers={"Range": FIRST_BYTES})
        return answer.status_code, answer.data

    guidebook = Guidebook(service.repertoire, service.wording)
    return Door(send, fetch, guidebook, clock, service.close)


def _latest(service: Service) -> datetime:
    """Return the present, or when the runner last did something: it may have been skipped to."""
    runner = service.manager.look(RUNNER)
    known = [datetime.fromtimestamp(runner.session.generation, UTC)]
    return max(utc_now(), *known, *(done.at for done in runner.history[-1:]))


def door_to_server(server: str, settings: Settings) -> Door:
    """Go to a coach that was started with `./scripts/serve --unsigned`, on this machine.

    Raise `CannotTalkError` if none is there, or it takes only what Alexa has signed.
    """

    def send(body: bytes) -> tuple[int, bytes]:
        return _request(Request(f"{server}/alexa", body, {"Content-Type": JSON}))  # noqa: S310

    def fetch(url: str) -> tuple[int, bytes]:
        return _request(Request(server + _path_and_query(url), headers={"Range": FIRST_BYTES}))  # noqa: S310

    try:
        fetch("/healthz")
    except OSError as error:
        raise CannotTalkError(
            f"no coach answers at {server} ({error}); start one with ./scripts/serve --unsigned"
        ) from error
    status, refusal = send(b"{}")
    if status == HTTPStatus.BAD_REQUEST and MalformedRequestError.code.encode() not in refusal:
        raise CannotTalkError(
            f"the coach at {server} answers only what Alexa has signed; "
            "start it with ./scripts/serve --unsigned"
        )
    return Door(send, fetch, _guidebook_at_hand(settings))


def _guidebook_at_hand(settings: Settings) -> Guidebook | None:
    """Read the recording on this machine: a server elsewhere may have the same one."""
    try:
        wording = load_wording(settings.locale)
        manifest = load(settings.audio / settings.locale, words_digest(wording.script()))
    except CoachError:
        return None
    return Guidebook(Repertoire(wording.catalogue, manifest.cue_sheet(), manifest.digest), wording)


def _request(request: Request) -> tuple[int, bytes]:
    try:
        with urlopen(request, timeout=SERVER_SECONDS) as answer:  # noqa: S310 - http(s) only
            return answer.status, answer.read()
    except HTTPError as answer:
        return answer.code, answer.read()


def _path_and_query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="talk", description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "--server",
        type=_server,
        metavar="URL",
        help="talk to a coach started with ./scripts/serve --unsigned, as http://127.0.0.1:8080",
    )
    parser.add_argument(
        "--no-player", action="store_true", help="be a device that has no AudioPlayer"
    )
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument(
        "--new-runner",
        action="store_true",
        help="be somebody the coach has never met; nothing is kept",
    )
    kept.add_argument(
        "--database",
        type=Path,
        metavar="FILE",
        help="where the runner's place is kept (default: where the service keeps it)",
    )
    given = parser.parse_args(arguments)
    if given.server and given.database:
        parser.error("with --server, the server decides where places are kept")
    return given


def _server(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise argparse.ArgumentTypeError(f"{text!r} is no address; one is http://127.0.0.1:8080")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout))
