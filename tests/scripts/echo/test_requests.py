import json
from datetime import UTC, datetime

import pytest

from scripts.echo.directives import AskPermission
from scripts.echo.player import Activity, Happening, PlayerEvent, Playhead
from scripts.echo.requests import Device, Session, Stationery
from skill.alexa.envelope import read_envelope
from skill.alexa.reading import read_slot
from skill.intents import Slot
from tests.alexa.recorded import recorded
from tests.scripts.echo.scripted_skill import MODEL

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
IDLE = Playhead(Activity.IDLE)


def envelope(request, session=None, playhead=IDLE, **device):
    stationery = Stationery(Device(**device), MODEL)
    return stationery.envelope(request(stationery), session, playhead, NOW)


def test_an_intent_looks_as_it_was_recorded():
    """An IntentRequest has every member that an Echo's has, slots resolved by id and name."""
    written = envelope(
        lambda s: s.intent("StartRoutineIntent", {"routine": Slot("pre run", ("pre-run",))}),
        Session("amzn1.echo-api.session.1", {"turn": 2}),
    )
    request = written["request"]
    routine = request["intent"]["slots"]["routine"]
    assert written["version"] == "1.0"
    assert written["session"]["attributes"] == {"turn": 2}
    assert written["session"]["new"] is False
    assert request["timestamp"] == "2026-03-02T06:30:00Z"
    assert request["requestId"].startswith("amzn1.echo-api.request.")
    assert request["dialogState"] == "COMPLETED"
    assert routine["value"] == routine["slotValue"]["value"] == "pre run"
    assert routine["resolutions"] == {
        "resolutionsPerAuthority": [
            {
                "authority": f"amzn1.er-authority.echo-sdk.{Device().skill_id}.ROUTINE",
                "status": {"code": "ER_SUCCESS_MATCH"},
                "values": [{"value": {"name": "pre-run", "id": "pre-run"}}],
            }
        ]
    }
    assert request["intent"]["slots"]["minutes"] == {
        "name": "minutes",
        "confirmationStatus": "NONE",
    }


def test_a_name_that_is_not_known_is_resolved_to_no_match():
    """What fits no value of the type comes as it was heard, with ER_SUCCESS_NO_MATCH."""
    written = envelope(lambda s: s.intent("StartRoutineIntent", {"routine": Slot("banana")}))
    resolutions = written["request"]["intent"]["slots"]["routine"]["resolutions"]
    (authority,) = resolutions["resolutionsPerAuthority"]
    assert authority["status"] == {"code": "ER_SUCCESS_NO_MATCH"}


def test_alexas_own_types_are_not_resolved():
    """A number comes as a value alone."""
    written = envelope(lambda s: s.intent("StartRoutineIntent", {"minutes": Slot("5")}))
    minutes = written["request"]["intent"]["slots"]["minutes"]
    assert minutes["value"] == "5"
    assert "resolutions" not in minutes


def test_an_intent_takes_only_slots_that_the_model_gives_it():
    """A slot that Alexa could never send is a mistake of the test."""
    with pytest.raises(ValueError, match="no slot 'colour'; it has routine, minutes"):
        envelope(lambda s: s.intent("StartRoutineIntent", {"colour": Slot("red")}))


def test_a_players_request_has_no_session():
    """AudioPlayer requests carry token and offset, and no session."""
    playhead = Playhead(Activity.PLAYING, "one", 1_234)
    event = PlayerEvent(Happening.STARTED, "one", 1_234, playhead)
    written = envelope(lambda s: s.playback(event), playhead=playhead)
    assert "session" not in written
    assert written["request"]["type"] == "AudioPlayer.PlaybackStarted"
    assert (written["request"]["token"], written["request"]["offsetInMilliseconds"]) == (
        "one",
        1_234,
    )
    assert written["context"]["AudioPlayer"] == {
        "playerActivity": "PLAYING",
        "token": "one",
        "offsetInMilliseconds": 1_234,
    }


