"""Adjusting: what the coach does when a runner wants it otherwise, one short function each.

A wish counts at once and lasts; what fits the time, more of one hold and an easier form are
for this routine only. What is out of bounds is brought to the nearest bound; what is so by far
was hardly meant, and changes nothing.
"""

from collections.abc import Callable

from skill.coaching.asking import ask_which_movement, movement_meant, nothing_on
from skill.coaching.events import (
    BringBack,
    Event,
    FitTime,
    GiveMe,
    HoldFor,
    MoreTime,
    OtherSide,
    RepsFor,
    SkipForGood,
    SkipForToday,
    TighterSide,
    WithAgain,
    Without,
)
from skill.coaching.fitting import fit_the_rest, fit_time
from skill.coaching.lines import Easier, Length, Line, Together, WorkLeft, line
from skill.coaching.movements import (
    HOLD_SECONDS,
    REP_COUNTS,
    REP_SECONDS,
    SECOND,
    Dose,
    Hold,
    Movement,
    Reps,
    within,
)
from skill.coaching.outcomes import Outcome
from skill.coaching.plans import Choices, Detail, More
from skill.coaching.questions import anything_else, plain_question, what_to_bring_back
from skill.coaching.replanning import Change, go_on_with, newly_left_out, still_longer, wish
from skill.coaching.runner import Phase, Question
from skill.coaching.timeline import LONGEST_CLIP, LONGEST_PLAN
from skill.coaching.transitions import (
    nothing_to_pause,
    other_side,
    pause,
    pause_stepping,
    still_paused,
)
from skill.coaching.turns import Turn
from skill.coaching.values import replace

HOLD_STEP = 10
"""Seconds that holds become longer or shorter by, and one hold by if nobody says how much."""
REPS_STEP = 2
"""Repetitions that one set becomes longer by if nobody says how many."""
USUAL_HOLD = 30
USUAL_REP_SECONDS = 4


# Holds and sets


def hold_for(turn: Turn, event: HoldFor) -> Outcome:
    """Make every hold last so long; who was asked how much time there is, has answered that."""
    if event.seconds is None:
        return turn.ask(plain_question(Question.HOLD_SECONDS))
    if turn.session.asked is Question.HOW_LONG:
        return fit_time(turn, FitTime(time=event.seconds * SECOND))
    return _hold(turn, event.seconds, lambda _, seconds: seconds, keeps_more=False)


def fit_or_hold(turn: Turn, event: FitTime) -> Outcome:
    """Make a routine fit a time, or take that for how long holds last, if that was asked."""
    seconds = _seconds_asked_for(turn, event)
    return fit_time(turn, event) if seconds is None else hold_for(turn, HoldFor(seconds))


def fit_the_rest_or_hold(turn: Turn, event: FitTime) -> Outcome:
    """Make what is left fit a time, or take that for how long holds last, if that was asked."""
    seconds = _seconds_asked_for(turn, event)
    return fit_the_rest(turn, event) if seconds is None else hold_for(turn, HoldFor(seconds))


def _seconds_asked_for(turn: Turn, event: FitTime) -> int | None:
    """Return how long holds shall last, where a time answers that; None where it does not."""
    if event.is_named or event.time is None:
        return None
    return event.time // SECOND if turn.session.asked is Question.HOLD_SECONDS else None


def hold_for_or_fit(turn: Turn, event: HoldFor) -> Outcome:
    """Make every hold last so long, or what is left of the routine, if that was asked."""
    if event.seconds is not None and turn.session.asked is Question.HOW_LONG:
        return fit_the_rest(turn, FitTime(time=event.seconds * SECOND))
    return hold_for(turn, event)


def reps_for(turn: Turn, event: RepsFor) -> Outcome:
    """Make every set have so many repetitions; where none are counted, ask for seconds instead."""
    if event.number is None:
        if _none_here(turn, Reps):
            return turn.ask(plain_question(Question.HOLD_SECONDS), line("only-holds-here"))
        return turn.ask(plain_question(Question.HOW_MANY_REPS))
    if _is_far_from(REP_COUNTS, event.number):
        return turn.tell(line("reps-from-to"))
    number = within(REP_COUNTS, event.number)
    told = line("reps-set" if number == event.number else "reps-bounded", number=number)
    more = _none_here(turn, Reps)
    return wish(turn, lambda choices: replace(choices, reps=number), told, *more, keeps_more=False)


def hold_longer(turn: Turn, _: Event) -> Outcome:
    """Make every hold longer; what was chosen longer still for good, stays."""
    return _hold(turn, _usual_hold(turn) + HOLD_STEP, max)


