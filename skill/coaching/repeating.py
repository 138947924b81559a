"""Repeating: a command that is sent again, since its answer was lost, is not done again.

Its sender gives it an id. Those of the last commands that have done something are kept with the
runner, whom asked again is told how things stand; what only asks may as well be answered anew.
"""

from collections.abc import Mapping

from skill.coaching import events
from skill.coaching.events import Event, Moment
from skill.coaching.outcomes import Outcome
from skill.coaching.runner import Phase, Question, Runner
from skill.coaching.values import replace

KEPT = 4
"""Ids: a page sends one command after the other, and few runners have many pages."""

STANDING: Mapping[Phase, Event] = {
    Phase.IDLE: events.WhatWasThat(),
    Phase.PLAYING: events.Resume(),
    Phase.PAUSED: events.Pause(),
    Phase.STEPPING: events.Repeat(),
}
"""What brings a player to where the runner is already, by the phase."""


def again(runner: Runner, moment: Moment) -> tuple[Runner, Event]:
    """Return the runner as they were left, and what happens in place of what was done already."""
    session = runner.session
    if session.progress is not None and session.is_moving:
        # Nothing has sounded yet of what the lost answer was to play.
        unheard = replace(session.progress, as_of=moment.now)
        runner = replace(runner, session=replace(session, progress=unheard))
    match session.asked:
        case None | Question.NEXT_STEP:
            return runner, STANDING[session.phase]
        case Question.SKIP_IT:
            return runner, events.ItHurts()
        case _:
            return runner, events.WhatWasThat()


def noted(before: Runner, outcome: Outcome, command_id: str) -> Outcome:
    """Note the id of a command, if it has done anything to the runner as they were before."""
    after = outcome.runner
    if outcome.forgets or (outcome.player is None and _standing(after) == _standing(before)):
        return outcome
    done = (*(id_ for id_ in after.done if id_ != command_id), command_id)[-KEPT:]
    return replace(outcome, runner=replace(after, done=done))


def _standing(runner: Runner) -> tuple[object, ...]:
    session = runner.session
    plan = session.progress.plan_id if session.progress else None
    return session.phase, plan, runner.choices, runner.waits, runner.history, runner.former
