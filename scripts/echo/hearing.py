"""Decides what Alexa makes of what is said: whether it is for the skill, and what it asks.

With a conversation under way, everything is for the skill. Without one, the skill must be
named, "ask glute coach to ...", but for Alexa's own playback commands while the skill was
the last to play.
"""

from dataclasses import dataclass

from scripts.echo.errors import NotForTheSkillError
from skill.coaching.values import replace
from skill.understanding.listening import Understanding
from skill.understanding.samples import Understood
from skill.understanding.words import plain_words

PLAYBACK_INTENTS = frozenset(
    f"AMAZON.{name}Intent"
    for name in (
        "Cancel",
        "LoopOff",
        "LoopOn",
        "Next",
        "Pause",
        "Previous",
        "Repeat",
        "Resume",
        "ShuffleOff",
        "ShuffleOn",
        "StartOver",
        "Stop",
    )
)
"""Alexa's own intents that go to whoever played last."""


ALEXAS_STOP = frozenset(("off", "quit", "shut", "stop"))
"""Words that stop whoever plays; with any others a runner takes leave of the skill, by its name."""


@dataclass(frozen=True, slots=True)
class Launch:
    """The skill is opened by its name alone."""


@dataclass(frozen=True, slots=True)
class Exit:
    """The conversation is left; Alexa ends it and only tells the skill so."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The skill is asked for something; by its name, or within the conversation."""

    understood: Understood
    by_name: bool


class Ear:
    """Hears for one skill."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding

    def hear(self, said: str, *, in_session: bool, last_to_play: bool) -> Launch | Exit | Ask:
        """Tell what reaches the skill; raise `NotForTheSkillError` if nothing does."""
        calling = self._understanding.calling
        asked = calling.by_name(said)
        if asked is not None:
            return Ask(self._understanding.understand(asked), by_name=True) if asked else Launch()
        if in_session and plain_words(said) == "exit":
            return Exit()
        understood = self._understanding.understand(said)
        if in_session:
            return Ask(understood, by_name=False)
        if not last_to_play or understood.intent not in PLAYBACK_INTENTS:
            raise NotForTheSkillError(
                f"Alexa keeps {said!r} to herself: no conversation is open, and it is no playback "
                f"command for what we play; say 'ask {calling.name} to {said}'"
            )
        if understood.intent == "AMAZON.StopIntent":
            if ALEXAS_STOP.isdisjoint(plain_words(said).split()):
                raise NotForTheSkillError(
                    f'Alexa keeps {said!r} to herself: no conversation is open, and only "stop" '
                    f"stops what plays; say 'ask {calling.name} to {said}'"
                )
            understood = replace(understood, intent="AMAZON.PauseIntent")
        return Ask(understood, by_name=False)
