"""The session machine: one table, total over phases and events, and `advance`, which reads it.

The rules:

- A player's notice counts only if it comes from the guide that was last started: the same
  plan and the same generation. Anything late, repeated or foreign changes nothing.
- Within one generation the place only moves forward, so notices may come in any order.
- A playhead of a later generation than ours means that we have forgotten something (the
  store was away): what the player tells is true, and we go on from there.
- A command's question is forgotten with the next command; a notice leaves it open.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from skill.coaching import events
from skill.coaching import transitions as do
from skill.coaching.errors import PlanError
from skill.coaching.events import Activity, Command, Event, Moment, PlayerNotice, Playhead
from skill.coaching.lines import line
from skill.coaching.outcomes import Outcome
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Phase, Progress, Runner, SessionState
from skill.coaching.turns import Turn

Transition = Callable[[Turn, Any], Outcome]
"""Each transition takes the very event its row in the table names."""

_PHASES = (Phase.IDLE, Phase.PLAYING, Phase.PAUSED, Phase.STEPPING)
_ROWS: Mapping[type[Event], tuple[Transition, Transition, Transition, Transition]] = {
    # event                  idle             playing          paused           stepping
    events.Launch: (do.welcome, do.offer, do.offer, do.offer),
    events.StartRoutine: (do.start, do.start, do.start, do.start),
    events.ListRoutines: (do.list_routines, do.list_routines, do.list_routines, do.list_routines),
    events.NextStep: (do.nothing_on, do.next_step, do.next_step, do.ready),
    events.NextMovement: (
        do.nothing_on, do.next_movement, do.next_movement, do.next_movement,
    ),
    events.PreviousStep: (
        do.nothing_on, do.previous_step, do.previous_step, do.previous_step,
    ),
    events.Repeat: (do.nothing_on, do.repeat, do.repeat, do.repeat),
    events.OtherSide: (do.nothing_on, do.other_side, do.other_side, do.other_side),
    events.StartOver: (do.nothing_on, do.start_over, do.start_over, do.start_over),
    events.Resume: (do.nothing_on, do.resume, do.resume, do.resume),
    events.Pause: (do.nothing_on, do.pause, do.still_paused, do.leave),
    events.Stop: (do.goodbye, do.leave, do.leave, do.leave),
    events.WhereAmI: (do.nothing_on, do.where, do.where, do.where),
    events.HowLongLeft: (do.nothing_on, do.how_long_left, do.how_long_left, do.how_long_left),
    events.WhatsNext: (do.nothing_on, do.whats_next, do.whats_next, do.ask_whether_ready),
    events.HowTo: (do.how_to_named, do.how_to, do.how_to, do.how_to),
    events.WhyThis: (do.why_named, do.why, do.why, do.why),
    events.Help: (do.help_idle, do.help_playing, do.help_paused, do.help_stepping),
    events.KeepOrder: (do.keep_order, do.keep_order, do.keep_order, do.keep_order),
    events.NotUnderstood: (
        do.not_understood, do.not_understood, do.not_understood, do.not_understood,
    ),
    events.Yes: (do.yes, do.yes, do.yes, do.yes),
    events.No: (do.no_idle, do.no_playing, do.no_waiting, do.no_waiting),
    events.PlaybackStarted: (do.note, do.note, do.note, do.note),
    events.PlaybackStopped: (do.note, do.note, do.note, do.note),
    events.PlaybackNearlyFinished: (do.note, do.note, do.note, do.note),
    events.PlaybackFinished: (do.note, do.finish, do.finish, do.note),
    events.PlaybackFailed: (do.note, do.retry, do.note, do.note),
    events.SessionEnded: (do.hang_up, do.hang_up, do.hang_up, do.hang_up_stepping),
}  # fmt: skip

TRANSITIONS: Mapping[tuple[Phase, type[Event]], Transition] = {
    (phase, event): transition
    for event, row in _ROWS.items()
    for phase, transition in zip(_PHASES, row, strict=True)
}


def advance(runner: Runner, event: Event, moment: Moment, repertoire: Repertoire) -> Outcome:
    """Return what follows from an event at a moment; nothing else has any effect."""
    runner = _with_a_plan_we_know(runner, repertoire)
    runner = _caught_up(runner, event, moment, repertoire)
    turn = Turn(runner, moment, repertoire)
    if isinstance(event, PlayerNotice) and not _is_current(runner.session, moment):
        return turn.quiet()
    outcome = TRANSITIONS[runner.session.phase, type(event)](turn, event)
    if not isinstance(event, Command):
        return outcome
    return _spoken(outcome) if moment.is_spoken else _silenced(outcome, runner)


def _spoken(outcome: Outcome) -> Outcome:
    """Own up to a loss, and count the answer, so that the next one is worded differently."""
    runner, session = outcome.runner, outcome.runner.session
    loss = (line("state-lost"),) if runner.loss_untold else ()
    told = replace(runner, session=replace(session, turn=session.turn + 1), loss_untold=False)
    return replace(outcome, runner=told, lines=(*loss, *outcome.lines))


def _silenced(outcome: Outcome, before: Runner) -> Outcome:
    """Leave the words out, and with them the question: nobody would hear it."""
    session = replace(outcome.runner.session, asked=None)
    if outcome.ask is not None and outcome.player is None:
        session = before.session
    return Outcome(replace(outcome.runner, session=session), player=outcome.player)


def _with_a_plan_we_know(runner: Runner, repertoire: Repertoire) -> Runner:
    """Let go of a routine under way that is not in the catalogue any more."""
    progress = runner.session.progress
    if progress is None:
        return runner
    try:
        repertoire.timeline(progress.plan_id)
    except PlanError:
        nothing = replace(runner.session, phase=Phase.IDLE, progress=None, asked=None)
        return replace(runner, session=nothing)
    return runner


def _is_current(session: SessionState, moment: Moment) -> bool:
    """Whether the moment's playhead is in the guide that was last started."""
    playhead, progress = moment.playhead, session.progress
    return (
        playhead is not None
        and progress is not None
        and playhead.generation == session.generation
        and playhead.plan_id == progress.plan_id
    )


def _caught_up(runner: Runner, event: Event, moment: Moment, repertoire: Repertoire) -> Runner:
    """Move the runner's place to where the player says it is, if it is our place to believe."""
    session, playhead = runner.session, moment.playhead
    if playhead is None or session.phase is Phase.STEPPING:
        return runner
    if playhead.generation > session.generation:
        known = replace(session, generation=playhead.generation)
        over = playhead.activity is Activity.FINISHED and not isinstance(event, PlayerNotice)
        return replace(runner, session=known if over else _adopted(known, playhead, repertoire))
    if session.progress is None or not _is_current(session, moment):
        return runner
    told = repertoire.bookmark(playhead.plan_id, playhead.digest, playhead.offset)
    if told is None:
        return runner
    timeline = repertoire.timeline(playhead.plan_id)
    furthest = max(told, session.progress.bookmark, key=timeline.offset_of)
    progress = replace(session.progress, bookmark=furthest)
    return replace(runner, session=replace(session, progress=progress))


def _adopted(session: SessionState, playhead: Playhead, repertoire: Repertoire) -> SessionState:
    """Take over the place of a player that knows more than we do."""
    plan_id, offset = playhead.plan_id, playhead.offset
    try:
        nearest = repertoire.timeline(plan_id).bookmark(offset)
        bookmark = repertoire.bookmark(plan_id, playhead.digest, offset) or nearest
    except PlanError:
        return session
    return replace(session, phase=Phase.PLAYING, progress=Progress(plan_id, bookmark))
