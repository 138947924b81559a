"""Dialogues about what cannot be done: no band, no mat, kneeling, too hard, painful, unloved."""

import pytest

from skill.coaching.movements import Need
from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question
from skill.coaching.timeline import BeatKind
from skill.intents import Slot


def is_at(coach, spot: str, second: float) -> bool:
    """Whether the player is at this spot, so many seconds into its work."""
    return (coach.spot, coach.second) == (spot, second)


def at_movement(coach, routine: str, movement: str, seconds: float = 5):
    """Have the coach play a routine until so many seconds into a movement's first step."""
    coach.tell(f"start the {routine}")
    steps = coach.timeline.plan.steps
    coach.wait_for(next(step.index for step in steps if step.movement.id == movement), seconds)
    return coach


class TestNeeds:
    def test_no_band_later_on(self, bridging):
        """What comes later is swapped and named; the set at hand goes on at its second."""
        heard = bridging.tell("i have no band")
        assert "monster walk" in heard.speech
        assert is_at(bridging, "heel-bridge both", 18)
        *others, last = bridging.timeline.plan.movements
        assert last.id == "monster-walk-unloaded"
        assert others == list(bridging.timeline.plan.routine.movements[:-1])
        assert bridging.remembered.choices == Choices(without=frozenset({Need.BAND}))

    def test_no_band_just_now(self, coach):
        """Where this movement needs it another is begun, named, from its instructions on."""
        at_movement(coach, "pre run routine", "monster-walk")
        heard = coach.tell("no band")
        assert coach.spot == "monster-walk-unloaded left"
        assert coach.place.beat is BeatKind.INSTRUCT
        assert coach.wording.spot(coach.place.step) in heard.speech
        assert coach.plays

    def test_a_band_again(self, coach):
        """With a band again the walk is the one with a band, from now on."""
        at_movement(coach, "pre run routine", "monster-walk")
        coach.tell("no band")
        coach.tell("i have a band again")
        assert coach.spot == "monster-walk left"
        assert coach.remembered.choices == Choices()
        assert coach.timeline.plan.id == "pre-run"

    @pytest.mark.parametrize(
        ("said", "need"),
        [
            ("no band", Need.BAND),
            ("i don't have a mat", Need.MAT),
            ("i have no chair", Need.CHAIR),
            ("i can't kneel", Need.KNEELING),
        ],
    )
    def test_it_lasts(self, coach, said, need):
        """No movement of any routine needs it any more, in this process and the next."""
        coach.tell(said)
        coach.restart()
        for routine in ("daily five", "full glute stretch", "strength session", "desk break"):
            coach.tell(f"start the {routine}")
            assert not any(need in m.needs for m in coach.timeline.plan.movements)
        assert coach.remembered.choices == Choices(without=frozenset({need}))

    def test_no_mat(self, holding):
        """Who lies on the bare floor is stood up, and hears what to do instead."""
        heard = holding.tell("i have no mat")
        place = holding.place
        assert Need.MAT not in place.step.movement.needs
        assert place.step.part == 0
        assert holding.wording.spot(place.step) in heard.speech
        assert place.beat is BeatKind.INSTRUCT
        assert not any(Need.MAT in m.needs for m in holding.timeline.plan.movements)

    def test_cannot_kneel(self, coach):
        """On the knees, another movement is begun in its place, and the order stays."""
        at_movement(coach, "daily five", "fire-hydrant")
        heard = coach.tell("i can't kneel")
        assert coach.place.step.part == 1
        assert not coach.place.step.movement.posture.is_on_knees
        assert coach.wording.spot(coach.place.step) in heard.speech
        assert "kneeling" in heard.speech

    def test_nothing_would_be_left(self, coach):
        """What leaves nothing to do changes nothing, and the coach says so."""
        at_movement(coach, "desk break", "standing-figure-four", 7)
        coach.tell("never do the seated figure four again")
        heard = coach.tell("never do the standing figure four again")
        assert heard.speech
        remembered = coach.remembered
        assert len(remembered.choices.skipped) == 1
        assert remembered.session.phase is Phase.PLAYING
        assert coach.spot == "standing-figure-four left"

    @pytest.mark.parametrize("slot", [Slot("?"), Slot(), Slot("towel")])
    def test_no_what(self, holding, slot):
        """Without what is not known, the coach asks, and nothing is noted."""
        heard = holding.mean("WithoutIntent", need=slot)
        assert heard.speech.count("?") == 1
        assert holding.remembered.session.asked is Question.WHAT_IS_MISSING
        holding.echo.say_nothing()
        assert holding.plays
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.remembered.choices == Choices()

    def test_everything_again(self, coach):
        """Who has everything again gets the routines as they are."""
        coach.tell("no band")
        coach.say("no chair")
        coach.mean("WithAgainIntent")
        assert coach.remembered.choices == Choices()

    def test_step_by_step(self, stepping):
        """One step at a time what comes next is swapped, and asked for by its name."""
        stepping.say("yes")
        heard = stepping.say("i can't kneel")
        assert heard.mic_open
        assert "kneeling" in heard.speech
        heard = stepping.say("yes")
        step = stepping.kept.step
        assert step.part == 1
        assert not step.movement.posture.is_on_knees


