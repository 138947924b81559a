"""Transitions: what the coach does about each event of a routine, one short function each.

Which of them is taken in which phase stands in `session.TRANSITIONS`.
"""

from contextlib import suppress

from skill.coaching.asking import (
    ask_which,
    ask_which_movement,
    movement_meant,
    nothing_on,
    put_again,
    unclear_routine,
)
from skill.coaching.errors import NothingLeftError, PlanError
from skill.coaching.events import (
    Event,
    GoTo,
    OtherSide,
    SessionEnded,
    SkipSide,
    StartRoutine,
)
from skill.coaching.lines import About, Line, line
from skill.coaching.meaning import DAILY
from skill.coaching.movements import SECOND, Milliseconds, Side
from skill.coaching.outcomes import Outcome
from skill.coaching.pain import advice, skip_it
from skill.coaching.questions import (
    anything_else,
    open_question,
    whether_ready,
    whether_same_again,
    whether_to_go_on,
    whether_to_skip,
    whether_well_again,
    which_one,
    which_routine,
)
from skill.coaching.routines import Routine
from skill.coaching.runner import Phase, Question
from skill.coaching.turns import Turn
from skill.coaching.values import replace

PROGRESS_BEFORE_ANOTHER_RETRY: Milliseconds = 30 * SECOND
"""A guide that failed is played again once; only if it then got so far, once more."""


# Opening the skill, choosing a routine


def welcome(turn: Turn, _: Event) -> Outcome:
    """Greet and ask for a routine."""
    turn, caution = cautioned(turn)
    greeting = line("welcome") if caution else line("welcome-back")
    return turn.ask(which_routine(turn), greeting, *caution)


def offer(turn: Turn, _: Event) -> Outcome:
    """Greet and offer to go on from the place kept; if it hurt there, to leave that out."""
    if turn.session.concern:
        return turn.ask(whether_well_again(turn), line("welcome-back"))
    if turn.hurts:
        tips = advice(turn)[1:]
        hurt = line("welcome-back"), line("hurt-here", spot=turn.spot), *tips
        return turn.ask(whether_to_skip(turn), *hurt)
    return turn.ask(whether_to_go_on(turn), line("welcome-back"))


def offer_now(turn: Turn, _: Event) -> Outcome:
    """Offer to go on with what plays just now."""
    return turn.ask(whether_to_go_on(turn))


def start(turn: Turn, event: StartRoutine) -> Outcome:
    """Start the routine asked for, or ask which; who was asked that and names none, has no wish."""
    if event.routine is None:
        if turn.session.asked is Question.WHICH_ROUTINE and not event.is_named:
            return choose(turn, event)
        return unclear_routine(turn, event)
    try:
        timeline = turn.repertoire.timeline(turn.plan_of(event.routine).id)
    except NothingLeftError:
        return turn.ask(which_one(), line("nothing-left"))
    except PlanError:
        return turn.ask(which_one(), line("too-long"))
    turn, caution = cautioned(turn)
    starting = line(
        "starting",
        routine=event.routine,
        movements=len(timeline.plan.movements),
        length=About(timeline.duration),
    )
    return turn.anew().play(timeline, 0, *caution, starting)


def start_another(turn: Turn, event: StartRoutine) -> Outcome:
    """Start a routine while one is under way; who only means to begin goes on with that one."""
    if event.in_passing:
        return turn.acknowledge()
    if not event.is_named and turn.heard_question is Question.GO_ON:
        return resume(turn, event)
    if not event.is_named and turn.heard_question is Question.NEXT_STEP:
        return ready(turn, event)
    return start(turn, event)


def choose(turn: Turn, _: Event) -> Outcome:
    """Start a routine in the runner's place: what they did last, or else one for any day."""
    for routine in (*_done_last(turn), *_for_any_day(turn), *turn.all_routines):
        with suppress(PlanError):
            turn.repertoire.timeline(turn.plan_of(routine).id)
            return _saying_first(start(turn, StartRoutine(routine)), line("i-choose"))
    return turn.ask(which_one(), line("nothing-left"))


