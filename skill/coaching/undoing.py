"""Undoing: taking back what a runner changed last, of their wishes or of the plan under way.

What it was before is noted for every command that changes it (`with_former`), so that no
transition has to think of it.
"""

from skill.coaching.asking import put_again
from skill.coaching.errors import PlanError
from skill.coaching.events import Event, SkipForToday
from skill.coaching.lines import Line, Wishes, line
from skill.coaching.outcomes import Outcome
from skill.coaching.plans import Choices
from skill.coaching.questions import whether_to_skip
from skill.coaching.repertoire import Repertoire
from skill.coaching.replanning import go_on_with, wish
from skill.coaching.runner import Former, Phase, Progress, Runner
from skill.coaching.situations import spot_of
from skill.coaching.timeline import Timeline
from skill.coaching.turns import Turn
from skill.coaching.values import content_of, replace


def with_former(before: Runner, event: Event, outcome: Outcome, repertoire: Repertoire) -> Outcome:
    """Note in a command's outcome what an undo leads back to, if the command has changed it."""
    after = outcome.runner
    if outcome.forgets or after.former != before.former:
        return outcome
    was, now = before.session.progress, after.session.progress
    former = after.former
    if outcome.errand is not None or (isinstance(event, SkipForToday) and now is None):
        former = None  # an undo would mean the reminders, or what was done by ending: not undone
    elif replanned := _before_replanning(before, after, repertoire):
        former = replanned
    elif (before.choices, before.waits) != (after.choices, after.waits):
        former = Former(before.choices, before.waits)
    elif former is not None and now is not None and (was is None or not _same_routine(was, now)):
        former = Former(former.choices, former.waits)  # its plan was that of a routine gone by
    if former == after.former:
        return outcome
    return replace(outcome, runner=replace(after, former=former))


def undo(turn: Turn, _: Event) -> Outcome:
    """Take back the last change; where it hurts, nothing gets harder by that, but is asked of."""
    if turn.hurts:
        return put_again(turn, whether_to_skip(turn))
    if turn.runner.former is None:
        return turn.tell(line("nothing-to-undo"))
    return _undone(turn, turn.runner.former)


def _undone(turn: Turn, former: Former) -> Outcome:
    """Take back a change; from the movement that it led to, come back to the one before."""
    choices = former.choices.known_to(turn.repertoire.catalogue)
    runner = replace(turn.runner, choices=choices, waits=former.waits, former=None)
    undone = replace(turn, runner=runner)
    changes_mode = turn.session.phase is Phase.PLAYING and undone.runs_on is not turn.runs_on
    before = _timeline_before(turn, former)
    told = _what_is_undone(turn, former, before)
    if before is not None:
        return _as_before(undone, before, former, told, play=changes_mode)
    if choices != turn.runner.choices:
        return wish(turn, lambda _: choices, told, runner=runner)
    if former.waits == turn.runner.waits:
        return undone.tell(line("nothing-to-undo"))
    if changes_mode:
        return undone.play(turn.timeline, turn.place.offset, told)
    return undone.tell(told)


def _what_is_undone(turn: Turn, former: Former, before: Timeline | None) -> Line:
    """Name what is taken back, if there are words for it: a wish, and not the lack of one."""
    wanted, now = former.choices, turn.runner.choices
    if before is not None:
        plan, earlier = turn.timeline.plan, before.plan
        wanted, now = earlier.choices, plan.choices
        if plan.easier != earlier.easier:
            return line("undone-easier" if plan.easier > earlier.easier else "undone")
        if wanted == now and plan.more != earlier.more:
            return line("undone-more")
    undone = _differing(now, wanted)
    waits = turn.runner.waits and not former.waits
    if undone == Choices() and not waits:
        return line("undone")
    movements = turn.repertoire.catalogue.movements.values()
    skipped = tuple(movement for movement in movements if movement.id in undone.skipped)
    return line("undone-wishes", wishes=Wishes(undone, waits, skipped))


def _differing(choices: Choices, others: Choices) -> Choices:
    """Return the choices without those that the others have too."""
    usual, alike = Choices(), {}
    for name, chosen in content_of(choices).items():
        other = getattr(others, name)
        if isinstance(chosen, frozenset):
            alike[name] = chosen - other
        elif chosen == other:
            alike[name] = getattr(usual, name)
    return replace(choices, **alike)


def _as_before(turn: Turn, before: Timeline, former: Former, told: Line, *, play: bool) -> Outcome:
    """Go on with the plan before, at the same place or from the step that was left.

    Where that hurt, it waits: an undo is no wish to begin it again.
    """
    if former.left is None or turn.step.movement.id != former.led_to:
        return go_on_with(turn, before.plan, told, play=play)
    left, entry = before.plan.steps[former.left], before.entry(former.left)
    if former.hurt:
        hurting = turn.moved(before, entry).hurting()
        hurt_here = line("hurt-here", spot=hurting.spot)
        return hurting.stop_and_ask(whether_to_skip(hurting), told, hurt_here)
    return turn.move_into(before, entry, told, line("back-to", spot=spot_of(left)))


def _same_routine(one: Progress, other: Progress) -> bool:
    return one.plan_id.partition("_")[0] == other.plan_id.partition("_")[0]


def _before_replanning(before: Runner, after: Runner, repertoire: Repertoire) -> Former | None:
    """Return what was before the plan under way became another of the same routine, if it did."""
    was, now = before.session.progress, after.session.progress
    if was is None or now is None or was.plan_id == now.plan_id or not _same_routine(was, now):
        return None
    old, new = repertoire.timeline(was.plan_id).plan, repertoire.timeline(now.plan_id).plan
    step, movement = old.steps[was.bookmark.step], new.steps[now.bookmark.step].movement
    former = Former(before.choices, before.waits, old.id)
    if step.movement == movement:
        return former
    hurt = before.session.hurt == step.movement.id
    return replace(former, left=step.index, led_to=movement.id, hurt=hurt)


def _timeline_before(turn: Turn, former: Former) -> Timeline | None:
    """Return the timeline of the plan before, if there still is one with the step that was left."""
    sounds_elsewhere = turn.session.phase is Phase.PLAYING and not turn.moment.has_player
    if former.plan_id is None or turn.session.progress is None or sounds_elsewhere:
        return None
    try:
        before = turn.repertoire.timeline(former.plan_id)
    except PlanError:
        return None
    return before if (former.left or 0) < len(before.spans) else None
