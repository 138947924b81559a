"""The session machine: one table, total over phases and events, and `advance`, which reads it.

The rules:

- A player's notice counts only if it comes from the guide that was last started: the same
  plan and the same generation. Anything late, repeated or foreign changes nothing.
- Within one generation the place only moves forward, so notices may come in any order.
- A playhead of a later generation than ours means that we have forgotten something (the
  store was away): what the player tells is true, and we go on from there. One from days to
  come is none of ours.
- To whom no guide was played yet, as far as we know, their player's place is given only when they
  ask for what makes no sense without one.
- While a guide plays and nobody tells where, the place moves on with the clock.
- What answers the open question is read by it before the table is: a number alone, or the place
  of something that was named to choose from (`meaning`).
- A command's question is forgotten with the next command; a notice leaves it open. Whether to
  leave out what hurts stays asked though the runner leaves, until they say no.
- Which movement hurt is kept in mind, whatever is asked and answered, until something plays.
- While something is of concern nothing plays: whoever wants it to is asked whether that is settled.
  Only who has agreed to go on with another movement once they are well, has said so by that.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from skill.coaching import adjusting as adjust
from skill.coaching import answering as answer
from skill.coaching import asking, events, pain, undoing
from skill.coaching import recalling as recall
from skill.coaching import transitions as do
from skill.coaching.errors import PlanError
from skill.coaching.events import Command, Event, PlayerNotice
from skill.coaching.lines import Line, line
from skill.coaching.meaning import meant
from skill.coaching.moments import Moment, Playhead
from skill.coaching.movements import SECOND
from skill.coaching.outcomes import Outcome
from skill.coaching.repeating import once
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Phase, Progress, Question, Runner, SessionState
from skill.coaching.turns import Turn
from skill.coaching.values import replace

E = TypeVar("E", bound=Event)
Row = tuple[type[Event], dict[Phase, Callable[[Turn, Any], Outcome]]]


def _row(
    event: type[E],
    idle: Callable[[Turn, E], Outcome],
    playing: Callable[[Turn, E], Outcome],
    paused: Callable[[Turn, E], Outcome],
    stepping: Callable[[Turn, E], Outcome],
) -> Row:
    """Pair an event with what is done about it in each phase."""
    return event, {
        Phase.IDLE: idle,
        Phase.PLAYING: playing,
        Phase.PAUSED: paused,
        Phase.STEPPING: stepping,
    }


def _always(event: type[E], transition: Callable[[Turn, E], Outcome]) -> Row:
    """Pair an event with what is done about it whatever the phase."""
    return _row(event, transition, transition, transition, transition)


def _under_way(event: type[E], transition: Callable[[Turn, E], Outcome]) -> Row:
    """Pair an event with what is done about it while a routine is under way."""
    return _row(event, asking.nothing_on, transition, transition, transition)


# fmt: off
TRANSITIONS: Mapping[type[Event], Mapping[Phase, Callable[[Turn, Any], Outcome]]] = dict([
    #    event, idle, playing, paused, stepping
    _row(events.Launch, do.welcome, do.offer_now, do.offer, do.offer),
    _row(events.NextStep, asking.nothing_on, do.next_step, do.next_step, do.ready),
    _row(events.Repeat, do.offer_it_again, do.repeat, do.repeat, do.repeat),
    _row(events.Pause, do.nothing_to_pause, do.pause, do.still_paused, do.pause_stepping),
    _row(events.GiveMe,
         adjust.give_me_idle, adjust.give_me, adjust.give_me_paused, adjust.give_me_stepping),
    _row(events.Stop, do.goodbye, do.leave, do.leave, do.leave_stepping),
    _row(events.WhatsNext, asking.nothing_on,
         asking.whats_next, asking.whats_next, asking.whats_next_stepping),
    _row(events.HowTo, asking.how_to_named, asking.how_to, asking.how_to, asking.how_to),
    _row(events.WhyThis, asking.why_named, asking.why, asking.why, asking.why),
    _row(events.Help, do.help_idle, do.help_playing, do.help_paused, do.help_stepping),
    _row(events.ItHurts, pain.it_hurts_idle, pain.it_hurts, pain.it_hurts, pain.it_hurts),
    _row(events.FeelsWrong,
         pain.feels_wrong_idle, pain.feels_wrong, pain.feels_wrong, pain.feels_wrong),
    _row(events.Emergency, pain.emergency_idle, pain.emergency, pain.emergency, pain.emergency),
    _row(events.Crisis, pain.crisis_idle, pain.crisis, pain.crisis, pain.crisis),
    _always(events.NoPain, pain.no_pain),
    _row(events.AskFirst, pain.ask_first_idle, pain.ask_first, pain.ask_first, pain.ask_first),
    _under_way(events.NextMovement, do.next_movement),
    _under_way(events.PreviousStep, do.previous_step),
    _row(events.OtherSide,
         adjust.side_idle, adjust.side_named, adjust.side_named, adjust.side_named),
    _under_way(events.SkipSide, do.skip_side),
    _under_way(events.GoTo, do.go_to),
    _under_way(events.StartOver, do.start_over),
    _row(events.Resume, asking.nothing_on, do.resume, do.resume, do.resume_stepping),
    _under_way(events.WhereAmI, asking.where),
    _under_way(events.HowLongLeft, asking.how_long_left),
    _under_way(events.WhichSide, asking.which_side),
    _under_way(events.HowManyLeft, asking.how_many_left),
    _under_way(events.LastOne, asking.last_one),
    _row(events.WhatWasThat,
         do.repeat_the_question, asking.what_was_that, asking.what_was_that, asking.ask_again),
    _row(events.StartRoutine,
         do.start, do.start_another, do.start_another, do.start_another),
    _always(events.ListRoutines, asking.list_routines),
    _row(events.RoutineLength,
         asking.routine_length, asking.length_left, asking.length_left, asking.length_left),
    _row(events.WhatsInIt, asking.whats_in_it,
         asking.whats_in_this, asking.whats_in_this, asking.whats_in_this),
    _row(events.WhatsNeeded, asking.whats_needed,
         asking.needed_for_this, asking.needed_for_this, asking.needed_for_this),
    _always(events.KeepOrder, do.keep_order),
    _always(events.ShouldItHurt, pain.should_it_hurt),
    _always(events.Volume, do.volume),
    _always(events.NotUnderstood, do.not_understood),
    _always(events.BareNumber, do.not_understood),
    # wishes
    _row(events.FitTime, adjust.fit_or_hold,
         adjust.fit_the_rest_or_hold, adjust.fit_the_rest_or_hold, adjust.fit_the_rest_or_hold),
    _row(events.WaitForMe,
         adjust.wait_for_me, adjust.wait_from_here, adjust.wait_for_me, adjust.wait_for_me),
    _row(events.RunOn, adjust.run_on, adjust.run_on, adjust.run_on, adjust.run_on_from_here),
    _row(events.SkipForGood,
         adjust.skip_for_good_idle, adjust.skip_for_good, adjust.skip_for_good,
         adjust.skip_for_good),
    _under_way(events.SkipForToday, adjust.skip_for_today),
    _under_way(events.SkipNext, adjust.skip_next),
    _under_way(events.MoreTime, adjust.more_time),
    _under_way(events.LessTime, adjust.less_time),
    _under_way(events.EasierForm, adjust.easier),
    _row(events.HoldFor,
         adjust.hold_for, adjust.hold_for_or_fit, adjust.hold_for_or_fit, adjust.hold_for_or_fit),
    _always(events.RepsFor, adjust.reps_for),
    _always(events.HoldLonger, adjust.hold_longer),
    _always(events.HoldShorter, adjust.hold_shorter),
    _always(events.CountSlower, adjust.count_slower),
    _always(events.CountFaster, adjust.count_faster),
    _always(events.TighterSide, adjust.tighter_side),
    _always(events.EvenSides, adjust.even_sides),
    _always(events.Without, adjust.without),
    _always(events.WithAgain, adjust.with_again),
    _always(events.BringBack, adjust.bring_back),
    _always(events.LessTalking, adjust.less_talking),
    _always(events.TellEverything, adjust.tell_everything),
    _always(events.NoCountdown, adjust.no_countdown),
    _always(events.Countdown, adjust.countdown),
    _always(events.SoftSound, adjust.soft_sound),
    _always(events.NoSound, adjust.no_sound),
    _always(events.UsualSettings, adjust.usual_settings),
    _always(events.Undo, undoing.undo),
    # what is remembered
    _always(events.ThisWeek, recall.this_week),
    _always(events.HowOften, recall.how_often),
    _always(events.LastTime, recall.last_time),
    _always(events.MySettings, recall.settings),
    _always(events.ForgetMe, recall.whether_to_forget),
    _always(events.RemindMe, recall.remind_me),
    _always(events.WhenReminded, recall.when_reminded),
    _always(events.StopReminders, recall.stop_reminders),
    _always(events.ReminderAnswered, recall.reminder_answered),
    _always(events.PermissionAnswered, recall.permission_answered),
    # troubles
    _row(events.OutOfReach,
         do.out_of_reach_idle, do.out_of_reach, do.out_of_reach, do.out_of_reach),
    # answers
    _always(events.Yes, answer.yes),
    _always(events.No, answer.no),
    _always(events.Unsure, answer.unsure),
    # notices
    _always(events.PlaybackStarted, do.note),
    _always(events.PlaybackStopped, do.note),
    _always(events.PlaybackNearlyFinished, do.note),
    _row(events.PlaybackFinished, do.note, do.finish, do.finish, do.note),
    _row(events.PlaybackFailed, do.note, do.retry, do.note, do.note),
    _row(events.SessionEnded, do.hang_up, do.hang_up, do.hang_up, do.hang_up_stepping),
])

_RECALLING = frozenset({
    events.NextStep, events.NextMovement, events.PreviousStep, events.OtherSide, events.GoTo,
    events.SkipSide, events.Pause, events.Resume, events.StartOver,
    events.WhereAmI, events.HowLongLeft, events.WhatsNext,
    events.WhichSide, events.HowManyLeft, events.LastOne,
    events.SkipForToday, events.SkipNext, events.MoreTime, events.LessTime,
    events.GiveMe, events.EasierForm,
    events.PlaybackFinished, events.PlaybackFailed,
})
# fmt: on
_RECALLING_UNLESS_NAMED = events.HowTo, events.WhyThis, events.SkipForGood
_RECALLING_UNLESS_ASKED = events.Repeat, events.WhatWasThat
"""What brings back, for a runner to whom no guide was played, the place that the player knows: what
makes no sense without one, and what is lost otherwise. Some of it does make sense if it names a
movement, or when a question was asked. Anything else happens also to who has just been forgotten,
while the player still keeps our token."""

_MOOT = frozenset({Question.GO_ON, Question.SKIP_IT, Question.WELL_AGAIN, Question.SAME_AGAIN})
"""What is no question any more once a guide has played."""

MOST_AHEAD = timedelta(days=1)
"""A generation is a time by our clocks, and those of two machines are no further apart."""


def advance(
    runner: Runner, event: Event, moment: Moment, repertoire: Repertoire, *, is_known: bool = True
) -> Outcome:
    """Return what follows from an event at a moment; nothing else has any effect.

    A runner to whom no guide was played is a stranger, or was forgotten; not `is_known`, nothing
    could be read of them, and the player is believed in all it tells.
    """

    def happen(runner: Runner, event: Event) -> Outcome:
        return _happened(runner, event, moment, repertoire, is_known=is_known)

    return once(runner, event, moment, happen) if moment.command_id else happen(runner, event)


def _happened(
    runner: Runner, event: Event, moment: Moment, repertoire: Repertoire, *, is_known: bool
) -> Outcome:
    runner = _with_what_we_know(runner, repertoire)
    moment = _without_what_cannot_be(moment, runner.session)
    if not (is_known and runner.is_stranger) or _recalls(event, runner.session):
        runner = _caught_up(runner, event, moment, repertoire)
    turn = Turn(runner, moment, repertoire)
    if isinstance(event, PlayerNotice) and not _is_current(runner.session, moment):
        return turn.quiet()
    event = meant(turn, event)
    outcome = pain.in_need(turn, event)
    if outcome is None:
        outcome = TRANSITIONS[type(event)][runner.session.phase](turn, event)
    if turn.session.concern and not pain.may_follow(turn, event, outcome):
        outcome = pain.well_again(turn)
    if not isinstance(event, Command):
        return outcome
    outcome = undoing.with_former(runner, event, outcome, repertoire)
    if not moment.is_spoken:
        return replace(outcome, lines=())
    if outcome.errand is None:
        outcome = _owned_up(outcome)
    begins = isinstance(event, events.Launch) or _is_over(runner.session, outcome.runner.session)
    return _worded(outcome, begins=begins)


def _recalls(event: Event, session: SessionState) -> bool:
    """Whether an event is about the place, which the player may know though we do not."""
    if isinstance(event, _RECALLING_UNLESS_NAMED):
        return not event.is_named
    if isinstance(event, _RECALLING_UNLESS_ASKED):
        return session.asked in {None, Question.ANYTHING_ELSE}
    return type(event) in _RECALLING


def _owned_up(outcome: Outcome) -> Outcome:
    """Tell first what went wrong."""
    if not outcome.runner.untold:
        return outcome
    untold = tuple(line(line_id) for line_id in outcome.runner.untold)
    told = replace(outcome.runner, untold=())
    return replace(outcome, runner=told, lines=(*untold, *outcome.lines))


def _is_over(before: SessionState, after: SessionState) -> bool:
    """Whether a routine that was under way is no more."""
    return after.phase is Phase.IDLE and before.phase is not Phase.IDLE


def _worded(outcome: Outcome, *, begins: bool) -> Outcome:
    """Count what is said, so that nothing is said twice in one session that has other words."""
    session = outcome.runner.session
    said = {} if begins else dict(session.said)
    talk = session.talk + begins

    def counted(said_now: Line) -> Line:
        before = said.get(said_now.id, 0)
        said[said_now.id] = before + 1
        return replace(said_now, nth=talk + before)

    lines = tuple(map(counted, outcome.lines))
    ask = outcome.ask
    if ask is not None:
        put = counted(ask.line)
        # In other words than the question; not counted, since it is heard in silence only.
        again = replace(ask.reprompt, nth=talk + said.get(ask.reprompt.id, 0))
        ask = replace(ask, line=put, reprompt=again)
    runner = outcome.runner
    if not outcome.forgets:
        runner = replace(runner, session=replace(session, talk=talk, said=said))
    return replace(outcome, runner=runner, lines=lines, ask=ask)


def _with_what_we_know(runner: Runner, repertoire: Repertoire) -> Runner:
    """Let go of movements and of a routine under way that are not in the catalogue any more."""
    choices = runner.choices.known_to(repertoire.catalogue)
    if choices != runner.choices:
        runner = replace(
            runner,
            choices=choices,
            session=replace(runner.session, asked=None),
        )
    progress = runner.session.progress
    if progress is None:
        return runner
    try:
        timeline = repertoire.timeline(progress.plan_id)
    except PlanError:
        return replace(runner, session=runner.session.over()).owing("routine-gone")
    if progress.bookmark.step not in range(len(timeline.spans)):
        inside = timeline.bookmark(timeline.offset_of(progress.bookmark))
        return replace(
            runner, session=replace(runner.session, progress=replace(progress, bookmark=inside))
        )
    if runner.session.asked is Question.SKIP_IT and runner.session.hurt is None:
        hurt = timeline.plan.steps[progress.bookmark.step].movement.id  # stored before it was
        return replace(runner, session=replace(runner.session, hurt=hurt))
    return runner


def _without_what_cannot_be(moment: Moment, session: SessionState) -> Moment:
    """Ignore a playhead of a generation that none of our guides can have by now."""
    playhead = moment.playhead
    if playhead is None or playhead.generation <= session.generation:
        return moment
    can_be = playhead.generation <= (moment.now + MOST_AHEAD).timestamp()
    return moment if can_be else replace(moment, playhead=None)


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
    """Move the runner's place to where it is by now: by the player's word, or by the clock."""
    session, playhead = runner.session, moment.playhead
    if session.phase is Phase.STEPPING:
        return replace(runner, session=_listened(session, event, moment, repertoire))
    if playhead is not None and playhead.generation > session.generation:
        return replace(runner, session=_adopted(session, playhead, event, moment, repertoire))
    is_current = _is_current(session, moment)
    if session.progress is None or (isinstance(event, PlayerNotice) and not is_current):
        return runner
    if playhead is not None and is_current and playhead.has_ended and isinstance(event, Command):
        return runner.completing(session.progress.plan_id, moment.now)
    if playhead is None or not is_current:
        moved = _by_the_clock(session, moment, repertoire)
    else:
        moved = _by_the_player(session, playhead, event, moment, repertoire)
    return replace(runner, session=moved)


def _listened(
    session: SessionState, event: Event, moment: Moment, repertoire: Repertoire
) -> SessionState:
    """Take the place within a clip from a player that plays it itself, or else from the clock."""
    if isinstance(event, PlayerNotice):
        return session
    if moment.playhead is not None and _is_current(session, moment):
        return _heard_so_far(session, moment.playhead, repertoire)
    return _heard_by_now(session, event, moment, repertoire)


def _heard_by_now(
    session: SessionState, event: Event, moment: Moment, repertoire: Repertoire
) -> SessionState:
    """Take the clip as heard to its end if there was time for it; who cuts in ends it."""
    progress = session.progress
    if progress is None or progress.as_of is None:
        return session
    if moment.now < progress.as_of:
        has_cut_in = isinstance(event, Command)
        return replace(session, progress=replace(progress, as_of=None)) if has_cut_in else session
    timeline = repertoire.timeline(progress.plan_id)
    end = timeline.bookmark(timeline.played_out(progress.bookmark.step))
    return replace(session, progress=Progress(progress.plan_id, end))


def _heard_so_far(
    session: SessionState, playhead: Playhead, repertoire: Repertoire
) -> SessionState:
    """Take the place within a clip from a player that plays it by itself, and can tell."""
    told = repertoire.bookmark(playhead.plan_id, playhead.digest, playhead.offset)
    progress = session.progress
    if told is None or progress is None:
        return session
    timeline = repertoire.timeline(progress.plan_id)
    end = timeline.played_out(progress.bookmark.step)
    heard = timeline.bookmark(min(timeline.offset_of(told), end))
    return replace(session, progress=replace(progress, bookmark=heard))


def _by_the_player(
    session: SessionState,
    playhead: Playhead,
    event: Event,
    moment: Moment,
    repertoire: Repertoire,
) -> SessionState:
    """Move the place forward to where the player says it is, if its recording is known."""
    told = repertoire.bookmark(playhead.plan_id, playhead.digest, playhead.offset)
    progress = session.progress
    if told is None or progress is None:
        return session
    timeline = repertoire.timeline(playhead.plan_id)
    furthest = max(told, progress.bookmark, key=timeline.offset_of)
    sounds = session.phase is Phase.PLAYING and not isinstance(event, events.PlaybackStopped)
    as_of = moment.now if sounds else None
    return replace(session, progress=Progress(progress.plan_id, furthest, as_of))


def _by_the_clock(session: SessionState, moment: Moment, repertoire: Repertoire) -> SessionState:
    """Move the place on by the time that has passed; past the guide's end nobody knows."""
    progress = session.progress
    if progress is None or progress.as_of is None:
        return session
    timeline = repertoire.timeline(progress.plan_id)
    passed = max(round((moment.now - progress.as_of).total_seconds() * SECOND), 0)
    offset = timeline.offset_of(progress.bookmark) + passed
    if offset >= timeline.duration:
        return session
    moved = Progress(progress.plan_id, timeline.bookmark(offset), moment.now)
    return replace(session, progress=moved)


def _adopted(
    session: SessionState,
    playhead: Playhead,
    event: Event,
    moment: Moment,
    repertoire: Repertoire,
) -> SessionState:
    """Take over the place of a player that knows more than we do, unless its guide is over.

    Nothing is of concern any more where something has played since. With a stranger that cannot be
    told: it may have played before they were forgotten.
    """
    known = replace(session, generation=playhead.generation)
    if playhead.has_ended and not isinstance(event, PlayerNotice):
        return known
    plan_id, offset = playhead.plan_id, playhead.offset
    try:
        nearest = repertoire.timeline(plan_id).bookmark(offset)
        bookmark = repertoire.bookmark(plan_id, playhead.digest, offset) or nearest
    except PlanError:
        return known
    concern = None if session.generation else session.concern
    sounds = not (concern or isinstance(event, events.PlaybackStopped))
    is_moot = known.asked in _MOOT
    return replace(
        known,
        phase=Phase.PAUSED if concern else Phase.PLAYING,
        progress=Progress(plan_id, bookmark, moment.now if sounds else None),
        asked=None if is_moot else known.asked,
        hurt=None,
        concern=concern,
    )
