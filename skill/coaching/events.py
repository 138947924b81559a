"""Events: everything a runner, a player or a device can make happen."""

from datetime import time

from skill.coaching.movements import Milliseconds, Movement, Need, Side
from skill.coaching.routines import Routine
from skill.coaching.schedules import PartOfDay, ReminderAnswer, Schedule
from skill.coaching.values import field, value_class


@value_class
class Event:
    """Something that happened. All events are values."""


class Command(Event):
    """Something the runner said or pressed; it is owed an answer."""


@value_class
class AboutMovement(Command):
    """A command about a movement, which may be named.

    `heard` is what was said in place of a name, `others` may have been meant as well.
    """

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()

    @property
    def is_named(self) -> bool:
        """Whether a movement was named at all, even one we do not know."""
        return bool(self.movement or self.heard or self.others)


@value_class
class AboutRoutine(Command):
    """A command about a routine, which may be named.

    `heard` is what was said in place of a name, `others` may have been meant as well.
    """

    routine: Routine | None = None
    heard: str = ""
    others: tuple[Routine, ...] = ()

    @property
    def is_named(self) -> bool:
        """Whether a routine was named at all, even one we do not know."""
        return bool(self.routine or self.heard or self.others)


class Notice(Event):
    """Something a player or a device tells; nothing is ever said in answer."""


class PlayerNotice(Notice):
    """What a player tells of the guide at the moment's playhead."""


class Launch(Command):
    """The skill is opened by its name alone."""


@value_class
class StartRoutine(AboutRoutine):
    """Start a routine; told `in_passing`, by who is about to run, one under way goes before it."""

    in_passing: bool = False


class NextStep(Command):
    """Go on to the next step: the other side, if it is still to come."""


class NextMovement(Command):
    """Go on to the next movement, leaving the rest of this one."""


class PreviousStep(Command):
    """Go back to the step before."""


class Repeat(Command):
    """Do this step again, from its beginning."""


@value_class
class OtherSide(Command):
    """Go to the other side of this movement, done or still to come; or to the one that is named.

    A side alone may also answer a question: which one is tighter, or where it hurts. If it
    `corrects`, it was said in place of another one: "no, the right".
    """

    side: Side | None = None
    corrects: bool = False


@value_class
class SkipSide(Command):
    """Leave out a side of this movement; "no, the left side" may also have been a correction."""

    side: Side | None = None
    corrects: bool = False


class Pause(Command):
    """Stop the sound and wait."""


@value_class
class GiveMe(Command):
    """Ask for so many seconds: for a break, unless it answers how long something shall last."""

    seconds: int = 0


class Resume(Command):
    """Go on at the second where the sound stopped."""


class StartOver(Command):
    """Start this routine again from the top."""


class Stop(Command):
    """Leave; the place is kept."""


class WhereAmI(Command):
    """Ask for the movement, the side and how far along."""


class HowLongLeft(Command):
    """Ask for the time left in the hold and in the routine."""


class WhatsNext(Command):
    """Ask what comes after this step."""


class ListRoutines(Command):
    """Ask which routines there are."""


class HowTo(AboutMovement):
    """Ask how a movement is done: this one, unless another is named."""


class WhyThis(AboutMovement):
    """Ask what a movement is good for: this one, unless another is named."""


class Help(Command):
    """Ask what can be said."""


class ItHurts(Command):
    """Say that something hurts; it stops the movement before anything else."""


class FeelsWrong(Command):
    """Tell of a cramp, a pull or a pop, of numbness or dizziness: nothing to carry on with."""


class Emergency(Command):
    """Tell of chest pain, a fall, bleeding and the like, or call for help."""


class Crisis(Command):
    """Speak of harming oneself, or of dying."""


class NoPain(Command):
    """Say that nothing hurts, or that it does no more."""


class ShouldItHurt(Command):
    """Ask whether it is supposed to hurt."""


class AskFirst(Command):
    """Tell of a pregnancy, an operation or the like, which the coach cannot judge."""


class EasierForm(Command):
    """Ask for an easier form of this movement."""


@value_class
class FitTime(AboutRoutine):
    """Have so much time: for a routine, for what is left of this one, or for whatever fits."""

    time: Milliseconds | None = None


@value_class
class HoldFor(Command):
    """Want every hold to last so many seconds; `is_bare`, if of what was not said."""

    seconds: int | None = None
    is_bare: bool = False


@value_class
class RepsFor(Command):
    """Want every set to have so many repetitions."""

    number: int | None = None


class HoldLonger(Command):
    """Want holds to last longer from now on."""


class HoldShorter(Command):
    """Want holds to last shorter from now on."""


@value_class
class MoreTime(Command):
    """Want more of just this hold or set: so many seconds, or so many of what it is made of."""

    seconds: int | None = None
    number: int | None = None


