"""What others have written, to be measured beside the coach: installed once, into `.venv`.

Each has a folder in `peers/` with what it needs, pinned with its hashes. The coach itself needs
none of it, so none of it is among the coach's own dependencies. What a `wanted.txt` wants is pinned
anew as `scripts/lock` does it, with `-c test.lock.txt`, so that the SDK stands on what ours does.
"""

import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from scripts.benchmarks.processes import CannotMeasureError
from skill.settings import PROJECT

PEERS = Path(__file__).parent / "peers"
OLDEST_NODE = (20, 0)


def python_peer(name: str) -> Path:
    """Return a folder of Python packages, all that `peers/NAME/lock.txt` pins.

    Raise `CannotMeasureError` if they cannot be had.
    """
    lock = PEERS / name / "lock.txt"
    install = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--only-binary", ":all:", "--target", ".", "--requirement"),
        str(lock),
    ]
    return _installed(name, [lock], install)


def node_peer(name: str) -> tuple[str, Path]:
    """Return the command of Node.js, and a folder with what is in `peers/NAME` and all it needs.

    Raise `CannotMeasureError` if they cannot be had.
    """
    return node_package(PEERS / name)


def node_package(source: Path) -> tuple[str, Path]:
    """Return the command of Node.js, and a folder with what is in another and all it needs.

    Raise `CannotMeasureError` if they cannot be had.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise CannotMeasureError("this machine has no Node.js with npm")
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    version = tuple(map(int, told.strip().lstrip("v").split(".")[:2]))
    if version < OLDEST_NODE:
        raise CannotMeasureError(f"Node.js {OLDEST_NODE[0]} is the oldest, not {told.strip()}")
    install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    files = sorted(file for file in source.iterdir() if file.is_file())
    return node, _installed(source.name, files, install)


def _installed(name: str, files: Sequence[Path], install: Sequence[str]) -> Path:
    """Return a folder where an installer was run beside copies of these files, now or earlier."""
    content = b"".join(file.read_bytes() for file in files)
    content += ".".join(map(str, sys.version_info[:2])).encode()
    folder = PROJECT / ".venv" / f"peer-{name}-{zlib.crc32(content):08x}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        package = Path(made) / "package"
        package.mkdir()
        for file in files:
            shutil.copy2(file, package)
        done = subprocess.run(  # noqa: S603 - installers of this machine
            install, cwd=package, capture_output=True, text=True, check=False
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["the installer does not say why"])[-1]
            raise CannotMeasureError(f"{name} cannot be installed here: {reason}")
        try:
            package.rename(folder)
        except OSError:  # another process was quicker
            if not folder.is_dir():
                raise
    return folder
