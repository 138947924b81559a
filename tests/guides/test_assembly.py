"""Assembly: each cue's frames lie exactly where the timeline has them."""

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skill.coaching.beds import bedded
from skill.coaching.cues import Cue
from skill.coaching.errors import MissingCueError
from skill.coaching.plans import Choices, Plan
from skill.coaching.timeline import Sound, Span, Timeline
from skill.coaching.values import replace
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

CATALOGUE = load_catalogue()
ROUTINES = CATALOGUE.routines
BEDDED = Plan(ROUTINES["post-run"], CATALOGUE, Choices(bed=True))


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


@settings(deadline=None)
@given(recorded_timelines(), st.data())
def test_a_clip_from_an_offset_is_the_rest_of_it(recorded: tuple, data: st.DataObject) -> None:
    """It has the guide's own frames from there on, and silence for a sound that began before."""
    timeline, cues = recorded
    longer = [number for number, span in enumerate(timeline.spans) if span.start < span.end]
    assume(longer)
    step = data.draw(st.sampled_from(longer))
    span = timeline.spans[step]
    start = data.draw(st.integers(span.start, span.end - 1))
    expected = bytearray(assemble(timeline, cues)[FRAME_BYTES:])
    first, end = (moment // FRAME_MS * FRAME_BYTES for moment in (start, span.end))
    for cut in timeline.sounds:
        begun, over = (moment // FRAME_MS * FRAME_BYTES for moment in (cut.start, cut.end))
        if begun < first < over:
            expected[first:over] = SILENT_FRAME * ((over - first) // FRAME_BYTES)
    clip = assemble_clip(timeline, cues, step, start)
    assert clip[:FRAME_BYTES] == info_frame((end - first) // FRAME_BYTES + TAIL_FRAMES)
    assert clip[FRAME_BYTES:] == expected[first:end] + SILENT_FRAME * TAIL_FRAMES


def test_a_clip_from_its_beginning_is_the_whole_clip() -> None:
    """An offset between two frames counts as the one before it, and the first has all."""
    timeline = timeline_of([sound(48), sound(240)], [Span(24, 24, 480, 480)], 480)
    whole = assemble_clip(timeline, CUES, 0)
    for start in range(24, 48):
        assert assemble_clip(timeline, CUES, 0, start) == whole
    assert assemble_clip(timeline, CUES, 0, 49) == assemble_clip(timeline, CUES, 0, 71)
    assert frames_between(assemble_clip(timeline, CUES, 0, 48), 0, 3) == frames_between(whole, 1, 3)
    assert frames_between(assemble_clip(timeline, CUES, 0, 479), 0, 3) == [SILENT_FRAME] * 3


@pytest.mark.parametrize("start", [-24, -1, 0, 239, 480, 481, 10**20])
def test_a_clip_begins_inside_its_step(start: int) -> None:
    """An offset before the step, at its end or past it is refused with those there are."""
    spans = [Span(0, 0, 240, 240), Span(240, 240, 480, 480)]
    with pytest.raises(IndexError, match=f"step 1 has the offsets 240 to 479 ms, not {start}"):
        assemble_clip(timeline_of([], spans, 480), CUES, 1, start)


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


def bed_of(count: int) -> list[bytes]:
    """The frames of a bed so long; silence where it is too short."""
    if count < SHORTEST_BED_FRAMES:
        return [SILENT_FRAME] * count
    return [
        turned_down(
            LOOP[number % 7 * FRAME_BYTES :][:FRAME_BYTES],
            max(0, FADE_FRAMES - min(number, count - 1 - number)),
        )
        for number in range(count)
    ]


def frames_between(guide: bytes, start: int, count: int) -> list[bytes]:
    """Frames of a guide, counted after its Info frame."""
    places = range((1 + start) * FRAME_BYTES, (1 + start + count) * FRAME_BYTES, FRAME_BYTES)
    return [guide[place : place + FRAME_BYTES] for place in places]


@settings(deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_a_bed_fills_the_silences_of_a_hold_and_no_others(gaps: list[int]) -> None:
    """The guide is the one without a bed, but for those; each has the loop, faded at its ends."""
    timeline, cues = under_a_hold(gaps)
    plain = assemble(replace(timeline, plan=Plan(BEDDED.routine, CATALOGUE)), cues)
    expected = bytearray(plain)
    now = 100
    for gap in gaps:
        now += 3
        place = slice((1 + now) * FRAME_BYTES, (1 + now + gap) * FRAME_BYTES)
        expected[place] = b"".join(bed_of(gap))
        now += gap
    assert assemble(timeline, cues) == bytes(expected)


def test_a_bed_is_under_holds_only() -> None:
    """Between the counts of a set there is no time for it, and no need."""
    set_of_reps = Plan(ROUTINES["pre-run"], CATALOGUE, Choices(bed=True))
    timeline, cues = under_a_hold([200, 200], set_of_reps)
    assert assemble(timeline, cues) == assemble(
        replace(timeline, plan=Plan(ROUTINES["pre-run"], CATALOGUE)), cues
    )


def test_a_clip_has_the_bed_that_the_guide_has() -> None:
    """A step alone sounds as it does in the whole guide."""
    timeline, cues = under_a_hold([200, 30, 90])
    count = timeline.duration // FRAME_MS
    clip, guide = assemble_clip(timeline, cues, 0), assemble(timeline, cues)
    assert frames_between(clip, 0, count) == frames_between(guide, 0, count)


@pytest.mark.parametrize("into_silence", [0, 1, 100, 140, 141, 199])
def test_a_bed_goes_on_in_a_clip_from_an_offset(into_silence: int) -> None:
    """It comes softly from there up to the next sound, if there is time; then all is the same."""
    timeline, cues = under_a_hold([200, 90])
    begin, following = 103 + into_silence, 303
    clip = assemble_clip(timeline, cues, 0, begin * FRAME_MS)
    assert frames_between(clip, 0, 200 - into_silence) == bed_of(200 - into_silence)
    rest = timeline.duration // FRAME_MS - following
    guide = assemble(timeline, cues)
    assert frames_between(clip, following - begin, rest) == frames_between(guide, following, rest)


def test_a_bed_stands_for_a_sound_that_is_left_out() -> None:
    """From the middle of a hold's cue on, it is all silence up to the next one."""
    timeline, cues = under_a_hold([200, 90])
    assert frames_between(assemble_clip(timeline, cues, 0, 101 * FRAME_MS), 0, 202) == bed_of(202)


def test_no_bed_before_a_hold_begins() -> None:
    """A clip from before the begin is silent until then."""
    timeline, cues = under_a_hold([200])
    early = replace(
        timeline,
        sounds=(Sound(0, Cue("hello.1", 72)), *timeline.sounds),
        spans=(replace(timeline.spans[0], start=0), *timeline.spans[1:]),
    )
    for start in (0, 24, 72, 2_376):
        silent = (2_400 - start) // FRAME_MS - 3 * (start == 0)
        frames = frames_between(assemble_clip(early, cues, 0, start), 3 * (start == 0), silent)
        assert frames == [SILENT_FRAME] * silent


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
