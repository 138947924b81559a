"""The envelope: every request there is can be read, and nothing but a request can."""

import json
import re

import pytest
from ask_sdk_model import IntentRequest, LaunchRequest, SessionEndedReason, SessionEndedRequest
from ask_sdk_model.interfaces.audioplayer import (
    PlaybackFailedRequest,
    PlaybackStartedRequest,
    PlayerActivity,
)
from ask_sdk_model.interfaces.connections import ConnectionsResponse
from hypothesis import given
from hypothesis import strategies as st

from skill.alexa.envelope import (
    MalformedRequestError,
    UnknownRequest,
    read_complaint,
    read_envelope,
)
from tests.alexa.recorded import NAMES, places, recorded, with_value

WRONG = [None, True, 0, -1, 1.5, "text", "\ud800", "", [], [None], {}, {"a": 1}, [[{}]]]
KNOWN_WORDS = set(
    (  # noqa: SIM905 - reads as words
        "request context session System user userId device deviceId supportedInterfaces "
        "AudioPlayer token offsetInMilliseconds playerActivity type intent name slots value "
        "resolutions resolutionsPerAuthority values id reason error message "
        "currentPlaybackState apiEndpoint apiAccessToken payload status attributes runner"
    ).split()
)
UNUSED = (
    ("version",),
    ("session", "new"),
    ("session", "sessionId"),
    ("session", "application"),
    ("context", "System", "application"),
    ("request", "requestId"),
    ("request", "locale"),
    ("request", "timestamp"),
    ("request", "error", "type"),
    ("request", "currentPlaybackState", "playerActivity"),
    ("request", "intent", "confirmationStatus"),
    *(
        ("request", "intent", "slots", "routine", *path)
        for path in (
            ("name",),
            ("resolutions", "resolutionsPerAuthority", 0, "authority"),
            ("resolutions", "resolutionsPerAuthority", 0, "values", 0, "value", "name"),
        )
    ),
)
"""Where Alexa tells what the coach has no use for."""
SENTENCE = (
    r"(the request|request\.type|[A-Za-z]+|Alexa\.Presentation\.APL) "
    r"(is missing|takes (an object|a list|text|a whole number), not "
    r"(NoneType|bool|int|float|str|list|dict|half of a surrogate pair))"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(KNOWN_WORDS)) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


