"""Events: everything a runner, a player or a device can make happen.

Where the player is does not travel with an event: it comes with the moment, because Alexa
reports it with every request.
"""

from dataclasses import dataclass, field
from datetime import datetime

from skill.coaching.movements import Milliseconds, Movement, Need, Side
from skill.coaching.routines import Routine
from skill.coaching.schedules import ReminderAnswer, Schedule


@dataclass(frozen=True, slots=True)
class Playhead:
    """Where a player is in one of our guides.

    `generation` tells the play commands given to this runner apart, a later one being the
    greater; `digest` names the recording the offset was measured in. `retried_at` is where
    the guide had failed, if this play command was the coach's own second try. `has_ended`:
    the guide played to its end.
    """

    plan_id: str
    digest: str
    generation: int
    offset: Milliseconds
    retried_at: Milliseconds | None = None
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens, and on what kind of device. `now` is aware of its time zone.

    Only what was spoken is answered in speech: a pressed button (`is_spoken` false) acts, and
    says nothing.
    """

    now: datetime
    playhead: Playhead | None = None
    has_player: bool = True
    is_spoken: bool = True


class Event:
    """Something that happened."""

    __slots__ = ()


class Command(Event):
    """Something the runner said or pressed; it is owed an answer."""

    __slots__ = ()


class Notice(Event):
    """Something a player or a device tells; nothing is ever said in answer."""

    __slots__ = ()


class PlayerNotice(Notice):
    """What a player tells of the guide at the moment's playhead."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Launch(Command):
    """The skill is opened by its name alone."""


@dataclass(frozen=True, slots=True)
class StartRoutine(Command):
    """Start a routine; with none recognised, `heard` is what was said in its place.

    `others`: routines that may have been meant as well.
    """

    routine: Routine | None = None
    heard: str = ""
    others: tuple[Routine, ...] = ()


@dataclass(frozen=True, slots=True)
class NextStep(Command):
    """Go on to the next step: the other side, if it is still to come."""


@dataclass(frozen=True, slots=True)
class NextMovement(Command):
    """Go on to the next movement, leaving the rest of this one."""


@dataclass(frozen=True, slots=True)
class PreviousStep(Command):
    """Go back to the step before."""


@dataclass(frozen=True, slots=True)
class Repeat(Command):
    """Do this step again, from its beginning."""


@dataclass(frozen=True, slots=True)
class OtherSide(Command):
    """Go to the other side of this movement, whether it is done or still to come."""


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Stop the sound and wait."""


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Go on at the second where the sound stopped."""


@dataclass(frozen=True, slots=True)
class StartOver(Command):
    """Start this routine again from the top."""


@dataclass(frozen=True, slots=True)
class Stop(Command):
    """Leave; the place is kept."""


@dataclass(frozen=True, slots=True)
class WhereAmI(Command):
    """Ask for the movement, the side and how far along."""


@dataclass(frozen=True, slots=True)
class HowLongLeft(Command):
    """Ask for the time left in the hold and in the routine."""


@dataclass(frozen=True, slots=True)
class WhatsNext(Command):
    """Ask what comes after this step."""


@dataclass(frozen=True, slots=True)
class ListRoutines(Command):
    """Ask which routines there are."""


@dataclass(frozen=True, slots=True)
class HowTo(Command):
    """Ask how a movement is done: this one, unless another is named.

    `heard` is what was said in place of a name, `others` may have been meant as well.
    """

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyThis(Command):
    """Ask what a movement is good for: this one, unless another is named, as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class Help(Command):
    """Ask what can be said."""


@dataclass(frozen=True, slots=True)
class ItHurts(Command):
    """Say that something hurts; it stops the movement before anything else."""


@dataclass(frozen=True, slots=True)
class EasierForm(Command):
    """Ask for an easier form of this movement."""


@dataclass(frozen=True, slots=True)
class FitTime(Command):
    """Have so much time: for a routine, for what is left of this one, or for whatever fits."""

    time: Milliseconds | None = None
    routine: Routine | None = None


@dataclass(frozen=True, slots=True)
class HoldFor(Command):
    """Want every hold to last so many seconds."""

    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class HoldLonger(Command):
    """Want holds to last longer from now on."""


@dataclass(frozen=True, slots=True)
class HoldShorter(Command):
    """Want holds to last shorter from now on."""


@dataclass(frozen=True, slots=True)
class MoreTime(Command):
    """Want more of just this hold or set: so many seconds, or so many of what it is made of."""

    seconds: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class CountSlower(Command):
    """Want more time for each repetition."""


@dataclass(frozen=True, slots=True)
class CountFaster(Command):
    """Want less time for each repetition."""


@dataclass(frozen=True, slots=True)
class TighterSide(Command):
    """Have one side that is tighter and wants one hold more."""

    side: Side | None = None


@dataclass(frozen=True, slots=True)
class EvenSides(Command):
    """Want both sides alike again."""


@dataclass(frozen=True, slots=True)
class Without(Command):
    """Lack something that movements need."""

    need: Need | None = None


@dataclass(frozen=True, slots=True)
class WithAgain(Command):
    """Have again what was lacking; everything, if nothing is named."""

    need: Need | None = None


@dataclass(frozen=True, slots=True)
class SkipForGood(Command):
    """Never want to do a movement again: this one, unless another is named, as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class BringBack(Command):
    """Want a movement again that was skipped for good, named as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitForMe(Command):
    """Want the coach to wait after each step."""


@dataclass(frozen=True, slots=True)
class RunOn(Command):
    """Want the coach to run on by itself."""


@dataclass(frozen=True, slots=True)
class LessTalking(Command):
    """Want brief instructions."""


@dataclass(frozen=True, slots=True)
class TellEverything(Command):
    """Want full instructions."""


@dataclass(frozen=True, slots=True)
class NoCountdown(Command):
    """Want no counting of a hold's last seconds."""


