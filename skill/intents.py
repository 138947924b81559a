"""Intents: what can be said, as one table from an intent's name to the event it means.

Every door that understands speech or typing uses this table; none of them decides more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from skill.coaching import events
from skill.coaching.events import Command
from skill.coaching.routines import Catalogue

T = TypeVar("T")
UNRECOGNISED = "?"
"""What Alexa puts into a slot when it heard something and cannot say what."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of an intent: what was heard, and the ids it may stand for, likeliest first."""

    heard: str = ""
    ids: tuple[str, ...] = ()


Slots = Mapping[str, Slot]
Reading = Callable[[Slots, Catalogue], Command]


def event_of(intent: str, slots: Slots, catalogue: Catalogue) -> Command:
    """Return the event an intent means; one we do not know was not understood."""
    return INTENTS.get(intent, _always(events.NotUnderstood))(slots, catalogue)


def _always(event: type[Command]) -> Reading:
    return lambda _slots, _catalogue: event()


def _start_routine(slots: Slots, catalogue: Catalogue) -> Command:
    return events.StartRoutine(*_named(slots, "routine", catalogue.routines))


def _how_to(slots: Slots, catalogue: Catalogue) -> Command:
    return events.HowTo(*_named(slots, "movement", catalogue.movements))


def _why_this(slots: Slots, catalogue: Catalogue) -> Command:
    return events.WhyThis(*_named(slots, "movement", catalogue.movements))


def _named(slots: Slots, slot_name: str, known: Mapping[str, T]) -> tuple[T | None, str]:
    """Return the first thing we know of what a slot may stand for, and what was heard."""
    slot = slots.get(slot_name, Slot())
    found = next((known[id_] for id_ in slot.ids if id_ in known), None)
    heard = slot.heard.strip()
    return found, "" if heard == UNRECOGNISED else heard


INTENTS: Mapping[str, Reading] = {
    "StartRoutineIntent": _start_routine,
    "NextStretchIntent": _always(events.NextMovement),
    "OtherSideIntent": _always(events.OtherSide),
    "WhereAmIIntent": _always(events.WhereAmI),
    "HowLongLeftIntent": _always(events.HowLongLeft),
    "WhatsNextIntent": _always(events.WhatsNext),
    "ListRoutinesIntent": _always(events.ListRoutines),
    "HowToIntent": _how_to,
    "WhyThisIntent": _why_this,
    "ItHurtsIntent": _always(events.ItHurts),
    "EasierIntent": _always(events.EasierForm),
    "AMAZON.NextIntent": _always(events.NextStep),
    "AMAZON.PreviousIntent": _always(events.PreviousStep),
    "AMAZON.RepeatIntent": _always(events.Repeat),
    "AMAZON.PauseIntent": _always(events.Pause),
    "AMAZON.ResumeIntent": _always(events.Resume),
    "AMAZON.StartOverIntent": _always(events.StartOver),
    "AMAZON.StopIntent": _always(events.Stop),
    "AMAZON.CancelIntent": _always(events.Stop),
    "AMAZON.NavigateHomeIntent": _always(events.Stop),
    "AMAZON.HelpIntent": _always(events.Help),
    "AMAZON.YesIntent": _always(events.Yes),
    "AMAZON.NoIntent": _always(events.No),
    "AMAZON.LoopOnIntent": _always(events.KeepOrder),
    "AMAZON.LoopOffIntent": _always(events.KeepOrder),
    "AMAZON.ShuffleOnIntent": _always(events.KeepOrder),
    "AMAZON.ShuffleOffIntent": _always(events.KeepOrder),
    "AMAZON.FallbackIntent": _always(events.NotUnderstood),
}
