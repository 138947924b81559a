"""Guides are assembled here: the frames of each cue at its place, and silent frames between.

Under holds, frames of the bed may stand for the silent ones. The bed is a loop whose frames
each stand alone, so it can begin and end anywhere; it comes and goes softly, because a frame
says in its head how loud it is.

Nothing is decoded or encoded, so a guide takes milliseconds and is exact: `offset` ms into a
guide begins at byte `(offset / 24 + 1) * 144`, the Info frame being the first 144 bytes.
"""

from collections.abc import Iterable, Mapping

from skill.coaching.beds import bedded
from skill.coaching.cues import BED
from skill.coaching.errors import CoachError, MissingCueError
from skill.coaching.movements import Milliseconds
from skill.coaching.timeline import Sound, Timeline
from skill.guides.frames import (
    FRAME_BYTES,
    FRAME_MS,
    SILENT_FRAME,
    TAIL_FRAMES,
    info_frame,
    turned_down,
)

BED_CUE = f"{BED}.1"
FADE_FRAMES = 20
"""The bed takes half a second to come and to go, 1.5 dB a frame."""
SHORTEST_BED_FRAMES = 3 * FADE_FRAMES
"""In less time it would only come and go."""


class TimelineMismatchError(CoachError):
    """A timeline that cannot be assembled from these cues, as they are."""

    code = "timeline-mismatch"


def assemble(timeline: Timeline, cues: Mapping[str, bytes]) -> bytes:
    """Return the whole guide of a timeline as one MP3 that lasts `timeline.duration` exactly.

    `cues` has the frames of each cue by its id. Raise `MissingCueError` if one is not there,
    and `TimelineMismatchError` if sounds overlap, lie off the 24 ms grid or past the end, or
    have another length than their frames.
    """
    return _join(timeline, timeline.sounds, 0, timeline.duration, cues)


def assemble_clip(
    timeline: Timeline, cues: Mapping[str, bytes], step: int, start: Milliseconds | None = None
) -> bytes:
    """Return one step of a timeline (counted from 0) as an MP3 of its own.

    It begins at `start`, an offset in the timeline, or up to 24 ms earlier, on the grid; a
    sound that has begun before is left out, as half a word says nothing. Raise `IndexError`
    if there is no such step, or `start` is not in it, and what `assemble` raises.
    """
    if not 0 <= step < len(timeline.spans):
        raise IndexError(f"there is no step {step}; the steps are 0 to {len(timeline.spans) - 1}")
    span = timeline.spans[step]
    if start is not None and not span.start <= start < span.end:
        raise IndexError(
            f"step {step} has the offsets {span.start} to {span.end - 1} ms, not {start}"
        )
    begin = span.start if start is None else start - start % FRAME_MS
    sounds = [sound for sound in timeline.sounds if begin <= sound.start < span.end]
    return _join(timeline, sounds, begin, span.end, cues)


def _join(
    timeline: Timeline,
    sounds: Iterable[Sound],
    start: Milliseconds,
    end: Milliseconds,
    cues: Mapping[str, bytes],
) -> bytes:
    """Join the sounds that lie in [start, end), in order; ids and places go into errors."""
    beds = {silence.end for silence in bedded(timeline)}
    if beds and BED_CUE not in cues:
        raise MissingCueError(f"cue {BED_CUE!r} under the holds: it was never rendered")
    frame_count = _frames_of(end - start, "the end") + TAIL_FRAMES
    parts = [info_frame(frame_count)]
    now = start
    for sound in sounds:
        cue, place = sound.cue.id, f"cue {sound.cue.id!r} at {sound.start} ms"
        if cue not in cues:
            raise MissingCueError(f"{place}: it was never rendered")
        frames = cues[cue]
        if sound.start < now:
            raise TimelineMismatchError(f"{place}: the sound before it lasts until {now} ms")
        if len(frames) // FRAME_BYTES != _frames_of(sound.cue.length, place):
            raise TimelineMismatchError(
                f"{place}: it lasts {len(frames) // FRAME_BYTES * FRAME_MS} ms, "
                f"the timeline has {sound.cue.length} ms for it"
            )
        gap = _frames_of(sound.start - now, place)
        parts.append(_bedding(cues[BED_CUE], gap) if sound.start in beds else SILENT_FRAME * gap)
        parts.append(frames)
        now = sound.end
    if now > end:
        raise TimelineMismatchError(f"the last sound lasts until {now} ms, past the end at {end}")
    parts.append(SILENT_FRAME * (_frames_of(end - now, "the end") + TAIL_FRAMES))
    return b"".join(parts)


def _bedding(loop: bytes, count: int) -> bytes:
    """Return so many frames of the bed, softer towards both ends; or silence if they are few."""
    if count < SHORTEST_BED_FRAMES:
        return SILENT_FRAME * count
    size = count * FRAME_BYTES
    frames = bytearray((loop * (size // len(loop) + 1))[:size])
    for number in range(FADE_FRAMES):
        for place in (number, count - 1 - number):
            frame = slice(place * FRAME_BYTES, (place + 1) * FRAME_BYTES)
            frames[frame] = turned_down(bytes(frames[frame]), FADE_FRAMES - number)
    return bytes(frames)


def _frames_of(length: Milliseconds, place: str) -> int:
    frames, rest = divmod(length, FRAME_MS)
    if rest:
        raise TimelineMismatchError(f"{place} lies off the grid of {FRAME_MS} ms")
    return frames
