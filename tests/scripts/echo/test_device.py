from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.echo.device import PATIENCE, START
from scripts.echo.directives import Stop
from scripts.echo.errors import (
    IllegalResponseError,
    NotForTheSkillError,
    SkillFailedError,
)
from scripts.echo.player import Activity, Happening
from skill.intents import Slot
from tests.scripts.echo.scripted_skill import (
    CLIP,
    GUIDE,
    LENGTHS,
    STOP,
    ScriptedSkill,
    asked,
    clear,
    directives,
    echo_of,
    play,
    playing,
    told,
)

OTHER = "https://coach.example/other.mp3"
GONE = "https://coach.example/gone.mp3"


def context_of(request):
    return request["context"]["AudioPlayer"]


# Conversations


def test_an_answer_is_heard_and_a_question_keeps_the_microphone_open():
    """Launching asks; answering goes on in the same session, with the skill's attributes."""
    skill = ScriptedSkill({"LaunchRequest": asked()})
    echo = echo_of(skill)
    heard = echo.say("Alexa, open glute coach")
    assert (heard.speech, heard.mic_open, echo.mic_open) == ("Shall we?", True, True)
    assert echo.say("yes").mic_open is False
    launch, yes = (request["session"] for request in skill.requests)
    assert (launch["new"], yes["new"]) == (True, False)
    assert launch["sessionId"] == yes["sessionId"]
    assert (launch["attributes"], yes["attributes"]) == ({}, {"turn": 1})


def test_naming_the_skill_begins_a_new_session():
    """A one-shot request has a session of its own, even while another is open."""
    skill = ScriptedSkill({"LaunchRequest": asked()})
    echo = echo_of(skill)
    echo.say("open glute coach")
    echo.say("ask glute coach where am I")
    launch, where = (request["session"] for request in skill.requests)
    assert launch["sessionId"] != where["sessionId"]
    assert where["new"] is True


def test_silence_is_answered_by_the_reprompt_and_then_by_the_end():
    """Eight seconds after the question comes the reprompt, eight later the session is over."""
    skill = ScriptedSkill({"LaunchRequest": asked()})
    echo = echo_of(skill)
    echo.say("open glute coach")
    assert echo.say_nothing().speech == "Well, shall we?"
    assert skill.types() == ["LaunchRequest", "SessionEndedRequest"]
    assert skill.requests[-1]["request"]["reason"] == "EXCEEDED_MAX_REPROMPTS"
    assert skill.requests[-1]["session"]["new"] is False
    assert echo.clock == START + 2 * PATIENCE
    assert not echo.mic_open
    with pytest.raises(ValueError, match="the microphone is closed"):
        echo.say_nothing()


def test_waiting_is_silence_too():
    """Time that passes with the microphone open ends the session at its moment."""
    skill = ScriptedSkill({"LaunchRequest": asked()})
    echo = echo_of(skill)
    echo.say("open glute coach")
    echo.wait(15.999)
    assert echo.mic_open
    echo.wait(0.001)
    assert not echo.mic_open


def test_a_clip_is_heard_before_anybody_waits_for_an_answer():
    """The microphone's patience begins after the clips of the answer."""
    ssml = f'<speak>Left. <audio src="{CLIP}"/> Ready?</speak>'
    skill = ScriptedSkill(
        {"LaunchRequest": asked() | {"outputSpeech": {"type": "SSML", "ssml": ssml}}}
    )
    echo = echo_of(skill)
    heard = echo.say("open glute coach")
    assert [clip.url for clip in heard.clips] == [CLIP]
    echo.say_nothing()
    assert echo.clock == START + timedelta(milliseconds=LENGTHS[CLIP]) + 2 * PATIENCE


def test_exit_ends_the_session_without_an_intent():
    """Alexa tells the skill that the runner has left."""
    skill = ScriptedSkill({"LaunchRequest": asked()})
    echo = echo_of(skill)
    echo.say("open glute coach")
    assert echo.say("exit").speech == ""
    assert skill.requests[-1]["request"]["reason"] == "USER_INITIATED"
    assert not echo.mic_open


def test_an_intent_can_be_requested_without_words():
    """What Alexa might understand can be sent as it is."""
    skill = ScriptedSkill()
    echo_of(skill).request_intent("StartRoutineIntent", {"routine": Slot("lunge")})
    assert skill.requests[0]["request"]["intent"]["slots"]["routine"]["value"] == "lunge"


def test_a_card_and_the_directives_are_seen():
    """What the device is told besides the speech is there for a test to look at."""
    card = {"type": "Simple", "title": "Coach", "content": "Hello"}
    echo = echo_of(ScriptedSkill({"LaunchRequest": told("Bye.", STOP) | {"card": card}}))
    heard = echo.launch()
    assert (heard.card, heard.directives, heard.played) == (card, (Stop(),), None)


@pytest.mark.parametrize("response", [told("Shall we?"), asked("Hello.")])
def test_an_illegal_answer_ends_the_conversation(response):
    """Whoever goes on after an illegal answer finds the microphone closed."""
    echo = echo_of(ScriptedSkill({"LaunchRequest": response}))
    with pytest.raises(IllegalResponseError):
        echo.say("open glute coach")
    assert not echo.mic_open


