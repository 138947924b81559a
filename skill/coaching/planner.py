"""The planner: makes a routine fit into the minutes that a runner has.

It may leave movements out, never the first one, which warms up; do more or fewer sets; and
make holds and sets longer or shorter, both sides alike. Of all the ways to fit it takes the
one that changes the routine least. The order of movements always stays.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import combinations
from math import log, log2
from typing import Self

from skill.coaching.errors import PlanError, PlanTooLongError
from skill.coaching.movements import SECOND, Hold, Milliseconds, Reps, within
from skill.coaching.plans import Choices, Plan, Step
from skill.coaching.routines import SETS
from skill.coaching.timeline import Bookmark, Timeline, carried
from skill.coaching.values import replace, value_class

MINUTES = range(3, 21)
"""How many minutes a runner can ask for."""
TOLERANCE = 0.1
"""How far from the minutes asked for a plan may be, as a share of them."""
AS_IT_IS = 0.05
"""How far over them what is planned already may be, to stay as it is."""

FITTED_HOLDS = range(20, 61)
"""Seconds of a hold that was made to fit, unless it was shorter or longer before; the sources ask
for 20 to 30."""
FITTED_REPS = range(5, 21)
"""Repetitions of a set that was made to fit, unless it had fewer or more before; the sources ask
for 12 to 15."""
ROUND_SECONDS = 5
"""Seconds; holds are made to fit in whole fives, as people say them."""

LEAVING_OUT = 1.0
"""What leaving a movement out costs, against making all work 2.7 times as long or as short."""
CHANGING_SETS = 0.7
"""What doubling or halving the sets costs."""

TIGHTNESS = 4.0
"""How much better a plan is that comes nearer to the minutes, among those near enough."""
OVERRUN = 3.0
"""How much worse it is to be over the minutes than under: whoever has ten has no eleven."""

NEARBY = (0.85, 1.0, 1.18)
"""Around the factor that should fit: bounds and whole numbers get in its way."""

LayOut = Callable[[Plan], Timeline]


@value_class
class Fitted:
    """A plan made to fit: how long it is from the runner's place on, and was asked to be."""

    timeline: Timeline
    length: Milliseconds
    asked: Milliseconds

    @property
    def fits(self) -> bool:
        """Whether the plan is near enough to what was asked for."""
        return _near(self.length, self.asked)


@value_class
class Begun:
    """A place in a routine under way; what lies before it cannot be changed any more."""

    timeline: Timeline
    bookmark: Bookmark

    @property
    def step(self) -> Step:
        """The step the runner is in."""
        return self.timeline.plan.steps[self.bookmark.step]

    @property
    def is_released(self) -> bool:
        """Whether the step's work is done."""
        span = self.timeline.spans[self.bookmark.step]
        return self.bookmark.since_begin >= span.release - span.begin

    def offset_in(self, timeline: Timeline) -> Milliseconds:
        """Return where the place is in another plan of the routine that has its step."""
        bookmark = carried(self.bookmark, self.timeline, timeline)
        return timeline.duration if bookmark is None else timeline.offset_of(bookmark)


def fit(plan: Plan, asked: Milliseconds, lay_out: LayOut, begun: Begun | None = None) -> Fitted:
    """Return the plan of the same routine that changes least to last as long as asked.

    With a place, what is still to come from there on shall last so long. If no plan comes near
    enough, it is the nearest of them all. Raise what `lay_out` raises for the plan itself.
    """
    plan.steps  # noqa: B018 - a plan with no movement left has no forms either
    forms = list(_laid_out(plan, lay_out, begun))
    grows = forms[0].length <= asked
    candidates = [
        candidate
        for form in forms
        if grows or not form.has_more_sets
        for candidate in _sized(form, asked, grows=grows)
    ]

    def rank(candidate: _Candidate) -> tuple[bool, float]:
        off = candidate.off(asked)
        if _near(candidate.length, asked):
            return False, candidate.changes + TIGHTNESS * off
        return True, off

    timeline = _first_laid_out(sorted(candidates, key=rank), lay_out)
    passed = begun.offset_in(timeline) if begun else 0
    return Fitted(timeline, timeline.duration - passed, asked)


def _first_laid_out(candidates: Iterable["_Candidate"], lay_out: LayOut) -> Timeline:
    """Lay out the first plan that can be; near a routine's end one may be too long as a whole."""
    for candidate in candidates:
        with suppress(PlanTooLongError):
            return lay_out(candidate.plan)
    raise AssertionError("the plan itself can be laid out, and is among its forms")


@value_class
class _Form:
    """A plan with some movements left out and so many sets, its doses as they were.

    `length` is from the place on, `work` the part of it that is done in its steps, and `changes`
    what it costs to do it so. `has_more_sets`: of some movement, than are wanted.
    """

    plan: Plan
    begun: Begun | None
    length: Milliseconds
    work: Milliseconds
    changes: float
    has_more_sets: bool

    @classmethod
    def of(cls, wanted: Plan, plan: Plan, timeline: Timeline, begun: Begun | None) -> Self:
        """Measure a form of a plan, from the beginning or from a place on."""
        left_out = len(plan.left_out) - len(wanted.left_out)
        sets, sets_wanted = (_mean([p.sets for p in which.portions]) for which in (plan, wanted))
        wanted_of = {portion.part: portion.sets for portion in wanted.portions}
        return cls(
            plan=plan,
            begun=begun,
            length=timeline.duration - (begun.offset_in(timeline) if begun else 0),
            work=_work_left(plan, begun),
            changes=LEAVING_OUT * left_out + CHANGING_SETS * abs(log2(sets / sets_wanted)),
            has_more_sets=any(p.sets > wanted_of.get(p.part, p.sets) for p in plan.portions),
        )


