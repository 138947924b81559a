"""Events: everything a runner, a player or a device can make happen."""

from skill.coaching.movements import Milliseconds, Movement, Need, Side
from skill.coaching.routines import Routine
from skill.coaching.schedules import PartOfDay, ReminderAnswer, Schedule
from skill.coaching.values import field, value_class


class Event:
    """Something that happened. All events are values; those with nothing in them need no more."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}()"


class Command(Event):
    """Something the runner said or pressed; it is owed an answer."""

    __slots__ = ()


class Notice(Event):
    """Something a player or a device tells; nothing is ever said in answer."""

    __slots__ = ()


class PlayerNotice(Notice):
    """What a player tells of the guide at the moment's playhead."""

    __slots__ = ()


class Launch(Command):
    """The skill is opened by its name alone."""

    __slots__ = ()


@value_class
class StartRoutine(Command):
    """Start a routine; with none recognised, `heard` is what was said in its place.

    `others`: routines that may have been meant as well.
    """

    routine: Routine | None = None
    heard: str = ""
    others: tuple[Routine, ...] = ()


class NextStep(Command):
    """Go on to the next step: the other side, if it is still to come."""

    __slots__ = ()


class NextMovement(Command):
    """Go on to the next movement, leaving the rest of this one."""

    __slots__ = ()


class PreviousStep(Command):
    """Go back to the step before."""

    __slots__ = ()


class Repeat(Command):
    """Do this step again, from its beginning."""

    __slots__ = ()


@value_class
class OtherSide(Command):
    """Go to the other side of this movement, done or still to come; or to the one that is named.

    A side alone may also answer a question: which one is tighter, or where it hurts.
    """

    side: Side | None = None


class Pause(Command):
    """Stop the sound and wait."""

    __slots__ = ()


class Resume(Command):
    """Go on at the second where the sound stopped."""

    __slots__ = ()


class StartOver(Command):
    """Start this routine again from the top."""

    __slots__ = ()


class Stop(Command):
    """Leave; the place is kept."""

    __slots__ = ()


class WhereAmI(Command):
    """Ask for the movement, the side and how far along."""

    __slots__ = ()


class HowLongLeft(Command):
    """Ask for the time left in the hold and in the routine."""

    __slots__ = ()


class WhatsNext(Command):
    """Ask what comes after this step."""

    __slots__ = ()


class ListRoutines(Command):
    """Ask which routines there are."""

    __slots__ = ()


@value_class
class HowTo(Command):
    """Ask how a movement is done: this one, unless another is named.

    `heard` is what was said in place of a name, `others` may have been meant as well.
    """

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


@value_class
class WhyThis(Command):
    """Ask what a movement is good for: this one, unless another is named, as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


class Help(Command):
    """Ask what can be said."""

    __slots__ = ()


class ItHurts(Command):
    """Say that something hurts; it stops the movement before anything else."""

    __slots__ = ()


class FeelsWrong(Command):
    """Tell of a cramp, a pull or a pop, of numbness or dizziness: nothing to carry on with."""

    __slots__ = ()


class Emergency(Command):
    """Tell of chest pain, a fall, bleeding and the like, or call for help."""

    __slots__ = ()


class NoPain(Command):
    """Say that nothing hurts, or that it does no more."""

    __slots__ = ()


class ShouldItHurt(Command):
    """Ask whether it is supposed to hurt."""

    __slots__ = ()


class AskFirst(Command):
    """Tell of a pregnancy, an operation or the like, which the coach cannot judge."""

    __slots__ = ()


class EasierForm(Command):
    """Ask for an easier form of this movement."""

    __slots__ = ()


@value_class
class FitTime(Command):
    """Have so much time: for a routine, for what is left of this one, or for whatever fits.

    A routine is named as in `StartRoutine`.
    """

    time: Milliseconds | None = None
    routine: Routine | None = None
    heard: str = ""
    others: tuple[Routine, ...] = ()


@value_class
class HoldFor(Command):
    """Want every hold to last so many seconds."""

    seconds: int | None = None


@value_class
class RepsFor(Command):
    """Want every set to have so many repetitions."""

    number: int | None = None


class HoldLonger(Command):
    """Want holds to last longer from now on."""

    __slots__ = ()


class HoldShorter(Command):
    """Want holds to last shorter from now on."""

    __slots__ = ()


@value_class
class MoreTime(Command):
    """Want more of just this hold or set: so many seconds, or so many of what it is made of."""

    seconds: int | None = None
    number: int | None = None


class CountSlower(Command):
    """Want more time for each repetition."""

    __slots__ = ()


class CountFaster(Command):
    """Want less time for each repetition."""

    __slots__ = ()


@value_class
class TighterSide(Command):
    """Have one side that is tighter and wants one hold more."""

    side: Side | None = None


class EvenSides(Command):
    """Want both sides alike again."""

    __slots__ = ()


@value_class
class Without(Command):
    """Lack something that movements need."""

    need: Need | None = None


@value_class
class WithAgain(Command):
    """Have again what was lacking; everything, if nothing is named."""

    need: Need | None = None


@value_class
class SkipForGood(Command):
    """Never want to do a movement again: this one, unless another is named, as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


