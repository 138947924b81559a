"""The command `scripts/render_audio.py`: its answers, its exit codes, its lightness."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import imageio_ffmpeg
import pytest

from skill.coaching.plans import Plan
from skill.coaching.timeline import lay_out
from skill.content.wording import load_wording
from skill.guides.library import FrameLibrary
from skill.guides.manifest import load, words_digest
from tests.audio.google import serving_google

ROOT = Path(__file__).parents[2]
COMMAND = ROOT / "scripts" / "render_audio.py"


def run(
    *arguments: object, program: tuple = (COMMAND,), environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess:
    """Run the command, or another program in its place, in this environment's Python."""
    return subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | (environment or {}),
    )


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything rendered by the command itself, with all defaults."""
    output = tmp_path_factory.mktemp("output")
    done = run("--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"0 were there: {output / 'en-US'}\n")
    return output


def test_the_command_renders_what_the_service_loads(output: Path) -> None:
    """Every cue of the script is there, fit to be heard, in the words the coach says now."""
    script = load_wording("en-US").script()
    manifest = load(output / "en-US", words_digest(script))
    assert manifest.cues.keys() == script.keys()
    assert manifest.voice.startswith("espeakng-loader ")
    FrameLibrary(output / "en-US", manifest)


def test_an_unchanged_render_loads_no_sound_library(output: Path) -> None:
    """It is over before numpy, pydub or the encoder would be imported: well under a second."""
    heavy = "numpy", "pydub", "lameenc", "soundfile", "soxr", "tqdm", "gtts"
    observed = (
        "import runpy, sys\n"
        f"try: runpy.run_path({str(COMMAND)!r}, run_name='__main__')\n"
        f"finally: print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = run("--output", output, program=("-c", observed))
    assert done.returncode == 0
    assert done.stdout.startswith("0 cues recorded")
    assert done.stderr == "[]\n"


@pytest.fixture(scope="module")
def guides(output: Path) -> dict[str, bytes]:
    """The guide of every routine, by its id."""
    wording = load_wording("en-US")
    folder = output / "en-US"
    library = FrameLibrary(folder, load(folder, words_digest(wording.script())))
    return {
        routine.id: library.guide(lay_out(Plan(routine, wording.catalogue), library.cue_sheet))
        for routine in wording.catalogue.routines.values()
    }


@pytest.mark.parametrize("routine", ["post-run", "strength"])
def test_guides_are_at_the_loudness_amazon_asks_for(routine: str, guides: dict[str, bytes]) -> None:
    """By ffmpeg's meter -14 LUFS to 0.5 and true peaks of at most -2 dBTP.

    One routine is all holds and one has the most chimes and counts: the extremes.
    """
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-nostats", "-i", "-", "-af", "ebur128=peak=true", "-f", "null", "-"]
    meter = subprocess.run(command, input=guides[routine], capture_output=True, check=True)
    summary = meter.stderr.decode().rpartition("Summary:")[2]
    loudness, peak = (float(re.search(rf"{it}: +(\S+)", summary)[1]) for it in ("I", "Peak"))
    assert loudness == pytest.approx(-14, abs=0.5)
    assert peak <= -2


def test_a_voice_that_fails_is_told_with_exit_code_1(tmp_path: Path) -> None:
    """The cue at which it failed is named, and how many were not tried; no manifest appears."""
    with serving_google(tmp_path) as (google, address):
        google.answers = [403]
        environment = {"HTTPS_PROXY": address, "NO_PROXY": "", "no_proxy": ""}
        done = run("--output", tmp_path, "--voice", "gtts:com", environment=environment)
    assert done.returncode == 1
    assert re.match(r"lead/first\.\d: Google's voice at translate\.google\.com", done.stderr)
    assert re.search(r"Failed: 1 cues, \d{3} not tried; ", done.stderr)
    assert "What was in use before stays in use" in done.stderr
    assert not list(tmp_path.rglob("manifest.json"))


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--voice", "siri"], 2, "no voice 'siri'.*espeak:en-us.*gtts"),
        (["--voice", "espeak:klingon"], 2, "there are espeak:en-us"),
        (["--locale", "xx-XX"], 2, "no lines for locale 'xx-XX'; there are some for .* en-"),
        (["--locale", "../../etc"], 2, "is no locale; one looks like en-US"),
        (["--jobs", "0"], 2, "is no number of processes; give 1 or more"),
        (["--output", "/dev/null/x"], 2, "Cannot write /dev/null/x/en-US: Not a directory"),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence(
    arguments: list[str], code: int, complaint: str, tmp_path: Path
) -> None:
    """It names what was wrong and what would be right, on stderr, without a traceback."""
    done = run("--output", tmp_path, *arguments)
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert re.search(complaint, done.stderr)
    assert not any(tmp_path.iterdir())


def test_help_tells_options_and_exit_codes() -> None:
    """--help is enough to use it."""
    told = run("--help").stdout
    for word in ("--voice", "--locale", "--jobs", "--force", "--output", "gtts:com", "exit codes"):
        assert word in told


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The command in a folder that has nothing else, as a Python without packages sees it."""
    copy = tmp_path / "scripts" / COMMAND.name
    copy.parent.mkdir()
    return Path(shutil.copy(COMMAND, copy))


def test_without_its_packages_it_says_what_sets_everything_up(elsewhere: Path) -> None:
    """Run by any Python, before anything is installed: one sentence, exit code 2."""
    done = run(program=("-I", "-S", elsewhere))
    assert done.returncode == 2
    assert done.stderr.startswith("The studio needs espeakng_loader, lameenc, numpy, pydub")
    assert done.stderr.endswith("./scripts/serve sets everything up.\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a shell script")
def test_outside_the_virtual_environment_it_goes_on_inside(elsewhere: Path) -> None:
    """Once everything is set up, any Python will do: the project's own takes over."""
    python = elsewhere.parent.parent / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "our own Python runs: $*"\n')
    python.chmod(0o755)
    done = run("--jobs", "3", program=("-I", "-S", elsewhere))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"our own Python runs: {elsewhere} --jobs 3\n"
