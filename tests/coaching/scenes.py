"""Scenes for the tests of the coach's mind: a small recording, runners in each phase."""

from collections.abc import Iterator
from datetime import UTC, datetime

from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.cues import FRAME, CueSheet, every_line
from skill.coaching.events import Event
from skill.coaching.moments import Moment, Playhead
from skill.coaching.movements import HOLD_SECONDS, REP_COUNTS, REP_SECONDS, Need, Side
from skill.coaching.plans import Choices, Detail, Plan
from skill.coaching.repertoire import Repertoire
from skill.coaching.routines import SETS
from skill.coaching.runner import Phase, Progress, Question, Runner, SessionState
from skill.coaching.schedules import ReminderAnswer
from skill.coaching.timeline import Bookmark
from skill.coaching.values import replace
from skill.content.catalogue import load_catalogue

CATALOGUE = load_catalogue()
LINES = tuple(every_line(CATALOGUE))
NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
DIGEST = "d" * 64
GENERATION = 3
PLAN = "post-run"


def frames(count: int) -> int:
    """Return the length of some frames in milliseconds."""
    return count * FRAME


def plausible_length(line: str) -> int:
    """Return about how long a voice takes for a line."""
    if line.startswith(("count/", "half", "last-rep", "ready", "chime/")):
        return frames(10 if line == "chime/rep" else 25)
    if line == "countdown":
        return frames(208)
    return frames(400 if line.endswith("/full") else 90)


SHEET = CueSheet({line: (plausible_length(line),) * 3 for line in LINES})
REPERTOIRE = Repertoire(CATALOGUE, SHEET, DIGEST)


def plan_ids() -> st.SearchStrategy[str]:
    """Draw the id of any plan that can be coached, some of them longer than allowed."""
    choices = st.builds(
        Choices,
        hold_seconds=st.none() | st.sampled_from(HOLD_SECONDS),
        reps=st.none() | st.sampled_from(REP_COUNTS),
        rep_seconds=st.none() | st.sampled_from(REP_SECONDS),
        sets=st.none() | st.sampled_from(SETS),
        detail=st.sampled_from(Detail),
        bed=st.booleans(),
        countdown=st.booleans(),
        tight=st.sampled_from([None, Side.LEFT, Side.RIGHT]),
        without=st.frozensets(st.sampled_from(Need)),
        skipped=st.frozensets(st.sampled_from(sorted(CATALOGUE.movements)), max_size=3),
    )
    easier = st.frozensets(st.sampled_from(sorted(CATALOGUE.movements)), max_size=3)
    routines = st.sampled_from(list(CATALOGUE.routines.values()))
    plans = st.builds(Plan, routines, st.just(CATALOGUE), choices, easier)
    return plans.filter(lambda plan: plan.portions).map(lambda plan: plan.id)


def sheets() -> st.SearchStrategy[CueSheet]:
    """Draw recordings by any voice: lines of any length, with one to four variants."""
    chimes = {
        line: st.just((plausible_length(line),)) for line in LINES if line.startswith("chime/")
    }
    spoken = {
        line: st.lists(st.integers(1, 150).map(frames), min_size=1, max_size=4).map(tuple)
        for line in ("half", "ready", "breathe", "last-rep", "countdown", "lead/next", "rest")
    }
    return st.fixed_dictionaries(chimes | spoken).map(
        lambda drawn: CueSheet({**SHEET.lengths, **drawn})
    )


def session(phase: Phase, asked: Question | None = None, *, step: int = 1) -> SessionState:
    """Return a session in a phase: ten seconds into a step's hold, or with its clip heard."""
    into_step = 30_000 if phase is Phase.STEPPING else 10_000
    as_of = NOW if phase is Phase.PLAYING else None
    progress = Progress(PLAN, Bookmark(step, into_step), as_of)
    offered = ("lying-figure-four", "pigeon") if asked is Question.WHICH_MOVEMENT else ()
    return SessionState(
        phase, None if phase is Phase.IDLE else progress, asked, GENERATION, offered=offered
    )


def runner(phase: Phase, asked: Question | None = None, *, step: int = 1) -> Runner:
    """Return a runner who has heard the care line, in a phase."""
    return Runner(session=session(phase, asked, step=step), cautioned=True)


def moment(phase: Phase, *, offset: int | None = None, **changes: object) -> Moment:
    """Return a moment at which the player is where the runner's session says."""
    playhead = None
    if phase in {Phase.PLAYING, Phase.PAUSED}:
        timeline = REPERTOIRE.timeline(PLAN)
        at = timeline.offset_of(Bookmark(1, 10_000)) if offset is None else offset
        playhead = Playhead(PLAN, DIGEST, GENERATION, at)
    return replace(Moment(NOW, playhead, has_player=phase is not Phase.STEPPING), **changes)


def kinds_of(family: type[Event]) -> Iterator[type[Event]]:
    """Yield every kind of event in a family, or the one that is none."""
    for kind in family.__subclasses__():
        yield from kinds_of(kind)
    if not family.__subclasses__():
        yield family


BARE: dict[str, Event] = {
    "GiveMe": events.GiveMe(20),
    "ReminderAnswered": events.ReminderAnswered(ReminderAnswer.SET),
    "PermissionAnswered": events.PermissionAnswered(granted=True),
}
EVENTS: dict[str, Event] = {
    kind.__name__: BARE.get(kind.__name__) or kind() for kind in kinds_of(Event)
}
"""One of each kind of event, in its barest form."""
