from datetime import timedelta

import pytest

from scripts.echo.device import START
from scripts.echo.errors import (
    IllegalResponseError,
    NotForTheSkillError,
)
from scripts.echo.player import Activity
from tests.scripts.echo.scripted_skill import (
    GUIDE,
    STOP,
    ScriptedSkill,
    asked,
    clear,
    directives,
    echo_of,
    play,
    player_in,
    playing,
    told,
)

OTHER = "https://coach.example/other.mp3"
GONE = "https://coach.example/gone.mp3"


def test_the_stream_moves_with_the_clock():
    """Waiting moves clock and offset alike, and tells what happens on the way."""
    echo, skill = playing()
    echo.wait(12.345)
    assert echo.player.offset == 12_345
    assert echo.clock == START + timedelta(seconds=12.345)
    echo.wait(100)
    assert skill.types() == ["PlaybackNearlyFinished", "PlaybackFinished"]
    assert [request["request"]["offsetInMilliseconds"] for request in skill.requests] == [
        50_000,
        60_000,
    ]
    assert echo.player.activity is Activity.FINISHED


def test_starting_is_told_after_the_speech_with_token_and_offset():
    """Play in an answer starts the stream, and the skill hears of it without a session."""
    skill = ScriptedSkill({"StartRoutineIntent": told("Here we go.", play("one", 1_500))})
    echo = echo_of(skill)
    heard = echo.say("ask glute coach to start pre-run")
    assert heard.played.offset == 1_500
    started = skill.requests[-1]
    assert "session" not in started
    assert started["request"]["type"] == "AudioPlayer.PlaybackStarted"
    assert (started["request"]["token"], player_in(started)["offsetInMilliseconds"]) == (
        "one",
        1_500,
    )
    assert (echo.player.url, echo.player.token) == (GUIDE, "one")


@pytest.mark.parametrize("held_as", [Activity.PAUSED, Activity.STOPPED])
def test_the_stream_is_held_while_the_runner_speaks_and_goes_on_by_itself(held_as):
    """A question costs nothing: the skill sees the stream held, and then going on."""
    skill = ScriptedSkill({"StartRoutineIntent": told("Go.", play())})
    echo = echo_of(skill, held_as=held_as)
    echo.say("ask glute coach to start pre-run")
    skill.requests.clear()
    echo.wait(20)
    echo.say("ask glute coach where am I")
    assert skill.types() == ["PlaybackStopped", "WhereAmIIntent", "PlaybackStarted"]
    assert player_in(skill.requests[1]) == {
        "playerActivity": held_as,
        "token": "one",
        "offsetInMilliseconds": 20_000,
    }
    echo.wait(1)
    assert (echo.player.activity, echo.player.offset) == (Activity.PLAYING, 21_000)


def test_stop_in_the_answer_stops_the_held_stream_for_good():
    """A pause asked for by voice is told twice: held first, then stopped."""
    echo, skill = playing({"AMAZON.PauseIntent": told("Paused.", STOP)})
    echo.wait(20)
    echo.say("stop")
    echo.wait(60)
    assert skill.types() == ["PlaybackStopped", "AMAZON.PauseIntent", "PlaybackStopped"]
    assert (echo.player.activity, echo.player.offset) == (Activity.STOPPED, 20_000)


def test_play_in_the_answer_replaces_the_held_stream():
    """Going to another offset is a new stream; the old one tells that it is over."""
    echo, skill = playing({"AMAZON.NextIntent": told("Next.", play("two", 30_000))})
    echo.wait(20)
    echo.say("next")
    assert skill.types() == [
        "PlaybackStopped",
        "AMAZON.NextIntent",
        "PlaybackStopped",
        "PlaybackStarted",
    ]
    last = [request["request"] for request in skill.requests[-2:]]
    assert [(one["token"], one["offsetInMilliseconds"]) for one in last] == [
        ("one", 20_000),
        ("two", 30_000),
    ]


def test_the_stream_stays_held_while_the_session_is_open():
    """A question in answer holds the stream until the conversation is over."""
    echo, skill = playing({"AMAZON.ResumeIntent": asked()})
    echo.wait(20)
    echo.say("resume")
    echo.wait(5)
    assert (echo.player.activity, echo.player.offset) == (Activity.PAUSED, 20_000)
    echo.say_nothing()
    assert skill.types()[-2:] == ["SessionEndedRequest", "PlaybackStarted"]
    echo.wait(1)
    assert echo.player.offset == 21_000


