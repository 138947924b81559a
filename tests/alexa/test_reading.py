"""Reading: what a request means to a coach, who sent it, and where the player is."""

from datetime import UTC, datetime

import pytest

from skill.alexa.envelope import MalformedRequestError, read_envelope
from skill.alexa.reading import (
    is_spoken,
    read_access,
    read_event,
    read_moment,
    read_slot,
    read_user,
)
from skill.coaching import events
from skill.coaching.moments import OFFSETS, Playhead
from skill.coaching.plans import LONGEST_ID
from skill.content.catalogue import load_catalogue
from skill.intents import Slot
from tests.alexa.recorded import NAMES, PLAYED, places, recorded, with_value

CATALOGUE = load_catalogue()
NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
PRE_RUN, DESK, DAILY = (CATALOGUE.routines[id_] for id_ in ("pre-run", "desk", "daily-five"))
CLAM = CATALOGUE.movements["clam"]
HOSTILE = '<audio src="https://evil.example/a.mp3"/> & {routines} \a'

MEANT = {
    "button_next": events.NextStep(),
    "button_pause": events.Pause(),
    "button_play": events.Resume(),
    "button_previous": events.PreviousStep(),
    "exception_encountered": None,
    "intent_fallback": events.NotUnderstood(),
    "intent_hostile_slot": events.StartRoutine(None, HOSTILE),
    "intent_how_long_left": events.HowLongLeft(),
    "intent_how_to_named": events.HowTo(CLAM, "clam shell"),
    "intent_next_while_playing": events.NextStep(),
    "intent_of_tomorrow": events.NotUnderstood(),
    "intent_start_empty_slot": events.StartRoutine(),
    "intent_start_list_in_slot": events.StartRoutine(),
    "intent_start_noise_in_slot": events.StartRoutine(),
    "intent_start_resolved": events.StartRoutine(PRE_RUN, "pre run glute routine"),
    "intent_start_two_authorities": events.StartRoutine(None, "the desk", (DESK, DAILY)),
    "intent_start_unresolved": events.StartRoutine(None, "banana routine"),
    "intent_stop": events.Stop(),
    "intent_stop_without_player": events.Stop(),
    "intent_why_this": events.WhyThis(),
    "launch": events.Launch(),
    "launch_after_another_skill_played": events.Launch(),
    "launch_without_player": events.Launch(),
    "permission_accepted": events.PermissionAnswered(granted=True),
    "permission_accepted_in_the_first_version": events.PermissionAnswered(granted=True),
    "permission_denied": events.PermissionAnswered(granted=False),
    "permission_failed": events.PermissionAnswered(granted=False),
    "permission_not_answered": events.PermissionAnswered(granted=False),
    "permission_of_another_kind": events.PermissionAnswered(granted=False),
    "playback_failed": events.PlaybackFailed(),
    "playback_failed_while_another_played": events.PlaybackFailed(),
    "playback_finished": events.PlaybackFinished(),
    "playback_nearly_finished": events.PlaybackNearlyFinished(),
    "playback_started": events.PlaybackStarted(),
    "playback_started_of_another_skill": events.PlaybackStarted(),
    "playback_stopped": events.PlaybackStopped(),
    "session_ended_by_error": events.SessionEnded(),
    "session_ended_by_user": events.SessionEnded(),
    "session_ended_for_a_reason_of_tomorrow": events.SessionEnded(),
    "session_ended_unanswered": events.SessionEnded(unanswered=True),
    "strewn_with_properties_intent_start_resolved": events.StartRoutine(
        PRE_RUN, "pre run glute routine"
    ),
    "strewn_with_properties_launch": events.Launch(),
    "strewn_with_properties_playback_failed": events.PlaybackFailed(),
    "tomorrows_enums": events.StartRoutine(PRE_RUN, "pre run glute routine"),
    "tomorrows_error": events.PlaybackFailed(),
    "unknown_apl_user_event": None,
    "unknown_can_fulfill": None,
    "unknown_session_resumed": None,
    "unknown_skill_enabled": None,
}


