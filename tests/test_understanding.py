import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.alexa.interaction_model import interaction_model
from skill.content.utterances import load_utterances
from skill.content.wording import load_wording
from skill.intents import Slot
from skill.understanding import (
    FALLBACK,
    KNOWN_TO_ALEXA,
    SLOT,
    Understanding,
    Understood,
)

MODEL = interaction_model(load_wording("en-US"), load_utterances("en-US"))
LANGUAGE = MODEL["interactionModel"]["languageModel"]
UNDERSTANDING = Understanding(MODEL)
SCRAPS = ("start", "the", "banana", "routine", "how", "do", "i", "{routine}", "please", "now", "'")


def names_by_id(type_):
    """Return every name of a slot type's values, with its id."""
    (kind,) = (kind for kind in LANGUAGE["types"] if kind["name"] == type_)
    return [
        (name, value["id"])
        for value in kind["values"]
        for name in (value["name"]["value"], *value["name"]["synonyms"])
    ]


@pytest.mark.parametrize("intent", LANGUAGE["intents"], ids=lambda intent: intent["name"])
def test_every_sample_is_understood_as_its_own_intent(intent):
    """Each sample means its intent; with any known name in its slot, it means that one too."""
    types = {slot["name"]: slot["type"] for slot in intent.get("slots", [])}
    for sample in intent["samples"]:
        slot = SLOT.search(sample)
        if slot is None:
            assert UNDERSTANDING.understand(sample) == Understood(intent["name"]), sample
            continue
        for name, id_ in names_by_id(types[slot[1]]):
            said = sample.replace(slot[0], name)
            understood = UNDERSTANDING.understand(said)
            assert understood.intent == intent["name"], said
            assert understood.slots[slot[1]].ids == (id_,), said


@pytest.mark.parametrize("intent", KNOWN_TO_ALEXA)
def test_what_alexa_knows_is_understood(intent):
    """The words Alexa knows for her own intents need no sample."""
    for phrase in KNOWN_TO_ALEXA[intent]:
        assert UNDERSTANDING.understand(phrase) == Understood(intent), phrase


def test_alexas_words_mean_nothing_where_her_intent_is_not_in_the_model():
    """A model without an intent of Alexa's does not get it."""
    bare = {"interactionModel": {"languageModel": {"invocationName": "x y", "intents": []}}}
    assert Understanding(bare).understand("stop") == Understood(FALLBACK)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("What's next?", "WhatsNextIntent"),
        ("whats next", "WhatsNextIntent"),
        ("what\u2019s next", "WhatsNextIntent"),
        ("  WHAT   IS, um, NEXT ", "WhatsNextIntent"),
        ("Alexa, could you tell me how long is left, please?", "HowLongLeftIntent"),
        ("can you skip this one please", "NextStretchIntent"),
        ("okay, let's go", "StartRoutineIntent"),
        ("okay", "AMAZON.YesIntent"),
        ("no thank you", "AMAZON.NoIntent"),
        ("hang on a sec", "AMAZON.PauseIntent"),
        ("pause now please", "AMAZON.PauseIntent"),
        ("I'm ready!", "AMAZON.YesIntent"),
        ("go home", "AMAZON.NavigateHomeIntent"),
        ("exit", "AMAZON.StopIntent"),
    ],
)
def test_politeness_case_and_punctuation_make_no_difference(text, intent):
    """What is said in passing changes nothing about what is meant."""
    assert UNDERSTANDING.understand(text) == Understood(intent)


@pytest.mark.parametrize(
    ("text", "heard", "ids"),
    [
        ("start pre-run glute routine", "pre run glute routine", ("pre-run",)),
        ("start the pre run routine", "pre run", ("pre-run",)),
        ("Please start my cool-down!", "cool down", ("post-run",)),
        ("daily five", "daily five", ("daily-five",)),
        ("start my banana routine", "banana", ()),
        ("start banana", "banana", ()),
    ],
)
def test_a_routine_is_heard_known_or_not(text, heard, ids):
    """A routine's slot carries what was heard, and its id when it is one of ours."""
    understood = UNDERSTANDING.understand(text)
    assert understood == Understood("StartRoutineIntent", {"routine": Slot(heard, ids)})


