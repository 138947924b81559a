"""Any sequence of words, notices, buttons, devices and time keeps every promise.

`scripts/soak dialogues` draws the same happenings by the thousand; what is promised of each of
them stands in `scripts/soaks/promises.py`.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.soaks.dialogues import have
from scripts.soaks.happenings import (
    MOODS,
    Exit,
    Happening,
    Press,
    Say,
    Stray,
    Wait,
    draw_happening,
)
from scripts.soaks.house import Neighbourhood
from skill.intents import Slot

LONGEST = 60
DIALOGUES = 600


def say(intent: str, **slots: str) -> Say:
    """Say something that means an intent, its slots resolved to these ids."""
    return Say(intent, intent, {name: Slot(id_, (id_,)) for name, id_ in slots.items()})


def start(routine: str) -> Say:
    """Start a routine."""
    return say("StartRoutineIntent", routine=routine)


@pytest.fixture(scope="module")
def neighbourhood(rendered):  # noqa: ARG001 - the audio must be there
    """The coach as wired for everybody, and a runner who has never met it for each dialogue."""
    around = Neighbourhood()
    yield around
    around.close()


def dialogues(neighbourhood: Neighbourhood, mood: str) -> st.SearchStrategy[list[Happening]]:
    """Draw dialogues in a mood: short ones, and such as get somewhere."""
    happenings = st.builds(
        lambda random: draw_happening(random, neighbourhood.vocabulary, mood),
        st.randoms(use_true_random=False),
    )
    begun = st.sampled_from(["pre-run", "post-run", "glute-stretch", "desk"]).map(start)
    long = st.tuples(begun, st.lists(happenings, min_size=20, max_size=LONGEST - 1)).map(
        lambda drawn: [drawn[0], *drawn[1]]
    )
    return st.lists(happenings, max_size=20) | long


@pytest.mark.parametrize("mood", MOODS)
def test_any_dialogue(neighbourhood, mood):
    """The place is valid, answers are legal and no apologies, what was done is remembered."""

    @settings(max_examples=DIALOGUES // len(MOODS), suppress_health_check=list(HealthCheck))
    @given(dialogues(neighbourhood, mood))
    def all_promises_are_kept(dialogue):
        broken, _ = have(neighbourhood, dialogue)
        assert broken is None, broken.reason

    all_promises_are_kept()


BROKE_ONCE = {
    "more sets than an hour holds": [
        say("HoldForIntent", duration="PT1M"),
        say("FitTimeIntent", duration="PT10M", routine="glute-stretch"),
    ],
    "a button, where only speech could play the step": [
        start("glute-stretch"),
        say("WaitForMeIntent"),
        Wait(30),
        Press("previous"),
    ],
    "the guide that played before the clips": [
        start("pre-run"),
        Wait(29.8),
        say("WaitForMeIntent"),
        Exit(),
        say("WhereAmIIntent"),
    ],
    "an old notice while the coach listens": [
        start("pre-run"),
        say("HoldLongerIntent"),
        start("desk"),
        say("AMAZON.HelpIntent"),
        Wait(0.142),
        Stray("PlaybackStarted", 2, 318_154),
    ],
    "what is easier than what stands in for another": [
        start("pre-run"),
        say("WaitForMeIntent"),
        Wait(300),
        say("WithoutIntent", need="mat"),
        say("EasierIntent"),
    ],
}
"""Dialogues that broke a promise before, each by what was wrong."""


@pytest.mark.parametrize("dialogue", BROKE_ONCE.values(), ids=BROKE_ONCE)
def test_dialogues_that_broke_once(neighbourhood, dialogue):
    """What went wrong once does not again."""
    broken, requests = have(neighbourhood, dialogue)
    assert broken is None, broken.reason
    assert requests
