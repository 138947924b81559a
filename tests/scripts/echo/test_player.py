import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.echo.player import NEARLY, Activity, AudioPlayer, Happening, PlayerEvent, Stream

LENGTH = 60_000


def stream(name: str = "one", start: int = 0, length: int = LENGTH) -> Stream:
    return Stream(f"https://coach.example/{name}.mp3", name, start, length)


def kinds(events: list[PlayerEvent]) -> list[tuple[str, str, int]]:
    return [(event.kind, event.token, event.offset) for event in events]


def run(player: AudioPlayer, passed: int) -> list[PlayerEvent]:
    """Let time pass the way a device does: from one event to the next."""
    told = []
    while (left := player.until_next()) is not None and left <= passed:
        told += player.advance(left)
        passed -= left
    return told + player.advance(passed)


def test_a_player_that_never_played_is_idle_and_knows_no_token():
    """A new player reports IDLE and nothing else."""
    assert AudioPlayer().playhead.activity is Activity.IDLE
    assert AudioPlayer().token is None


def test_a_stream_starts_is_nearly_finished_and_finishes():
    """A stream played to its end tells three things, each once, at its offset."""
    player = AudioPlayer()
    assert kinds(player.play(stream(start=5_000))) == [(Happening.STARTED, "one", 5_000)]
    assert kinds(run(player, 10 * LENGTH)) == [
        (Happening.NEARLY_FINISHED, "one", LENGTH - NEARLY),
        (Happening.FINISHED, "one", LENGTH),
    ]
    assert player.activity is Activity.FINISHED