def test_an_http_error_is_a_failed_skill_and_the_stream_goes_on():
    """The stream that was held for the question is not lost with the answer."""
    echo, skill = playing()
    skill.status = 500
    with pytest.raises(SkillFailedError, match="PlaybackStopped was answered with HTTP 500"):
        echo.say("next")
    echo.delivery = lambda _: []
    with pytest.raises(SkillFailedError, match="IntentRequest was answered with HTTP 500"):
        echo.say("next")
    assert echo.player.activity is Activity.PLAYING


# The stream


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
    assert (started["request"]["token"], context_of(started)["offsetInMilliseconds"]) == (
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
    assert context_of(skill.requests[1]) == {
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
    assert context_of(skill.requests[0])["playerActivity"] == "PLAYING"


def test_pause_on_the_screen_is_the_devices_own():
    """The skill is told nothing, and sees the pause when it is asked next."""
    echo, skill = playing()
    echo.wait(5)
    echo.press("pause", on_screen=True)
    echo.wait(60)
    assert skill.requests == []
    echo.say("resume")
    assert skill.types() == ["AMAZON.ResumeIntent"]
    assert context_of(skill.requests[0])["playerActivity"] == "PAUSED"
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


# Events on their way


def test_an_event_can_get_lost():
    """A delivery of no copies drops the event."""
    echo, skill = playing()
    echo.delivery = lambda _: []
    echo.wait(100)
    assert skill.requests == []
    assert echo.player.activity is Activity.FINISHED


def test_an_event_can_arrive_twice():
    """Both copies are the same request, as Alexa would repeat it."""
    echo, skill = playing()
    echo.delivery = lambda _: [0, 3]
    echo.talk_of_something_else()
    assert skill.types() == ["PlaybackStopped", "PlaybackStarted"]
    echo.wait(3)
    assert skill.types() == ["PlaybackStopped", "PlaybackStarted"] * 2
    assert skill.requests[0] == skill.requests[2]


def test_an_event_can_be_overtaken():
    """A late event tells what was true when it happened."""
    echo, skill = playing()
    echo.delivery = lambda event: [15 if event.kind is Happening.NEARLY_FINISHED else 0]
    echo.wait(60)
    assert skill.types() == ["PlaybackFinished"]
    echo.wait(5)
    assert skill.types() == ["PlaybackFinished", "PlaybackNearlyFinished"]
    assert context_of(skill.requests[-1])["offsetInMilliseconds"] == 50_000


def test_every_exchange_is_in_the_log():
    """Request, status and answer can be looked at afterwards."""
    echo, _ = playing()
    echo.press("next")
    assert [exchange.type for exchange in echo.events] == [
        "IntentRequest",
        "AudioPlayer.PlaybackStarted",
        "PlaybackController.NextCommandIssued",
    ]
    assert echo.events[0].status == 200
    assert echo.events[0].answer["response"]["outputSpeech"]["text"] == "Here we go."


def test_requests_can_bear_the_time_of_a_real_clock():
    """A skill that lives by its own clock is given that clock's time."""
    echo, skill = playing()
    echo.stamp = lambda: datetime(2031, 1, 1, tzinfo=UTC)
    echo.wait(60)
    assert {request["request"]["timestamp"] for request in skill.requests} == {
        "2031-01-01T00:00:00Z"
    }


@given(st.lists(st.floats(0, 100), max_size=6))
def test_waiting_in_pieces_is_waiting_at_once(waits):
    """To the millisecond, and with the same events, however time is divided."""
    in_pieces, told_pieces = playing()
    at_once, told_at_once = playing()
    for seconds in waits:
        in_pieces.wait(seconds)
    at_once.wait(sum(round(seconds * 1000) for seconds in waits) / 1000)
    assert in_pieces.clock == at_once.clock
    assert in_pieces.player.playhead == at_once.player.playhead
    assert told_pieces.types() == told_at_once.types()


@given(
    st.lists(
        st.tuples(st.sampled_from(["next", "pause", "resume", "weather", ""]), st.integers(0, 30)),
        max_size=12,
    )
)
def test_no_dialogue_loses_a_millisecond(dialogue):
    """Whatever is said, the offset is the start of the last stream and the time it sounded."""
    echo, _ = playing(
        {
            "AMAZON.NextIntent": told("Next.", play("two", 1_000)),
            "AMAZON.PauseIntent": told("Paused.", STOP),
            "AMAZON.ResumeIntent": told("Going on."),
        }
    )
    expected, sounding = 0, True
    for said, seconds in dialogue:
        if said == "weather":
            echo.talk_of_something_else(seconds)
        elif said:
            echo.say(said)
        if said == "next":
            expected, sounding = 1_000, True
        elif said == "pause":
            sounding = False
        echo.wait(seconds)
        expected += seconds * 1_000 if sounding else 0
        sounding = sounding and expected < LENGTHS[GUIDE]
        expected = min(expected, LENGTHS[GUIDE])
        assert echo.player.offset == expected
