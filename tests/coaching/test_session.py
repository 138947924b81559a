"""The session machine: every event in every phase, and what may never happen."""

from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.cues import CueSheet
from skill.coaching.events import Command, Event
from skill.coaching.lines import WorkLeft
from skill.coaching.moments import Moment, Playhead
from skill.coaching.outcomes import Outcome, Play, PlayClip, StopPlaying
from skill.coaching.plans import Choices
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import (
    Completed,
    Phase,
    Progress,
    Question,
    Runner,
    SessionState,
    StateError,
)
from skill.coaching.session import TRANSITIONS, advance
from skill.coaching.timeline import BeatKind, Bookmark
from skill.coaching.values import replace
from tests.coaching.scenes import (
    CATALOGUE,
    DIGEST,
    EVENTS,
    GENERATION,
    NOW,
    PLAN,
    REPERTOIRE,
    SHEET,
    moment,
    runner,
)

CLAM = CATALOGUE.movements["clam"]

# Each event in the phases idle, playing, paused and stepping, ten seconds into the second
# of four steps: lines said, [player], question?, -> phase. With nothing but "[play" the guide
# itself speaks first, since it names movement and side as each step starts. Players' and
# devices' notices are never answered in words.
EXPECTED: dict[str, tuple[str, str, str, str]] = {
    "Launch": (
        "welcome-back which-routine? -> idle",
        "offer-now? -> playing",
        "welcome-back offer? -> paused",
        "welcome-back offer? -> stepping",
    ),
    "StartRoutine": (
        "which-routine? -> idle",
        "which-routine? -> playing",
        "which-routine? -> paused",
        "which-routine? -> stepping",
    ),
    "NextStep": (
        "nothing-on which-routine? -> idle",
        "[play@2] -> playing",
        "[play@2] -> playing",
        "[clip@2] ready-next? -> stepping",
    ),
    "NextMovement": (
        "nothing-on which-routine? -> idle",
        "[play@2] -> playing",
        "[play@2] -> playing",
        "[clip@2] ready-next? -> stepping",
    ),
    "PreviousStep": (
        "nothing-on which-routine? -> idle",
        "back-to [play@0] -> playing",
        "back-to [play@0] -> playing",
        "back-to [clip@0] ready-next? -> stepping",
    ),
    "Repeat": (
        "nothing-on which-routine? -> idle",
        "back-to [play@1] -> playing",
        "back-to [play@1] -> playing",
        "back-to [clip@1] ready-next? -> stepping",
    ),
    "OtherSide": (
        "nothing-on which-routine? -> idle",
        "back-to [play@0] -> playing",
        "back-to [play@0] -> playing",
        "back-to [clip@0] ready-next? -> stepping",
    ),
    "SkipSide": (
        "nothing-on which-routine? -> idle",
        "not-understood-now -> playing",
        "not-understood-now -> paused",
        "not-understood-now ready-next? -> stepping",
    ),
    "Pause": (
        "nothing-on -> idle",
        "paused [stop] -> paused",
        "still-paused [stop] -> paused",
        "paused-between -> paused",
    ),
    "Resume": (
        "nothing-on which-routine? -> idle",
        "going-on [play@1] -> playing",
        "going-on [play@1] -> playing",
        "[clip@2] ready-next? -> stepping",
    ),
    "StartOver": (
        "nothing-on which-routine? -> idle",
        "starting-again [play@0] -> playing",
        "starting-again [play@0] -> playing",
        "starting-again [clip@0] ready-next? -> stepping",
    ),
    "Stop": (
        "goodbye [stop] -> idle",
        "goodbye-kept [stop] -> paused",
        "goodbye-kept [stop] -> paused",
        "goodbye-kept -> paused",
    ),
    "WhereAmI": (
        "nothing-on which-routine? -> idle",
        "where-working -> playing",
        "where-working -> paused",
        "where-between ready-next? -> stepping",
    ),
    "HowLongLeft": (
        "nothing-on which-routine? -> idle",
        "left-in-work -> playing",
        "left-in-work -> paused",
        "left-after ready-next? -> stepping",
    ),
    "WhatsNext": (
        "nothing-on which-routine? -> idle",
        "next-step -> playing",
        "next-step -> paused",
        "ready-next? -> stepping",
    ),
    "RoutineLength": (
        "which-routine? -> idle",
        "left-in-work -> playing",
        "left-in-work -> paused",
        "left-after ready-next? -> stepping",
    ),
    "WhatsInIt": (
        "which-routine? -> idle",
        "routine-has -> playing",
        "routine-has -> paused",
        "routine-has ready-next? -> stepping",
    ),
    "GiveMe": (
        "nothing-on -> idle",
        "paused [stop] -> paused",
        "still-paused [stop] -> paused",
        "paused-between -> paused",
    ),
    "LessTime": (
        "nothing-on which-routine? -> idle",
        "no-less-here -> playing",
        "no-less-here -> paused",
        "no-less-here ready-next? -> stepping",
    ),
    "WhatsNeeded": (
        "routines-take which-one? -> idle",
        "routine-takes -> playing",
        "routine-takes -> paused",
        "routine-takes ready-next? -> stepping",
    ),
    "ListRoutines": (
        "routines which-one? -> idle",
        "routines -> playing",
        "routines -> paused",
        "routines ready-next? -> stepping",
    ),
    "HowTo": (
        "nothing-on which-routine? -> idle",
        "how-to -> playing",
        "how-to -> paused",
        "how-to ready-next? -> stepping",
    ),
    "WhyThis": (
        "nothing-on which-routine? -> idle",
        "why -> playing",
        "why -> paused",
        "why ready-next? -> stepping",
    ),
    "Help": (
        "help-idle? -> idle",
        "help-playing? -> playing",
        "help-paused? -> paused",
        "help-stepping? -> stepping",
    ),
    "ItHurts": (
        "it-hurts [stop] -> idle",
        "it-hurts easier [stop] skip-or-resume? -> paused",
        "it-hurts easier [stop] skip-or-resume? -> paused",
        "it-hurts easier skip-or-resume? -> paused",
    ),
    "EasierForm": (
        "nothing-on which-routine? -> idle",
        "easier -> playing",
        "easier -> paused",
        "easier ready-next? -> stepping",
    ),
    "FitTime": (
        "how-long? -> idle",
        "how-long? -> playing",
        "how-long? -> paused",
        "how-long? -> stepping",
    ),
    "HoldFor": (
        "hold-seconds? -> idle",
        "hold-seconds? -> playing",
        "hold-seconds? -> paused",
        "hold-seconds? -> stepping",
    ),
    "HoldLonger": (
        "holds-set which-one? -> idle",
        "holds-set [play@1] -> playing",
        "holds-set -> paused",
        "holds-set ready-next? -> stepping",
    ),
    "HoldShorter": (
        "holds-set which-one? -> idle",
        "holds-set [play@1] -> playing",
        "holds-set -> paused",
        "holds-set ready-next? -> stepping",
    ),
    "MoreTime": (
        "nothing-on which-routine? -> idle",
        "more [play@1] -> playing",
        "more -> paused",
        "more [clip@1] ready-next? -> stepping",
    ),
    "CountSlower": (
        "count-set which-one? -> idle",
        "count-set no-reps-here [play@1] -> playing",
        "count-set no-reps-here -> paused",
        "count-set no-reps-here ready-next? -> stepping",
    ),
    "CountFaster": (
        "count-set which-one? -> idle",
        "count-set no-reps-here [play@1] -> playing",
        "count-set no-reps-here -> paused",
        "count-set no-reps-here ready-next? -> stepping",
    ),
    "TighterSide": (
        "which-is-tight? -> idle",
        "which-is-tight? -> playing",
        "which-is-tight? -> paused",
        "which-is-tight? -> stepping",
    ),
    "EvenSides": (
        "tight-none which-one? -> idle",
        "tight-none -> playing",
        "tight-none -> paused",
        "tight-none ready-next? -> stepping",
    ),
    "Without": (
        "what-is-missing? -> idle",
        "what-is-missing? -> playing",
        "what-is-missing? -> paused",
        "what-is-missing? -> stepping",
    ),
    "WithAgain": (
        "with-everything which-one? -> idle",
        "with-everything -> playing",
        "with-everything -> paused",
        "with-everything ready-next? -> stepping",
    ),
    "SkipForToday": (
        "nothing-on which-routine? -> idle",
        "skip-what? -> playing",
        "skip-what? -> paused",
        "skip-what? -> stepping",
    ),
    "SkipForGood": (
        "skip-which? -> idle",
        "skipped-for-good [play@0] -> playing",
        "skipped-for-good -> paused",
        "skipped-for-good ready-next? -> stepping",
    ),
    "BringBack": (
        "nothing-skipped which-one? -> idle",
        "nothing-skipped -> playing",
        "nothing-skipped -> paused",
        "nothing-skipped ready-next? -> stepping",
    ),
    "WaitForMe": (
        "waiting which-one? -> idle",
        "waiting [clip@1] ready-next? -> stepping",
        "waiting -> paused",
        "waiting ready-next? -> stepping",
    ),
    "RunOn": (
        "running-on which-one? -> idle",
        "running-on -> playing",
        "running-on -> paused",
        "cannot-run-on ready-next? -> stepping",
    ),
    "LessTalking": (
        "brief which-one? -> idle",
        "brief [play@1] -> playing",
        "brief -> paused",
        "brief ready-next? -> stepping",
    ),
    "TellEverything": (
        "full which-one? -> idle",
        "full -> playing",
        "full -> paused",
        "full ready-next? -> stepping",
    ),
    "NoCountdown": (
        "countdown-off which-one? -> idle",
        "countdown-off [play@1] -> playing",
        "countdown-off -> paused",
        "countdown-off ready-next? -> stepping",
    ),
    "Countdown": (
        "countdown-on which-one? -> idle",
        "countdown-on -> playing",
        "countdown-on -> paused",
        "countdown-on ready-next? -> stepping",
    ),
    "SoftSound": (
        "sound-on which-one? -> idle",
        "sound-on [play@1] -> playing",
        "sound-on -> paused",
        "sound-on ready-next? -> stepping",
    ),
    "NoSound": (
        "sound-off which-one? -> idle",
        "sound-off -> playing",
        "sound-off -> paused",
        "sound-off ready-next? -> stepping",
    ),
    "WhichSide": (
        "nothing-on which-routine? -> idle",
        "which-side -> playing",
        "which-side -> paused",
        "which-side ready-next? -> stepping",
    ),
    "HowManyLeft": (
        "nothing-on which-routine? -> idle",
        "left-count -> playing",
        "left-count -> paused",
        "left-count-between ready-next? -> stepping",
    ),
    "LastOne": (
        "nothing-on which-routine? -> idle",
        "last-one-not -> playing",
        "last-one-not -> paused",
        "last-one-not ready-next? -> stepping",
    ),
    "WhatWasThat": (
        "nothing-on which-routine? -> idle",
        "said-before -> playing",
        "said-before -> paused",
        "ready-next? -> stepping",
    ),
    "ThisWeek": (
        "week-none which-one? -> idle",
        "week-none -> playing",
        "week-none -> paused",
        "week-none ready-next? -> stepping",
    ),
    "LastTime": (
        "last-time-none which-one? -> idle",
        "last-time-none -> playing",
        "last-time-none -> paused",
        "last-time-none ready-next? -> stepping",
    ),
    "MySettings": (
        "settings-none which-one? -> idle",
        "settings-none -> playing",
        "settings-none -> paused",
        "settings-none ready-next? -> stepping",
    ),
    "Undo": (
        "nothing-to-undo which-one? -> idle",
        "nothing-to-undo -> playing",
        "nothing-to-undo -> paused",
        "nothing-to-undo ready-next? -> stepping",
    ),
    "UsualSettings": (
        "settings-usual which-one? -> idle",
        "settings-usual -> playing",
        "settings-usual -> paused",
        "settings-usual ready-next? -> stepping",
    ),
    "ForgetMe": (
        "whether-to-forget? -> idle",
        "whether-to-forget? -> playing",
        "whether-to-forget? -> paused",
        "whether-to-forget? -> stepping",
    ),
    "RemindMe": (
        "which-days? -> idle",
        "which-days? -> playing",
        "which-days? -> paused",
        "which-days? -> stepping",
    ),
    "StopReminders": (
        "-> idle",
        "-> playing",
        "-> paused",
        "-> stepping",
    ),
    "ReminderAnswered": (
        "reminders-failed which-one? -> idle",
        "reminders-failed -> playing",
        "reminders-failed -> paused",
        "reminders-failed ready-next? -> stepping",
    ),
    "PermissionAnswered": (
        "which-days? -> idle",
        "which-days? -> playing",
        "which-days? -> paused",
        "which-days? -> stepping",
    ),
    "OutOfReach": (
        "trouble -> idle",
        "out-of-reach [clip@1] ready-next? -> stepping",
        "out-of-reach [clip@1] ready-next? -> stepping",
        "out-of-reach [clip@1] ready-next? -> stepping",
    ),
    "KeepOrder": (
        "order-stays which-one? -> idle",
        "order-stays -> playing",
        "order-stays -> paused",
        "order-stays ready-next? -> stepping",
    ),
    "BareNumber": (
        "not-understood which-one? -> idle",
        "not-understood-now -> playing",
        "not-understood-now -> paused",
        "not-understood-now ready-next? -> stepping",
    ),
    "Unsure": (
        "noted -> idle",
        "noted -> playing",
        "noted -> paused",
        "noted ready-next? -> stepping",
    ),
    "NotUnderstood": (
        "not-understood which-one? -> idle",
        "not-understood-now -> playing",
        "not-understood-now -> paused",
        "not-understood-now ready-next? -> stepping",
    ),
    "Yes": (
        "noted -> idle",
        "noted -> playing",
        "offer? -> paused",
        "noted ready-next? -> stepping",
    ),
    "No": (
        "noted -> idle",
        "noted -> playing",
        "noted -> paused",
        "noted ready-next? -> stepping",
    ),
    "NoPain": (
        "noted -> idle",
        "noted -> playing",
        "noted -> paused",
        "noted ready-next? -> stepping",
    ),
    "ShouldItHurt": (
        "should-it-hurt which-one? -> idle",
        "should-it-hurt -> playing",
        "should-it-hurt -> paused",
        "should-it-hurt ready-next? -> stepping",
    ),
    "HowOften": (
        "how-often which-one? -> idle",
        "how-often -> playing",
        "how-often -> paused",
        "how-often ready-next? -> stepping",
    ),
    "Volume": (
        "volume which-one? -> idle",
        "volume -> playing",
        "volume -> paused",
        "volume ready-next? -> stepping",
    ),
    "AskFirst": (
        "ask-first [stop] -> idle",
        "ask-first [stop] -> paused",
        "ask-first [stop] -> paused",
        "ask-first -> paused",
    ),
    "WhenReminded": (
        "reminders-known which-one? -> idle",
        "reminders-known -> playing",
        "reminders-known -> paused",
        "reminders-known ready-next? -> stepping",
    ),
    "RepsFor": (
        "how-many-reps? -> idle",
        "only-holds-here hold-seconds? -> playing",
        "only-holds-here hold-seconds? -> paused",
        "only-holds-here hold-seconds? -> stepping",
    ),
    "SkipNext": (
        "nothing-on which-routine? -> idle",
        "left-out [play@1] -> playing",
        "left-out -> paused",
        "left-out ready-last? -> stepping",
    ),
    "GoTo": (
        "nothing-on which-routine? -> idle",
        "go-where? -> playing",
        "go-where? -> paused",
        "go-where? -> stepping",
    ),
    "FeelsWrong": (
        "feels-wrong [stop] -> idle",
        "feels-wrong [stop] leave-it-out? -> paused",
        "feels-wrong [stop] leave-it-out? -> paused",
        "feels-wrong leave-it-out? -> paused",
    ),
    "Emergency": (
        "emergency [stop] -> idle",
        "emergency [stop] -> paused",
        "emergency [stop] -> paused",
        "emergency -> paused",
    ),
    "Crisis": (
        "crisis [stop] -> idle",
        "crisis [stop] -> paused",
        "crisis [stop] -> paused",
        "crisis -> paused",
    ),
    "PlaybackStarted": (
        "-> idle",
        "-> playing",
        "-> paused",
        "-> stepping",
    ),
    "PlaybackStopped": (
        "-> idle",
        "-> playing",
        "-> paused",
        "-> stepping",
    ),
    "PlaybackFinished": (
        "-> idle",
        "-> idle",
        "-> idle",
        "-> stepping",
    ),
    "PlaybackNearlyFinished": (
        "-> idle",
        "-> playing",
        "-> paused",
        "-> stepping",
    ),
    "PlaybackFailed": (
        "-> idle",
        "[play@1] -> playing",
        "-> paused",
        "-> stepping",
    ),
    "SessionEnded": (
        "-> idle",
        "-> playing",
        "-> paused",
        "-> paused",
    ),
}

