"""The timeline: beats, sounds and places of any plan, with any voice."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from skill.coaching.beds import bedded
from skill.coaching.cues import COUNTDOWN_SECONDS, FRAME, CueSheet
from skill.coaching.errors import MissingCueError, PlanTooLongError
from skill.coaching.movements import Hold, Reps
from skill.coaching.plans import parse_plan_id
from skill.coaching.timeline import (
    CHANGE_SIDES,
    LONGEST_CLIP,
    LONGEST_PLAN,
    STILL,
    BeatKind,
    Bookmark,
    Timeline,
    lay_out,
)
from skill.coaching.values import replace
from tests.coaching.scenes import CATALOGUE, SHEET, plan_ids, sheets

HALF_A_FRAME = FRAME // 2


def laid_out(plan_id: str, sheet: CueSheet = SHEET) -> Timeline:
    """Lay out a plan by its id."""
    return lay_out(parse_plan_id(plan_id, CATALOGUE), sheet)


@st.composite
def timelines(draw) -> Timeline:
    """Draw any plan that is not too long, in any recording."""
    try:
        return laid_out(draw(plan_ids()), draw(sheets()))
    except PlanTooLongError:
        assume(condition=False)


def sounds_within(timeline: Timeline, start: int, end: int) -> list[str]:
    """Return the lines heard from one moment up to another."""
    return [
        sound.cue.id.rpartition(".")[0] for sound in timeline.sounds if start <= sound.start < end
    ]


class TestStructure:
    @given(timelines())
    def test_beats_fill_the_time_without_overlap(self, timeline):
        """Each beat begins where the last one ended, from zero to the end."""
        starts = [beat.start for beat in timeline.beats]
        ends = [beat.end for beat in timeline.beats]
        assert starts == [0, *ends[:-1]]
        assert ends[-1] == timeline.duration
        assert all(beat.start < beat.end for beat in timeline.beats)

    @given(timelines())
    def test_no_cue_cuts_another_off(self, timeline):
        """Sounds follow each other; the next one starts when the last one is over."""
        for sound, following in pairwise(timeline.sounds):
            assert sound.end <= following.start
        assert timeline.sounds[-1].end <= timeline.duration

    @given(timelines())
    def test_everything_starts_on_a_frame(self, timeline):
        """Sounds, beats and spans lie on the grid of whole frames."""
        moments = [sound.start for sound in timeline.sounds]
        moments += [beat.end for beat in timeline.beats]
        moments += [moment for span in timeline.spans for moment in (span.begin, span.release)]
        assert all(moment % FRAME == 0 for moment in moments)

    @given(timelines())
    def test_work_lasts_its_dose_on_both_sides(self, timeline):
        """From begin to release a step lasts its dose, to half a frame, left as right."""
        lengths = {}
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True):
            length = span.release - span.begin
            assert abs(length - step.length) <= HALF_A_FRAME
            lengths.setdefault((step.part, step.set_number), set()).add(length)
        assert all(len(both_sides) == 1 for both_sides in lengths.values())

    @given(timelines())
    def test_begin_and_release_are_marked_by_their_chimes(self, timeline):
        """The begin chime sounds at each begin, the release chime at each release."""
        at = {sound.start: sound.cue.id for sound in timeline.sounds}
        for span in timeline.spans:
            assert at[span.begin] == "chime/begin.1"
            assert at[span.release] == "chime/release.1"
        chimes = [cue for cue in at.values() if cue in {"chime/begin.1", "chime/release.1"}]
        assert len(chimes) == 2 * len(timeline.spans)


class TestCoaching:
    @given(timelines())
    def test_movement_and_side_are_named_before_they_begin(self, timeline):
        """Before each begin the runner has heard which movement, and which side."""
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True):
            heard = sounds_within(timeline, span.start, span.begin)
            name = f"{step.movement.id}/{step.side}"
            names_a_new_movement = f"name/{name}" in heard
            names_the_side = f"change/{name}" in heard
            names_the_set = any(line.startswith("set/") for line in heard)
            is_once_more = "extra" in heard
            assert names_a_new_movement or names_the_side or names_the_set or is_once_more
            if names_a_new_movement:
                assert f"instruct/{name}/{timeline.plan.choices.detail}" in heard

    @given(timelines())
    def test_changing_sides_takes_six_quiet_seconds(self, timeline):
        """Between the call to change sides and the next begin lie six quiet seconds."""
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True):
            calls = [
                sound
                for sound in timeline.sounds
                if sound.cue.id.startswith(f"change/{step.movement.id}/{step.side}")
                and span.start <= sound.start < span.begin
            ]
            if calls:
                after = next(s.start for s in timeline.sounds if s.start >= calls[0].end)
                assert after - calls[0].end >= CHANGE_SIDES

    @given(timelines())
    def test_there_is_time_to_get_into_place(self, timeline):
        """Before every begin there is a silence to settle in."""
        for beat in timeline.beats:
            if beat.kind is BeatKind.SETTLE:
                first = next(s.start for s in timeline.sounds if s.start >= beat.start)
                assert first - beat.start >= STILL

    def test_a_hold_is_accompanied(self):
        """A hold of thirty seconds has its half, a breath, and its last seconds counted."""
        timeline = laid_out("post-run")
        span = timeline.spans[0]
        heard = {s.cue.id.rpartition(".")[0]: s.start - span.begin for s in timeline.sounds
                 if span.begin <= s.start < span.release}  # fmt: skip
        assert list(heard) == ["chime/begin", "breathe", "chime/half", "half", "countdown"]
        assert heard["chime/half"] == 15_000
        assert heard["countdown"] == 30_000 - COUNTDOWN_SECONDS * 1000 + FRAME // 3

    def test_a_short_hold_leaves_out_what_does_not_fit(self):
        """In ten seconds there is no room for the half, so nothing is said of it."""
        timeline = laid_out("post-run_h10")
        span = timeline.spans[0]
        heard = sounds_within(timeline, span.begin, span.release)
        assert heard == ["chime/begin", "breathe", "countdown"]

    @given(timelines())
    def test_every_repetition_is_counted_at_its_top(self, timeline):
        """Counts come one a repetition, in order, half a repetition after it starts."""
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True):
            if isinstance(step.dose, Reps):
                counts = [
                    (sound.cue.id, sound.start - span.begin)
                    for sound in timeline.sounds
                    if sound.cue.id.startswith("count/")
                    and span.begin <= sound.start < span.release
                ]
                pace = step.dose.seconds_each * 1000
                assert [cue.partition(".")[0] for cue, _ in counts] == [
                    f"count/{number}" for number in range(1, step.dose.count + 1)
                ]
                for number, (_, since_begin) in enumerate(counts):
                    assert abs(since_begin - (number * pace + pace // 2)) <= HALF_A_FRAME

    def test_the_last_repetition_and_the_last_movement_are_announced(self):
        """The runner hears that this is the last repetition, and the last movement."""
        timeline = laid_out("pre-run")
        for span in timeline.spans:
            assert "last-rep" in sounds_within(timeline, span.begin, span.release)
        final = timeline.spans[-2]
        assert "lead/last" in sounds_within(timeline, final.start, final.begin)

    def test_sets_are_announced_by_number(self):
        """The second and third set are called as what they are."""
        timeline = laid_out("glute-stretch")
        calls = [s.cue.id for s in timeline.sounds if s.cue.id.startswith("set/")]
        assert [call.rpartition(".")[0] for call in calls] == ["set/2/3", "set/3/3"]

    def test_often_heard_lines_vary(self):
        """The same line twice in a row takes another of its variants."""
        timeline = laid_out("post-run")
        ready = [s.cue.id for s in timeline.sounds if s.cue.id.startswith("ready")]
        assert all(one != other for one, other in pairwise(ready))

    @given(plan_ids())
    def test_a_bed_moves_nothing(self, plan_id):
        """With a bed or without one every sound and every beat is at the same moment."""
        plan = parse_plan_id(plan_id, CATALOGUE)
        try:
            with_bed, without = (
                lay_out(replace(plan, choices=replace(plan.choices, bed=bed)), SHEET)
                for bed in (True, False)
            )
        except PlanTooLongError:
            assume(condition=False)
        assert (with_bed.sounds, with_bed.beats) == (without.sounds, without.beats)
        assert (with_bed.spans, with_bed.duration) == (without.spans, without.duration)
        assert bedded(without) == ()

    @given(timelines())
    def test_a_bed_lies_in_all_silences_of_holds(self, timeline):
        """Sounds and bed together fill every hold, and the bed nothing else."""
        filled = 0
        for silence in bedded(timeline):
            assert silence.start < silence.end
            filled += silence.end - silence.start
        holds = [
            (span.begin, span.release)
            for step, span in zip(timeline.plan.steps, timeline.spans, strict=True)
            if isinstance(step.dose, Hold) and timeline.plan.choices.bed
        ]
        sounding = sum(
            sound.cue.length
            for sound in timeline.sounds
            for begin, release in holds
            if begin <= sound.start < release
        )
        assert filled == sum(release - begin for begin, release in holds) - sounding
        assert all(
            any(begin <= silence.start and silence.end <= release for begin, release in holds)
            for silence in bedded(timeline)
        )

    def test_brief_says_less(self):
        """A brief plan has the short instructions and is over sooner."""
        assert laid_out("post-run_brief").duration < laid_out("post-run").duration
        assert not any("/full" in s.cue.id for s in laid_out("post-run_brief").sounds)

    @given(timelines())
    def test_the_half_of_a_set_is_marked(self, timeline):
        """Half-way through a set there is its chime, even where there is no time for words."""
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True):
            even = isinstance(step.dose, Reps) and step.dose.count % 2 == 0
            if even and step.dose.count >= 4:
                assert "chime/half" in sounds_within(timeline, span.begin, span.release)


class TestPlaces:
    @given(timelines(), st.data())
    def test_at_is_monotone(self, timeline, data):
        """As time goes on steps never go back, and what is left never grows."""
        offsets = sorted(data.draw(st.lists(st.integers(-50, timeline.duration + 50), min_size=2)))
        places = [timeline.at(offset) for offset in offsets]
        for earlier, later in pairwise(places):
            assert earlier.step.index <= later.step.index
            assert earlier.routine_left >= later.routine_left
            if earlier.step == later.step:
                assert earlier.work_left >= later.work_left

    @given(timelines(), st.data())
    def test_what_is_left_adds_up(self, timeline, data):
        """In a hold, what is left of it and what has passed make its length."""
        step = data.draw(st.sampled_from(timeline.plan.steps))
        span = timeline.spans[step.index]
        offset = data.draw(st.integers(span.begin, span.release - 1))
        place = timeline.at(offset)
        assert place.step == step
        assert place.beat.is_work
        assert place.work_left == span.release - offset
        assert place.routine_left == timeline.duration - offset
        if isinstance(step.dose, Reps):
            assert 1 <= place.reps_left <= step.dose.count
        else:
            assert place.reps_left == 0

    def test_before_and_after_the_work(self):
        """Before the begin the whole dose is left, after the release nothing."""
        timeline = laid_out("post-run")
        span = timeline.spans[1]
        assert timeline.at(span.begin - 1).work_left == 30_000 // FRAME * FRAME
        assert timeline.at(span.release).work_left == 0

    def test_an_offset_outside_is_brought_in(self):
        """Before the start is the start, past the end is the end."""
        timeline = laid_out("desk")
        assert timeline.at(-1) == timeline.at(0)
        assert timeline.at(10**9).beat is BeatKind.CLOSING
        assert timeline.at(10**9).routine_left == 0

    @given(timelines(), st.data())
    def test_bookmarks_round_trip(self, timeline, data):
        """A bookmark leads back to the offset it was made of."""
        offset = data.draw(st.integers(0, timeline.duration))
        assert timeline.offset_of(timeline.bookmark(offset)) == offset

    @given(plan_ids(), sheets(), sheets(), st.data())
    @settings(max_examples=50)
    def test_bookmarks_outlive_a_new_recording(self, plan_id, old_sheet, new_sheet, data):
        """The same second of the same hold is found with other cue lengths."""
        try:
            old, new = laid_out(plan_id, old_sheet), laid_out(plan_id, new_sheet)
        except PlanTooLongError:
            assume(condition=False)
        step = data.draw(st.sampled_from(old.plan.steps))
        span = old.spans[step.index]
        offset = data.draw(st.integers(span.begin, span.release))
        place = new.at(new.offset_of(old.bookmark(offset)))
        assert place.step == step
        assert place.work_left == old.at(offset).work_left

    @given(timelines(), st.integers(-5, 99), st.integers(-(10**9), 10**9))
    def test_any_bookmark_is_somewhere(self, timeline, step, since_begin):
        """A bookmark that fits no step is brought into the nearest one."""
        offset = timeline.offset_of(Bookmark(step, since_begin))
        assert 0 <= offset <= timeline.duration


class TestLimits:
    def test_a_plan_over_sixty_minutes_is_refused(self):
        """A plan longer than an hour is refused with its length."""
        with pytest.raises(PlanTooLongError, match=r"would run 6\d minutes; a plan runs at"):
            laid_out("strength_r30_p8")

    def test_a_step_over_a_clip_is_refused(self):
        """A step longer than an answer may be is refused by name."""
        with pytest.raises(PlanTooLongError, match=r"heel-bridge, would run 2\d+ seconds"):
            laid_out("pre-run_r30_p8")

    @given(timelines())
    def test_the_limits_hold(self, timeline):
        """What is laid out is within an hour, and each step within a clip."""
        assert timeline.duration <= LONGEST_PLAN
        assert all(span.end - span.start <= LONGEST_CLIP for span in timeline.spans)

    def test_a_line_without_a_recording_is_named(self):
        """A cue that was never recorded is an error, not a silence."""
        lengths = {line: cut for line, cut in SHEET.lengths.items() if line != "breathe"}
        with pytest.raises(MissingCueError, match="no cue is recorded for 'breathe'"):
            laid_out("post-run", CueSheet(lengths))

    def test_holds_of_every_length_can_be_chosen(self):
        """From ten seconds to two minutes every hold is laid out to its length."""
        for seconds in (10, 20, 45, 120):
            timeline = laid_out(f"post-run_h{seconds}")
            assert timeline.plan.steps[0].dose == Hold(seconds)
            span = timeline.spans[0]
            assert abs(span.release - span.begin - seconds * 1000) <= HALF_A_FRAME