def _done_last(turn: Turn) -> tuple[Routine, ...]:
    """Return the routine that the runner finished last, if there still is one."""
    done = turn.runner.history[-1:]
    ids = (completed.plan_id.partition("_")[0] for completed in done)
    routines = turn.repertoire.catalogue.routines
    return tuple(routines[id_] for id_ in ids if id_ in routines)


def _for_any_day(turn: Turn) -> tuple[Routine, ...]:
    return tuple(routine for routine in turn.all_routines if routine.id == DAILY)


def _saying_first(outcome: Outcome, told: Line) -> Outcome:
    return replace(outcome, lines=(told, *outcome.lines))


def cautioned(turn: Turn) -> tuple[Turn, tuple[Line, ...]]:
    """Give the care line to a runner who has not heard it yet."""
    if turn.runner.cautioned:
        return turn, ()
    return replace(turn, runner=replace(turn.runner, cautioned=True)), (line("care"),)


# Moving about. In order, the guide itself names movement and side as a step starts, and
# nothing is said before it. Out of order, the coach names them.


def next_step(turn: Turn, event: Event) -> Outcome:
    """Go to the next step, or end after the last; from what hurts, to the next movement."""
    if turn.hurts:
        return skip_it(turn, event)
    following = turn.step if turn.is_between_steps else turn.following
    return turn.play_step(following) if following else end(turn)


def next_movement(turn: Turn, event: Event) -> Outcome:
    """Go to the next movement; after the last to its other side, if that is still to come."""
    if turn.hurts:
        return skip_it(turn, event)
    plan = turn.timeline.plan
    following, other = plan.next_movement(turn.step), plan.counterpart(turn.step)
    if following is not None:
        return turn.play_step(following)
    if other is not None and other.index > turn.step.index:
        return turn.play_step(other, line("still-the-other-side"))
    return end(turn)


def end(turn: Turn, *lines: Line) -> Outcome:
    """End from the last step; it counts as done from its begin on."""
    if turn.place.offset < turn.timeline.spans[turn.step.index].begin:
        return turn.leave(*lines, line("left-early"))
    return turn.complete(*lines, line("skipped-to-the-end", routine=turn.timeline.plan.routine))


def previous_step(turn: Turn, _: Event) -> Outcome:
    """Go to the step before; from the first, to its beginning."""
    if turn.step.index == 0:
        return turn.come_back_to(turn.step, "first-step")
    return turn.come_back_to(turn.timeline.plan.steps[turn.step.index - 1])


def repeat(turn: Turn, _: Event) -> Outcome:
    """Do this step again; with a question open, put that again instead."""
    question = open_question(turn)
    return put_again(turn, question) if question else turn.come_back_to(turn.step)


def offer_it_again(turn: Turn, event: Event) -> Outcome:
    """Put the open question again; with none, offer the routine again that was done last."""
    if open_question(turn) or turn.last_routine is None:
        return repeat_the_question(turn, event)
    return turn.ask(whether_same_again(turn.last_routine))


def do_it_again(turn: Turn, event: Event) -> Outcome:
    """Start the routine again that was done last."""
    return (
        start(turn, StartRoutine(turn.last_routine))
        if turn.last_routine
        else ask_which(turn, event)
    )


def repeat_the_question(turn: Turn, event: Event) -> Outcome:
    """Put the open question again while nothing is under way."""
    question = open_question(turn)
    return turn.ask(question) if question else nothing_on(turn, event)


def other_side(turn: Turn, event: OtherSide) -> Outcome:
    """Go to the other side of this movement, or to the one named; after pain that is where."""
    if event.side is not None and turn.hurts:
        return turn.ask(whether_to_skip(turn), line("hurt-side", side=event.side))
    counterpart = turn.timeline.plan.counterpart(turn.step)
    if counterpart is None:
        return turn.tell(line("both-sides", movement=turn.step.movement))
    if event.side is turn.step.side:
        return turn.come_back_to(turn.step)
    if turn.hurts:
        return turn.come_back_to(counterpart, "gently-again")
    if counterpart.index == turn.step.index + 1:
        return turn.play_step(counterpart)
    return turn.come_back_to(counterpart)


