"""How long a stream is, read from its first frame as a player does."""

from collections.abc import Callable

from scripts.echo.errors import StreamError
from skill.coaching.movements import Milliseconds

FRAME_BYTES = 144
FIRST_BYTES = "bytes=0-131071"
"""The range header with which a fetch need not carry the whole stream: enough for an ID3 tag
with a picture, and the first frame behind it."""

_ID3_HEADER_BYTES = 10
_HEADER = b"\xff\xf3\x64\xc4"
_TAG = slice(13, 17)
_COUNTS_FOLLOW = 17
_FRAME_COUNT = slice(21, 25)
_DELAY_AND_PADDING = slice(50, 53)
_SAMPLES_PER_FRAME = 576
_SAMPLES_PER_MS = 24

Fetch = Callable[[str], tuple[int, bytes]]
"""Gets an address: HTTP status and body, of which `FIRST_BYTES` are enough."""
Lengths = Callable[[str], Milliseconds]
"""Tells how long the MP3 at an address is, or raises `StreamError`."""


def lengths_by(fetch: Fetch) -> Lengths:
    """Tell lengths by fetching the start of each stream."""

    def length_of(url: str) -> Milliseconds:
        status, body = fetch(url)
        if status not in {200, 206}:
            raise StreamError(_error_type(status), f"{url} answers HTTP {status}")
        return mp3_length(body)

    return length_of


def mp3_length(start: bytes) -> Milliseconds:
    """Return how long an MP3 is heard, from the Info frame it starts with.

    Raise `StreamError` unless it is what Alexa plays within speech, MPEG-2 layer III,
    24 kHz mono at 48 kbit/s, with a first frame that tells players delay and padding. An
    ID3 tag before it is passed over.
    """
    start = start[_id3_length(start) :]
    if len(start) < FRAME_BYTES or start[: len(_HEADER)] != _HEADER:
        raise StreamError(
            "MEDIA_ERROR_UNKNOWN",
            f"it starts with {start[:4].hex() or 'nothing'}; a frame of MPEG-2 layer III, "
            f"24 kHz mono, 48 kbit/s starts with {_HEADER.hex()}",
        )
    if start[_TAG] != b"Info" or not start[_COUNTS_FOLLOW + 3] & 1:
        raise StreamError(
            "MEDIA_ERROR_UNKNOWN", "its first frame is no Info frame: no player knows its length"
        )
    frames = int.from_bytes(start[_FRAME_COUNT], "big")
    delay, padding = divmod(int.from_bytes(start[_DELAY_AND_PADDING], "big"), 1 << 12)
    return (frames * _SAMPLES_PER_FRAME - delay - padding) // _SAMPLES_PER_MS


def _id3_length(start: bytes) -> int:
    """Return how many bytes of ID3v2 tag come first; its size has seven bits a byte."""
    if start[:3] != b"ID3" or len(start) < _ID3_HEADER_BYTES:
        return 0
    size = 0
    for byte in start[6:_ID3_HEADER_BYTES]:
        size = size << 7 | byte
    return _ID3_HEADER_BYTES + size


def _error_type(status: int) -> str:
    if status < 500:  # noqa: PLR2004 - HTTP's own border between our fault and theirs
        return "MEDIA_ERROR_INVALID_REQUEST"
    if status == 503:  # noqa: PLR2004
        return "MEDIA_ERROR_SERVICE_UNAVAILABLE"
    return "MEDIA_ERROR_INTERNAL_SERVER_ERROR"
