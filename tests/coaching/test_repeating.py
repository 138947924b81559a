"""Commands that are sent again, since their answer was lost."""

from datetime import timedelta
from itertools import product

import pytest

from skill.coaching import events
from skill.coaching.moments import Moment
from skill.coaching.movements import SECOND, Side
from skill.coaching.outcomes import Play, PlayClip, StopPlaying
from skill.coaching.plans import Choices
from skill.coaching.repeating import KEPT, SAFE
from skill.coaching.runner import Phase, Question, Runner, StateError
from skill.coaching.session import advance
from skill.coaching.values import replace
from tests.coaching.scenes import CATALOGUE, EVENTS, NOW, REPERTOIRE, moment, runner

LATER = NOW + timedelta(seconds=9)
SAFETY = {
    "care",
    "feels-wrong",
    "emergency",
    "crisis",
    "ask-first",
    "it-hurts",
    "easier",
    "if-it-stays",
}
ASIDES = ("Help", "HowLongLeft", "HowTo", "Launch", "ListRoutines", "MySettings", "ForgetMe")


def scene(phase: Phase, asked: Question | None = None, *, step: int = 1) -> Runner | None:
    """Return a runner who may stand so, and be asked that; None if nobody can."""
    if phase is Phase.STEPPING:
        asked = asked or Question.NEXT_STEP
    try:
        return replace(runner(phase, asked, step=step), waits=phase is Phase.STEPPING)
    except StateError:
        return None


def is_safe(name: str) -> bool:
    return isinstance(EVENTS[name], SAFE)


SCENES = [found for at in product(Phase, [None, *Question]) if (found := scene(*at))]


def named(value: object) -> str:
    """Name a case by what it is."""
    if isinstance(value, Runner):
        return f"{value.session.phase}-{value.session.asked}"
    return type(value).__name__


def sent(before: Runner, event, id_="an-id", *, now=NOW):
    """Let a page's command happen, which tells of no player."""
    at = Moment(now, can_voice=False, command_id=id_)
    return advance(before, event, at, REPERTOIRE)


def assert_done_once(before: Runner, event):
    """Send a command twice; it leads where it led the first time, and says what must be heard."""
    first = sent(before, event)
    again = sent(first.runner, event, now=LATER)
    assert standing(again.runner) == standing(first.runner)
    if isinstance(first.player, Play | PlayClip):
        assert type(again.player) is type(first.player)
        assert again.runner.session.progress.bookmark == first.runner.session.progress.bookmark
    else:
        assert not isinstance(again.player, Play | PlayClip)
        assert (again.player or first.player) == (first.player or again.player)
    if isinstance(first.player, StopPlaying):
        assert isinstance(again.player, StopPlaying)
    assert (again.ask and again.ask.question) == (first.ask and first.ask.question)
    assert safety(first) <= {line.id for line in again.lines}
    return first, again


def standing(after: Runner):
    """Return all that a command may change, but for how it is worded, and how far a guide is."""
    session, progress = after.session, after.session.progress
    place = progress and (progress.plan_id, progress.bookmark)
    if session.phase is Phase.PLAYING:
        place = progress.plan_id
    wishes = after.choices, after.waits, after.former, after.proposed
    return session.phase, session.asked, place, wishes, after.history, after.cautioned


def safety(outcome):
    return {line.id for line in outcome.lines} & SAFETY


@pytest.mark.parametrize(
    ("event", "phase"),
    [
        (events.NextStep(), Phase.PLAYING),
        (events.PreviousStep(), Phase.PAUSED),
        (events.HoldLonger(), Phase.PLAYING),
        (events.HoldLonger(), Phase.PAUSED),
        (events.HoldLonger(), Phase.STEPPING),
        (events.HoldLonger(), Phase.IDLE),
        (events.SkipForToday(CATALOGUE.movements["pigeon"]), Phase.PAUSED),
        (events.SkipForToday(CATALOGUE.movements["pigeon"]), Phase.STEPPING),
        (events.SkipForGood(), Phase.PLAYING),
        (events.SkipForGood(), Phase.STEPPING),
        (events.UsualSettings(), Phase.STEPPING),
        (events.TighterSide(Side.LEFT), Phase.STEPPING),
        (events.Undo(), Phase.PLAYING),
        (events.WaitForMe(), Phase.PLAYING),
        (events.RunOn(), Phase.STEPPING),
        (events.NextStep(), Phase.STEPPING),
        (events.StartRoutine(CATALOGUE.routines["desk"]), Phase.IDLE),
    ],
)
def test_done_once(event, phase):
    """Place, plan and wishes are after the second time what they were after the first."""
    before = sent(scene(phase), events.CountSlower(), "before").runner
    if phase is not Phase.PLAYING or not isinstance(event, events.Undo):
        before = replace(before, former=None)
    first, _ = assert_done_once(before, event)
    assert any(note.startswith("an-id") for note in first.runner.done)


