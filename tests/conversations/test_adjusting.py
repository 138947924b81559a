"""Dialogues about holds, counts, sides and manners: "hold it longer", "my left side is tighter"."""

from dataclasses import replace

import pytest

from skill.coaching.movements import Side
from skill.coaching.plans import Choices, Detail
from skill.coaching.runner import Phase
from skill.intents import Slot

LEFT = Slot("left", ("left",))


def is_at(coach, spot: str, second: float) -> bool:
    """Whether the player is at this spot, so many seconds into its work."""
    return (coach.spot, coach.second) == (spot, second)


def lasts(coach, choices: Choices) -> bool:
    """Whether wishes hold for another routine, and in another process."""
    coach.restart()
    coach.tell("start the full glute stretch")
    return coach.remembered.choices == choices and coach.timeline.plan.choices == choices


class TestHolds:
    @pytest.mark.parametrize(
        ("said", "seconds"),
        [
            ("hold it longer", 40),
            ("hold it shorter", 20),
            ("longer holds", 40),
            ("shorter holds", 20),
            ("forty seconds each", 40),
            ("hold for forty five seconds", 45),
            ("hold each one for a minute", 60),
        ],
    )
    def test_another_length(self, holding, said, seconds):
        """Every hold takes so long; this one goes on at its second, and lasts as long."""
        heard = holding.tell(said)
        assert holding.plays
        assert not heard.mic_open
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == seconds - 12
        told = "1 minute" if seconds == 60 else f"{seconds} seconds"
        assert told in heard.speech
        assert lasts(holding, Choices(hold_seconds=seconds))

    def test_shorter_than_it_was_held(self, holding):
        """A hold made shorter than it was held by now is over at once."""
        holding.echo.wait(13)
        holding.tell("hold it shorter")
        assert holding.spot == "lying-figure-four left"
        assert holding.place.work_left == 0
        assert round(holding.second) == 20

    def test_there_and_back(self, holding):
        """Longer and shorter again is as it was, for the same second."""
        holding.tell("hold it longer")
        holding.tell("hold it shorter")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == 18

    @pytest.mark.parametrize(
        ("duration", "told", "seconds"),
        [("PT150S", "2 minutes", 120), ("PT5S", "10 seconds", 10)],
    )
    def test_out_of_bounds(self, holding, duration, told, seconds):
        """A hold nobody should do is brought within bounds, and the coach says so."""
        heard = holding.mean("HoldForIntent", duration=duration)
        assert told in heard.speech
        assert holding.remembered.choices.hold_seconds == seconds
        assert holding.spot == "lying-figure-four left"
        assert round(holding.second) == min(12, seconds)

    def test_minus_five(self, holding):
        """A number below all others is far out of bounds: they are told, and nothing changes."""
        heard = holding.mean("HoldForIntent", number="-5")
        assert "10 seconds" in heard.speech
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize("wish", ["zero reps", "a hundred reps", "zero seconds each"])
    def test_far_out_of_bounds(self, bridging, wish):
        """What nobody can mean is not brought to a bound, for good, but answered with it."""
        heard = bridging.tell(wish)
        assert "30" in heard.speech or "10 seconds" in heard.speech
        assert bridging.remembered.choices == Choices()
        assert bridging.timeline.plan.id == "pre-run"

    def test_as_long_as_can_be(self, holding):
        """Longer and longer ends at the longest, and from then on says so."""
        for _ in range(9):
            holding.tell("hold it longer")
        heard = holding.tell("hold it longer")
        assert "2 minutes" in heard.speech
        assert holding.remembered.choices.hold_seconds == 120
        assert is_at(holding, "lying-figure-four left", 12)

    def test_no_number(self, holding):
        """Without a number there is one question; the hold goes on by itself if unanswered."""
        heard = holding.mean("HoldForIntent", number="?")
        assert heard.speech.count("?") == 1
        holding.say("forty seconds")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == 28
        holding.mean("HoldForIntent")
        holding.echo.say_nothing()
        assert holding.plays
        assert holding.left == 28

    def test_with_nothing_under_way(self, coach):
        """A wish is noted before anything is started, and one question asked."""
        heard = coach.tell("hold it longer")
        assert heard.mic_open
        assert "40 seconds" in heard.speech
        coach.say("post run stretch")
        assert coach.timeline.plan.id == "post-run_h40"

    def test_while_paused(self, holding):
        """A wish while the routine waits leaves it waiting, at its second."""
        holding.tell("pause")
        heard = holding.tell("hold it longer")
        assert heard.played is None
        assert not holding.plays
        assert round(holding.kept.work_left / 1000) == 28
        holding.tell("resume")
        assert is_at(holding, "lying-figure-four left", 12)

    def test_step_by_step(self, stepping):
        """What was heard to its end is done; the next clip has the new length."""
        heard = stepping.say("hold it longer")
        assert heard.mic_open
        assert not heard.clips
        assert stepping.kept.work_left == 0
        stepping.say("yes")
        span = stepping.repertoire.timeline("post-run_h40").spans[1]
        assert span.release - span.begin == 40_008  # on the grid of frames
        assert stepping.kept_plan.id == "post-run_h40"