RECALLING = """
    NextStep NextMovement PreviousStep Repeat OtherSide SkipSide Pause Resume StartOver WhereAmI
    HowLongLeft WhatsNext WhichSide HowManyLeft LastOne WhatWasThat HowTo WhyThis EasierForm
    MoreTime LessTime GiveMe SkipForToday SkipNext SkipForGood GoTo PlaybackFinished PlaybackFailed
"""
"""What brings a stranger's place back, which their player knows, with nothing named or asked."""
NOT_RECALLING = """
    BringBack StartRoutine FitTime RoutineLength WhatsInIt WhatsNeeded Launch Stop ListRoutines
    Help ItHurts HoldFor HoldLonger HoldShorter CountSlower CountFaster TighterSide EvenSides
    Without WithAgain WaitForMe RunOn LessTalking TellEverything NoCountdown Countdown SoftSound
    NoSound ThisWeek LastTime MySettings WhenReminded Undo UsualSettings ForgetMe RemindMe
    StopReminders KeepOrder NotUnderstood Yes No ReminderAnswered PermissionAnswered OutOfReach
    PlaybackStarted RepsFor FeelsWrong Emergency Crisis NoPain AskFirst ShouldItHurt Volume
    HowOften PlaybackStopped PlaybackNearlyFinished SessionEnded BareNumber Unsure
"""
"""What happens to a stranger as if there were no player."""


