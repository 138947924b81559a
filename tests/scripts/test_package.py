"""The package of the cloud's function: what is in it, what is not, and what stops its making."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.package_function import LOCK, PYTHON, matching_python
from skill.guides.manifest import CUE_FOLDER, MANIFEST_FILE, load
from skill.settings import PROJECT
from tests.alexa.recorded import recorded
from tests.conftest import SKILL_ID
from tests.simulators.s3 import S3, serving_s3

COMMAND = PROJECT / "scripts" / "package"
SAM = PROJECT / ".cloud-tools" / "aws" / "bin" / "sam"
MOST_MEGABYTES = 30
STUDIO = (
    *("audio.rendering", "pydub", "gtts", "numpy", "lameenc", "soundfile", "soxr"),
    *("espeakng_loader", "piper", "imageio_ffmpeg", "PIL", "tqdm", "boto3", "botocore"),
    *("flask", "waitress", "cryptography", "lxml", "feedgen", "rapidfuzz"),
)
"""What the function neither has nor needs."""
ANSWER = """
import json, sys
from skill.aws_lambda import handler
answers = [handler(event, None) for event in json.load(sys.stdin)]
print(json.dumps([answers, sorted(sys.modules)]), file=sys.stderr)
"""


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as served:
        yield served


@pytest.fixture(scope="module")
def answered(package, s3, tmp_path_factory):
    """Two answers by the package alone, on nothing but Python's own library."""
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIACOACH",
        "AWS_SECRET_ACCESS_KEY": "of the coach",
        "AWS_REGION": "eu-west-1",
        "GLUTE_COACH_SKILL_ID": SKILL_ID,
        "GLUTE_COACH_PUBLIC_URL": "https://guides.example",
        "GLUTE_COACH_TABLE": "runners",
        "GLUTE_COACH_TABLE_ENDPOINT": "http://127.0.0.1:9",
        "GLUTE_COACH_GUIDES_BUCKET": s3.bucket,
        "GLUTE_COACH_GUIDES_ENDPOINT": s3.endpoint,
    }
    unpacked = tmp_path_factory.mktemp("task") / "task"
    shutil.copytree(package, unpacked)
    alone = f"import sys; sys.path.insert(0, {str(unpacked)!r})\n{ANSWER}"
    events = [recorded("launch"), recorded("intent_start_resolved")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", alone],
        env=environment,
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr.splitlines()[-1])


class TestWhatIsInIt:
    def test_all_cues_in_force_and_no_other(self, package, cloud_audio):
        """The manifest and each cue it names, where the service looks for them by itself."""
        folder = package / "audio" / "rendered" / "en-US"
        manifest = json.loads((folder / MANIFEST_FILE).read_text())
        assert {path.name for path in (folder / CUE_FOLDER).iterdir()} == {
            cue["file"] for cue in manifest["cues"].values()
        }
        earlier = {path.name for path in (cloud_audio / "en-US" / "earlier").glob("*.json")}
        assert {path.name for path in folder.glob("earlier/*")} == earlier

    def test_without_cues_it_is_small(self, package):
        """Everything but the cues has less than 30 MB, unpacked and compiled."""
        files = [path for path in package.rglob("*") if path.is_file()]
        sizes = sum(path.stat().st_size for path in files if "rendered" not in path.parts)
        assert sizes < MOST_MEGABYTES * 1e6

    def test_no_studio_and_no_web_server(self, package):
        """Neither our own rooms that build things, nor any library of theirs."""
        assert not list((package / "audio").rglob("*.py"))
        for left_out in ("scripts", "tests", "bin", "skill/alexa/skill_package"):
            assert not (package / left_out).exists()
        names = {path.name.lower() for path in package.iterdir()}
        assert not names & {name.lower() for name in STUDIO}

    def test_it_is_what_the_lock_pins(self, package):
        """Each distribution is there in its pinned version, and no other."""
        pins = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", LOCK.read_text(), re.MULTILINE))
        found = {}
        for folder in package.glob("*.dist-info"):
            name, version = folder.name.removesuffix(".dist-info").rsplit("-", 1)
            found[name.replace("_", "-").lower()] = version
        assert found == pins

    def test_the_locks_agree(self):
        """The function runs the very versions that are tested."""
        tested = (PROJECT / "test.lock.txt").read_text()
        for pin in re.findall(r"^[a-z0-9-]+==[^ ]+", LOCK.read_text(), re.MULTILINE):
            assert re.search(rf"^{re.escape(pin)} ", tested, re.MULTILINE), pin

    def test_it_is_compiled_for_the_functions_python(self, package):
        """Each module has its compiled twin, which is never looked at for being stale."""
        if matching_python() is None:
            pytest.skip(f"there is no Python {PYTHON} here to compile with")
        modules = [path for path in package.rglob("*.py") if "rendered" not in path.parts]
        assert modules
        tag = f"cpython-{PYTHON.replace('.', '')}"
        for module in modules:
            compiled = module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc"
            flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
            assert flags == 0b01, module  # by its source's hash, unchecked