class TestMoreOfThisOne:
    def test_ten_more_seconds(self, holding):
        """This hold is at 12 seconds still, and lasts 40; the next one lasts 30 as before."""
        heard = holding.tell("ten more seconds")
        assert "10 seconds" in heard.speech
        assert holding.plays
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == 28
        assert holding.place.step.length == 40_000
        assert {step.length for step in holding.timeline.plan.steps[1:]} == {30_000}

    def test_it_is_for_this_time_only(self, holding):
        """Nothing is noted, and the next routine has holds as ever."""
        holding.tell("ten more seconds")
        assert holding.remembered.choices == Choices()
        holding.tell("start the post run stretch")
        assert holding.timeline.plan.id == "post-run"

    def test_twice(self, holding):
        """Ten more and ten more are twenty."""
        holding.tell("ten more seconds")
        holding.tell("ten more seconds")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == 38

    def test_after_its_end(self, holding):
        """Said just after the release, the hold goes on for so long."""
        holding.echo.wait(18.5)
        assert holding.place.work_left == 0
        holding.tell("ten more seconds")
        assert holding.spot == "lying-figure-four left"
        assert holding.left == 10

    def test_five_more_of_a_set(self, bridging):
        """In a set five more are repetitions, and the count goes on where it was."""
        assert bridging.place.reps_left == 8
        heard = bridging.tell("five more")
        assert "5 repetitions" in heard.speech
        assert is_at(bridging, "heel-bridge both", 18)
        assert bridging.place.reps_left == 13
        assert bridging.timeline.plan.steps[1].dose.count == 5

    def test_five_more_of_a_hold(self, holding):
        """In a hold five more are seconds."""
        holding.tell("five more")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == 23

    @pytest.mark.parametrize("odd", ["?", ""])
    def test_no_number(self, holding, odd):
        """What is no number is taken for the usual ten seconds."""
        holding.mean("MoreTimeIntent", number=odd)
        assert holding.left == 28

    @pytest.mark.parametrize("less", ["-5", "0"])
    def test_no_more(self, holding, less):
        """None more, or less than none, changes nothing, and the coach says so."""
        heard = holding.mean("MoreTimeIntent", number=less)
        assert heard.speech
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == 18

    def test_as_long_as_can_be(self, holding):
        """Ninety minutes more are as many as there can be; after them there are none."""
        holding.mean("MoreTimeIntent", duration="PT90M")
        assert holding.place.step.length == 120_000
        assert holding.second == 12
        heard = holding.tell("ten more seconds")
        assert holding.place.step.length == 120_000
        assert holding.second == 12
        assert heard.played is None

    def test_a_wish_keeps_it_longer(self, holding):
        """Who then wants less talking keeps the ten seconds, and the place."""
        holding.tell("ten more seconds")
        holding.tell("less talking")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.left == 28

    def test_step_by_step(self, stepping):
        """After a hold was heard to its end, ten seconds more are a clip of just those."""
        heard = stepping.say("ten more seconds")
        (clip,) = heard.clips
        assert 10_000 <= clip.length < 15_000
        assert heard.mic_open
        assert stepping.kept.step.side is Side.LEFT
        assert stepping.kept.work_left == 0
        stepping.say("yes")
        assert stepping.kept.step.side is Side.RIGHT


