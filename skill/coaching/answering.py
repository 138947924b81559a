"""Answering: what yes and no mean, by the question that is open."""

from collections.abc import Callable, Mapping

from skill.coaching.asking import ask_again, ask_which
from skill.coaching.events import Event
from skill.coaching.lines import line
from skill.coaching.outcomes import Outcome
from skill.coaching.pain import not_settled, settle, skip_it, wait_here
from skill.coaching.questions import anything_else, whether_ready, whether_to_go_on
from skill.coaching.recalling import forget, keep_everything, no_reminders, set_reminders
from skill.coaching.runner import Phase, Question
from skill.coaching.transitions import (
    choose,
    do_it_again,
    goodbye,
    hang_up,
    leave,
    leave_stepping,
    noted,
    ready,
    resume,
)
from skill.coaching.turns import Turn
from skill.coaching.values import replace

Transition = Callable[[Turn, Event], Outcome]


def yes(turn: Turn, event: Event) -> Outcome:
    """Do what was offered."""
    agree, _ = ANSWERS[turn.heard_question]
    return agree(turn, event)


def no(turn: Turn, event: Event) -> Outcome:
    """Leave what was offered."""
    _, decline = ANSWERS[turn.heard_question]
    return decline(turn, event)


def unsure(turn: Turn, event: Event) -> Outcome:
    """Choose for who knows no routine to choose; else leave what was offered."""
    if turn.session.asked is Question.WHICH_ROUTINE:
        return choose(turn, event)
    return no(turn, event)


def ask_anything_else(turn: Turn, _: Event) -> Outcome:
    """Ask what it shall be."""
    return turn.ask(anything_else(line("anything-else")))


def never_mind(turn: Turn, _: Event) -> Outcome:
    """Leave what was asked about, and go on as before."""
    return turn.unasked().tell(line("never-mind"))


def take_your_time(turn: Turn, _: Event) -> Outcome:
    """Wait for a runner who is not ready, or not done, and ask again."""
    waiting = "take-your-time" if turn.following else "not-done-yet"
    return turn.ask(replace(whether_ready(turn), line=line(waiting)))


def not_now(turn: Turn, event: Event) -> Outcome:
    """Ask for another routine; where it hurt, wait for a wish."""
    return wait_here(turn, event) if turn.hurts else ask_which(turn, event)


def agreed(turn: Turn, event: Event) -> Outcome:
    """Ask whether to go on where it waits; else there was no question, so a word will do."""
    if turn.session.phase is not Phase.PAUSED:
        return noted(turn, event)
    return turn.ask(whether_to_go_on(turn))


def turn_away(turn: Turn, event: Event) -> Outcome:
    """Ask nothing more: what plays goes on, what waits stays kept."""
    return TURNED_AWAY[turn.session.phase](turn, event)


ANSWERS: Mapping[Question | None, tuple[Transition, Transition]] = {
    # asked                   yes                no
    Question.WHICH_ROUTINE: (ask_which, turn_away),
    Question.GO_ON: (resume, not_now),
    Question.NEXT_STEP: (ready, take_your_time),
    Question.SKIP_IT: (skip_it, wait_here),
    Question.HOW_LONG: (ask_again, never_mind),
    Question.HOLD_SECONDS: (ask_again, never_mind),
    Question.HOW_MANY_REPS: (ask_again, never_mind),
    Question.WHICH_SIDE: (ask_again, never_mind),
    Question.WHICH_MOVEMENT: (ask_again, never_mind),
    Question.WHAT_IS_MISSING: (ask_again, never_mind),
    Question.WHAT_TO_BRING_BACK: (ask_again, never_mind),
    Question.WHICH_DAYS: (ask_again, no_reminders),
    Question.WHAT_TIME: (ask_again, no_reminders),
    Question.REMIND_ME: (set_reminders, no_reminders),
    Question.FORGET_ME: (forget, keep_everything),
    Question.SAME_AGAIN: (do_it_again, ask_which),
    Question.WELL_AGAIN: (settle, not_settled),
    Question.ANYTHING_ELSE: (ask_anything_else, turn_away),
    None: (agreed, noted),
}
"""What yes and no do, by the question that is open."""

TURNED_AWAY: Mapping[Phase, Transition] = {
    Phase.IDLE: goodbye,
    Phase.PLAYING: hang_up,
    Phase.PAUSED: leave,
    Phase.STEPPING: leave_stepping,
}
"""How a runner is let go who wants nothing more, by the phase."""