def head(offset: int, **more: object) -> Playhead:
    return Playhead("pre-run", PLAYED, 7, offset, **more)


PLAYHEADS = {
    "button_next": head(112_000),
    "button_pause": head(112_000),
    "button_play": head(112_000),
    "button_previous": head(112_000),
    "exception_encountered": head(101_500),
    "intent_how_long_left": head(118_000),
    "intent_next_while_playing": head(101_500),
    "intent_stop": head(101_500),
    "intent_why_this": head(101_500),
    "playback_failed": head(64_000),
    "playback_failed_while_another_played": head(0),
    "playback_finished": head(394_000, has_ended=True),
    "playback_nearly_finished": head(380_000),
    "playback_started": head(101_500),
    "playback_stopped": head(131_250),
    "strewn_with_properties_playback_failed": head(64_000),
    "tomorrows_enums": head(101_500),
    "tomorrows_error": head(64_000),
}
"""Where the player is in each request that tells; all others tell of no player of ours."""


def moment(document):
    return read_moment(read_envelope(document), NOW)


class TestEvents:
    def test_each_recording_is_looked_at(self):
        """The expectations below cover the recorded requests, no more and no less."""
        assert set(MEANT) == set(NAMES)
        assert set(PLAYHEADS) < set(NAMES)

    @pytest.mark.parametrize("name", NAMES)
    def test_what_it_means(self, name):
        """Each request means its event, or nothing to a coach."""
        request = read_envelope(recorded(name)).request
        assert read_event(request, CATALOGUE) == MEANT[name]

    @pytest.mark.parametrize("name", NAMES)
    def test_who_is_listening(self, name):
        """The opening of the skill, intents and permissions are spoken; all else is silent."""
        spoken = name.removeprefix("strewn_with_properties_").startswith(
            ("launch", "intent", "permission")
        )
        request = read_envelope(recorded(name)).request
        assert is_spoken(request) == (spoken or name == "tomorrows_enums")

    def test_no_request(self):
        """No request means nothing, and nobody spoke."""
        assert read_event(None, CATALOGUE) is None
        assert not is_spoken(None)

    def test_an_intent_without_a_name(self):
        """An intent that does not say its name was not understood."""
        document = with_value(recorded("intent_fallback"), ("request", "intent", "name"), None)
        assert read_event(read_envelope(document).request, CATALOGUE) == events.NotUnderstood()


class TestSlots:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("intent_start_resolved", Slot("pre run glute routine", ("pre-run",))),
            ("intent_start_two_authorities", Slot("the desk", ("desk", "daily-five"))),
            ("intent_start_unresolved", Slot("banana routine")),
            ("intent_start_empty_slot", Slot()),
            ("intent_start_noise_in_slot", Slot("?")),
            ("intent_start_list_in_slot", Slot()),
        ],
    )
    def test_what_was_heard(self, name, expected):
        """A slot is what was heard, with the ids of all authorities in their order."""
        request = read_envelope(recorded(name)).request
        assert read_slot(request.intent.slots["routine"]) == expected

    @pytest.mark.parametrize(
        "value", [{}, {"value": None}, {"value": {}}, {"value": {"name": "x"}}], ids=repr
    )
    def test_a_value_without_an_id(self, value):
        """A value that comes without an id stands for nothing."""
        path = ("request", "intent", "slots", "routine", "resolutions", "resolutionsPerAuthority")
        document = with_value(recorded("intent_start_resolved"), (*path, 0, "values"), [value])
        slot = read_envelope(document).request.intent.slots["routine"]
        assert read_slot(slot) == Slot("pre run glute routine")