class TestCounting:
    @pytest.mark.parametrize(
        ("said", "seconds_each", "second"), [("count slower", 5, 22.5), ("count faster", 3, 13.5)]
    )
    def test_another_pace(self, bridging, said, seconds_each, second):
        """The count goes on at the same repetition, slower or faster."""
        heard = bridging.tell(said)
        assert f"{seconds_each} seconds" in heard.speech
        assert is_at(bridging, "heel-bridge both", second)
        assert bridging.place.reps_left == 8
        assert lasts(bridging, Choices(rep_seconds=seconds_each))

    def test_as_fast_as_can_be(self, bridging):
        """Faster than a count can be said it does not get, and the coach says so."""
        bridging.tell("count faster")
        heard = bridging.tell("count faster")
        assert "3 seconds" in heard.speech
        assert bridging.remembered.choices.rep_seconds == 3
        assert is_at(bridging, "heel-bridge both", 13.5)

    def test_there_and_back(self, bridging):
        """Slower and faster again is the usual pace, at the same repetition."""
        bridging.tell("count slower")
        bridging.tell("count faster")
        assert is_at(bridging, "heel-bridge both", 18)
        assert bridging.place.reps_left == 8


class TestSides:
    def test_a_tighter_side(self, holding):
        """The left side gets one hold more, after the right one; the place stays."""
        heard = holding.tell("my left side is tighter")
        assert "left" in heard.speech
        assert is_at(holding, "lying-figure-four left", 12)
        steps = holding.timeline.plan.steps
        assert [(step.side, step.extra) for step in steps[:3]] == [
            (Side.LEFT, False),
            (Side.RIGHT, False),
            (Side.LEFT, True),
        ]
        assert lasts(holding, Choices(tight=Side.LEFT))

    def test_it_is_held_once_more(self, holding):
        """The extra hold comes by itself, and is named as such when asked for."""
        holding.tell("my left side is tighter")
        holding.wait_for(2, 5)
        heard = holding.tell("where am i")
        assert "left side, once more" in heard.speech
        assert "25 seconds" in heard.speech

    def test_both_sides_alike_again(self, holding):
        """Said again that both are the same, the extra hold is gone, for good."""
        holding.tell("my left side is tighter")
        heard = holding.tell("both sides are the same again")
        assert heard.speech
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.timeline.plan.id == "post-run"
        assert lasts(holding, Choices())

    def test_the_other_way_round(self, holding):
        """The right side instead of the left takes its place."""
        holding.tell("my left side is tighter")
        holding.tell("my right side is tighter")
        assert holding.remembered.choices == Choices(tight=Side.RIGHT)
        assert is_at(holding, "lying-figure-four left", 12)

    def test_in_the_extra_hold_itself(self, holding):
        """Taken away during the extra hold, the next movement comes."""
        holding.tell("my left side is tighter")
        holding.wait_for(2, 5)
        holding.tell("both sides are the same again")
        assert holding.spot == "pigeon left"
        assert holding.timeline.plan.id == "post-run"
        assert holding.plays

    @pytest.mark.parametrize("slot", [Slot("?"), Slot(), Slot("both"), Slot("the big one")])
    def test_which_side(self, holding, slot):
        """Without a side the coach asks for it; nothing is noted until it is said."""
        heard = holding.mean("TighterSideIntent", side=slot)
        assert heard.speech.count("?") == 1
        assert holding.remembered.choices == Choices()
        holding.mean("TighterSideIntent", side=LEFT)
        assert holding.remembered.choices == Choices(tight=Side.LEFT)
        assert is_at(holding, "lying-figure-four left", 12)

    def test_left_no_right(self, holding):
        """Of two sides in one breath the last one counts."""
        heard = holding.mean("TighterSideIntent", side=Slot("left no right", ("left", "right")))
        assert "right" in heard.speech
        assert holding.remembered.choices == Choices(tight=Side.RIGHT)

    def test_step_by_step(self, stepping):
        """One step at a time the extra hold is a step of its own, after the right side."""
        stepping.say("my left side is tighter")
        stepping.say("yes")
        heard = stepping.say("yes")
        assert stepping.kept.step.extra
        assert stepping.kept.step.side is Side.LEFT
        assert len(heard.clips) == 1


