import json

import pytest

from scripts.echo.directives import AUDIO_PLAYER, Play, PlayBehavior
from scripts.echo.errors import IllegalResponseError
from scripts.echo.rules import ANSWERS, dialogs_in, read_answer
from tests.scripts.echo.scripted_skill import (
    CLIP,
    MODEL,
    STOP,
    ask_permission,
    asked,
    clear,
    directives,
    elicit,
    length_of,
    play,
    show,
    told,
)

SPEECH = {"type": "PlainText", "text": "Hello."}
LAUNCH = "LaunchRequest"
INTENT = "IntentRequest"
STARTED = "AudioPlayer.PlaybackStarted"
STOPPED = "AudioPlayer.PlaybackStopped"
CONSENT = "Connections.Response"
NEARLY = "AudioPlayer.PlaybackNearlyFinished"
FINISHED = "AudioPlayer.PlaybackFinished"
FAILED = "AudioPlayer.PlaybackFailed"
NEXT_PRESSED = "PlaybackController.NextCommandIssued"
ENDED = "SessionEndedRequest"
EXCEPTION = "System.ExceptionEncountered"


def read(request_type, response, interfaces=(AUDIO_PLAYER,), **request):
    body = json.dumps({"version": "1.0", "response": response}).encode()
    asked_for = {"type": request_type, **request}
    return read_answer(body, asked_for, interfaces, length_of, dialogs_in(MODEL))


def eliciting(*listed):
    """Answer with a question and some directives."""
    return asked("At what time?", "When?") | {"directives": list(listed)}


@pytest.mark.parametrize(
    ("request_type", "response"),
    [
        (LAUNCH, told()),
        (LAUNCH, asked()),
        (INTENT, told("Here we go.", play())),
        (INTENT, {"directives": [STOP], "shouldEndSession": True}),
        (INTENT, {"shouldEndSession": True, "outputSpeech": None}),
        (INTENT, told() | {"card": {"type": "Simple", "title": "Coach", "content": "Hello"}}),
        (INTENT, asked() | {"directives": [clear("CLEAR_ENQUEUED")]}),
        (INTENT, eliciting(elicit())),
        (INTENT, told("I may not.", ask_permission())),
        (LAUNCH, told("I may not.", ask_permission("remember this"))),
        (CONSENT, told("I will remind you.")),
        (CONSENT, asked()),
        (NEXT_PRESSED, directives(play())),
        (NEXT_PRESSED, {}),
        (STARTED, directives(STOP)),
        (STARTED, directives(clear())),
        (NEARLY, directives(play(behavior="ENQUEUE", expectedPreviousToken="zero"))),
        (FINISHED, {}),
        (FAILED, directives(play())),
        (STOPPED, {}),
        (STOPPED, {"directives": []}),
        (ENDED, {}),
        (EXCEPTION, {"shouldEndSession": None}),
    ],
)
def test_a_legal_answer_is_read(request_type, response):
    """What Alexa takes in answer to a request is taken."""
    assert read(request_type, response).directives is not None