class LessTime(Command):
    """Want less of just this hold or set."""


class CountSlower(Command):
    """Want more time for each repetition."""


class CountFaster(Command):
    """Want less time for each repetition."""


@value_class
class TighterSide(Command):
    """Have one side that is tighter and wants one hold more."""

    side: Side | None = None


class EvenSides(Command):
    """Want both sides alike again."""


@value_class
class Without(Command):
    """Lack something that movements need."""

    need: Need | None = None


@value_class
class WithAgain(Command):
    """Have again what was lacking; everything, if nothing is named."""

    need: Need | None = None


class SkipForGood(AboutMovement):
    """Never want to do a movement again: this one, unless another is named."""


class SkipForToday(AboutMovement):
    """Leave a movement out of this routine."""


class SkipNext(Command):
    """Leave the next movement out of this routine."""


@value_class
class GoTo(AboutMovement):
    """Go to a movement of this routine, or take one of what was named to choose from.

    `position`: its place among them, counted from 1. The last of them is `LastOne`.
    """

    position: int | None = None


class BringBack(AboutMovement):
    """Want a movement again that was left out."""


class WaitForMe(Command):
    """Want the coach to wait after each step."""


class RunOn(Command):
    """Want the coach to run on by itself."""


class LessTalking(Command):
    """Want brief instructions."""


class TellEverything(Command):
    """Want full instructions."""


class NoCountdown(Command):
    """Want no counting of a hold's last seconds."""


class Countdown(Command):
    """Want a hold's last seconds counted again."""


class SoftSound(Command):
    """Want a soft sound under holds."""


class NoSound(Command):
    """Want silence in holds."""


class RoutineLength(AboutRoutine):
    """Ask how long a routine takes: this one, unless another is named."""


class WhatsInIt(AboutRoutine):
    """Ask which movements a routine has: this one, unless another is named."""


class WhatsNeeded(AboutRoutine):
    """Ask what a routine is done with: this one, unless another is named."""


class Volume(Command):
    """Find it too loud or too quiet."""


class HowOften(Command):
    """Ask on how many days to train."""


class WhichSide(Command):
    """Ask for the side."""


class HowManyLeft(Command):
    """Ask how many repetitions and movements are left."""


class LastOne(Command):
    """Ask whether this is the last one."""


class WhatWasThat(Command):
    """Ask to hear again what was just said."""


class ThisWeek(Command):
    """Ask how often they have trained of late."""


class LastTime(Command):
    """Ask when they have trained last."""


class MySettings(Command):
    """Ask what the coach has noted of their wishes."""


class Undo(Command):
    """Want what was changed last as it was before."""


class UsualSettings(Command):
    """Want everything as it comes again."""


class ForgetMe(Command):
    """Want all that is stored of them deleted."""


@value_class
class RemindMe(Command):
    """Want to be reminded; what was not said of the schedule is missing in it.

    `part`: the part of the day that was named, with a time or in place of one. `is_bare`: just
    a day or a time was said, and nothing of reminders.
    """

    schedule: Schedule = field(default_factory=Schedule)
    part: PartOfDay | None = None
    is_bare: bool = False


class WhenReminded(Command):
    """Ask which reminders are set."""


class StopReminders(Command):
    """Want to be reminded no more."""


class KeepOrder(Command):
    """Ask to loop or shuffle, which a routine does not do."""


@value_class
class BareNumber(Command):
    """Say a number and nothing else: it answers what was asked, and means nothing by itself.

    `at`: the hour that it was heard as, if it was.
    """

    number: int | None = None
    at: time | None = None


class Unsure(Command):
    """Not know, or have no preference."""


class NotUnderstood(Command):
    """Say something that fits nothing."""


class Yes(Command):
    """Agree."""


class No(Command):
    """Decline."""


@value_class
class ReminderAnswered(Command):
    """An errand about reminders has ended; the runner still waits for the answer."""

    answer: ReminderAnswer


@value_class
class PermissionAnswered(Command):
    """The platform has asked the runner whether we may set reminders."""

    granted: bool


class OutOfReach(Command):
    """What was to be played just now cannot be had; the runner still waits for the answer."""


class PlaybackStarted(PlayerNotice):
    """The guide began to sound, or went on after the runner had spoken."""


class PlaybackStopped(PlayerNotice):
    """The guide stopped sounding: for good, or only while the runner speaks."""


class PlaybackFinished(PlayerNotice):
    """The guide played to its end."""


class PlaybackNearlyFinished(PlayerNotice):
    """The guide is about to end."""


class PlaybackFailed(PlayerNotice):
    """The guide could not be played."""


@value_class
class SessionEnded(Notice):
    """The conversation is over; `unanswered` if the runner did not answer a question."""

    unanswered: bool = False