def hold_shorter(turn: Turn, _: Event) -> Outcome:
    """Make every hold shorter; what was chosen shorter still for good, stays."""
    return _hold(turn, _usual_hold(turn) - HOLD_STEP, min)


def _hold(
    turn: Turn, asked: int, lasting: Callable[[int, int], int], *, keeps_more: bool = True
) -> Outcome:
    if _is_far_from(HOLD_SECONDS, asked):
        return turn.tell(line("holds-from-to"))
    seconds = within(HOLD_SECONDS, asked)
    chosen = lasting(turn.runner.choices.hold_seconds or seconds, seconds)
    known = "holds-set" if seconds == asked else "holds-bounded"
    return wish(
        turn,
        lambda choices: replace(choices, hold_seconds=seconds),
        line(known, length=Length(seconds * SECOND)),
        *_none_here(turn, Hold),
        lasting=lambda choices: replace(choices, hold_seconds=chosen),
        keeps_more=keeps_more,
    )


def _is_far_from(bounds: range, value: int) -> bool:
    """Whether a number is nothing at all, or more than twice the most there can be."""
    return value <= 0 or value > 2 * (bounds.stop - 1)


def count_slower(turn: Turn, _: Event) -> Outcome:
    """Take more time for each repetition."""
    return _count(turn, _usual_rep_seconds(turn) + 1)


def count_faster(turn: Turn, _: Event) -> Outcome:
    """Take less time for each repetition."""
    return _count(turn, _usual_rep_seconds(turn) - 1)


def more_time(turn: Turn, event: MoreTime) -> Outcome:
    """Make just this hold or set longer; one that is over goes on."""
    step, plan = turn.step, turn.timeline.plan
    wanted = _more_of(step.dose, event)
    if wanted <= 0:
        return turn.tell(line("never-mind"))
    amount = min(wanted, _most_more(turn))
    if amount <= 0:
        return turn.tell(line("more-most"))
    before = plan.more.amount if plan.more and plan.more.step == step.index else 0
    longer = replace(plan, more=More(step.index, before + amount))
    timeline = turn.repertoire.timeline(longer.id)
    span = turn.timeline.spans[step.index]
    since = min(turn.place.offset, span.release) - span.begin
    offset = timeline.spans[step.index].begin + since
    is_set = isinstance(step.dose, Reps)
    known = "more" if amount == wanted else "more-bounded"
    told = line(known, left=WorkLeft(amount if is_set else 0, amount * SECOND))
    return turn.move_into(timeline, offset, told, play=turn.session.phase is Phase.STEPPING)


def less_time(turn: Turn, _: Event) -> Outcome:
    """Own up that just this hold or set cannot be made shorter, and say how to leave it."""
    return turn.tell(line("no-less-here"))


def give_me_idle(turn: Turn, event: GiveMe) -> Outcome:
    """Take so many seconds for an answer, or say that there is nothing to wait with."""
    return _seconds_given(turn, event, fit_time) or nothing_to_pause(turn, event)


def give_me(turn: Turn, event: GiveMe) -> Outcome:
    """Wait as long as the runner likes, who has asked for so many seconds."""
    return _seconds_given(turn, event, fit_the_rest) or pause(turn, event)


def give_me_paused(turn: Turn, event: GiveMe) -> Outcome:
    """Go on waiting."""
    return _seconds_given(turn, event, fit_the_rest) or still_paused(turn, event)


def give_me_stepping(turn: Turn, event: GiveMe) -> Outcome:
    """Wait in the middle of a step, or between two."""
    return _seconds_given(turn, event, fit_the_rest) or pause_stepping(turn, event)


def _seconds_given(
    turn: Turn, event: GiveMe, fit: Callable[[Turn, FitTime], Outcome]
) -> Outcome | None:
    """Take so many seconds for the answer to how long something shall last, if that was asked."""
    if turn.session.asked is Question.HOLD_SECONDS:
        return hold_for(turn, HoldFor(event.seconds))
    if turn.session.asked is Question.HOW_LONG:
        return fit(turn, FitTime(time=event.seconds * SECOND))
    return None


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
    portions = turn.timeline.plan.portions
    here = [portion.dose for portion in portions if portion.part == turn.step.part]
    return [*here, *(portion.dose for portion in portions)]


def _count(turn: Turn, asked: int) -> Outcome:
    seconds = within(REP_SECONDS, asked)
    known = "count-set" if seconds == asked else "count-bounded"
    told = line(known, length=Length(seconds * SECOND))
    told_more = _none_here(turn, Reps)
    return wish(turn, lambda choices: replace(choices, rep_seconds=seconds), told, *told_more)


