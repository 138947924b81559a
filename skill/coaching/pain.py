"""Pain, and what is worse: the movement stops first, and never goes on by itself."""

from skill.coaching import events
from skill.coaching.events import Command, Event, No, Yes
from skill.coaching.lines import Easier, Line, line
from skill.coaching.movements import Milliseconds
from skill.coaching.outcomes import Ask, Outcome, Play, PlayClip
from skill.coaching.questions import (
    whether_to_go_on,
    whether_to_skip,
    whether_well_again,
    which_one,
)
from skill.coaching.runner import Concern, Phase, Question
from skill.coaching.turns import Turn

HEARD_IN_NEED = (
    *(Yes, No, events.NoPain, events.Emergency, events.Crisis, events.AskFirst),
    *(events.Stop, events.Pause, events.GiveMe, events.ForgetMe, events.StopReminders),
    events.OutOfReach,
)
"""What is answered as ever to who is in need."""
OPEN_IN_NEED = frozenset({Question.WELL_AGAIN, Question.FORGET_ME})
"""What may have been asked before a yes or a no of who is in need."""
CALLS = (
    *(events.Help, events.NotUnderstood, events.ItHurts, events.FeelsWrong),
    *(events.Repeat, events.WhatWasThat, events.ShouldItHurt),
)
"""What may be one more call for help."""


def it_hurts(turn: Turn, _: Event) -> Outcome:
    """Stop, give the care line, and offer to leave the movement out."""
    hurting = turn.hurting()
    return hurting.stop_and_ask(whether_to_skip(hurting), *advice(hurting))


def advice(turn: Turn) -> tuple[Line, ...]:
    """Return what to do now that it hurts; to rest, if it is worse.

    How it would be easier is told where no other movement is: that one is for the runner to want.
    """
    if turn.session.is_unwell:
        return (line("feels-wrong"),)
    if turn.timeline.plan.easier_form(turn.step.movement) is not None:
        return (line("it-hurts"),)
    return line("it-hurts"), line("easier", easier=Easier(turn.step.movement))


def it_hurts_idle(turn: Turn, _: Event) -> Outcome:
    """Give the care line, and stop what may sound here after all, begun long ago."""
    return turn.leave(line("it-hurts"))


def feels_wrong(turn: Turn, _: Event) -> Outcome:
    """Stop, have the runner rest, and offer to leave the movement out: no way to carry on."""
    unwell = turn.hurting().concerned(Concern.UNWELL)
    return unwell.stop_and_ask(whether_to_skip(unwell), *advice(unwell))


def feels_wrong_idle(turn: Turn, _: Event) -> Outcome:
    """Have the runner rest, and stop what may sound here after all, begun long ago."""
    return turn.concerned(Concern.UNWELL).leave(line("feels-wrong"))


def emergency(turn: Turn, _: Event) -> Outcome:
    """Stop, stay at this movement, and send for help: nothing is offered, and nothing asked."""
    at = turn.place.offset if turn.is_heard else turn.rest  # after a step, that is in the next one
    return _wait_for_help(turn.hurting(), Concern.EMERGENCY, at)


def emergency_idle(turn: Turn, _: Event) -> Outcome:
    """Send for help, and stop what may sound here after all, begun long ago."""
    return turn.concerned(Concern.EMERGENCY).leave(line("emergency"))


def crisis(turn: Turn, _: Event) -> Outcome:
    """Stop, and send to people who can help; no movement is to blame."""
    return _wait_for_help(turn, Concern.CRISIS, turn.rest)


def crisis_idle(turn: Turn, _: Event) -> Outcome:
    """Send to people who can help, and stop what may sound here after all, begun long ago."""
    return turn.concerned(Concern.CRISIS).leave(line("crisis"))


def _wait_for_help(turn: Turn, concern: Concern, at: Milliseconds) -> Outcome:
    return turn.concerned(concern).unasked().wait(line(f"{concern}"), at=at)


def in_need(turn: Turn, event: Event) -> Outcome | None:
    """Return what follows while others have to help first; None where it is answered as ever.

    Who is in need is offered nothing, and told of nothing else.
    """
    if not turn.session.needs_help or not isinstance(event, Command):
        return None
    if isinstance(event, Yes | No) and turn.heard_question not in OPEN_IN_NEED:
        return well_again(turn)
    if isinstance(event, HEARD_IN_NEED):
        return None
    return send_for_help_again(turn) if isinstance(event, CALLS) else well_again(turn)


def send_for_help_again(turn: Turn) -> Outcome:
    """Stop what may sound after all, and send for help again."""
    told = line(f"{turn.session.concern}")
    return turn.leave(told) if turn.session.phase is Phase.IDLE else turn.unasked().wait(told)


def no_pain(turn: Turn, event: Event) -> Outcome:
    """Ask whether to go on with what had hurt, and hurts no more: only a yes starts it again."""
    if turn.session.concern:
        return settle(turn, event)
    if not turn.hurts:
        return turn.acknowledge()
    again = line("try-again", spot=turn.spot)
    return turn.ask(Ask(Question.GO_ON, again, again))


def should_it_hurt(turn: Turn, _: Event) -> Outcome:
    """Say what a movement should feel like."""
    return turn.tell(line("should-it-hurt"))


def ask_first(turn: Turn, _: Event) -> Outcome:
    """Stop, keep the place, and send to a professional first."""
    unsure = turn.concerned(Concern.ASK_FIRST)
    return unsure.unasked().wait(line("ask-first"), at=turn.rest)


def ask_first_idle(turn: Turn, _: Event) -> Outcome:
    """Send to a professional first, and stop what may sound here after all, begun long ago."""
    return turn.concerned(Concern.ASK_FIRST).leave(line("ask-first"))


def may_follow(turn: Turn, event: Event, outcome: Outcome) -> bool:
    """Whether an outcome may follow while something is of concern: nothing that plays may.

    But whoever rests was asked whether to go on with something else once they feel well.
    """
    if not isinstance(outcome.player, Play | PlayClip):
        return True
    agrees = isinstance(event, Yes) and turn.heard_question is Question.SKIP_IT
    return agrees and turn.session.concern is Concern.UNWELL


def well_again(turn: Turn) -> Outcome:
    """Ask whether what is of concern is settled; what was asked for instead is not done yet."""
    return turn.ask(whether_well_again(turn))


def settle(turn: Turn, _: Event) -> Outcome:
    """Take the runner's word that all is well, and ask what it shall be: nothing plays by that."""
    settled = turn.settled()
    if settled.session.progress is None:
        return settled.ask(which_one())
    return settled.ask(whether_to_go_on(settled))


def not_settled(turn: Turn, _: Event) -> Outcome:
    """Say again what is to be done first, and wait."""
    concern = turn.session.concern
    first = "feels-wrong" if concern is Concern.UNWELL else f"{concern}"
    return turn.unasked().close(line(first))


def skip_it(turn: Turn, _: Event) -> Outcome:
    """Go on with the next movement, or end for today."""
    following = turn.beyond_pain
    return turn.play_step(following) if following else turn.leave(line("if-it-stays"))


def wait_here(turn: Turn, _: Event) -> Outcome:
    """Wait at what hurts, which the runner would not leave out, and say what they can do."""
    is_easier = turn.timeline.plan.easier_form(turn.step.movement) is not None
    kept_in = line("kept-in-easier" if is_easier else "kept-in")
    if turn.session.is_unwell:
        (kept_in,) = advice(turn)
    waiting = turn.unasked()
    return (waiting.close if turn.session.phase is Phase.PAUSED else waiting.wait)(kept_in)
