import re
from collections import Counter
from itertools import chain

import pytest

from skill.alexa.interaction_model import interaction_model, skill_manifest
from skill.coaching.errors import ContentError
from skill.coaching.meaning import POSITIONS
from skill.coaching.movements import Need, Side
from skill.coaching.schedules import DAYS_BY_NAME
from skill.content.catalogue import FOLDER
from skill.content.utterances import (
    BUILT_IN_INTENTS,
    CUSTOM_INTENTS,
    load_utterances,
    read_utterances,
)
from skill.content.wording import load_wording
from skill.intents import INTENTS
from skill.understanding.listening import KEPT_BY_ALEXA, Understanding
from skill.understanding.samples import KNOWN_TO_ALEXA
from skill.understanding.words import plain_sentence, plain_words

WORDING = load_wording("en-US")
UTTERANCES = load_utterances("en-US")
MODEL = interaction_model(WORDING, UTTERANCES)
LANGUAGE = MODEL["interactionModel"]["languageModel"]
SAMPLES = {intent["name"]: intent["samples"] for intent in LANGUAGE["intents"]}
MANIFEST = skill_manifest({"en-US": UTTERANCES.listing})["manifest"]
SLOT = re.compile(r"\{(\w*)\}")

ALEXAS_WORDS = re.compile(
    r"\b(?:alexa|amazon|echo|computer|skill|app"
    r"|run|start|play|resume|use|launch|ask|open|tell|load|begin|enable"
    r"|to|from|in|using|with|about|for|that|by|if|and|whether)\b"
)
"""Wake words, launch words and connecting words: no part of an invocation name."""


def test_the_intents_are_those_the_coach_answers():
    """The model has exactly the intents of the table from intents to events."""
    assert SAMPLES.keys() == INTENTS.keys()
    assert list(SAMPLES) == [*CUSTOM_INTENTS, *BUILT_IN_INTENTS]


def test_the_intents_amazon_asks_for_are_there():
    """Certification wants cancel, help, stop, home and the fallback; players the rest."""
    required = ("Cancel", "Help", "Stop", "NavigateHome", "Fallback", "Pause", "Resume")
    assert SAMPLES.keys() >= {f"AMAZON.{name}Intent" for name in required}


def test_nothing_is_said_for_the_fallback():
    """The fallback is what is left; it has no words of its own."""
    assert SAMPLES["AMAZON.FallbackIntent"] == []


@pytest.mark.parametrize("intent", CUSTOM_INTENTS)
def test_our_own_intents_can_be_said_in_many_ways(intent):
    """Each intent of ours has at least 30 samples, no two alike once brought to plain words."""
    assert len({plain_sentence(sample) for sample in SAMPLES[intent]}) >= 30


@pytest.mark.parametrize("intent", LANGUAGE["intents"], ids=lambda intent: intent["name"])
def test_samples_use_slots_that_are_declared(intent):
    """A slot in a sample is declared by its intent, and a declared slot is used."""
    used = set(SLOT.findall(" ".join(intent["samples"])))
    assert used == {slot["name"] for slot in intent.get("slots", [])}


def test_slots_are_of_types_that_are_declared():
    """Every slot's type is in the model or Amazon's own, and no type is there for nothing."""
    used = {slot["type"] for intent in LANGUAGE["intents"] for slot in intent.get("slots", [])}
    assert used - KEPT_BY_ALEXA.keys() == {type_["name"] for type_ in LANGUAGE["types"]}
    assert used >= KEPT_BY_ALEXA.keys()


@pytest.mark.parametrize("intent", SAMPLES)
def test_samples_are_written_as_alexa_takes_them(intent):
    """A sample is letters, single spaces, apostrophes, initials and slots, in lower case."""
    word = r"(?:[a-z]+(?:'[a-z]+)*|[a-z]\.|\{[a-z_]+\})"
    for sample in SAMPLES[intent]:
        assert re.fullmatch(rf"{word}(?: {word})*", sample), sample