class TestUsers:
    @pytest.mark.parametrize("name", NAMES)
    def test_whose_request_it_is(self, name):
        """Every recorded request says whose it is."""
        assert read_user(read_envelope(recorded(name))).startswith("amzn1.ask.account.")

    def test_only_the_session_knows(self):
        """An old request names its user in the session alone."""
        document = recorded("launch")
        del document["context"]["System"]["user"]
        assert read_user(read_envelope(document)).startswith("amzn1.ask.account.")

    def test_the_device_is_believed_before_the_session(self):
        """Where both name a user, it is the context's."""
        document = recorded("launch")
        document["session"]["user"]["userId"] = "somebody else"
        assert read_user(read_envelope(document)).startswith("amzn1.ask.account.")

    @pytest.mark.parametrize("user", [None, {}, {"userId": None}, {"userId": ""}], ids=repr)
    def test_nobody(self, user):
        """A request that is nobody's is malformed, and the missing place is named."""
        document = recorded("playback_started")
        document["context"]["System"]["user"] = user
        with pytest.raises(MalformedRequestError, match=r"^context.System.user.userId is missing$"):
            read_user(read_envelope(document))


class TestAccess:
    @pytest.mark.parametrize("name", NAMES)
    def test_where_amazon_is_asked(self, name):
        """Every recorded request brings what Amazon can be asked back with, and for whom."""
        system = recorded(name)["context"]["System"]
        access = read_access(read_envelope(recorded(name)))
        assert access.endpoint == system["apiEndpoint"]
        assert access.token == system["apiAccessToken"]
        assert access.device_id == system.get("device", {}).get("deviceId", "")

    @pytest.mark.parametrize("missing", ["apiEndpoint", "apiAccessToken"])
    @pytest.mark.parametrize("value", [None, ""])
    def test_nowhere(self, missing, value):
        """Without an address or a token nobody can be asked."""
        document = with_value(recorded("launch"), ("context", "System", missing), value)
        assert read_access(read_envelope(document)) is None

    @pytest.mark.parametrize("path", [("context",), ("context", "System")])
    def test_no_context(self, path):
        """An old request, which has no context, brings no access."""
        document = with_value(recorded("launch"), path, None)
        assert read_access(read_envelope(document)) is None

    def test_a_device_that_says_nothing_of_itself(self):
        """Amazon can be asked without knowing the device."""
        document = with_value(recorded("launch"), ("context", "System", "device"), None)
        assert read_access(read_envelope(document)).device_id == ""