def describe(outcome: Outcome) -> str:
    """Write an outcome down the way EXPECTED does."""
    player = outcome.player
    match player:
        case Play(timeline, offset):
            act = f"[play@{timeline.at(offset).step.index}]"
        case PlayClip():
            act = f"[clip@{player.step}]"
        case StopPlaying():
            act = "[stop]"
        case None:
            act = ""
    asked = f"{outcome.ask.line.id}?" if outcome.ask else ""
    said = " ".join(line.id for line in outcome.lines)
    phase = f"-> {outcome.runner.session.phase}"
    return " ".join(part for part in (said, act, asked, phase) if part)


def hearing(stepping: Runner) -> Runner:
    """Return a runner who is still given a minute to have heard the step's clip."""
    progress = replace(stepping.session.progress, as_of=NOW + timedelta(minutes=1))
    return replace(stepping, session=replace(stepping.session, progress=progress))


def act(before: Runner, event: Event, at: Moment | None = None) -> Outcome:
    """Let an event happen where the runner is."""
    return advance(before, event, at or moment(before.session.phase), REPERTOIRE)


def playhead(offset: int, **changes: object) -> Playhead:
    """Return a playhead in the guide that was last started."""
    ours = Playhead(PLAN, DIGEST, GENERATION, offset)
    return replace(ours, **changes)


def offset_of(state: Runner) -> int:
    """Return the offset of a runner's place."""
    return REPERTOIRE.timeline(PLAN).offset_of(state.session.progress.bookmark)


class TestTable:
    def test_is_total(self):
        """Every event has a transition in every phase, and nothing else has one."""
        kinds = {type(event) for event in EVENTS.values()}
        assert TRANSITIONS.keys() == kinds
        assert all(set(row) == set(Phase) for row in TRANSITIONS.values())
        assert EXPECTED.keys() == EVENTS.keys()

    @pytest.mark.parametrize("name", EXPECTED)
    @pytest.mark.parametrize(("phase", "column"), list(zip(Phase, range(4), strict=True)))
    def test_outcome(self, name, phase, column):
        """Each event in each phase leads to just what the table in this file says."""
        assert describe(act(runner(phase), EVENTS[name])) == EXPECTED[name][column]

    @pytest.mark.parametrize("name", EXPECTED)
    @pytest.mark.parametrize("phase", Phase)
    def test_commands_are_answered_and_notices_are_not(self, name, phase):
        """A command gets words, a question or a guide that speaks; a notice gets no words."""
        outcome = act(runner(phase), EVENTS[name])
        if isinstance(EVENTS[name], Command):
            is_errand = outcome.errand is not None  # whose end is told as another event
            assert outcome.lines or outcome.ask or isinstance(outcome.player, Play) or is_errand
        else:
            assert not outcome.lines
            assert outcome.ask is None

    @pytest.mark.parametrize("name", [name for name in EXPECTED if "Playback" not in name])
    def test_devices_without_a_player_get_no_player_directives(self, name):
        """Where there is no AudioPlayer nothing is told to one."""
        for phase in Phase:
            at = replace(moment(phase), has_player=False)
            outcome = advance(runner(phase), EVENTS[name], at, REPERTOIRE)
            assert not isinstance(outcome.player, Play | StopPlaying)


class TestStarting:
    def test_first_launch_gives_the_care_line_once(self):
        """A new runner is welcomed with the care line; the second time it is left out."""
        first = act(Runner(), events.Launch())
        assert [line.id for line in first.lines] == ["welcome", "care"]
        again = act(first.runner, events.Launch())
        assert [line.id for line in again.lines] == ["welcome-back"]

    def test_starting_straight_away_gives_the_care_line_too(self):
        """Who starts a routine without a launch hears the care line before it."""
        started = act(Runner(), events.StartRoutine(CATALOGUE.routines["pre-run"]))
        assert [line.id for line in started.lines] == ["care", "starting"]
        assert started.runner.cautioned

    @pytest.mark.parametrize("phase", Phase)
    def test_a_named_routine_starts_from_any_phase(self, phase):
        """A routine asked for by name begins at its first word, whatever was on."""
        outcome = act(runner(phase), events.StartRoutine(CATALOGUE.routines["desk"]))
        assert outcome.runner.session.progress.plan_id == "desk"
        assert outcome.runner.session.progress.bookmark.step == 0
        assert [line.id for line in outcome.lines] == ["starting"]

    def test_choices_shape_the_plan(self):
        """A runner's choices are in the plan that starts."""
        wanting = replace(runner(Phase.IDLE), choices=Choices(hold_seconds=45))
        outcome = act(wanting, events.StartRoutine(CATALOGUE.routines["post-run"]))
        assert outcome.player.timeline.plan.id == "post-run_h45"

    def test_an_unknown_routine_is_named_and_the_known_ones_offered(self):
        """A routine we do not have is said back, with those there are."""
        outcome = act(runner(Phase.IDLE), events.StartRoutine(heard="banana"))
        assert outcome.ask.line.id == "unknown-routine"
        assert outcome.ask.line.values["heard"].text == "banana"
        assert len(outcome.ask.line.values["routines"]) == len(CATALOGUE.routines)