def test_nothing_said_means_two_intents():
    """No sample is another intent's, nor what Alexa knows for one, politeness and case aside."""
    owners = {}
    for intent, phrases in chain(SAMPLES.items(), KNOWN_TO_ALEXA.items()):
        for phrase in phrases:
            assert owners.setdefault(plain_sentence(phrase), intent) == intent, phrase


def test_samples_leave_the_launch_to_alexa():
    """No sample has the invocation name or the wake word in it: an Echo takes them off first."""
    for sample in chain.from_iterable(SAMPLES.values()):
        assert UTTERANCES.invocation not in sample
        assert "alexa" not in sample.split()


def test_the_invocation_name_is_one_amazon_allows():
    """It is two words or more, in lower case letters, with none of Alexa's own words."""
    assert re.fullmatch(r"[a-z]+(?: [a-z]+)+", LANGUAGE["invocationName"])
    assert not ALEXAS_WORDS.search(LANGUAGE["invocationName"])


@pytest.mark.parametrize("type_", LANGUAGE["types"], ids=lambda type_: type_["name"])
def test_a_name_means_one_thing(type_):
    """Within a type, ids and names are unique; only movements have synonyms in common."""
    values = type_["values"]
    assert max(Counter(value["id"] for value in values).values()) == 1
    owners = {plain_words(value["name"]["value"]): value["id"] for value in values}
    assert len(owners) == len(values)
    shared = set()
    for value in values:
        names = [value["name"]["value"], *value["name"]["synonyms"]]
        assert len({name.casefold() for name in names}) == len(names)
        assert owners[plain_words(names[0])] == value["id"]
        for name in names[1:]:
            if owners.setdefault(plain_words(name), value["id"]) != value["id"]:
                shared.add(name)
    expected = {"bridge", "bridges", "figure four", "figure fours", "figure four stretch"}
    assert shared == (expected if type_["name"] == "MOVEMENT" else set())


def test_every_thing_can_be_named():
    """The slot types list exactly what is in the catalogue, and what the coach knows besides."""
    types = {
        type_["name"]: [value["id"] for value in type_["values"]] for type_ in LANGUAGE["types"]
    }
    assert types == {
        "ROUTINE": list(WORDING.routines),
        "MOVEMENT": list(WORDING.movements),
        "SIDE": [Side.LEFT, Side.RIGHT],
        "NEED": list(Need),
        "DAY": list(DAYS_BY_NAME),
        "RUN": ["pre-run"],
        "POSITION": list(POSITIONS),
    }


def test_the_first_example_phrase_opens_the_skill():
    """The store shows the simplest way in first, and three phrases in all."""
    phrases = MANIFEST["publishingInformation"]["locales"]["en-US"]["examplePhrases"]
    assert phrases[0] == f"Alexa, open {UTTERANCES.invocation}"
    assert len(phrases) == 3


@pytest.mark.parametrize("phrase", UTTERANCES.listing.example_phrases[1:])
def test_the_other_example_phrases_are_samples(phrase):
    """What follows "Alexa, ask glute coach" is a sample, with a known name in its slot if any."""
    asked = re.fullmatch(rf"Alexa, ask {UTTERANCES.invocation} (?:to )?(.+)", phrase)
    understood = Understanding(MODEL).understand(asked[1])
    for slot in understood.slots.values():
        assert slot.ids
    candidates = {
        SLOT.sub(lambda slot: understood.slots[slot[1]].heard, sample)
        for sample in SAMPLES[understood.intent]
        if set(SLOT.findall(sample)) <= understood.slots.keys()
    }
    assert asked[1] in candidates


def test_the_store_listing_keeps_to_amazons_limits():
    """Name, summary, description and keywords fit, and there is nothing else but the icons."""
    listing = MANIFEST["publishingInformation"]["locales"]["en-US"]
    assert 2 <= len(listing["name"]) <= 50
    assert len(listing["summary"]) <= 160
    assert len(listing["description"]) <= 4000
    assert len(listing["keywords"]) <= 30
    icons = {"smallIconUri", "largeIconUri"}
    assert listing.keys() == {
        "name", "summary", "description", "examplePhrases", "keywords", *icons
    }  # fmt: skip