class TestEasier:
    def test_in_its_place(self, coach):
        """The easier form takes the place of this one, on the same side, and the set is begun."""
        at_movement(coach, "full glute stretch", "pigeon")
        part = coach.place.step.part
        coach.say("next")
        assert coach.spot == "pigeon right"
        coach.echo.wait(8)
        heard = coach.tell("make it easier")
        assert coach.spot == "lying-figure-four right"
        assert coach.place.step.part == part
        assert "lying figure four, right side" in heard.speech
        assert coach.plays

    def test_it_is_for_this_time_only(self, bridging):
        """The next time the movement is as it was."""
        bridging.tell("make it easier")
        assert bridging.spot == "glute-bridge both"
        assert bridging.remembered.choices == Choices()
        bridging.tell("start the pre run routine")
        assert bridging.spot == "heel-bridge both"

    def test_there_is_no_easier_one(self, holding):
        """Where there is no other, the coach tells how to ease it, and the hold goes on."""
        heard = holding.tell("make it easier")
        assert heard.speech
        assert holding.plays
        assert is_at(holding, "lying-figure-four left", 12)

    def test_twice(self, coach):
        """Easier still is the easier form of the easier one, if there is such."""
        at_movement(coach, "strength session", "lunge")
        coach.tell("this is too hard")
        assert coach.spot == "squat both"
        coach.tell("this is too hard")
        assert coach.spot == "glute-bridge both"

    def test_of_what_stands_in(self, coach):
        """What stands in for another movement has an easier form as well."""
        at_movement(coach, "pre run routine", "clam")
        coach.tell("i have no mat")
        assert coach.spot == "lunge left"
        heard = coach.tell("make it easier")
        assert coach.spot == "squat both"
        assert coach.place.step.part == 1
        assert "squat" in heard.speech

    def test_while_paused(self, bridging):
        """What waits stays waiting, with the easier form to come."""
        bridging.tell("pause")
        bridging.tell("make it easier")
        assert not bridging.plays
        bridging.tell("resume")
        assert bridging.spot == "glute-bridge both"


def test_the_first_movement_is_left_out(coach):
    """What comes next is named, and the routine does not begin with its opening again."""
    at_movement(coach, "glute stretch", "glute-bridge")
    coach.tell("skip the bridge today")
    assert coach.place.beat is BeatKind.ANNOUNCE
    assert coach.spot == "stacked-leg left"


class TestPain:
    @pytest.fixture
    def kneeling(self, coach):
        """Five seconds into the left side of the fire hydrant, which has an easier form."""
        return at_movement(coach, "daily five", "fire-hydrant")

    def test_it_stops_at_once(self, kneeling):
        """The guide stops before a word is said; then comes the care line, and a question."""
        heard = kneeling.tell("it hurts")
        assert not kneeling.plays
        assert "ease out" in heard.speech.lower()
        assert heard.mic_open
        assert kneeling.remembered.session.phase is Phase.PAUSED
        assert kneeling.remembered.session.asked is Question.SKIP_IT

    def test_nothing_goes_on_by_itself(self, kneeling):
        """Without an answer, and an hour later, the routine waits at its place."""
        before = kneeling.place
        kneeling.tell("it hurts")
        kneeling.echo.say_nothing()
        kneeling.echo.wait(3_600)
        assert not kneeling.plays
        assert kneeling.kept == before
        assert kneeling.remembered.session.phase is Phase.PAUSED

    def test_talk_of_something_else(self, kneeling):
        """The weather brings nothing back either."""
        kneeling.tell("it hurts")
        kneeling.echo.say_nothing()
        kneeling.echo.talk_of_something_else(5)
        assert not kneeling.plays

    def test_skip_it(self, kneeling):
        """Yes leaves the movement out, both sides of it."""
        kneeling.tell("it hurts")
        kneeling.say("yes")
        assert kneeling.spot == "kick-back left"
        assert kneeling.plays

    @pytest.mark.parametrize("between", [[], ["stop"], ["help"], ["blah blah", "pause"]])
    def test_next(self, kneeling, between):
        """So does next, at once or later: the other side of what hurts is not begun."""
        kneeling.tell("it hurts")
        for words in between:
            kneeling.tell(words)
        kneeling.tell("next")
        assert kneeling.spot == "kick-back left"
        assert kneeling.plays

    def test_not_understood(self, kneeling):
        """What is not understood is answered by the question, and by no list of other words."""
        kneeling.tell("it hurts")
        heard = kneeling.say("blah blah blah")
        assert heard.mic_open
        assert "help" not in heard.speech
        assert "kick back" in heard.speech

    def test_easier(self, kneeling):
        """Who asks for the easier form goes on with that, because they have said so."""
        kneeling.tell("it hurts")
        kneeling.say("make it easier")
        assert kneeling.spot == "clam left"
        assert kneeling.place.step.part == 1
        assert kneeling.plays

    @pytest.mark.parametrize("word", ["stop", "no"])
    def test_stop(self, kneeling, word):
        """Stop ends the session, with the place kept; so does no."""
        before = kneeling.place
        kneeling.tell("it hurts")
        heard = kneeling.say(word)
        assert not heard.mic_open
        assert not kneeling.plays
        assert kneeling.kept == before

    def test_a_question_in_between(self, kneeling):
        """Asking what it is good for does not start it again, and the offer is made once more."""
        kneeling.tell("it hurts")
        heard = kneeling.say("why this one")
        assert heard.mic_open
        assert not kneeling.plays
        assert kneeling.remembered.session.asked is Question.SKIP_IT

    @pytest.mark.parametrize(
        "wish",
        [
            *("no countdown", "hold it shorter", "ten more seconds", "count slower", "run on"),
            *("i only have two minutes", "my left side is tighter", "usual settings"),
            *("wait for me", "i have no band", "i have no mat", "skip this one for good"),
            *("never do the kick back again", "remind me on mondays at seven", "forget me"),
        ],
    )
    def test_a_wish_in_between(self, kneeling, wish):
        """Neither does any wish, nor the silence after it."""
        kneeling.tell("it hurts")
        kneeling.say(wish)
        assert not kneeling.plays
        if kneeling.echo.mic_open:
            kneeling.echo.say_nothing()
        kneeling.echo.wait(600)
        assert not kneeling.plays
        assert kneeling.remembered.session.phase is Phase.PAUSED

    def test_with_nothing_under_way(self, coach):
        """There is nothing to stop, so the advice is all, and nothing is asked."""
        heard = coach.tell("it hurts")
        assert "professional" in heard.speech
        assert not heard.mic_open

    def test_step_by_step(self, stepping):
        """One step at a time, too, only a yes goes on."""
        heard = stepping.say("it hurts")
        assert not heard.clips
        stepping.echo.say_nothing()
        assert stepping.remembered.session.phase is Phase.PAUSED
        assert stepping.kept.step.index == 0