def test_a_failure_carries_its_error_and_the_state_of_the_player():
    """PlaybackFailed names the failed token, the error, and what plays meanwhile."""
    playhead = Playhead(Activity.PLAYING, "one", 1_234)
    event = PlayerEvent(Happening.FAILED, "two", 0, playhead, "MEDIA_ERROR_UNKNOWN")
    request = envelope(lambda s: s.playback(event), playhead=playhead)["request"]
    assert (request["token"], request["currentPlaybackState"]["token"]) == ("two", "one")
    assert request["error"]["type"] == "MEDIA_ERROR_UNKNOWN"
    assert "offsetInMilliseconds" not in request


def test_a_device_says_what_it_has():
    """Player and screen are in the context exactly where there are any."""
    plain = envelope(Stationery.launch, has_audio_player=False)["context"]
    shows = envelope(Stationery.launch, has_screen=True)["context"]
    assert "AudioPlayer" not in plain
    assert plain["System"]["device"]["supportedInterfaces"] == {}
    assert shows["AudioPlayer"] == {"playerActivity": "IDLE"}
    assert shows["Viewport"]["shape"] == "RECTANGLE"
    assert set(shows["System"]["device"]["supportedInterfaces"]) == {
        "AudioPlayer",
        "Alexa.Presentation.APL",
    }


@pytest.mark.parametrize(
    "request_of",
    [
        Stationery.launch,
        lambda s: s.intent("StartRoutineIntent", {"routine": Slot("pre run", ("pre-run",))}),
        lambda s: s.session_ended("EXCEEDED_MAX_REPROMPTS"),
        lambda s: s.button("next"),
        lambda s: s.exception("INVALID_RESPONSE", "no", "amzn1.echo-api.request.1"),
        lambda s: s.playback(PlayerEvent(Happening.STOPPED, "one", 5, IDLE)),
        lambda s: s.playback(PlayerEvent(Happening.FAILED, "one", 5, IDLE, "MEDIA_ERROR_UNKNOWN")),
    ],
)
def test_the_service_can_read_every_request(request_of):
    """What is written here is read by the very reader that Alexa's requests go through."""
    written = envelope(request_of, Stationery(Device(), MODEL).new_session(), has_screen=True)
    read = read_envelope(json.loads(json.dumps(written)))
    assert read.request.object_type == written["request"]["type"]


def test_a_slot_survives_the_way_to_the_service():
    """What was heard and meant is what the service reads."""
    slot = Slot("pre run", ("pre-run",))
    written = envelope(lambda s: s.intent("StartRoutineIntent", {"routine": slot}))
    read = read_envelope(json.loads(json.dumps(written)))
    assert read_slot(read.request.intent.slots["routine"]) == slot


def test_whether_there_is_an_amazon_behind_the_device():
    """Where Amazon is to be asked goes with every request, or with none."""
    without = envelope(lambda s: s.launch())["context"]["System"]
    assert not {"apiEndpoint", "apiAccessToken"} & without.keys()
    known = {"api_endpoint": "https://api.amazonalexa.com", "api_access_token": "Atza|token"}
    system = envelope(lambda s: s.launch(), **known)["context"]["System"]
    assert system["apiEndpoint"] == "https://api.amazonalexa.com"
    assert system["apiAccessToken"] == "Atza|token"


def test_the_answer_to_a_permission():
    """What the runner said to Alexa comes as it was recorded, but for its ids and its token."""
    asked = AskPermission(("alexa::alerts:reminders:skill:readwrite",), "")
    written = envelope(lambda s: s.permission(asked, "ACCEPTED"))["request"]
    as_recorded = recorded("permission_accepted")["request"]
    own = {"requestId", "timestamp"}
    assert written.keys() == as_recorded.keys()
    assert {name: written[name] for name in written.keys() - own} == {
        name: as_recorded[name] for name in written.keys() - own
    }