@pytest.mark.parametrize("before", SCENES, ids=named)
@pytest.mark.parametrize("answer", [events.Yes(), events.No()], ids=named)
def test_an_answer_answers_one_question(before, answer):
    """Yes and no are about the question that was open when they were first heard."""
    if (before.session.asked, answer) != (Question.FORGET_ME, events.Yes()):  # nothing is left
        assert_done_once(before, answer)


@pytest.mark.parametrize("answer", [events.Yes(), events.EasierForm()], ids=named)
def test_an_end_for_pain(answer):
    """What was said about pain as the last movement was left out is said again."""
    last = len(REPERTOIRE.timeline("post-run").spans) - 1
    before = scene(Phase.PAUSED, Question.SKIP_IT, step=last)
    assert_done_once(before, answer)


@pytest.mark.parametrize("name", [*ASIDES, *(name for name in EVENTS if is_safe(name))])
def test_what_is_safe_happens_again(name):
    """What stops, and what only asks, does and says the same a second time, and is not noted."""
    for before in SCENES:
        first, again = assert_done_once(before, EVENTS[name])
        assert first.runner.done == ()
        if name != "Pause":  # which says then that it is paused still
            assert [line.id for line in again.lines] == [line.id for line in first.lines]


@pytest.mark.parametrize("name", [name for name in EVENTS if "Answered" not in name])
def test_nothing_is_done_twice(name):
    """Whatever it is and whenever, it leads where it led the first time."""
    for before in SCENES:
        if (before.session.asked, name) != (Question.FORGET_ME, "Yes"):
            assert_done_once(before, EVENTS[name])


def test_a_time_that_was_an_answer():
    """Thirty seconds for a hold are not, once more, a routine of thirty seconds."""
    before = replace(scene(Phase.IDLE, Question.HOLD_SECONDS), choices=Choices(hold_seconds=30))
    assert_done_once(before, events.FitTime(time=30 * SECOND))


def test_the_care_line_and_what_went_wrong():
    """What the coach says but once is not lost with an answer, and not said a third time."""
    before = Runner(untold=("state-lost",))
    for event in (events.Launch(), events.StartRoutine(CATALOGUE.routines["desk"])):
        first, again = assert_done_once(before, event)
        for outcome in (first, again):
            assert [line.id for line in outcome.lines].count("care") == 1
            assert outcome.lines[0].id == "state-lost"
        after = sent(again.runner, events.Launch(), "another-id")
        assert not {"care", "state-lost"} & {line.id for line in after.lines}


def test_what_was_said_is_said_again():
    """Words that need no values are noted with the id, and said as if for the first time."""
    first, again = assert_done_once(scene(Phase.STEPPING), events.UsualSettings())
    assert [line.id for line in first.lines] == [line.id for line in again.lines]
    assert first.runner.done == ("an-id settings-usual",)


@pytest.mark.parametrize(
    ("before", "player"),
    [
        (scene(Phase.PLAYING), Play),
        (scene(Phase.PAUSED), StopPlaying),
        (scene(Phase.STEPPING), PlayClip),
        (scene(Phase.IDLE), StopPlaying),
    ],
)
def test_the_player_is_brought_to_where_the_runner_is(before, player):
    """What the lost answer has played is played, unless another page has stopped it since."""
    done = replace(before, done=("an-id played",))
    assert isinstance(sent(done, events.NextStep(), now=LATER).player, player)


@pytest.mark.parametrize("before", [scene(Phase.PLAYING), scene(Phase.STEPPING)])
def test_a_note_of_another_release(before):
    """An id alone, or a line that is no more, tells that a command is done, and starts nothing."""
    for note in ("an-id", "an-id a-line-that-is-no-more"):
        again = sent(replace(before, done=(note,)), events.NextStep(), now=LATER)
        assert again.player is None
        assert standing(again.runner) == standing(before)


def test_what_only_asks_is_answered_anew():
    """A question does nothing, so it needs no id, and gets its answer a second time."""
    first = sent(runner(Phase.PLAYING), events.HowLongLeft())
    again = sent(first.runner, events.HowLongLeft())
    assert first.runner.done == ()
    assert [line.id for line in again.lines] == [line.id for line in first.lines]


def test_only_the_last_ids_are_kept():
    """The record grows by a few ids, and by none where no sender gives any."""
    after = runner(Phase.PLAYING)
    for number in range(3 * KEPT):
        after = sent(after, events.Repeat(), f"id-{number // 2}").runner
    assert after.done == tuple(f"id-{3 * KEPT // 2 - n} played" for n in range(KEPT, 0, -1))
    spoken = advance(after, events.Repeat(), moment(Phase.PLAYING), REPERTOIRE).runner
    assert spoken.done == after.done
