#!/usr/bin/env python3
"""Render the cloud's cues, and publish every standard guide, its captions and the feed.

What is rendered or published already stays as it is. Which bucket it goes to is what the stack
says that `sam deploy` has made, or what is named here.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from audio.publishing import Report
    from skill.guides.manifest import Manifest

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VOICE = "polly:Joanna"
T = TypeVar("T")

DONE, FAILED, CANNOT_PUBLISH, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = """\
exit codes:
  0    everything is published
  1    some cues could not be rendered and are named; nothing is published
  2    it could not publish, for the reason given; what was published is kept
  130  interrupted; what was published is kept
"""


def main(arguments: Sequence[str]) -> int:
    """Publish as the arguments say and return the exit code."""
    missing = [name for name in ("boto3", "tqdm") if find_spec(name) is None]
    if missing:
        return _leave_to_venv(missing, arguments)
    sys.path.insert(0, str(ROOT))
    # Not at the top: outside the virtual environment they would fail without a clear sentence.
    from skill.coaching.errors import CoachError  # noqa: PLC0415

    chosen = _parse(arguments)
    try:
        bucket, url = ("", "") if chosen.only_render else _destination(chosen)
        manifest = _render(chosen)
        if manifest is None:
            return DONE if chosen.dry_run else FAILED
        if not chosen.only_render:
            _publish(chosen, manifest, bucket, url)
    except CoachError as error:
        print(f"Not published: {error}", file=sys.stderr)
        return CANNOT_PUBLISH
    except KeyboardInterrupt:
        print("Interrupted; what was published is kept.", file=sys.stderr)
        return INTERRUPTED
    return DONE


def _destination(chosen: argparse.Namespace) -> tuple[str, str]:
    """Return the bucket, and where it is fetched from."""
    from audio.guides_bucket import stack_outputs  # noqa: PLC0415
    from audio.publishing import PublishError  # noqa: PLC0415

    if chosen.bucket:
        return chosen.bucket, chosen.url
    outputs = stack_outputs(chosen.stack)
    try:
        return outputs["GuidesBucket"], outputs["GuidesUrl"]
    except KeyError as missing:
        raise PublishError(f"the stack {chosen.stack} says no {missing}; is it ours?") from None


def _render(chosen: argparse.Namespace) -> "Manifest | None":
    """Render what is missing, or on trial only count it; None if not every cue is there."""
    from audio.rendering import render  # noqa: PLC0415
    from audio.voices.choosing import choose_voice  # noqa: PLC0415
    from skill.content.wording import load_wording  # noqa: PLC0415

    folder = chosen.output / chosen.locale
    report = render(
        load_wording(chosen.locale).script(),
        choose_voice(chosen.voice, chosen.locale),
        folder,
        locale=chosen.locale,
        jobs=chosen.jobs,
        on_trial=chosen.dry_run,
        watch=lambda outcomes, most: _with_progress_bar(outcomes, most, "cue"),
    )
    for cue, problem in report.failures.items():
        print(f"{cue}: {problem}", file=sys.stderr)
    if report.failures:
        print("Nothing is published; publish again to go on from here.", file=sys.stderr)
    elif chosen.dry_run:
        print(f"{report.untried} cues would be recorded, {report.found} are there: {folder}")
        if report.untried:
            print("Which files would be written is known when these are recorded.")
    else:
        print(f"{report.recorded} cues recorded, {report.found} were there: {folder}")
    return report.manifest


def _publish(chosen: argparse.Namespace, manifest: "Manifest", bucket: str, url: str) -> None:
    from audio.guides_bucket import S3Bucket  # noqa: PLC0415
    from audio.publishing import Publication, publish  # noqa: PLC0415
    from skill.coaching.repertoire import Repertoire  # noqa: PLC0415
    from skill.content.wording import load_wording  # noqa: PLC0415
    from skill.guides.editions import Editions  # noqa: PLC0415
    from skill.guides.library import FrameLibrary  # noqa: PLC0415

    wording = load_wording(manifest.locale)
    library = FrameLibrary(chosen.output / chosen.locale, manifest, kept_bytes=0)
    repertoire = Repertoire(wording.catalogue, library.cue_sheet, library.digest)
    report = publish(
        Publication(Editions(library, repertoire, wording), url),
        S3Bucket(bucket),
        datetime.now(UTC),
        on_trial=chosen.dry_run,
        watch=lambda keys, most: _with_progress_bar(keys, most, "file"),
    )
    _tell(report, bucket, on_trial=chosen.dry_run)


def _tell(report: "Report", bucket: str, *, on_trial: bool) -> None:
    if on_trial:
        for key in report.written:
            print(f"would write   {key}")
        for key in report.deleted:
            print(f"would delete  {key}")
    for key, end in report.kept.items():
        print(f"{key} is in no publication any more, and kept until {end:%Y-%m-%d}")
    done = ("to write", "to delete") if on_trial else ("written", "deleted")
    print(
        f"{len(report.written)} files {done[0]}, {report.found} were there, "
        f"{len(report.deleted)} {done[1]}: {bucket}"
    )


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    from audio.publishing import CLOUD_AUDIO  # noqa: PLC0415
    from audio.voices.choosing import EXAMPLES  # noqa: PLC0415

    parser = argparse.ArgumentParser(
        prog="publish_audio.py",
        description=__doc__,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--stack", metavar="NAME", help="the stack that `sam deploy` has made")
    where.add_argument("--bucket", metavar="NAME", help="the bucket itself; needs --url too")
    where.add_argument(
        "--only-render",
        action="store_true",
        help="publish nothing: before the first `sam build` there is no bucket yet",
    )
    parser.add_argument("--url", type=_url, help="where the bucket's files are fetched from")
    parser.add_argument(
        "--voice",
        default=VOICE,
        help=f"who speaks: an engine and its choice, as in {', '.join(EXAMPLES)} "
        "(default: %(default)s)",
    )
    parser.add_argument("--locale", default="en-US", help="whose words (default: %(default)s)")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="only tell what would be recorded, written and deleted",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="how many processes record (default: one a processor, here %(default)s)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=CLOUD_AUDIO,
        metavar="DIR",
        help="where the cues are (default: audio/rendered/cloud)",
    )
    chosen = parser.parse_args(arguments)
    if bool(chosen.bucket) != bool(chosen.url):
        parser.error("--bucket and --url go together")
    return chosen


def _url(text: str) -> str:
    if not re.fullmatch(r"https://[^\s/]+", text.rstrip("/")):
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as https://guides.example")
    return text.rstrip("/")


def _with_progress_bar(done: "Iterator[T]", most: int, unit: str) -> "Iterator[T]":
    if not most:
        return done
    # Not at the top: with nothing to do there is nothing to show.
    from tqdm import tqdm  # noqa: PLC0415

    bar: Iterator[T] = tqdm(done, total=most, unit=unit, disable=None)
    return bar


def _leave_to_venv(missing: Sequence[str], arguments: Sequence[str]) -> int:
    """Start again in the project's own environment, if it is there and this is another."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), __file__, *arguments])  # noqa: S606, our own interpreter
    print(
        f"Publishing needs {', '.join(missing)}; ./scripts/serve sets everything else up, and "
        ".venv/bin/pip install boto3 adds what is Amazon's.",
        file=sys.stderr,
    )
    return CANNOT_PUBLISH


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
