"""Fitting: a routine, or what is left of one, made to fit the time that the runner has.

The planner finds how; here it is asked, and what it has changed is said.
"""

from collections.abc import Iterable

from skill.coaching import planner
from skill.coaching.asking import unclear_routine
from skill.coaching.errors import PlanError
from skill.coaching.events import FitTime
from skill.coaching.lines import Length, Line, Together, Value, Wishes, line
from skill.coaching.movements import SECOND, Hold, Milliseconds, Reps
from skill.coaching.outcomes import Outcome
from skill.coaching.planner import Begun
from skill.coaching.plans import Choices, Plan, Portion
from skill.coaching.questions import plain_question, which_one
from skill.coaching.replanning import go_on_with, newly_left_out, still_longer
from skill.coaching.routines import Routine
from skill.coaching.runner import Phase, Question
from skill.coaching.transitions import cautioned
from skill.coaching.turns import Turn
from skill.coaching.values import replace

MINUTE: Milliseconds = 60 * SECOND
LONGEST_TIME: Milliseconds = 60 * MINUTE
"""A time that is longer has been said of when to train, or of nothing that can be planned."""
FEWEST_MINUTES_LEFT = 1
"""How few minutes what is left of a routine can be made to fit into."""

ROUGHLY: Milliseconds = 10 * SECOND
"""To what a length is rounded that is told of a plan."""


def fit_time(turn: Turn, event: FitTime) -> Outcome:
    """Start the routine asked for, or the one of nearly that length, made to fit the time."""
    if event.is_named and event.routine is None:
        return unclear_routine(turn, event)
    if event.time is None:
        return turn.ask(plain_question(Question.HOW_LONG))
    if event.time > LONGEST_TIME:
        return _too_much_time(turn)
    bounds = planner.MINUTES
    time, bounded = _within_minutes(event.time, bounds.start, bounds.stop - 1)
    plan = _nearest(turn, (event.routine,) if event.routine else turn.all_routines, time)
    if plan is None:
        return turn.ask(which_one(), line("nothing-left"))
    fitted = turn.repertoire.fitted(plan, time)
    left_out = newly_left_out(fitted.timeline.plan, plan)
    told: dict[str, Value] = {"routine": plan.routine, "length": _roughly(fitted.length)}
    if not fitted.fits:
        known = line("fitted-nearest", **told)
    elif left_out:
        known = line("fitted-without", **told, movements=Together(left_out))
    else:
        known = line("fitted", **told)
    changed = _resized(fitted.timeline.plan.portions, plan)
    if left_out and not fitted.fits:
        changed = line("left-out", movements=Together(left_out)), *changed
    turn, caution = cautioned(turn)
    return turn.anew().play(fitted.timeline, 0, *caution, *bounded, known, *changed)


def fit_the_rest(turn: Turn, event: FitTime) -> Outcome:
    """Make what is left of this routine fit the time; one that is named is started instead."""
    if event.is_named or event.time is None:
        return fit_time(turn, event)
    if event.time > LONGEST_TIME:
        return _too_much_time(turn)
    is_fine = not (turn.hurts or turn.session.concern)
    if turn.session.phase is Phase.PAUSED and is_fine:
        turn = turn.asked(Question.GO_ON)
    time, bounded = _within_minutes(event.time, FEWEST_MINUTES_LEFT, planner.MINUTES.stop - 1)
    turn = turn.leaving_out(turn.session.unwanted & turn.timeline.plan.choices.skipped)
    begun = Begun(turn.timeline, turn.progress.bookmark)
    skipped = turn.runner.choices.skipped | turn.session.unwanted
    today = replace(turn.runner.choices, skipped=skipped)
    plan = replace(turn.timeline.plan, choices=today, more=None)
    try:
        as_usual = still_longer(turn, plan)
        usual = turn.repertoire.timeline(as_usual.id)
    except PlanError:
        as_usual, usual = turn.timeline.plan, turn.timeline
        plan = replace(as_usual, more=None)
    left = usual.duration - begun.offset_in(usual)
    if left <= max(event.time, time) * (1 + planner.AS_IT_IS):
        is_enough = left <= event.time * (1 + planner.AS_IT_IS)
        is_as_it_was = as_usual == turn.timeline.plan
        known = line("rest-fits" if is_as_it_was else "rest-fitted", length=_roughly(left))
        return go_on_with(turn, as_usual, *(() if is_enough else bounded), known)
    extra = usual.duration - turn.repertoire.timeline(replace(as_usual, more=None).id).duration
    fitted = turn.repertoire.fitted(plan, max(time - extra, SECOND), begun)
    changed = still_longer(turn, fitted.timeline.plan)
    timeline = turn.repertoire.timeline(changed.id)
    length = _roughly(timeline.duration - begun.offset_in(timeline))
    left_out = newly_left_out(changed, plan)
    to_come = [portion for portion in changed.portions if portion.part >= turn.step.part]
    resized = _resized(to_come, turn.timeline.plan)
    if not fitted.fits:
        known, bounded = line("rest-nearest", length=length), ()
        if left_out:
            resized = line("left-out", movements=Together(left_out)), *resized
    elif left_out:
        known = line("rest-fitted-without", length=length, movements=Together(left_out))
    else:
        known = line("rest-fitted", length=length)
    return go_on_with(turn, changed, *bounded, known, *resized)


def _roughly(length: Milliseconds) -> Length:
    """Return a length as it is said: nobody who has ten minutes wants to hear of four seconds."""
    return Length(length if length < MINUTE else ROUGHLY * round(length / ROUGHLY))


def _too_much_time(turn: Turn) -> Outcome:
    """Say how long the coach can plan for, and change nothing."""
    most = Length((planner.MINUTES.stop - 1) * MINUTE)
    return turn.tell(line("too-much-time", length=most))


def _resized(portions: Iterable[Portion], old: Plan) -> tuple[Line, ...]:
    """Say of portions how long holds and sets are now, and how many, if that has changed."""
    before = {portion.part: portion for portion in old.portions}
    both = [(now, before[now.part]) for now in portions if now.part in before]
    changed = [now.dose for now, was in both if now.dose != was.dose]
    sets = {now.sets for now, was in both if now.sets != was.sets}
    now = Choices(
        hold_seconds=max(
            (dose.seconds for dose in changed if isinstance(dose, Hold)), default=None
        ),
        reps=max((dose.count for dose in changed if isinstance(dose, Reps)), default=None),
        sets=max(sets, default=None),
    )
    if now == Choices():
        return ()
    return (line("fitted-by", wishes=Wishes(now, waits=False, skipped=())),)


def _within_minutes(
    time: Milliseconds, fewest: int, most: int
) -> tuple[Milliseconds, tuple[Line, ...]]:
    """Return a time brought within bounds, and what to say if it was outside."""
    bounded = min(max(time, fewest * MINUTE), most * MINUTE)
    told = () if bounded == time else (line("time-bounded", length=Length(bounded)),)
    return bounded, told


def _nearest(turn: Turn, routines: tuple[Routine, ...], time: Milliseconds) -> Plan | None:
    """Return the routine whose usual length is nearest to a time; None if none has a step left."""
    lengths: list[tuple[float, Plan]] = []
    for routine in routines:
        plan = turn.plan_of(routine)
        try:
            duration = turn.repertoire.timeline(plan.id).duration
        except PlanError:
            continue
        lengths.append((max(duration / time, time / duration), plan))
    return min(lengths, key=lambda found: found[0])[1] if lengths else None
