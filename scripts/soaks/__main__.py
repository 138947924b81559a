"""The command `scripts/soak`: one subcommand a soak."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import randrange
from typing import NoReturn

from scripts.benchmarks.progress import Progress
from scripts.soaks import dialogues
from scripts.soaks.house import Neighbourhood
from skill.coaching.errors import CoachError

KEPT, BROKEN, NOT_BEGUN, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = """\
exit codes:
  0    every promise was kept
  1    one was broken; the summary says which, and how to have that dialogue again
  2    the soak could not begin, for the reason given
  130  interrupted; nothing was broken until then
"""
SECONDS_BETWEEN_LINES = 5.0
SEEDS = 1_000_000


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
        return _replay(chosen.replay) if chosen.replay else _soak(chosen.minutes, chosen.seed)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


def _soak(minutes: float, seed: int | None) -> int:
    seed = randrange(SEEDS) if seed is None else seed  # noqa: S311 - no secret
    try:
        with Progress(sys.stderr) as progress:
            soaked = dialogues.soak(minutes, seed, _Now(progress).tell)
    except CoachError as reason:
        print(f"The soak could not begin: {reason}", file=sys.stderr)
        return NOT_BEGUN
    print(soaked.summary())
    return BROKEN if soaked.broken else KEPT


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
    command = soaks.add_parser(
        "dialogues",
        help="whole dialogues: words, players' notices, buttons, devices, time",
        description="Have random dialogues with the coach, through its front door. After each "
        "thing that happens the place has to be valid, the answer legal and no apology, what "
        "plays what the coach believes to play, and no session done may be lost.",
    )
    command.add_argument(
        "--minutes", type=_minutes, default=1.0, metavar="N", help="for how long (default: 1)"
    )
    command.add_argument("--seed", type=int, metavar="S", help="have the same dialogues again")
    command.add_argument("--replay", type=Path, metavar="FILE", help="have one dialogue again")
    return parser.parse_args(arguments)


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
