"""Whole processes, measured from their start to their end: time, processor time, memory.

Whoever measures must stay small: Linux counts what the parent held when it started a child as
memory of the child. So nothing here, or in a benchmark itself, may load a sound library.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from skill.coaching.errors import CoachError

_RSS_UNITS_A_MEGABYTE = 1_000_000 if sys.platform == "darwin" else 1_000_000 / 1024
"""The kernel counts in bytes on macOS, and in KiB elsewhere."""

_UNSET = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
"""Without compiled modules, each start would be measured as if it were the first one."""


class CannotMeasureError(CoachError):
    """What was to be measured failed, or did something else than it should."""

    code = "cannot-measure"


@dataclass(frozen=True, slots=True)
class Measured:
    """One process and all it started.

    `peak_megabytes` is the resident memory of the largest of them; `said` is its output.
    """

    seconds: float
    processor_seconds: float
    peak_megabytes: float
    said: str


def measure(program: Sequence[str], folder: Path) -> Measured:
    """Run a program in a folder, with temporary files in there too, and measure all of it.

    Raise `CannotMeasureError` if it fails. If this is interrupted, the program is killed with
    all it started.
    """
    with TemporaryFile("w+") as said, TemporaryFile("w+") as complained:
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603, our own programs
            program,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=complained,
            start_new_session=True,
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        complained.seek(0)
        if process.returncode != 0:
            reason = complained.read().strip().splitlines() or ["it does not say why"]
            raise CannotMeasureError(
                f"{' '.join(program)} ended with {process.returncode}: {reason[-1]}"
            )
        return Measured(
            seconds=seconds,
            processor_seconds=used.ru_utime + used.ru_stime,
            peak_megabytes=used.ru_maxrss / _RSS_UNITS_A_MEGABYTE,
            said=said.read(),
        )


def _environment(folder: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _UNSET}
    return {**kept, "TMPDIR": str(folder)}