@value_class
class SkipForToday(Command):
    """Leave a movement out of this routine, named as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


class SkipNext(Command):
    """Leave the next movement out of this routine."""

    __slots__ = ()


@value_class
class GoTo(Command):
    """Go to a movement of this routine, named as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


@value_class
class BringBack(Command):
    """Want a movement again that was skipped for good, named as in `HowTo`."""

    movement: Movement | None = None
    heard: str = ""
    others: tuple[Movement, ...] = ()


class WaitForMe(Command):
    """Want the coach to wait after each step."""

    __slots__ = ()


class RunOn(Command):
    """Want the coach to run on by itself."""

    __slots__ = ()


class LessTalking(Command):
    """Want brief instructions."""

    __slots__ = ()


class TellEverything(Command):
    """Want full instructions."""

    __slots__ = ()


class NoCountdown(Command):
    """Want no counting of a hold's last seconds."""

    __slots__ = ()


class Countdown(Command):
    """Want a hold's last seconds counted again."""

    __slots__ = ()


class SoftSound(Command):
    """Want a soft sound under holds."""

    __slots__ = ()


class NoSound(Command):
    """Want silence in holds."""

    __slots__ = ()


@value_class
class RoutineLength(Command):
    """Ask how long a routine takes: this one, unless another is named, as in `StartRoutine`."""

    routine: Routine | None = None
    heard: str = ""
    others: tuple[Routine, ...] = ()


class Volume(Command):
    """Find it too loud or too quiet."""

    __slots__ = ()


class HowOften(Command):
    """Ask on how many days to train."""

    __slots__ = ()


class WhichSide(Command):
    """Ask for the side."""

    __slots__ = ()


class HowManyLeft(Command):
    """Ask how many repetitions and movements are left."""

    __slots__ = ()


class LastOne(Command):
    """Ask whether this is the last one."""

    __slots__ = ()


class WhatWasThat(Command):
    """Ask to hear again what was just said."""

    __slots__ = ()


class ThisWeek(Command):
    """Ask how often they have trained of late."""

    __slots__ = ()


class LastTime(Command):
    """Ask when they have trained last."""

    __slots__ = ()


class MySettings(Command):
    """Ask what the coach has noted of their wishes."""

    __slots__ = ()


class Undo(Command):
    """Want what was changed last as it was before."""

    __slots__ = ()


class UsualSettings(Command):
    """Want everything as it comes again."""

    __slots__ = ()


class ForgetMe(Command):
    """Want all that is stored of them deleted."""

    __slots__ = ()


@value_class
class RemindMe(Command):
    """Want to be reminded; what was not said of the schedule is missing in it.

    `part`: the part of the day that was named in place of a time.
    """

    schedule: Schedule = field(default_factory=Schedule)
    part: PartOfDay | None = None


class StopReminders(Command):
    """Want to be reminded no more."""

    __slots__ = ()


class KeepOrder(Command):
    """Ask to loop or shuffle, which a routine does not do."""

    __slots__ = ()


class NotUnderstood(Command):
    """Say something that fits nothing."""

    __slots__ = ()


class Yes(Command):
    """Agree."""

    __slots__ = ()


class No(Command):
    """Decline."""

    __slots__ = ()


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

    __slots__ = ()


class PlaybackStarted(PlayerNotice):
    """The guide began to sound, or went on after the runner had spoken."""

    __slots__ = ()


class PlaybackStopped(PlayerNotice):
    """The guide stopped sounding: for good, or only while the runner speaks."""

    __slots__ = ()


class PlaybackFinished(PlayerNotice):
    """The guide played to its end."""

    __slots__ = ()


class PlaybackNearlyFinished(PlayerNotice):
    """The guide is about to end."""

    __slots__ = ()


class PlaybackFailed(PlayerNotice):
    """The guide could not be played."""

    __slots__ = ()


@value_class
class SessionEnded(Notice):
    """The conversation is over; `unanswered` if the runner did not answer a question."""

    unanswered: bool = False
