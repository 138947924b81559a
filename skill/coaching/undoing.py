"""Undoing: taking back what a runner changed last, of their wishes or of the plan under way.

What it was before is noted for every command that changes it (`with_former`), so that no
transition has to think of it.
"""

from dataclasses import replace

from skill.coaching.errors import PlanError
from skill.coaching.events import Event
from skill.coaching.lines import line
from skill.coaching.outcomes import Outcome
from skill.coaching.repertoire import Repertoire
from skill.coaching.replanning import go_on_with, wish
from skill.coaching.runner import Former, Phase, Runner
from skill.coaching.timeline import Timeline
from skill.coaching.turns import Turn, spot_of


def with_former(before: Runner, outcome: Outcome, repertoire: Repertoire) -> Outcome:
    """Note in a command's outcome what an undo leads back to, if the command has changed it."""
    after = outcome.runner
    if outcome.forgets or after.former != before.former:
        return outcome
    former = after.former
    if outcome.errand is not None:
        former = None  # it is the reminders that an undo would mean, and those are not undone
    elif replanned := _before_replanning(before, after, repertoire):
        former = replanned
    elif (before.choices, before.waits) != (after.choices, after.waits):
        former = Former(before.choices, before.waits)
    return replace(outcome, runner=replace(after, former=former))


def undo(turn: Turn, _: Event) -> Outcome:
    """Take back the last change; from a movement that it led to, come back to the one before."""
    former = turn.runner.former
    if former is None:
        return turn.tell(line("nothing-to-undo"))
    choices = former.choices.known_to(turn.repertoire.catalogue)
    runner = replace(turn.runner, choices=choices, waits=former.waits, former=None)
    undone, told = replace(turn, runner=runner), line("undone")
    begins_to_wait = turn.session.phase is Phase.PLAYING and undone.runs_on is not turn.runs_on
    before = _timeline_before(turn, former)
    if before is not None:
        return _as_before(undone, before, former.left, play=begins_to_wait)
    if choices != turn.runner.choices:
        return wish(undone, lambda _: choices, told)
    if former.waits == turn.runner.waits:
        return undone.tell(line("nothing-to-undo"))
    return (
        undone.play(turn.timeline, turn.place.offset, told) if begins_to_wait else undone.tell(told)
    )


def _as_before(turn: Turn, before: Timeline, left: int | None, *, play: bool) -> Outcome:
    """Go on with the plan before, at the same place or from the step that was left."""
    told = line("undone")
    if left is None or left not in range(len(before.spans)):
        return go_on_with(turn, before.plan, told, play=play)
    back_to = line("back-to", spot=spot_of(before.plan.steps[left]))
    return turn.move_into(before, before.entry(left), told, back_to)


def _before_replanning(before: Runner, after: Runner, repertoire: Repertoire) -> Former | None:
    """Return what was before the plan under way became another of the same routine, if it did."""
    was, now = before.session.progress, after.session.progress
    if was is None or now is None or was.plan_id == now.plan_id:
        return None
    old, new = repertoire.timeline(was.plan_id).plan, repertoire.timeline(now.plan_id).plan
    if old.routine != new.routine:
        return None
    step = old.steps[was.bookmark.step]
    has_left = step.movement != new.steps[now.bookmark.step].movement
    return Former(before.choices, before.waits, old.id, step.index if has_left else None)


def _timeline_before(turn: Turn, former: Former) -> Timeline | None:
    """Return the timeline of the plan before, if one of its routine is still under way."""
    sounds_elsewhere = turn.session.phase is Phase.PLAYING and not turn.moment.has_player
    if former.plan_id is None or turn.session.progress is None or sounds_elsewhere:
        return None
    try:
        before = turn.repertoire.timeline(former.plan_id)
    except PlanError:
        return None
    return before if before.plan.routine == turn.timeline.plan.routine else None
