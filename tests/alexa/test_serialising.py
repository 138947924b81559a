"""Serialising: the same as the SDK's own serialiser makes of an answer, or an error."""

import pytest
from ask_sdk_core.response_helper import ResponseFactory
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import Response, ResponseEnvelope
from ask_sdk_model.interfaces.audioplayer import (
    AudioItem,
    ClearBehavior,
    ClearQueueDirective,
    PlayBehavior,
    PlayDirective,
    Stream,
)
from ask_sdk_model.ui import AskForPermissionsConsentCard

from skill.alexa.serialising import serialise

PLAY = PlayDirective(
    PlayBehavior.ENQUEUE, AudioItem(Stream("t0", "t1", "https://x", offset_in_milliseconds=0))
)
ANSWERS = [
    ResponseFactory().speak("a & b").ask("c").response,
    ResponseFactory().add_directive(PLAY).set_should_end_session(True).response,
    ResponseFactory().add_directive(ClearQueueDirective(ClearBehavior.CLEAR_ALL)).response,
    ResponseFactory().set_card(AskForPermissionsConsentCard(permissions=["p", "q"])).response,
    Response(),
    ResponseEnvelope("1.0", {"a": [1, None, {"b": 2.5}]}, "agent", Response()),
    {"deep": [PLAY, {"true": True, "none": None}]},
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_as_the_sdk_does(answer):
    """What the SDK's serialiser makes of it."""
    assert serialise(answer) == DefaultSerializer().serialize(answer)


def test_what_is_no_answer():
    """Anything else is named, not written down somehow."""
    with pytest.raises(TypeError, match="cannot hold a set"):
        serialise({"a": [{1}]})