class TestManners:
    MANNERS = (
        ("less talking", Choices(detail=Detail.BRIEF), "tell me everything"),
        ("no countdown", Choices(countdown=False), "count me down"),
        ("soft sound", Choices(bed=True), "no sound"),
    )

    @pytest.mark.parametrize(("said", "choices", "undo"), MANNERS)
    def test_while_it_plays(self, holding, said, choices, undo):
        """The hold goes on at its second, otherwise; the wish lasts, and can be undone."""
        heard = holding.tell(said)
        assert heard.speech
        assert not heard.mic_open
        assert holding.plays
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.timeline.plan.choices == choices
        holding.restart()
        holding.tell(undo)
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.timeline.plan.id == "post-run"
        assert holding.remembered.choices == Choices()

    @pytest.mark.parametrize(("said", "choices", "undo"), MANNERS)
    def test_in_another_routine(self, coach, said, choices, undo):
        """Said before anything is started, it holds for whatever is."""
        coach.tell(said)
        coach.say("desk break")
        assert coach.timeline.plan.choices == choices
        coach.tell(undo)
        coach.tell("start the daily five")
        assert coach.timeline.plan.id == "daily-five"

    @pytest.mark.parametrize(("said", "choices", "undo"), MANNERS)
    def test_step_by_step(self, stepping, said, choices, undo):
        """One step at a time the next clip is as wished for, and the step that is done stays so."""
        heard = stepping.say(said)
        assert heard.mic_open
        heard = stepping.say("yes")
        assert stepping.kept_plan.choices == choices
        assert stepping.kept.step.index == 1
        assert stepping.kept_plan.id in heard.clips[0].url
        stepping.say(undo)
        assert stepping.kept_plan.id == "post-run"

    def test_all_of_them_at_once(self, holding):
        """Wishes add up, and "as usual" takes them all back."""
        for said, *_ in self.MANNERS:
            holding.tell(said)
        holding.tell("hold it longer")
        holding.tell("my left side is tighter")
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.timeline.plan.id == "post-run_h40_brief_bed_uncounted_tight-left"
        holding.tell("usual settings")
        assert holding.remembered.choices == Choices()
        assert is_at(holding, "lying-figure-four left", 12)
        assert holding.timeline.plan.id == "post-run"

    def test_what_has_been_said_already(self, holding):
        """A wish that is fulfilled already interrupts nothing."""
        heard = holding.tell("count me down")
        assert heard.played is None
        assert heard.speech
        assert holding.plays
        assert is_at(holding, "lying-figure-four left", 12)


class TestEverythingAtOnce:
    @pytest.fixture
    def particular(self, coach):
        """Twelve seconds into a desk break, having left out all that can be, and set the rest."""
        for said in ("hold for a minute", "count slower", "no band", "no mat", "i can't kneel"):
            coach.tell(said)
        for said in ("my left side is tighter", "less talking", "no countdown", "soft sound"):
            coach.tell(said)
        for movement in coach.wording.catalogue.movements:
            if "figure-four" not in movement:
                coach.mean("SkipForGoodIntent", movement=Slot(movement, (movement,)))
        coach.tell("start the desk break")
        coach.wait_for(0, 12)
        assert len(coach.timeline.plan.id) > 250
        return coach

    def test_the_place_is_known(self, particular):
        """However much was wished for, the player's word is understood: side and second."""
        assert "48 seconds" in particular.tell("how long left").speech
        particular.tell("pause")
        particular.echo.wait(60)
        particular.tell("resume")
        assert is_at(particular, "standing-figure-four left", 12)

    def test_it_is_remembered(self, particular):
        """Done to its end, it is in the history."""
        particular.echo.wait(particular.place.routine_left / 1000 + 1)
        assert len(particular.remembered.history) == 1

    def test_all_at_once_is_one_answer(self, particular):
        """What is set can still be told in one answer, and taken back in one."""
        heard = particular.tell("what are my settings")
        assert len(heard.speech.split()) <= 60
        particular.tell("usual settings")
        assert particular.timeline.plan.id == "desk"
        assert is_at(particular, "standing-figure-four left", 12)


def test_two_devices_agree(holding):
    """A wish that was said in one room is one in the other room, too."""
    device = replace(holding.echo.device, device_id="amzn1.ask.device.BEDROOM")
    elsewhere = type(holding)(holding.store, device, holding.echo.clock)
    elsewhere.tell("hold it longer")
    assert elsewhere.remembered.choices == Choices(hold_seconds=40)
    assert elsewhere.remembered.session.phase is Phase.PLAYING
    assert elsewhere.spot == "lying-figure-four left"
    assert elsewhere.second == pytest.approx(12, abs=0.1)
