"""What is said in a hold and must not be taken lightly, nor for something else."""

import pytest

from skill.coaching.plans import Choices


@pytest.mark.parametrize(
    "words",
    [
        "i'm not okay",
        "something's wrong",
        "i rolled my ankle",
        "my knee feels weird",
        "my back",
        "i can't get out of the lying figure four",
        "my left arm is numb",
        "i want to kill myself",
        "don't do the left leg it's injured",
    ],
)
def test_harm_stops_the_hold(holding, words):
    """Nothing plays on over who is not well."""
    holding.tell(words)
    assert not holding.plays


@pytest.mark.parametrize(
    "words",
    [
        "don't skip this one",
        "no don't skip it",
        "don't start over",
        "don't forget me",
        "just one set",
        "i did ten already",
        "i'm fourteen",
        "do i need a band",
        "do i need a mat",
        "do i need a chair",
        "can i breathe out now",
        "how did i do",
        "never mind",
        "forget it",
    ],
)
def test_nothing_is_changed(holding, words):
    """What forbids, tells or asks leaves the movement, its place and the settings as they are."""
    holding.tell(words)
    assert holding.spot == "lying-figure-four left"
    assert holding.remembered.choices == Choices()
    assert holding.remembered.session.progress is not None


def test_done_already_is_not_gone_back_to(holding):
    """Who asks whether a side was done is told the side."""
    holding.wait_for(1, 5)
    assert "right" in holding.tell("did we do the left already").speech
    assert holding.spot == "lying-figure-four right"


@pytest.mark.parametrize("words", ["never mind", "forget it"])
def test_never_mind_plays_on(holding, words):
    """With nothing asked there is nothing to leave."""
    holding.tell(words)
    assert holding.plays


@pytest.mark.parametrize("words", ["i'm tired", "hang on a second i need to move the dog"])
def test_who_needs_a_moment_has_it(holding, words):
    """It pauses, and goes on where it was."""
    holding.tell(words)
    assert not holding.plays
    holding.tell("resume")
    assert (holding.spot, holding.plays) == ("lying-figure-four left", True)


def test_another_routine_in_a_hold(holding):
    """Another routine is gone to as a movement is."""
    holding.tell("go back to the desk break")
    assert holding.remembered.session.progress.plan_id.startswith("desk")


@pytest.mark.parametrize("words", ["hmm i don't know", "don't delete it", "never mind"])
def test_who_is_unsure_keeps_what_there_is(holding, words):
    """Nothing is deleted without a clear yes."""
    holding.tell("thirty seconds each")
    holding.tell("forget me")
    holding.say(words)
    assert holding.remembered.choices == Choices(hold_seconds=30)
