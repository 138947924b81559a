"""The timeline: a plan laid out in time. Everything that depends on time reads it here.

    opening | announce, instruct, settle | begin, half-way, last seconds | release |
            | change sides (or rest), settle | begin, ...                | closing

Beats follow each other without a gap, so each moment belongs to exactly one of them; sounds
lie inside beats and never overlap. A cue that would run into the next one is left out, never
cut. From begin to release a step lasts its dose exactly, whatever is said in between.
"""

from bisect import bisect_right
from collections import Counter
from enum import StrEnum
from functools import cached_property

from skill.coaching import cues
from skill.coaching.cues import FRAME, Cue, CueSheet
from skill.coaching.errors import PlanTooLongError
from skill.coaching.movements import SECOND, Hold, Milliseconds, Need, Reps
from skill.coaching.plans import Plan, Step
from skill.coaching.values import field, value_class

LONGEST_PLAN: Milliseconds = 60 * 60 * SECOND
LONGEST_CLIP: Milliseconds = 240 * SECOND
"""All audio in one spoken answer; Alexa's limit. No step may be longer."""

BREATH: Milliseconds = 408
"""Between two sentences that belong together."""
PAUSE: Milliseconds = 816
"""Between two thoughts."""
CHANGE_SIDES: Milliseconds = 6 * SECOND
"""Silence to change sides in; runners ask for five to ten seconds."""
REST: Milliseconds = 12 * SECOND
"""Silence between two sets of a movement."""
STILL: Milliseconds = 4 * SECOND
"""The least silence between the last instruction and the begin."""
SAME_POSTURE: Milliseconds = 8 * SECOND
"""From a movement's name to its begin: time to listen and get into place."""
NEW_POSTURE: Milliseconds = 12 * SECOND
"""The same when the posture changes."""
NEW_EQUIPMENT: Milliseconds = 15 * SECOND
"""The same when there is a band to put on or a chair to sit down on."""


FEW_REPS = 9
"""In fewer repetitions, of an odd number, no place is near enough to the half to be called so."""


class BeatKind(StrEnum):
    """What a stretch of the timeline is for."""

    OPENING = "opening"
    ANNOUNCE = "announce"
    INSTRUCT = "instruct"
    CHANGE = "change"
    REST = "rest"
    SETTLE = "settle"
    BEGIN = "begin"
    HALF_WAY = "half-way"
    LAST = "last"
    RELEASE = "release"
    CLOSING = "closing"

    @property
    def is_work(self) -> bool:
        """Whether the runner holds or moves during this beat."""
        return self in {BeatKind.BEGIN, BeatKind.HALF_WAY, BeatKind.LAST}


@value_class
class Sound:
    """A cue at its place in the timeline."""

    start: Milliseconds
    cue: Cue

    @property
    def end(self) -> Milliseconds:
        """The first moment after the cue."""
        return self.start + self.cue.length


@value_class
class Beat:
    """One stretch of one step: [start, end)."""

    kind: BeatKind
    step: int
    start: Milliseconds
    end: Milliseconds


@value_class
class Span:
    """Where one step lies: its first moment, its begin, its release, its end."""

    start: Milliseconds
    begin: Milliseconds
    release: Milliseconds
    end: Milliseconds


@value_class
class Bookmark:
    """A place that outlives a new recording of the cues.

    Counted from the step's begin, so that a hold goes on at the same second even if the
    words before it have become longer; negative while the runner still gets into place.
    """

    step: int
    since_begin: Milliseconds


