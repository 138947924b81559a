"""The intent table: what is said, as the event it means."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.events import Command
from skill.coaching.movements import Need, Side
from skill.coaching.schedules import Day, PartOfDay, Schedule
from skill.content.catalogue import load_catalogue
from skill.intents import INTENTS, UNRECOGNISED, Slot, event_of
from tests.coaching.scenes import EVENTS

CATALOGUE = load_catalogue()
PRE_RUN, DESK = CATALOGUE.routines["pre-run"], CATALOGUE.routines["desk"]
CLAM = CATALOGUE.movements["clam"]

PLAIN = {
    "NextStretchIntent": events.NextMovement(),
    "WhereAmIIntent": events.WhereAmI(),
    "HowLongLeftIntent": events.HowLongLeft(),
    "WhatsNextIntent": events.WhatsNext(),
    "ListRoutinesIntent": events.ListRoutines(),
    "ItHurtsIntent": events.ItHurts(),
    "FeelsWrongIntent": events.FeelsWrong(),
    "EmergencyIntent": events.Emergency(),
    "CrisisIntent": events.Crisis(),
    "NoPainIntent": events.NoPain(),
    "ShouldItHurtIntent": events.ShouldItHurt(),
    "AskFirstIntent": events.AskFirst(),
    "SkipNextIntent": events.SkipNext(),
    "VolumeIntent": events.Volume(),
    "EasierIntent": events.EasierForm(),
    "HowManyLeftIntent": events.HowManyLeft(),
    "LastOneIntent": events.LastOne(),
    "WhichSideIntent": events.WhichSide(),
    "WhatWasThatIntent": events.WhatWasThat(),
    "HoldLongerIntent": events.HoldLonger(),
    "HoldShorterIntent": events.HoldShorter(),
    "CountSlowerIntent": events.CountSlower(),
    "CountFasterIntent": events.CountFaster(),
    "EvenSidesIntent": events.EvenSides(),
    "WaitForMeIntent": events.WaitForMe(),
    "RunOnIntent": events.RunOn(),
    "LessTalkingIntent": events.LessTalking(),
    "TellEverythingIntent": events.TellEverything(),
    "NoCountdownIntent": events.NoCountdown(),
    "CountdownIntent": events.Countdown(),
    "SoftSoundIntent": events.SoftSound(),
    "NoSoundIntent": events.NoSound(),
    "ThisWeekIntent": events.ThisWeek(),
    "HowOftenIntent": events.HowOften(),
    "LastTimeIntent": events.LastTime(),
    "SettingsIntent": events.MySettings(),
    "UndoIntent": events.Undo(),
    "UnsureIntent": events.Unsure(),
    "UsualSettingsIntent": events.UsualSettings(),
    "HelloIntent": events.Launch(),
    "LessTimeIntent": events.LessTime(),
    "ForgetMeIntent": events.ForgetMe(),
    "WhenRemindedIntent": events.WhenReminded(),
    "StopRemindersIntent": events.StopReminders(),
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
    "GoToIntent": ("movement", events.GoTo),
    "RoutineLengthIntent": ("routine", events.RoutineLength),
    "WhatsInItIntent": ("routine", events.WhatsInIt),
    "WhatsNeededIntent": ("routine", events.WhatsNeeded),
    "SkipForTodayIntent": ("movement", events.SkipForToday),
    "SkipForGoodIntent": ("movement", events.SkipForGood),
    "BringBackIntent": ("movement", events.BringBack),
}
VALUED = {
    "FitTimeIntent": events.FitTime(),
    "HoldForIntent": events.HoldFor(),
    "RepsForIntent": events.RepsFor(),
    "MoreTimeIntent": events.MoreTime(),
    "TighterSideIntent": events.TighterSide(),
    "OtherSideIntent": events.OtherSide(),
    "SkipSideIntent": events.SkipSide(),
    "WithoutIntent": events.Without(),
    "WithAgainIntent": events.WithAgain(),
    "RemindMeIntent": events.RemindMe(),
}
SIDED = {
    "TighterSideIntent": events.TighterSide,
    "OtherSideIntent": events.OtherSide,
    "SkipSideIntent": events.SkipSide,
}
NOT_SAID = {"GiveMe", "ReminderAnswered", "PermissionAnswered", "OutOfReach"}
"""Commands that come from the platform, not from a sentence; or from one by what is in its slot."""
BY_A_SLOT = {"BareNumber"}
"""What a slot alone means, whatever the intent."""


def test_every_intent_has_its_row():
    """The intents without a slot, those with a name and those with a value are all there are."""
    assert set(INTENTS) == {*PLAIN, *NAMING, *VALUED}


def test_every_command_can_be_said():
    """Every command is meant by some intent, but for those that the platform sends."""
    meant = {type(event_of(intent, {}, CATALOGUE)).__name__ for intent in INTENTS}
    assert (
        meant
        == {name for name, event in EVENTS.items() if isinstance(event, Command)}
        - NOT_SAID
        - BY_A_SLOT
    )


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
        (
            Slot("at my desk", ("desk", "pre-run")),
            events.StartRoutine(None, "at my desk", (DESK, PRE_RUN)),
        ),
        (Slot("desk", ("desk", "desk")), events.StartRoutine(DESK, "desk")),
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
        "the same twice",
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
    """One known id counts, several are asked about; without one, what was heard is kept."""
    assert event_of("StartRoutineIntent", {"routine": slot}, CATALOGUE) == expected


@pytest.mark.parametrize(
    "intent", [name for name, (slot, _) in NAMING.items() if slot == "movement"]
)
def test_a_movement_by_its_name(intent):
    """How and why may name a movement, or mean the one under way."""
    _, event = NAMING[intent]
    known = {"movement": Slot("the clam", ("clam",))}
    assert event_of(intent, known, CATALOGUE) == event(CLAM, "the clam")
    assert event_of(intent, {"movement": Slot("banana")}, CATALOGUE) == event(None, "banana")
    assert event_of(intent, {"movement": Slot()}, CATALOGUE) == event()
    assert event_of(intent, {}, CATALOGUE) == event()


@pytest.mark.parametrize("intent", VALUED)
@pytest.mark.parametrize("heard", ["", " ", UNRECOGNISED, "banana", "P", "PT", "-", "25:00", "7"])
def test_a_value_that_is_none(intent, heard):
    """A slot that is empty, noise or no value of its kind leaves the value open."""
    names = ("duration", "side", "need", "day", "time")
    slots = {name: Slot(heard) for name in names}
    assert event_of(intent, slots, CATALOGUE) == VALUED[intent]
    assert event_of(intent, {}, CATALOGUE) == VALUED[intent]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("PT40S", 40),
        ("PT1M30S", 90),
        ("PT0.5H", 1_800),
        ("PT10M", 600),
        ("PT0S", 0),
        ("P1D", 86_400),
        ("P1W", 604_800),
        ("P9999Y", 31_536_000),
    ],
)
def test_a_duration(written, seconds):
    """A duration as Alexa writes it is so many seconds, and never more than a year."""
    slots = {"duration": Slot(written)}
    assert event_of("HoldForIntent", slots, CATALOGUE) == events.HoldFor(seconds)
    assert event_of("MoreTimeIntent", slots, CATALOGUE) == events.MoreTime(seconds)
    fit = events.FitTime(DESK, "desk", time=seconds * 1000)
    slots["routine"] = Slot("desk", ("desk",))
    assert event_of("FitTimeIntent", slots, CATALOGUE) == fit


@pytest.mark.parametrize(("written", "number"), [("40", 40), ("-5", -5), ("0", 0)])
def test_a_number(written, number):
    """A number is seconds of a hold, and more of whatever is counted."""
    slots = {"number": Slot(written)}
    assert event_of("HoldForIntent", slots, CATALOGUE) == events.HoldFor(number, is_bare=True)
    assert event_of("MoreTimeIntent", slots, CATALOGUE) == events.MoreTime(None, number)
    assert event_of("RepsForIntent", slots, CATALOGUE) == events.RepsFor(number)


@pytest.mark.parametrize(
    ("slots", "meant"),
    [
        ({"alone": "40"}, events.BareNumber(40)),
        ({"alone": "-5"}, events.BareNumber(-5)),
        ({"alone": "?"}, events.BareNumber()),
    ],
)
def test_nothing_but_a_number(slots, meant):
    """A number alone is no wish about holds: what it means depends on what was asked."""
    heard = {name: Slot(written) for name, written in slots.items()}
    assert event_of("HoldForIntent", heard, CATALOGUE) == meant


@pytest.mark.parametrize(
    ("slots", "meant"),
    [
        ({"hour": "08:00"}, events.BareNumber(8, time(8))),
        ({"hour": "20:00"}, events.BareNumber(8, time(20))),
        ({"hour": "12:00"}, events.BareNumber(12, time(12))),
        ({"hour": "00:00"}, events.BareNumber(12, time())),
        ({"hour": "08:30"}, events.RemindMe(Schedule((), time(8, 30)), is_bare=True)),
        ({"hour": "EV"}, events.RemindMe(part=PartOfDay.EVENING, is_bare=True)),
        (
            {"hour": "08:00", "time": "EV"},
            events.RemindMe(Schedule((), time(8)), PartOfDay.EVENING, is_bare=True),
        ),
        ({"time": "08:00"}, events.RemindMe(Schedule((), time(8)))),
    ],
)
def test_nothing_but_a_time(slots, meant):
    """An hour alone may be any number; with minutes or a part of the day it is a time."""
    heard = {name: Slot(written) for name, written in slots.items()}
    assert event_of("RemindMeIntent", heard, CATALOGUE) == meant


@pytest.mark.parametrize(("only", "days"), [("every-day", tuple(Day)), ("friday", (Day.FRIDAY,))])
def test_nothing_but_a_day(only, days):
    """A day alone is known to be said so."""
    slots = {"only_day": Slot(only, (only,))}
    assert event_of("RemindMeIntent", slots, CATALOGUE) == events.RemindMe(
        Schedule(days), is_bare=True
    )


@pytest.mark.parametrize(
    ("slots", "position"),
    [
        ({"position": Slot("second", ("second",))}, 2),
        ({"position": Slot("fifth", ("fifth",))}, 5),
        ({"number": Slot("3")}, 3),
        ({"number": Slot("?")}, None),
    ],
)
def test_a_place_in_a_list(slots, position):
    """The second one and number three are places in what was named to choose from."""
    assert event_of("GoToIntent", slots, CATALOGUE) == events.GoTo(position=position)


@pytest.mark.parametrize(
    ("intent", "event"),
    [("OtherSideIntent", events.OtherSide), ("SkipSideIntent", events.SkipSide)],
)
def test_a_side_that_corrects(intent, event):
    """No, the right, is said in place of the left."""
    slots = {"meant": Slot("right", ("right",))}
    assert event_of(intent, slots, CATALOGUE) == event(Side.RIGHT, corrects=True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("PT30S", events.HoldFor(30)),
        ("PT1M59S", events.HoldFor(119)),
        ("PT2M", events.FitTime(time=120_000)),
        ("PT10M", events.FitTime(time=600_000)),
    ],
)
def test_a_length_that_stands_alone(written, meant):
    """Under two minutes it is a hold's; from there on it is the time there is."""
    for intent in ("HoldForIntent", "FitTimeIntent"):
        assert event_of(intent, {"length": Slot(written)}, CATALOGUE) == meant


