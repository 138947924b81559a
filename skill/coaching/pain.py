"""Pain, and what is worse: the movement stops first, and never goes on by itself."""

from skill.coaching.events import Event
from skill.coaching.lines import Easier, Line, line
from skill.coaching.outcomes import Ask, Outcome
from skill.coaching.questions import whether_to_skip
from skill.coaching.runner import Phase, Question
from skill.coaching.turns import Turn


def it_hurts(turn: Turn, _: Event) -> Outcome:
    """Stop, give the care line, and offer to leave the movement out."""
    hurting = turn.hurting(unwell=turn.hurts and turn.session.unwell)
    return hurting.stop_and_ask(whether_to_skip(hurting), *advice(hurting))


def advice(turn: Turn) -> tuple[Line, ...]:
    """Return what to do now that it hurts, and how it would be easier; to rest, if it is worse."""
    if turn.session.unwell:
        return (line("feels-wrong"),)
    return line("it-hurts"), line("easier", easier=Easier(turn.step.movement))


def it_hurts_idle(turn: Turn, _: Event) -> Outcome:
    """Give the care line, and stop what may sound here after all, begun long ago."""
    return turn.leave(line("it-hurts"), line("if-it-stays"))


def feels_wrong(turn: Turn, _: Event) -> Outcome:
    """Stop, have the runner rest, and offer to leave the movement out: no way to carry on."""
    unwell = turn.hurting(unwell=True)
    return unwell.stop_and_ask(whether_to_skip(unwell), *advice(unwell))


def feels_wrong_idle(turn: Turn, _: Event) -> Outcome:
    """Have the runner rest, and stop what may sound here after all, begun long ago."""
    return turn.leave(line("feels-wrong"))


def emergency(turn: Turn, _: Event) -> Outcome:
    """Stop, stay at this movement, and send for help: nothing is offered, and nothing asked."""
    at = turn.place.offset if turn.is_heard else turn.rest  # after a step, that is in the next one
    return turn.hurting(unwell=True).unasked().wait(line("emergency"), at=at)


def emergency_idle(turn: Turn, _: Event) -> Outcome:
    """Send for help, and stop what may sound here after all, begun long ago."""
    return turn.leave(line("emergency"))


def no_pain(turn: Turn, _: Event) -> Outcome:
    """Ask whether to go on with what had hurt, and hurts no more: only a yes starts it again."""
    if not turn.hurts:
        return turn.tell(line("noted"))
    again = line("try-again", spot=turn.spot)
    return turn.ask(Ask(Question.GO_ON, again, again))


def should_it_hurt(turn: Turn, _: Event) -> Outcome:
    """Say what a movement should feel like."""
    return turn.tell(line("should-it-hurt"))


def ask_first(turn: Turn, _: Event) -> Outcome:
    """Stop, keep the place, and send to a professional first."""
    return turn.unasked().wait(line("ask-first"), at=turn.rest)


def ask_first_idle(turn: Turn, _: Event) -> Outcome:
    """Send to a professional first, and stop what may sound here after all, begun long ago."""
    return turn.leave(line("ask-first"))


def skip_it(turn: Turn, _: Event) -> Outcome:
    """Go on with the next movement, or end for today."""
    following = turn.beyond_pain
    return turn.play_step(following) if following else turn.leave(line("if-it-stays"))


def wait_here(turn: Turn, _: Event) -> Outcome:
    """Wait at what hurts, which the runner would not leave out, and say what they can do."""
    is_easier = turn.timeline.plan.easier_form(turn.step.movement) is not None
    kept_in = line("kept-in-easier" if is_easier else "kept-in")
    if turn.session.unwell:
        (kept_in,) = advice(turn)
    waiting = turn.unasked()
    return (waiting.close if turn.session.phase is Phase.PAUSED else waiting.wait)(kept_in)
