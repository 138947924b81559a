import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.echo.errors import StreamError
from scripts.echo.streams import FRAME_BYTES, lengths_by, mp3_length
from skill.guides.frames import FRAME_MS, SILENT_FRAME, TAIL_FRAMES, info_frame
from skill.guides.tags import id3_tag


@given(st.integers(0, 150_000))
def test_the_length_is_what_a_player_plays(frames):
    """Delay, padding and tail are not heard, so they do not count."""
    assert mp3_length(info_frame(frames + TAIL_FRAMES)) == frames * FRAME_MS


@given(st.text(max_size=50), st.binary(max_size=30_000))
def test_a_tag_before_the_first_frame_is_passed_over(title, picture):
    """Title and picture come first and are not heard."""
    tag = id3_tag(title=title, artist="Coach", album="Coach", jpeg=picture)
    assert mp3_length(tag + info_frame(102)) == 2_400


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"", "starts with nothing"),
        (b"<html>".ljust(FRAME_BYTES), "starts with 3c68746d"),
        (b"\xff\xfb".ljust(FRAME_BYTES), "MPEG-2 layer III"),
        (SILENT_FRAME, "no Info frame"),
    ],
)
def test_what_no_player_can_time_cannot_be_played(start, reason):
    """A stream that is no MP3 of ours, or does not tell its length, is refused."""
    with pytest.raises(StreamError, match=reason):
        mp3_length(start)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, "MEDIA_ERROR_INVALID_REQUEST"),
        (500, "MEDIA_ERROR_INTERNAL_SERVER_ERROR"),
        (503, "MEDIA_ERROR_SERVICE_UNAVAILABLE"),
    ],
)
def test_an_http_error_becomes_alexas_error_type(status, kind):
    """A player names whose fault it was."""
    with pytest.raises(StreamError, match=f"HTTP {status}") as refusal:
        lengths_by(lambda _: (status, b""))("https://coach.example/x.mp3")
    assert refusal.value.kind == kind


@pytest.mark.parametrize("status", [200, 206])
def test_the_start_of_a_stream_is_enough(status):
    """A length is told from the first frame, fetched whole or by range."""
    fetched = lengths_by(lambda _: (status, info_frame(102)))
    assert fetched("https://coach.example/x.mp3") == 2_400