@value_class
class Place:
    """What is true at one moment of a routine."""

    offset: Milliseconds
    step: Step
    beat: BeatKind
    work_left: Milliseconds
    routine_left: Milliseconds

    @property
    def reps_left(self) -> int:
        """Repetitions still to finish, the current one included; 0 for a hold."""
        dose = self.step.dose
        if not isinstance(dose, Reps):
            return 0
        return min(dose.count, -(-self.work_left // (dose.seconds_each * SECOND)))


@value_class
class Timeline:
    """A plan laid out in time; every moment in milliseconds from the start of its guide."""

    plan: Plan
    beats: tuple[Beat, ...] = field(repr=False)
    sounds: tuple[Sound, ...] = field(repr=False)
    spans: tuple[Span, ...]
    duration: Milliseconds

    @cached_property
    def _starts(self) -> list[Milliseconds]:
        return [beat.start for beat in self.beats]

    def at(self, offset: Milliseconds) -> Place:
        """Return the place at an offset; one before the start or past the end is brought in."""
        offset = min(max(offset, 0), self.duration)
        beat = self.beats[bisect_right(self._starts, offset) - 1]
        span, step = self.spans[beat.step], self.plan.steps[beat.step]
        return Place(
            offset=offset,
            step=step,
            beat=beat.kind,
            work_left=span.release - min(max(offset, span.begin), span.release),
            routine_left=self.duration - offset,
        )

    def announcement(self, step: int) -> Milliseconds:
        """Return where a step is named as what comes next; for the first, after the opening."""
        return next(
            beat.start
            for beat in self.beats
            if beat.step == step and beat.kind is not BeatKind.OPENING
        )

    def entry(self, step: int) -> Milliseconds:
        """Return where to come into a step that has been named already, out of its order.

        That is after what only makes sense in order: the opening, the naming of the next
        movement, the call to change sides or to rest.
        """
        return next(
            beat.start
            for beat in self.beats
            if beat.step == step and beat.kind in {BeatKind.INSTRUCT, BeatKind.SETTLE}
        )

    def played_out(self, step: int) -> Milliseconds:
        """Return the place after a step that was heard to its end, and is not left yet."""
        return self.spans[step].release + FRAME

    def explains(self, step: int) -> bool:
        """Whether a step says how its movement is done; only the first of each part does."""
        return any(beat.step == step and beat.kind is BeatKind.INSTRUCT for beat in self.beats)

    def heard_by(self, offset: Milliseconds) -> Cue | None:
        """Return the last words that began by an offset; counts and chimes are none."""
        spoken = (
            sound.cue
            for sound in reversed(self.sounds)
            if sound.start <= offset and not sound.cue.id.startswith(cues.NOT_WORDS)
        )
        return next(spoken, None)

    def bookmark(self, offset: Milliseconds) -> Bookmark:
        """Return what to keep of an offset; `offset_of` is the way back."""
        place = self.at(offset)
        return Bookmark(place.step.index, place.offset - self.spans[place.step.index].begin)

    def offset_of(self, bookmark: Bookmark) -> Milliseconds:
        """Return the offset of a bookmark, brought inside its step."""
        span = self.spans[min(max(bookmark.step, 0), len(self.spans) - 1)]
        return min(max(span.begin + bookmark.since_begin, span.start), span.end)


def lay_out(plan: Plan, sheet: CueSheet) -> Timeline:
    """Lay a plan out in time with the cues as they were recorded.

    Raise `MissingCueError` if a line was never recorded, and `PlanTooLongError` over 60 minutes or
    with a step over 240 seconds.
    """
    layout = _Layout(plan, sheet)
    layout.open()
    for step in plan.steps:
        layout.prepare(step)
        layout.work(step)
        layout.release(step)
    layout.close()
    timeline = layout.timeline()
    if timeline.duration > LONGEST_PLAN:
        raise PlanTooLongError(
            f"plan {plan.id} would run {-(-timeline.duration // (60 * SECOND))} minutes; "
            f"a plan runs at most {LONGEST_PLAN // (60 * SECOND)}"
        )
    for step, span in zip(plan.steps, timeline.spans, strict=True):
        if span.end - span.start > LONGEST_CLIP:
            raise PlanTooLongError(
                f"one step of plan {plan.id}, {step.movement.id}, would run "
                f"{-(-(span.end - span.start) // SECOND)} seconds; "
                f"a step runs at most {LONGEST_CLIP // SECOND}"
            )
    return timeline


def carried(bookmark: Bookmark, old: Timeline, new: Timeline) -> Bookmark | None:
    """Return the place in a plan that was changed: the same step, at the same second of its work.

    A set counted at another pace goes on at the same repetition. Where another movement stands
    in, it is begun anew, unless the step was done. Where it was, or is left out, the place is
    before what comes after it, and there is none if nothing does.
    """
    before = old.plan.steps[bookmark.step]
    now = new.plan.nearest_to(before)
    if now is None:
        return None
    span, was = new.spans[now.index], old.spans[before.index]
    if now.part != before.part or now.extra is not before.extra:
        return Bookmark(now.index, new.announcement(now.index) - span.begin)
    since = bookmark.since_begin
    if now.movement != before.movement:
        if since < was.release - was.begin:
            return Bookmark(now.index, new.entry(now.index) - span.begin)
        if now.index + 1 == len(new.spans):
            return None
        following = new.spans[now.index + 1]
        return Bookmark(now.index + 1, following.start - following.begin)
    if since >= was.release - was.begin:
        since += (span.release - span.begin) - (was.release - was.begin)
    elif since > 0:
        if isinstance(before.dose, Reps) and isinstance(now.dose, Reps):
            since = since * now.dose.seconds_each // before.dose.seconds_each
        since = min(since, span.release - span.begin)
    return Bookmark(now.index, since)


def on_grid(moment: Milliseconds) -> Milliseconds:
    """Return the moment of the frame grid nearest to this one."""
    return (moment + FRAME // 2) // FRAME * FRAME


class _Layout:
    """A timeline in the making: a pen that moves forward through time."""

    def __init__(self, plan: Plan, sheet: CueSheet) -> None:
        self.plan, self.sheet = plan, sheet
        self.now: Milliseconds = 0
        self.beats: list[Beat] = []
        self.sounds: list[Sound] = []
        self.named: Milliseconds = 0
        self.said = Counter[str]()
        self.starts: list[Milliseconds] = []
        self.begins: list[Milliseconds] = []
        self.releases: list[Milliseconds] = []

    def open(self) -> None:
        started = self.now
        self._say(cues.opening(self.plan.routine.id), gap=PAUSE)
        if gear := self.plan.gear:
            self._say(cues.gear(gear), gap=PAUSE)
        self._beat(BeatKind.OPENING, 0, started)

    def prepare(self, step: Step) -> None:
        """Everything before the begin: which movement, which side, how, and time for it."""
        self.starts.append(self.now if step.index else 0)
        previous = self.plan.steps[step.index - 1] if step.index else None
        if previous is None or previous.part != step.part:
            self._introduce(step, previous)
        else:
            self._change(step, previous)
        started = self.now
        self._wait(self._time_to_settle(step, previous))
        self._say("ready", gap=BREATH)
        self._beat(BeatKind.SETTLE, step.index, started)

    def work(self, step: Step) -> None:
        """The dose itself, from the begin chime up to the release chime."""
        begin, release = self.now, self.now + on_grid(step.length)
        self.begins.append(begin)
        self.releases.append(release)
        self._place(begin, release, cues.chime("begin"))
        if isinstance(step.dose, Hold):
            half, last = self._hold(begin, release)
        else:
            half, last = self._reps(step.dose, begin, release)
        for kind, start, end in (
            (BeatKind.BEGIN, begin, half),
            (BeatKind.HALF_WAY, half, last),
            (BeatKind.LAST, last, release),
        ):
            self.now = end
            self._beat(kind, step.index, start)

    def release(self, step: Step) -> None:
        started = self.now
        self._say(cues.chime("release"))
        kind = "hold" if isinstance(step.dose, Hold) else "reps"
        self._say(f"release/{kind}", gap=PAUSE)
        self._beat(BeatKind.RELEASE, step.index, started)

    def close(self) -> None:
        started = self.now
        self._say("closing", gap=PAUSE)
        self._beat(BeatKind.CLOSING, len(self.plan.steps) - 1, started)

    def timeline(self) -> Timeline:
        ends = [*self.starts[1:], self.now]
        return Timeline(
            plan=self.plan,
            beats=tuple(self.beats),
            sounds=tuple(sorted(self.sounds, key=lambda sound: sound.start)),
            spans=tuple(map(Span, self.starts, self.begins, self.releases, ends)),
            duration=self.now,
        )

    def _introduce(self, step: Step, previous: Step | None) -> None:
        started = self.now
        if previous is None:
            lead = "lead/first"
        elif self.plan.next_movement(step) is None:
            lead = "lead/last"
        else:
            lead = "lead/next"
        self._say(lead, gap=BREATH // 2)
        self._say(cues.name_of(step.movement, step.side), gap=BREATH)
        self._beat(BeatKind.ANNOUNCE, step.index, started)
        started = self.named = self.now
        self._say(cues.instruction(step.movement, step.side, self.plan.choices.detail), gap=BREATH)
        self._beat(BeatKind.INSTRUCT, step.index, started)

    def _change(self, step: Step, previous: Step) -> None:
        started = self.now
        new_set = step.set_number != previous.set_number
        if new_set:
            self._say("rest", gap=BREATH)
            self._wait(REST - CHANGE_SIDES)
            self._say(cues.set_call(step.set_number, step.sets), gap=BREATH)
        if step.extra:
            self._say("extra", gap=BREATH)
        changes_sides = step.side is not previous.side
        if changes_sides:
            self._say(cues.change_to(step.movement, step.side), gap=BREATH)
        kind = BeatKind.CHANGE if changes_sides and not new_set else BeatKind.REST
        self._beat(kind, step.index, started)

    def _time_to_settle(self, step: Step, previous: Step | None) -> Milliseconds:
        """Return the silence before the begin; people get into place while they listen."""
        if previous is not None and previous.part == step.part:
            return CHANGE_SIDES
        worn = previous.movement.needs if previous else frozenset()
        if (step.movement.needs - worn) & {Need.BAND, Need.CHAIR}:
            needed = NEW_EQUIPMENT
        elif previous is None or previous.movement.posture is not step.movement.posture:
            needed = NEW_POSTURE
        else:
            needed = SAME_POSTURE
        return max(STILL, needed - (self.now - self.named))

    def _hold(
        self, begin: Milliseconds, release: Milliseconds
    ) -> tuple[Milliseconds, Milliseconds]:
        length = release - begin
        half = begin + on_grid(length // 2)
        last = release - on_grid(cues.COUNTDOWN_SECONDS * SECOND)
        if self.plan.choices.countdown:
            self._place(last, release, "countdown")
        self._place(half, last, cues.chime("half"), "half")
        self._place(begin + on_grid(length // 4), half, "breathe")
        return min(half, last), last

    def _reps(
        self, dose: Reps, begin: Milliseconds, release: Milliseconds
    ) -> tuple[Milliseconds, Milliseconds]:
        """Count each repetition at its top; chimes and calls come where one ends."""

        def after(halves: int) -> Milliseconds:
            return begin + on_grid(halves * dose.seconds_each * SECOND // 2)

        half_way = (dose.count + 1) // 2
        half_is_true = dose.count % 2 == 0 or dose.count >= FEW_REPS
        for done in range(dose.count):
            top, end = after(2 * done + 1), after(2 * done + 2)
            self._place(top, min(end, release), cues.count(done + 1))
            if done == 0:
                continue
            start = after(2 * done)
            if done == dose.count - 1:
                calls = [cues.chime("rep"), "last-rep"]
            elif done == half_way and half_is_true:
                calls = [cues.chime("half"), "half"]
            else:
                calls = [cues.chime("rep")]
            if not self._place(start, top, *calls):
                self._place(start, top, calls[0])
        last = after(2 * (dose.count - 1))
        return min(after(2 * half_way), last), last

    def _place(self, start: Milliseconds, end: Milliseconds, *lines: str) -> bool:
        """Put lines one after the other at `start` if they end by `end`; else leave them out."""
        picked = [self._pick(line) for line in lines]
        if start + sum(cue.length for cue in picked) > end:
            return False
        for cue in picked:
            self.sounds.append(Sound(start, cue))
            start += cue.length
        self.said.update(lines)
        return True

    def _say(self, line: str, *, gap: Milliseconds = 0) -> None:
        cue = self._pick(line)
        self.said[line] += 1
        self.sounds.append(Sound(self.now, cue))
        self._wait(cue.length + gap)

    def _pick(self, line: str) -> Cue:
        """Take a line's variants one after the other, each routine from another one on."""
        return self.sheet.pick(line, len(self.plan.routine.parts) + self.said[line])

    def _wait(self, length: Milliseconds) -> None:
        self.now += on_grid(length)

    def _beat(self, kind: BeatKind, step: int, start: Milliseconds) -> None:
        if self.now > start:
            self.beats.append(Beat(kind, step, start, self.now))
