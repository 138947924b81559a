"""Assembly: each cue's frames lie exactly where the timeline has them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.coaching.cues import Cue
from skill.coaching.errors import MissingCueError
from skill.coaching.timeline import Sound, Span
from skill.guides.assembly import TimelineMismatchError, assemble, assemble_clip
from skill.guides.frames import FRAME_BYTES, FRAME_MS, SILENT_FRAME, TAIL_FRAMES, info_frame
from tests.guides.recordings import CUES, frames_of, recorded_timelines, timeline_of


@settings(deadline=None)
@given(recorded_timelines())
def test_a_guide_has_every_cue_at_its_place_and_silence_elsewhere(recorded: tuple) -> None:
    """Byte offset is time: the frames of each sound stand there, and nothing else does."""
    timeline, cues = recorded
    frames = assemble(timeline, cues)
    count = timeline.duration // FRAME_MS + TAIL_FRAMES
    assert frames[:FRAME_BYTES] == info_frame(count)
    expected = bytearray(SILENT_FRAME * count)
    for sound in timeline.sounds:
        start = sound.start // FRAME_MS * FRAME_BYTES
        expected[start : start + len(cues[sound.cue.id])] = cues[sound.cue.id]
    assert frames[FRAME_BYTES:] == bytes(expected)


@settings(deadline=None)
@given(recorded_timelines(), st.data())
def test_a_clip_is_the_guides_own_frames_of_one_step(recorded: tuple, data: st.DataObject) -> None:
    """What is heard in a clip is what the whole guide has between the step's start and end."""
    timeline, cues = recorded
    step = data.draw(st.integers(0, len(timeline.spans) - 1))
    span = timeline.spans[step]
    whole = assemble(timeline, cues)[FRAME_BYTES:]
    start, end = (moment // FRAME_MS * FRAME_BYTES for moment in (span.start, span.end))
    clip = assemble_clip(timeline, cues, step)
    assert clip[:FRAME_BYTES] == info_frame((span.end - span.start) // FRAME_MS + TAIL_FRAMES)
    assert clip[FRAME_BYTES:] == whole[start:end] + SILENT_FRAME * TAIL_FRAMES


def sound(start: int, cue: str = "hello.1") -> Sound:
    return Sound(start, Cue(cue, len(CUES[cue]) // FRAME_BYTES * FRAME_MS))


@pytest.mark.parametrize(
    ("sounds", "duration", "complaint"),
    [
        ([sound(0), sound(48)], 240, "cue 'hello.1' at 48 ms: the sound before it lasts until 72"),
        ([sound(0), sound(75)], 240, "cue 'hello.1' at 75 ms lies off the grid"),
        ([sound(0)], 250, "the end lies off the grid"),
        ([sound(192)], 240, "the last sound lasts until 264 ms, past the end at 240"),
        ([Sound(0, Cue("hello.1", 96))], 240, "it lasts 72 ms, the timeline has 96 ms for it"),
        ([Sound(-24, Cue("hello.1", 72))], 240, "cue 'hello.1' at -24 ms"),
    ],
)
def test_a_timeline_that_does_not_fit_its_cues_is_refused(
    sounds: list[Sound], duration: int, complaint: str
) -> None:
    """Overlaps, places off the grid and other lengths are named, never played."""
    timeline = timeline_of(sounds, [Span(0, 0, duration, duration)], duration)
    with pytest.raises(TimelineMismatchError, match=complaint):
        assemble(timeline, CUES)


def test_a_cue_without_frames_is_named() -> None:
    """A sound that was never rendered is no silence."""
    timeline = timeline_of([Sound(24, Cue("gone.1", 24))], [], 240)
    with pytest.raises(MissingCueError, match=r"'gone\.1' at 24 ms"):
        assemble(timeline, CUES)


@pytest.mark.parametrize("step", [-1, 1])
def test_a_step_that_is_not_there_has_no_clip(step: int) -> None:
    """Steps count from 0, and not from behind."""
    with pytest.raises(IndexError, match=f"no step {step}; the steps are 0 to 0"):
        assemble_clip(timeline_of([], [Span(0, 0, 240, 240)], 240), CUES, step)


def test_ten_minutes_are_assembled_in_a_moment() -> None:
    """A guide of ten minutes with 300 cues takes less than a 50,000th of its length."""
    cue, seconds = frames_of("cue.1", 60), 600
    sounds = [Sound(start, Cue("cue.1", 1440)) for start in range(0, seconds * 1000 - 1440, 1992)]
    timeline = timeline_of(sounds, [], seconds * 1000)
    times = []
    for _ in range(9):
        started = time.perf_counter()
        assemble(timeline, {"cue.1": cue})
        times.append(time.perf_counter() - started)
    assert min(times) < seconds / 50_000
