"""Dialogues nobody means to have: slots with nothing, with nonsense, with two things at once."""

import pytest

from skill.coaching.plans import Choices
from skill.intents import INTENTS, Slot
from tests.simulators.coach import MODEL

LANGUAGE = MODEL["interactionModel"]["languageModel"]
SLOTS = {
    intent["name"]: [slot["name"] for slot in intent.get("slots", ())]
    for intent in LANGUAGE["intents"]
}
WITH_SLOTS = [intent for intent, slots in SLOTS.items() if slots]

NOTHING = (
    Slot(),
    Slot("?"),
    Slot("  "),
    Slot("purple monkey"),
    Slot("?", ("banana",)),
    Slot("<break time='90s'/> & {side} %s \0 \x1b \U0001f9b5"),
    Slot("x" * 4_000),
    Slot("1" * 400),
    Slot("P" + "9" * 400 + "Y"),
    Slot("-0.5"),
    Slot("\u0664\u0662"),  # forty-two, in Arabic digits
    Slot("PT\u0661M"),
)


NEED_NO_SLOT = {"ItHurtsIntent", "MoreTimeIntent", "SkipForGoodIntent", "OtherSideIntent"}
"""Intents that do something without any slot: stop, ten seconds more, skip this one, go over."""


@pytest.mark.parametrize("intent", WITH_SLOTS)
def test_slots_with_nothing_to_use(holding, intent):
    """Whatever stands in a slot, there is an answer, no apology, no wish, and the hold goes on."""
    for slot in NOTHING:
        heard = holding.mean(intent, **dict.fromkeys(SLOTS[intent], slot))
        assert heard.speech or heard.played, slot
        for apology in holding.wording.answers["trouble"]:
            assert apology not in heard.speech, slot
        if holding.echo.mic_open:
            holding.echo.say_nothing()
        if intent not in NEED_NO_SLOT:
            assert holding.remembered.choices == Choices(), slot
            assert (holding.spot, holding.second) == ("lying-figure-four left", 12), slot
            assert holding.plays


@pytest.mark.parametrize("intent", [name for name in INTENTS if not name.startswith("AMAZON.")])
def test_slots_that_are_missing(holding, intent):
    """An intent without any of its slots is answered, too."""
    heard = holding.mean(intent)
    assert heard.speech or heard.played


@pytest.mark.parametrize(
    ("intent", "slots", "wish"),
    [
        ("HoldForIntent", {"duration": "PT90M"}, {}),
        ("HoldForIntent", {"duration": "P1Y"}, {}),
        ("HoldForIntent", {"number": "-5"}, {}),
        ("HoldForIntent", {"duration": "PT0M"}, {}),
        ("HoldForIntent", {"duration": "PT3M"}, {"hold_seconds": 120}),
        ("HoldForIntent", {"number": "4"}, {"hold_seconds": 10}),
        ("HoldForIntent", {"duration": "PT0.7M"}, {"hold_seconds": 42}),
        ("HoldForIntent", {"duration": "PT1M30S"}, {"hold_seconds": 90}),
        ("HoldForIntent", {"duration": "PT40S", "number": "70"}, {"hold_seconds": 40}),
        ("HoldForIntent", {"duration": "?", "number": "70"}, {"hold_seconds": 70}),
    ],
)
def test_odd_amounts(holding, intent, slots, wish):
    """What is out of bounds is brought within, what is far out changes nothing, place kept."""
    holding.mean(intent, **slots)
    assert holding.remembered.choices == Choices(**wish)
    assert holding.spot == "lying-figure-four left"
    assert round(holding.second) == min(12, wish.get("hold_seconds", 12))


class TestTwoAtOnce:
    def test_two_routines(self, holding):
        """Two routines in one slot are asked about, and neither starts."""
        heard = holding.mean(
            "StartRoutineIntent", routine=Slot("glutes", ("daily-five", "strength"))
        )
        assert heard.mic_open
        assert "daily five" in heard.speech
        assert "strength session" in heard.speech
        assert holding.timeline.plan.id == "post-run"

    @pytest.mark.parametrize("intent", ["HowToIntent", "WhyThisIntent"])
    def test_two_movements(self, coach, intent):
        """Two movements in one slot are asked about."""
        both = Slot("walk", ("monster-walk", "monster-walk-unloaded"))
        heard = coach.mean(intent, movement=both)
        assert heard.mic_open

    def test_two_movements_of_which_one_is_on(self, holding):
        """Of two movements the one at hand is meant."""
        both = Slot("figure four", ("standing-figure-four", "lying-figure-four"))
        heard = holding.mean("HowToIntent", movement=both)
        assert not heard.mic_open
        assert "left ankle over the right knee" in heard.speech

    def test_two_movements_to_leave_out(self, coach):
        """Nothing is left out for good before it is clear what."""
        both = Slot("figure four", ("standing-figure-four", "lying-figure-four"))
        heard = coach.mean("SkipForGoodIntent", movement=both)
        assert heard.mic_open
        assert coach.remembered.choices == Choices()

    def test_two_needs(self, holding):
        """Of two things in one slot the one said last counts."""
        holding.mean("WithoutIntent", need=Slot("band no chair", ("band", "chair")))
        assert holding.remembered.choices.without == {"chair"}

    def test_two_days(self, coach):
        """Of two days in one slot the one said last counts, and is asked about."""
        day = Slot("monday no sunday", ("monday", "sunday"))
        heard = coach.mean("RemindMeIntent", day=day, time="07:00")
        assert "Sundays" in heard.speech
        assert "Mondays" not in heard.speech


class TestChangesOfMind:
    def test_left_no_right(self, holding):
        """The side said last is the one that counts, said in two sentences as well."""
        holding.tell("my left side is tighter")
        holding.tell("my right side is tighter")
        assert holding.remembered.choices.tight == "right"

    def test_longer_no_shorter(self, holding):
        """Longer, no, shorter, twice: it is shorter by as much."""
        for said in ("hold it longer", "hold it shorter", "hold it shorter"):
            holding.tell(said)
        assert holding.remembered.choices.hold_seconds == 20
        assert (holding.spot, holding.second) == ("lying-figure-four left", 12)

    def test_skipped_and_brought_back_in_one_session(self, stepping):
        """Out and in again leaves everything as it was."""
        stepping.say("skip this one for good")
        stepping.say("bring it back")
        assert stepping.remembered.choices == Choices()
        assert stepping.kept_plan.id == "post-run"

    def test_no_band_no_i_have_one(self, bridging):
        """Without and with again is as before, at the same second."""
        bridging.tell("no band")
        bridging.tell("i have a band again")
        assert bridging.remembered.choices == Choices()
        assert (bridging.spot, bridging.second) == ("heel-bridge both", 18)

    def test_wait_run_wait_run(self, holding):
        """To and fro between the two ways to be coached loses no step."""
        holding.tell("wait for me")
        holding.say("run on")
        assert holding.spot == "lying-figure-four right"
        holding.tell("wait for me")
        holding.say("run on")
        assert holding.spot == "pigeon left"
