#!/usr/bin/env python3
"""Render every spoken cue and chime that a plan can need. What is rendered already stays."""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audio.rendering import Outcome, Report
    from skill.guides.manifest import Manifest

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NEEDED = ("espeakng_loader", "lameenc", "numpy", "pydub", "soundfile", "soxr", "tqdm")

DONE, CUES_FAILED, CANNOT_RENDER, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = """\
exit codes:
  0    every cue is rendered
  1    some cues failed and are named; the others are kept
  2    it could not render, for the reason given; what was rendered is kept
  130  interrupted; what was rendered is kept
"""


def main(arguments: Sequence[str]) -> int:
    """Render as the arguments say and return the exit code."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        return _leave_to_venv(missing, arguments)
    sys.path.insert(0, str(ROOT))
    # Not at the top: outside the virtual environment they would fail without a clear sentence.
    from audio.rendering import render  # noqa: PLC0415
    from audio.voices.choosing import choose_voice  # noqa: PLC0415
    from skill.coaching.errors import CoachError  # noqa: PLC0415
    from skill.content.wording import load_wording  # noqa: PLC0415

    chosen = _parse(arguments)
    folder = chosen.output / chosen.locale
    started = time.monotonic()
    try:
        report = render(
            load_wording(chosen.locale).script(),
            choose_voice(chosen.voice, chosen.locale),
            folder,
            locale=chosen.locale,
            jobs=chosen.jobs,
            force=chosen.force,
            watch=_with_progress_bar,
        )
    except CoachError as error:
        print(f"Nothing new is in use: {error}", file=sys.stderr)
        return CANNOT_RENDER
    except KeyboardInterrupt:
        print("Interrupted; what was rendered is kept.", file=sys.stderr)
        return INTERRUPTED
    exit_code = _tell(report, folder, time.monotonic() - started)
    if chosen.guides and report.manifest is not None:
        return _write_guides(folder, report.manifest)
    return exit_code


def _write_guides(folder: Path, manifest: "Manifest") -> int:
    # Not at the top: only who asks for guides needs these.
    from audio.guide_files import GUIDE_FOLDER, write_guides  # noqa: PLC0415
    from skill.coaching.errors import CoachError  # noqa: PLC0415
    from skill.coaching.repertoire import Repertoire  # noqa: PLC0415
    from skill.content.wording import load_wording  # noqa: PLC0415
    from skill.guides.editions import Editions  # noqa: PLC0415
    from skill.guides.library import FrameLibrary  # noqa: PLC0415

    wording = load_wording(manifest.locale)
    try:
        library = FrameLibrary(folder, manifest, kept_bytes=0)
        repertoire = Repertoire(wording.catalogue, library.cue_sheet, library.digest)
        guides = list(write_guides(folder, Editions(library, repertoire, wording)))
    except CoachError as error:
        print(f"The guides could not be written: {error}", file=sys.stderr)
        return CANNOT_RENDER
    print(f"{len(guides)} guides, with captions and chapters: {folder / GUIDE_FOLDER}")
    return DONE


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    from audio.voices.choosing import DEFAULT_VOICE, EXAMPLES  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="render_audio.py",
        description=__doc__,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--voice",
        default=DEFAULT_VOICE,
        help=f"who speaks: an engine and its choice, as in {', '.join(EXAMPLES)} "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--locale", type=_locale, default="en-US", help="whose words (default: %(default)s)"
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=os.cpu_count() or 1,
        help="how many processes record (default: one a processor, here %(default)s)",
    )
    parser.add_argument(
        "--guides",
        action="store_true",
        help="also write every routine as MP3 with chapters, captions and cover: with its own "
        "holds, and with holds of 20, 30 and 45 seconds; in full and in brief",
    )
    parser.add_argument("--force", action="store_true", help="record every cue anew")
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "audio" / "rendered",
        metavar="DIR",
        help="where a folder for the locale is made (default: audio/rendered)",
    )
    return parser.parse_args(arguments)


def _locale(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2}-[A-Z]{2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no locale; one looks like en-US")
    return text


def _jobs(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; give 1 or more")
    return int(text)


def _with_progress_bar(outcomes: "Iterator[Outcome]", most: int) -> "Iterator[Outcome]":
    if not most:
        return outcomes
    # Not at the top: with nothing to record there is nothing to show.
    from tqdm import tqdm  # noqa: PLC0415

    bar: Iterator[Outcome] = tqdm(outcomes, total=most, unit="cue", disable=None)
    return bar


def _tell(report: "Report", folder: Path, seconds: float) -> int:
    done = f"{report.recorded} cues recorded in {seconds:.1f} s, {report.found} were there"
    if report.manifest is not None:
        print(f"{done}: {folder}")
        return DONE
    for cue, problem in report.failures.items():
        print(f"{cue}: {problem}", file=sys.stderr)
    untried = f", {report.untried} not tried" if report.untried else ""
    print(
        f"Failed: {len(report.failures)} cues{untried}; {done}.\n"
        "What was in use before stays in use; render again to go on from here.",
        file=sys.stderr,
    )
    return CUES_FAILED


def _leave_to_venv(missing: Sequence[str], arguments: Sequence[str]) -> int:
    """Start again in the project's own environment, if it is there and this is another."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), __file__, *arguments])  # noqa: S606, our own interpreter
    print(
        f"The studio needs {', '.join(missing)}; ./scripts/serve sets everything up.",
        file=sys.stderr,
    )
    return CANNOT_RENDER


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
