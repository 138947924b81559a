"""Eliciting: having Alexa listen for one slot, when the coach has asked for just that.

What is answered there is short, "ten minutes", "seven", "a dozen": Alexa hears it better for
knowing which slot it fills. Where any sentence may follow, nothing is elicited: a slot would
take "help" or "the clam" for its own. Which routine to do is asked in such places, when the skill
opens among others, and a routine's bare name is a sample of its intent anyway. Nor are days:
"Tuesday and Friday" fills two slots, and the one elicited would take it all.

Rules: Amazon's documentation, "Dialog Interface Reference" and "Interaction Model Schema";
that the intent need not be the one just answered, "Use Intent Chaining to Enter Dialog
Management from a Different Intent" (Alexa blog, March 2019).
"""

from collections.abc import Mapping
from typing import Any

from ask_sdk_model import Intent, IntentConfirmationStatus, Slot, SlotConfirmationStatus
from ask_sdk_model.dialog import ElicitSlotDirective

from skill.coaching.runner import Question
from skill.content.utterances import CUSTOM_INTENTS
from skill.content.wording import Wording

Json = dict[str, Any]

ELICITED: Mapping[Question, tuple[str, str]] = {
    Question.HOW_LONG: ("FitTimeIntent", "duration"),
    Question.WHAT_TIME: ("RemindMeIntent", "time"),
    Question.HOW_MANY_REPS: ("RepsForIntent", "number"),
}
"""Which slot of which intent an answer fills."""


def elicit_directive(question: Question) -> ElicitSlotDirective | None:
    """Have Alexa listen for the slot that a question asks for; None where anything may be said.

    The intent goes along with all its slots empty: what is known already, the coach keeps.
    """
    if question not in ELICITED:
        return None
    intent, slot = ELICITED[question]
    return ElicitSlotDirective(
        slot_to_elicit=slot,
        updated_intent=Intent(
            name=intent,
            confirmation_status=IntentConfirmationStatus.NONE,
            slots={
                name: Slot(name=name, confirmation_status=SlotConfirmationStatus.NONE)
                for name in CUSTOM_INTENTS[intent]
            },
        ),
    )


def dialog_model(wording: Wording) -> Json:
    """Return `dialog` and `prompts` of an interaction model: Alexa elicits nothing without them.

    The prompts are the coach's own questions. They have to be there, but Alexa never says
    them: with SKILL_RESPONSE she leaves all asking to the skill.
    """
    return {
        "dialog": {
            "delegationStrategy": "SKILL_RESPONSE",
            "intents": [
                {
                    "name": intent,
                    "delegationStrategy": "SKILL_RESPONSE",
                    "confirmationRequired": False,
                    "prompts": {},
                    "slots": [
                        _dialog_slot(slot, type_, _prompt_id(intent, slot))
                        for slot, type_ in CUSTOM_INTENTS[intent].items()
                    ],
                }
                for intent in dict.fromkeys(intent for intent, _ in ELICITED.values())
            ],
        },
        "prompts": [
            {
                "id": _prompt_id(*place),
                "variations": [
                    {"type": "PlainText", "value": text} for text in wording.answers[question]
                ],
            }
            for question, place in ELICITED.items()
        ],
    }


def _dialog_slot(slot: str, type_: str, prompt_id: str) -> Json:
    elicited = prompt_id in {_prompt_id(*place) for place in ELICITED.values()}
    return {
        "name": slot,
        "type": type_,
        "confirmationRequired": False,
        "elicitationRequired": elicited,
        "prompts": {"elicitation": prompt_id} if elicited else {},
    }


def _prompt_id(intent: str, slot: str) -> str:
    return f"Elicit.{intent}.{slot}"
