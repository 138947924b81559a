"""Every answer there is: each event, in each phase, with each question open, as it is heard.

Said are the values of an ordinary day, and the longest there can be. What Alexa demands of an
answer is demanded of each of them (`scripts/echo/rules.py`): an open session ends in a
question, a closed one never does.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import product
from statistics import median

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import ResponseEnvelope

from scripts.echo.requests import Device
from scripts.echo.rules import Answer, dialogs_in, read_answer
from scripts.soaks.house import length_by_timeline
from skill.alexa.conversation import REFUSALS
from skill.alexa.responding import Responder
from skill.coaching import events
from skill.coaching.events import Command, Event
from skill.coaching.moments import Moment
from skill.coaching.movements import SECOND, Need, Side
from skill.coaching.outcomes import Outcome, PlayClip
from skill.coaching.plans import Choices, Detail, Plan
from skill.coaching.runner import (
    Completed,
    Concern,
    Phase,
    Progress,
    Question,
    Runner,
    SessionState,
    StateError,
)
from skill.coaching.schedules import Day, ReminderAnswer, Schedule
from skill.coaching.session import advance
from skill.coaching.timeline import Bookmark
from skill.coaching.values import replace
from tests.coaching.scenes import EVENTS, NOW
from tests.simulators.coach import MODEL

MINUTE = 60 * SECOND
LONGEST_HEARD = "the one where you lie on your back and pull both of your knees up, please"
INTENT = {"type": "IntentRequest", "intent": {"name": "AnyIntent"}}

MOST_WORDS, MEDIAN_WORDS = 60, 20
EXPLAINING = {"how-to", "help-idle", "help-playing", "help-paused", "help-stepping"}
"""Lines of answers that may be longer: instructions, and what can be said."""
MOST_WORDS_EXPLAINING = 100


@dataclass(frozen=True)
class Spoken:
    """An answer as it is heard, and how it came about."""

    event: Event
    before: Runner
    outcome: Outcome
    heard: Answer

    @property
    def words(self) -> int:
        return len(self.heard.speech.words.split())

    @property
    def lines(self) -> tuple[str, ...]:
        asked = (self.outcome.ask.line,) if self.outcome.ask else ()
        return tuple(line.id for line in (*self.outcome.lines, *asked))

    @property
    def explains(self) -> bool:
        clip = self.outcome.player
        is_spoken = isinstance(clip, PlayClip) and clip.spoken
        return is_spoken or bool(EXPLAINING.intersection(self.lines))


def said(catalogue) -> Iterator[Event]:
    """Yield everything that can be said, with what can be said in it."""
    yield from (event for event in EVENTS.values() if isinstance(event, Command))
    movements = tuple(catalogue.movements.values())
    for about in (events.HowTo, events.WhyThis, events.GoTo, events.SkipForGood, events.BringBack):
        yield from map(about, movements)
        yield about(heard=LONGEST_HEARD)
        yield about(heard="figure four", others=movements[:4])
    routines = tuple(catalogue.routines.values())
    yield from map(events.StartRoutine, routines)
    yield events.StartRoutine(heard=LONGEST_HEARD)
    yield events.StartRoutine(heard="glutes", others=routines)
    yield from (events.HoldFor(seconds) for seconds in (45, 5_400, -5))
    yield from map(events.RepsFor, (10, 99, 0))
    yield from (events.MoreTime(seconds=10), events.MoreTime(number=5), events.MoreTime(5_400))
    yield from map(events.TighterSide, (Side.LEFT, Side.RIGHT))
    yield from map(events.OtherSide, (Side.LEFT, Side.RIGHT))
    yield from map(events.SkipSide, (Side.LEFT, Side.RIGHT))
    for need in Need:
        yield from (events.Without(need), events.WithAgain(need))
    for days in (tuple(Day), (Day.TUESDAY,), (Day.MONDAY, Day.WEDNESDAY, Day.SATURDAY)):
        yield events.RemindMe(Schedule(days, time(18, 35)))
        yield events.RemindMe(Schedule(days))
    yield from map(events.ReminderAnswered, ReminderAnswer)
    yield from map(events.PermissionAnswered, (True, False))


def said_of_time(catalogue) -> Iterator[Event]:
    """Yield what is said of time: it takes a while to make a plan fit."""
    for minutes in (0, 4, 10, 90):
        yield events.FitTime(time=minutes * MINUTE)
    yield events.FitTime(catalogue.routines["glute-stretch"], time=4 * MINUTE)


def wishes(catalogue) -> Choices:
    """Return the choices that take longest to tell."""
    return Choices(
        hold_seconds=120,
        rep_seconds=8,
        detail=Detail.BRIEF,
        bed=True,
        countdown=False,
        tight=Side.RIGHT,
        without=frozenset({Need.BAND, Need.KNEELING}),
        skipped=frozenset(sorted(catalogue.movements)[:3]),
    )


def runners(service, questions) -> Iterator[Runner]:
    """Yield runners in all phases, with all questions open that can be, at several places."""
    catalogue = service.wording.catalogue
    longest = Plan(catalogue.routines["strength"], catalogue, wishes(catalogue))
    places = [("post-run", 1, 10_000), ("glute-stretch", 10, -3_000), (longest.id, 3, 6_000)]
    done = tuple(Completed("glute-stretch", NOW - timedelta(hours=30 * n)) for n in range(12))
    wished = Schedule((Day.MONDAY, Day.WEDNESDAY, Day.SATURDAY), time(18, 35))
    for (plan_id, step, since), phase, question in product(places, Phase, questions):
        timeline = service.repertoire.timeline(plan_id)
        span = timeline.spans[step]
        since_begin = span.release - span.begin if phase is Phase.STEPPING else since
        as_of = NOW if phase is Phase.PLAYING else None
        progress = Progress(plan_id, Bookmark(step, since_begin), as_of)
        try:
            state = SessionState(
                phase,
                None if phase is Phase.IDLE else progress,
                question,
                generation=3,
                concern=Concern.UNWELL if question is Question.WELL_AGAIN else None,
            )
        except StateError:
            continue
        plain = Runner(state, cautioned=True)
        if question is not Question.WHAT_TO_BRING_BACK:  # which takes something left out
            yield plain
        if plan_id == longest.id:
            yield replace(
                plain, choices=wishes(catalogue), waits=True, history=done, proposed=wished
            )


@pytest.fixture(scope="module")
def answer_of(service):
    """Answer an event as the service does, checked against Alexa's rules."""
    responder, dialogs = Responder(service.editions, service.shelf), dialogs_in(MODEL)

    def answer(event: Event, before: Runner, *, has_player: bool = True) -> Spoken:
        at = Moment(NOW, has_player=has_player)
        outcome = advance(before, event, at, service.repertoire)
        if outcome.errand is not None and not outcome.lines:
            return Spoken(event, before, outcome, Answer())  # its end is another event
        response = responder.respond(
            outcome, aloud=True, eliciting=True, with_card=event in REFUSALS
        )
        body = DefaultSerializer().serialize(ResponseEnvelope(version="1.0", response=response))
        interfaces = Device(has_audio_player=has_player).interfaces
        heard = read_answer(
            json.dumps(body).encode(),
            INTENT,
            interfaces,
            lambda url: length_by_timeline(service.repertoire, url),
            dialogs,
        )
        return Spoken(event, before, outcome, heard)

    return answer


