#!/usr/bin/env python3
"""Write the skill package, as the ASK CLI uploads it, from the content. The result is committed."""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "skill" / "alexa" / "skill_package"
LOCALES = ("en-US",)

DONE, NOT_CURRENT, CANNOT_BUILD = 0, 1, 2
EXIT_CODES = """\
exit codes:
  0  the package is written, or is current
  1  with --check: some files are missing or not current; they are named
  2  it could not be built or written, for the reason given
"""


def main(arguments: Sequence[str]) -> int:
    """Build, write or check as the arguments say, and return the exit code."""
    chosen = _parse(arguments)
    sys.path.insert(0, str(ROOT))
    # Not at the top: the project's root must be on the path first.
    from skill.coaching.errors import CoachError  # noqa: PLC0415

    try:
        package = build()
    except CoachError as error:
        print(f"The skill package cannot be built: {error}", file=sys.stderr)
        return CANNOT_BUILD
    outdated = [file for file, made in package.items() if _read(chosen.folder / file) != made]
    if chosen.check:
        for file in outdated:
            print(f"{file} is not current; scripts/build_skill_package.py writes it anew")
        return NOT_CURRENT if outdated else DONE
    try:
        for file in outdated:
            _write(chosen.folder / file, package[file])
    except OSError as error:
        print(f"The skill package cannot be written: {error}", file=sys.stderr)
        return CANNOT_BUILD
    print(f"{len(package)} files in {chosen.folder}, {len(outdated)} of them new.")
    return DONE


def build() -> Mapping[str, bytes]:
    """Return what each file holds, by its path in the package.

    Raise `ContentError` if the content has a mistake.
    """
    from skill.alexa.interaction_model import interaction_model, skill_manifest  # noqa: PLC0415
    from skill.content.utterances import load_utterances  # noqa: PLC0415
    from skill.content.wording import load_wording  # noqa: PLC0415

    said = {locale: load_utterances(locale) for locale in LOCALES}
    package = {"skill.json": skill_manifest({locale: said[locale].listing for locale in LOCALES})}
    for locale in LOCALES:
        model = interaction_model(load_wording(locale), said[locale])
        package[f"interactionModels/custom/{locale}.json"] = model
    return {
        file: (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
        for file, content in package.items()
    }


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="build_skill_package.py",
        description=__doc__,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; only tell whether the files are current",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=PACKAGE,
        metavar="DIR",
        help="where the package is (default: skill/alexa/skill_package)",
    )
    return parser.parse_args(arguments)


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
