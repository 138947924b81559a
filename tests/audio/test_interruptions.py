"""Renders that are killed, starved of disk, or lose a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from audio.errors import StudioError
from audio.rendering import render
from skill.coaching.cues import Chime, Speech
from skill.guides.frames import count_frames
from skill.guides.library import FrameLibrary
from skill.guides.manifest import CUE_FOLDER, MANIFEST_FILE, CueFile, load, words_digest
from tests.audio.hummer import Hummer

ROOT = Path(__file__).parents[2]
SCRIPT = {
    "chime/begin.1": Chime("begin"),
    **{f"line.{number}": Speech(f"This is line {number}.") for number in range(1, 61)},
}
PROGRAM = f"""
import resource, sys
from pathlib import Path
from audio.rendering import render
from skill.coaching.cues import Chime, Speech
from tests.audio.hummer import Hummer

if __name__ == "__main__":
    folder, most_bytes, force = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "force"
    if most_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    report = render({SCRIPT!r}, Hummer(), folder, locale="en-US", jobs=2, force=force)
    print(report.failures)
"""

Start = Callable[..., subprocess.Popen]


@pytest.fixture
def start(tmp_path: Path, folder: Path) -> Start:
    """Start a render of the script in a process group of its own."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)

    def start(most_bytes: int = 0, force: str = "") -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, program, folder, str(most_bytes), force],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return start


@pytest.fixture
def undisturbed(tmp_path: Path) -> dict[str, bytes]:
    folder = tmp_path / "undisturbed"
    render(SCRIPT, Hummer(), folder, locale="en-US")
    return visible(folder)


def visible(folder: Path) -> dict[str, bytes]:
    """Every file anyone would read, with its bytes."""
    return {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def is_over(group: int) -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_render_killed_at_any_moment_leaves_only_whole_cues(
    start: Start, folder: Path, undisturbed: dict[str, bytes]
) -> None:
    """After SIGKILL all files are whole and all processes gone; the next render goes on from there.

    The end of it all is byte-identical to a render that nobody disturbed.
    """
    for cues in (0, 12, 40):
        with start() as render_process:
            wait_until(lambda cues=cues: len(list(folder.glob(f"{CUE_FOLDER}/*.mp3"))) >= cues)
            render_process.kill()
        wait_until(lambda group=render_process.pid: is_over(group))
        for name, data in visible(folder).items():
            assert CueFile.of(name.partition("-")[0], data, count_frames(data)).file == name
        assert not (folder / MANIFEST_FILE).exists()
    with start() as render_process:
        assert render_process.stdout.read() == "{}\n"
    assert visible(folder) == undisturbed


def test_a_full_disk_leaves_the_old_manifest_in_force(start: Start, folder: Path) -> None:
    """A cue that cannot be written ends the render, with a sentence; nothing is half there."""
    render(SCRIPT, Hummer(), folder, locale="en-US")
    before = visible(folder)
    with start(most_bytes=5000, force="force") as second:
        told = second.stdout.read()
    assert "Cannot write" in told
    assert "File too large" in told
    assert visible(folder) == before
    assert not list(folder.rglob("*.tmp"))
    FrameLibrary(folder, load(folder, words_digest(SCRIPT)))


def test_a_process_that_dies_is_told(folder: Path) -> None:
    """A worker ended from outside (by a system out of memory, say) is one clear error."""
    with pytest.raises(StudioError, match=r"ended from outside.*render again to go on"):
        render(SCRIPT, Hummer(ails={"This is line 9.": "dies"}), folder, locale="en-US", jobs=2)
    report = render(SCRIPT, Hummer(), folder, locale="en-US")
    assert report.manifest is not None


def test_an_interrupted_command_says_that_nothing_is_lost(tmp_path: Path) -> None:
    """Ctrl-C ends with a sentence and exit code 130, not with a traceback."""
    command = [sys.executable, ROOT / "scripts" / "render_audio.py", "--output", tmp_path]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        wait_until(lambda: any(tmp_path.rglob("*.mp3")))
        os.killpg(process.pid, signal.SIGINT)
        told = process.stderr.read()
    assert told.endswith("Interrupted; what was rendered is kept.\n")
    assert "Traceback" not in told
    assert process.returncode == 130