def test_the_description_says_it_is_no_medical_advice():
    """Amazon's health policy wants the disclaimer in the description, and no health data."""
    listing = MANIFEST["publishingInformation"]["locales"]["en-US"]
    assert "not medical advice" in listing["description"]
    assert MANIFEST["privacyAndCompliance"]["usesHealthInfo"] is False


def test_the_skill_plays_long_audio():
    """The manifest asks for the AudioPlayer, and names no endpoint before there is one."""
    custom = MANIFEST["apis"]["custom"]
    assert custom == {"interfaces": [{"type": "AUDIO_PLAYER"}, {"type": "ALEXA_PRESENTATION_APL"}]}


def test_a_name_of_two_movements_is_refused():
    """A name given to two movements is a mistake in the content, and named as such."""
    clam = WORDING.movements["clam"]
    movements = {"clam": clam, "lunge": clam}
    with pytest.raises(ContentError, match="MOVEMENT: 'clam' is a name of both lunge and clam"):
        interaction_model(replaced(WORDING, movements=movements), UTTERANCES)


def replaced(wording, **changes):
    """Return a wording with some of its parts replaced."""
    return type(wording)(**{**vars(wording), **changes})


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"skip it"', '"skip 2"', r"en/utterances.toml, NextStretchIntent: 'skip 2' has '2'"),
        ('"skip it"', '"skip  it"', "'skip  it' has ''; it takes letters"),
        ('"skip it"', '"skip it!"', "has 'it!'"),
        ('"skip it"', '"skip {it}"', "uses the slot {it}; there is none"),
        ('"start {routine}"', '"start {movement}"', "slot {movement}; there is {routine}"),
        ('"skip it"', '"Switch Sides"', "'switch sides' stands under NextStretchIntent too"),
        ('"skip it"', '"skip this"', "samples says the same thing twice"),
        ("[OtherSideIntent]", "[OtherIntent]", "the file: lacks OtherSideIntent"),
        ("[OtherSideIntent]\nsamples", "[OtherSideIntent]\nsays", "lacks samples"),
        ('["AMAZON.NextIntent"]', '["AMAZON.NxtIntent"]', "unknown key 'AMAZON.NxtIntent'"),
        ("invocation =", "invoked =", "skill: lacks invocation"),
        ('"on {day} and {second_day}"', '"on {day} and {day}"', "has a slot twice"),
        ("[NEED]", "[NEEDED]", "the file: lacks NEED"),
        ('["left", ', '["left", "right", ', "SIDE: 'right' is a name of both left and right"),
        ('["left", ', '["left", "left", ', "SIDE: left says the same thing twice"),
        ('["left", ', '["left", "left 2", ', "SIDE: 'left 2' has '2'; it takes letters"),
        ('["left", ', '["left", "{side}", ', "SIDE: '{side}' uses the slot {side}; there is none"),
        ("\nmat = ", "\nrug = ", "NEED: lacks mat"),
        ("\nmat = ", '\nrug = ["rug"]\nmat = ', "unknown key 'rug'; the keys are band, chair"),
    ],
)
def test_a_mistake_in_the_utterances_is_named(tmp_path, old, new, complaint):
    """Each mistake is refused with the file, the entry, the bad value and what would be good."""
    good = (FOLDER / "en" / "utterances.toml").read_text(encoding="utf-8")
    assert good.count(old) == 1
    bad = tmp_path / "en" / "utterances.toml"
    bad.parent.mkdir()
    bad.write_text(good.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError, match=re.escape(complaint)):
        read_utterances(bad)


def test_a_language_nobody_wrote_is_refused():
    """A locale with no utterances is a clear error, not an empty model."""
    with pytest.raises(ContentError, match=r"eo/utterances\.toml: cannot be read"):
        load_utterances("eo-XX")
