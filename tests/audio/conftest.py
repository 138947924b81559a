"""Ears for the tests: two decoders that share no code, and a folder to render into."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from skill.guides.frames import SAMPLE_RATE

Decoder = Callable[[bytes], np.ndarray]


def libsndfile(mp3: bytes) -> np.ndarray:
    samples, rate = soundfile.read(io.BytesIO(mp3), always_2d=True)
    assert (rate, samples.shape[1]) == (SAMPLE_RATE, 1)
    return samples[:, 0]


def ffmpeg(mp3: bytes) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "-", "-f", "f32le", "-"]
    heard = subprocess.run(command, input=mp3, capture_output=True, check=True)
    assert heard.stderr == b""
    return np.frombuffer(heard.stdout, np.float32).astype(np.float64)


@pytest.fixture(params=[libsndfile, ffmpeg], ids=["libsndfile", "ffmpeg"])
def listen(request: pytest.FixtureRequest) -> Decoder:
    """Decode an MP3 that must be mono at 24 kHz."""
    return request.param


@pytest.fixture
def ffprobe() -> str:
    """The path of ffprobe."""
    path = shutil.which("ffprobe")
    if path is None:
        pytest.skip("ffprobe is not installed")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one locale that is not there yet."""
    return tmp_path / "rendered" / "en-US"
