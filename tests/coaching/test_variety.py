"""Variety: however a session goes, a line takes all its wordings before one comes again."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.events import Command
from skill.coaching.runner import Phase
from skill.coaching.session import advance
from skill.coaching.values import replace
from skill.content.wording import load_wording
from tests.coaching.scenes import EVENTS, REPERTOIRE, moment, runner

COMMANDS = sorted(
    name
    for name, event in EVENTS.items()
    if isinstance(event, Command) and not isinstance(event, events.Launch)
)


@given(st.sampled_from(Phase), st.lists(st.sampled_from(COMMANDS), min_size=2, max_size=40))
def test_no_wording_comes_twice_before_all_have_come(phase, names):
    """Of what is heard: the lines and the question; the reprompt is heard in silence only."""
    wording, state = load_wording("en-US"), runner(phase)
    at = replace(moment(phase), playhead=None)
    heard: dict[str, list[int]] = defaultdict(list)
    for name in names:
        before = state.session
        outcome = advance(state, EVENTS[name], at, REPERTOIRE)
        state = outcome.runner
        if outcome.forgets or (
            before.phase is not Phase.IDLE and state.session.phase is Phase.IDLE
        ):
            heard.clear()  # another session begins
            continue
        asked = [outcome.ask.line] if outcome.ask else []
        for line in (*outcome.lines, *asked):
            variants = len(wording.answers[line.id])
            heard[line.id].append(line.nth % variants)
            recent = heard[line.id][-variants:]
            assert len(set(recent)) == len(recent), f"{line.id} of {variants}: {heard[line.id]}"
