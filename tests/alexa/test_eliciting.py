"""Eliciting: the dialog model fits the questions, the intents, and Amazon's schema."""

import pytest

from skill.alexa.eliciting import ELICITED, dialog_model, elicit_directive
from skill.alexa.interaction_model import interaction_model
from skill.coaching.runner import Question
from skill.content.utterances import CUSTOM_INTENTS, load_utterances
from skill.content.wording import load_wording

WORDING = load_wording()
WHOLE = interaction_model(WORDING, load_utterances())["interactionModel"]
DIALOG, PROMPTS = WHOLE["dialog"], WHOLE["prompts"]
INTENTS = {intent["name"]: intent for intent in DIALOG["intents"]}


def test_it_is_part_of_the_interaction_model():
    """What Alexa is told before anyone speaks has the dialogs and their prompts."""
    assert dialog_model(WORDING) == {"dialog": DIALOG, "prompts": PROMPTS}
    assert list(WHOLE) == ["languageModel", "dialog", "prompts"]


def test_alexa_asks_nothing_by_herself():
    """All asking is left to the skill, for the whole of it and for each intent."""
    strategies = {each["delegationStrategy"] for each in (DIALOG, *INTENTS.values())}
    assert strategies == {"SKILL_RESPONSE"}


@pytest.mark.parametrize("intent", INTENTS)
def test_slots_are_those_of_the_language_model(intent):
    """An intent has the same slots, of the same types, in both parts of the model."""
    spoken = {each["name"]: each for each in WHOLE["languageModel"]["intents"]}[intent]
    of_dialog = [(slot["name"], slot["type"]) for slot in INTENTS[intent]["slots"]]
    assert of_dialog == [(slot["name"], slot["type"]) for slot in spoken["slots"]]


@pytest.mark.parametrize("question", ELICITED)
def test_what_is_asked_for_can_be_elicited(question):
    """Each slot that is asked for is required, so that Alexa takes the directive for it."""
    name, wanted = ELICITED[question]
    required = {slot["name"] for slot in INTENTS[name]["slots"] if slot["elicitationRequired"]}
    assert wanted in required
    assert required == {slot for intent, slot in ELICITED.values() if intent == name}
    assert wanted in CUSTOM_INTENTS[name]


def test_required_slots_have_prompts():
    """Each required slot has its prompt, each prompt its slot, in the coach's own words."""
    used = {
        slot["prompts"]["elicitation"]
        for intent in INTENTS.values()
        for slot in intent["slots"]
        if slot["prompts"]
    }
    assert {prompt["id"] for prompt in PROMPTS} == used
    for prompt, question in zip(PROMPTS, ELICITED, strict=True):
        said = [variation["value"] for variation in prompt["variations"]]
        assert said == list(WORDING.answers[question])
        assert all(text.endswith("?") for text in said)


def test_a_directive_has_every_slot_of_its_intent():
    """Alexa takes an intent in place of another one only with all its slots."""
    directive = elicit_directive(Question.WHAT_TIME)
    assert directive.slot_to_elicit == "time"
    assert directive.updated_intent.slots.keys() == CUSTOM_INTENTS["RemindMeIntent"].keys()


def test_whatever_may_be_said_is_not_elicited():
    """Yes and no, routines and movements are answered in any words."""
    for question in set(Question) - ELICITED.keys():
        assert elicit_directive(question) is None
