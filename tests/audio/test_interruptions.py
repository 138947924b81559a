"""Renders that are killed, starved of disk, or lose a process: in processes of their own."""

import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skill.guides.frames import count_frames
from skill.guides.library import FrameLibrary
from skill.guides.manifest import CUE_FOLDER, MANIFEST_FILE, load, words_digest
from tests.audio.test_rendering import contents, rendered

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from audio.rendering import render
from tests.audio.hummer import Hummer
from tests.audio.test_interruptions import script
if __name__ == "__main__":
    report = render(script(), Hummer(pause=0.004), Path(sys.argv[1]), locale="en-US", jobs=2)
    print(report.failures, report.recorded)
"""


def script() -> dict:
    from skill.coaching.cues import Chime, Speech  # noqa: PLC0415

    lines = {f"line.{number}": Speech(f"This is line {number}.") for number in range(1, 61)}
    return {"chime/begin.1": Chime("begin"), **lines}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path