@pytest.mark.parametrize(
    ("slot", "side"),
    [
        (Slot("left", ("left",)), Side.LEFT),
        (Slot("the right one", ("right",)), Side.RIGHT),
        (Slot("left no right"), Side.RIGHT),
        (Slot("right no wait left"), Side.LEFT),
        (Slot("left no right", ("left", "right")), Side.RIGHT),
        (Slot("both"), None),
    ],
)
def test_the_last_word_counts(slot, side):
    """Who says left, no, right, means the right."""
    for intent, event in SIDED.items():
        assert event_of(intent, {"side": slot}, CATALOGUE) == event(side)


@pytest.mark.parametrize("need", Need)
def test_what_is_lacking(need):
    """Each thing that movements need can be lacking, and be there again."""
    slots = {"need": Slot("whatever", (need.value,))}
    assert event_of("WithoutIntent", slots, CATALOGUE) == events.Without(need)
    assert event_of("WithAgainIntent", slots, CATALOGUE) == events.WithAgain(need)


def test_a_schedule():
    """Days come in the week's order, each once; a part of the day may stand for the time."""
    slots = {
        "day": Slot("fridays", ("friday",)),
        "second_day": Slot("tuesdays", ("tuesday",)),
        "third_day": Slot("friday", ("friday",)),
        "time": Slot("07:00"),
    }
    schedule = Schedule((Day.TUESDAY, Day.FRIDAY), time(7))
    assert event_of("RemindMeIntent", slots, CATALOGUE) == events.RemindMe(schedule)
    slots = {"day": Slot("weekdays", ("weekdays",)), "time": Slot("MO")}
    meant = events.RemindMe(Schedule(tuple(Day)[:5]), PartOfDay.MORNING)
    assert event_of("RemindMeIntent", slots, CATALOGUE) == meant


@given(
    st.sampled_from(sorted(INTENTS)) | st.text(),
    st.dictionaries(
        st.sampled_from(["routine", "movement", "duration", "number", "time"]) | st.text(),
        st.builds(Slot, st.text(), st.lists(st.text(), max_size=3).map(tuple)),
        max_size=3,
    ),
)
def test_anything_said_means_something(intent, slots):
    """Whatever intent comes with whatever slots, it is some command."""
    assert isinstance(event_of(intent, slots, CATALOGUE), Command)
