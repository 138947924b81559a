import pytest

from scripts.echo.errors import NotForTheSkillError
from scripts.echo.hearing import Ask, Ear, Exit, Launch
from skill.intents import Slot
from skill.understanding.listening import Understanding
from skill.understanding.samples import FALLBACK, Understood
from tests.scripts.echo.scripted_skill import MODEL

EAR = Ear(Understanding(MODEL))
START = Understood("StartRoutineIntent", {"routine": Slot("pre run", ("pre-run",))})


def hear(said, *, in_session=False, last_to_play=False):
    return EAR.hear(said, in_session=in_session, last_to_play=last_to_play)


@pytest.mark.parametrize(
    "said", ["open glute coach", "Alexa, launch Glute Coach!", "ask glute coach", "use glute coach"]
)
def test_the_name_alone_opens_the_skill(said):
    """A launch phrase with the invocation name is a LaunchRequest."""
    assert hear(said) == Launch()


@pytest.mark.parametrize(
    "said",
    [
        "ask glute coach to start pre-run",
        "Tell Glute Coach to start pre-run.",
        "open glute coach and start pre-run",
        "ask glute coach start pre-run",
        "start pre-run with glute coach",
    ],
)
def test_with_the_name_anything_can_be_asked_at_once(said):
    """The name takes a request to the skill, without a conversation before it."""
    assert hear(said) == Ask(START, by_name=True)


def test_with_the_name_even_nonsense_reaches_the_skill():
    """What the skill cannot understand comes as the fallback intent."""
    assert hear("ask glute coach to sing") == Ask(Understood(FALLBACK), by_name=True)


@pytest.mark.parametrize("said", ["start pre-run", "help", "sing", "stop"])
def test_in_a_conversation_everything_is_for_the_skill(said):
    """An open session needs no name, and stop is stop there."""
    heard = hear(said, in_session=True, last_to_play=True)
    assert heard == Ask(Understanding(MODEL).understand(said), by_name=False)


def test_exit_is_between_the_runner_and_alexa():
    """Exit ends a conversation without an intent."""
    assert hear("exit", in_session=True) == Exit()


@pytest.mark.parametrize("said", ["next", "pause", "resume", "cancel"])
def test_playback_commands_go_to_whoever_played_last(said):
    """While the skill was the last to play, they need no name; otherwise they are not ours."""
    heard = hear(said, last_to_play=True)
    assert heard == Ask(Understanding(MODEL).understand(said), by_name=False)
    with pytest.raises(NotForTheSkillError, match=f"say 'ask glute coach to {said}'"):
        hear(said)


def test_stop_without_a_conversation_is_a_pause():
    """To the skill that plays, "stop" comes as AMAZON.PauseIntent."""
    assert hear("stop", last_to_play=True) == Ask(Understood("AMAZON.PauseIntent"), by_name=False)


@pytest.mark.parametrize("said", ["start pre-run", "where am I", "help", "yes", "sing"])
def test_the_skills_own_intents_need_its_name(said):
    """Playing alone does not bring a custom intent, help or an answer to the skill."""
    with pytest.raises(NotForTheSkillError):
        hear(said, last_to_play=True)