def _none_here(turn: Turn, kind: type[Dose]) -> tuple[Line, ...]:
    """Own up if the routine under way has none of what a wish is about: holds, or repetitions."""
    if turn.session.progress is None or turn.timeline.plan.has(kind):
        return ()
    return (line("no-holds-here" if kind is Hold else "no-reps-here"),)


def _more_of(dose: Dose, event: MoreTime) -> int:
    """Return how many seconds or repetitions more are wanted; if no amount is named, the usual."""
    if isinstance(dose, Hold):
        wanted = event.seconds if event.seconds is not None else event.number
        return HOLD_STEP if wanted is None else wanted
    wanted = event.number
    if event.seconds is not None:
        wanted = -(-event.seconds // dose.seconds_each)
    return REPS_STEP if wanted is None else wanted


def _most_more(turn: Turn) -> int:
    """Return how many seconds or repetitions more there can be, by the dose and by the step."""
    dose, span = turn.step.dose, turn.timeline.spans[turn.step.index]
    room = max(LONGEST_CLIP - (span.end - span.start), 0) // SECOND
    room = min(room, (LONGEST_PLAN - turn.timeline.duration) // SECOND)
    if isinstance(dose, Hold):
        return min(HOLD_SECONDS.stop - 1 - dose.seconds, room)
    return min(REP_COUNTS.stop - 1 - dose.count, room // dose.seconds_each)


# Sides


def tighter_side(turn: Turn, event: TighterSide) -> Outcome:
    """Give the tighter side one hold more."""
    if event.side is None:
        return turn.ask(plain_question(Question.WHICH_SIDE))
    side = event.side
    told = line("tight", side=side), *_none_here(turn, Hold)
    return wish(turn, lambda choices: replace(choices, tight=side), *told)


def side_named(turn: Turn, event: OtherSide) -> Outcome:
    """Take a side for the answer to which is tighter, where that was asked; or else go there."""
    if event.side is not None and turn.session.asked is Question.WHICH_SIDE:
        return tighter_side(turn, TighterSide(event.side))
    return other_side(turn, event)


def side_idle(turn: Turn, event: OtherSide) -> Outcome:
    """Take a side for an answer; with nothing under way there is none to go to."""
    answers = event.side is not None and turn.session.asked is Question.WHICH_SIDE
    return side_named(turn, event) if answers else nothing_on(turn, event)


def even_sides(turn: Turn, _: Event) -> Outcome:
    """Give both sides the same."""
    told = line("tight-none"), *_none_here(turn, Hold)
    return wish(turn, lambda choices: replace(choices, tight=None), *told)


# Other movements


def without(turn: Turn, event: Without) -> Outcome:
    """Do without something: movements that need it make room for others."""
    if event.need is None:
        return turn.ask(plain_question(Question.WHAT_IS_MISSING))
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
        return wish(turn, lambda choices: replace(choices, without=frozenset()), told)
    told = line("with-again", need=need)
    return wish(turn, lambda choices: replace(choices, without=choices.without - {need}), told)


def skip_for_today(turn: Turn, event: SkipForToday) -> Outcome:
    """Leave a movement out of this routine; one must be named, as `NextMovement` skips this one."""
    if not event.is_named:
        return turn.ask(anything_else(line("skip-what")))
    movement, plan = movement_meant(turn, event), turn.timeline.plan
    if movement is None:
        return ask_which_movement(turn, event)
    if movement not in plan.movements:
        return turn.tell(line("not-in-routine", movement=movement))
    to_come = {portion.movement for portion in plan.portions if portion.part >= turn.step.part}
    if movement not in to_come:
        return turn.tell(line("not-to-come", movement=movement))
    skipped = plan.choices.skipped | {movement.id}
    changed = replace(plan, choices=replace(plan.choices, skipped=skipped), more=None)
    told = line("left-out", movements=Together((movement,)))
    going = turn.leaving_out(turn.session.unwanted | {movement.id})
    return go_on_with(turn, still_longer(turn, changed), told, runner=going.runner)


def skip_next(turn: Turn, _: Event) -> Outcome:
    """Leave the next movement out of this routine."""
    following = turn.timeline.plan.next_movement(turn.step)
    if following is None:
        return turn.tell(line("next-none"))
    return skip_for_today(turn, SkipForToday(following.movement))


def skip_for_good(turn: Turn, event: SkipForGood) -> Outcome:
    """Leave a movement out from now on: the one named, or this one."""
    movement = movement_meant(turn, event)
    if movement is None:
        return ask_which_movement(turn, event)
    return wish(
        turn,
        lambda choices: replace(choices, skipped=choices.skipped | {movement.id}),
        line("skipped-for-good", movement=movement),
    )


def skip_for_good_idle(turn: Turn, event: SkipForGood) -> Outcome:
    """Leave a movement out that is named; with nothing under way there is no "this one"."""
    if event.is_named:
        return skip_for_good(turn, event)
    return turn.ask(anything_else(line("skip-which")))


def bring_back(turn: Turn, event: BringBack) -> Outcome:
    """Do a movement again that was left out, for good or just today."""
    left_out = turn.left_out
    if event.movement and event.movement not in left_out and _is_elsewhere(turn, event.movement):
        return turn.tell(line("not-in-routine", movement=event.movement))
    if not left_out:
        return turn.tell(line("nothing-skipped"))
    named = (event.movement,) if event.movement else event.others
    back = tuple(movement for movement in named or left_out if movement in left_out)
    if not back and event.movement:
        return turn.tell(line("not-skipped", movement=event.movement))
    if len(back) != 1 or (event.heard and not named):
        return turn.ask(what_to_bring_back(turn))
    (movement,) = back
    return wish(
        turn,
        lambda choices: replace(choices, skipped=choices.skipped - {movement.id}),
        line("brought-back", movement=movement),
    )


def _is_elsewhere(turn: Turn, movement: Movement) -> bool:
    """Whether a routine is under way that does not have a movement."""
    return turn.session.progress is not None and movement not in turn.timeline.plan.movements


def easier(turn: Turn, _: Event) -> Outcome:
    """Do the easier form of this movement at this place, or tell how to make it easier.

    After pain it goes on only because the runner has said so.
    """
    plan, movement = turn.timeline.plan, turn.step.movement
    if plan.easier_form(movement) is None:
        if turn.hurts:  # how to make it easier was just told
            return turn.come_back_to(turn.step, "gently-again")
        return turn.tell(line("easier", easier=Easier(movement)))
    changed = replace(plan, easier=plan.easier | {movement.id}, more=None)
    play = turn.session.phase is not Phase.PAUSED or turn.hurts
    return go_on_with(turn, changed, play=play, naming="easier-instead")


def _swapping(turn: Turn, change: Change, told: Line) -> Outcome:
    """Change what a runner has, and say which movements come and go by it."""
    if turn.session.progress is None:
        return wish(turn, change, told)
    old = turn.timeline.plan
    new = replace(old, choices=change(old.choices))
    to_come = [portion.movement for portion in new.portions if portion.part >= turn.step.part]
    come = tuple(movement for movement in to_come if movement not in old.movements)
    passed = {part.movement for part in old.routine.parts[: turn.step.part]}
    gone = tuple(movement for movement in newly_left_out(new, old) if movement not in passed)
    lines = [told]
    if come:
        lines.append(line("instead", movements=Together(come)))
    if gone:
        lines.append(line("left-out", movements=Together(gone)))
    return wish(turn, change, *lines)


# How the coach coaches


def _setting(known: str, change: Change) -> Callable[[Turn, Event], Outcome]:
    """Make the transition that changes a choice, and says so by a line."""
    return lambda turn, _: wish(turn, change, line(known))


def _of_holds(known: str, change: Change) -> Callable[[Turn, Event], Outcome]:
    """Make the transition that changes a choice about holds, and says so by a line."""
    return lambda turn, _: wish(turn, change, line(known), *_none_here(turn, Hold))


less_talking = _setting("brief", lambda choices: replace(choices, detail=Detail.BRIEF))
tell_everything = _setting("full", lambda choices: replace(choices, detail=Detail.FULL))
no_countdown = _of_holds("countdown-off", lambda choices: replace(choices, countdown=False))
countdown = _of_holds("countdown-on", lambda choices: replace(choices, countdown=True))
soft_sound = _of_holds("sound-on", lambda choices: replace(choices, bed=True))
no_sound = _of_holds("sound-off", lambda choices: replace(choices, bed=False))


def usual_settings(turn: Turn, _: Event) -> Outcome:
    """Do everything as it comes."""
    runner = replace(turn.runner, waits=False)
    return wish(turn, lambda _: Choices(), line("settings-usual"), runner=runner)


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
    """Run on by itself, with the next step after a clip; where the device cannot, go on waiting."""
    running = _waiting(turn, waits=False).voiced(voiced=False)
    if running.runs_on and turn.is_mid_clip:
        return running.play(turn.timeline, turn.place.offset, line("running-on"))
    if not running.runs_on or running.following is None:
        return run_on(turn, event)
    return running.play_step(running.following, line("running-on"))


def _waiting(turn: Turn, *, waits: bool) -> Turn:
    return replace(turn, runner=replace(turn.runner, waits=waits))
