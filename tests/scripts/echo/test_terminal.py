import io

import pytest

from scripts.echo.guidebook import Guidebook
from scripts.echo.terminal import Terminal
from skill.coaching.cues import CueSheet, every_line
from skill.coaching.repertoire import Repertoire
from skill.content.wording import load_wording
from tests.scripts.echo.scripted_skill import (
    GUIDE,
    LENGTHS,
    ScriptedSkill,
    asked,
    directives,
    echo_of,
    play,
    told,
)

WORDING = load_wording("en-US")
SHEET = CueSheet(dict.fromkeys(every_line(WORDING.catalogue), (1_200,)))
BOOK = Guidebook(Repertoire(WORDING.catalogue, SHEET, "1"), WORDING)


def terminal_of(rules, guidebook=BOOK):
    out = io.StringIO()
    return Terminal(echo_of(ScriptedSkill(rules)), guidebook, out), out


def test_an_illegal_answer_is_shown_with_its_rule_and_remembered():
    """A skill that Alexa would refuse does not end the talk, but leaves its mark."""
    terminal, out = terminal_of({"LaunchRequest": told("Shall we?")})
    terminal.obey("open glute coach")
    assert "Alexa would refuse this answer: a question was asked" in out.getvalue()
    assert terminal.troubled


def test_an_answer_without_words_is_a_silence():
    """Nothing said and nothing done is written down as such."""
    terminal, out = terminal_of({"LaunchRequest": {"shouldEndSession": True}})
    terminal.obey("open glute coach")
    assert out.getvalue() == "     -  Silence.\n"


def test_time_that_passes_by_itself_tells_every_beat_and_leaves_the_prompt_in_place():
    """Each beat is written over the waiting prompt, which comes again after it."""
    terminal, out = terminal_of({"StartRoutineIntent": told("Go.", play())})
    terminal.obey("ask glute coach to start pre-run")
    terminal.prompt()
    before = len(out.getvalue())
    for _ in range(40):
        terminal.tick(0.25)
    first, *others = out.getvalue()[before:].splitlines()
    assert first == ""
    assert "Heel bridge                      comes now      for 12 reps" in others[0]
    assert others[1] == "   You  "
    assert terminal.troubled is False


def test_a_guide_that_ends_by_itself_says_so_once():
    """The end is told when it comes, and not again."""
    terminal, out = terminal_of({"StartRoutineIntent": told("Go.", play(offset=59_500))})
    terminal.obey("ask glute coach to start pre-run")
    terminal.prompt()
    terminal.tick(1)
    terminal.tick(1)
    terminal.obey("")
    assert out.getvalue().count("The guide has ended.") == 1


def test_a_stream_that_takes_anothers_place_by_itself_is_shown():
    """What starts without a word being typed is written down too."""
    enqueued = play("two", url=GUIDE, behavior="ENQUEUE", expectedPreviousToken="one")
    terminal, out = terminal_of(
        {
            "StartRoutineIntent": told("Go.", play()),
            "AudioPlayer.PlaybackNearlyFinished": [directives(enqueued), {}],
        }
    )
    terminal.obey("ask glute coach to start pre-run")
    terminal.prompt()
    terminal.tick(LENGTHS[GUIDE] / 1000 + 1)
    assert out.getvalue().count("/guides/pre-run.mp3 from 0:00 of 1:00") == 2


def test_no_time_passes_while_alexa_listens():
    """Typing is slower than speaking: the microphone waits for it."""
    terminal, out = terminal_of({"LaunchRequest": asked()})
    terminal.obey("open glute coach")
    terminal.tick(60)
    assert out.getvalue().endswith("Alexa is listening.\n")


@pytest.mark.parametrize(
    "url",
    [
        "https://coach.example/guides/pre-run.mp3?v=2",
        "https://coach.example/guides/pre-run.mp3",
        "https://coach.example/guides/tea-break.mp3?v=1",
        "https://coach.example/other.mp3?v=1",
    ],
)
def test_what_is_no_guide_of_this_recording_is_left_alone(url):
    """Another recording has other times, so nothing is said about it."""
    assert BOOK.timeline(url) is None
    assert BOOK.step(url) == ""


def test_a_clip_is_named_by_its_step():
    """The step's number in a clip's address stands for movement and side."""
    assert BOOK.step("https://coach.example/guides/pre-run/1.mp3?v=1") == "clam, left side"
    assert BOOK.step("https://coach.example/guides/pre-run/99.mp3?v=1") == ""
    assert BOOK.step("https://coach.example/guides/pre-run.mp3?v=1") == ""


def test_a_guide_at_hand_is_told_to_the_second():
    """Work counts down while it lasts; before it, the whole of it is announced."""
    timeline = BOOK.timeline("https://coach.example/guides/post-run_h45.mp3?v=1")
    begin = timeline.spans[0].begin
    working = BOOK.describe(timeline.at(begin + 5_001), silent=False)
    waiting = BOOK.describe(timeline.at(begin - 1_000), silent=True)
    released = BOOK.describe(timeline.at(timeline.spans[0].release), silent=False)
    assert working.startswith("Lying figure four, left side")
    assert " begin          40 s left " in working
    assert " (silent)       for 45 s " in waiting
    assert " release                      " in released
