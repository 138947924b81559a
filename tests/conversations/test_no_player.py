"""Dialogues on a device without an AudioPlayer: one step at a time, in the session."""

import pytest

from scripts.echo.requests import Device
from skill.coaching.runner import Phase
from tests.simulators.coach import Coach


@pytest.fixture
def coach() -> Coach:
    """A coach on a device that plays no long audio."""
    return Coach(device=Device(has_audio_player=False))


def test_a_whole_routine(coach):
    """Each step is a clip followed by a question; yes goes on, to the end and the history."""
    heard = coach.ask("to start the post run stretch")
    for spot in ("lying figure four, right side", "pigeon pose, left side", "pigeon pose, right"):
        assert [clip.url.partition("?")[0].rpartition("/")[2] for clip in heard.clips]
        assert spot in heard.speech
        assert heard.mic_open
        heard = coach.say("yes")
    assert len(heard.clips) == 1
    heard = coach.say("yes")
    assert not heard.mic_open
    assert [done.plan_id for done in coach.remembered.history] == ["post-run"]


def test_clips_follow_the_steps(coach):
    """Next, other side, previous and repeat play the clip of the step they name."""
    coach.ask("to start the post run stretch")

    def clip(words: str) -> str:
        return coach.say(words).clips[0].url.partition("?")[0].rpartition("/")[2]

    assert clip("next") == "1.mp3"
    assert clip("other side") == "0.mp3"
    assert clip("next stretch") == "2.mp3"
    assert clip("previous") == "1.mp3"
    assert clip("repeat") == "1.mp3"
    assert clip("start over") == "0.mp3"


def test_questions_between_two_steps(coach):
    """A question is answered and the session stays open for the next step."""
    coach.ask("to start the post run stretch")
    for question in ("how long is left", "where am i", "what's next", "how do i do this", "help"):
        heard = coach.say(question)
        assert heard.mic_open
        assert not heard.clips


def test_not_ready_yet(coach):
    """No to the next step waits, and asks again."""
    coach.ask("to start the post run stretch")
    heard = coach.say("no")
    assert heard.mic_open
    assert coach.say("yes").clips[0].url.partition("?")[0].endswith("/1.mp3")


def test_no_answer_keeps_the_place_at_the_next_step(coach):
    """The step was heard to its end, so the next visit offers the one after it."""
    coach.ask("to start the post run stretch")
    coach.echo.say_nothing()
    assert coach.remembered.session.phase is Phase.PAUSED
    heard = coach.say("open glute coach")
    assert "lying figure four, right side" in heard.speech
    assert coach.say("yes").clips[0].url.partition("?")[0].endswith("/1.mp3")


@pytest.mark.parametrize("word", ["stop", "cancel", "pause"])
def test_leaving_keeps_the_place(coach, word):
    """Stop, cancel and pause end the session and keep the step."""
    coach.ask("to start the post run stretch")
    coach.say("next")
    heard = coach.say(word)
    assert not heard.mic_open
    assert "lying figure four, right side" in heard.speech


@pytest.mark.parametrize("step", [0, 1])
def test_next_after_a_pause(coach, step):
    """It goes on with what it was said to go on with: no side is left out, nor is the first."""
    coach.ask("to start the post run stretch")
    for _ in range(step):
        coach.say("next")
    heard = coach.say("pause")
    assert ("left", "right")[step] in heard.speech
    assert coach.ask("next").clips[0].url.partition("?")[0].endswith(f"/{step}.mp3")


def test_the_routine_moves_to_a_speaker(coach):
    """What was begun step by step goes on as a guide on an Echo with a player."""
    coach.ask("to start the post run stretch")
    coach.say("next")
    coach.say("stop")
    speaker = Coach(coach.store, Device(device_id="amzn1.ask.device.SPEAKER"), coach.echo.clock)
    speaker.ask("to resume")
    assert speaker.spot == "lying-figure-four right"