def skip_side(turn: Turn, event: SkipSide) -> Outcome:
    """Go on with what comes after the side named, if that is on; the other one has its turn.

    Between two steps, so is the side that comes next.
    """
    if event.side is None:
        return not_understood(turn, event)
    coming = turn.step if turn.hurts else turn.upcoming
    here = next((step for step in (coming, turn.step) if step.side is event.side), None)
    if here is None:
        if coming.side is Side.BOTH:
            return turn.tell(line("both-sides", movement=coming.movement))
        return turn.tell(line("side-has-its-turn", side=event.side))
    if turn.hurts:
        return skip_it(turn, event)
    later = turn.timeline.plan.steps[here.index + 1 :]
    same = here.part, here.side
    following = next((step for step in later if (step.part, step.side) != same), None)
    return turn.play_step(following) if following else end(turn)


def go_to(turn: Turn, event: GoTo) -> Outcome:
    """Go to a movement of this routine by its name, forward or back."""
    if not event.is_named:
        return turn.ask(anything_else(line("go-where")))
    movement = movement_meant(turn, event)
    if movement is None:
        return ask_which_movement(turn, event)
    there = [step for step in turn.timeline.plan.steps if step.movement == movement]
    if not there:
        return turn.tell(line("not-in-routine", movement=movement))
    if there[0].index > turn.step.index:
        return turn.play_step(there[0])
    return turn.come_back_to(there[0])


def start_over(turn: Turn, _: Event) -> Outcome:
    """Go to the beginning of the routine, with sound again, and with no step longer just once."""
    plan = replace(turn.timeline.plan, more=None)
    anew = turn.voiced(voiced=False)
    starting = line("starting-again", routine=plan.routine)
    return anew.play(turn.repertoire.timeline(plan.id), 0, starting)


def resume(turn: Turn, event: Event) -> Outcome:
    """Go on at the second where it stopped; one step at a time, with the step as a whole.

    What hurt is begun again: there has to be time to get into place, and to feel how it is.
    """
    if turn.hurts:
        return turn.come_back_to(turn.step, "gently-again")
    is_over = turn.place.offset >= turn.timeline.spans[turn.step.index].release
    if turn.is_heard or (turn.session.phase is Phase.PAUSED and is_over and not turn.runs_on):
        return ready(turn, event)
    if turn.session.phase is Phase.STEPPING and not turn.is_mid_clip:
        return turn.play_step(turn.step, line("going-on-before", spot=turn.spot))
    going_on = line("going-on-before", spot=turn.spot)
    if turn.place.beat.is_work:
        going_on = line("going-on", spot=turn.spot, left=turn.work_left)
    return turn.play(turn.timeline, turn.place.offset, going_on)


def resume_stepping(turn: Turn, event: Event) -> Outcome:
    """Go on within the clip that was not heard to its end, or else to the next step."""
    return resume(turn, event) if turn.is_mid_clip else ready(turn, event)


# Stopping


def pause(turn: Turn, _: Event) -> Outcome:
    """Stop the sound and wait."""
    return turn.wait(line("paused"))


def still_paused(turn: Turn, _: Event) -> Outcome:
    """Say where the routine waits; stop the sound in case it plays after all."""
    return turn.wait(line("still-paused", spot=turn.spot))


def nothing_to_pause(turn: Turn, _: Event) -> Outcome:
    """Say that nothing plays, and ask nothing: this is also what "Alexa, stop" arrives as."""
    return turn.close(line("nothing-on"))


def leave(turn: Turn, _: Event) -> Outcome:
    """Stop, keep the place and say so; with all work done, that was the whole routine."""
    is_done = turn.place.offset >= turn.timeline.spans[-1].release
    if is_done and not turn.hurts:
        return turn.complete(line("done-to-the-end", routine=turn.timeline.plan.routine))
    return turn.wait(line("goodbye-kept", spot=turn.spot))


def pause_stepping(turn: Turn, event: Event) -> Outcome:
    """Wait in the middle of a step as anywhere, or between two: then name what it goes on with."""
    if turn.is_mid_clip or (turn.is_heard and turn.following is None):
        return pause(turn, event)
    return turn.wait(line("paused-between", spot=turn.resting_spot), at=turn.rest)


def leave_stepping(turn: Turn, event: Event) -> Outcome:
    """Leave between two steps or in the middle of one; after the last nothing is left to keep."""
    if turn.is_heard and turn.following is None:
        return ready(turn, event)
    return turn.wait(line("goodbye-kept", spot=turn.resting_spot), at=turn.rest)