def test_asking_alexa_about_the_weather_holds_the_stream_too():
    """Other skills' conversations are nothing but a stop and a start to ours."""
    echo, skill = playing()
    echo.wait(20)
    echo.talk_of_something_else(seconds=30)
    assert skill.types() == ["PlaybackStopped", "PlaybackStarted"]
    assert echo.player.offset == 20_000


def test_the_weather_is_not_asked_in_the_middle_of_a_conversation():
    """With our own question open, what is said next is for us."""
    echo = echo_of(ScriptedSkill({"LaunchRequest": asked()}))
    echo.launch()
    with pytest.raises(ValueError, match="answer it first"):
        echo.talk_of_something_else()


def test_playback_commands_are_ours_until_somebody_else_plays():
    """The skill that played last is asked, playing or not."""
    echo, skill = playing({"AMAZON.PauseIntent": told("Paused.", STOP)})
    echo.say("pause")
    echo.wait(3_600)
    echo.say("next")
    echo.play_something_else()
    with pytest.raises(NotForTheSkillError):
        echo.say("next")
    with pytest.raises(NotForTheSkillError):
        echo.press("next")
    assert skill.types()[-1] == "AMAZON.NextIntent"


def test_another_skills_music_stops_our_stream():
    """Losing the player is told as a stop."""
    echo, skill = playing()
    echo.play_something_else()
    assert skill.types() == ["PlaybackStopped"]


def test_a_stream_is_queued_on_nearly_finished_and_plays_without_a_gap():
    """The classic playlist: ENQUEUE in answer to PlaybackNearlyFinished."""
    following = play("two", url=OTHER, behavior="ENQUEUE", expectedPreviousToken="one")
    echo, skill = playing({"AudioPlayer.PlaybackNearlyFinished": [directives(following), {}]})
    echo.wait(65)
    assert skill.types()[:3] == ["PlaybackNearlyFinished", "PlaybackFinished", "PlaybackStarted"]
    assert (echo.player.token, echo.player.offset) == ("two", 5_000)


def test_the_queue_can_be_replaced_and_cleared():
    """REPLACE_ENQUEUED and CLEAR_ENQUEUED leave what plays alone; CLEAR_ALL does not."""
    queued = play("two", url=OTHER, behavior="REPLACE_ENQUEUED")
    echo, _ = playing(
        {
            "PlaybackController.NextCommandIssued": [
                directives(queued),
                directives(clear("CLEAR_ENQUEUED")),
                directives(clear("CLEAR_ALL")),
            ]
        }
    )
    echo.press("next")
    assert [stream.token for stream in echo.player.queue] == ["two"]
    echo.press("next")
    assert not echo.player.queue
    assert echo.player.activity is Activity.PLAYING
    echo.press("next")
    assert echo.player.activity is Activity.STOPPED


@pytest.mark.parametrize(
    ("button", "command"),
    [("next", "Next"), ("pause", "Pause"), ("play", "Play"), ("previous", "Previous")],
)
def test_a_button_reaches_the_skill_while_the_stream_plays_on(button, command):
    """Buttons hold nothing: nobody speaks."""
    echo, skill = playing()
    echo.press(button)
    assert skill.types() == [f"PlaybackController.{command}CommandIssued"]
    assert "session" not in skill.requests[0]
    assert player_in(skill.requests[0])["playerActivity"] == "PLAYING"


def test_pause_on_the_screen_is_the_devices_own():
    """The skill is told nothing, and sees the pause when it is asked next."""
    echo, skill = playing()
    echo.wait(5)
    echo.press("pause", on_screen=True)
    echo.wait(60)
    assert skill.requests == []
    echo.say("resume")
    assert skill.types() == ["AMAZON.ResumeIntent"]
    assert player_in(skill.requests[0])["playerActivity"] == "PAUSED"
    assert echo.player.offset == 5_000


def test_there_are_four_buttons():
    """A button that does not exist cannot be pressed."""
    with pytest.raises(ValueError, match="there are next, pause, play, previous"):
        playing()[0].press("eject")


