"""The command `scripts/compare_voices.py`: a row a voice, and recordings to listen to."""

import re
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from scripts.compare_voices import COLUMNS, LINES, VOICES
from skill.coaching.cues import Speech
from skill.content.wording import load_wording
from skill.settings import PROJECT

COMMAND = PROJECT / "scripts" / "compare_voices.py"


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_every_line_is_one_of_ours_to_speak():
    """The fixed set names cues of the script, each of them speech."""
    script = load_wording("en-US").script()
    assert all(isinstance(script[cue], Speech) for cue in LINES)


def test_a_row_for_each_voice_and_a_recording_of_each_line(tmp_path: Path):
    """Figures stand under their columns; a voice's folder has every line, mastered, as WAV."""
    done = run("espeak:en-us", "espeak:en-us+f3/190/60", "--output", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    head, *rows = done.stdout.splitlines()
    assert re.split(r"  +", head.strip()) == list(COLUMNS)
    figures = {row.split()[0]: [float(cell) for cell in row.split()[1:]] for row in rows}
    assert list(figures) == ["espeak:en-us", "espeak:en-us+f3/190/60"]
    slow, fast = figures.values()
    assert slow[0] < fast[0]
    assert len(slow) == len(COLUMNS)
    for folder in ("espeak-en-us", "espeak-en-us+f3-190-60"):
        files = sorted((tmp_path / folder).iterdir())
        assert len(files) == len(LINES)
        with wave.open(str(files[0])) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
            assert file.getnframes() > 12_000


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["siri"], "There is no voice 'siri'. A voice is an engine and its choice, such as esp"),
        (["espeak:martian/150/50"], "espeak-ng has no voice 'martian'"),
        (["--locale", "xx-XX"], "there are no lines for locale 'xx-XX'"),
        (["espeak:en-us", "--output", "/dev/null/x"], "Cannot write /dev/null/x/espeak-en-us: Not"),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence(arguments: list[str], complaint: str):
    """It names what was wrong and what would be right, on stderr, without a traceback."""
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(complaint)
    assert done.stderr.count("\n") == 1


def test_help_tells_columns_and_exit_codes():
    """--help is enough to read the table."""
    told = run("--help").stdout
    for word in (*COLUMNS, "--output", "--locale", "exit codes", "espeak:NAME/RATE/PITCH"):
        assert word in told


def test_without_its_packages_it_says_what_sets_everything_up():
    """Run by any Python, before anything is installed: one sentence, exit code 2."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", COMMAND], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("The studio needs espeakng_loader, lameenc, numpy")
    assert done.stderr.count("\n") == 1


def test_what_is_compared_by_default_can_be_had():
    """The default is among them, and no voice is named twice."""
    assert VOICES[0] == "espeak:en-us"
    assert len(set(VOICES)) == len(VOICES)
