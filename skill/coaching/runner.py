"""The runner, as the coach remembers them: the place, the choices, the history."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from skill.coaching.errors import CoachError
from skill.coaching.plans import Choices
from skill.coaching.schedules import Schedule
from skill.coaching.timeline import Bookmark
from skill.coaching.values import field, replace, value_class

LONGEST_HISTORY = 500
"""Completed sessions that are remembered; at three a week, more than three years."""


class StateError(CoachError):
    """A state that contradicts itself."""

    code = "bad-state"


class Phase(StrEnum):
    """What the coach is doing with this runner."""

    IDLE = "idle"
    """No routine is under way."""
    PLAYING = "playing"
    """A guide was started and not stopped since; it may be held while the runner speaks."""
    PAUSED = "paused"
    """A routine is under way and waits at its place."""
    STEPPING = "stepping"
    """One step at a time in an open session: the runner wants it so, or the device cannot else."""


class Question(StrEnum):
    """What the coach has asked and not yet heard an answer to."""

    WHICH_ROUTINE = "which-routine"
    GO_ON = "go-on"
    NEXT_STEP = "next-step"
    SKIP_IT = "skip-it"
    HOW_LONG = "how-long"
    HOLD_SECONDS = "hold-seconds"
    HOW_MANY_REPS = "how-many-reps"
    WHICH_SIDE = "which-side"
    WHICH_MOVEMENT = "which-movement"
    WHAT_IS_MISSING = "what-is-missing"
    WHAT_TO_BRING_BACK = "what-to-bring-back"
    WHICH_DAYS = "which-days"
    WHAT_TIME = "what-time"
    REMIND_ME = "remind-me"
    FORGET_ME = "forget-me"
    SAME_AGAIN = "same-again"
    WELL_AGAIN = "well-again"
    ANYTHING_ELSE = "anything-else"


class Concern(StrEnum):
    """What has to be settled before anything plays again, the gravest last."""

    ASK_FIRST = "ask-first"
    """A professional is to say first what is right for the runner."""
    UNWELL = "unwell"
    """It was more than pain."""
    EMERGENCY = "emergency"
    """Help was needed at once."""
    CRISIS = "crisis"
    """The runner speaks of harming themselves, or of dying."""

    @property
    def gravity(self) -> int:
        """The place among the concerns, from 0."""
        return list(Concern).index(self)


@value_class
class Progress:
    """A routine under way: the plan, and the place in it.

    While a guide sounds the place moves on: it was there `as_of` a moment. While it is held
    or paused the place stands still, and there is no such moment. One step at a time, it is the
    moment from which on the step's clip was heard to there, whoever could not tell otherwise.
    """

    plan_id: str
    bookmark: Bookmark
    as_of: datetime | None = None


@value_class
class SessionState:
    """Where a runner stands. There is progress in every phase but IDLE.

    `generation` is that of the last play command. `voiced`: the sound of this routine would not
    play, and its steps are said by the device's own voice. `hurt`: the id of the movement that did
    last, until something is played again; `concern`: what is graver than that, until the runner has
    said that it is settled. `unwanted`: ids of the movements that the runner has left out of this
    routine. `offered`: ids of the routines or movements that the open question named to choose
    from, in that order; none if it named them all. `wanted`: what is to be done with the
    movement that is chosen, as `meaning.WANTED` has it. So that the wording varies, `talk` counts
    the sessions and `said` how often each line was said in this one.
    """

    phase: Phase = Phase.IDLE
    progress: Progress | None = None
    asked: Question | None = None
    generation: int = 0
    talk: int = 0
    said: Mapping[str, int] = field(default_factory=dict)
    voiced: bool = False
    hurt: str | None = None
    concern: Concern | None = None
    unwanted: frozenset[str] = frozenset()
    offered: tuple[str, ...] = ()
    wanted: str | None = None

    def __post_init__(self) -> None:
        if (self.phase is Phase.IDLE) != (self.progress is None):
            raise StateError(f"phase {self.phase} does not go with progress {self.progress}")
        if self.hurt and self.progress is None:
            raise StateError(f"{self.hurt} cannot hurt with nothing under way")
        if self.asked is not None:
            self._check_question(self.asked)
        if self.phase is Phase.PAUSED and self.progress and self.progress.as_of:
            raise StateError(f"phase {self.phase} does not go with progress {self.progress}")
        if min(self.generation, self.talk, *self.said.values()) < 0:
            raise StateError("generation, talk and what was said count upward from 0")

    def _check_question(self, asked: Question) -> None:
        if asked is Question.WELL_AGAIN and self.concern is None:
            raise StateError("without a concern nobody is asked whether it is settled")
        if asked in {Question.GO_ON, Question.SKIP_IT} and self.progress is None:
            raise StateError(f"{asked} cannot be asked with nothing under way")
        if asked is Question.SAME_AGAIN and self.progress is not None:
            raise StateError(f"{asked} cannot be asked with a routine under way")
        if asked is Question.NEXT_STEP and self.phase is not Phase.STEPPING:
            raise StateError(f"the next step cannot be asked for while {self.phase}")

    def over(self) -> "SessionState":
        """Return the session with nothing under way; what is of concern stays so."""
        nothing = replace(self, asked=None, voiced=False, hurt=None, unwanted=frozenset())
        return replace(nothing, phase=Phase.IDLE, progress=None)

    @property
    def is_unwell(self) -> bool:
        """Whether it was worse than pain, so that nobody speaks of trying it again."""
        return self.concern is Concern.UNWELL or self.needs_help

    @property
    def needs_help(self) -> bool:
        """Whether others have to help first, so that nothing else is spoken of."""
        return self.concern is Concern.EMERGENCY or self.concern is Concern.CRISIS

    @property
    def is_moving(self) -> bool:
        """Whether the place moves on by itself."""
        is_playing = self.phase is Phase.PLAYING
        return is_playing and self.progress is not None and self.progress.as_of is not None


@value_class
class Former:
    """What a runner wanted before the last change: the choices, waiting, the plan under way.

    `left`: the step of that plan, counted from 0, which the change has led away from, if it has
    `led_to` another movement, named by its id. `hurt`: there it did.
    """

    choices: Choices
    waits: bool
    plan_id: str | None = None
    left: int | None = None
    led_to: str | None = None
    hurt: bool = False

    def __post_init__(self) -> None:
        if (self.left is None) != (self.led_to is None) or (self.left or 0) < 0:
            raise StateError(f"what was left, {self.left}, does not go with {self.led_to}")


@value_class
class Completed:
    """A routine done to its end."""

    plan_id: str
    at: datetime


class History(Sequence[Completed]):
    """Completed routines, the latest last, where they are kept otherwise than in a tuple."""

    @abstractmethod
    def __add__(self, more: tuple[Completed, ...], /) -> "History":
        """Return the history with more at its end, and nothing of it lost."""


@value_class
class Runner:
    """All that is remembered of one runner.

    `waits`: the coach waits for them after each step. `cautioned`: they have heard the care
    line. `former`: what an undo leads back to. `proposed`: the reminders they are being asked
    about. `untold`: what went wrong and they do not know yet, as lines to say before the next
    answer. `done`: notes of the last commands of theirs, where the sender gives them ids
    (`repeating`).
    """

    session: SessionState = SessionState()
    choices: Choices = Choices()
    waits: bool = False
    history: tuple[Completed, ...] | History = ()
    cautioned: bool = False
    former: Former | None = None
    proposed: Schedule | None = None
    untold: tuple[str, ...] = ()
    done: tuple[str, ...] = ()

    @property
    def is_stranger(self) -> bool:
        """Whether no guide was played to them, as far as we know; no record of it is lost."""
        return self.session.generation == 0 and not self.untold

    def owing(self, line_id: str) -> "Runner":
        """Return the runner with one more thing to be told before the next answer."""
        untold = self.untold if line_id in self.untold else (*self.untold, line_id)
        return replace(self, untold=untold)

    def completing(self, plan_id: str, at: datetime) -> "Runner":
        """Return the runner with one more completed routine, and nothing under way."""
        done = (Completed(plan_id, at),)
        return replace(self, session=self.session.over(), history=self.history + done)
