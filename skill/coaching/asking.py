"""Asking: where the runner is, what comes, how a movement is done and why, what routines take."""

from skill.coaching.errors import NothingLeftError, PlanError
from skill.coaching.events import (
    AboutMovement,
    AboutRoutine,
    Event,
    HowTo,
    RoutineLength,
    WhatsInIt,
    WhatsNeeded,
    WhyThis,
)
from skill.coaching.lines import (
    About,
    Count,
    Countable,
    Heard,
    Here,
    Instructions,
    Length,
    Line,
    Reason,
    Said,
    Together,
    line,
)
from skill.coaching.meaning import wanted_by
from skill.coaching.movements import GEAR, Movement, Side
from skill.coaching.outcomes import Ask, Outcome
from skill.coaching.pain import advice
from skill.coaching.plans import Plan
from skill.coaching.questions import (
    anything_else,
    open_question,
    whether_ready,
    which_movement,
    which_of,
    which_routine,
)
from skill.coaching.runner import Question
from skill.coaching.situations import spot_of
from skill.coaching.turns import Turn
from skill.coaching.values import replace


def where(turn: Turn, _: Event) -> Outcome:
    """Say movement, side and how far along."""
    parts = [portion.part for portion in turn.timeline.plan.portions]
    count = {"number": parts.index(turn.step.part) + 1, "total": len(parts)}
    if turn.place.beat.is_work:
        return turn.tell(line("where-working", spot=turn.spot, left=turn.work_left, **count))
    return turn.tell(line("where-between", spot=turn.spot, **count))


def how_long_left(turn: Turn, _: Event) -> Outcome:
    """Say what is left of the hold or the set, and of the routine."""
    place, routine_left = turn.place, Length(turn.place.routine_left)
    if place.beat.is_work:
        return turn.tell(line("left-in-work", left=turn.work_left, routine_left=routine_left))
    if place.work_left:
        return turn.tell(
            line("left-before", spot=turn.spot, left=turn.work_left, routine_left=routine_left)
        )
    return turn.tell(line("left-after", routine_left=routine_left))


def which_side(turn: Turn, _: Event) -> Outcome:
    """Say which side it is."""
    if turn.step.side is Side.BOTH:
        return turn.tell(line("both-sides", movement=turn.step.movement))
    return turn.tell(line("which-side", spot=turn.spot))


def how_many_left(turn: Turn, _: Event) -> Outcome:
    """Say how much of this hold or set is left, and how many movements come after it."""
    portions = turn.timeline.plan.portions
    number = sum(portion.part > turn.step.part for portion in portions)
    after = Count(number, Countable.MOVEMENT)
    if turn.place.work_left and number:
        known = line("left-count", left=turn.work_left, after=after)
    elif turn.place.work_left:
        known = line("left-count-last", left=turn.work_left)
    else:
        known = line("left-count-between", after=after) if number else line("left-count-none")
    return turn.tell(known, *_left_here(turn))


def _left_here(turn: Turn) -> tuple[Line, ...]:
    """Return what of this movement comes after this step: another side, and other sets."""
    to_come = turn.timeline.plan.steps[turn.step.index + 1 :]
    here = [step for step in to_come if step.part == turn.step.part]
    if not here:
        return ()
    sides = {step.side for step in here if step.set_number == turn.step.set_number}
    rest = Here(bool(sides - {turn.step.side}), turn.step.sets - turn.step.set_number)
    return (line("left-here", rest=rest),) if rest.other_side or rest.sets else ()


def last_one(turn: Turn, _: Event) -> Outcome:
    """Say whether this is the last step, and what comes if it is not."""
    if turn.following is None:
        return turn.tell(line("last-one"))
    last_movement = turn.timeline.plan.next_movement(turn.step) is None
    known = "last-one-but" if last_movement else "last-one-not"
    return turn.tell(line(known, spot=spot_of(turn.following)))


def what_was_that(turn: Turn, _: Event) -> Outcome:
    """Say again what the coach asked, after pain with the advice; or what the guide said last."""
    question, heard = open_question(turn), turn.timeline.heard_by(turn.place.offset)
    if question:
        return put_again(turn, question)
    return turn.tell(line("said-before", said=Said(heard.id))) if heard else turn.tell()


def put_again(turn: Turn, question: Ask) -> Outcome:
    """Put a question again; after pain with the advice before it."""
    return turn.ask(question, *(advice(turn) if question.question is Question.SKIP_IT else ()))


def ask_again(turn: Turn, _: Event) -> Outcome:
    """Put the open question again, or the one that always is."""
    question = open_question(turn)
    return turn.ask(question) if question else turn.tell()


def whats_next(turn: Turn, _: Event) -> Outcome:
    """Name the next step, and the movement after it."""
    following = turn.following
    if following is None:
        return turn.tell(line("next-none"))
    after = turn.timeline.plan.next_movement(turn.step)
    if after is None or after is following:
        return turn.tell(line("next-step", spot=spot_of(following)))
    return turn.tell(line("next-step-then", spot=spot_of(following), movement=after.movement))


def whats_next_stepping(turn: Turn, event: Event) -> Outcome:
    """Name the next step by asking for it, once it is its turn."""
    return whats_next(turn, event) if turn.is_mid_clip else turn.ask(whether_ready(turn))


def how_to(turn: Turn, event: HowTo) -> Outcome:
    """Explain the movement asked about, or this one."""
    movement = movement_meant(turn, event)
    if movement is None:
        return ask_which_movement(turn, event)
    side = movement.sides[0]
    if turn.session.progress is not None and turn.step.movement == movement:
        side = turn.step.side
    return turn.tell(line("how-to", instructions=Instructions(movement, side)))


