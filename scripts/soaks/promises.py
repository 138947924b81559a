"""Promises: what has to be true of the coach after everything that can happen."""

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.echo.device import Heard
from scripts.echo.player import Activity
from scripts.soaks import happenings as what
from scripts.soaks.house import House, Neighbourhood
from skill.alexa.tokens import Token, parse_token
from skill.coaching.errors import CoachError
from skill.coaching.movements import Milliseconds
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Phase, Question, Runner
from skill.coaching.timeline import Bookmark
from skill.content import phrases
from skill.content.wording import Wording

NEVER_SAID = ("trouble", "state-lost", "routine-gone")
"""Lines for what may not happen here: the store is there, and its records are whole."""

ASIDE = frozenset(
    (
        *("HowLongLeftIntent", "HowManyLeftIntent", "HowToIntent", "LastOneIntent"),
        *("LastTimeIntent", "ListRoutinesIntent", "SettingsIntent", "ThisWeekIntent"),
        *("HowOftenIntent", "ShouldItHurtIntent", "VolumeIntent"),
        "RoutineLengthIntent",
        *("WhatWasThatIntent", "WhatsNextIntent", "WhereAmIIntent", "WhichSideIntent"),
        *("WhyThisIntent", "AMAZON.ShuffleOnIntent", "AMAZON.LoopOnIntent"),
    )
)
"""Intents that only ask: they leave plan and place as they are."""

CHOOSING = frozenset(("HowToIntent", "LastOneIntent"))
CHOICES = frozenset((Question.WHICH_ROUTINE, Question.WHICH_MOVEMENT, Question.WHAT_TO_BRING_BACK))
"""But some of them may choose from what a question has named."""

MANNERS = frozenset(
    (
        *("LessTalkingIntent", "TellEverythingIntent", "NoCountdownIntent", "CountdownIntent"),
        *("SoftSoundIntent", "NoSoundIntent"),
    )
)
"""Intents that change how the coach coaches: they leave step and second as they are."""

STOPPING = frozenset(
    ("ItHurtsIntent", "FeelsWrongIntent", "EmergencyIntent", "CrisisIntent", "AskFirstIntent"),
)
"""Intents that stop whatever plays, and it does not go on by itself."""

RUNNING = (Phase.PLAYING, Phase.STEPPING)

SLACK: Milliseconds = 2
"""How far a place may be off that went by the clock, which counts in milliseconds."""


class BrokenPromiseError(CoachError):
    """Something is not as it was promised."""

    code = "broken-promise"


@dataclass(frozen=True, slots=True)
class Glance:
    """What is to be seen of a house at one moment."""

    runner: Runner
    token: Token | None
    activity: Activity
    offset: Milliseconds

    @classmethod
    def at(cls, house: House) -> "Glance":
        """Look at what is stored, and at the player that is at hand."""
        player = house.here.player
        return cls(house.remembered, parse_token(player.token), player.activity, player.offset)

    @property
    def plays_the_guide(self) -> bool:
        """Whether the player at hand has the guide that was started last."""
        session = self.runner.session
        return (
            self.token is not None
            and session.progress is not None
            and self.token.generation == session.generation
            and self.token.plan_id == session.progress.plan_id
        )

    def bookmark(self, repertoire: Repertoire) -> Bookmark | None:
        """Return the place: the player's own, while it plays."""
        progress = self.runner.session.progress
        if progress is None:
            return None
        if self.runner.session.phase is Phase.PLAYING and self.plays_the_guide:
            return repertoire.timeline(progress.plan_id).bookmark(self.offset)
        return progress.bookmark


