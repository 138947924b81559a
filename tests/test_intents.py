"""The intent table: what is said, as the event it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.events import Command
from skill.content.catalogue import load_catalogue
from skill.intents import INTENTS, UNRECOGNISED, Slot, event_of

CATALOGUE = load_catalogue()
PRE_RUN, DESK = CATALOGUE.routines["pre-run"], CATALOGUE.routines["desk"]
CLAM = CATALOGUE.movements["clam"]

PLAIN = {
    "NextStretchIntent": events.NextMovement(),
    "OtherSideIntent": events.OtherSide(),
    "WhereAmIIntent": events.WhereAmI(),
    "HowLongLeftIntent": events.HowLongLeft(),
    "WhatsNextIntent": events.WhatsNext(),
    "ListRoutinesIntent": events.ListRoutines(),
    "ItHurtsIntent": events.ItHurts(),
    "EasierIntent": events.EasierForm(),
    "AMAZON.NextIntent": events.NextStep(),
    "AMAZON.PreviousIntent": events.PreviousStep(),
    "AMAZON.RepeatIntent": events.Repeat(),
    "AMAZON.PauseIntent": events.Pause(),
    "AMAZON.ResumeIntent": events.Resume(),
    "AMAZON.StartOverIntent": events.StartOver(),
    "AMAZON.StopIntent": events.Stop(),
    "AMAZON.CancelIntent": events.Stop(),
    "AMAZON.NavigateHomeIntent": events.Stop(),
    "AMAZON.HelpIntent": events.Help(),
    "AMAZON.YesIntent": events.Yes(),
    "AMAZON.NoIntent": events.No(),
    "AMAZON.LoopOnIntent": events.KeepOrder(),
    "AMAZON.LoopOffIntent": events.KeepOrder(),
    "AMAZON.ShuffleOnIntent": events.KeepOrder(),
    "AMAZON.ShuffleOffIntent": events.KeepOrder(),
    "AMAZON.FallbackIntent": events.NotUnderstood(),
}
NAMING = {
    "StartRoutineIntent": ("routine", events.StartRoutine),
    "HowToIntent": ("movement", events.HowTo),
    "WhyThisIntent": ("movement", events.WhyThis),
}


def test_every_intent_has_its_row():
    """The intents without a slot and those with one are all there are."""
    assert set(INTENTS) == {*PLAIN, *NAMING}


def test_every_command_can_be_said():
    """Every command but the opening of the skill is meant by some intent."""
    meant = {type(event_of(intent, {}, CATALOGUE)).__name__ for intent in INTENTS}
    assert meant == {kind.__name__ for kind in Command.__subclasses__()} - {"Launch"}


@pytest.mark.parametrize("intent", PLAIN)
def test_an_intent_without_slots(intent):
    """An intent without slots means its event, whatever slots come with it."""
    stray = {"routine": Slot("pre-run", ("pre-run",)), "number": Slot("7")}
    assert event_of(intent, {}, CATALOGUE) == PLAIN[intent]
    assert event_of(intent, stray, CATALOGUE) == PLAIN[intent]


@pytest.mark.parametrize(
    "intent", ["", "StartRoutine", "AMAZON.TeleportIntent", "startroutineintent"]
)
def test_an_intent_of_tomorrow(intent):
    """An intent that is not in the table was not understood."""
    assert event_of(intent, {}, CATALOGUE) == events.NotUnderstood()


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        (Slot("pre run", ("pre-run",)), events.StartRoutine(PRE_RUN, "pre run")),
        (Slot("at my desk", ("desk", "pre-run")), events.StartRoutine(DESK, "at my desk")),
        (Slot("old one", ("retired", "pre-run")), events.StartRoutine(PRE_RUN, "old one")),
        (Slot("clam", ("clam",)), events.StartRoutine(None, "clam")),
        (Slot("banana"), events.StartRoutine(None, "banana")),
        (Slot("pre-run"), events.StartRoutine(None, "pre-run")),
        (Slot(UNRECOGNISED), events.StartRoutine()),
        (Slot("  "), events.StartRoutine()),
        (Slot(" banana "), events.StartRoutine(None, "banana")),
        (Slot(), events.StartRoutine()),
    ],
    ids=[
        "known",
        "several",
        "first one gone",
        "a movement",
        "unknown",
        "an id by name",
        "noise",
        "blanks",
        "blanks around",
        "empty",
    ],
)
def test_what_a_slot_stands_for(slot, expected):
    """The likeliest known id counts; without one, what was heard is kept for saying it back."""
    assert event_of("StartRoutineIntent", {"routine": slot}, CATALOGUE) == expected


@pytest.mark.parametrize("intent", ["HowToIntent", "WhyThisIntent"])
def test_a_movement_by_its_name(intent):
    """How and why may name a movement, or mean the one under way."""
    _, event = NAMING[intent]
    known = {"movement": Slot("the clam", ("clam",))}
    assert event_of(intent, known, CATALOGUE) == event(CLAM, "the clam")
    assert event_of(intent, {"movement": Slot("banana")}, CATALOGUE) == event(None, "banana")
    assert event_of(intent, {"movement": Slot()}, CATALOGUE) == event()
    assert event_of(intent, {}, CATALOGUE) == event()


@given(
    st.sampled_from(sorted(INTENTS)) | st.text(),
    st.dictionaries(
        st.sampled_from(["routine", "movement"]) | st.text(),
        st.builds(Slot, st.text(), st.lists(st.text(), max_size=3).map(tuple)),
        max_size=3,
    ),
)
def test_anything_said_means_something(intent, slots):
    """Whatever intent comes with whatever slots, it is some command."""
    assert isinstance(event_of(intent, slots, CATALOGUE), Command)