def test_a_stream_cannot_start_past_its_end():
    """An offset beyond the length is a mistake of the skill's, and named."""
    echo = echo_of(ScriptedSkill({"StartRoutineIntent": told("Go.", play(offset=60_001))}))
    with pytest.raises(IllegalResponseError, match="60000 ms long; it cannot be played from 60001"):
        echo.say("ask glute coach to start")


def test_a_stream_played_from_its_very_end_finishes_at_once():
    """Nothing is left to hear, and all of its events come."""
    skill = ScriptedSkill({"StartRoutineIntent": told("Go.", play(offset=60_000))})
    echo_of(skill).say("ask glute coach to start")
    assert skill.types()[1:] == ["PlaybackStarted", "PlaybackNearlyFinished", "PlaybackFinished"]


def test_a_stream_that_breaks_off_can_be_played_again():
    """PlaybackFailed may be answered with Play; the old stream's stop comes after it."""
    echo, skill = playing({"AudioPlayer.PlaybackFailed": directives(play("two", 20_000))})
    echo.wait(20)
    echo.fail_playback("MEDIA_ERROR_SERVICE_UNAVAILABLE")
    assert skill.types() == ["PlaybackFailed", "PlaybackStopped", "PlaybackStarted"]
    assert skill.requests[0]["request"]["error"]["type"] == "MEDIA_ERROR_SERVICE_UNAVAILABLE"
    assert (echo.player.token, echo.player.offset) == ("two", 20_000)


def test_a_stream_that_is_not_there_fails():
    """A dead address is told as PlaybackFailed, with the HTTP error's kind."""
    skill = ScriptedSkill({"StartRoutineIntent": told("Go.", play(url=GONE))})
    echo = echo_of(skill)
    echo.say("ask glute coach to start")
    assert skill.types()[1:] == ["PlaybackFailed"]
    assert skill.requests[-1]["request"]["error"]["type"] == "MEDIA_ERROR_INVALID_REQUEST"
    assert echo.player.activity is Activity.STOPPED


def test_a_skill_that_retries_for_ever_is_stopped():
    """Retries must be capped: the same dead stream again and again is refused."""
    skill = ScriptedSkill(
        {
            "StartRoutineIntent": told("Go.", play(url=GONE)),
            "AudioPlayer.PlaybackFailed": directives(play(url=GONE)),
        }
    )
    with pytest.raises(IllegalResponseError, match="again and again"):
        echo_of(skill).say("ask glute coach to start")


def test_a_stream_started_while_alexa_listens_waits_for_the_end_of_the_conversation():
    """A Play that comes in by a late event does not talk into an open question."""
    echo, _ = playing(
        {
            "AMAZON.ResumeIntent": asked(),
            "AudioPlayer.PlaybackFailed": directives(play("two", 7)),
        }
    )
    echo.say("resume")
    echo.fail_playback()
    assert (echo.player.token, echo.player.activity) == ("two", Activity.PAUSED)
    echo.say_nothing()
    assert echo.player.activity is Activity.PLAYING


def test_an_illegal_answer_to_an_event_fails_where_time_passed():
    """The player's events are judged like everything else."""
    echo, _ = playing({"AudioPlayer.PlaybackFinished": told("Well done.")})
    with pytest.raises(IllegalResponseError, match="PlaybackFinished carries directives only"):
        echo.wait(60)


def test_the_skill_can_be_told_that_its_answer_was_no_use():
    """System.ExceptionEncountered names the request it is about."""
    echo, skill = playing()
    echo.press("next")
    echo.report_exception()
    button, report = skill.requests
    assert report["request"]["type"] == "System.ExceptionEncountered"
    assert report["request"]["cause"] == {"requestId": button["request"]["requestId"]}


def test_a_device_without_a_player_says_so():
    """Its requests have no AudioPlayer, and it obeys none."""
    echo = echo_of(
        ScriptedSkill({"StartRoutineIntent": told("Go.", play())}), has_audio_player=False
    )
    with pytest.raises(IllegalResponseError, match="a device without AudioPlayer"):
        echo.say("ask glute coach to start")
    assert "AudioPlayer" not in echo.events[0].request["context"]
