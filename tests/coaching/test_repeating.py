"""Commands that are sent again, since their answer was lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from skill.coaching import events
from skill.coaching.events import Moment
from skill.coaching.outcomes import Play, PlayClip, StopPlaying
from skill.coaching.repeating import KEPT
from skill.coaching.runner import Phase, Question, Runner
from skill.coaching.session import advance
from tests.coaching.scenes import CATALOGUE, NOW, REPERTOIRE, moment, runner

LATER = NOW + timedelta(seconds=9)


def sent(before: Runner, event, id_="an-id", *, now=NOW):
    """Let a page's command happen, which tells of no player."""
    at = Moment(now, can_voice=False, command_id=id_)
    return advance(before, event, at, REPERTOIRE)


@pytest.mark.parametrize(
    ("event", "phase"),
    [
        (events.NextStep(), Phase.PLAYING),
        (events.PreviousStep(), Phase.PAUSED),
        (events.HoldLonger(), Phase.PLAYING),
        (events.HoldLonger(), Phase.IDLE),
        (events.SkipForToday(CATALOGUE.movements["pigeon"]), Phase.PAUSED),
        (events.Undo(), Phase.PLAYING),
        (events.Pause(), Phase.PLAYING),
        (events.ItHurts(), Phase.PLAYING),
        (events.WaitForMe(), Phase.PLAYING),
        (events.NextStep(), Phase.STEPPING),
    ],
)
def test_done_once(event, phase):
    """Place, plan and wishes are after the second time what they were after the first."""
    before = sent(runner(phase), events.CountSlower(), "before").runner
    if phase is Phase.STEPPING:
        before = replace(before, waits=True)
    first = sent(before, event)
    again = sent(first.runner, event, now=LATER)
    assert "an-id" in first.runner.done
    assert again.lines or again.ask or again.player
    for after in (first.runner, again.runner):
        assert after.choices == first.runner.choices
        assert after.waits == first.runner.waits
        assert after.session.phase is first.runner.session.phase
        if progress := after.session.progress:
            assert progress.plan_id == first.runner.session.progress.plan_id
            assert progress.bookmark == first.runner.session.progress.bookmark


@pytest.mark.parametrize(
    ("before", "player"),
    [
        (runner(Phase.PLAYING), Play),
        (runner(Phase.PAUSED), StopPlaying),
        (runner(Phase.PAUSED, Question.SKIP_IT), StopPlaying),
        (replace(runner(Phase.STEPPING), waits=True), PlayClip),
    ],
)
def test_the_player_is_brought_to_where_the_runner_is(before, player):
    """Whatever the lost answer was to play or to stop, this one does."""
    done = replace(before, done=("an-id",))
    assert isinstance(sent(done, events.NextStep(), now=LATER).player, player)


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
    assert after.done == tuple(f"id-{3 * KEPT // 2 - n}" for n in range(KEPT, 0, -1))
    spoken = advance(after, events.Repeat(), moment(Phase.PLAYING), REPERTOIRE).runner
    assert spoken.done == after.done
