"""Repeating: a command that is sent again, since its answer was lost, is not done again.

Its sender gives it an id. Of the last commands that have done something, what their answers played
and said is noted with the runner: who sends one again is brought to where it has led. What only
asks, or stops, simply happens again.
"""

from collections.abc import Callable, Mapping

from skill.coaching import events
from skill.coaching.events import Event
from skill.coaching.lines import LINES, line
from skill.coaching.moments import Moment
from skill.coaching.outcomes import Outcome, Play, PlayClip, StopPlaying
from skill.coaching.runner import Phase, Question, Runner, SessionState
from skill.coaching.values import replace

KEPT = 4
"""Notes: a page sends one command after the other, and few runners have many pages."""
PLAYED, TOLD = "played", "told"
"""What may stand in a note after the id: the answer has begun to play, or has only told."""
CARE = "care"
"""A line that is said but once, as those are that tell what went wrong."""

SAFE = (
    events.ItHurts,
    events.FeelsWrong,
    events.Emergency,
    events.Crisis,
    events.AskFirst,
    events.Pause,
    events.Stop,
    events.Notice,
)
"""What comes to the same if it happens twice."""
ANSWERS = (
    *(events.Yes, events.No, events.Unsure, events.BareNumber),
    *(events.FitTime, events.GiveMe, events.RemindMe),
)
"""What means something else once the question is no more that it has answered."""

CHOICES = events.StartRoutine, events.GoTo, events.LastOne
"""What may ask which routine, and would answer that."""

SOUNDING: Mapping[Phase, Event] = {Phase.PLAYING: events.Resume(), Phase.STEPPING: events.Repeat()}
"""What plays again what a lost answer has played, by the phase."""
STANDING: Mapping[Phase, Event] = {
    Phase.IDLE: events.Stop(),
    Phase.PLAYING: events.WhereAmI(),
    Phase.PAUSED: events.Pause(),
    Phase.STEPPING: events.WhatWasThat(),
}
"""What tells where a runner stands, and changes nothing, by the phase."""


def once(
    runner: Runner, event: Event, moment: Moment, happen: Callable[[Runner, Event], Outcome]
) -> Outcome:
    """Let a command happen, or, if it has happened, what brings its sender to where that led."""
    notes = dict(note.partition(" ")[::2] for note in runner.done)
    if moment.command_id not in notes:
        return _noted(runner, event, happen(runner, event), moment.command_id)
    note = notes[moment.command_id].split()
    session = runner.session
    if PLAYED in note and session.progress is not None and session.is_moving:
        # Nothing has sounded yet of what the lost answer was to play.
        unheard = replace(session.progress, as_of=moment.now)
        runner = replace(runner, session=replace(session, progress=unheard))
    outcome = happen(runner, event if TOLD in note else _in_place(session, PLAYED in note))
    anew = {said.id for said in outcome.lines}
    before = (line(said) for said in note if LINES.get(said) == frozenset() and said not in anew)
    return replace(outcome, lines=(*before, *outcome.lines))


def _in_place(session: SessionState, has_played: bool) -> Event:
    """Return what happens in place of what has happened already."""
    if has_played and session.phase in SOUNDING:
        return SOUNDING[session.phase]
    if session.asked in {None, Question.ANYTHING_ELSE}:
        return STANDING[session.phase]
    return events.WhatWasThat()


def _noted(before: Runner, event: Event, outcome: Outcome, command_id: str) -> Outcome:
    """Note what a command has done, and what of its answer could not be told by another."""
    after = outcome.runner
    note = [command_id]
    said = [said.id for said in outcome.lines if not said.values]
    if isinstance(outcome.player, Play | PlayClip):
        note.append(PLAYED)
    elif _is_safe(event, outcome) or not _has_done(before, event, outcome):
        note.append(TOLD)
        said = [line_id for line_id in said if line_id in {CARE, *before.untold}]
        if not said:
            return outcome
    if outcome.forgets:
        return outcome
    done = (*after.done, " ".join([*note, *said]))[-KEPT:]
    return replace(outcome, runner=replace(after, done=done))


def _is_safe(event: Event, outcome: Outcome) -> bool:
    """Whether a command comes to the same if it happens twice; so do seconds for a break."""
    gave = isinstance(event, events.GiveMe) and isinstance(outcome.player, StopPlaying)
    return gave or isinstance(event, SAFE)


def _has_done(before: Runner, event: Event, outcome: Outcome) -> bool:
    was, now = before.session.asked, outcome.runner.session.asked
    has_answered = isinstance(event, ANSWERS) and was is not now
    has_asked = isinstance(event, CHOICES) and now is Question.WHICH_ROUTINE is not was
    return (
        has_answered
        or has_asked
        or outcome.player is not None
        or _standing(before) != _standing(outcome.runner)
    )


def _standing(runner: Runner) -> tuple[object, ...]:
    session = runner.session
    plan = session.progress.plan_id if session.progress else None
    return session.phase, plan, runner.choices, runner.waits, runner.history, runner.former
