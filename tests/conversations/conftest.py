"""What every dialogue needs: the audio, rendered as the owner would."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def _rendered(rendered):
    """Have the audio there before anybody speaks."""