def out_of_reach(turn: Turn, _: Event) -> Outcome:
    """Say in the device's own voice what was to be played; if nobody listens, wait to be asked.

    What was to be played may not be known to be it: never what hurts.
    """
    if turn.hurts:
        return turn.voiced().tell()
    is_stepping = turn.session.phase is Phase.STEPPING
    offset = turn.timeline.spans[turn.step.index].start if is_stepping else turn.place.offset
    turn = turn.voiced()
    if turn.moment.is_spoken:
        return turn.play(turn.timeline, offset, line("out-of-reach"))
    waiting = turn.wait(at=offset)
    return replace(waiting, runner=waiting.runner.owing("audio-failed"))


def out_of_reach_idle(turn: Turn, _: Event) -> Outcome:
    """Say that it failed: the store was out of reach too, so there is no place to wait at."""
    return turn.close(line("trouble"))


def goodbye(turn: Turn, _: Event) -> Outcome:
    """Leave with nothing under way."""
    return turn.leave(line("goodbye"))


# Help, and what was not understood


def keep_order(turn: Turn, _: Event) -> Outcome:
    """Say that a routine is neither looped nor shuffled."""
    return turn.tell(line("order-stays"))


def help_idle(turn: Turn, _: Event) -> Outcome:
    """Say what can be said with nothing under way."""
    return turn.ask(replace(which_routine(turn), line=line("help-idle")))


def help_playing(turn: Turn, _: Event) -> Outcome:
    """Say what can be said while a guide plays."""
    return turn.ask(anything_else(line("help-playing")))


def help_paused(turn: Turn, _: Event) -> Outcome:
    """Say what can be said while the routine waits; after pain, the question itself says it."""
    if turn.hurts:
        return turn.ask(whether_to_skip(turn))
    return turn.ask(anything_else(line("help-paused")))


def help_stepping(turn: Turn, _: Event) -> Outcome:
    """Say what can be said between two steps."""
    return turn.ask(replace(whether_ready(turn), line=line("help-stepping")))


def not_understood(turn: Turn, _: Event) -> Outcome:
    """Say what could be said instead; to a question that says it, put just that again."""
    if turn.heard_question in {None, Question.ANYTHING_ELSE}:
        is_idle = turn.session.phase is Phase.IDLE
        return turn.tell(line("not-understood" if is_idle else "not-understood-now"))
    return turn.ask(open_question(turn) or whether_ready(turn), line("missed"))


def noted(turn: Turn, _: Event) -> Outcome:
    """Say a friendly word to what asks for nothing."""
    return turn.acknowledge()


def volume(turn: Turn, _: Event) -> Outcome:
    """Say how to make it louder or quieter, which the coach cannot."""
    return turn.tell(line("volume"))


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
    """Play the guide again from its place; if that fails too, wait, and tell the runner later.

    Nobody listens now; when the runner comes back, the device's own voice goes on, if it has one.
    """
    playhead, offset = turn.moment.playhead, turn.place.offset
    retried_at = playhead.retried_at if playhead else None
    if retried_at is None or offset - retried_at >= PROGRESS_BEFORE_ANOTHER_RETRY:
        playing = turn.play(turn.timeline, offset, retried_at=offset)
        session = replace(playing.runner.session, asked=turn.session.asked)
        return replace(playing, runner=replace(playing.runner, session=session))
    voiced = turn.moment.can_voice
    waiting = turn.quiet(replace(turn.paused(), asked=turn.session.asked, voiced=voiced))
    return replace(waiting, runner=waiting.runner.owing("audio-failed"))


def hang_up(turn: Turn, _: Event) -> Outcome:
    """The conversation is over."""
    return turn.close()


def hang_up_stepping(turn: Turn, event: SessionEnded) -> Outcome:
    """Keep the place: after the step just heard, if the question after it went unanswered."""
    was_left_alone = event.unanswered and turn.progress.as_of is not None
    if turn.is_mid_clip or not (was_left_alone or turn.is_heard):
        return turn.quiet(turn.paused(turn.rest))
    if turn.following is None:
        return finish(turn, event)
    return turn.quiet(turn.paused(turn.timeline.spans[turn.following.index].start))
