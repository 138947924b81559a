#!/usr/bin/env python3
"""Write the skill package, as the ASK CLI uploads it, from the content. The result is committed.

Its icons are drawn by scripts/draw_art.py. The pages that the store links to, and where the
service runs, belong to whoever publishes the skill; once given, they stay in the manifest.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skill.alexa.interaction_model import LegalPages

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "skill" / "alexa" / "skill_package"
LOCALES = ("en-US",)
MANIFEST = "skill.json"

_ADDRESS = re.compile(r"https://[a-z0-9.-]+(?:[/?#][!-~]*)?", re.IGNORECASE)
_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[\w-]+(?::[\w-]+)?")

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
        package = build(_legal_pages(chosen), chosen.endpoint or _known_endpoint(chosen))
    except (CoachError, OSError) as error:
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


def build(legal: "LegalPages", endpoint: str = "") -> Mapping[str, bytes]:
    """Return what each file holds, by its path in the package.

    Raise `ContentError` if the content has a mistake, `OSError` if an icon is missing.
    """
    from skill.alexa.interaction_model import (  # noqa: PLC0415
        ICONS,
        interaction_model,
        skill_manifest,
    )
    from skill.content.utterances import load_utterances  # noqa: PLC0415
    from skill.content.wording import load_wording  # noqa: PLC0415

    said = {locale: load_utterances(locale) for locale in LOCALES}
    listings = {locale: said[locale].listing for locale in LOCALES}
    package = {MANIFEST: skill_manifest(listings, legal, endpoint)}
    for locale in LOCALES:
        model = interaction_model(load_wording(locale), said[locale])
        package[f"interactionModels/custom/{locale}.json"] = model
    written = {
        file: (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
        for file, content in package.items()
    }
    return written | {icon: (PACKAGE / icon).read_bytes() for icon in ICONS.values()}


def _legal_pages(chosen: argparse.Namespace) -> "LegalPages":
    """Return the pages that were given, or else those that the manifest has already."""
    from skill.alexa.interaction_model import LegalPages  # noqa: PLC0415

    known = _known_pages(chosen.folder / MANIFEST)
    return LegalPages(
        privacy_policy=chosen.privacy_policy or str(known.get("privacyPolicyUrl", "")),
        terms_of_use=chosen.terms_of_use or str(known.get("termsOfUseUrl", "")),
    )


def _known_endpoint(chosen: argparse.Namespace) -> str:
    """Return where the manifest already says that the service runs."""
    known = _known(chosen.folder / MANIFEST, "apis", "custom", "endpoint")
    return str(known.get("uri", ""))


def _known_pages(file: Path) -> Mapping[str, Any]:
    return _known(file, "privacyAndCompliance", "locales", LOCALES[0])


def _known(file: Path, *path: str) -> Mapping[str, Any]:
    """Return an object of the manifest that is there; an empty one if it has none."""
    try:
        known = json.loads(file.read_bytes())["manifest"]
        for name in path:
            known = known[name]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return known if isinstance(known, dict) else {}


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="build_skill_package.py",
        description=__doc__.partition("\n")[0],
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
    for page in ("privacy-policy", "terms-of-use"):
        parser.add_argument(
            f"--{page}",
            type=_address,
            default=None,
            metavar="URL",
            help=f"where the {page.replace('-', ' ')} can be read, for the store's page",
        )
    parser.add_argument(
        "--endpoint",
        type=_endpoint,
        default=None,
        metavar="URI",
        help="where the service runs: the ARN of its function, or an https address",
    )
    return parser.parse_args(arguments)


def _endpoint(text: str) -> str:
    if not _FUNCTION.fullmatch(text) and not _ADDRESS.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no endpoint; it begins arn:aws:lambda: or https://"
        )
    return text


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no address; it begins https://")
    return text


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
