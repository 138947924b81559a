"""What every dialogue needs: the audio, rendered as the owner would; and runners to begin with."""

import pytest

from scripts.echo.requests import Device
from tests.simulators.coach import Coach

WITHOUT_PLAYER = Device(has_audio_player=False)


@pytest.fixture(scope="session", autouse=True)
def _rendered(rendered):
    """Have the audio there before anybody speaks."""


@pytest.fixture
def coach() -> Coach:
    """A coach on a speaker, who has never met this runner."""
    return Coach()


@pytest.fixture
def holding(coach) -> Coach:
    """Twelve seconds into the left side of the lying figure four, the first of two movements."""
    coach.tell("start the post run stretch")
    coach.wait_for(0, 12)
    return coach


@pytest.fixture
def bridging(coach) -> Coach:
    """Eighteen seconds into twelve heel bridges of four seconds: in the fifth of them."""
    coach.tell("start the pre run routine")
    coach.wait_for(0, 18)
    return coach


@pytest.fixture
def waited_for(coach) -> Coach:
    """A runner whom the coach waits for: the left side of the lying figure four was heard."""
    coach.tell("wait for me")
    coach.say("start the post run stretch")
    return coach


@pytest.fixture
def without_player() -> Coach:
    """The same on a device that plays no long audio, and where nothing was set."""
    coach = Coach(device=WITHOUT_PLAYER)
    coach.tell("start the post run stretch")
    return coach


@pytest.fixture(params=["waited_for", "without_player"])
def stepping(request) -> Coach:
    """One step at a time, by wish or because the device cannot else."""
    return request.getfixturevalue(request.param)
