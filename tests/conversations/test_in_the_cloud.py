"""Dialogues in the cloud: guides come out of a bucket, and sometimes they do not."""

import re
from collections.abc import Callable, Iterator

import pytest

from audio.guides_bucket import S3Bucket
from audio.publishing import Publication, publish
from scripts.echo.player import Activity
from skill.bootstrap import utc_now
from skill.coaching.runner import Phase
from skill.guides.published import keeps_its_promise
from tests.conversations.conftest import WITHOUT_PLAYER
from tests.simulators.cloud import CloudCoach
from tests.simulators.coach import PUBLIC_URL
from tests.simulators.s3 import ADMIN, S3, serving_s3

KEYS = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


@pytest.fixture
def s3() -> Iterator[S3]:
    with serving_s3() as served:
        yield served


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the bucket in reach of the function, or not."""

    def reach(*, there: bool = True) -> None:
        for name in KEYS:
            if there:
                monkeypatch.setenv(name, ADMIN[name])
            else:
                monkeypatch.delenv(name)

    reach()
    return reach


@pytest.fixture
def coach(
    s3: S3, reach: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[CloudCoach]:
    """A coach on a speaker, in a stack to which nothing is published yet."""
    assert reach
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    coach = CloudCoach(s3)
    yield coach
    coach.close()


@pytest.fixture
def screenless(s3: S3, reach: Callable[..., None]) -> Iterator[CloudCoach]:
    """The same on a device that plays no long audio."""
    assert reach
    coach = CloudCoach(s3, WITHOUT_PLAYER)
    yield coach
    coach.close()


def keys_played(coach: CloudCoach) -> set[str]:
    """What of the bucket was made on demand; each file is what its name promises."""
    made = coach.s3.listed("made/")
    assert all(keeps_its_promise(key, coach.s3.file(key)["Body"]) for key in made)
    return {key.partition("/")[2].partition(".")[0] for key in made}


class TestInReach:
    def test_a_routine_with_wishes(self, coach):
        """Each plan the runner asks for is in the bucket when the Echo is told to play it."""
        coach.ask("start the post run stretch")
        assert coach.plays
        coach.wait_for(0, 12)
        coach.ask("make holds 44 seconds")
        coach.wait_for(1, 5)
        assert (coach.plays, coach.spot) == (True, "lying-figure-four right")
        assert keys_played(coach) == {"post-run", "post-run_h44"}

    def test_what_was_published_is_not_put_again(self, coach):
        """After a publication a standard routine writes nothing."""
        publish(Publication(coach.editions, PUBLIC_URL), S3Bucket(coach.s3.bucket), utc_now())
        coach.ask("start the post run stretch")
        assert coach.plays
        assert keys_played(coach) == set()

    def test_step_by_step(self, screenless):
        """Each step's clip is in the bucket when Alexa is told to play it."""
        heard = screenless.ask("start the post run stretch")
        for _ in range(3):
            assert len(heard.clips) == 1
            heard = screenless.say("yes")
        assert len(screenless.s3.listed("made/")) == 4


class TestOutOfReach:
    @pytest.fixture
    def holding(self, coach: CloudCoach, reach: Callable[..., None]) -> CloudCoach:
        """Twelve seconds into a hold, and then the bucket goes away."""
        coach.ask("start the post run stretch")
        coach.wait_for(0, 12)
        reach(there=False)
        return coach

    def test_a_standard_routine_that_was_published_plays(self, coach, reach):
        """The content network has it, so the runner notices nothing."""
        publish(Publication(coach.editions, PUBLIC_URL), S3Bucket(coach.s3.bucket), utc_now())
        reach(there=False)
        coach.ask("start the post run stretch")
        assert coach.plays

    def test_a_wish_is_answered_and_the_place_kept(self, holding):
        """The guide stops, and Alexa's own voice goes on at that second, as wished."""
        second = holding.second
        heard = holding.ask("make holds 44 seconds")
        assert any(told in heard.speech for told in ("get hold of the sound", "out of reach"))
        assert heard.mic_open
        assert not heard.clips
        assert holding.echo.player.activity is not Activity.PLAYING
        assert holding.kept_plan.id == "post-run_h44"
        answers = [exchange.answer.get("response", {}) for exchange in holding.echo.events]
        ssml = [a["outputSpeech"]["ssml"] for a in answers if "outputSpeech" in a][-1]
        silence = sum(int(ms) for ms in re.findall(r'<break time="([0-9]+)ms"/>', ssml))
        assert silence / 1000 == pytest.approx(44 - second, abs=8)

    def test_the_whole_routine_in_alexas_voice(self, coach, reach):
        """Without any sound a routine is coached to its end, step by step, and counts."""
        coach.tell("make holds 44 seconds")
        coach.say("stop")
        reach(there=False)
        heard = coach.ask("start the post run stretch")
        assert "not medical advice" in heard.speech
        for step in coach.kept_plan.steps:
            assert step.index or "lying figure four" in heard.speech
            assert "five four three two one" in heard.speech
            assert heard.mic_open
            assert not heard.clips
            heard = coach.say("yes")
        assert not coach.plays
        assert len(coach.remembered.history) == 1

    def test_another_routine_is_tried_with_sound(self, holding, reach):
        """As soon as the bucket is back, the next routine plays."""
        holding.ask("make holds 44 seconds")
        reach()
        holding.say("start the daily five")
        assert holding.plays

    def test_after_a_button_it_is_told_later(self, coach, reach):
        """Nothing can be said to a button: the guide stops, and the next answer begins with why."""
        coach.tell("make holds 44 seconds")
        coach.say("start the post run stretch")
        coach.wait_for(0, 12)
        coach.restart()  # or it would remember that the guide is there
        reach(there=False)
        coach.echo.press("next")
        assert not coach.plays
        assert coach.remembered.session.phase is Phase.PAUSED
        heard = coach.ask("resume")
        assert "sound would not play" in heard.speech
        assert "lying figure four, right side" in heard.speech
        assert coach.kept.step.index == 1

    def test_step_by_step_the_step_is_said(self, screenless, reach):
        """A clip that cannot be had is said in words, and so are those after it."""
        screenless.ask("start the post run stretch")
        reach(there=False)
        heard = screenless.say("yes")
        assert any(told in heard.speech for told in ("get hold of the sound", "out of reach"))
        assert not heard.clips
        assert heard.mic_open
        assert screenless.kept.step.index == 1
        reach()
        heard = screenless.say("yes")
        assert "pigeon" in heard.speech
        assert not heard.clips