@pytest.mark.parametrize(
    ("text", "intent", "heard", "ids"),
    [
        ("how do I do fire hydrants", "HowToIntent", "fire hydrants", ("fire-hydrant",)),
        ("what is a clam", "HowToIntent", "clam", ("clam",)),
        ("what is a clam good for", "WhyThisIntent", "clam", ("clam",)),
        ("why the donkey kicks?", "WhyThisIntent", "donkey kicks", ("kick-back",)),
        ("how do I do the macarena", "HowToIntent", "macarena", ()),
    ],
)
def test_a_movement_is_heard_known_or_not(text, intent, heard, ids):
    """A movement's slot carries what was heard, and its id when it is one of ours."""
    understood = UNDERSTANDING.understand(text)
    assert understood == Understood(intent, {"movement": Slot(heard, ids)})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?!",
        "um",
        "please",
        "banana",
        "asdf qwer",
        "order a pizza",
        "turn on the lights",
        "play some music",
        "set a timer for five minutes",
        "what is the capital of france",
        "what time is it",
        "why is the sky blue",
        "tell me about the weather",
        "how is the weather",
        "i want a coffee",
        "let's do lunch",
        "start it",
        "stop the banana routine",
        "what is a good routine",
        "start walking down the long road to the sea and never look back",
        "routine {routine}",
    ],
)
def test_nonsense_is_not_understood(text):
    """What fits no sample is the fallback's, and no slot is made up for it."""
    assert UNDERSTANDING.understand(text) == Understood(FALLBACK)


def model_of(samples, values):
    """Return a model with one intent, and one slot type for its slots."""
    slots = sorted({slot for sample in samples for slot in SLOT.findall(sample)})
    return {
        "interactionModel": {
            "languageModel": {
                "invocationName": "some name",
                "intents": [
                    {
                        "name": "AnIntent",
                        "slots": [{"name": slot, "type": "THING"} for slot in slots],
                        "samples": samples,
                    }
                ],
                "types": [
                    {
                        "name": "THING",
                        "values": [{"id": id_, "name": {"value": name}} for name, id_ in values],
                    }
                ],
            }
        }
    }


def test_a_name_of_two_things_carries_both():
    """A name that stands for two values gives both ids, for the coach to ask which."""
    understanding = Understanding(model_of(["fetch {thing}"], [("ball", "red"), ("ball", "blue")]))
    assert understanding.understand("fetch the ball").slots == {
        "thing": Slot("ball", ("red", "blue"))
    }


def test_a_known_name_comes_before_a_fuller_sample():
    """Of two samples that fit, the one whose slot is known is meant."""
    understanding = Understanding(
        model_of(["fetch {thing} quickly", "fetch {thing}"], [("ball quickly", "odd ball")])
    )
    assert understanding.understand("fetch ball quickly").slots["thing"].ids == ("odd ball",)
    assert understanding.understand("fetch stick quickly").slots["thing"].heard == "stick"


def test_several_slots_are_filled():
    """A sample may have more than one slot."""
    understanding = Understanding(model_of(["swap {this} with {that}"], [("ball", "b")]))
    assert understanding.understand("swap the ball with my stick").slots == {
        "this": Slot("ball", ("b",)),
        "that": Slot("stick", ()),
    }


@given(st.text() | st.lists(st.sampled_from(SCRAPS)).map(" ".join))
def test_any_text_is_answered(text):
    """Whatever is typed, the answer is one of the model's intents, and nothing is raised."""
    understood = UNDERSTANDING.understand(text)
    assert understood.intent in {intent["name"] for intent in LANGUAGE["intents"]}