class TestMoving:
    def at_step(self, step: int, phase: Phase = Phase.PLAYING) -> tuple[Runner, Moment]:
        before = runner(phase, step=step)
        return before, replace(moment(phase), playhead=None)

    def test_next_after_the_last_step_completes_the_routine(self):
        """Going on from within the last step ends the routine and puts it into the history."""
        before, at = self.at_step(3)
        for event in (events.NextStep(), events.NextMovement()):
            outcome = act(before, event, at)
            assert describe(outcome) == "skipped-to-the-end [stop] -> idle"
            assert outcome.runner.history == (Completed(PLAN, NOW),)

    def test_skipping_the_last_step_completes_nothing(self):
        """Who goes on before the last step has begun has not done it."""
        before, at = self.at_step(3)
        early = Progress(PLAN, Bookmark(3, -2_000), NOW)
        before = replace(before, session=replace(before.session, progress=early))
        outcome = act(before, events.NextStep(), at)
        assert describe(outcome) == "left-early [stop] -> idle"
        assert not outcome.runner.history

    def test_next_stretch_leaves_the_other_side_out(self):
        """The next movement comes from the left side as well as from the right."""
        for step in (0, 1):
            before, at = self.at_step(step)
            outcome = act(before, events.NextMovement(), at)
            assert outcome.runner.session.progress.bookmark.step == 2

    def test_next_goes_to_the_other_side_first(self):
        """The plain next goes from the left side to the right."""
        before, at = self.at_step(0)
        assert act(before, events.NextStep(), at).runner.session.progress.bookmark.step == 1

    def test_next_stretch_does_not_lose_the_last_side(self):
        """From the left side of the last movement the next stretch is its right side."""
        before, at = self.at_step(2)
        assert describe(act(before, events.NextMovement(), at)) == (
            "still-the-other-side [play@3] -> playing"
        )

    def test_other_side_goes_either_way(self):
        """The other side is found whether it is still to come or done already."""
        for step, other in ((0, 1), (1, 0), (2, 3), (3, 2)):
            before, at = self.at_step(step)
            outcome = act(before, events.OtherSide(), at)
            assert outcome.runner.session.progress.bookmark.step == other

    def test_other_side_of_a_movement_for_both(self):
        """Where both sides work at once the coach says so, and nothing moves."""
        progress = Progress("pre-run", Bookmark(0, 5_000), NOW)
        before = Runner(SessionState(Phase.PLAYING, progress, None, GENERATION), cautioned=True)
        outcome = act(before, events.OtherSide(), Moment(NOW))
        assert describe(outcome) == "both-sides -> playing"
        assert outcome.runner.session.progress == progress

    def test_coming_back_is_named_by_the_coach_not_by_the_guide(self):
        """Out of order, words that presume the order are passed over: opening, next, change."""
        for step, event in (
            (1, events.Repeat()),
            (2, events.PreviousStep()),
            (1, events.OtherSide()),
            (0, events.PreviousStep()),
            (3, events.Repeat()),
        ):
            before, at = self.at_step(step)
            outcome = act(before, event, at)
            timeline, offset = outcome.player.timeline, outcome.player.offset
            place = timeline.at(offset)
            assert place.beat in {BeatKind.INSTRUCT, BeatKind.SETTLE}
            first = next(sound.cue.id for sound in timeline.sounds if sound.start >= offset)
            assert first.startswith(("instruct/", "ready"))
            assert outcome.lines[0].values["spot"].side == place.step.side

    def test_previous_from_the_first_step_begins_it_again(self):
        """There is nothing before the first step, so it starts again, with a word about it."""
        before, at = self.at_step(0)
        assert describe(act(before, events.PreviousStep(), at)) == (
            "first-step [play@0] -> playing"
        )

    def test_resume_goes_on_at_the_second(self):
        """Resume plays from exactly the offset where the pause was."""
        paused = act(runner(Phase.PLAYING), events.Pause())
        resumed = act(paused.runner, events.Resume())
        assert resumed.player.offset == offset_of(paused.runner)
        assert resumed.player.generation > GENERATION

    def test_resume_before_the_hold_names_no_seconds(self):
        """While the runner still gets into place there is nothing left of a hold to tell."""
        before = runner(Phase.PAUSED)
        waiting = Progress(PLAN, Bookmark(1, -3_000))
        before = replace(before, session=replace(before.session, progress=waiting))
        outcome = act(before, events.Resume(), Moment(NOW))
        assert [line.id for line in outcome.lines] == ["going-on-before"]


class TestAnswers:
    ASKED: ClassVar = {
        (Phase.IDLE, Question.WHICH_ROUTINE): ("which-routine? -> idle", "goodbye [stop] -> idle"),
        (Phase.IDLE, Question.ANYTHING_ELSE): ("anything-else? -> idle", "goodbye [stop] -> idle"),
        (Phase.PLAYING, Question.WHICH_ROUTINE): ("which-routine? -> playing", "-> playing"),
        (Phase.PLAYING, Question.GO_ON): (
            "going-on [play@1] -> playing",
            "which-routine? -> playing",
        ),
        (Phase.PLAYING, Question.ANYTHING_ELSE): ("anything-else? -> playing", "-> playing"),
        (Phase.PAUSED, Question.WHICH_ROUTINE): (
            "which-routine? -> paused",
            "goodbye-kept [stop] -> paused",
        ),
        (Phase.PAUSED, Question.GO_ON): (
            "going-on [play@1] -> playing",
            "which-routine? -> paused",
        ),
        (Phase.PAUSED, Question.ANYTHING_ELSE): (
            "anything-else? -> paused",
            "goodbye-kept [stop] -> paused",
        ),
        (Phase.STEPPING, Question.WHICH_ROUTINE): (
            "which-routine? -> stepping",
            "goodbye-kept -> paused",
        ),
        (Phase.STEPPING, Question.GO_ON): (
            "going-on-before [clip@1] ready-next? -> stepping",
            "which-routine? -> stepping",
        ),
        (Phase.IDLE, Question.SAME_AGAIN): (
            "which-routine? -> idle",
            "which-routine? -> idle",
        ),
        (Phase.PLAYING, Question.SKIP_IT): (
            "[play@2] -> playing",
            "kept-in [stop] -> paused",
        ),
        (Phase.PAUSED, Question.SKIP_IT): (
            "[play@2] -> playing",
            "kept-in -> paused",
        ),
        (Phase.STEPPING, Question.SKIP_IT): (
            "[clip@2] ready-next? -> stepping",
            "kept-in -> paused",
        ),
        (Phase.STEPPING, Question.NEXT_STEP): (
            "[clip@2] ready-next? -> stepping",
            "take-your-time? -> stepping",
        ),
        (Phase.STEPPING, Question.ANYTHING_ELSE): (
            "anything-else? -> stepping",
            "goodbye-kept -> paused",
        ),
    }

    ASIDES: ClassVar = {
        (phase, question): (f"{put}?", declined)
        for question, put, declined in (
            (Question.HOW_LONG, "how-long", "never-mind"),
            (Question.HOLD_SECONDS, "hold-seconds", "never-mind"),
            (Question.HOW_MANY_REPS, "how-many-reps", "never-mind"),
            (Question.WHICH_MOVEMENT, "which-movement", "never-mind"),
            (Question.WHICH_SIDE, "which-is-tight", "never-mind"),
            (Question.WHAT_IS_MISSING, "what-is-missing", "never-mind"),
            (Question.WHAT_TO_BRING_BACK, "what-to-bring-back", "never-mind"),
            (Question.WHICH_DAYS, "which-days", "no-reminders"),
            (Question.WHAT_TIME, "what-time", "no-reminders"),
            (Question.REMIND_ME, "which-days?", "no-reminders"),
            (Question.FORGET_ME, "forgotten [stop]", "not-forgotten"),
        )
        for phase in Phase
    }
    """Questions that may be asked in any phase: yes, and no, which goes on as before."""
    THEN: ClassVar = {
        Phase.IDLE: " which-one? -> idle",
        Phase.PLAYING: " -> playing",
        Phase.PAUSED: " -> paused",
        Phase.STEPPING: " ready-next? -> stepping",
    }

    @pytest.mark.parametrize(("phase", "asked"), ASIDES)
    def test_yes_and_no_to_an_aside(self, phase, asked):
        """No to a question in between goes on as before it; a bare yes is asked again."""
        agreed, declined = self.ASIDES[phase, asked]
        yes = describe(act(runner(phase, asked), events.Yes()))
        if asked is Question.FORGET_ME:
            stop = " [stop]" if phase is not Phase.STEPPING else ""
            assert yes == f"forgotten{stop} -> idle"
        else:
            assert yes == f"{agreed.rstrip('?')}? -> {phase}"
        no = describe(act(runner(phase, asked), events.No()))
        assert no == declined + self.THEN[phase]

    def test_covers_every_question_that_can_be_open(self):
        """Each phase with each question that may be open in it is in the table."""
        possible = set()
        for phase in Phase:
            for question in Question:
                try:
                    runner(phase, question)
                except StateError:
                    continue
                possible.add((phase, question))
        assert possible == {*self.ASKED, *self.ASIDES}

    @pytest.mark.parametrize(("phase", "asked"), ASKED)
    def test_yes_and_no(self, phase, asked):
        """Yes does what was offered; no leaves it."""
        yes, no = self.ASKED[phase, asked]
        assert describe(act(runner(phase, asked), events.Yes())) == yes
        assert describe(act(runner(phase, asked), events.No())) == no

    def test_a_declined_question_in_mid_play_is_silent(self):
        """No to an open question while a guide plays closes the session; the guide goes on."""
        outcome = act(runner(Phase.PLAYING, Question.ANYTHING_ELSE), events.No())
        assert not outcome.lines
        assert outcome.player is None

    def test_an_open_offer_is_made_again_after_an_aside(self):
        """Asking something in between does not lose the offer."""
        outcome = act(runner(Phase.PAUSED, Question.GO_ON), events.WhereAmI())
        assert describe(outcome) == "where-working go-on? -> paused"