@pytest.mark.parametrize(
    ("request_type", "response", "rule"),
    [
        # a conversation
        (LAUNCH, {"outputSpeech": SPEECH}, "shouldEndSession must be true or false"),
        (LAUNCH, told() | {"shouldEndSession": "true"}, "must be true or false"),
        (LAUNCH, asked("Hello."), "must end in a question"),
        (LAUNCH, {"shouldEndSession": False}, "must end in a question"),
        (LAUNCH, asked(reprompt="Hello."), "reprompt must end in a question"),
        (LAUNCH, told("Shall we?"), "a question was asked, but the session is closed"),
        (LAUNCH, asked() | {"reprompt": None}, "needs a reprompt"),
        (LAUNCH, asked() | {"reprompt": "Hello?"}, "reprompt must be an object"),
        (LAUNCH, told() | {"reprompt": asked()["reprompt"]}, "closed session has no reprompt"),
        (LAUNCH, told() | {"greeting": "hi"}, "unknown 'greeting'"),
        (LAUNCH, told() | {"card": {"type": "Fancy"}}, "a card is one of"),
        (LAUNCH, told() | {"card": {"type": "Simple", "content": "a" * 8001}}, "it may have 8000"),
        (INTENT, asked() | {"directives": [play()]}, "a Play must end the session"),
        (INTENT, told("Go.", play(), play("two")), "one Play, not 2"),
        (INTENT, told() | {"directives": STOP}, "directives must be a list"),
        (INTENT, told("Go.", {"type": "AudioPlayer.Rewind"}), "no directive 'AudioPlayer.Rewind'"),
        (INTENT, told("Go.", clear("EVERYTHING")), "clearBehavior must be one of CLEAR_ENQUEUED"),
        (
            INTENT,
            told("Go.", show(picture="https://e.org/a.png")),
            "without Alexa.Presentation.APL",
        ),
        (INTENT, told("Go.", show(picture="http://e.org/a.png")), "a picture must come by https"),
        (INTENT, told("Go.", {**show(), "document": {}}), "a document must be of type APL"),
        (INTENT, told("Go.", {**show(), "token": ""}), "a document needs a token"),
        (INTENT, told("Go.", {**show(), "datasources": 7}), "datasources must be objects"),
        # slots that are listened for
        (LAUNCH, eliciting(elicit()), "LaunchRequest is no intent"),
        (CONSENT, eliciting(elicit()), "Connections.Response is no intent"),
        (INTENT, told("At seven.", elicit()), "but the session is closed"),
        (INTENT, eliciting(STOP, elicit()), "nothing else is done"),
        (INTENT, eliciting(elicit("day")), "RemindMeIntent elicits no slot 'day'"),
        (INTENT, eliciting(elicit("hour")), "RemindMeIntent elicits no slot 'hour'"),
        (INTENT, eliciting(elicit("", None)), "slotToElicit must name a slot, not ''"),
        (
            INTENT,
            eliciting(elicit("routine", "StartRoutineIntent", "routine")),
            "StartRoutineIntent has no dialog model; RemindMeIntent has",
        ),
        (INTENT, eliciting(elicit("time", "RemindMeIntent", "time")), "day, time, not time"),
        (INTENT, eliciting(elicit() | {"updatedIntent": "it"}), "must be an intent, not 'it'"),
        (
            INTENT,
            eliciting(elicit() | {"updatedIntent": {"name": "RemindMeIntent", "said": 1}}),
            "an unknown 'said'",
        ),
        (
            INTENT,
            eliciting(
                elicit() | {"updatedIntent": {"name": "RemindMeIntent", "slots": {"time": {}}}}
            ),
            "the slot time of updatedIntent has no such name",
        ),
        # permissions
        (INTENT, eliciting(ask_permission()), "Alexa asks for a permission herself"),
        (INTENT, told("Hm.", ask_permission() | {"name": "Buy"}), "no connection 'Buy'"),
        (INTENT, told("Hm.", ask_permission(**{"@version": "1"})), "version 2"),
        (INTENT, told("Hm.", ask_permission(permissionScopes=[])), "a list of some, not"),
        (INTENT, told("Hm.", ask_permission(permissionScopes=["all"])), "and a consentLevel"),
        (INTENT, told("Hm.", ask_permission() | {"token": None}), "must be text, not None"),
        (STARTED, directives(ask_permission()), "answered with Connections.SendRequest"),
        # the player and its buttons
        (STARTED, {"outputSpeech": SPEECH}, "carries directives only, not outputSpeech"),
        (STARTED, {"shouldEndSession": True}, "carries directives only, not shouldEndSession"),
        (STARTED, directives(play()), "cannot be answered with AudioPlayer.Play"),
        (FINISHED, directives(play()), "cannot be answered with AudioPlayer.Play"),
        (NEARLY, {"card": {"type": "Simple"}}, "carries directives only, not card"),
        (FAILED, {"reprompt": {}}, "carries directives only, not reprompt"),
        (NEXT_PRESSED, told(), "carries directives only, not outputSpeech"),
        (STOPPED, directives(STOP), "with an empty response only"),
        (STOPPED, {"outputSpeech": SPEECH}, "carries nothing, not outputSpeech"),
        (ENDED, {"shouldEndSession": True}, "carries nothing, not shouldEndSession"),
        (EXCEPTION, directives(STOP), "with an empty response only"),
    ],
)
def test_an_illegal_answer_is_refused_with_the_rule(request_type, response, rule):
    """What Alexa or our design forbids is refused, and the rule is named."""
    with pytest.raises(IllegalResponseError, match=rule):
        read(request_type, response)


@pytest.mark.parametrize("request_type", sorted(ANSWERS))
def test_nobody_is_spoken_to_who_did_not_speak(request_type):
    """No request of a player, a button or a session's end is answered in words."""
    with pytest.raises(IllegalResponseError, match="not outputSpeech"):
        read(request_type, {"outputSpeech": SPEECH})


@pytest.mark.parametrize("intent", ["Cancel", "Stop", "NavigateHome"])
def test_whoever_wants_to_leave_may_leave(intent):
    """Stop, cancel and home end the session; certification tries them."""
    asked_for = {"intent": {"name": f"AMAZON.{intent}Intent"}}
    assert read(INTENT, told("Goodbye."), **asked_for).ends_session
    with pytest.raises(IllegalResponseError, match="the runner wants to leave"):
        read(INTENT, asked("Really?"), **asked_for)


def test_a_device_without_a_player_is_sent_no_player_directives():
    """AudioPlayer directives need the interface, stop as well as play."""
    with pytest.raises(IllegalResponseError, match="a device without AudioPlayer"):
        read(INTENT, told("Bye.", STOP), interfaces=())