@value_class
class _Candidate:
    """A form with other doses, how long it will be, and what it costs to do it so."""

    plan: Plan
    length: Milliseconds
    changes: float

    @classmethod
    def of(cls, form: _Form, choices: Choices) -> Self:
        """Measure a form with other doses; that needs no laying out."""
        plan = replace(form.plan, choices=choices)
        work = _work_left(plan, form.begun)
        changed = [
            abs(log(step.length / before.length))
            for step, before in zip(plan.steps, form.plan.steps, strict=True)
        ]
        return cls(plan, form.length + work - form.work, form.changes + _mean(changed))

    def off(self, asked: Milliseconds) -> float:
        """How far it is from what was asked for; over it counts more than under."""
        far = log(max(self.length, SECOND) / asked)
        return far * OVERRUN if far > 0 else -far


def _forms(plan: Plan, begun: Begun | None) -> Iterator[Plan]:
    """Yield the plan with every selection of the movements to come, and of sets.

    The first movement is always kept, and so is the one that the runner is in.
    """
    done = {portion.part: plan.routine.parts[portion.part].movement.id for portion in plan.portions}
    reached = begun.step.part if begun else min(done)
    to_come = [movement for part, movement in done.items() if part > reached]
    fewest_sets = begun.step.set_number if begun else SETS.start
    for count in range(len(to_come) + 1):
        for left_out in combinations(to_come, count):
            skipped = plan.choices.skipped
            if left_out:  # and nobody shall step in who had no part so far
                skipped |= {*left_out, *(movement.id for movement in plan.left_out)}
            for sets in (plan.choices.sets, *range(fewest_sets, SETS.stop)):
                yield replace(plan, choices=replace(plan.choices, skipped=skipped, sets=sets))


def _laid_out(plan: Plan, lay_out: LayOut, begun: Begun | None) -> Iterator[_Form]:
    """Yield every form of a plan that can be, which more sets may make too long for."""
    for form in _forms(plan, begun):
        try:
            timeline = lay_out(form)
        except PlanError:
            if form == plan:
                raise
            continue
        yield _Form.of(plan, form, timeline, begun)


def _sized(form: _Form, asked: Milliseconds, *, grows: bool) -> Iterator[_Candidate]:
    """Yield a form with doses as they are, and with those that bring it nearest to the length.

    None of them is longer than it is, unless the form `grows`.
    """
    yield _Candidate(form.plan, form.length, form.changes)
    if not form.work:
        return
    done = sum(step.length for step in _to_come(form.plan, form.begun)) - form.work
    needed = max(asked - (form.length - form.work), SECOND)
    factor = (needed + done) / (form.work + done)
    factors = [factor * nearby for nearby in NEARBY]
    for choices in dict.fromkeys(_scaled(form, factor, grows=grows) for factor in factors):
        if choices != form.plan.choices:
            yield _Candidate.of(form, choices)


def _scaled(form: _Form, factor: float, *, grows: bool) -> Choices:
    """Return a plan's choices with the work to come longer or shorter by a factor, in bounds."""
    choices = form.plan.choices
    to_come = _to_come(form.plan, form.begun)
    holds = [step.dose.seconds for step in to_come if isinstance(step.dose, Hold)]
    reps = [step.dose.count for step in to_come if isinstance(step.dose, Reps)]
    if holds:
        wanted = ROUND_SECONDS * round(factor * _mean(holds) / ROUND_SECONDS)
        seconds = within(_with(FITTED_HOLDS, holds), wanted)
        choices = replace(choices, hold_seconds=seconds if grows else min(seconds, *holds))
    if reps:
        count = within(_with(FITTED_REPS, reps), round(factor * _mean(reps)))
        choices = replace(choices, reps=count if grows else min(count, *reps))
    return choices


def _with(bounds: range, amounts: Sequence[int]) -> range:
    """Return bounds that have room for what is done already."""
    return range(min(bounds.start, *amounts), max(bounds.stop, *(one + 1 for one in amounts)))


def _to_come(plan: Plan, begun: Begun | None) -> Sequence[Step]:
    """Return the steps whose work is still to be done, the one that is under way first."""
    if begun is None:
        return plan.steps
    here = plan.nearest_to(begun.step)
    if here is None:
        return ()
    is_over = begun.is_released and here.part == begun.step.part
    return plan.steps[here.index + is_over :]


def _work_left(plan: Plan, begun: Begun | None) -> Milliseconds:
    """Return the work that is still to be done, from a place on."""
    to_come = _to_come(plan, begun)
    work = sum(step.length for step in to_come)
    if begun is None or not to_come or begun.is_released or to_come[0].part != begun.step.part:
        return work
    return work - min(max(begun.bookmark.since_begin, 0), to_come[0].length)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def _near(length: Milliseconds, asked: Milliseconds) -> bool:
    return abs(length - asked) <= TOLERANCE * asked