class TestAsking:
    def asked(self, event: Event, step: int, since_begin: int, plan: str = PLAN) -> Outcome:
        progress = Progress(plan, Bookmark(step, since_begin))
        before = Runner(SessionState(Phase.PAUSED, progress, None, GENERATION), cautioned=True)
        return act(before, event, Moment(NOW))

    def test_how_long_left_in_a_hold(self):
        """In a hold the seconds left of it are told, and those of the routine."""
        line = self.asked(events.HowLongLeft(), 1, 12_000).lines[0]
        assert line.id == "left-in-work"
        assert line.values["left"] == WorkLeft(0, 18_000)

    def test_how_long_left_in_a_set(self):
        """In a set the repetitions left are told, the one under way included."""
        line = self.asked(events.HowLongLeft(), 1, 9_000, "pre-run").lines[0]
        assert line.id == "left-in-work"
        assert line.values["left"].reps == 3

    def test_how_long_left_before_and_after(self):
        """Before the begin the whole dose is told, after the release just the routine."""
        assert self.asked(events.HowLongLeft(), 1, -1_000).lines[0].id == "left-before"
        assert self.asked(events.HowLongLeft(), 1, 30_500).lines[0].id == "left-after"

    def test_whats_next(self):
        """The next step is named, with the movement after it if that is another."""
        assert self.asked(events.WhatsNext(), 0, 0).lines[0].id == "next-step-then"
        assert self.asked(events.WhatsNext(), 1, 0).lines[0].id == "next-step"
        assert self.asked(events.WhatsNext(), 3, 0).lines[0].id == "next-none"

    def test_how_to_tells_the_side_at_hand(self):
        """This movement is explained for the side the runner is on."""
        for step, side in ((0, "left"), (1, "right")):
            line = self.asked(events.HowTo(), step, 0).lines[0]
            assert line.values["instructions"].side == side

    def test_another_movement_can_be_asked_about(self):
        """A named movement is explained even with nothing under way."""
        squat = CATALOGUE.movements["squat"]
        for event, line_id in ((events.HowTo(squat), "how-to"), (events.WhyThis(squat), "why")):
            for phase in Phase:
                assert act(runner(phase), event).lines[0].id == line_id

    @pytest.mark.parametrize("ask", [events.HowTo, events.WhyThis])
    @pytest.mark.parametrize("phase", Phase)
    def test_an_unknown_movement_is_named(self, ask, phase):
        """A movement we do not have is said back, with those there are."""
        line = act(runner(phase), ask(heard="sit up")).ask.line
        assert line.id == "unknown-movement"
        assert len(line.values["movements"]) == len(CATALOGUE.movements)


class TestPain:
    @pytest.mark.parametrize("phase", [Phase.PLAYING, Phase.PAUSED])
    def test_the_movement_stops_first(self, phase):
        """Whatever is on stops, the care line the easier form are told, skipping is offered."""
        outcome = act(runner(phase), events.ItHurts())
        assert describe(outcome) == "it-hurts easier [stop] skip-or-resume? -> paused"

    @pytest.mark.parametrize("phase", [Phase.PLAYING, Phase.PAUSED, Phase.STEPPING])
    def test_it_never_goes_on_by_itself(self, phase):
        """Without an answer the routine waits; only a yes or a command goes on."""
        hurt = act(runner(phase), events.ItHurts()).runner
        assert hurt.session.phase is Phase.PAUSED
        silent = act(hurt, events.SessionEnded(unanswered=True), Moment(NOW)).runner
        assert silent.session.phase is Phase.PAUSED
        assert not silent.session.is_moving

    def test_in_the_last_movement_there_is_nothing_to_skip_to(self):
        """Pain in the last movement ends the routine, if the runner agrees."""
        before = runner(Phase.PLAYING, step=3)
        hurt = act(before, events.ItHurts(), Moment(NOW))
        assert hurt.ask.line.id == "end-or-easier"
        ended = act(hurt.runner, events.Yes(), Moment(NOW))
        assert describe(ended) == "if-it-stays [stop] -> idle"
        assert not ended.runner.history

    def hurt(self, step: int = 0) -> Runner:
        """Return who has just said that it hurts."""
        return act(runner(Phase.PAUSED, step=step), events.ItHurts(), Moment(NOW)).runner

    @pytest.mark.parametrize("event", [events.NextStep(), events.NextMovement()])
    @pytest.mark.parametrize("is_spoken", [True, False])
    def test_next_leaves_out_what_hurts(self, event, is_spoken):
        """Neither its other side nor its next set comes then: next is as good as yes."""
        outcome = act(self.hurt(), event, Moment(NOW, is_spoken=is_spoken))
        assert describe(outcome) == "[play@2] -> playing"

    @pytest.mark.parametrize(
        "event",
        [
            events.SessionEnded(unanswered=True),
            events.Pause(),
            events.Stop(),
            events.Help(),
            events.NotUnderstood(),
            events.WhereAmI(),
            events.Launch(),
        ],
    )
    def test_what_hurts_is_not_forgotten_by_waiting(self, event):
        """Whatever came in between, next does not start what hurts, until something has played."""
        after = act(self.hurt(), event, Moment(NOW)).runner
        following = act(after, events.NextStep(), Moment(NOW))
        assert describe(following) == "[play@2] -> playing"
        assert following.runner.session.asked is None

    @pytest.mark.parametrize("event", [events.NextStep(), events.NextMovement(), events.Yes()])
    def test_next_from_the_last_movement(self, event):
        """Its other side would hurt as well, so it is the end for today."""
        assert describe(act(self.hurt(2), event, Moment(NOW))) == "if-it-stays [stop] -> idle"

    def test_coming_back_to_what_hurt(self):
        """Whoever comes back is told so, and offered what they were, also after a no."""
        left = act(self.hurt(), events.Stop(), Moment(NOW)).runner
        offered = act(left, events.Launch(), Moment(NOW))
        assert describe(offered) == "welcome-back hurt-here easier skip-or-resume? -> paused"
        declined = act(offered.runner, events.No(), Moment(NOW)).runner
        assert declined.session.asked is None
        assert act(declined, events.Launch(), Moment(NOW)).ask.line.id == "skip-or-resume"

    def test_help_says_what_there_is(self):
        """After pain the offer itself says what can be said, and stays open."""
        assert describe(act(self.hurt(), events.Help(), Moment(NOW))) == (
            "skip-or-resume? -> paused"
        )