class TestWhatArrives:
    @pytest.mark.parametrize("name", NAMES)
    def test_every_recorded_request_is_read(self, name):
        """Each request as it arrives is read, and says of which type it is."""
        document = recorded(name)
        envelope = read_envelope(document)
        assert envelope.request.object_type == document["request"]["type"]
        assert isinstance(envelope.request, UnknownRequest) == name.startswith("unknown_")

    def test_whose_and_where_from(self):
        """User, device and what it can do are where the SDK has them."""
        envelope = read_envelope(recorded("launch"))
        system = envelope.context.system
        assert isinstance(envelope.request, LaunchRequest)
        assert system.user.user_id == envelope.session.user.user_id
        assert system.user.user_id.startswith("amzn1.ask.account.")
        assert system.device.device_id.startswith("amzn1.ask.device.")
        assert system.device.supported_interfaces.audio_player is not None
        assert envelope.context.audio_player.player_activity is PlayerActivity.IDLE

    def test_a_device_without_a_player(self):
        """A device that plays no long audio has neither the interface nor a state of it."""
        context = read_envelope(recorded("launch_without_player")).context
        assert context.system.device.supported_interfaces.audio_player is None
        assert context.audio_player is None

    def test_a_slot(self):
        """A slot has what was heard, and by each authority the values it stands for."""
        request = read_envelope(recorded("intent_start_two_authorities")).request
        assert isinstance(request, IntentRequest)
        slot = request.intent.slots["routine"]
        none, some = slot.resolutions.resolutions_per_authority
        assert slot.value == "the desk"
        assert none.values == []
        assert [wrapper.value.id for wrapper in some.values] == ["desk", "daily-five"]

    def test_a_notice_of_the_player(self):
        """A player's notice has its token and its offset."""
        request = read_envelope(recorded("playback_started")).request
        assert isinstance(request, PlaybackStartedRequest)
        assert request.token.startswith("gc1:pre-run:")
        assert request.offset_in_milliseconds == 101_500

    def test_a_failure_of_the_player(self):
        """A failure has its stream, and what plays instead."""
        request = read_envelope(recorded("playback_failed_while_another_played")).request
        assert isinstance(request, PlaybackFailedRequest)
        assert request.current_playback_state.token != request.token

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("permission_accepted", "ACCEPTED"),
            ("permission_accepted_in_the_first_version", "ACCEPTED"),
            ("permission_denied", "DENIED"),
            ("permission_not_answered", "NOT_ANSWERED"),
            ("permission_failed", None),
            ("permission_of_another_kind", None),
        ],
    )
    def test_the_answer_to_a_permission(self, name, status):
        """What a runner said to Alexa herself is known by its status, in either version."""
        request = read_envelope(recorded(name)).request
        assert isinstance(request, ConnectionsResponse)
        assert request.payload == {"status": status}

    def test_where_amazons_services_are(self):
        """Address and token of Amazon's services are where the SDK has them."""
        system = read_envelope(recorded("launch")).context.system
        assert system.api_endpoint == "https://api.amazonalexa.com"
        assert system.api_access_token.startswith("Atza|")

    def test_the_end_of_a_session(self):
        """The end of a session has its reason."""
        request = read_envelope(recorded("session_ended_unanswered")).request
        assert isinstance(request, SessionEndedRequest)
        assert request.reason is SessionEndedReason.EXCEEDED_MAX_REPROMPTS

    def test_values_invented_after_the_sdk(self):
        """An enum's value that nobody knows yet is left out, and the rest is read."""
        envelope = read_envelope(recorded("tomorrows_enums"))
        assert envelope.context.audio_player.player_activity is None
        assert envelope.context.audio_player.token.startswith("gc1:")
        ended = read_envelope(recorded("session_ended_for_a_reason_of_tomorrow")).request
        assert ended.reason is None

    @pytest.mark.parametrize(
        ("name", "complaint"),
        [
            ("playback_failed", ("MEDIA_ERROR_SERVICE_UNAVAILABLE", "Device playback error")),
            ("tomorrows_error", ("MEDIA_ERROR_SOLAR_FLARE", "Device playback error")),
            ("launch", None),
        ],
    )
    def test_what_is_complained_of(self, name, complaint):
        """An error that a request reports can be told, its type known to us or not."""
        assert read_complaint(recorded(name)) == complaint

    @pytest.mark.parametrize("name", ["intent_start_resolved", "launch", "playback_failed"])
    def test_properties_invented_after_us(self, name):
        """Properties that nobody knows yet, strewn over every object, change nothing."""
        strewn = read_envelope(recorded(f"strewn_with_properties_{name}"))
        plain = read_envelope(recorded(name))
        if isinstance(strewn.request, IntentRequest):
            del strewn.request.intent.slots["futureProperty"]  # one more slot, by all we know
        assert strewn == plain

    @pytest.mark.parametrize("path", UNUSED, ids=lambda path: ".".join(map(str, path)))
    def test_what_nobody_uses(self, path):
        """What the coach has no use for may be anything at all, and changes nothing."""
        having = [document for document in map(recorded, NAMES) if path in places(document)]
        assert having
        for document in having:
            envelope = read_envelope(document)
            for anything in WRONG:
                assert read_envelope(with_value(document, path, anything)) == envelope


