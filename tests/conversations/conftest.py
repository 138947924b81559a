"""What every dialogue needs: the audio, rendered as the owner would."""

import subprocess
import sys

import pytest

from skill.settings import PROJECT


@pytest.fixture(scope="session", autouse=True)
def rendered():
    """Render the cues that are missing; nothing is done where they are all there."""
    subprocess.run([sys.executable, PROJECT / "scripts/render_audio.py"], check=True)