def why(turn: Turn, event: WhyThis) -> Outcome:
    """Say what the movement asked about, or this one, is good for."""
    movement = movement_meant(turn, event)
    if movement is None:
        return ask_which_movement(turn, event)
    return turn.tell(line("why", reason=Reason(movement)))


def how_to_named(turn: Turn, event: HowTo) -> Outcome:
    """Explain a movement by its name while nothing is under way."""
    return how_to(turn, event) if event.is_named else nothing_on(turn, event)


def why_named(turn: Turn, event: WhyThis) -> Outcome:
    """Say what a movement is good for by its name while nothing is under way."""
    return why(turn, event) if event.is_named else nothing_on(turn, event)


def movement_meant(turn: Turn, event: AboutMovement) -> Movement | None:
    """Return the movement that is meant: without a name, this one; None if it is unclear.

    Of several with a name it is this one, or the only one of this routine.
    """
    if event.movement is not None:
        return event.movement
    if not event.is_named:
        return turn.step.movement
    if turn.session.progress is None:
        return None
    here = [other for other in event.others if other in turn.timeline.plan.movements]
    if turn.step.movement in here:
        return turn.step.movement
    return here[0] if len(here) == 1 else None


def ask_which_movement(turn: Turn, event: AboutMovement) -> Outcome:
    """Ask which movement is meant, of several or of all; of several, those of this routine."""
    if event.others:
        is_on = turn.session.progress is not None
        there = turn.timeline.plan.movements if is_on else ()
        here = tuple(other for other in event.others if other in there)
        return turn.ask(which_movement(here or event.others, wanted_by(event)))
    movements: tuple[Movement, ...] = tuple(turn.repertoire.catalogue.movements.values())
    unknown = line("unknown-movement", heard=Heard(event.heard), movements=movements)
    return turn.ask(anything_else(unknown))


def list_routines(turn: Turn, _: Event) -> Outcome:
    """Name the routines."""
    return turn.tell(line("routines", routines=turn.all_routines))


def routine_length(turn: Turn, event: RoutineLength) -> Outcome:
    """Say how long a routine takes as this runner likes it; without a name, ask which."""
    if event.routine is None:
        return unclear_routine(turn, event)
    try:
        timeline = turn.repertoire.timeline(turn.plan_of(event.routine).id)
    except NothingLeftError:
        return turn.tell(line("nothing-left"))
    except PlanError:
        return turn.tell(line("too-long"))
    length = About(timeline.duration)
    return turn.tell(line("routine-length", routine=event.routine, length=length))


def length_left(turn: Turn, event: RoutineLength) -> Outcome:
    """Say how long a routine takes that is named, or what is left of this one."""
    return routine_length(turn, event) if event.is_named else how_long_left(turn, event)


def whats_in_it(turn: Turn, event: WhatsInIt) -> Outcome:
    """Name the movements of a routine, and its length, as this runner likes it; else ask which."""
    if event.routine is None:
        return unclear_routine(turn, event)
    return _contents(turn, turn.plan_of(event.routine))


def whats_in_this(turn: Turn, event: WhatsInIt) -> Outcome:
    """Name the movements of a routine that is named, or of this one."""
    return whats_in_it(turn, event) if event.is_named else _contents(turn, turn.timeline.plan)


def _contents(turn: Turn, plan: Plan) -> Outcome:
    try:
        timeline = turn.repertoire.timeline(plan.id)
    except NothingLeftError:
        return turn.tell(line("nothing-left"))
    except PlanError:
        return turn.tell(line("too-long"))
    movements, length = Together(plan.movements), About(timeline.duration)
    known = line("routine-has", routine=plan.routine, movements=movements, length=length)
    return turn.tell(known)


def whats_needed(turn: Turn, event: WhatsNeeded) -> Outcome:
    """Say what the routine that is named is done with, as this runner likes it; or all of them."""
    if event.is_named and event.routine is None:
        return unclear_routine(turn, event)
    routines = (event.routine,) if event.routine else turn.all_routines
    plans = [plan for plan in map(turn.plan_of, routines) if plan.portions]
    if not plans:
        return turn.tell(line("nothing-left"))
    if event.routine:
        return _needed(turn, plans[0])
    gear = Together(tuple(thing for thing in GEAR if any(thing in plan.gear for plan in plans)))
    if not gear.members:
        return turn.tell(line("routines-take-nothing"))
    return turn.tell(line("routines-take", gear=gear))


def needed_for_this(turn: Turn, event: WhatsNeeded) -> Outcome:
    """Say what a routine is done with that is named, or this one."""
    return whats_needed(turn, event) if event.is_named else _needed(turn, turn.timeline.plan)


def _needed(turn: Turn, plan: Plan) -> Outcome:
    if not plan.gear:
        return turn.tell(line("routine-takes-nothing", routine=plan.routine))
    return turn.tell(line("routine-takes", routine=plan.routine, gear=Together(plan.gear)))


def unclear_routine(turn: Turn, event: AboutRoutine) -> Outcome:
    """Ask which routine is meant, of several or of all, by what was said in place of a name."""
    if event.others:
        return turn.ask(which_of(event.others))
    if not event.heard:
        return ask_which(turn, event)
    unknown = line("unknown-routine", heard=Heard(event.heard), routines=turn.all_routines)
    return turn.ask(replace(which_routine(turn), line=unknown))


def ask_which(turn: Turn, _: Event) -> Outcome:
    """Ask for a routine."""
    return turn.ask(which_routine(turn))


def nothing_on(turn: Turn, _: Event) -> Outcome:
    """Say that nothing is under way and ask for a routine."""
    return turn.ask(which_routine(turn), line("nothing-on"))
