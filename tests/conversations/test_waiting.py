"""Dialogues about who waits for whom: "wait for me", "run on", breaks, silence."""

from urllib.parse import parse_qs, urlsplit

import pytest

from skill.coaching.movements import Side
from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question
from tests.simulators.coach import Coach


def step_and_start(clip) -> tuple[str, int | None]:
    """Read off a clip's address which step it is, and from which offset."""
    parts = urlsplit(clip.url)
    start = parse_qs(parts.query).get("from")
    return parts.path.rpartition("/")[2], int(start[0]) if start else None


class TestWaitForMe:
    def test_in_the_middle_of_a_hold(self, holding):
        """The rest of the hold comes as a clip that starts at its second, then the question."""
        offset, left = holding.echo.player.offset, holding.place.work_left
        heard = holding.tell("wait for me")
        (clip,) = heard.clips
        assert step_and_start(clip) == ("0.mp3", offset)
        assert left <= clip.length <= left + 10_000
        assert heard.mic_open
        assert "lying figure four, right side" in heard.speech
        assert not holding.plays
        assert holding.remembered.waits
        assert holding.remembered.session.phase is Phase.STEPPING

    def test_it_lasts(self, holding):
        """The next routine is one step at a time, in another process as well."""
        holding.tell("wait for me")
        holding.say("stop")
        holding.restart()
        heard = holding.tell("start the daily five")
        assert [step_and_start(clip) for clip in heard.clips] == [("0.mp3", None)]
        assert heard.mic_open

    def test_everything_without_the_name(self, waited_for):
        """In the open session every command works without the skill's name."""
        for words in ("which side", "how long is left", "no countdown", "less talking", "help"):
            assert waited_for.say(words).mic_open
        assert waited_for.kept.step.index == 0

    def test_before_anything_is_started(self, coach):
        """Said first, it is noted, and one question asked."""
        heard = coach.tell("wait for me")
        assert heard.mic_open
        assert coach.remembered.waits
        heard = coach.say("desk break")
        assert len(heard.clips) == 1

    def test_while_paused(self, holding):
        """Said while the routine waits, resume goes on at the second, and waits after it."""
        offset = holding.echo.player.offset
        holding.tell("pause")
        holding.tell("wait for me")
        heard = holding.tell("resume")
        (clip,) = heard.clips
        assert step_and_start(clip) == ("0.mp3", offset)
        assert heard.mic_open

    def test_what_played_before_has_no_say(self, holding):
        """Having gone back by clips, the place is not where the guide had stopped long ago."""
        holding.wait_for(3, 5)
        holding.tell("wait for me")
        holding.say("previous")
        assert holding.kept.step.index == 2
        holding.say("stop")
        holding.tell("where am i")
        assert holding.kept.step.index == 2

    def test_a_button_that_plays_nothing(self, holding):
        """A button cannot be answered with a clip, so it leaves the place alone."""
        holding.tell("wait for me")
        holding.say("stop")
        before = holding.kept
        for button in ("next", "play", "previous"):
            holding.echo.press(button)
            assert holding.kept == before
            assert not holding.plays


class TestRunOn:
    def test_step_by_step(self, waited_for):
        """The next step begins the guide, which runs on by itself, with the session closed."""
        heard = waited_for.say("run on")
        assert heard.played.offset == waited_for.timeline.spans[1].start
        assert not heard.mic_open
        assert waited_for.spot == "lying-figure-four right"
        assert not waited_for.remembered.waits
        waited_for.echo.wait(waited_for.place.routine_left / 1000 + 1)
        assert [done.plan_id for done in waited_for.remembered.history] == ["post-run"]

    def test_there_and_back_again(self, holding):
        """From the guide to clips and back, no side is missed and none is done twice."""
        holding.tell("wait for me")
        holding.say("yes")
        assert holding.kept.step.side is Side.RIGHT
        holding.say("run on")
        assert holding.spot == "pigeon left"
        assert holding.echo.player.offset == holding.timeline.spans[2].start

    def test_after_the_last_step(self, waited_for):
        """With no step to come the question stays; yes ends the routine, which is remembered."""
        for _ in range(3):
            waited_for.say("yes")
        heard = waited_for.say("run on")
        assert heard.mic_open
        waited_for.say("yes")
        assert len(waited_for.remembered.history) == 1

    def test_where_the_device_cannot(self, without_player):
        """A device that plays no long audio says so, and goes on waiting."""
        heard = without_player.say("run on")
        assert heard.mic_open
        assert not heard.clips
        assert "device" in heard.speech
        assert without_player.kept.step.index == 0

    def test_what_runs_on_already(self, holding):
        """Said while the guide runs on anyway, it costs the hold nothing."""
        heard = holding.tell("run on")
        assert heard.played is None
        assert holding.plays
        assert holding.second == 12


