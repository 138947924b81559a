"""Dialogues on an Echo with a screen: what it shows agrees with what is said, at every step."""

import json
import subprocess
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from PIL import Image

from scripts.echo.requests import Device
from skill.alexa.screen import DOCUMENT
from skill.coaching.runner import Phase
from tests.simulators.coach import Coach
from tests.simulators.node import node_package

WITH_SCREEN = Device(has_screen=True)


@pytest.fixture
def screened() -> Coach:
    """A coach who waits for a runner with a screen."""
    coach = Coach(device=WITH_SCREEN)
    coach.tell("wait for me")
    return coach


def picture_of(coach: Coach, url: str) -> Image.Image:
    """Fetch a picture as a screen does."""
    status, content = coach.fetch(url)
    assert status == 200, url
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("routine", ["daily five", "full glute stretch", "strength session"])
def test_the_right_picture_and_side_at_every_step(screened, routine):
    """Picture, words, side, number and what is next are those of the step that is heard."""
    screened.say(f"start the {routine}")
    steps = screened.kept_plan.steps
    for step in steps:
        shown = screened.echo.screen["step"]
        assert (
            urlsplit(shown["picture"]).path == f"/art/movements/{step.movement.id}-{step.side}.png"
        )
        assert picture_of(screened, shown["picture"]).size == (512, 512)
        title = screened.wording.step_title(step)
        assert title.startswith(shown["movement"])
        assert shown["side"] in title
        assert bool(shown["side"]) == (len(step.movement.sides) > 1)
        if shown["side"]:
            assert str(step.side) in shown["alternative"]
        assert (shown["number"], shown["total"]) == (step.index + 1, len(steps))
        following = steps[step.index + 1 : step.index + 2]
        assert [shown["next"]] == (
            [f"→ {screened.wording.step_title(f)}" for f in following] or [""]
        )
        screened.say("yes")
    assert screened.remembered.session.phase is Phase.IDLE


def test_the_countdown_is_that_of_the_hold(screened):
    """It begins when what is said before is over, and lasts as long as the hold that is heard."""
    screened.say("start the post run stretch")
    shown = screened.echo.screen["step"]
    assert shown["counts"]
    assert shown["ends"] - shown["begins"] == pytest.approx(30_000, abs=48)
    timeline = screened.repertoire.timeline("post-run")
    assert shown["begins"] >= timeline.spans[0].begin


def test_the_rest_of_a_hold(coach):
    """Who has the coach wait in the middle of a hold sees the rest of it counted."""
    coach = Coach(device=WITH_SCREEN)
    coach.tell("start the post run stretch")
    coach.wait_for(0, 12)
    coach.tell("wait for me")
    shown = coach.echo.screen["step"]
    assert shown["ends"] - shown["begins"] == pytest.approx(18_000, abs=48)


def test_an_aside_leaves_the_picture(screened):
    """A question leaves the screen as it is, and the end of the conversation clears it."""
    screened.say("start the daily five")
    before = screened.echo.screen
    screened.say("which side")
    assert screened.echo.screen == before
    screened.say("stop")
    assert not screened.echo.screen


def test_without_a_screen_the_words_are_the_same(waited_for):
    """A device without a screen is shown nothing, and told just as much."""
    seen = Coach(device=WITH_SCREEN)
    seen.tell("wait for me")
    seen.say("start the post run stretch")
    for said in ("yes", "other side", "how do I do this", "next"):
        with_screen, without = seen.say(said), waited_for.say(said)
        assert with_screen.speech == without.speech
        assert [clip.length for clip in with_screen.clips] == [c.length for c in without.clips]
    assert not waited_for.echo.screen


def test_the_player_shows_the_movement(coach):
    """What plays has title, side, picture and background, as large as Alexa asks for."""
    heard = coach.tell("start the daily five")
    metadata = coach.echo.events[-2].answer["response"]["directives"][0]["audioItem"]["metadata"]
    assert heard.played.subtitle == "Clam, left side" == metadata["subtitle"]
    (art,), (behind,) = (metadata[name]["sources"] for name in ("art", "backgroundImage"))
    assert art["url"].endswith("/art/movements/clam-left.png")
    assert min(picture_of(coach, art["url"]).size) >= 480
    width, height = picture_of(coach, behind["url"]).size
    assert width >= 1024
    assert height >= 640


@pytest.mark.parametrize("file", ["movements/clam-both.png", "cover.jpg", "../answers.toml", ""])
def test_nothing_else_is_served_as_art(coach, file):
    """Of files only the drawn pictures are given out."""
    status, _ = coach.fetch(f"https://coach.example/art/{file}")
    assert status == 404


def test_amazons_own_checks_find_nothing():
    """The document passes Amazon's checks; one with a mistake in it does not."""
    node, folder = node_package("apl-suggester")
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))

    def found(document: dict) -> list[dict]:
        told = subprocess.run(
            [node, folder / "validate.js"],
            input=json.dumps(document),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(told.stdout)

    assert found(document) == []
    document["mainTemplate"]["items"][0]["height"] = "tall"
    assert found(document)
