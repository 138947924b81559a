"""Outcomes: what the coach does and says about an event, before anyone turns it into words."""

from skill.coaching.lines import Line
from skill.coaching.movements import Milliseconds
from skill.coaching.runner import Question, Runner
from skill.coaching.schedules import Schedule
from skill.coaching.timeline import Timeline
from skill.coaching.values import value_class


@value_class
class Play:
    """Play the guide of a timeline's plan from an offset, in place of whatever plays.

    `retried_at` is where it had failed, if this is the coach's own second try.
    """

    timeline: Timeline
    offset: Milliseconds
    generation: int
    retried_at: Milliseconds | None = None


@value_class
class PlayClip:
    """Play one step of a timeline inside the answer itself, from an offset in it to its end.

    With `stopping`, a guide may be playing that has to stop first. `spoken`: what is said in it
    is said by the device's own voice, since the sound would not play.
    """

    timeline: Timeline
    step: int
    start: Milliseconds
    stopping: bool = False
    spoken: bool = False


@value_class
class StopPlaying:
    """Stop whatever plays."""


@value_class
class SetReminders:
    """Have the device remind the runner by this schedule, in place of any we had set before."""

    schedule: Schedule


@value_class
class CancelReminders:
    """Have the device forget every reminder that we have set."""


@value_class
class AskPermission:
    """Have the platform ask the runner whether we may set reminders."""


@value_class
class Ask:
    """A question that keeps the session open, and how it is put again after a silence.

    `offered` and `wanted`: what it names to choose from, and for what, as `SessionState` has it.
    """

    question: Question
    line: Line
    reprompt: Line
    offered: tuple[str, ...] = ()
    wanted: str | None = None


@value_class
class Outcome:
    """What follows from an event.

    Said in this order: the lines, the clip if there is one, the question. With no question
    the session closes. With no lines the coach is silent, because the guide itself speaks
    next or nobody is listening. An `errand` is run outside; how it ended comes back as an
    event. With `forgets`, all that is stored of the runner is deleted. Not `is_kept`: the store
    has missed it, and the runner is for the device to carry until the next event.
    """

    runner: Runner
    lines: tuple[Line, ...] = ()
    player: Play | PlayClip | StopPlaying | None = None
    ask: Ask | None = None
    errand: SetReminders | CancelReminders | AskPermission | None = None
    forgets: bool = False
    is_kept: bool = True
