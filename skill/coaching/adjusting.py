"""Adjusting: what the coach does when a runner wants it otherwise, one short function each.

Wishes last, and count at once: the routine under way goes on from the same place. What is
out of bounds is brought to the nearest bound, and that is said.
"""

from collections.abc import Callable
from dataclasses import replace

from skill.coaching import planner
from skill.coaching.errors import PlanError
from skill.coaching.events import (
    BringBack,
    Event,
    FitTime,
    HoldFor,
    MoreTime,
    SkipForGood,
    TighterSide,
    WithAgain,
    Without,
)
from skill.coaching.lines import Easier, Length, Line, Together, WorkLeft, line
from skill.coaching.movements import (
    HOLD_SECONDS,
    REP_COUNTS,
    REP_SECONDS,
    SECOND,
    Dose,
    Hold,
    Milliseconds,
    Movement,
    Reps,
)
from skill.coaching.outcomes import Outcome
from skill.coaching.planner import Begun, Fitted
from skill.coaching.plans import Choices, Detail, More, Plan
from skill.coaching.routines import Routine
from skill.coaching.runner import Phase, Question
from skill.coaching.transitions import cautioned, end, is_named, unclear_movement
from skill.coaching.turns import Turn, spot_of

MINUTE: Milliseconds = 60 * SECOND
FEWEST_MINUTES_LEFT = 1
"""How few minutes what is left of a routine can be made to fit into."""
HOLD_STEP = 10
"""Seconds that holds become longer or shorter by, and one hold by if nobody says how much."""
REPS_STEP = 2
"""Repetitions that one set becomes longer by if nobody says how many."""
USUAL_HOLD = 30
USUAL_REP_SECONDS = 4


# So much time


