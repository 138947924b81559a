"""Replanning: how a routine under way becomes another plan without losing the place.

Whatever changes a plan goes through `go_on_with`, so that what cannot be is said, and
changes nothing; that a hold once made longer stays so; and that a movement which steps in is
named, and explained where the guide would not explain it.
"""

from collections.abc import Callable

from skill.coaching.errors import NothingLeftError, PlanError
from skill.coaching.lines import Instructions, Line, line
from skill.coaching.movements import Movement
from skill.coaching.outcomes import Outcome
from skill.coaching.plans import Choices, Plan
from skill.coaching.runner import Phase, Runner
from skill.coaching.situations import spot_of
from skill.coaching.timeline import carried
from skill.coaching.transitions import end
from skill.coaching.turns import Turn
from skill.coaching.values import replace

Change = Callable[[Choices], Choices]


def wish(
    turn: Turn,
    change: Change,
    *lines: Line,
    runner: Runner | None = None,
    lasting: Change | None = None,
    keeps_more: bool = True,
) -> Outcome:
    """Change what a runner has chosen, at once and for good; for good perhaps otherwise.

    `runner`: what else the wish makes of the runner, if it can be granted.

    A hold that was made longer just now stays longer by as much, if the wish `keeps_more`.
    """
    chosen = (lasting or change)(turn.runner.choices)
    runner = replace(runner or turn.runner, choices=chosen)
    sounds_elsewhere = turn.session.phase is Phase.PLAYING and not turn.moment.has_player
    if turn.session.progress is None or sounds_elsewhere:
        return replace(turn, runner=runner).tell(*lines)
    plan = turn.timeline.plan
    changed = replace(plan, choices=change(plan.choices), more=None)
    changed = still_longer(turn, changed) if keeps_more else changed
    return go_on_with(turn, changed, *lines, runner=runner)


def go_on_with(
    turn: Turn,
    plan: Plan,
    *lines: Line,
    runner: Runner | None = None,
    play: bool = False,
    naming: str = "on-with",
) -> Outcome:
    """Go on with another plan of the routine, as a changed runner, at the same place.

    What waits stays waiting, unless it shall `play`. A movement that steps in is named by the
    line `naming`. With nothing left to do, end.
    """
    try:
        timeline = turn.repertoire.timeline(plan.id)
    except NothingLeftError:
        return turn.tell(line("nothing-would-be-left"))
    except PlanError:
        return turn.tell(line("too-long"))
    changed = replace(turn, runner=runner or turn.runner)
    if plan.id == turn.timeline.plan.id and not play:
        return changed.tell(*lines)
    bookmark = carried(turn.progress.bookmark, turn.timeline, timeline)
    if bookmark is None:
        if turn.hurts:
            return changed.leave(*lines, line("if-it-stays"))
        return end(changed, *lines)
    step = timeline.plan.steps[bookmark.step]
    if step.part == turn.step.part and step.movement != turn.step.movement:
        lines = (*lines, line(naming, spot=spot_of(step)))
        if not timeline.explains(step.index):
            lines = (*lines, line("how-to", instructions=Instructions(step.movement, step.side)))
    return changed.move_into(timeline, timeline.offset_of(bookmark), *lines, play=play)


def still_longer(turn: Turn, plan: Plan) -> Plan:
    """Return a plan with the hold at hand longer by what it was made longer, if it can be."""
    was = turn.timeline.plan
    if was.more is None or was.more.step != turn.step.index or not plan.portions:
        return plan
    same = plan.nearest_to(turn.step)
    if same is None or same.movement != turn.step.movement:
        return plan
    longer = replace(plan, more=replace(was.more, step=same.index))
    try:
        turn.repertoire.timeline(longer.id)
    except PlanError:
        return plan
    return longer


def newly_left_out(new: Plan, old: Plan) -> tuple[Movement, ...]:
    """Return the movements that a plan leaves out, and the one before it did not."""
    return tuple(movement for movement in new.left_out if movement not in old.left_out)
