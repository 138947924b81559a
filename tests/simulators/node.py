"""What others have written for Node.js: installed from a lock file of ours, once, into `.venv`."""

import shutil
import subprocess
import tempfile
import zlib
from pathlib import Path

import pytest

from skill.settings import PROJECT

OLDEST = (20, 0)
"""The oldest Node.js that all of them run on."""
_FOLDER = Path(__file__).parent


def node_package(name: str) -> tuple[str, Path]:
    """Return the command of Node.js, and the folder here of this name with all that it needs.

    Skip the test on a machine where it cannot be had.
    """
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip(f"{name} needs Node.js and npm, which this machine does not have")
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(map(int, told.strip().lstrip("v").split(".")[:2]))
    if version < OLDEST:
        pytest.skip(f"{name} needs Node.js {OLDEST[0]}, and this is {told.strip()}")
    return node, _installed(name)


def _installed(name: str) -> Path:
    source = _FOLDER / name
    files = sorted(file for file in source.iterdir() if file.is_file())
    content = b"".join(file.read_bytes() for file in files)
    folder = PROJECT / ".venv" / f"{name}-{zlib.crc32(content):08x}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        package = Path(made) / "package"
        shutil.copytree(source, package)
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(
            ["npm", "ci", *options],  # noqa: S607 - npm is looked up on purpose
            cwd=package,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["npm does not say why"])[-1]
            pytest.skip(f"{name} cannot be installed here: {reason}")
        try:
            package.rename(folder)
        except OSError:  # another process was quicker
            if not folder.is_dir():
                raise
    return folder
