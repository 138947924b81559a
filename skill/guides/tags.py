"""Tags: title, artist, picture and chapters at the head of an MP3, as ID3v2.3.

The well-kept libraries for this are GPL and belong to the studio; the service needs only to
write five kinds of frames. Sources: "ID3 tag version 2.3.0" and "ID3v2 Chapter Frame
Addendum" (id3.org). Text is Latin-1 where it can be and UTF-16 elsewhere.
"""

from skill.guides.chapters import Chapter

LARGEST_TAG = 1 << 28
"""Bytes; the size field has 28 bits."""
MOST_CHAPTERS = 255
_NO_BYTE_OFFSET = b"\xff" * 8
_TOP_LEVEL_AND_ORDERED = b"\x03"
_FRONT_COVER = b"\x03"
_CONTENTS = "toc"


def id3_tag(
    *,
    title: str,
    artist: str,
    album: str,
    chapters: tuple[Chapter, ...] = (),
    jpeg: bytes | None = None,
) -> bytes:
    """Return the tag to put before the first frame; a chapter's times are in milliseconds.

    Raise `ValueError` over 255 chapters or 256 MiB, which the format cannot hold.
    """
    if len(chapters) > MOST_CHAPTERS:
        raise ValueError(f"a tag holds at most {MOST_CHAPTERS} chapters, not {len(chapters)}")
    names = [f"chp{number}" for number in range(len(chapters))]
    frames = [_text("TIT2", title), _text("TPE1", artist), _text("TALB", album)]
    if jpeg is not None:
        picture = b"\x00image/jpeg\x00" + _FRONT_COVER + b"\x00" + jpeg
        frames.append(_frame("APIC", picture))
    if chapters:
        frames.append(_contents(names))
        frames.extend(map(_chapter, names, chapters))
    body = b"".join(frames)
    if len(body) >= LARGEST_TAG:
        raise ValueError(f"a tag holds fewer than {LARGEST_TAG} bytes, not {len(body)}")
    return b"ID3\x03\x00\x00" + _synchsafe(len(body)) + body


def _contents(names: list[str]) -> bytes:
    children = b"".join(map(_name, names))
    head = _name(_CONTENTS) + _TOP_LEVEL_AND_ORDERED + len(names).to_bytes(1, "big")
    return _frame("CTOC", head + children)


def _chapter(name: str, chapter: Chapter) -> bytes:
    times = chapter.start.to_bytes(4, "big") + chapter.end.to_bytes(4, "big")
    return _frame("CHAP", _name(name) + times + _NO_BYTE_OFFSET + _text("TIT2", chapter.title))


def _name(name: str) -> bytes:
    return name.encode("ascii") + b"\x00"


def _text(frame: str, text: str) -> bytes:
    try:
        return _frame(frame, b"\x00" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _frame(frame, b"\x01" + text.encode("utf-16"))


def _frame(name: str, content: bytes) -> bytes:
    return name.encode("ascii") + len(content).to_bytes(4, "big") + b"\x00\x00" + content


def _synchsafe(number: int) -> bytes:
    """Write a number in four bytes of seven bits each, as the tag's own size is."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