class TestWhatDoesNot:
    @pytest.mark.parametrize("document", [None, 7, "text", [], True], ids=repr)
    def test_no_object(self, document):
        """What is no JSON object is refused by its type."""
        with pytest.raises(MalformedRequestError, match="the request takes an object, not "):
            read_envelope(document)

    @pytest.mark.parametrize(
        ("document", "sentence"),
        [
            ({}, "request is missing"),
            ({"request": None}, "request is missing"),
            ({"request": []}, "request takes an object, not list"),
            ({"request": {}}, "request.type is missing"),
            ({"request": {"type": ""}}, "request.type is missing"),
            ({"request": {"type": 7}}, "type takes text, not int"),
            ({"request": {"type": "IntentRequest"}}, "intent is missing"),
            ({"context": 1, "request": {"type": "x"}}, "context takes an object, not int"),
            (
                {"request": {"type": "AudioPlayer.PlaybackStarted", "offsetInMilliseconds": "0"}},
                "offsetInMilliseconds takes a whole number, not str",
            ),
            (
                {"request": {"type": "AudioPlayer.PlaybackStarted", "token": "\udfff"}},
                "token takes text, not half of a surrogate pair",
            ),
        ],
        ids=json.dumps,
    )
    def test_the_place_is_named(self, document, sentence):
        """What is missing or of a wrong type is named, with what belongs there."""
        with pytest.raises(MalformedRequestError) as refused:
            read_envelope(document)
        assert str(refused.value) == sentence

    @pytest.mark.parametrize("name", NAMES)
    def test_a_wrong_type_in_any_place(self, name):
        """Whatever stands in whatever place, it is read or refused in our own words."""
        document = recorded(name)
        for path in places(document):
            for wrong in WRONG:
                read_or_refuse(with_value(document, path, wrong))

    @pytest.mark.parametrize("name", NAMES)
    def test_anything_left_out(self, name):
        """Without any one of its members a request is read or refused in our own words."""
        document = recorded(name)
        for *path, last in places(document):
            holder = document
            for key in path:
                holder = holder[key]
            if isinstance(holder, dict):
                without = {key: value for key, value in holder.items() if key != last}
                read_or_refuse(with_value(document, tuple(path), without))

    @given(JSON)
    def test_any_document(self, document):
        """Any JSON at all is read or refused in our own words."""
        read_or_refuse(document)

    @given(st.data())
    def test_any_values_in_any_places(self, data):
        """A request with a few things altered is read or refused in our own words."""
        document = recorded(data.draw(st.sampled_from(NAMES)))
        for _ in range(data.draw(st.integers(1, 4))):
            path = data.draw(st.sampled_from(list(places(document))))
            document = with_value(document, path, data.draw(JSON))
        read_or_refuse(document)

    @pytest.mark.parametrize("levels", [900, 100_000])
    def test_deep_nesting_that_nobody_reads(self, levels):
        """However deep a property is that we do not know, it is not gone into."""
        nested: list = []
        for _ in range(levels):
            nested = [nested]
        document = recorded("launch") | {"futureProperty": nested}
        document["context"]["futureProperty"] = nested
        try:
            assert isinstance(read_envelope(document).request, LaunchRequest)
        finally:
            while nested:  # else Python takes it apart by recursion
                nested = nested.pop()

    def test_many_slots(self):
        """An intent with 1,400 slots is read whole."""
        document = recorded("intent_start_resolved")
        slot = document["request"]["intent"]["slots"]["routine"]
        document["request"]["intent"]["slots"] = {f"slot{n}": slot for n in range(1_400)}
        slots = read_envelope(document).request.intent.slots
        assert len(slots) == 1_400
        assert slots["slot1399"].value == "pre run glute routine"


def read_or_refuse(document):
    """Read a document; a refusal must be a sentence that holds nothing of its content."""
    try:
        read_envelope(document)
        read_complaint(document)
    except MalformedRequestError as refused:
        (sentence,) = refused.args
        matched = re.fullmatch(SENTENCE, sentence)
        assert matched, sentence
        assert matched[1] in {"the request", "request.type", "Alexa.Presentation.APL"} | KNOWN_WORDS
