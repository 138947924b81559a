"""What several kinds of tests stand on: the rendered audio, and the service wired on it."""

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from skill.bootstrap import Service, build
from skill.content.wording import load_wording
from skill.guides.library import FrameLibrary
from skill.guides.manifest import CUE_FOLDER, ManifestError, load, words_digest
from skill.settings import PROJECT, Settings
from skill.stores.memory import MemoryStore
from tests.simulators.dynamodb import Servers

# No deadline: a busy machine is no fault of ours. In CI the same examples each time.
settings.register_profile(
    "coach",
    deadline=None,
    max_examples=35,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("coach")

# Started in the background, the tests would ignore Ctrl-C, and so would what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Python looks for garbage after every 700 new objects; with thousands of tests in memory, that
# takes a third of the time of those that make many.
gc.set_threshold(20_000)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: some tests wait for other programs."""
    return len(os.sched_getaffinity(0)) + 1 if sys.platform == "linux" else (os.cpu_count() or 1)


SKILL_ID = "amzn1.ask.skill.0b1f7d5e-3c1a-4f0e-9d59-6a2f6c1f0c0e"
SETTINGS = Settings(skill_id=SKILL_ID, public_url="https://coach.example")


@pytest.fixture(scope="session")
def rendered() -> Path:
    """The folder of rendered audio; what is missing of it, or stale, is rendered first."""
    folder = SETTINGS.audio / SETTINGS.locale
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "rendering.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        try:
            FrameLibrary(folder, load(folder, words_digest(load_wording(SETTINGS.locale).script())))
        except ManifestError:
            subprocess.run([sys.executable, PROJECT / "scripts" / "render_audio.py"], check=True)
    return folder


@pytest.fixture(scope="session")
def cloud_audio(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rendered audio, as it is for the cloud, with a cue that is outdated."""
    audio = tmp_path_factory.mktemp("cloud")
    shutil.copytree(rendered, audio / rendered.name, ignore=shutil.ignore_patterns("guides"))
    (audio / rendered.name / CUE_FOLDER / "outdated.mp3").write_bytes(b"what no manifest names")
    return audio


@pytest.fixture(scope="session")
def package(cloud_audio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What runs in the cloud, as `scripts/package` puts it together."""
    folder = tmp_path_factory.mktemp("package")
    command = [PROJECT / "scripts" / "package", "--audio", cloud_audio, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f" MB in {folder}\n")
    return folder


@pytest.fixture(scope="session")
def service(rendered: Path) -> Service:  # noqa: ARG001 - the audio must be there
    """The service with a store that all tests share: speak as a runner of your own."""
    return build(SETTINGS, store=MemoryStore())


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[Servers]:
    """DynamoDB as others have written it, each started when it is first needed."""
    with ExitStack() as ending:
        yield Servers(ending)
