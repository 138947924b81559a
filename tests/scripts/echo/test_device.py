from datetime import timedelta

import pytest

from scripts.echo.device import PATIENCE, START, Consent
from scripts.echo.directives import Stop
from scripts.echo.errors import (
    IllegalResponseError,
    SkillFailedError,
)
from scripts.echo.player import Activity
from skill.intents import Slot
from tests.scripts.echo.scripted_skill import (
    CLIP,
    LENGTHS,
    REMINDERS,
    STOP,
    ScriptedSkill,
    ask_permission,
    asked,
    echo_of,
    elicit,
    playing,
    show,
    told,
)


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


def test_a_screen_takes_what_is_for_screens():
    """A device with a screen obeys APL; what it shows is there for a test to look at."""
    skill = ScriptedSkill({"LaunchRequest": told("Look.", show(picture="https://e.org/a.png"))})
    (shown,) = echo_of(skill, has_screen=True).launch().directives
    assert shown.values == {"step": {"picture": "https://e.org/a.png"}}


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


@pytest.mark.parametrize("consent", Consent)
def test_a_permission_is_asked_for_by_alexa_herself(consent):
    """What the runner says to her comes as a request, and its answer is heard after the first."""
    echo, skill = playing(
        {
            "WhereAmIIntent": told("I may not.", ask_permission("remember this")),
            "Connections.Response": told("So be it."),
        }
    )
    asked_for = []
    echo.consent = lambda permission: asked_for.append(permission) or consent
    heard = echo.say("ask glute coach where am i")
    assert heard.said.parts == ("I may not.", "So be it.")
    assert not echo.mic_open
    request = next(
        request["request"]
        for request in skill.requests
        if request["request"]["type"] == "Connections.Response"
    )
    assert (request["name"], request["token"]) == ("AskFor", "remember this")
    assert request["payload"] == {
        "permissionScopes": [{"permissionScope": REMINDERS, "consentLevel": "ACCOUNT"}],
        "status": consent,
    }
    assert [permission.scopes for permission in asked_for] == [(REMINDERS,)]
    assert echo.player.activity is Activity.PLAYING


def test_a_conversation_goes_on_after_a_permission():
    """A question in answer to the permission is listened to, in the same session."""
    skill = ScriptedSkill(
        {"LaunchRequest": told("I may not.", ask_permission()), "Connections.Response": asked()}
    )
    echo = echo_of(skill)
    assert echo.say("open glute coach").mic_open
    echo.say("yes")
    launch, answered, yes = (request["session"] for request in skill.requests)
    assert launch["sessionId"] == answered["sessionId"] == yes["sessionId"]
    assert (launch["new"], answered["new"], yes["new"]) == (True, False, False)


def test_a_permission_is_not_asked_for_over_and_over():
    """A skill that does not take no for an answer is wrong."""
    asking = told("I may not.", ask_permission())
    skill = ScriptedSkill({"LaunchRequest": asking, "Connections.Response": asking})
    with pytest.raises(IllegalResponseError, match="has just been asked"):
        echo_of(skill).say("open glute coach")


def test_a_slot_that_is_elicited_is_listened_for():
    """With a slot to be elicited the microphone is open, as with any question."""
    eliciting = asked("At what time?", "When?") | {"directives": [elicit()]}
    skill = ScriptedSkill({"WhereAmIIntent": eliciting, "LaunchRequest": eliciting})
    echo = echo_of(skill)
    assert echo.say("ask glute coach where am i").mic_open
    with pytest.raises(IllegalResponseError, match="LaunchRequest is no intent"):
        echo.say("open glute coach")