def test_a_reprompt_has_less_room_for_clips():
    """Clips of a reprompt may last 90 seconds in all, those of an answer 240."""
    clips = f"<speak>{f'<audio src={CLIP!r}/>' * 5} Ready?</speak>"
    speech = {"type": "SSML", "ssml": clips}
    assert read(LAUNCH, asked() | {"outputSpeech": speech}).speech.asks
    with pytest.raises(IllegalResponseError, match="reprompt lasts 100000 ms"):
        read(LAUNCH, asked() | {"reprompt": {"outputSpeech": speech}})


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"oops", "no JSON"),
        (b"[]", "must be an object"),
        (b'{"response": {}}', "version must be '1.0'"),
        (b'{"version": "1.0"}', "response must be an object"),
        (b" " * 122_881, "it may have 122880"),
        (
            b'{"version": "1.0", "sessionAttributes": [1], "response": {"shouldEndSession": true}}',
            "sessionAttributes must be an object",
        ),
    ],
)
def test_an_answer_has_a_form(body, rule):
    """What is no response at all is refused before it is read."""
    with pytest.raises(IllegalResponseError, match=rule):
        read_answer(body, {"type": LAUNCH}, (AUDIO_PLAYER,), length_of)


def test_a_play_directive_is_read_whole():
    """Everything a player needs is taken over, with what its screen shows."""
    directive = play("two", 1_500, behavior="ENQUEUE", expectedPreviousToken="one")
    directive["audioItem"]["metadata"] = {
        "title": "Pre-run",
        "subtitle": "Clam",
        "art": {"sources": [{"url": "https://coach.example/clam.png"}]},
    }
    directive["audioItem"]["stream"]["captionData"] = {"content": "WEBVTT\n", "type": "WEBVTT"}
    (read_play,) = read(INTENT, told("Go.", directive)).directives
    url = directive["audioItem"]["stream"]["url"]
    assert read_play == Play(PlayBehavior.ENQUEUE, url, "two", 1_500, "one", "Pre-run", "Clam")


def with_metadata(**metadata):
    directive = play()
    directive["audioItem"]["metadata"] = metadata
    return directive


@pytest.mark.parametrize(
    ("directive", "rule"),
    [
        (play(url="http://coach.example/x.mp3"), "must come by https"),
        (play(token=""), "1 to 1024 characters"),
        (play(token="a" * 1_025), "1 to 1024 characters"),
        (play(token=7), "1 to 1024 characters"),
        (play(offset=-1), "a whole number from 0 on"),
        (play(offset=1.5), "a whole number from 0 on"),
        (play(offset=True), "a whole number from 0 on"),
        (play(behavior="PLAY_LATER"), "playBehavior must be one of REPLACE_ALL"),
        (play(behavior="ENQUEUE"), "needs an expectedPreviousToken"),
        (play(expectedPreviousToken="zero"), "REPLACE_ALL takes no expectedPreviousToken"),
        (
            play(behavior="REPLACE_ENQUEUED", expectedPreviousToken="zero"),
            "REPLACE_ENQUEUED takes no expectedPreviousToken",
        ),
        (play(speed=2), "stream has an unknown 'speed'"),
        (play(captionData={"type": "SRT", "content": "WEBVTT"}), "of type WEBVTT"),
        (play(captionData={"type": "WEBVTT", "content": "1"}), "of type WEBVTT"),
        (with_metadata(heading="x"), "metadata has an unknown 'heading'"),
        (with_metadata(art={}), "art needs a list of sources"),
        (
            with_metadata(backgroundImage={"sources": [{"url": "http://coach.example/x.png"}]}),
            "backgroundImage must come by https",
        ),
        ({"type": "AudioPlayer.Play", "playBehavior": "REPLACE_ALL"}, "needs the object audioItem"),
    ],
)
def test_a_play_directive_that_alexa_refuses_is_refused_with_the_rule(directive, rule):
    """Each rule of Play is named when it is broken."""
    with pytest.raises(IllegalResponseError, match=rule):
        read(INTENT, told("Go.", directive))


def test_a_token_may_have_as_many_characters_as_alexa_allows():
    """The longest token allowed is 1,024 characters."""
    assert read(INTENT, told("Go.", play(token="a" * 1_024))).directives


def test_a_slot_of_the_intent_that_was_heard():
    """Without another intent named, a slot of the one just heard is elicited."""
    heard = {"intent": {"name": "RemindMeIntent"}}
    assert read(INTENT, eliciting(elicit("time", None)), **heard).directives
    with pytest.raises(IllegalResponseError, match="WhereAmIIntent has no dialog model"):
        read(INTENT, eliciting(elicit("time", None)), intent={"name": "WhereAmIIntent"})


def test_nothing_is_elicited_without_a_dialog_model():
    """Where the interaction model has no dialogs, Alexa refuses to elicit anything."""
    body = json.dumps({"version": "1.0", "response": eliciting(elicit())}).encode()
    request = {"type": INTENT, "intent": {"name": "RemindMeIntent"}}
    with pytest.raises(IllegalResponseError, match="has no dialog model; no intent has"):
        read_answer(body, request, (AUDIO_PLAYER,), length_of)