class TestNotUnderstood:
    @pytest.mark.parametrize(
        ("phase", "asked", "told"),
        [
            (Phase.PAUSED, Question.SKIP_IT, "missed skip-or-resume? -> paused"),
            (Phase.PAUSED, Question.GO_ON, "missed offer? -> paused"),
            (Phase.IDLE, Question.WHICH_ROUTINE, "missed which-one? -> idle"),
            (Phase.STEPPING, Question.NEXT_STEP, "missed ready-next? -> stepping"),
            (Phase.PAUSED, Question.ANYTHING_ELSE, "not-understood-now -> paused"),
        ],
    )
    def test_the_question_says_what_can_be_said(self, phase, asked, told):
        """The question is put again and nothing else is said, unless it leaves all open."""
        assert describe(act(runner(phase, asked), events.NotUnderstood())) == told

    def test_in_the_middle_of_a_clip(self):
        """There the question is still to come, so the runner hears what can be said."""
        at = Moment(NOW, playhead(REPERTOIRE.timeline(PLAN).spans[1].begin))
        before = runner(Phase.STEPPING, Question.NEXT_STEP)
        outcome = act(before, events.NotUnderstood(), at)
        assert describe(outcome) == "not-understood-now ready-next? -> stepping"


class TestBetweenTwoSteps:
    """One step at a time, with a player that plays the clips by itself, and tells how far."""

    SPANS = REPERTOIRE.timeline(PLAN).spans

    def stepping(self, step: int = 1) -> Runner:
        return replace(runner(Phase.STEPPING, Question.NEXT_STEP, step=step), waits=True)

    def at_end(self, step: int = 1) -> Moment:
        return Moment(NOW, playhead(self.SPANS[step].end))

    def resumed(self, outcome: Outcome) -> PlayClip:
        return act(outcome.runner, events.Resume(), Moment(NOW)).player

    @pytest.mark.parametrize(
        ("event", "told"), [(events.Pause(), "paused-between"), (events.Stop(), "goodbye-kept")]
    )
    def test_what_was_heard_is_done(self, event, told):
        """The place is the beginning of the next step, the words name it, and it goes on there."""
        outcome = act(self.stepping(), event, self.at_end())
        assert describe(outcome) == f"{told} [stop] -> paused"
        assert outcome.lines[0].values["spot"].movement.id == "pigeon"
        assert offset_of(outcome.runner) == self.SPANS[2].start
        clip = self.resumed(outcome)
        assert (clip.step, clip.start) == (2, self.SPANS[2].start)

    def test_after_a_wish(self):
        """What was heard stays so in a plan that has changed, which no player has played yet."""
        wished = act(self.stepping(), events.HoldFor(45), self.at_end())
        stopped = act(wished.runner, events.Stop(), self.at_end())
        assert stopped.lines[0].values["spot"].movement.id == "pigeon"
        assert self.resumed(stopped).step == 2

    def test_opened_anew(self):
        """Who comes back to the page is offered the next step, and gets it."""
        offered = act(self.stepping(), events.Launch(), self.at_end())
        assert offered.ask.line.values["spot"].movement.id == "pigeon"
        assert act(offered.runner, events.Yes(), self.at_end()).player.step == 2

    @pytest.mark.parametrize(
        ("event", "told"), [(events.Pause(), "paused"), (events.Stop(), "goodbye-kept")]
    )
    def test_in_the_middle_of_a_step(self, event, told):
        """It goes on at that second."""
        second = self.SPANS[1].begin + 12_000
        outcome = act(self.stepping(), event, Moment(NOW, playhead(second)))
        assert describe(outcome) == f"{told} [stop] -> paused"
        assert self.resumed(outcome).start == offset_of(outcome.runner) == second

    def test_after_the_last_step(self):
        """Stop agrees that it is done; a pause waits there, and then it is done as well."""
        stopped = act(self.stepping(3), events.Stop(), self.at_end(3))
        paused = act(self.stepping(3), events.Pause(), self.at_end(3))
        assert describe(paused) == "paused [stop] -> paused"
        resumed = act(paused.runner, events.Resume(), Moment(NOW))
        for outcome in (stopped, resumed):
            assert describe(outcome) == "finished [stop] -> idle"
            assert outcome.runner.history == (Completed(PLAN, NOW),)

    @pytest.mark.parametrize("event", [events.Pause(), events.Stop(), events.SessionEnded()])
    def test_where_no_player_tells(self, event):
        """Within Alexa's speech nobody knows whether a step was cut short: it is kept as a whole.

        Done twice is better than left out on one side; silence after the question tells enough.
        """
        outcome = act(self.stepping(), event)
        assert offset_of(outcome.runner) == self.SPANS[1].start
        assert all(line.values["spot"].side == "right" for line in outcome.lines)


