"""The command `scripts/soak`: one subcommand a soak."""

import argparse
import math
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import randrange
from typing import NoReturn, Protocol

from scripts.benchmarks.progress import Progress
from scripts.soaks import crash, dialogues, fuzz, load, race
from scripts.soaks.house import Neighbourhood
from scripts.soaks.stints import Stint, Watch
from skill.coaching.errors import CoachError

KEPT, BROKEN, NOT_BEGUN, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = """\
exit codes:
  0    every promise was kept
  1    one was broken; the summary says which, and where what broke it is kept
  2    the soak could not begin, for the reason given
  130  interrupted; nothing was broken until then
"""
MINUTES = 1.0
"""How long a soak goes on if nothing else is asked for."""
SECONDS_BETWEEN_LINES = 5.0
SEEDS = 1_000_000


class Report(Protocol):
    """What every soak ends with."""

    @property
    def is_broken(self) -> bool:
        """Whether something went wrong."""
        ...

    def summary(self) -> str:
        """Say how far it got, and what went wrong."""
        ...


class _Now:
    """Tells progress, but not too often."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._told = time.monotonic()

    def tell(self, line: str) -> None:
        """Tell how far it is, if the last time is a while ago."""
        now = time.monotonic()
        if now - self._told >= SECONDS_BETWEEN_LINES:
            self._told = now
            self._progress.begin(line)


def main(arguments: Sequence[str]) -> int:
    """Soak, or have one dialogue again, and return the exit code."""
    chosen = _parse(arguments)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        if chosen.soak == "dialogues" and chosen.replay:
            return _replay(chosen.replay)
        seed = randrange(SEEDS) if chosen.seed is None else chosen.seed  # noqa: S311 - no secret
        return _soak(lambda tell: chosen.run(chosen, seed, tell))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _soak(run: Callable[[Watch], Report]) -> int:
    try:
        with Progress(sys.stderr) as progress:
            soaked = run(_Now(progress).tell)
    except CoachError as reason:
        print(f"The soak could not begin: {reason}", file=sys.stderr)
        return NOT_BEGUN
    print(soaked.summary())
    return BROKEN if soaked.is_broken else KEPT


def _replay(file: Path) -> int:
    try:
        happenings, neighbourhood = dialogues.read_dialogue(file), Neighbourhood()
    except CoachError as reason:
        print(f"The dialogue could not begin: {reason}", file=sys.stderr)
        return NOT_BEGUN
    try:
        for line in dialogues.replay(happenings, neighbourhood):
            print(line)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        print(f"Broken: {type(error).__name__}: {error}")
        return BROKEN
    finally:
        neighbourhood.close()
    print("Every promise was kept.")
    return KEPT


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="soak",
        description="Let the coach run for long, at random, until something goes wrong.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    soaks = parser.add_subparsers(dest="soak", required=True, metavar="SOAK")
    talking = soaks.add_parser(
        "dialogues",
        help="whole dialogues: words, players' notices, buttons, devices, time",
        description="Have random dialogues with the coach, through its front door. After each "
        "thing that happens the place has to be valid, the answer legal and no apology, what "
        "plays what the coach believes to play, and no session done may be lost.",
    )
    talking.add_argument("--replay", type=Path, metavar="FILE", help="have one dialogue again")
    _add_minutes(talking, default=MINUTES)
    talking.set_defaults(run=lambda c, seed, tell: dialogues.soak(c.minutes, seed, tell))

    bent = soaks.add_parser(
        "fuzz",
        help="requests bent in ways that nobody means to send",
        description="Send bent requests to the front door, signed, unsigned and badly signed. No "
        "server error, no answer that Alexa would refuse, nothing changed by what was refused, "
        "nothing of it in the log, and no growth of memory.",
    )
    _add_stint(bent, "--requests", "requests")
    bent.set_defaults(run=lambda c, seed, tell: fuzz.fuzz(_stint(c), seed, tell))

    killing = soaks.add_parser(
        "crash",
        help="servers killed under load; what was acknowledged has to be there",
        description="Run two servers on one database, kill one after the other at random moments "
        "while runners change what is remembered of them, and start it again.",
    )
    _add_stint(killing, "--kills", "kills")
    killing.set_defaults(run=lambda c, seed, tell: crash.crash(_stint(c), seed, tell))

    racing = soaks.add_parser(
        "race",
        help="one runner, several devices at once, players' notices lost, doubled and late",
        description="Have several devices of one runner speak to two servers at once, with their "
        "players' notices dropped, doubled, delayed and out of order. No wish may be lost, no "
        "routine counted twice, and no place reached that nobody asked for.",
    )
    _add_stint(racing, "--events", "events")
    racing.set_defaults(run=lambda c, seed, tell: race.race(_stint(c), seed, tell))

    loading = soaks.add_parser(
        "load",
        help="signed requests from 16 connections to two servers, as in real routines",
        description="Have 16 devices go through routines, as fast as two servers answer, each "
        "request signed and verified. No request may fail, no server may log a fault or grow, and "
        f"99 in a hundred answers have to come within {load.MOST_TIMES} times the median.",
    )
    _add_stint(loading, "--requests", "requests answered")
    loading.set_defaults(run=lambda c, seed, tell: load.load(_stint(c), seed, tell))
    for soak in (talking, bent, killing, racing, loading):
        soak.add_argument("--seed", type=int, metavar="S", help="draw the same again")
    return parser.parse_args(arguments)


def _add_minutes(
    command: argparse.ArgumentParser, default: float | None = None, unless: str = ""
) -> None:
    command.add_argument(
        "--minutes",
        type=_minutes,
        default=default,
        metavar="M",
        help=f"end after M minutes, such as 60 or 0.5 (default: {MINUTES:g}{unless})",
    )


def _add_stint(command: argparse.ArgumentParser, count: str, what: str) -> None:
    """Let it be said when a soak ends: by the clock, by what it counts, or by what ends first."""
    _add_minutes(command, unless=f" unless {count} is given")
    command.add_argument(count, dest="count", type=_count, metavar="N", help=f"end after N {what}")


def _stint(chosen: argparse.Namespace) -> Stint:
    if chosen.minutes is None and chosen.count is None:
        return Stint(minutes=MINUTES)
    return Stint(chosen.minutes or math.inf, chosen.count or math.inf)


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no such number; 1 is, and 200")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes; 0.5 is, and 60")
    return minutes


def _as_ctrl_c(_signal: int, _frame: object) -> NoReturn:
    """Have a polite request to end treated as Ctrl-C is."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