class TestHowItRuns:
    def test_it_answers(self, answered, s3):
        """It speaks, and plays a guide that is in the bucket, at the address of the network."""
        (welcome, started), _ = answered
        assert "Glute Coach" in welcome["response"]["outputSpeech"]["ssml"]
        (play,) = started["response"]["directives"]
        address = play["audioItem"]["stream"]["url"]
        key = address.removeprefix("https://guides.example/")
        assert s3.file(key)["ContentType"] == "audio/mpeg"

    def test_it_loads_no_studio_and_no_web_server(self, answered):
        """Nothing of it is imported on the way."""
        _, modules = answered
        assert not set(modules) & set(STUDIO)


class TestWhatStopsIt:
    def test_audio_that_is_not_rendered(self, tmp_path):
        """It ends before anything is written, and names the commands that mend it."""
        done = run("--audio", tmp_path / "none", tmp_path / "package")
        assert (done.returncode, done.stdout) == (2, "")
        assert "There is no rendered audio in" in done.stderr
        assert "./scripts/render_audio.py --locale en-US --output" in done.stderr
        assert "./scripts/publish_audio.py --only-render" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "package").exists()

    @pytest.mark.parametrize(
        ("spoil", "why"),
        [
            (lambda folder: (folder / MANIFEST_FILE).write_text("{}"), "cannot be used"),
            (lambda folder: (folder / MANIFEST_FILE).unlink(), "There is no rendered audio"),
            (lambda folder: next(folder.glob("cues/*")).unlink(), "cannot be used"),
            (lambda folder: other_words(folder / MANIFEST_FILE), "from other words"),
        ],
        ids=["damaged", "no manifest", "a cue is gone", "stale"],
    )
    def test_audio_that_cannot_be_used(self, rendered, tmp_path, spoil, why):
        """Damaged or stale audio never gets into the cloud, and the mending command is named."""
        script = words_digest_of(rendered)
        folder = tmp_path / "en-US"
        (folder / CUE_FOLDER).mkdir(parents=True)
        shutil.copy(rendered / MANIFEST_FILE, folder)
        for name in {cue.file for cue in load(rendered, script).cues.values()}:
            os.link(rendered / CUE_FOLDER / name, folder / CUE_FOLDER / name)
        spoil(folder)
        done = run("--audio", tmp_path, tmp_path / "package")
        assert done.returncode == 2
        assert why in done.stderr
        assert "./scripts/publish_audio.py --only-render" in done.stderr
        assert not (tmp_path / "package").exists()

    def test_a_folder_that_is_not_empty(self, cloud_audio, tmp_path):
        """What is there is not mixed with a package."""
        (tmp_path / "mine.txt").write_text("mine")
        done = run("--audio", cloud_audio, tmp_path)
        assert done.returncode == 2
        assert done.stderr == f"The function cannot be packaged: {tmp_path} is not empty\n"
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.skipif(not SAM.exists(), reason="./scripts/check_template sets up SAM")
class TestSam:
    def test_it_builds_the_same(self, package, cloud_audio, tmp_path):
        """`sam build` puts together what the command does, to the byte; and a stamp."""
        done = sam_build(tmp_path, cloud_audio)
        assert done.returncode == 0, done.stderr
        built = contents(tmp_path / "build" / "CoachFunction")
        assert re.fullmatch(rb"[0-9-]{10}T[0-9:]{8}Z\n", built.pop("built.txt"))
        assert built == contents(package)

    def test_it_fails_with_the_sentence(self, tmp_path):
        """Without audio nothing is built, and the commands that mend it are named."""
        done = sam_build(tmp_path, tmp_path / "nowhere")
        assert done.returncode != 0
        assert f"There is no rendered audio in {tmp_path / 'nowhere' / 'en-US'}" in done.stderr
        assert "./scripts/publish_audio.py --only-render" in done.stderr


def sam_build(folder: Path, audio: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [SAM, "build", "--build-dir", folder / "build", "--cache-dir", folder / "cache"],
        cwd=PROJECT,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0", "CLOUD_AUDIO": str(audio)},
        capture_output=True,
        text=True,
        check=False,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by its place in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def words_digest_of(rendered: Path) -> str:
    """The name of the words that the audio was rendered from."""
    return json.loads((rendered / MANIFEST_FILE).read_text())["words"]


def other_words(manifest: Path) -> None:
    document = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**document, "words": "0" * 64}))
