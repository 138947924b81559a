"""Dialogues that only ask: "which side", "how many left", "what was that", "how was my week"."""

import pytest

from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Question

DAY = 86_400


class TestWhereWeAre:
    @pytest.mark.parametrize(
        ("question", "answers"),
        [
            ("where were we", ["lying figure four, left side", "18 seconds"]),
            ("which side", ["left side"]),
            ("which side is this", ["left side"]),
            ("how many left", ["18 seconds", "1 movement"]),
            ("last one", ["No", "right side"]),
            ("is this the last one", ["No", "right side"]),
            ("how long left", ["18 seconds"]),
        ],
    )
    def test_in_a_hold(self, holding, question, answers):
        """The answer is right, nothing is asked, and the hold goes on at its second."""
        heard = holding.tell(question)
        assert all(answer.lower() in heard.speech.lower() for answer in answers), heard.speech
        assert not heard.mic_open
        assert not heard.directives
        assert holding.plays
        assert (holding.spot, holding.second) == ("lying-figure-four left", 12)

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("which side", "left side"),
            ("how do i do this", "your left ankle"),
            ("what was that", "I said"),
            ("repeat", "Back to the lying figure four"),
        ],
    )
    def test_with_the_record_lost(self, holding, words, told):
        """What plays is known from the player, whatever became of the runner's record."""
        for key, stored in holding.store.documents():
            holding.store.delete(key, stored.version)
        heard = holding.tell(words)
        assert told in heard.speech
        assert holding.plays

    def test_in_a_set(self, bridging):
        """In a set the repetitions are counted, and the movements after it."""
        heard = bridging.tell("how many left")
        assert "8 repetitions" in heard.speech
        assert "4 movements" in heard.speech

    @pytest.mark.parametrize(
        ("step", "rest"),
        [
            (0, "2 more sets"),
            (3, "the other side and 1 more set"),
            (4, "1 more set"),
            (5, "the other side"),
        ],
    )
    def test_what_is_left_of_this_movement(self, coach, step, rest):
        """Its other side and other sets are told as well, and not only what comes after them."""
        coach.tell("start the strength session")
        coach.wait_for(step, 3)
        said = coach.tell("how many left").speech
        assert f"{rest}." in said or f"{rest} still" in said

    def test_nothing_is_left_of_this_movement(self, holding):
        """On its last side and set nobody speaks of another."""
        holding.wait_for(1, 3)
        assert "this one" not in holding.tell("how many left").speech

    def test_both_sides_at_once(self, bridging):
        """Where both sides work at once there is no side to tell, and the coach says that."""
        heard = bridging.tell("which side")
        assert "both" in heard.speech

    def test_the_other_side(self, holding):
        """On the right side the answer is the right side."""
        holding.wait_for(1, 3)
        assert "right side" in holding.tell("which side").speech
        assert "left side" not in holding.tell("which side").speech

    def test_in_the_last_one(self, holding):
        """On the last side of the last movement the answer is yes."""
        holding.wait_for(2, 3)
        heard = holding.tell("is this the last one")
        assert "right side" in heard.speech
        holding.wait_for(3, 3)
        heard = holding.tell("is this the last one")
        assert "No" not in heard.speech.split()
        assert "last movement" in holding.tell("how many left").speech

    def test_after_a_break(self, holding):
        """Asked while it waits, the answer is the same, and it goes on waiting."""
        holding.tell("hang on")
        holding.echo.wait(600)
        heard = holding.tell("where were we")
        assert "lying figure four, left side" in heard.speech
        assert not holding.plays
        assert holding.remembered.session.phase is Phase.PAUSED

    @pytest.mark.parametrize(
        "question", ["where were we", "which side", "how many left", "is this the last one"]
    )
    def test_with_nothing_under_way(self, coach, question):
        """With nothing under way the coach says so, and asks for a routine."""
        heard = coach.tell(question)
        assert heard.mic_open
        assert coach.remembered.session.asked is Question.WHICH_ROUTINE

    @pytest.mark.parametrize(
        "question", ["where were we", "which side", "how many left", "is this the last one"]
    )
    def test_step_by_step(self, stepping, question):
        """One step at a time the answer comes first, then the same question again."""
        heard = stepping.say(question)
        assert heard.mic_open
        assert not heard.clips
        assert stepping.kept.step.index == 0
        assert stepping.remembered.session.asked is Question.NEXT_STEP
        stepping.say("yes")
        assert stepping.kept.step.index == 1


