"""Assembly: each cue's frames lie exactly where the timeline has them."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.coaching.beds import bedded
from skill.coaching.cues import Cue
from skill.coaching.errors import MissingCueError
from skill.coaching.plans import Choices, Plan
from skill.coaching.timeline import Sound, Span, Timeline
from skill.content.catalogue import load_catalogue
from skill.guides.assembly import (
    FADE_FRAMES,
    SHORTEST_BED_FRAMES,
    TimelineMismatchError,
    assemble,
    assemble_clip,
)
from skill.guides.frames import (
    FRAME_BYTES,
    FRAME_MS,
    SILENT_FRAME,
    TAIL_FRAMES,
    info_frame,
    turned_down,
)
from tests.guides.recordings import CUES, frames_of, recorded_timelines, timeline_of

ROUTINES = load_catalogue().routines
BEDDED = Plan(ROUTINES["post-run"], Choices(bed=True))


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


LOOP = frames_of("bed.1", 7)


def under_a_hold(gaps: list[int], plan: Plan = BEDDED) -> tuple[Timeline, dict[str, bytes]]:
    """A hold, with such gaps (in frames) after each of its cues, between two other gaps."""
    sounds, now = [], 100 * FRAME_MS
    begin = now
    for gap in gaps:
        sounds.append(Sound(now, Cue("hello.1", 3 * FRAME_MS)))
        now += (3 + gap) * FRAME_MS
    release, end = now, now + 103 * FRAME_MS
    sounds.append(Sound(release, Cue("hello.1", 3 * FRAME_MS)))
    spans = [Span(0, begin, release, end)] + [Span(end, end, end, end)] * (len(plan.steps) - 1)
    timeline = Timeline(plan, (), tuple(sounds), tuple(spans), end)
    return timeline, CUES | {"bed.1": LOOP}


def frames_between(guide: bytes, start: int, count: int) -> list[bytes]:
    """Frames of a guide, counted after its Info frame."""
    places = range((1 + start) * FRAME_BYTES, (1 + start + count) * FRAME_BYTES, FRAME_BYTES)
    return [guide[place : place + FRAME_BYTES] for place in places]


@settings(deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_a_bed_fills_the_silences_of_a_hold_and_no_others(gaps: list[int]) -> None:
    """The guide is the one without a bed, but for those; each has the loop, faded at its ends."""
    timeline, cues = under_a_hold(gaps)
    plain = assemble(replace(timeline, plan=Plan(BEDDED.routine)), cues)
    expected = bytearray(plain)
    now = 100
    for gap in gaps:
        now += 3
        for number in range(gap if gap >= SHORTEST_BED_FRAMES else 0):
            loop = LOOP[number % 7 * FRAME_BYTES :][:FRAME_BYTES]
            from_edge = min(number, gap - 1 - number)
            softer = turned_down(loop, max(0, FADE_FRAMES - from_edge))
            place = (1 + now + number) * FRAME_BYTES
            expected[place : place + FRAME_BYTES] = softer
        now += gap
    assert assemble(timeline, cues) == bytes(expected)


def test_a_bed_is_under_holds_only() -> None:
    """Between the counts of a set there is no time for it, and no need."""
    set_of_reps = Plan(ROUTINES["pre-run"], Choices(bed=True))
    timeline, cues = under_a_hold([200, 200], set_of_reps)
    assert assemble(timeline, cues) == assemble(
        replace(timeline, plan=Plan(ROUTINES["pre-run"])), cues
    )


def test_a_clip_has_the_bed_that_the_guide_has() -> None:
    """A step alone sounds as it does in the whole guide."""
    timeline, cues = under_a_hold([200, 30, 90])
    count = timeline.duration // FRAME_MS
    clip, guide = assemble_clip(timeline, cues, 0), assemble(timeline, cues)
    assert frames_between(clip, 0, count) == frames_between(guide, 0, count)


def test_a_bed_that_was_never_rendered_is_named() -> None:
    """A plan that has it there gets no silence in its stead."""
    timeline, _ = under_a_hold([200])
    with pytest.raises(MissingCueError, match=r"'bed\.1' under the holds"):
        assemble(timeline, CUES)


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
    assert fastest(timeline, {"cue.1": cue}) < seconds / 50_000


def test_a_bed_takes_hardly_longer() -> None:
    """A guide of ten minutes with a bed in 60 silences is within the same bound."""
    timeline, cues = under_a_hold([10_000 // FRAME_MS] * 60)
    assert len(bedded(timeline)) == 60
    assert fastest(timeline, cues) < timeline.duration / 1000 / 50_000


def fastest(timeline: Timeline, cues: dict[str, bytes]) -> float:
    """The seconds that assembling takes when nothing disturbs it."""
    times = []
    for _ in range(9):
        started = time.perf_counter()
        assemble(timeline, cues)
        times.append(time.perf_counter() - started)
    return min(times)
