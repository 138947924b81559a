"""Dialogues with a speaker: the whole routine plays as one guide."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.echo.device import Heard
from scripts.echo.player import Activity
from scripts.echo.requests import Device
from skill.coaching.runner import Phase
from tests.simulators.coach import Coach
from tests.simulators.unreachable import Unreachable

ROUTINES = {
    "pre run routine": "pre-run",
    "post run stretch": "post-run",
    "full glute stretch": "glute-stretch",
    "daily five": "daily-five",
    "strength session": "strength",
    "desk break": "desk",
}


@pytest.fixture
def coach() -> Coach:
    """A coach who has never met this runner."""
    return Coach()


@pytest.fixture
def holding(coach) -> Coach:
    """Twelve seconds into the left side of the lying figure four."""
    coach.ask("to start the post run stretch")
    coach.wait_for(0, 12)
    return coach


def is_silent(heard: Heard) -> bool:
    """Whether nothing is said because the guide speaks at once."""
    return not heard.speech and heard.played is not None


class TestStarting:
    @pytest.mark.parametrize(("said", "plan"), ROUTINES.items())
    def test_every_routine_by_its_name(self, coach, said, plan):
        """Each routine starts by its name, says how long it takes, and plays to its end."""
        heard = coach.ask(f"to start the {said}")
        assert heard.played.offset == 0
        assert "minutes" in heard.speech
        assert coach.timeline.plan.id == plan
        coach.echo.wait(coach.timeline.duration / 1000 + 1)
        assert coach.echo.player.activity is Activity.FINISHED
        assert [done.plan_id for done in coach.remembered.history] == [plan]

    def test_by_opening_the_skill(self, coach):
        """The first launch greets, cautions once, and asks which routine; a name starts it."""
        heard = coach.say("open glute coach")
        assert "not medical advice" in heard.speech
        assert heard.mic_open
        heard = coach.say("the daily five")
        assert not heard.mic_open
        assert coach.spot == "clam left"
        coach.say("pause")
        assert "not medical advice" not in coach.say("open glute coach").speech

    def test_start_alone_asks_one_question(self, coach):
        """Start without a name asks which routine, naming them, and takes a bare name."""
        heard = coach.ask("to start")
        assert heard.mic_open
        assert heard.speech.count("?") == 1
        coach.say("desk break")
        assert coach.spot == "standing-figure-four left"

    def test_an_unknown_routine(self, coach):
        """A routine we do not have is said back with those there are."""
        heard = coach.ask("to start the banana routine")
        assert "banana" in heard.speech
        assert "pre-run routine" in heard.speech
        assert heard.mic_open

    def test_what_there_is(self, coach):
        """Asked what it can do, the coach names the routines and asks for one."""
        heard = coach.ask("what can i do")
        assert "desk break" in heard.speech
        assert heard.mic_open


class TestMoving:
    def test_next_goes_to_the_other_side_first(self, holding):
        """Next goes to the right side, and next again to the next movement."""
        assert is_silent(holding.say("next"))
        assert holding.spot == "lying-figure-four right"
        holding.say("next")
        assert holding.spot == "pigeon left"

    def test_next_stretch_leaves_the_movement(self, holding):
        """The next stretch is the next movement, wherever we are in this one."""
        holding.ask("for the next stretch")
        assert holding.spot == "pigeon left"

    def test_other_side_and_back(self, holding):
        """The other side is the right one, and from there the left."""
        holding.ask("for the other side")
        assert holding.spot == "lying-figure-four right"
        holding.ask("for the other side")
        assert holding.spot == "lying-figure-four left"

    def test_previous_and_repeat(self, holding):
        """Previous goes a step back, repeat to the beginning of this one."""
        holding.say("next")
        holding.echo.wait(8)
        assert "right side" in holding.say("repeat").speech
        assert holding.echo.player.offset == holding.timeline.entry(1)
        assert "left side" in holding.say("previous").speech
        assert holding.spot == "lying-figure-four left"
        assert "left side" in holding.say("previous").speech
        assert holding.echo.player.offset == holding.timeline.entry(0)

    def test_start_over(self, holding):
        """Start over begins the routine again."""
        heard = holding.say("start over")
        assert "post-run stretch" in heard.speech
        assert holding.echo.player.offset == 0

    def test_next_on_the_last_step_ends_well(self, holding):
        """Going on from within the last step praises, stops the sound and counts the routine."""
        for _ in range(3):
            holding.say("next")
        assert holding.spot == "pigeon right"
        holding.wait_for(3, 20)
        heard = holding.say("next")
        assert "post-run stretch" in heard.speech
        assert holding.echo.player.activity is Activity.STOPPED
        assert len(holding.remembered.history) == 1

    def test_another_routine_in_the_middle(self, holding):
        """A routine asked for by name takes the place of the one under way."""
        holding.ask("to start the daily five")
        assert holding.spot == "clam left"

    def test_buttons(self, holding):
        """The buttons of a remote control do what the words do."""
        holding.echo.press("next")
        assert holding.spot == "lying-figure-four right"
        holding.wait_for(1, 4)
        holding.echo.press("pause")
        assert holding.echo.player.activity is Activity.STOPPED
        before = holding.place
        holding.echo.press("play")
        assert holding.place == before
        holding.echo.press("previous")
        assert holding.spot == "lying-figure-four left"


class TestAsking:
    @pytest.mark.parametrize(
        ("question", "answers"),
        [
            ("how long is left", ["18 seconds", "2 minutes"]),
            ("where am i", ["lying figure four, left side", "18 seconds", "1 of 2"]),
            ("what's next", ["lying figure four, right side", "pigeon"]),
            ("how do i do this", ["left ankle over the right knee"]),
            ("why this one", ["glute"]),
        ],
    )
    def test_a_question_costs_the_hold_nothing(self, holding, question, answers):
        """The answer is right, and the guide goes on by itself at the same second."""
        before = holding.echo.player.offset
        heard = holding.ask(question)
        for answer in answers:
            assert answer in heard.speech
        assert not heard.mic_open
        assert not heard.directives
        assert holding.echo.player.activity is Activity.PLAYING
        assert holding.echo.player.offset == before

    def test_help_keeps_listening_and_silence_goes_on(self, holding):
        """Help ends in a question; without an answer the guide goes on by itself."""
        before = holding.echo.player.offset
        heard = holding.ask("for help")
        assert heard.mic_open
        holding.echo.say_nothing()
        assert holding.echo.player.activity is Activity.PLAYING
        assert holding.echo.player.offset == before
        holding.say("next")
        assert holding.spot == "lying-figure-four right"

    def test_help_declined(self, holding):
        """No to help says nothing more, and the guide goes on."""
        holding.ask("for help")
        heard = holding.say("no")
        assert not heard.speech
        assert holding.echo.player.activity is Activity.PLAYING

    def test_an_unknown_movement(self, holding):
        """A movement we do not have is said back with those there are."""
        heard = holding.ask("how do i do the handstand")
        assert "handstand" in heard.speech
        assert "clam" in heard.speech

    def test_looping_is_declined(self, holding):
        """A routine is not looped or shuffled, and says so."""
        assert "order" in holding.say("shuffle").speech
        assert holding.echo.player.activity is Activity.PLAYING

    def test_nonsense(self, holding):
        """What is not understood is said so, and costs nothing."""
        heard = holding.ask("to purple monkey dishwasher")
        assert "help" in heard.speech
        assert holding.echo.player.activity is Activity.PLAYING

    @pytest.mark.parametrize(
        "command",
        ["next", "repeat", "resume", "how long is left", "where am i", "the other side"],
    )
    def test_with_nothing_playing(self, coach, command):
        """A command with nothing under way says so and asks for a routine."""
        heard = coach.ask(command)
        assert heard.mic_open
        assert "pre-run routine" in heard.speech

    @pytest.mark.parametrize("word", ["stop", "pause", "cancel"])
    def test_stop_after_the_end_asks_nothing(self, holding, word):
        """Who says stop when the guide has ended is not asked anything more."""
        holding.echo.wait(holding.place.routine_left / 1000 + 1)
        assert not holding.say(word).mic_open


class TestPausing:
    def test_pause_and_resume(self, holding):
        """Resume goes on at the very second, naming movement, side and what is left."""
        before = holding.place
        holding.say("pause")
        holding.echo.wait(600)
        heard = holding.say("resume")
        assert "lying figure four, left side" in heard.speech
        assert "18 seconds" in heard.speech
        assert holding.place == before

    @pytest.mark.parametrize("word", ["stop", "cancel"])
    def test_stop_with_all_work_done(self, holding, word):
        """Whoever leaves during the last words has done the routine."""
        last = holding.timeline.spans[-1]
        holding.echo.wait((last.release + 500 - holding.echo.player.offset) / 1000)
        heard = holding.ask(word)
        assert heard.speech in {
            said.format(routine="post-run stretch")
            for said in holding.wording.answers["done-to-the-end"]
        }
        assert [done.plan_id for done in holding.remembered.history] == ["post-run"]

    def test_stop_while_playing_is_a_pause(self, holding):
        """Alexa sends stop as a pause; the place is kept."""
        holding.say("stop")
        assert holding.echo.player.activity is Activity.STOPPED
        assert holding.remembered.session.phase is Phase.PAUSED

    def test_coming_back_another_day(self, holding):
        """A launch with a place kept offers to go on from it, and yes goes on there."""
        before = holding.place
        holding.say("cancel")
        holding.echo.play_something_else()
        holding.echo.wait(86_400)
        heard = holding.say("open glute coach")
        assert "lying figure four, left side" in heard.speech
        assert heard.mic_open
        heard = holding.say("yes")
        assert holding.place.step == before.step
        assert abs(holding.place.work_left - before.work_left) <= 1_000

    def test_declining_to_go_on(self, holding):
        """No to the offer asks for a routine, and the old place is kept until one starts."""
        holding.say("pause")
        holding.say("open glute coach")
        heard = holding.say("no")
        assert "desk break" in heard.speech
        holding.say("never mind")
        assert holding.remembered.session.progress is not None

    def test_another_speaker(self, holding):
        """The place goes along to the Echo in the other room."""
        before = holding.place
        holding.say("pause")
        elsewhere = Coach(
            holding.store, Device(device_id="amzn1.ask.device.BEDROOM"), holding.echo.clock
        )
        heard = elsewhere.ask("to resume")
        assert "left side" in heard.speech
        assert elsewhere.place.step == before.step
        assert abs(elsewhere.place.work_left - before.work_left) <= 1_000

    def test_talking_to_alexa_of_something_else(self, holding):
        """Asking Alexa for the weather holds the guide; it goes on, and nothing is lost."""
        before = holding.echo.player.offset
        holding.echo.talk_of_something_else(seconds=20)
        assert holding.echo.player.offset == before
        assert holding.remembered.session.phase is Phase.PLAYING
        holding.echo.wait(5)
        assert "13 seconds" in holding.ask("how long is left").speech


class TestTrouble:
    def test_a_failed_stream_is_tried_again_and_then_told(self, holding):
        """A stream that breaks plays on once; the second time the place is kept and told."""
        before = holding.place
        holding.echo.fail_playback()
        assert holding.echo.player.activity is Activity.PLAYING
        assert holding.place == before
        holding.echo.fail_playback()
        assert holding.echo.player.activity is not Activity.PLAYING
        heard = holding.say("open glute coach")
        assert "would not play" in heard.speech
        assert holding.kept == before
        heard = holding.say("yes")
        assert not holding.plays
        assert not heard.clips
        assert "Halfway" in heard.speech
        assert heard.mic_open

    def test_after_that_alexa_speaks_to_the_end(self, holding):
        """With a sound that never plays the routine is coached to its end, in Alexa's voice."""
        for _ in range(2):
            holding.echo.fail_playback()
        holding.say("open glute coach")
        for _ in holding.kept_plan.steps:
            heard = holding.say("yes")
            assert heard.mic_open
            assert not heard.clips
        holding.say("yes")
        assert len(holding.remembered.history) == 1

    def test_the_next_routine_is_tried_with_sound(self, holding):
        """What would not play once may well play another time."""
        for _ in range(2):
            holding.echo.fail_playback()
        holding.ask("start the daily five")
        assert holding.plays

    def test_without_a_database(self):
        """With the store out of reach a whole routine is started, steered and finished."""
        coach = Coach(Unreachable())
        coach.ask("to start the post run stretch")
        coach.wait_for(0, 5)
        coach.say("next")
        assert coach.spot == "lying-figure-four right"
        coach.say("previous")
        assert coach.spot == "lying-figure-four left"
        coach.ask("for the other side")
        assert coach.spot == "lying-figure-four right"
        coach.wait_for(1, 10)
        assert "20 seconds" in coach.ask("how long is left").speech
        before = coach.place
        coach.say("pause")
        coach.say("resume")
        assert coach.place == before
        coach.echo.wait(coach.place.routine_left / 1000 + 1)
        assert coach.echo.player.activity is Activity.FINISHED

    def test_a_database_that_comes_back(self):
        """What the store missed is taken from the player when it is back."""
        store = Unreachable()
        coach = Coach(store)
        coach.ask("to start the post run stretch")
        coach.wait_for(2, 10)
        store.away = False
        assert "20 seconds" in coach.ask("how long is left").speech
        assert coach.remembered.session.progress.bookmark.step == 2
        coach.echo.wait(coach.place.routine_left / 1000 + 1)
        assert len(coach.remembered.history) == 1

    def test_a_corrupt_record(self, holding):
        """A record that cannot be read is kept aside, the runner is told, and coached on."""
        key, stored = next(iter(holding.store.documents()))
        holding.store.save(key, b'{"format":1,"phase":"flying"}', stored.version)
        heard = holding.ask("where am i")
        assert "start fresh" in heard.speech
        assert "lying figure four, left side" in heard.speech
        assert list(holding.store.kept_aside.values()) == [b'{"format":1,"phase":"flying"}']
        assert "start fresh" not in holding.ask("where am i").speech

    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def test_events_that_are_lost_doubled_late_and_disordered(self, data):
        """However the player's events arrive, the runner stays where they asked to be."""
        coach = Coach()
        delays = st.lists(st.floats(0, 30), max_size=3)
        coach.echo.delivery = lambda _: data.draw(delays)
        coach.ask("to start the post run stretch")
        for _ in range(data.draw(st.integers(1, 6))):
            coach.echo.wait(data.draw(st.integers(0, 40)))
            if coach.echo.player.activity is not Activity.PLAYING:
                break
            command = data.draw(st.sampled_from(["next", "previous", "repeat", "ask", "pause"]))
            steps = len(coach.timeline.plan.steps)
            step, left = coach.place.step.index, coach.place.work_left
            match command:
                case "next":
                    coach.say("next")
                    if step + 1 == steps:
                        break
                    assert coach.place.step.index == step + 1
                case "previous":
                    coach.say("previous")
                    assert coach.place.step.index == max(step - 1, 0)
                case "repeat":
                    coach.say("repeat")
                    assert coach.echo.player.offset == coach.timeline.entry(step)
                case "ask":
                    coach.ask("how long is left")
                    assert coach.place.work_left == left
                case "pause":
                    coach.say("pause")
                    coach.echo.wait(data.draw(st.integers(0, 40)))
                    coach.say("resume")
                    assert coach.place.step.index == step
                    assert abs(coach.place.work_left - left) <= 1_000


class TestPain:
    @pytest.mark.parametrize("words", ["it hurts", "ouch", "my knee hurts", "i feel a sharp pain"])
    def test_it_hurts(self, holding, words):
        """Pain stops the guide at once, and only a yes goes on, with another movement."""
        heard = holding.ask(words)
        assert holding.echo.player.activity is Activity.STOPPED
        assert "ease out" in heard.speech.lower()
        assert heard.mic_open
        holding.say("yes")
        assert holding.spot == "pigeon left"

    def test_no_answer_leaves_it_stopped(self, holding):
        """Without an answer nothing goes on by itself, and the place is kept."""
        holding.ask("that hurts")
        holding.echo.say_nothing()
        assert holding.echo.player.activity is Activity.STOPPED
        assert holding.remembered.session.phase is Phase.PAUSED

    def test_the_easier_form(self, holding):
        """Asked for something easier, the coach tells the easier form and the hold goes on."""
        heard = holding.ask("is there an easier version")
        assert "foot on the floor" in heard.speech
        assert holding.echo.player.activity is Activity.PLAYING