class TestBreaks:
    @pytest.mark.parametrize("words", ["i need a break", "hang on", "hang on a second", "pause"])
    def test_on_a_speaker(self, holding, words):
        """A break stops the guide; ten minutes later it goes on at the second."""
        heard = holding.tell(words)
        assert not heard.mic_open
        assert not holding.plays
        holding.echo.wait(600)
        holding.tell("i'm back")
        assert (holding.spot, holding.second) == ("lying-figure-four left", 12)
        assert holding.plays

    @pytest.mark.parametrize("words", ["i need a break", "hang on", "pause"])
    def test_step_by_step(self, stepping, words):
        """A break ends the session, with the place kept; coming back offers to go on there."""
        heard = stepping.say(words)
        assert not heard.mic_open
        assert "lying figure four, left side" in heard.speech
        assert not {"goodbye", "see", "visit"} & set(heard.speech.lower().split())
        assert stepping.remembered.session.phase is Phase.PAUSED
        stepping.echo.wait(600)
        heard = stepping.say("open glute coach")
        assert "lying figure four, left side" in heard.speech
        heard = stepping.say("yes")
        assert step_and_start(heard.clips[0])[0] == "0.mp3"


class TestSilence:
    def test_the_place_is_kept(self, stepping):
        """The step was heard to its end, so the place is the beginning of the next one."""
        stepping.echo.say_nothing()
        assert not stepping.echo.mic_open
        assert stepping.remembered.session.phase is Phase.PAUSED
        assert (stepping.kept.step.index, stepping.kept.work_left) == (1, 30_000)
        heard = stepping.say("open glute coach")
        assert "lying figure four, right side" in heard.speech
        assert step_and_start(stepping.say("yes").clips[0])[0] == "1.mp3"

    def test_asked_once_more(self, stepping):
        """Before the session ends the question is put once more, and a yes to that counts."""
        listened = stepping.echo.events[-1].answer["response"]["reprompt"]
        assert listened["outputSpeech"]["ssml"]
        clip = stepping.repertoire.timeline("post-run").spans[0]
        stepping.echo.wait((clip.end - clip.start) / 1000 + 10)
        assert stepping.echo.mic_open
        stepping.say("yes")
        assert stepping.kept.step.index == 1

    def test_after_the_last_step(self, stepping):
        """Silence after the last step counts the routine: it was heard to its end."""
        for _ in range(3):
            stepping.say("yes")
        stepping.echo.say_nothing()
        assert [done.plan_id for done in stepping.remembered.history] == ["post-run"]
        assert stepping.remembered.session.phase is Phase.IDLE

    @pytest.mark.parametrize("word", ["exit", "pause", "stop"])
    @pytest.mark.parametrize(("seconds", "kept"), [(0, 1), (20, 1), (52, 2)])
    def test_leaving(self, stepping, word, seconds, kept):
        """Who cuts a step short does it again, and who had the time to hear all of it does not."""
        stepping.say("yes")
        span = stepping.repertoire.timeline("post-run").spans[1]
        assert 40 < (span.release - span.start) / 1000 < 50
        stepping.echo.wait(seconds)
        stepping.say(word)
        assert stepping.kept.step.index == kept
        assert stepping.remembered.session.phase is Phase.PAUSED

    def test_a_step_that_was_cut_short_is_not_heard_later(self, stepping):
        """Whoever asks something in the middle has ended it, however much time passes then."""
        stepping.say("yes")
        stepping.echo.wait(10)
        stepping.say("where am i")
        stepping.echo.wait(60)
        stepping.ask("pause")
        assert stepping.kept.step.index == 1

    @pytest.mark.parametrize("words", ["i fell", "i am pregnant"])
    def test_stopped_in_the_middle_for_good_reason(self, stepping, words):
        """The step that was cut short is kept, and not left out."""
        stepping.say("yes")
        stepping.echo.wait(10)
        stepping.say(words)
        assert stepping.kept.step.index == 1
        assert stepping.kept.offset == stepping.repertoire.timeline("post-run").spans[1].start

    def test_a_question_in_the_middle(self, stepping):
        """A question left open between two steps loses nothing either."""
        stepping.mean("HoldForIntent")
        stepping.echo.say_nothing()
        assert stepping.remembered.choices == Choices()
        assert stepping.kept.step.index in {0, 1}
        assert stepping.remembered.session.phase is Phase.PAUSED


class TestTwoDevices:
    def test_from_step_by_step_to_a_speaker(self, without_player):
        """Begun where there is no player, it runs on at the same step on a speaker."""
        without_player.say("yes")
        without_player.say("stop")
        speaker = Coach(without_player.store, clock=without_player.echo.clock)
        speaker.tell("resume")
        assert speaker.spot == "lying-figure-four right"
        assert speaker.plays
        assert not speaker.remembered.waits

    def test_from_a_speaker_to_step_by_step(self, holding):
        """Begun on a speaker it goes on step by step where there is none, at the same second."""
        holding.tell("pause")
        offset = holding.echo.player.offset
        office = Coach(
            holding.store,
            type(holding.echo.device)(device_id="OFFICE", has_audio_player=False),
            holding.echo.clock,
        )
        heard = office.tell("resume")
        assert step_and_start(heard.clips[0]) == ("0.mp3", offset)
        assert office.remembered.session.asked is Question.NEXT_STEP