def test_a_short_stream_is_nearly_finished_at_once():
    """A stream shorter than the notice tells it at its start."""
    player = AudioPlayer()
    player.play(stream(length=NEARLY // 2))
    assert player.until_next() == 0
    assert kinds(player.advance(0)) == [(Happening.NEARLY_FINISHED, "one", 0)]


def test_time_cannot_jump_over_an_event():
    """Whoever moves time must stop where something is to be told."""
    player = AudioPlayer()
    player.play(stream())
    with pytest.raises(ValueError, match="something happens in 50000 ms"):
        player.advance(LENGTH)


def test_a_held_stream_goes_on_where_it_was():
    """Holding stops the stream for as long as somebody speaks, and loses nothing of it."""
    player = AudioPlayer()
    player.play(stream())
    player.advance(1_234)
    assert kinds(player.hold()) == [(Happening.STOPPED, "one", 1_234)]
    assert player.advance(99_999) == []
    assert kinds(player.go_on()) == [(Happening.STARTED, "one", 1_234)]
    assert player.playhead.activity is Activity.PLAYING


@pytest.mark.parametrize("held_as", [Activity.PAUSED, Activity.STOPPED])
def test_a_held_stream_is_called_what_the_device_calls_it(held_as):
    """Some devices call a held stream PAUSED, some STOPPED."""
    player = AudioPlayer(held_as)
    player.play(stream())
    (stopped,) = player.hold()
    assert stopped.playhead.activity is player.activity is held_as


def test_a_held_stream_that_is_stopped_tells_so_again_and_stays_silent():
    """Stop during a hold is for good, and the skill is told a second time."""
    player = AudioPlayer()
    player.play(stream())
    player.hold()
    assert kinds(player.stop()) == [(Happening.STOPPED, "one", 0)]
    assert player.go_on() == []
    assert player.stop() == []


def test_a_new_stream_replaces_what_plays_and_what_is_queued():
    """REPLACE_ALL stops the stream, empties the queue and starts the new one."""
    player = AudioPlayer()
    player.play(stream("one"))
    player.enqueue(stream("two"), "one")
    player.advance(700)
    assert kinds(player.play(stream("three", start=9))) == [
        (Happening.STOPPED, "one", 700),
        (Happening.STARTED, "three", 9),
    ]
    assert not player.queue


def test_a_queued_stream_plays_after_the_one_before_it():
    """ENQUEUE plays without a gap, one after the other."""
    player = AudioPlayer()
    player.play(stream("one"))
    assert player.enqueue(stream("two", start=100), "one") == []
    assert player.enqueue(stream("three"), "two") == []
    told = kinds(run(player, 2 * LENGTH))
    assert told[1:3] == [(Happening.FINISHED, "one", LENGTH), (Happening.STARTED, "two", 100)]
    assert told[4:] == [(Happening.FINISHED, "two", LENGTH), (Happening.STARTED, "three", 0)]
    assert player.offset == 100


def test_a_stream_for_another_predecessor_is_not_queued():
    """ENQUEUE with a token that is not the last in the queue changes nothing."""
    player = AudioPlayer()
    player.play(stream("one"))
    player.enqueue(stream("two"), "zero")
    assert not player.queue


def test_a_stream_queued_after_the_end_starts_at_once():
    """ENQUEUE that comes too late to be waited for plays now."""
    player = AudioPlayer()
    player.play(stream("one"))
    run(player, LENGTH)
    assert kinds(player.enqueue(stream("two"), "one")) == [(Happening.STARTED, "two", 0)]


def test_the_queue_can_be_replaced_without_touching_what_plays():
    """REPLACE_ENQUEUED leaves the stream alone, and starts its own if there is none."""
    player = AudioPlayer()
    assert kinds(player.replace_enqueued(stream("one"))) == [(Happening.STARTED, "one", 0)]
    player.enqueue(stream("two"), "one")
    assert player.replace_enqueued(stream("three")) == []
    assert [queued.token for queued in player.queue] == ["three"]


def test_clearing_stops_the_stream_and_forgets_the_queue():
    """CLEAR_ALL leaves nothing to play."""
    player = AudioPlayer()
    player.play(stream("one"))
    player.enqueue(stream("two"), "one")
    assert kinds(player.clear()) == [(Happening.STOPPED, "one", 0)]
    assert player.until_next() is None
    assert not player.queue


def test_pausing_by_the_devices_own_button_is_told_to_nobody():
    """A pause on the screen stops the stream and tells nothing, not even when someone speaks."""
    player = AudioPlayer()
    player.play(stream())
    player.advance(10)
    player.pause()
    assert player.hold() == player.go_on() == []
    assert (player.activity, player.offset) == (Activity.PAUSED, 10)


def test_a_stream_that_breaks_off_tells_that_it_failed_then_that_it_stopped():
    """A failure carries the error and the player's state at that moment."""
    player = AudioPlayer()
    player.play(stream())
    player.advance(10)
    failed, stopped = player.fail("MEDIA_ERROR_UNKNOWN")
    assert (failed.kind, failed.error) == (Happening.FAILED, "MEDIA_ERROR_UNKNOWN")
    assert failed.playhead.activity is Activity.PLAYING
    assert stopped.kind is Happening.STOPPED
    with pytest.raises(ValueError, match="nothing was played yet"):
        AudioPlayer().fail("MEDIA_ERROR_UNKNOWN")


def test_a_queued_stream_that_cannot_be_had_does_not_disturb_the_one_that_plays():
    """The failed token is the queued one's; the state told with it is the other's."""
    player = AudioPlayer()
    player.play(stream("one"))
    (failed,) = player.refuse(stream("two"), "MEDIA_ERROR_INVALID_REQUEST", queued=True)
    assert (failed.token, failed.playhead.token) == ("two", "one")
    assert player.activity is Activity.PLAYING


def test_a_stream_that_cannot_be_had_leaves_silence_in_place_of_the_old_one():
    """REPLACE_ALL with a dead address stops the old stream and plays nothing."""
    player = AudioPlayer()
    player.play(stream("one"))
    told = player.refuse(stream("two", start=7), "MEDIA_ERROR_UNKNOWN", queued=False)
    assert kinds(told) == [(Happening.STOPPED, "one", 0), (Happening.FAILED, "two", 7)]
    assert (player.token, player.activity) == ("two", Activity.STOPPED)


@given(
    start=st.integers(0, LENGTH),
    waits=st.lists(st.integers(0, 2 * LENGTH), max_size=8),
)
def test_time_in_pieces_is_the_same_as_time_at_once(start, waits):
    """However waiting is divided, the same things happen at the same offsets."""
    at_once, in_pieces = AudioPlayer(), AudioPlayer()
    at_once.play(stream(start=start))
    in_pieces.play(stream(start=start))
    told = [event for wait in [0, *waits] for event in run(in_pieces, wait)]
    assert told == run(at_once, sum(waits))
    assert in_pieces.playhead == at_once.playhead
    assert in_pieces.offset == min(start + sum(waits), LENGTH)


@given(
    st.lists(
        st.tuples(st.sampled_from(["wait", "hold", "go on", "stop"]), st.integers(0, 9_000)),
        max_size=20,
    )
)
def test_the_offset_is_the_time_spent_playing(doings):
    """Whatever holds and stops come between, the stream moves by its playing time alone."""
    player = AudioPlayer()
    player.play(stream())
    played = 0
    for doing, milliseconds in doings:
        if doing == "wait":
            played += milliseconds if player.activity is Activity.PLAYING else 0
            run(player, milliseconds)
        else:
            {"hold": player.hold, "go on": player.go_on, "stop": player.stop}[doing]()
        assert player.offset == min(played, LENGTH)