@dataclass(frozen=True, slots=True)
class Countdown(Command):
    """Want a hold's last seconds counted again."""


@dataclass(frozen=True, slots=True)
class SoftSound(Command):
    """Want a soft sound under holds."""


@dataclass(frozen=True, slots=True)
class NoSound(Command):
    """Want silence in holds."""


@dataclass(frozen=True, slots=True)
class WhichSide(Command):
    """Ask for the side."""


@dataclass(frozen=True, slots=True)
class HowManyLeft(Command):
    """Ask how many repetitions and movements are left."""


@dataclass(frozen=True, slots=True)
class LastOne(Command):
    """Ask whether this is the last one."""


@dataclass(frozen=True, slots=True)
class WhatWasThat(Command):
    """Ask to hear again what was just said."""


@dataclass(frozen=True, slots=True)
class ThisWeek(Command):
    """Ask how often they have trained of late."""


@dataclass(frozen=True, slots=True)
class LastTime(Command):
    """Ask when they have trained last."""


@dataclass(frozen=True, slots=True)
class MySettings(Command):
    """Ask what the coach has noted of their wishes."""


@dataclass(frozen=True, slots=True)
class UsualSettings(Command):
    """Want everything as it comes again."""


@dataclass(frozen=True, slots=True)
class ForgetMe(Command):
    """Want all that is stored of them deleted."""


@dataclass(frozen=True, slots=True)
class RemindMe(Command):
    """Want to be reminded; what was not said of the schedule is missing in it."""

    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True, slots=True)
class StopReminders(Command):
    """Want to be reminded no more."""


@dataclass(frozen=True, slots=True)
class KeepOrder(Command):
    """Ask to loop or shuffle, which a routine does not do."""


@dataclass(frozen=True, slots=True)
class NotUnderstood(Command):
    """Say something that fits nothing."""


@dataclass(frozen=True, slots=True)
class Yes(Command):
    """Agree."""


@dataclass(frozen=True, slots=True)
class No(Command):
    """Decline."""


@dataclass(frozen=True, slots=True)
class ReminderAnswered(Command):
    """An errand about reminders has ended; the runner still waits for the answer."""

    answer: ReminderAnswer


@dataclass(frozen=True, slots=True)
class PermissionAnswered(Command):
    """The platform has asked the runner whether we may set reminders."""

    granted: bool


@dataclass(frozen=True, slots=True)
class OutOfReach(Command):
    """What was to be played just now cannot be had; the runner still waits for the answer."""


@dataclass(frozen=True, slots=True)
class PlaybackStarted(PlayerNotice):
    """The guide began to sound, or went on after the runner had spoken."""


@dataclass(frozen=True, slots=True)
class PlaybackStopped(PlayerNotice):
    """The guide stopped sounding: for good, or only while the runner speaks."""


@dataclass(frozen=True, slots=True)
class PlaybackFinished(PlayerNotice):
    """The guide played to its end."""


@dataclass(frozen=True, slots=True)
class PlaybackNearlyFinished(PlayerNotice):
    """The guide is about to end."""


@dataclass(frozen=True, slots=True)
class PlaybackFailed(PlayerNotice):
    """The guide could not be played."""


@dataclass(frozen=True, slots=True)
class SessionEnded(Notice):
    """The conversation is over; `unanswered` if the runner did not answer a question."""

    unanswered: bool = False