class TestNotices:
    def test_the_place_follows_the_player(self):
        """Each notice moves the place to where the player says it is."""
        start = offset_of(runner(Phase.PLAYING))
        at = replace(moment(Phase.PLAYING), playhead=playhead(start + 7_000))
        assert offset_of(act(runner(Phase.PLAYING), events.PlaybackStopped(), at).runner) == (
            start + 7_000
        )

    @pytest.mark.parametrize(
        "foreign",
        [
            playhead(60_000, generation=GENERATION - 1),
            playhead(60_000, plan_id="desk"),
            None,
        ],
    )
    @pytest.mark.parametrize("name", [n for n in EVENTS if n.startswith("Playback")])
    @pytest.mark.parametrize("phase", Phase)
    def test_notices_of_another_guide_change_nothing(self, foreign, name, phase):
        """What comes late, from another plan or from nowhere has no effect at all."""
        before = runner(phase)
        at = replace(moment(phase), playhead=foreign)
        assert act(before, EVENTS[name], at) == Outcome(before)

    @given(st.lists(st.integers(0, 200_000), max_size=8))
    def test_order_does_not_matter(self, offsets):
        """However notices of one guide are ordered, the place is the furthest one told."""
        state = runner(Phase.PLAYING)
        started = offset_of(state)
        for offset in offsets:
            at = replace(moment(Phase.PLAYING), playhead=playhead(offset))
            state = act(state, events.PlaybackStopped(), at).runner
        assert offset_of(state) == min(max([started, *offsets]), REPERTOIRE.timeline(PLAN).duration)

    def test_finishing_twice_counts_once(self):
        """A repeated finish leaves the history as it is."""
        finished = act(runner(Phase.PLAYING), events.PlaybackFinished())
        again = act(finished.runner, events.PlaybackFinished(), moment(Phase.PLAYING))
        assert len(again.runner.history) == 1

    def test_failure_is_retried_once_and_then_told(self):
        """A guide that fails plays again from its place; failing again waits, and is told."""
        first = act(runner(Phase.PLAYING), events.PlaybackFailed())
        assert first.player.offset == offset_of(runner(Phase.PLAYING))
        second = self.failing(first, first.player.offset + 5_000)
        assert describe(second) == "-> paused"
        told = act(second.runner, events.WhereAmI(), Moment(NOW))
        assert describe(told) == "audio-failed where-working -> paused"
        again = act(told.runner, events.WhereAmI(), Moment(NOW))
        assert describe(again) == "where-working -> paused"

    def test_after_two_failures_the_device_itself_speaks(self):
        """Whoever goes on hears the rest of the step in Alexa's voice; another routine plays."""
        first = act(runner(Phase.PLAYING), events.PlaybackFailed())
        failed = self.failing(first, first.player.offset + 5_000).runner
        gone_on = act(failed, events.Resume(), Moment(NOW))
        assert gone_on.player.spoken
        assert gone_on.player.start == offset_of(failed)
        assert gone_on.ask
        following = act(gone_on.runner, events.Yes(), Moment(NOW))
        assert (following.player.step, following.player.spoken) == (2, True)
        desk = events.StartRoutine(CATALOGUE.routines["desk"])
        assert isinstance(act(following.runner, desk, Moment(NOW)).player, Play)
        assert isinstance(act(following.runner, events.StartOver(), Moment(NOW)).player, Play)
        assert isinstance(act(following.runner, events.RunOn(), Moment(NOW)).player, Play)

    def test_a_failure_much_later_is_another_failure(self):
        """A guide that got on after its retry is tried again."""
        first = act(runner(Phase.PLAYING), events.PlaybackFailed())
        later = self.failing(first, first.player.offset + 60_000)
        assert later.player.offset == first.player.offset + 60_000

    def failing(self, playing: Outcome, offset: int) -> Outcome:
        play = playing.player
        at = playhead(offset, generation=play.generation, retried_at=play.retried_at)
        return act(playing.runner, events.PlaybackFailed(), Moment(NOW, at))

    def test_a_failing_stream_is_not_played_for_ever_without_a_store(self):
        """The retry is in the token, so it is not forgotten while the store is away."""
        at = playhead(70_000, generation=9)
        retried = act(Runner(), events.PlaybackFailed(), Moment(NOW, at))
        token = playhead(
            70_000, generation=retried.player.generation, retried_at=retried.player.retried_at
        )
        given_up = act(Runner(), events.PlaybackFailed(), Moment(NOW, token))
        assert given_up.player is None

    def test_a_lost_finish_is_noticed(self):
        """A player that says it has ended has ended, even if its notice was lost."""
        at = Moment(NOW, playhead(180_000, has_ended=True))
        outcome = act(runner(Phase.PLAYING), events.Launch(), at)
        assert describe(outcome) == "welcome-back which-routine? -> idle"
        assert outcome.runner.history == (Completed(PLAN, NOW),)

    def test_a_notice_leaves_the_question_open(self):
        """The player stops when the runner is asked something; the question is still open."""
        before = runner(Phase.PLAYING, Question.GO_ON)
        assert act(before, events.PlaybackStopped()).runner.session.asked is Question.GO_ON

    def test_the_session_ending_closes_the_question(self):
        """After the session has ended, yes and no mean nothing any more."""
        for phase in (Phase.PLAYING, Phase.PAUSED):
            ended = act(runner(phase, Question.GO_ON), events.SessionEnded())
            assert ended.runner.session.asked is None

    def test_an_unanswered_step_counts_as_done(self):
        """Silence after a step keeps the place at the next one; hanging up keeps this one."""
        before = hearing(runner(Phase.STEPPING, Question.NEXT_STEP))
        silent = act(before, events.SessionEnded(unanswered=True)).runner.session
        assert (silent.phase, silent.progress.bookmark.step) == (Phase.PAUSED, 2)
        hung_up = act(before, events.SessionEnded()).runner.session
        assert (hung_up.phase, hung_up.progress.bookmark.step) == (Phase.PAUSED, 1)

    def test_silence_after_the_last_step_completes(self):
        """The last step was heard to its end, so the routine is done."""
        before = hearing(runner(Phase.STEPPING, Question.NEXT_STEP, step=3))
        ended = act(before, events.SessionEnded(unanswered=True))
        assert len(ended.runner.history) == 1
        assert ended.player is None


class TestForgetting:
    """The store was away: the player knows more than we do."""

    def test_a_later_generation_is_believed(self):
        """With nothing stored, the place is taken from the player."""
        at = Moment(NOW, playhead(70_000, generation=9))
        outcome = act(Runner(cautioned=True), events.HowLongLeft(), at)
        assert offset_of(outcome.runner) == 70_000
        assert outcome.runner.session.generation == 9
        assert outcome.lines[0].id.startswith("left-")

    def test_a_guide_that_has_ended_is_not_taken_up_again(self):
        """A player that tells of an ended guide does not bring it back."""
        at = Moment(NOW, playhead(70_000, generation=9, has_ended=True))
        outcome = act(Runner(cautioned=True), events.WhereAmI(), at)
        assert outcome.lines[0].id == "nothing-on"
        assert outcome.runner.session.generation == 9

    def test_only_what_makes_no_sense_without_a_place_brings_one_back(self):
        """Whatever else a stranger asks first, their player's place is there when they need it."""
        at = Moment(NOW, playhead(70_000, generation=9))
        asking = Runner()
        for event in (events.Launch(), events.Help(), events.HoldLonger(), events.Launch()):
            asking = act(asking, event, at).runner
            assert asking.session.phase is Phase.IDLE
        resumed = act(asking, events.Resume(), at)
        assert resumed.player.offset == 70_000
        assert resumed.player.generation > 9

    def test_each_event_has_to_be_decided_about(self):
        """Every event brings a stranger's place back, or does not."""
        assert sorted([*RECALLING.split(), *NOT_RECALLING.split()]) == sorted(EVENTS)

    @pytest.mark.parametrize("name", EVENTS)
    def test_what_brings_a_place_back(self, name):
        """Each event finds a stranger where their player is, or with nothing under way."""
        event, at = EVENTS[name], Moment(NOW, playhead(70_000, generation=9))
        there = advance(Runner(), event, at, REPERTOIRE, is_known=False)
        nowhere = act(Runner(), event, Moment(NOW))
        assert there != nowhere
        assert act(Runner(), event, at) == (there if name in RECALLING.split() else nowhere)

    @pytest.mark.parametrize("named", [{"movement": CLAM}, {"heard": "handstand"}])
    @pytest.mark.parametrize("kind", [events.HowTo, events.WhyThis, events.SkipForGood])
    def test_a_movement_that_is_named_needs_no_place(self, kind, named):
        """Whoever names a movement, even one we do not know, is answered without a place."""
        at = Moment(NOW, playhead(70_000, generation=9))
        assert act(Runner(), kind(**named), at).runner.session.phase is Phase.IDLE

    @pytest.mark.parametrize("event", [events.Repeat(), events.WhatWasThat()])
    def test_what_was_asked_is_asked_again(self, event):
        """Whoever was asked something wants to hear that again, and not what the player plays."""
        at = Moment(NOW, playhead(70_000, generation=9))
        asked = act(Runner(), events.Launch(), at)
        assert describe(act(asked.runner, event, at)) == "which-one? -> idle"

    def test_whose_record_is_lost_is_no_stranger(self):
        """Whatever they ask, they are where their player says that they are."""
        at = Moment(NOW, playhead(70_000, generation=9))
        asked = act(Runner().owing("state-lost"), events.Launch(), at)
        assert describe(asked) == "state-lost offer-now? -> playing"

    def test_a_stranger_s_guide_is_later_than_any_of_their_player_s(self):
        """A player that has played before, and is of this very second, is not taken for ours."""
        at = Moment(NOW, playhead(70_000, generation=int(NOW.timestamp())))
        started = act(Runner(), events.StartRoutine(CATALOGUE.routines["desk"]), at)
        assert started.player.generation > at.playhead.generation

    @pytest.mark.parametrize("event", [events.WhereAmI(), events.Help(), events.PlaybackStopped()])
    def test_what_cannot_be_is_not_believed(self, event):
        """A generation from days to come is none of ours, unless we know of it."""
        to_come = int((NOW + timedelta(days=2)).timestamp())
        at = replace(moment(Phase.PLAYING), playhead=playhead(200_000, generation=to_come))
        before = runner(Phase.PLAYING)
        after = act(before, event, at).runner
        assert after.session.generation == GENERATION
        assert offset_of(after) == offset_of(before)
        ours = replace(before, session=replace(before.session, generation=to_come))
        assert offset_of(act(ours, event, at).runner) == 200_000

    def test_the_end_of_a_forgotten_guide_is_history(self):
        """A finish is counted even if the start was never stored."""
        at = Moment(NOW, playhead(70_000, generation=9, has_ended=True))
        assert len(act(Runner(), events.PlaybackFinished(), at).runner.history) == 1

    def test_a_plan_nobody_knows_is_left_alone(self):
        """A token with a plan we cannot coach brings nothing back."""
        at = Moment(NOW, playhead(70_000, generation=9, plan_id="yoga"))
        assert act(Runner(cautioned=True), events.WhereAmI(), at).lines[0].id == "nothing-on"

    def test_a_stored_plan_nobody_knows_is_let_go_and_told(self):
        """A place in a routine that is no more does not stop the coach, who says so."""
        gone = SessionState(Phase.PAUSED, Progress("yoga", Bookmark(0, 0)), None, GENERATION)
        outcome = act(Runner(gone, cautioned=True), events.Launch(), Moment(NOW))
        assert describe(outcome) == "routine-gone welcome-back which-routine? -> idle"

    def test_a_store_begun_anew_brings_no_old_number_back(self):
        """A generation given without the store is later than any that was given before."""
        started = act(Runner(), events.StartRoutine(CATALOGUE.routines["desk"]))
        stale = Moment(NOW, playhead(70_000, generation=GENERATION))
        outcome = act(started.runner, events.WhereAmI(), stale)
        assert outcome.runner.session.progress.plan_id == "desk"

    def test_an_offset_in_another_recording_is_not_trusted(self):
        """Seconds measured in an older recording do not move the place."""
        at = replace(moment(Phase.PLAYING), playhead=playhead(200_000, digest="0" * 64))
        before = runner(Phase.PLAYING)
        assert offset_of(act(before, events.WhereAmI(), at).runner) == offset_of(before)