class TestWhatWasThat:
    def test_what_the_guide_said(self, holding):
        """What the guide said last is said again, and the hold goes on at its second."""
        said = holding.timeline.heard_by(holding.echo.player.offset)
        heard = holding.tell("what was that")
        assert holding.wording.script()[said.id].text.rstrip(".,") in heard.speech
        assert (holding.spot, holding.second) == ("lying-figure-four left", 12)
        assert holding.plays

    def test_the_name_of_the_movement(self, coach):
        """Just after the announcement it is the name and the side."""
        coach.tell("start the post run stretch")
        name = next(
            sound for sound in coach.timeline.sounds if sound.cue.id.startswith("name/lying")
        )
        coach.echo.wait((name.end - coach.echo.player.offset) / 1000)
        assert "lying figure four, left side" in coach.tell("what did you say").speech.lower()

    def test_a_question_is_put_again(self, coach):
        """What the coach has asked is asked again."""
        coach.say("open glute coach")
        heard = coach.say("what was that")
        assert heard.mic_open
        assert coach.remembered.session.asked is Question.WHICH_ROUTINE

    def test_step_by_step(self, stepping):
        """One step at a time, too."""
        heard = stepping.say("what was that")
        assert "lying figure four, right side" in heard.speech
        assert stepping.remembered.session.asked is Question.NEXT_STEP


class TestHistory:
    def finish(self, coach, routine: str) -> None:
        coach.tell(f"start the {routine}")
        coach.echo.wait(coach.timeline.duration / 1000 + 1)

    def test_nothing_yet(self, coach):
        """Who has done nothing hears that, and is asked for a routine."""
        for question in ("how did i do this week", "when did i last stretch"):
            heard = coach.tell(question)
            assert heard.mic_open
            assert not coach.remembered.history

    def test_the_last_seven_days(self, coach):
        """Sessions and days of the last seven are counted; older ones are not."""
        self.finish(coach, "desk break")
        coach.echo.wait(6 * DAY)
        self.finish(coach, "post run stretch")
        self.finish(coach, "desk break")
        heard = coach.tell("how did i do this week")
        assert "3 sessions" in heard.speech
        assert "2 days" in heard.speech
        coach.say("stop")
        coach.echo.wait(2 * DAY)
        heard = coach.tell("how did i do this week")
        assert "2 sessions" in heard.speech
        assert "1 day" in heard.speech

    def test_in_another_process(self, coach):
        """History outlives the process."""
        self.finish(coach, "desk break")
        coach.restart()
        assert "1 session" in coach.tell("how did i do this week").speech

    def test_the_last_time(self, coach):
        """The last routine is told, and how long ago it was."""
        self.finish(coach, "post run stretch")
        coach.echo.wait(2 * DAY)
        heard = coach.tell("when did i last stretch")
        assert "post-run stretch" in heard.speech
        assert "2 days ago" in heard.speech

    def test_in_the_middle_of_a_hold(self, holding):
        """Asked in a hold, it costs the hold nothing."""
        for question in ("how did i do this week", "when did i last stretch"):
            heard = holding.tell(question)
            assert not heard.mic_open
            assert holding.second == 12
            assert holding.plays


class TestSettings:
    def test_nothing_set(self, holding):
        """Who has set nothing hears that, and the hold goes on."""
        heard = holding.tell("what are my settings")
        assert heard.speech
        assert holding.second == 12
        assert holding.plays

    def test_what_was_asked_for(self, holding):
        """All that was asked for is told, in any process."""
        for wish in (
            "hold it longer",
            "count slower",
            "my left side is tighter",
            "i have no band",
            "less talking",
            "no countdown",
            "soft sound",
            "never do the clam again",
        ):
            holding.tell(wish)
        holding.restart()
        heard = holding.tell("what are my settings")
        for told in (
            *("40-second holds", "5 seconds a repetition", "left", "band", "brief"),
            *("countdown", "soft sound", "clam"),
        ):
            assert told in heard.speech
        assert holding.second == 12
        holding.tell("wait for me")
        assert "wait" in holding.say("what are my settings").speech

    def test_back_to_usual(self, holding):
        """Everything as usual again takes all of it back, waiting too."""
        holding.tell("hold it longer")
        holding.tell("usual settings")
        assert holding.remembered.choices == Choices()
        assert holding.second == 12
        assert holding.left == 18


class TestWhatIsNeeded:
    def test_before_starting(self, coach):
        """Of all routines together, or of the one that is named."""
        assert "a band, a chair and a mat" in coach.tell("do i need a band").speech
        said = coach.tell("what equipment do i need for the desk break").speech
        assert "a chair" in said
        assert "mat" not in said

    def test_of_this_routine(self, holding):
        """While one plays it is that one, and it plays on."""
        assert "a mat" in holding.tell("do i need a band").speech
        assert holding.plays

    def test_of_one_with_nothing_left(self, coach):
        """Nobody is told that they need nothing for what they cannot do at all."""
        for lacking in ("no mat", "no chair", "no kneeling"):
            coach.tell(lacking)
        for movement in ("standing figure four", "seated figure four"):
            coach.tell(f"never do the {movement} again")
        said = coach.tell("what equipment do i need for the desk break").speech
        assert "need nothing" not in said
        assert "no equipment" not in said