class TestSkippedForGood:
    def test_this_one(self, holding):
        """This movement is left at once, and comes in no routine any more."""
        heard = holding.tell("skip this one for good")
        assert "lying figure four" in heard.speech
        assert holding.spot == "pigeon left"
        assert holding.plays
        holding.restart()
        holding.tell("start the full glute stretch")
        assert "lying-figure-four" not in {m.id for m in holding.timeline.plan.movements}

    def test_bring_it_back(self, holding):
        """What was left out last comes back, to where it was."""
        holding.tell("skip this one for good")
        heard = holding.tell("bring it back")
        assert "lying figure four" in heard.speech
        assert holding.remembered.choices == Choices()
        assert holding.timeline.plan.id == "post-run"
        assert holding.spot == "pigeon left"

    def test_by_name(self, holding):
        """Another one, by its name, is left out later; this one goes on at its second."""
        heard = holding.tell("never do the pigeon pose again")
        assert "pigeon pose" in heard.speech
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.timeline.plan.left_out[0].id == "pigeon"
        holding.tell("bring back the pigeon pose")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.timeline.plan.id == "post-run"

    def test_which_to_bring_back(self, coach):
        """With two of them left out the coach asks which, and a name is the answer."""
        for movement in ("clam", "lunge"):
            coach.tell(f"never do the {movement} again")
        heard = coach.tell("bring it back")
        assert coach.remembered.session.asked is Question.WHAT_TO_BRING_BACK
        assert "clam" in heard.speech
        assert "lunge" in heard.speech
        coach.say("bring back the clam")
        assert coach.remembered.choices == Choices(skipped=frozenset({"lunge"}))

    def test_nothing_to_bring_back(self, holding):
        """Where nothing was left out the coach says so."""
        heard = holding.tell("bring it back")
        assert heard.speech
        assert is_at(holding, "lying-figure-four left", 12)

    def test_the_last_movement(self, coach):
        """Left out for good, the last movement ends the routine; begun, it counts as done."""
        at_movement(coach, "post run stretch", "pigeon")
        heard = coach.tell("skip this one for good")
        assert "pigeon" in heard.speech
        assert not coach.plays
        assert coach.remembered.session.phase is Phase.IDLE
        assert len(coach.remembered.history) == 1
        assert coach.remembered.choices == Choices(skipped=frozenset({"pigeon"}))

    def test_with_nothing_under_way(self, coach):
        """There is no "this one", so the coach asks which, and nothing is noted."""
        heard = coach.tell("skip this one for good")
        assert heard.mic_open
        assert coach.remembered.choices == Choices()

    def test_an_unknown_movement(self, holding):
        """What nobody knows cannot be left out; it is said back, and the hold goes on."""
        heard = holding.mean("SkipForGoodIntent", movement="handstand")
        assert "handstand" in heard.speech
        holding.echo.say_nothing()
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.remembered.choices == Choices()

    def test_step_by_step(self, stepping):
        """One step at a time the next movement is asked for."""
        heard = stepping.say("skip this one for good")
        assert heard.mic_open
        assert "pigeon pose" in heard.speech
        stepping.say("yes")
        assert stepping.kept.step.movement.id == "pigeon"
