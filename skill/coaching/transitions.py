"""Transitions: what the coach does about each event, one short function each.

Which of them is taken in which phase stands in `session.TRANSITIONS`; none of them looks at
the phase to find out what it is for.
"""

from collections.abc import Callable
from dataclasses import replace

from skill.coaching.events import Event, HowTo, SessionEnded, StartRoutine, WhyThis
from skill.coaching.lines import About, Heard, Instructions, Length, Line, Reason, line
from skill.coaching.movements import Movement, Reps
from skill.coaching.outcomes import Outcome
from skill.coaching.plans import Plan
from skill.coaching.runner import Phase, Progress, Question
from skill.coaching.timeline import BeatKind
from skill.coaching.turns import Turn, spot_of

RETRIES = 1
"""How often a guide that failed is played again before the coach waits for the runner."""


# Opening the skill, choosing a routine


def welcome(turn: Turn, _: Event) -> Outcome:
    """Greet and ask for a routine."""
    turn, caution = cautioned(turn)
    greeting = line("welcome") if caution else line("welcome-back")
    return turn.ask(turn.which_routine(), greeting, *caution)


def offer(turn: Turn, _: Event) -> Outcome:
    """Greet and offer to go on from the place kept."""
    greeting = "audio-failed" if turn.session.failures > RETRIES else "welcome-back"
    return turn.ask(turn.whether_to_go_on(), line(greeting))


def start(turn: Turn, event: StartRoutine) -> Outcome:
    """Start the routine asked for, or ask which."""
    if event.routine is None:
        if not event.heard:
            return turn.ask(turn.which_routine())
        heard = Heard(event.heard)
        unknown = line("unknown-routine", heard=heard, routines=turn.all_routines)
        return turn.ask(replace(turn.which_routine(), line=unknown))
    timeline = turn.repertoire.timeline(Plan(event.routine, turn.runner.choices).id)
    turn, caution = cautioned(turn)
    starting = line(
        "starting",
        routine=event.routine,
        movements=len(event.routine.movements),
        length=About(timeline.duration),
    )
    return turn.play(timeline, 0, *caution, starting)


def list_routines(turn: Turn, _: Event) -> Outcome:
    """Name the routines."""
    return turn.tell(line("routines", routines=turn.all_routines))


def cautioned(turn: Turn) -> tuple[Turn, tuple[Line, ...]]:
    """Give the care line to a runner who has not heard it yet."""
    if turn.runner.cautioned:
        return turn, ()
    return replace(turn, runner=replace(turn.runner, cautioned=True)), (line("care"),)


# Moving about. The guide names movement and side as it starts a step, so nothing is said
# before it but what the guide cannot know.


def next_step(turn: Turn, _: Event) -> Outcome:
    """Go to the next step, or end after the last."""
    if turn.following is None:
        return _end(turn)
    return turn.play_step(turn.following)


def next_movement(turn: Turn, _: Event) -> Outcome:
    """Go to the next movement; after the last to its other side, if that is still to come."""
    plan = turn.timeline.plan
    following, other = plan.next_movement(turn.step), plan.counterpart(turn.step)
    if following is not None:
        return turn.play_step(following)
    if other is not None and other.index > turn.step.index:
        return turn.play_step(other, line("still-the-other-side"))
    return _end(turn)


def _end(turn: Turn) -> Outcome:
    return turn.complete(line("skipped-to-the-end", routine=turn.timeline.plan.routine))


def previous_step(turn: Turn, _: Event) -> Outcome:
    """Go to the step before; from the first, to its beginning."""
    if turn.step.index == 0:
        return turn.play_step(turn.step, line("first-step"))
    return turn.play_step(turn.timeline.plan.steps[turn.step.index - 1])


def repeat(turn: Turn, _: Event) -> Outcome:
    """Go to the beginning of this step."""
    return turn.play_step(turn.step)


def other_side(turn: Turn, _: Event) -> Outcome:
    """Go to the other side of this movement."""
    counterpart = turn.timeline.plan.counterpart(turn.step)
    if counterpart is None:
        return turn.tell(line("both-sides", movement=turn.step.movement))
    return turn.play_step(counterpart)


def start_over(turn: Turn, _: Event) -> Outcome:
    """Go to the beginning of the routine."""
    return turn.play(turn.timeline, 0, line("starting-again", routine=turn.timeline.plan.routine))