def fit_time(turn: Turn, event: FitTime) -> Outcome:
    """Start the routine asked for, or the one that changes least, made to fit the time."""
    if turn.session.asked is Question.HOLD_SECONDS and event.time and not event.routine:
        return hold_for(turn, HoldFor(event.time // SECOND))
    if event.time is None:
        return turn.ask(turn.ask_for(Question.HOW_LONG))
    bounds = planner.MINUTES
    time, bounded = _within_minutes(event.time, bounds.start, bounds.stop - 1)
    routines = (event.routine,) if event.routine else turn.all_routines
    plan = _nearest(turn, routines, time)
    if plan is None:
        return turn.ask(turn.which_one(), line("nothing-would-be-left"))
    fitted = planner.fit(plan, time, lambda form: turn.repertoire.timeline(form.id))
    turn, caution = cautioned(turn)
    told = _told_of_fit(fitted, plan)
    return turn.play(fitted.timeline, 0, *caution, *bounded, told)


def fit_the_rest(turn: Turn, event: FitTime) -> Outcome:
    """Make what is left of this routine fit the time; another one named is started instead."""
    other = event.routine is not None and event.routine != turn.timeline.plan.routine
    if other or event.time is None or turn.session.asked is Question.HOLD_SECONDS:
        return fit_time(turn, event)
    time, bounded = _within_minutes(event.time, FEWEST_MINUTES_LEFT, planner.MINUTES.stop - 1)
    left, plan = turn.place.routine_left, turn.timeline.plan
    if left <= time * (1 + planner.TOLERANCE):
        fits = line("rest-fits", length=Length(left))
        if turn.session.phase is Phase.PLAYING:
            return turn.tell(*bounded, fits)
        return turn.play(turn.timeline, turn.place.offset, *bounded, fits)
    begun = Begun(turn.timeline, turn.progress.bookmark)
    unlengthened = replace(plan, more=None)
    fitted = planner.fit(unlengthened, time, lambda form: turn.repertoire.timeline(form.id), begun)
    length = Length(fitted.length)
    left_out = _newly_left_out(fitted.timeline.plan, plan)
    if not fitted.fits:
        told = line("rest-nearest", length=length)
    elif left_out:
        told = line("rest-fitted-without", length=length, movements=Together(left_out))
    else:
        told = line("rest-fitted", length=length)
    offset = begun.offset_in(fitted.timeline)
    return turn.move_into(fitted.timeline, offset, *bounded, told, play=True)


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


def _told_of_fit(fitted: Fitted, wanted: Plan) -> Line:
    routine, length = wanted.routine, Length(fitted.length)
    left_out = _newly_left_out(fitted.timeline.plan, wanted)
    if not fitted.fits:
        return line("fitted-nearest", routine=routine, length=length)
    if left_out:
        movements = Together(left_out)
        return line("fitted-without", routine=routine, length=length, movements=movements)
    return line("fitted", routine=routine, length=length)


# Holds and sets


def hold_for(turn: Turn, event: HoldFor) -> Outcome:
    """Make every hold last so long."""
    if event.seconds is None:
        return turn.ask(turn.ask_for(Question.HOLD_SECONDS))
    seconds = _within(HOLD_SECONDS, event.seconds)
    known = "holds-set" if seconds == event.seconds else "holds-bounded"
    told = line(known, length=Length(seconds * SECOND))
    return turn.wish(lambda choices: replace(choices, hold_seconds=seconds), told)


def hold_longer(turn: Turn, _: Event) -> Outcome:
    """Make every hold longer."""
    return hold_for(turn, HoldFor(_usual_hold(turn) + HOLD_STEP))


def hold_shorter(turn: Turn, _: Event) -> Outcome:
    """Make every hold shorter."""
    return hold_for(turn, HoldFor(_usual_hold(turn) - HOLD_STEP))


def count_slower(turn: Turn, _: Event) -> Outcome:
    """Take more time for each repetition."""
    return _count(turn, _usual_rep_seconds(turn) + 1)


def count_faster(turn: Turn, _: Event) -> Outcome:
    """Take less time for each repetition."""
    return _count(turn, _usual_rep_seconds(turn) - 1)


def more_time(turn: Turn, event: MoreTime) -> Outcome:
    """Make just this hold or set longer; one that is over goes on."""
    step, plan = turn.step, turn.timeline.plan
    before = plan.more.amount if plan.more and plan.more.step == step.index else 0
    amount = min(_more_of(step.dose, event), _longest_more(step.dose))
    if amount <= 0:
        return turn.tell(line("more-most"))
    longer = replace(plan, more=More(step.index, before + amount))
    try:
        timeline = turn.repertoire.timeline(longer.id)
    except PlanError:
        return turn.tell(line("more-most"))
    span = turn.timeline.spans[step.index]
    since = min(turn.place.offset, span.release) - span.begin
    offset = timeline.spans[step.index].begin + since
    milliseconds = timeline.plan.steps[step.index].length - step.length
    told = line("more", left=WorkLeft(amount if isinstance(step.dose, Reps) else 0, milliseconds))
    return turn.move_into(timeline, offset, told, play=turn.session.phase is Phase.STEPPING)


def _usual_hold(turn: Turn) -> int:
    """Return the seconds of a hold as this runner knows it, of this one rather than another."""
    return next(
        (dose.seconds for dose in _doses(turn) if isinstance(dose, Hold)),
        turn.runner.choices.hold_seconds or USUAL_HOLD,
    )


def _usual_rep_seconds(turn: Turn) -> int:
    return next(
        (dose.seconds_each for dose in _doses(turn) if isinstance(dose, Reps)),
        turn.runner.choices.rep_seconds or USUAL_REP_SECONDS,
    )


def _doses(turn: Turn) -> list[Dose]:
    """Return the doses of the routine under way, as planned: this movement's first."""
    if turn.session.progress is None:
        return []
    parts = turn.timeline.plan.parts
    here = [dose for place, _, dose, _ in parts if place == turn.step.part]
    return [*here, *(dose for _, _, dose, _ in parts)]


def _count(turn: Turn, asked: int) -> Outcome:
    seconds = _within(REP_SECONDS, asked)
    known = "count-set" if seconds == asked else "count-bounded"
    told = line(known, length=Length(seconds * SECOND))
    return turn.wish(lambda choices: replace(choices, rep_seconds=seconds), told)


def _more_of(dose: Dose, event: MoreTime) -> int:
    """Return how many seconds or repetitions more are wanted; what is no amount, is the usual."""
    if isinstance(dose, Hold):
        wanted = event.seconds if event.seconds is not None else event.number
        return wanted if wanted and wanted > 0 else HOLD_STEP
    wanted = event.number
    if event.seconds is not None:
        wanted = -(-event.seconds // dose.seconds_each)
    return wanted if wanted and wanted > 0 else REPS_STEP


def _longest_more(dose: Dose) -> int:
    if isinstance(dose, Hold):
        return HOLD_SECONDS.stop - 1 - dose.seconds
    return REP_COUNTS.stop - 1 - dose.count


# Sides


def tighter_side(turn: Turn, event: TighterSide) -> Outcome:
    """Give the tighter side one hold more."""
    if event.side is None:
        return turn.ask(turn.ask_for(Question.WHICH_SIDE))
    side = event.side
    return turn.wish(lambda choices: replace(choices, tight=side), line("tight", side=side))


def even_sides(turn: Turn, _: Event) -> Outcome:
    """Give both sides the same."""
    return turn.wish(lambda choices: replace(choices, tight=None), line("tight-none"))


# Other movements


def without(turn: Turn, event: Without) -> Outcome:
    """Do without something: movements that need it make room for others."""
    if event.need is None:
        return turn.ask(turn.ask_for(Question.WHAT_IS_MISSING))
    need = event.need
    return _swapping(
        turn,
        lambda choices: replace(choices, without=choices.without | {need}),
        line("without", need=need),
    )


def with_again(turn: Turn, event: WithAgain) -> Outcome:
    """Use again what was lacking."""
    need = event.need
    if need is None:
        told = line("with-everything")
        return turn.wish(lambda choices: replace(choices, without=frozenset()), told)
    told = line("with-again", need=need)
    return turn.wish(lambda choices: replace(choices, without=choices.without - {need}), told)


def skip_for_good(turn: Turn, event: SkipForGood) -> Outcome:
    """Leave a movement out from now on: the one named, or this one."""
    if unclear := unclear_movement(turn, event):
        return unclear
    movement = event.movement or turn.step.movement
    told = line("skipped-for-good", movement=movement)

    def skip(choices: Choices) -> Choices:
        return replace(choices, skipped=choices.skipped | {movement.id})

    is_last = (
        turn.session.progress is not None
        and turn.step.movement == movement
        and turn.timeline.plan.next_movement(turn.step) is None
    )
    if is_last and len(turn.timeline.plan.parts) > 1:
        runner = replace(turn.runner, choices=skip(turn.runner.choices))
        return end(replace(turn, runner=runner), told)
    return turn.wish(skip, told)


def skip_for_good_idle(turn: Turn, event: SkipForGood) -> Outcome:
    """Leave a movement out that is named; with nothing under way there is no "this one"."""
    if is_named(event):
        return skip_for_good(turn, event)
    return turn.ask(turn.anything_else(line("skip-which")))


def bring_back(turn: Turn, event: BringBack) -> Outcome:
    """Do a movement again that was left out for good."""
    if not turn.skipped:
        return turn.tell(line("nothing-skipped"))
    back: tuple[Movement, ...] = turn.skipped
    if is_named(event):
        if unclear := unclear_movement(turn, event):
            return unclear
        back = tuple(m for m in (event.movement, *event.others) if m in turn.skipped)
        if not back and event.movement:
            return turn.tell(line("not-skipped", movement=event.movement))
    if len(back) != 1:
        return turn.ask(turn.what_to_bring_back())
    (movement,) = back
    told = line("brought-back", movement=movement)
    return turn.wish(
        lambda choices: replace(choices, skipped=choices.skipped - {movement.id}), told
    )


def easier(turn: Turn, _: Event) -> Outcome:
    """Do the easier form of this movement at this place, or tell how to make it easier.

    After pain it goes on only because the runner has said so.
    """
    plan, movement = turn.timeline.plan, turn.step.movement
    form = plan.easier_form(movement)
    if form is None:
        return turn.tell(line("easier", easier=Easier(movement)))
    changed = replace(plan, easier=plan.easier | {movement.id}, more=None)
    timeline = turn.repertoire.timeline(changed.id)
    step = timeline.plan.nearest_to(turn.step)
    told = line("easier-instead", spot=spot_of(step))
    play = turn.session.phase is not Phase.PAUSED or turn.session.asked is Question.SKIP_IT
    return turn.move_into(timeline, timeline.entry(step.index), told, play=play)


def _swapping(turn: Turn, change: Callable[[Choices], Choices], told: Line) -> Outcome:
    """Change what a runner has, and say which movements come and go by it."""
    if turn.session.progress is None:
        return turn.wish(change, told)
    old = turn.timeline.plan
    new = replace(old, choices=change(old.choices))
    come = tuple(movement for movement in new.movements if movement not in old.movements)
    gone = _newly_left_out(new, old)
    lines = [told]
    if come:
        lines.append(line("instead", movements=Together(come)))
    if gone:
        lines.append(line("left-out", movements=Together(gone)))
    return turn.wish(change, *lines)


def _newly_left_out(new: Plan, old: Plan) -> tuple[Movement, ...]:
    return tuple(movement for movement in new.left_out if movement not in old.left_out)


# How the coach coaches


def less_talking(turn: Turn, _: Event) -> Outcome:
    """Give brief instructions."""
    return turn.wish(lambda choices: replace(choices, detail=Detail.BRIEF), line("brief"))


def tell_everything(turn: Turn, _: Event) -> Outcome:
    """Give full instructions."""
    return turn.wish(lambda choices: replace(choices, detail=Detail.FULL), line("full"))


def no_countdown(turn: Turn, _: Event) -> Outcome:
    """Count no last seconds."""
    return turn.wish(lambda choices: replace(choices, countdown=False), line("countdown-off"))


def countdown(turn: Turn, _: Event) -> Outcome:
    """Count the last seconds."""
    return turn.wish(lambda choices: replace(choices, countdown=True), line("countdown-on"))


def soft_sound(turn: Turn, _: Event) -> Outcome:
    """Lay a soft sound under holds."""
    return turn.wish(lambda choices: replace(choices, bed=True), line("sound-on"))


def no_sound(turn: Turn, _: Event) -> Outcome:
    """Leave holds silent."""
    return turn.wish(lambda choices: replace(choices, bed=False), line("sound-off"))


def usual_settings(turn: Turn, _: Event) -> Outcome:
    """Do everything as it comes."""
    runner = replace(turn.runner, waits=False)
    return replace(turn, runner=runner).wish(lambda _: Choices(), line("settings-usual"))


def wait_for_me(turn: Turn, _: Event) -> Outcome:
    """Wait after each step from now on."""
    return _waiting(turn, waits=True).tell(line("waiting"))


def wait_from_here(turn: Turn, _: Event) -> Outcome:
    """Wait after each step from this one on, which goes on at its second."""
    waiting = _waiting(turn, waits=True)
    return waiting.play(turn.timeline, turn.place.offset, line("waiting"))


def run_on(turn: Turn, _: Event) -> Outcome:
    """Run on by itself from now on."""
    known = "running-on" if turn.moment.has_player else "cannot-run-on"
    return _waiting(turn, waits=False).tell(line(known))


def run_on_from_here(turn: Turn, event: Event) -> Outcome:
    """Run on by itself with the next step; where the device cannot, go on waiting."""
    running = _waiting(turn, waits=False)
    if not running.runs_on or running.following is None:
        return run_on(turn, event)
    return running.play_step(running.following, line("running-on"))


def _waiting(turn: Turn, *, waits: bool) -> Turn:
    return replace(turn, runner=replace(turn.runner, waits=waits))


def _within(bounds: range, value: int) -> int:
    return min(max(value, bounds.start), bounds.stop - 1)
