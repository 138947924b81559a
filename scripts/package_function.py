"""Puts together what runs in the cloud: the service, what it needs, and the rendered cues.

No studio is in it. What the service needs is what function.lock.txt pins, for the processor
and the Python that template.yaml names.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:
    sys.exit("./scripts/package runs this, and sets everything up for it.")

from audio.publishing import CLOUD_AUDIO, PUBLISH_COMMAND
from skill.coaching.errors import CoachError
from skill.content.entries import translate_entries
from skill.content.utterances import load_utterances
from skill.content.wording import load_wording
from skill.guides.library import FrameLibrary
from skill.guides.manifest import (
    CUE_FOLDER,
    EARLIER_FOLDER,
    MANIFEST_FILE,
    ManifestError,
    load,
    words_digest,
)
from skill.pictures.poses import load_studies
from skill.pictures.words import load_picture_words
from skill.settings import PROJECT, Settings

PYTHON = "3.13"
"""The function's, as template.yaml names it."""
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
"""What Lambda's arm64 machines run; wheels for any of these will do."""
LOCK = PROJECT / "function.lock.txt"
LEFT_OUT = shutil.ignore_patterns(
    *("__pycache__", "skill_package", ".ask", "ask-resources.json", "browser")
)
"""What of the service stays here: the skill package goes to Alexa, not to the function, and pages
are a web server's."""
INSTALLED_IN = "/var/task"
"""Where Lambda puts the package."""

DONE, CANNOT_PACKAGE = 0, 2
EXIT_CODES = """\
exit codes:
  0  the package is there
  2  it could not be made, for the reason given
"""


class PackageError(CoachError):
    """What keeps the package from being made."""

    code = "package"


def main(arguments: Sequence[str]) -> int:
    """Make the package as the arguments say and return the exit code."""
    chosen = _parse(arguments)
    try:
        package(chosen.folder, chosen.audio / chosen.locale, chosen.locale)
    except (CoachError, OSError) as error:
        print(f"The function cannot be packaged: {error}", file=sys.stderr)
        return CANNOT_PACKAGE
    files = (path for path in chosen.folder.rglob("*") if path.is_file())
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print(f"{megabytes:.1f} MB in {chosen.folder}")
    return DONE


def package(folder: Path, rendered: Path, locale: str) -> None:
    """Put the package into an empty folder, with the cues that lie in `rendered`.

    Raise `PackageError` or `OSError` if that cannot be; audio that cannot be used is found
    before anything is written.
    """
    _check_content(locale)
    cues = _cues(rendered, locale)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise PackageError(f"{folder} is not empty")
    _install(folder)
    shutil.copytree(PROJECT / "skill", folder / "skill", ignore=LEFT_OUT)
    for content in sorted((folder / "skill").rglob("*.toml")):
        translate_entries(content)
    target = folder / Settings().audio.relative_to(PROJECT) / locale
    for path in cues:
        (target / path.parent).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(rendered / path, target / path)
    _compile(folder)


def _check_content(locale: str) -> None:
    """Read all that is translated, since nothing in a package checks it again."""
    load_wording(locale)
    load_utterances(locale)
    load_picture_words(locale)
    load_studies()


def _cues(rendered: Path, locale: str) -> list[Path]:
    """Return what is needed of the rendered audio, as paths in its folder, having checked it."""
    try:
        manifest = load(rendered, words_digest(load_wording(locale).script()))
        FrameLibrary(rendered, manifest)
    except ManifestError as error:
        command = f"{PUBLISH_COMMAND} --only-render"
        raise PackageError(f"{error}\nIn the cloud's own voice {command} renders it.") from error
    earlier = sorted((rendered / EARLIER_FOLDER).glob("*.json"))
    return [
        Path(MANIFEST_FILE),
        *(Path(CUE_FOLDER) / file for file in sorted({c.file for c in manifest.cues.values()})),
        *(path.relative_to(rendered) for path in earlier),
    ]


def _install(folder: Path) -> None:
    """Install what the lock pins, for the function's machine, whatever this one is."""
    platforms = [f"--platform={platform}" for platform in PLATFORMS]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pinned = ["--require-hashes", "--no-deps", "--no-compile", f"--requirement={LOCK}"]
    machine = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}"]
    done = subprocess.run(  # noqa: S603, our own interpreter
        [*pip, *pinned, *machine, *platforms, f"--target={folder}"],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode:
        raise PackageError(f"what {LOCK.name} pins cannot be installed; pip says why above")
    shutil.rmtree(folder / "bin", ignore_errors=True)


def _compile(folder: Path) -> None:
    """Compile everything by a Python of the function's version; without one, say what it costs."""
    python = matching_python()
    if python is None:
        print(
            f"There is no Python {PYTHON} here to compile the function with, so it compiles "
            "itself as it starts: some 0.2 s more, but from a snapshot (SnapStart).",
            file=sys.stderr,
        )
        return
    # Without a time in it, what is compiled is the same each time, and never taken for stale.
    modes = ["--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", INSTALLED_IN]
    command = [python, "-W", "ignore", "-m", "compileall", "-q", *modes, str(folder)]
    if subprocess.run(command, check=False, stdout=sys.stderr).returncode:  # noqa: S603
        raise PackageError(f"{python} could not compile what is in {folder}")


def matching_python() -> str | None:
    """Return an interpreter of the function's version, if this machine has one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = shutil.which(f"python{PYTHON}")
    candidates = [sys.executable, *([found] if found else [])]
    candidates += map(str, sorted(pyenv.glob(f"versions/{PYTHON}.*/bin/python")))
    tell = "import sys; print('%d.%d' % sys.version_info[:2])"
    for python in candidates:
        told = subprocess.run([python, "-c", tell], check=False, capture_output=True, text=True)  # noqa: S603
        if told.stdout.strip() == PYTHON:
            return python
    return None


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="package",
        description=__doc__,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="an empty one, or a new one")
    parser.add_argument(
        "--audio",
        type=Path,
        default=CLOUD_AUDIO,
        metavar="DIR",
        help="where the cues are (default: audio/rendered/cloud)",
    )
    parser.add_argument(
        "--locale", default=Settings().locale, help="whose words (default: %(default)s)"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
