"""The command `scripts/render_audio.py`: its answers, its exit codes, its lightness."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from audio.chimes import synthesise
from skill.coaching.cues import CHIMES
from skill.coaching.plans import Choices, Detail, Plan
from skill.coaching.timeline import lay_out
from skill.content.wording import load_wording
from skill.guides.frames import SAMPLE_RATE
from skill.guides.library import FrameLibrary
from skill.guides.manifest import load, words_digest
from tests.audio.conftest import Decoder
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
        routine.id: library.guide(lay_out(Plan(routine), library.cue_sheet))
        for routine in wording.catalogue.routines.values()
    }


def test_guides_are_at_the_loudness_amazon_asks_for(guides: dict[str, bytes]) -> None:
    """By ffmpeg's meter each routine is at -14 LUFS to 0.5, its true peaks at most -2 dBTP."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-nostats", "-i", "-", "-af", "ebur128=peak=true", "-f", "null", "-"]
    for routine, guide in guides.items():
        meter = subprocess.run(command, input=guide, capture_output=True, check=True)
        summary = meter.stderr.decode().rpartition("Summary:")[2]
        loudness, peak = (float(re.search(rf"{it}: +(\S+)", summary)[1]) for it in ("I", "Peak"))
        assert (routine, loudness) == (routine, pytest.approx(-14, abs=0.5))
        assert (routine, peak) <= (routine, -2)


def test_guides_are_what_ffprobe_calls_our_format(
    guides: dict[str, bytes], ffprobe: str, tmp_path: Path
) -> None:
    """MP3, 24,000 Hz, mono, 48,000 bit/s."""
    for routine, guide in guides.items():
        path = tmp_path / f"{routine}.mp3"
        path.write_bytes(guide)
        entries = "stream=codec_name,sample_rate,channels,bit_rate"
        probe = [ffprobe, "-v", "error", "-show_entries", entries, "-of", "csv=p=0", path]
        told = subprocess.run(probe, capture_output=True, check=True, text=True)
        assert (told.stdout, told.stderr) == ("mp3,24000,1,48000\n", "")


def test_holds_last_as_long_as_they_say(output: Path, listen: Decoder) -> None:
    """From begin chime to release chime, as heard, each hold has its nominal length to 50 ms."""
    folder, catalogue = output / "en-US", load_wording("en-US").catalogue
    script = load_wording("en-US").script()
    library = FrameLibrary(folder, load(folder, words_digest(script)))
    plan = Plan(catalogue.routines["pre-run"], Choices(hold_seconds=20, detail=Detail.BRIEF))
    heard = listen(library.guide(lay_out(plan, library.cue_sheet)))
    begins, releases = (onsets(heard, synthesise(name)) for name in ("begin", "release"))
    assert len(begins) == len(releases) == len(plan.steps)
    for step, begin, release in zip(plan.steps, begins, releases, strict=True):
        assert (release - begin) * 1000 == pytest.approx(step.length, abs=50)


def onsets(heard: np.ndarray, chime: np.ndarray) -> list[float]:
    """The seconds at which a chime is struck: where what is heard matches its shape."""
    size = len(heard) + len(chime)
    match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(chime, size)), size)
    places = np.flatnonzero(match > 0.8 * float(chime @ chime))
    starts = places[np.diff(places, prepend=-SAMPLE_RATE) > SAMPLE_RATE]
    return [float(start + np.argmax(match[start : start + 480])) / SAMPLE_RATE for start in starts]


def test_cues_that_fail_are_named_with_exit_code_1(tmp_path: Path) -> None:
    """A voice that gives no audio: every cue is told by its id, and the chimes are kept."""
    with serving_google(tmp_path) as (google, address):
        google.answers = ["no audio"]
        environment = {"HTTPS_PROXY": address, "NO_PROXY": "", "no_proxy": ""}
        done = run("--output", tmp_path, "--voice", "gtts:com", environment=environment)
    assert done.returncode == 1
    assert "name/clam/left.1: Google answered without any audio\n" in done.stderr
    assert "What was in use before stays in use" in done.stderr
    assert len(list(tmp_path.rglob("*.mp3"))) == len(CHIMES)
    assert not list(tmp_path.rglob("manifest.json"))


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["--voice", "siri"], 2, "no voice 'siri'.*espeak:en-us.*gtts"),
        (["--voice", "espeak:klingon"], 2, "there are espeak:en-us"),
        (["--locale", "xx-XX"], 2, "no lines for locale 'xx-XX'; there are en"),
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
