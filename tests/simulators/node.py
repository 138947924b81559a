"""What others have written for Node.js: installed from a lock file of ours, once, into `.venv`."""

from pathlib import Path

import pytest

from scripts.benchmarks import installing
from scripts.benchmarks.processes import CannotMeasureError

_FOLDER = Path(__file__).parent


def node_package(name: str) -> tuple[str, Path]:
    """Return the command of Node.js, and a folder with what is here by this name and all it needs.

    Skip the test on a machine where it cannot be had.
    """
    try:
        return installing.node_package(_FOLDER / name)
    except CannotMeasureError as reason:
        pytest.skip(f"{name}: {reason}")