class TestMoments:
    @pytest.mark.parametrize("name", NAMES)
    def test_where_the_player_is(self, name):
        """A notice is taken at its own word; with anything else the context tells."""
        assert moment(recorded(name)).playhead == PLAYHEADS.get(name)

    @pytest.mark.parametrize("name", NAMES)
    def test_what_the_device_can_do(self, name):
        """A device has a player if it says so, whatever plays."""
        without = {"launch_without_player", "intent_stop_without_player", "unknown_skill_enabled"}
        assert moment(recorded(name)).has_player == (name not in without)

    @pytest.mark.parametrize("name", ["playback_stopped", "playback_failed", "button_play"])
    def test_a_player_that_speaks_is_there(self, name):
        """A device whose player or buttons speak to us has a player, said or unsaid."""
        path = ("context", "System", "device")
        assert moment(with_value(recorded(name), path, None)).has_player

    @pytest.mark.parametrize("name", NAMES)
    def test_when_and_whether_spoken(self, name):
        """The time is the one that was given, and speech is told from notices."""
        found = moment(recorded(name))
        assert found.now == NOW
        assert found.is_spoken == is_spoken(read_envelope(recorded(name)).request)

    @pytest.mark.parametrize(
        "told",
        ["PLAYING", "BUFFER_UNDERRUN", "PAUSED", "STOPPED", "FINISHED", "IDLE", "LEVITATING", None],
    )
    def test_whether_it_has_ended(self, told):
        """Only a player that says it has finished has ended; a new word for it is none."""
        path = ("context", "AudioPlayer", "playerActivity")
        document = with_value(recorded("intent_how_long_left"), path, told)
        assert moment(document).playhead.has_ended == (told == "FINISHED")

    def test_a_second_try(self):
        """A stream that was the coach's own second try tells where the first one failed."""
        path = ("request", "token")
        token = recorded("playback_failed")["request"]["token"]
        document = with_value(recorded("playback_failed"), path, f"{token}:60500")
        assert moment(document).playhead == head(0, retried_at=60_500)

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            (0, 0),
            (-5, 0),
            (None, 0),
            (OFFSETS[-1], OFFSETS[-1]),
            (OFFSETS[-1] + 1, OFFSETS[-1]),
            (10**4_000, OFFSETS[-1]),
        ],
        ids=["start", "before it", "untold", "a day", "more", "far more"],
    )
    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("intent_how_long_left", ("context", "AudioPlayer", "offsetInMilliseconds")),
            ("playback_stopped", ("request", "offsetInMilliseconds")),
            ("playback_failed", ("request", "currentPlaybackState", "offsetInMilliseconds")),
        ],
        ids=["context", "notice", "failure"],
    )
    def test_offsets_beyond_reason(self, name, path, told, expected):
        """An offset is brought into what a guide could be, wherever it is told."""
        assert moment(with_value(recorded(name), path, told)).playhead.offset == expected

    @pytest.mark.parametrize(
        "token",
        [
            None,
            "",
            "spotify:track:1",
            f"gc2:pre-run:{PLAYED}:7",
            f"gc1:pre-run:{PLAYED}",
            f"gc1:pre-run:{PLAYED}:7:8:9",
            f"gc1:pre-run:{PLAYED}:7:",
            f"gc1:pre-run:{PLAYED}:7:-8",
            f"gc1:pre-run:{PLAYED}:-7",
            f"gc1:pre-run:{PLAYED}:७",
            f"gc1:pre-run:{PLAYED}:{'7' * 13}",
            f"gc1:PRE RUN:{PLAYED}:7",
            f"gc1::{PLAYED}:7",
            "gc1:pre-run:xyz:7",
            f"gc1:{'a' * (LONGEST_ID + 1)}:{PLAYED}:7",
            f"gc1:pre-run:{PLAYED}:7\n",
        ],
        ids=ascii,
    )
    @pytest.mark.parametrize("name", ["intent_how_long_left", "playback_stopped"])
    def test_tokens_that_are_not_ours(self, name, token):
        """A token that we did not write tells of another skill's player."""
        place = "request" if name.startswith("playback") else "context"
        path = ("request", "token") if place == "request" else ("context", "AudioPlayer", "token")
        assert moment(with_value(recorded(name), path, token)).playhead is None

    def test_a_notice_does_not_ask_the_context(self):
        """A notice about one stream is not mixed up with what the device plays by now."""
        document = recorded("playback_stopped")
        document["context"]["AudioPlayer"] |= {
            "token": document["request"]["token"].replace(":7", ":8"),
            "offsetInMilliseconds": 9_000,
        }
        assert moment(document).playhead == head(131_250)

    def test_a_failure_without_a_state(self):
        """A failure that does not say what plays instead is one at the guide's beginning."""
        document = recorded("playback_failed")
        del document["request"]["currentPlaybackState"]
        assert moment(document).playhead == head(0)

    def test_a_device_that_says_nothing_of_itself(self):
        """Without a device or a context there is no player, and no error."""
        for path in (("context", "System", "device"), ("context",)):
            found = moment(with_value(recorded("launch"), path, None))
            assert not found.has_player
        assert found.playhead is None

    @pytest.mark.parametrize("name", NAMES)
    def test_whatever_is_left_out(self, name):
        """Of what can be read, event and moment can be told, whatever has no value."""
        document = recorded(name)
        for path in places(document):
            try:
                envelope = read_envelope(with_value(document, path, None))
            except MalformedRequestError:
                continue
            read_event(envelope.request, CATALOGUE)
            read_moment(envelope, NOW)