class TestByTheClock:
    """A guide plays, and the one who asks is another device."""

    def asked_after(self, seconds: int) -> Runner:
        at = Moment(NOW + timedelta(seconds=seconds))
        return act(runner(Phase.PLAYING), events.WhereAmI(), at).runner

    def test_the_place_moves_on_by_itself(self):
        """Twelve seconds later the place is twelve seconds further."""
        assert offset_of(self.asked_after(12)) == offset_of(runner(Phase.PLAYING)) + 12_000

    def test_past_the_end_nobody_knows(self):
        """If the guide should be over, and nobody told so, the last place told is kept."""
        assert offset_of(self.asked_after(3_600)) == offset_of(runner(Phase.PLAYING))

    def test_a_clock_that_jumps_back_moves_nothing(self):
        """The place never moves back with the clock."""
        assert offset_of(self.asked_after(-3_600)) == offset_of(runner(Phase.PLAYING))

    def test_what_is_held_stands_still(self):
        """A guide that was stopped for another skill is where it was, a minute later."""
        state = act(runner(Phase.PLAYING), events.PlaybackStopped()).runner
        later = act(state, events.Launch(), Moment(NOW + timedelta(minutes=1))).runner
        assert offset_of(later) == offset_of(runner(Phase.PLAYING))

    def test_what_is_paused_stands_still(self):
        """A paused place is where it was, however long it takes."""
        at = Moment(NOW + timedelta(days=2))
        state = act(runner(Phase.PAUSED), events.WhereAmI(), at).runner
        assert offset_of(state) == offset_of(runner(Phase.PAUSED))


class TestNewRecording:
    """The cues were recorded anew while the runner was at it."""

    def test_the_same_second_of_the_same_hold(self):
        """An offset in the earlier recording leads to the same second in today's."""
        longer = {line: tuple(2 * ms for ms in lengths) for line, lengths in SHEET.lengths.items()}
        chimes = {line: ms for line, ms in SHEET.lengths.items() if line.startswith("chime")}
        sheet = CueSheet({**longer, **chimes, "countdown": SHEET.lengths["countdown"]})
        anew = Repertoire(CATALOGUE, sheet, "e" * 64, lambda: {DIGEST: SHEET})
        before = REPERTOIRE.timeline(PLAN)
        offset = before.spans[2].begin + 12_000
        at = Moment(NOW, playhead(offset))
        for state in (runner(Phase.PLAYING), Runner(cautioned=True)):
            outcome = advance(state, events.Pause(), at, anew)
            assert outcome.runner.session.progress.bookmark == Bookmark(2, 12_000)
            resumed = advance(outcome.runner, events.Resume(), Moment(NOW), anew)
            place = anew.timeline(PLAN).at(resumed.player.offset)
            assert (place.step.index, place.work_left) == (2, before.at(offset).work_left)


class TestButtons:
    @pytest.mark.parametrize("phase", Phase)
    @pytest.mark.parametrize(
        "event", [events.NextStep(), events.PreviousStep(), events.Resume(), events.Pause()]
    )
    def test_are_answered_without_words(self, phase, event):
        """A pressed button acts like the spoken command, and nothing is said or asked."""
        before = runner(phase)
        at = replace(moment(phase), is_spoken=False)
        outcome = act(before, event, at)
        spoken = act(before, event)
        assert not outcome.lines
        assert outcome.ask is None
        assert type(outcome.player) is type(spoken.player)
        progress, said = outcome.runner.session.progress, spoken.runner.session.progress
        assert (progress and progress.bookmark.step) == (said and said.bookmark.step)
        assert outcome.runner.session.asked is None


class TestState:
    @pytest.mark.parametrize(
        "contradiction",
        [
            {"phase": Phase.PLAYING},
            {"phase": Phase.IDLE, "progress": Progress(PLAN, Bookmark(0, 0))},
            {"asked": Question.GO_ON},
            {"asked": Question.NEXT_STEP},
            {"generation": -1},
            {"talk": -1},
            {"said": {"paused": -1}},
            {"phase": Phase.PAUSED, "progress": Progress(PLAN, Bookmark(0, 0), NOW)},
        ],
    )
    def test_contradictions_cannot_be_made(self, contradiction):
        """A state that contradicts itself is refused as it is made."""
        with pytest.raises(StateError):
            SessionState(**contradiction)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(sorted(EVENTS)),
                st.integers(0, 230_000),
                st.integers(0, 6),
                st.booleans(),
                st.booleans(),
            ),
            max_size=40,
        )
    )
    def test_any_sequence_leaves_a_valid_state(self, happenings):
        """Whatever happens, the state is valid, commands are answered, history only grows."""
        state = Runner()
        for name, offset, generation, has_player, spoken in happenings:
            is_spoken = spoken and isinstance(EVENTS[name], Command)
            at = Moment(
                NOW,
                playhead(offset, generation=generation),
                has_player=has_player or isinstance(EVENTS[name], events.PlayerNotice),
                is_spoken=is_spoken,
            )
            outcome = advance(state, EVENTS[name], at, REPERTOIRE)
            after = outcome.runner
            assert outcome.forgets or after.history[: len(state.history)] == state.history
            if is_spoken:
                answered = outcome.lines or outcome.ask or outcome.player or outcome.errand
                assert answered or state.session.asked
            else:
                assert not outcome.lines
                assert outcome.ask is None
            assert outcome.forgets or after.session.generation >= state.session.generation
            if after.session.progress:
                assert 0 <= after.session.progress.bookmark.step < 20
            if isinstance(outcome.player, Play):
                assert after.session.generation > state.session.generation
            state = after