@pytest.fixture(scope="module")
def answers(service, answer_of):
    """Every answer: all that can be said, wherever it can be, whatever was asked."""
    catalogue = service.wording.catalogue
    everything, of_time = tuple(said(catalogue)), tuple(said_of_time(catalogue))
    bare = tuple(event for event in EVENTS.values() if isinstance(event, Command))
    found = []
    for before in runners(service, [None]):
        found += [answer_of(event, before) for event in everything]
    for before in runners(service, list(Question)):
        found += [answer_of(event, before) for event in bare]
    for before in list(runners(service, [None]))[::3]:
        found += [answer_of(event, before) for event in of_time]
        found += [answer_of(event, before, has_player=False) for event in bare]
    return found


def test_all_of_them_are_heard(answers):
    """Every kind of thing that can be said, in every phase, with every question open."""
    assert len(answers) > 5_000
    commands = {type(event) for event in EVENTS.values() if isinstance(event, Command)}
    assert {type(spoken.event) for spoken in answers} == commands
    assert {spoken.before.session.asked for spoken in answers} == {None, *Question}


def test_one_breath(answers):
    """Half of all answers have at most 20 words, and none has more than 60 but explanations."""
    lengths = [spoken.words for spoken in answers if spoken.heard.speech.parts]
    assert median(lengths) <= MEDIAN_WORDS
    too_long = {
        spoken.lines: f"{spoken.words} words: {spoken.heard.speech.words}"
        for spoken in sorted(answers, key=lambda spoken: spoken.words)
        if spoken.words > (MOST_WORDS_EXPLAINING if spoken.explains else MOST_WORDS)
    }
    assert not too_long


def test_the_reprompt_is_short(answers):
    """What is said after a silence is a question, in a breath or less."""
    for spoken in answers:
        assert len(spoken.heard.reprompt.words.split()) <= MOST_WORDS


def test_only_one_question(answers):
    """Nobody is asked two things at once."""
    for spoken in answers:
        said_in_full = spoken.heard.speech.words
        asked = 0 if spoken.heard.ends_session in {True, None} else 1
        assert said_in_full.count("?") == asked, said_in_full


def test_no_apology(answers):
    """Nothing that can be said makes the coach fail."""
    for spoken in answers:
        if isinstance(spoken.event, events.OutOfReach):  # which nobody says
            continue
        lines = {line.id for line in spoken.outcome.lines}
        assert not lines & {"trouble", "state-lost", "routine-gone"}


@pytest.mark.parametrize("name", ["Launch", "StartRoutine", "FitTime", "Help", "NotUnderstood"])
def test_the_first_answer_of_all(answer_of, service, name):
    """Who has never met the coach hears the care line with it, once, and all of it in a breath."""
    routine = service.wording.catalogue.routines["glute-stretch"]
    event = {
        "StartRoutine": events.StartRoutine(routine),
        "FitTime": events.FitTime(routine, time=4 * MINUTE),
    }.get(name, EVENTS[name])
    spoken = answer_of(event, Runner())
    assert spoken.words <= (MOST_WORDS_EXPLAINING if spoken.explains else MOST_WORDS)