def resume(turn: Turn, _: Event) -> Outcome:
    """Go on at the second where it stopped; without a player, with the step as a whole."""
    place = turn.place
    going_on = line("going-on-before", spot=turn.spot)
    if place.beat.is_work and turn.moment.has_player:
        going_on = line("going-on", spot=turn.spot, left=Length(place.work_left))
    return turn.play(turn.timeline, place.offset, going_on)


# Stopping


def pause(turn: Turn, _: Event) -> Outcome:
    """Stop the sound and wait."""
    return turn.wait(line("paused"))


def still_paused(turn: Turn, _: Event) -> Outcome:
    """Say where the routine waits; stop the sound in case it plays after all."""
    return turn.wait(line("still-paused", spot=turn.spot))


def leave(turn: Turn, _: Event) -> Outcome:
    """Stop, keep the place and say so."""
    return turn.wait(line("goodbye-kept", spot=turn.spot))


def goodbye(turn: Turn, _: Event) -> Outcome:
    """Leave with nothing under way."""
    return replace(turn.close(line("goodbye")), player=turn.stopping)


# Asking


def where(turn: Turn, _: Event) -> Outcome:
    """Say movement, side and how far along."""
    place, movements = turn.place, turn.timeline.plan.routine.movements
    number, total = movements.index(place.step.movement) + 1, len(movements)
    if place.beat.is_work:
        left = Length(place.work_left)
        return turn.tell(
            line("where-working", spot=turn.spot, left=left, number=number, total=total)
        )
    return turn.tell(line("where-between", spot=turn.spot, number=number, total=total))


def how_long_left(turn: Turn, _: Event) -> Outcome:
    """Say what is left of the hold or the set, and of the routine."""
    place, routine_left = turn.place, Length(turn.place.routine_left)
    if place.beat in {BeatKind.RELEASE, BeatKind.CLOSING}:
        return turn.tell(line("left-after", routine_left=routine_left))
    if not place.beat.is_work:
        length = Length(place.work_left)
        return turn.tell(
            line("left-before", spot=turn.spot, length=length, routine_left=routine_left)
        )
    if isinstance(place.step.dose, Reps):
        reps_left = place.reps_left
        return turn.tell(line("left-in-set", reps_left=reps_left, routine_left=routine_left))
    left = Length(place.work_left)
    return turn.tell(line("left-in-hold", left=left, routine_left=routine_left))


def whats_next(turn: Turn, _: Event) -> Outcome:
    """Name the next step, and the movement after it."""
    following = turn.following
    if following is None:
        return turn.tell(line("next-none"))
    after = turn.timeline.plan.next_movement(turn.step)
    if after is None or after is following:
        return turn.tell(line("next-step", spot=spot_of(following)))
    return turn.tell(line("next-step-then", spot=spot_of(following), movement=after.movement))


def ask_whether_ready(turn: Turn, _: Event) -> Outcome:
    """Name the next step by asking for it."""
    return turn.ask(turn.whether_ready())


def how_to(turn: Turn, event: HowTo) -> Outcome:
    """Explain the movement asked about, or this one."""
    if event.movement is None and event.heard:
        return unknown_movement(turn, event.heard)
    movement = event.movement or turn.step.movement
    side = movement.sides[0]
    if turn.session.progress and turn.step.movement == movement:
        side = turn.step.side
    return turn.tell(line("how-to", instructions=Instructions(movement, side)))


def why(turn: Turn, event: WhyThis) -> Outcome:
    """Say what the movement asked about, or this one, is good for."""
    if event.movement is None and event.heard:
        return unknown_movement(turn, event.heard)
    return turn.tell(line("why", reason=Reason(event.movement or turn.step.movement)))


def how_to_named(turn: Turn, event: HowTo) -> Outcome:
    """Explain a movement by its name while nothing is under way."""
    return how_to(turn, event) if event.movement or event.heard else nothing_on(turn, event)


def why_named(turn: Turn, event: WhyThis) -> Outcome:
    """Say what a movement is good for by its name while nothing is under way."""
    return why(turn, event) if event.movement or event.heard else nothing_on(turn, event)


def unknown_movement(turn: Turn, heard: str) -> Outcome:
    """Say that there is no such movement, and which there are."""
    movements: tuple[Movement, ...] = tuple(turn.repertoire.catalogue.movements.values())
    unknown = line("unknown-movement", heard=Heard(heard), movements=movements)
    return turn.ask(turn.anything_else(unknown))


def keep_order(turn: Turn, _: Event) -> Outcome:
    """Say that a routine is neither looped nor shuffled."""
    return turn.tell(line("order-stays"))


