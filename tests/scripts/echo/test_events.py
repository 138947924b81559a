from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from scripts.echo.player import Activity, Happening
from tests.scripts.echo.scripted_skill import (
    GUIDE,
    LENGTHS,
    STOP,
    play,
    player_in,
    playing,
    told,
)


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
    assert player_in(skill.requests[-1])["offsetInMilliseconds"] == 50_000


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