class Witness:
    """Lets things happen in one house, and raises what breaks a promise.

    That is `BrokenPromiseError`, `EchoError` for what Alexa would refuse, and whatever is
    raised where nothing may be.
    """

    def __init__(self, neighbourhood: Neighbourhood, house: House) -> None:
        self._repertoire = neighbourhood.service.repertoire
        self._wording = neighbourhood.service.wording
        self._never = _texts(self._wording, NEVER_SAID)
        self._house = house
        self._hushed = False
        """Whether the player was paused on its screen, of which nobody is told."""

    def let_happen(self, happening: what.Happening) -> None:
        """Let something happen and see that all promises are kept."""
        house, before = self._house, Glance.at(self._house)
        unknown = house.document is None
        house.let_happen(happening)
        after = Glance.at(house)
        if house.faults:
            raise BrokenPromiseError(f"the coach failed: {house.faults[0]}")
        self._is_in_a_place(after.runner)
        self._keeps_the_wishes(before.runner, happening, after.runner)
        self._keeps_the_history(before.runner, happening, after.runner)
        if house.heard is not None:
            self._answers(happening, house.heard)
        is_told = isinstance(happening, what.Say | what.Launch | what.AskForTheWeather)
        self._hushed = happening == what.Press("pause", on_screen=True) or (
            self._hushed and not is_told
        )
        if isinstance(happening, what.Say) and happening.intent in STOPPING:
            self._stops(after)
        if isinstance(happening, what.Say | what.Launch | what.Press):
            self._settles_it_first(before.runner, happening, after.runner)
        if not house.moved and not house.disturbed and house.here is house.devices[0]:
            if unknown and not isinstance(happening, what.Say | what.Launch | what.Press):
                self._brings_nothing_back()
            self._agrees_with_the_player(after)
            self._counts_what_ended(before, after)
            self._leaves_the_place(before, happening, after)
            if isinstance(happening, what.Say) and house.heard is not None:
                self._tells_the_truth(happening.intent, after, house.heard)

    def _settles_it_first(self, before: Runner, happening: what.Happening, after: Runner) -> None:
        """Nothing plays to who is unwell before they have said that it has passed."""
        agreed = isinstance(happening, what.Say) and happening.intent == "AMAZON.YesIntent"
        began = (
            after.session.phase in RUNNING and before.session.generation < after.session.generation
        )
        if before.session.concern and began and not agreed:
            raise BrokenPromiseError(f"{before.session.concern}, and it goes on by {happening}")

    def _is_in_a_place(self, runner: Runner) -> None:
        progress = runner.session.progress
        if progress is None:
            return
        timeline = self._repertoire.timeline(progress.plan_id)
        span = timeline.spans[progress.bookmark.step]
        offset = span.begin + progress.bookmark.since_begin
        if progress.bookmark.step < 0 or not span.start <= offset <= span.end:
            raise BrokenPromiseError(f"{progress} lies outside its step, {span}")

    def _keeps_the_history(self, before: Runner, happening: what.Happening, after: Runner) -> None:
        kept = after.history[: len(before.history)] == before.history
        agreed = isinstance(happening, what.Say) and happening.intent == "AMAZON.YesIntent"
        if not kept and not (agreed and before.session.asked is Question.FORGET_ME):
            raise BrokenPromiseError(
                f"of {len(before.history)} sessions done {len(after.history)} are remembered"
            )

    def _keeps_the_wishes(self, before: Runner, happening: what.Happening, after: Runner) -> None:
        """Only who wishes otherwise is coached otherwise; answers to questions may be wishes."""
        intent = happening.intent if isinstance(happening, what.Say) else ""
        if intent in {*what.WISHES, "FitTimeIntent", "AMAZON.YesIntent"}:
            return
        if intent == "OtherSideIntent" and before.session.asked is Question.WHICH_SIDE:
            return
        undoes = intent == "UndoIntent" and before.former is not None
        is_harmed = before.session.hurt or before.session.needs_help
        if undoes and is_harmed and after.choices == before.choices:
            return  # where it hurts nothing is undone
        wanted = before.former if undoes and before.former else before
        if (wanted.choices, wanted.waits) != (after.choices, after.waits):
            raise BrokenPromiseError(f"{before.choices} became {after.choices} by {happening}")

    def _answers(self, happening: what.Happening, heard: Heard) -> None:
        said = f"{heard.speech} {heard.reprompt.words}"
        for text in self._never:
            if text in said:
                raise BrokenPromiseError(f"the coach said: {heard.speech}")
        declined = isinstance(happening, what.Say) and happening.intent == "AMAZON.NoIntent"
        if not heard.said.parts and heard.played is None and not declined:
            raise BrokenPromiseError("nothing was answered")

    def _brings_nothing_back(self) -> None:
        """Who has said nothing yet, or nothing since they were forgotten, is not known."""
        if self._house.document is not None:
            raise BrokenPromiseError("something is stored of who has said nothing")

    def _stops(self, now: Glance) -> None:
        if now.activity is Activity.PLAYING or now.runner.session.phase in RUNNING:
            raise BrokenPromiseError("it hurts, and it goes on")

    def _tells_the_truth(self, intent: str, now: Glance, heard: Heard) -> None:
        """Asked where they are and how long is left, a runner hears just that."""
        bookmark, plan_id = now.bookmark(self._repertoire), _plan_id(now.runner)
        if bookmark is None or plan_id is None or now.runner.session.needs_help:
            return
        timeline = self._repertoire.timeline(plan_id)
        place = timeline.at(timeline.offset_of(bookmark))
        told = {
            "WhereAmIIntent": self._wording.spot(place.step),
            "HowLongLeftIntent": phrases.length(place.routine_left),
        }.get(intent, "")
        if told not in heard.speech:
            raise BrokenPromiseError(f"it is {told}, and the coach said: {heard.speech}")

    def _agrees_with_the_player(self, now: Glance) -> None:
        """What plays is what the coach believes to play, where it believes it to be."""
        session = now.runner.session
        if now.activity is not Activity.PLAYING or now.token is None:
            return
        if session.phase is not Phase.PLAYING or not now.plays_the_guide:
            raise BrokenPromiseError(f"{now.token} plays while the coach is {session.phase}")
        progress, timeline = session.progress, self._repertoire.timeline(now.token.plan_id)
        if progress is None or progress.as_of is None or self._hushed:
            return
        passed = round((self._house.now() - progress.as_of).total_seconds() * 1000)
        believed = timeline.offset_of(progress.bookmark) + passed
        if abs(believed - now.offset) > SLACK:
            raise BrokenPromiseError(f"the player is at {now.offset} ms, not at {believed} ms")

    def _counts_what_ended(self, before: Glance, after: Glance) -> None:
        ended = before.activity is not Activity.FINISHED and after.activity is Activity.FINISHED
        was_on = before.runner.session.phase is Phase.PLAYING and before.plays_the_guide
        if ended and was_on and len(after.runner.history) <= len(before.runner.history):
            raise BrokenPromiseError("a routine was done to its end, and is not remembered")

    def _leaves_the_place(self, before: Glance, happening: what.Happening, after: Glance) -> None:
        intent = happening.intent if isinstance(happening, what.Say) else None
        was, now = before.bookmark(self._repertoire), after.bookmark(self._repertoire)
        if was is None or now is None:
            return
        plan_id = _plan_id(before.runner)
        same_plan = plan_id == _plan_id(after.runner)
        answers = intent in CHOOSING and before.runner.session.asked in CHOICES
        if intent in ASIDE and not answers and not (same_plan and was == now):
            raise BrokenPromiseError(f"a question moved {was} in {plan_id} to {now}")
        resumes = intent == "AMAZON.ResumeIntent" and before.runner.session.phase is Phase.PAUSED
        runs_on = after.runner.session.phase is Phase.PLAYING
        is_there = was.step == now.step if before.runner.session.hurt else was == now
        if resumes and runs_on and not (same_plan and is_there):
            raise BrokenPromiseError(f"what was paused at {was} goes on at {now}")
        if intent in MANNERS:
            told = self._position(before.runner, was), self._position(after.runner, now)
            if told[0] != told[1]:
                raise BrokenPromiseError(f"how the coach coaches moved {told[0]} to {told[1]}")
        goes_on = isinstance(happening, what.Press) and happening.button != "pause"
        silent = goes_on and after.token == before.token
        if silent and not self._hushed and was != now:
            raise BrokenPromiseError(f"a button that nothing was heard of moved {was} to {now}")

    def _position(self, runner: Runner, bookmark: Bookmark) -> tuple[object, ...]:
        """Return step and second; while the runner gets into place, only the step.

        So after a part that is played by itself: the clock alone tells how much of it was heard.
        """
        timeline = self._repertoire.timeline(_plan_id(runner) or "")
        step = timeline.plan.steps[bookmark.step]
        is_apart = runner.session.phase is Phase.STEPPING
        return (
            *(step.part, step.movement.id, step.side, step.set_number, step.extra, step.length),
            -1 if is_apart else max(bookmark.since_begin, -1),
        )


def _plan_id(runner: Runner) -> str | None:
    return runner.session.progress.plan_id if runner.session.progress else None


def _texts(wording: Wording, lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for line in lines for text in wording.answers[line])