# Help, and what was not understood


def help_idle(turn: Turn, _: Event) -> Outcome:
    """Say what can be said with nothing under way."""
    return turn.ask(replace(turn.which_routine(), line=line("help-idle")))


def help_playing(turn: Turn, _: Event) -> Outcome:
    """Say what can be said while a guide plays."""
    return turn.ask(turn.anything_else(line("help-playing")))


def help_paused(turn: Turn, _: Event) -> Outcome:
    """Say what can be said while the routine waits."""
    return turn.ask(turn.anything_else(line("help-paused")))


def help_stepping(turn: Turn, _: Event) -> Outcome:
    """Say what can be said between two steps."""
    return turn.ask(replace(turn.whether_ready(), line=line("help-stepping")))


def not_understood(turn: Turn, _: Event) -> Outcome:
    """Say what could be said instead."""
    return turn.tell(line("not-understood"))


def nothing_on(turn: Turn, _: Event) -> Outcome:
    """Say that nothing is under way and ask for a routine."""
    return turn.ask(turn.which_routine(), line("nothing-on"))


# Yes and no, to what was asked


def yes(turn: Turn, event: Event) -> Outcome:
    """Do what was offered."""
    match turn.session.asked:
        case Question.GO_ON:
            return resume(turn, event)
        case Question.NEXT_STEP:
            return ready(turn, event)
        case Question.WHICH_ROUTINE:
            return turn.ask(turn.which_routine())
        case Question.ANYTHING_ELSE:
            return turn.ask(turn.anything_else(line("anything-else")))
        case None:
            return turn.tell(line("nothing-asked"))


def no_idle(turn: Turn, event: Event) -> Outcome:
    """Leave what was offered; with nothing under way there is nothing else to do."""
    return _declined(turn, event, goodbye)


def no_playing(turn: Turn, event: Event) -> Outcome:
    """Leave what was offered; the guide goes on by itself."""
    return _declined(turn, event, hang_up)


def no_waiting(turn: Turn, event: Event) -> Outcome:
    """Leave what was offered; the place stays kept."""
    return _declined(turn, event, leave)


def _declined(turn: Turn, event: Event, otherwise: Callable[[Turn, Event], Outcome]) -> Outcome:
    match turn.session.asked:
        case Question.GO_ON:
            return turn.ask(turn.which_routine())
        case Question.NEXT_STEP:
            return turn.ask(replace(turn.whether_ready(), line=line("take-your-time")))
        case Question.WHICH_ROUTINE | Question.ANYTHING_ELSE:
            return otherwise(turn, event)
        case None:
            return turn.tell(line("nothing-asked"))


def ready(turn: Turn, _: Event) -> Outcome:
    """Go to the next step, or praise after the last: each step was done by now."""
    if turn.following is None:
        return turn.complete(line("finished", routine=turn.timeline.plan.routine))
    return turn.play_step(turn.following)


# What players and devices tell. Nobody is listening: nothing is said.


def note(turn: Turn, _: Event) -> Outcome:
    """Keep the place the player has told; `advance` has moved the bookmark already."""
    return turn.quiet()


def finish(turn: Turn, _: Event) -> Outcome:
    """Put the routine into the history: the guide has played to its end."""
    return replace(turn.complete(), player=None)


def retry(turn: Turn, _: Event) -> Outcome:
    """Play the guide again from its place once; then wait for the runner."""
    session = turn.session
    failures = session.failures + 1
    if failures > RETRIES:
        return turn.quiet(replace(session, phase=Phase.PAUSED, failures=failures))
    playing = turn.play(turn.timeline, turn.place.offset)
    runner = replace(
        playing.runner,
        session=replace(playing.runner.session, failures=failures, asked=session.asked),
    )
    return replace(playing, runner=runner)


def hang_up(turn: Turn, _: Event) -> Outcome:
    """The conversation is over."""
    return turn.close()


def hang_up_stepping(turn: Turn, event: SessionEnded) -> Outcome:
    """Keep the place: after the step just heard, if the question after it went unanswered."""
    session = replace(turn.session, phase=Phase.PAUSED, asked=None)
    if not event.unanswered:
        return turn.quiet(session)
    if turn.following is None:
        return finish(turn, event)
    start_of_next = turn.timeline.spans[turn.following.index].start
    progress = Progress(turn.progress.plan_id, turn.timeline.bookmark(start_of_next))
    return turn.quiet(replace(session, progress=progress))
