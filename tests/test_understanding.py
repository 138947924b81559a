import json
from contextlib import redirect_stdout
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.benchmarks.__main__ import main
from scripts.benchmarks.understanding import filled, load_model, read_phrases, score
from skill.content.utterances import CUSTOM_INTENTS
from skill.intents import Slot
from skill.understanding.listening import LONGEST, Understanding
from skill.understanding.samples import FALLBACK, KNOWN_TO_ALEXA, SLOT, Understood

MODEL = load_model()
LANGUAGE = MODEL["interactionModel"]["languageModel"]
UNDERSTANDING = Understanding(MODEL)
PHRASES = list(read_phrases())
MEANT = [phrase for phrase in PHRASES if not phrase.is_nonsense]
NONSENSE = [phrase for phrase in PHRASES if phrase.is_nonsense]
SAID_FREELY = {
    *CUSTOM_INTENTS,
    *(
        f"AMAZON.{name}Intent"
        for name in (
            "Help",
            "Next",
            "No",
            "Pause",
            "Previous",
            "Repeat",
            "Resume",
            "StartOver",
            "Stop",
            "Yes",
        )
    ),
}
NOT_WELL = (
    "I'm not okay",
    "I'm not ok",
    "something's wrong",
    "stop, something's wrong",
    "my calf is swollen and hot",
    "I'm gonna throw up",
    "I feel awful",
    "I don't feel good",
    "I have a headache",
    "electric shock down my leg",
    "I feel weird",
    "I feel off",
    "not feeling great",
    "I'm going to vomit",
)
HARMED = (
    "I rolled my ankle",
    "I turned my ankle",
    "I went over on my foot",
    "I threw out my back",
    "my leg is locked",
    "I can't straighten my knee",
    "my knee feels weird",
    "the left hip feels weird",
    "my ankle is swollen",
    "I felt a twinge",
    "a twinge in my hip",
    "in my hip",
    "no, it hurts in my knee",
    "I don't know, my knee hurts",
    "I don't, it hurts",
    "I can no longer, it hurts",
    "I can't do it without a sharp pain",
    "my hip is on fire",
    "my left knee is acting up",
    "my jaw hurts",
    "my elbow clunked",
    "bloody hell, my knee",
    "my toes are turning blue",
    "I hit my knee",
    "my sciatica is acting up",
    "I can't take the pain",
    "my IT band hurts",
    "my knees, they are killing me",
    "damn it that hurt",
    "oh my god my back",
    "my back",
    "oh no my calf",
    "don't do the right leg, it's injured",
    "skip this, my knee is swollen",
    "why is my ankle swollen",
    "I can't get out of the pigeon",
    "help me up",
    "I am stuck",
    "I'm stuck in the pigeon pose",
    "my leg is stuck",
    "get me out of this",
)
SCRAPS = ("start", "the", "banana", "routine", "how", "do", "i", "{routine}", "please", "now", "'")
SCRAPS += ("forty", "seconds", "half", "past", "monday", "no", "6:30", "minus", "minute", "at")
SCRAPS += ("pigion", "pose", "not", "next", "{MOVEMENT}", "why", ", ", "figure", "four", "12")


VALUES = {
    "AMAZON.DURATION": [
        ("forty seconds", "PT40S"),
        ("ten minutes", "PT10M"),
        ("a minute and a half", "PT1M30S"),
    ],
    "AMAZON.NUMBER": [("forty", "40"), ("eighteen", "18"), ("thirty five", "35")],
    "AMAZON.TIME": [
        ("seven", "07:00"),
        ("half past six", "06:30"),
        ("quarter to eight", "07:45"),
        ("nine thirty pm", "21:30"),
    ],
}
"""What slots of Alexa's own types may hold, as it is said and as she writes it."""


def said_for(type_):
    """Return all that can be said for a slot type, each with what it stands for first."""
    if type_ in VALUES:
        return VALUES[type_]
    (kind,) = (kind for kind in LANGUAGE["types"] if kind["name"] == type_)
    ids = {}
    for value in kind["values"]:
        for name in (value["name"]["value"], *value["name"]["synonyms"]):
            ids.setdefault(name, value["id"])
    return list(ids.items())


def ways_to_say(sample, types):
    """Yield a sample with its slots filled, as often as its longest list of names asks for."""
    lists = {slot: said_for(types[slot]) for slot in SLOT.findall(sample)}
    for turn in range(max(map(len, lists.values()), default=1)):
        # Slots of one type hold different things.
        chosen = {
            slot: said[(turn + 2 * place) % len(said)]
            for place, (slot, said) in enumerate(lists.items())
        }
        words = SLOT.sub(lambda slot, chosen=chosen: chosen[slot[1]][0], sample)
        yield words, {slot: meant for slot, (_, meant) in chosen.items()}


@pytest.mark.parametrize("intent", LANGUAGE["intents"], ids=lambda intent: intent["name"])
def test_every_sample_is_understood_as_its_own_intent(intent):
    """Each sample means its intent; with anything known in its slots, it means that too."""
    types = {slot["name"]: slot["type"] for slot in intent.get("slots", [])}
    for sample in intent["samples"]:
        for said, meant in ways_to_say(sample, types):
            understood = UNDERSTANDING.understand(said)
            assert (understood.intent, filled(understood)) == (intent["name"], meant), said


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
        ("okay, let's go", "AMAZON.ResumeIntent"),
        ("okay", "AMAZON.YesIntent"),
        ("no thank you", "AMAZON.NoIntent"),
        ("hang on a sec", "AMAZON.PauseIntent"),
        ("pause now please", "AMAZON.PauseIntent"),
        ("I'm ready!", "AMAZON.YesIntent"),
        ("we're done", "AMAZON.StopIntent"),
        ("go home", "AMAZON.NavigateHomeIntent"),
        ("exit", "AMAZON.StopIntent"),
    ],
)
def test_politeness_case_and_punctuation_make_no_difference(text, intent):
    """What is said in passing changes nothing about what is meant."""
    assert UNDERSTANDING.understand(text) == Understood(intent)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("paws", "AMAZON.PauseIntent"),
        ("wear am i", "WhereAmIIntent"),
        ("wots next", "WhatsNextIntent"),
        ("other site", "OtherSideIntent"),
        ("weight a minute", "AMAZON.PauseIntent"),
        ("rezoom", "AMAZON.ResumeIntent"),
        ("nex strech", "NextStretchIntent"),
        ("how lung is left", "HowLongLeftIntent"),
        ("howlong left", "HowLongLeftIntent"),
        ("re peat that", "AMAZON.RepeatIntent"),
        ("instrctions", "HowToIntent"),
        ("stop stop stop", "AMAZON.StopIntent"),
        ("which sides", "WhichSideIntent"),
        ("on which side am i", "WhichSideIntent"),
        ("weight for me", "WaitForMeIntent"),
        ("make the holds longur", "HoldLongerIntent"),
        ("remined me to strech", "RemindMeIntent"),
        ("holding time longer", "HoldLongerIntent"),
        ("next is what", "WhatsNextIntent"),
        ("um, really, i just want to do the other leg now, coach", "OtherSideIntent"),
    ],
)
def test_slips_of_tongue_ear_and_finger_are_forgiven(text, intent):
    """Words that look or sound alike, run together, said twice, in another order or number."""
    assert UNDERSTANDING.understand(text) == Understood(intent)


@pytest.mark.parametrize(
    ("text", "intent", "slot", "id_"),
    [
        ("start the glue stretch", "StartRoutineIntent", "routine", "glute-stretch"),
        ("do my dayly 5", "StartRoutineIntent", "routine", "daily-five"),
        ("start my free run routine", "StartRoutineIntent", "routine", "pre-run"),
        ("the desk brake please", "StartRoutineIntent", "routine", "desk"),
        ("how do i do the fire hydrate", "HowToIntent", "movement", "fire-hydrant"),
        ("explain pigion pose", "HowToIntent", "movement", "pigeon"),
        ("explain the lying figure for", "HowToIntent", "movement", "lying-figure-four"),
        ("explain the figure four lying", "HowToIntent", "movement", "lying-figure-four"),
        ("why the claim", "WhyThisIntent", "movement", "clam"),
        ("what are squads good for", "WhyThisIntent", "movement", "squat"),
    ],
)
def test_a_name_said_badly_is_known(text, intent, slot, id_):
    """A routine or a movement is found by a name like its own, anywhere in a sentence."""
    understood = UNDERSTANDING.understand(text)
    assert understood.intent == intent
    assert understood.slots[slot].ids == (id_,)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("the next exercise", "NextStretchIntent"),
        ("which is the next exercise", "WhatsNextIntent"),
        ("am i done yet", "HowLongLeftIntent"),
        ("i am done", "AMAZON.StopIntent"),
        ("do this one again", "AMAZON.RepeatIntent"),
        ("how do i do this one again", "HowToIntent"),
        ("don't repeat it", FALLBACK),
        ("don't go home", FALLBACK),
        ("don't cancel", FALLBACK),
        ("wait for me", "WaitForMeIntent"),
        ("don't wait for me", "RunOnIntent"),
        ("the background sound please", "SoftSoundIntent"),
        ("no background sound please", "NoSoundIntent"),
        ("the countdown please", "CountdownIntent"),
        ("without the countdown please", "NoCountdownIntent"),
        ("what is this", "WhereAmIIntent"),
        ("what was that", "WhatWasThatIntent"),
        ("again", "AMAZON.RepeatIntent"),
        ("how many left", "HowManyLeftIntent"),
        ("how long left", "HowLongLeftIntent"),
        ("what's next", "WhatsNextIntent"),
        ("is it the last one", "LastOneIntent"),
        ("skip this one", "NextStretchIntent"),
        ("skip this one for good", "SkipForGoodIntent"),
        ("reset the routine", "AMAZON.StartOverIntent"),
        ("reset my settings", "UsualSettingsIntent"),
        ("forget it", "AMAZON.NoIntent"),
        ("forget me", "ForgetMeIntent"),
    ],
)
def test_questions_demands_and_denials_are_told_apart(text, intent):
    """The same words mean something else asked than said, and nothing is taken for its denial."""
    assert UNDERSTANDING.understand(text) == Understood(intent)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("My neighbour is at the door; hang on", "AMAZON.PauseIntent"),
        ("my neighbour is at the door but carry on", "AMAZON.ResumeIntent"),
        ("hang on because my neighbour is at the door", "AMAZON.PauseIntent"),
    ],
)
def test_the_last_clause_counts_when_the_whole_makes_no_sense(text, intent):
    """Reasons given before or after a wish do no harm."""
    assert UNDERSTANDING.understand(text) == Understood(intent)


@pytest.mark.parametrize(
    ("text", "heard", "ids"),
    [
        ("start pre-run glute routine", "pre run glute routine", ("pre-run",)),
        ("start the pre run routine", "pre run", ("pre-run",)),
        ("Please start my cool-down!", "cool down", ("post-run",)),
        ("daily five", "daily five", ("daily-five",)),
        ("start my banana routine", "banana", ()),
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
    ("text", "intent", "slots"),
    [
        ("forty seconds each", "HoldForIntent", {"duration": "PT40S"}),
        ("45 secs each please", "HoldForIntent", {"duration": "PT45S"}),
        ("a minute and a half each", "HoldForIntent", {"duration": "PT1M30S"}),
        ("fourty each", "HoldForIntent", {"number": "40"}),
        ("could you set all the holds to 30", "HoldForIntent", {"number": "30"}),
        ("ten more seconds", "MoreTimeIntent", {"seconds": "10"}),
        ("another half a minute please", "MoreTimeIntent", {"duration": "PT30S"}),
        ("minus five more", "MoreTimeIntent", {"number": "-5"}),
        ("i only have ninety minutes", "FitTimeIntent", {"duration": "PT90M"}),
        ("zero seconds", "HoldForIntent", {"length": "PT0S"}),
        ("thirty seconds", "HoldForIntent", {"length": "PT30S"}),
        ("fifteen reps", "RepsForIntent", {"number": "15"}),
        ("do ten of them", "RepsForIntent", {"number": "10"}),
        ("remind me tomorrow at 7", "RemindMeIntent", {"time": "07:00"}),
        ("take me back to the lying figure four", "GoToIntent", {"movement": "lying-figure-four"}),
        ("go to the pigeon instead", "GoToIntent", {"movement": "pigeon"}),
        ("no more clams", "SkipForTodayIntent", {"movement": "clam"}),
        ("i'm about to go running", "StartRoutineIntent", {"run": "pre-run"}),
        ("i have a week", "FitTimeIntent", {"duration": "P1W"}),
        ("i've only got ten minits today", "FitTimeIntent", {"duration": "PT10M"}),
        (
            "give me ten minutes of the glue stretch",
            "FitTimeIntent",
            {"duration": "PT10M", "routine": "glute-stretch"},
        ),
        ("five minute routine", "StartRoutineIntent", {"routine": "daily-five"}),
        ("remind me at 7 pm", "RemindMeIntent", {"time": "19:00"}),
        ("at 6:30", "RemindMeIntent", {"hour": "06:30"}),
        ("half past six in the morning", "RemindMeIntent", {"hour": "06:30", "time": "MO"}),
        ("remind me in the evening", "RemindMeIntent", {"time": "EV"}),
        ("remind me on wednesday morning", "RemindMeIntent", {"day": "wednesday", "time": "MO"}),
        (
            "remind me on tuesdays and fridays at seven",
            "RemindMeIntent",
            {"day": "tuesday", "second_day": "friday", "time": "07:00"},
        ),
        (
            "please could you at seven remind me, on friday and tuesday",
            "RemindMeIntent",
            {"day": "friday", "second_day": "tuesday", "time": "07:00"},
        ),
        (
            "monday, wednesday and sunday",
            "RemindMeIntent",
            {"day": "monday", "second_day": "wednesday", "third_day": "sunday"},
        ),
        ("my left hip is tighter than the right", "TighterSideIntent", {"side": "left"}),
        ("i can't get on my knees", "WithoutIntent", {"need": "kneeling"}),
        ("i have a yoga matt again", "WithAgainIntent", {"need": "mat"}),
        ("never do the pidgeon again", "SkipForGoodIntent", {"movement": "pigeon"}),
        ("the clam", "HowToIntent", {"movement": "clam"}),
    ],
)
def test_slots_hold_what_alexa_would_send(text, intent, slots):
    """Times, lengths and numbers are written as Alexa does; names are told by their ids."""
    understood = UNDERSTANDING.understand(text)
    assert (understood.intent, filled(understood)) == (intent, slots)


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("left... no, right", "OtherSideIntent", {"side": "right"}),
        ("no wait the right one", "OtherSideIntent", {"side": "right"}),
        ("my left side no wait my right side is tighter", "TighterSideIntent", {"side": "right"}),
        ("explain the clam no the lunge", "HowToIntent", {"movement": "lunge"}),
        ("start the desk break sorry the strength", "StartRoutineIntent", {"routine": "strength"}),
        ("no band no i mean no mat", "WithoutIntent", {"need": "mat"}),
        ("i have ten no fifteen minutes", "FitTimeIntent", {"duration": "PT15M"}),
        ("ten seconds sorry twenty seconds more", "MoreTimeIntent", {"duration": "PT20S"}),
        ("forty no thirty each", "HoldForIntent", {"number": "30"}),
        ("remind me at seven no eight", "RemindMeIntent", {"time": "08:00"}),
        (
            "on monday no tuesday and friday",
            "RemindMeIntent",
            {"day": "tuesday", "second_day": "friday"},
        ),
    ],
)
def test_of_what_was_corrected_the_last_counts(text, intent, slots):
    """Who says one thing, then "no" and another, means the other, whatever kind it is."""
    understood = UNDERSTANDING.understand(text)
    assert (understood.intent, filled(understood)) == (intent, slots)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("restart this stretch", "AMAZON.RepeatIntent"),
        ("begin this one again", "AMAZON.RepeatIntent"),
        ("do my usual", "StartRoutineIntent"),
        ("the usual", "StartRoutineIntent"),
        ("normal please", "StartRoutineIntent"),
        ("surprise me", "StartRoutineIntent"),
        ("I hate this one", "NextStretchIntent"),
        ("one less", "RepsForIntent"),
        ("be quiet", "VolumeIntent"),
        ("too loud", "VolumeIntent"),
        ("speak up", "VolumeIntent"),
        ("I fell asleep", "WhereAmIIntent"),
        ("does this hurt the knee", "ShouldItHurtIntent"),
        ("is it supposed to hurt", "ShouldItHurtIntent"),
        ("that doesn't hurt", "NoPainIntent"),
        ("it's fine now", "NoPainIntent"),
        ("I lost my balance", "EasierIntent"),
        ("I can't", "EasierIntent"),
        ("skip the next one", "SkipNextIntent"),
        ("what should I do tomorrow", "ListRoutinesIntent"),
        ("can I do this every day", "HowOftenIntent"),
        ("I'm pregnant", "AskFirstIntent"),
        ("I had surgery", "AskFirstIntent"),
        ("don't stop", "AMAZON.ResumeIntent"),
        ("time", "HowLongLeftIntent"),
        ("am I halfway?", "HowLongLeftIntent"),
        ("which side do I lie on", "HowToIntent"),
        ("do I breathe in or out", "HowToIntent"),
        ("which ones are left", "HowManyLeftIntent"),
        ("phone's ringing", "AMAZON.PauseIntent"),
        ("I need to pee", "AMAZON.PauseIntent"),
        ("when is my reminder", "WhenRemindedIntent"),
        ("mondays at twenty five o'clock", "AMAZON.FallbackIntent"),
        ("remind me at thirty o'clock", "AMAZON.FallbackIntent"),
        ("leave out the right side", "SkipSideIntent"),
        ("only do the left side", "SkipSideIntent"),
        ("did I do yesterday's", "LastTimeIntent"),
        ("that's it for today", "AMAZON.StopIntent"),
    ],
)
def test_what_a_new_runner_said_is_understood(text, intent):
    """Word for word what somebody said who had never talked to the coach before."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("that's sore", "ItHurtsIntent"),
        ("my hip clicks", "ItHurtsIntent"),
        ("my left glute is sore", "ItHurtsIntent"),
        ("next, ouch, my right hip is sore", "ItHurtsIntent"),
        ("left again please", "OtherSideIntent"),
        ("go back to the left", "OtherSideIntent"),
        ("do I switch now?", "WhatsNextIntent"),
        ("my left side is stiff", "TighterSideIntent"),
        ("ow, I've got a cramp", "FeelsWrongIntent"),
        ("it hurts and my foot is numb", "FeelsWrongIntent"),
        ("it hurts, I have chest pain", "EmergencyIntent"),
        ("help me, I fell", "EmergencyIntent"),
        ("call 911!", "EmergencyIntent"),
        ("ouch, my chest", "EmergencyIntent"),
        ("sorry, I fell asleep again", "WhereAmIIntent"),
        ("all right", "AMAZON.YesIntent"),
        ("I think I'm having a heart attack", "EmergencyIntent"),
        ("it doesn't hurt but I feel dizzy", "FeelsWrongIntent"),
        ("next, I feel sick", "FeelsWrongIntent"),
        ("I feel dizzy, wait before the next one", "FeelsWrongIntent"),
        ("go back, ouch ouch", "ItHurtsIntent"),
        ("let's take a short break, ouch", "ItHurtsIntent"),
        ("skip what's next because ouch", "ItHurtsIntent"),
        ("ouch, ready to start", "ItHurtsIntent"),
        ("the other side hurts", "ItHurtsIntent"),
        ("the other side hurts too", "ItHurtsIntent"),
        ("both sides hurt", "ItHurtsIntent"),
        ("the easier one hurts", "ItHurtsIntent"),
        ("the next one hurts", "ItHurtsIntent"),
        ("it started hurting", "ItHurtsIntent"),
        ("it's starting to hurt", "ItHurtsIntent"),
        ("something is wrong", "FeelsWrongIntent"),
        ("the clam hurts", "ItHurtsIntent"),
        ("bridges hurt me", "ItHurtsIntent"),
        ("911", "EmergencyIntent"),
        ("stop because of pain", "ItHurtsIntent"),
        ("I have to stop because of the pain", "ItHurtsIntent"),
        ("I feel it in my other hip", "ItHurtsIntent"),
        ("nine one one", "EmergencyIntent"),
    ],
)
def test_what_is_wrong_is_told_apart(text, intent):
    """A side that is sore is pain and no setting; what is worse than pain comes before it."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        *((said, "FeelsWrongIntent") for said in NOT_WELL),
        *((said, "ItHurtsIntent") for said in HARMED),
        ("I have palpitations", "EmergencyIntent"),
        ("I want to kill myself", "CrisisIntent"),
        ("my left arm is numb", "EmergencyIntent"),
        ("my left arm tingles", "EmergencyIntent"),
        ("I'm going to hurt myself", "CrisisIntent"),
        ("I'm not fine", "FeelsWrongIntent"),
        ("my right arm is numb", "FeelsWrongIntent"),
        ("my foot is numb", "FeelsWrongIntent"),
        ("help me up, I can't get up", "EmergencyIntent"),
        ("my chest feels odd", "EmergencyIntent"),
        ("I just want to be dead", "CrisisIntent"),
        ("there's nothing left to live for", "CrisisIntent"),
        ("I keep thinking of killing myself", "CrisisIntent"),
        ("my knee hurts and I want to end it all", "CrisisIntent"),
    ],
)
def test_harm_is_heard_in_any_words(text, intent):
    """A part of the body and a word of harm are enough, whatever else is said."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("my knee doesn't hurt", "NoPainIntent"),
        ("it doesn't hurt in my knee", "NoPainIntent"),
        ("it no longer hurts in my knee", "NoPainIntent"),
        ("I have no pain in my knee", "NoPainIntent"),
        ("I don't have any pain in my lower back", "NoPainIntent"),
        ("I feel no pain in my hip", "NoPainIntent"),
        ("I have no chest pain", FALLBACK),
        ("it feels good in my hip", "NoPainIntent"),
        ("is it normal that my knee hurts", "ShouldItHurtIntent"),
        ("does that hurt your back", "ShouldItHurtIntent"),
        ("I have a bad knee", "AskFirstIntent"),
        ("my left side is tight", "TighterSideIntent"),
        ("my knee isn't swollen any more", FALLBACK),
        ("should I lock my knee", FALLBACK),
        ("is my lower back supposed to lift", FALLBACK),
        ("which stretch is good for knee pain", FALLBACK),
        ("she hurt her knee", FALLBACK),
        ("I don't want to hurt myself", "ShouldItHurtIntent"),
        ("could I hurt myself", "ShouldItHurtIntent"),
        ("I might hurt myself doing this", "ItHurtsIntent"),
        ("I feel a good stretch in my hip", FALLBACK),
        ("I've got arthritis in my hip", "AskFirstIntent"),
        ("my phone is about to die", FALLBACK),
        ("I am not living in a flat", FALLBACK),
        ("the team lost its head and is injured", FALLBACK),
        ("my computer is locked", FALLBACK),
        ("put my foot on my knee", FALLBACK),
        ("is my knee in the wrong place", FALLBACK),
        ("I feel good", "AMAZON.YesIntent"),
        ("head over heels", FALLBACK),
        ("go back", "AMAZON.PreviousIntent"),
    ],
)
def test_not_all_that_sounds_of_harm_is_harm(text, intent):
    """What is denied, asked in general or somebody else's is none."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    "text",
    [
        "don't skip",
        "don't skip this one",
        "do not skip this",
        "no, don't skip it",
        "don't start over",
        "don't go back",
        "don't go to the next one",
        "don't delete my data",
        "don't forget me",
        "don't make it easier",
        "don't leave",
        "wait, don't skip it",
    ],
)
def test_what_is_forbidden_is_not_done(text):
    """A command that is denied is a no or nothing, never the command or another one."""
    assert UNDERSTANDING.understand(text).intent in ("AMAZON.NoIntent", FALLBACK)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("don't like this one", "NextStretchIntent"),
        ("don't have a band", "WithoutIntent"),
        ("don't know", "UnsureIntent"),
        ("don't use a band", "WithoutIntent"),
        ("don't do the next one", "SkipNextIntent"),
        ("don't ever do the pigeon again", "SkipForGoodIntent"),
        ("don't go so fast", "CountSlowerIntent"),
        ("don't stop", "AMAZON.ResumeIntent"),
    ],
)
def test_what_is_wished_by_a_denial_is_done(text, intent):
    """So is what is not wanted, "i" or not, and what is told not to be done as samples tell it."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    "text",
    [
        "just one set",
        "two sets only",
        "go to set three",
        "I did ten already",
        "I'm fourteen",
        "I did twelve reps",
        "should I do ten",
        "two more sets",
        "should I hold for ten seconds",
        "I held for twenty seconds",
        "did you skip the pigeon",
        "is the pigeon next",
        "every second day at seven am",
        "every other day at six",
    ],
)
def test_what_changes_nothing_is_left_alone(text):
    """Sets are no repetitions; and who tells of themselves or asks has set nothing."""
    assert UNDERSTANDING.understand(text) == Understood(FALLBACK)


def test_every_other_day_is_not_every_day():
    """Its time is understood, or nothing; never a day that was not said."""
    for said in ("remind me every other day at six", "remind me every second day at seven am"):
        assert "day" not in filled(UNDERSTANDING.understand(said))


@pytest.mark.parametrize(
    "text",
    [
        "hang on a second I need to move the dog",
        "hold on, I have to get the door",
        "wait ten seconds",
        "wait, the cat is on my mat",
        "I'm tired",
    ],
)
def test_who_asks_for_a_moment_gets_it(text):
    """Whatever it is for."""
    assert UNDERSTANDING.understand(text) == Understood("AMAZON.PauseIntent")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("wait skip this one", "NextStretchIntent"),
        ("hold on what's next", "WhatsNextIntent"),
        ("hold on my knee hurts", "ItHurtsIntent"),
        ("wait stop", "AMAZON.StopIntent"),
        ("wait for me", "WaitForMeIntent"),
        ("wait for the bus", FALLBACK),
        ("hold on to your hat", FALLBACK),
    ],
)
def test_a_command_after_a_moment_asked_for_is_that_command(text, intent):
    """Who says what to do after "wait" means that, and not to wait."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("skip this set", "AMAZON.NextIntent"),
        ("how many sets left", "HowManyLeftIntent"),
        ("can I run after this", "ListRoutinesIntent"),
        ("can I breathe out now", "HowToIntent"),
        ("can I do this sitting", "EasierIntent"),
        ("did we do the left already", "WhichSideIntent"),
        ("have we done the right side", "WhichSideIntent"),
        ("what set is this", "WhereAmIIntent"),
        ("hmm I don't know", "UnsureIntent"),
        ("never mind", "AMAZON.NoIntent"),
        ("forget it", "AMAZON.NoIntent"),
        ("how am I doing", "ThisWeekIntent"),
        ("what's my streak", "ThisWeekIntent"),
        ("have I done the strength session this week", "ThisWeekIntent"),
        ("how did I do today", "LastTimeIntent"),
        ("what did I do today", "LastTimeIntent"),
        ("which leg is on top", "HowToIntent"),
        ("which ankle goes on which knee", "HowToIntent"),
        ("what's the easiest one", "ListRoutinesIntent"),
        ("which one is best for beginners", "ListRoutinesIntent"),
        ("what's the difference between the routines", "ListRoutinesIntent"),
        ("the second one", "GoToIntent"),
    ],
)
def test_what_was_taken_for_something_else_is_understood(text, intent):
    """Word for word what another new runner said, of whom one thing was taken for another."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "routine"),
    [
        ("go back to the desk break", "desk"),
        ("let's do the full glute stretch instead", "glute-stretch"),
    ],
)
def test_another_routine_is_asked_for_in_passing(text, routine):
    """Who wants another routine than the one under way says so like this."""
    understood = UNDERSTANDING.understand(text)
    assert (understood.intent, filled(understood)) == ("StartRoutineIntent", {"routine": routine})


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
        "play some jazz",
        "set a timer for five minutes",
        "remind me to call my mother at seven",
        "the next train leaves on friday at seven",
        "how many days are in a year",
        "what's ten plus five",
        "another ten euros",
        "on the other hand",
        "friday the thirteenth",
        "put the milk back",
        "without a doubt",
        "12345",
        "what is the capital of france",
        "what time is it",
        "why is the sky blue",
        "tell me about the weather",
        "how is the weather",
        "i want a coffee",
        "let's do lunch",
        "start banana",
        "start the car",
        "stop the banana routine",
        "stop by the shop",
        "next door neighbour",
        "how long is the marathon",
        "what is a good restaurant",
        "what is a good book",
        "start walking down the long road to the sea and never look back",
        "routine {routine}",
        "next " * LONGEST,
        "9" * 10_000,
    ],
)
def test_nonsense_is_not_understood(text):
    """What is like no sample is the fallback's, and no slot is made up for it."""
    assert UNDERSTANDING.understand(text) == Understood(FALLBACK)


def model_of(samples, values, type_="THING"):
    """Return a model with one intent, and one slot type for its slots."""
    slots = sorted({slot for sample in samples for slot in SLOT.findall(sample)})
    return {
        "interactionModel": {
            "languageModel": {
                "invocationName": "some name",
                "intents": [
                    {
                        "name": "AnIntent",
                        "slots": [{"name": slot, "type": type_} for slot in slots],
                        "samples": samples,
                    },
                    {"name": "AnotherIntent", "samples": ["sit down"]},
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
    samples = ["fetch {thing} quickly", "fetch {thing}"]
    understanding = Understanding(model_of(samples, [("ball quickly", "odd ball")]))
    assert understanding.understand("fetch ball quickly").slots["thing"].ids == ("odd ball",)


def test_an_unknown_name_is_taken_where_the_sample_tells_what_it_is():
    """A sample with a word of the names themselves takes other names too."""
    samples = ["fetch {thing} ball", "fetch {thing}"]
    understanding = Understanding(model_of(samples, [("red ball", "red"), ("blue ball", "blue")]))
    assert understanding.understand("fetch my green ball").slots == {"thing": Slot("green")}
    assert understanding.understand("fetch my stick") == Understood(FALLBACK)


def test_several_slots_are_filled():
    """A sample may have more than one slot."""
    names = [("ball", "b"), ("stick", "s")]
    understanding = Understanding(model_of(["swap {this} with {that}"], names))
    assert understanding.understand("swap the ball with my stick").slots == {
        "this": Slot("ball", ("b",)),
        "that": Slot("stick", ("s",)),
    }


def test_a_model_that_is_new_to_it_is_understood_as_tolerantly():
    """Nothing is tied to the intents of today: any model's samples and names will do."""
    model = model_of(["fetch {thing} quickly"], [("yellow ball", "ball")])
    understood = Understanding(model).understand("could you quikly fetch me the yelow bal")
    assert understood == Understood("AnIntent", {"thing": Slot("yelow bal", ("ball",))})


def test_a_slot_of_a_type_that_nobody_knows_takes_nothing():
    """A type that the model does not list and Alexa alone knows does no harm."""
    understanding = Understanding(model_of(["weather in {city}"], [], "AMAZON.City"))
    assert understanding.understand("weather in rome") == Understood(FALLBACK)
    assert understanding.understand("sit down") == Understood("AnotherIntent")


def test_where_slots_meet_the_names_tell_them_apart():
    """A name of several words and what comes right after it are told apart, in either order."""
    names = [("big ball", "b"), ("big ball game", "g"), ("stick", "s")]
    understanding = Understanding(model_of(["fetch {this} {that}"], names))
    for said, ids in {
        "fetch big ball stick": ["b", "s"],
        "fetch big ball game stick": ["g", "s"],
        "fetch stick big ball game": ["s", "g"],
    }.items():
        assert list(filled(understanding.understand(said)).values()) == ids


def test_more_names_than_slots_are_not_all_taken():
    """Where one is wanted, the last of two counts if little else is said; four days are three."""
    understood = UNDERSTANDING.understand("remind me on monday tuesday thursday and friday")
    assert understood.intent == "RemindMeIntent"
    assert list(filled(understood).values()) == ["monday", "tuesday", "thursday"]


@given(st.text() | st.lists(st.sampled_from(SCRAPS)).map(" ".join))
def test_any_text_is_answered(text):
    """Whatever is typed, the answer is one of the model's intents, and nothing is raised."""
    understood = UNDERSTANDING.understand(text)
    assert understood.intent in {intent["name"] for intent in LANGUAGE["intents"]}


def test_the_phrases_are_many_and_a_third_of_them_is_held_out():
    """24 and more for every intent that people phrase freely, and 400 and more of nonsense."""
    for intent in SAID_FREELY:
        assert sum(phrase.intent == intent for phrase in MEANT) >= 24, intent
    assert len(NONSENSE) >= 400
    assert len({phrase.text for phrase in PHRASES}) == len(PHRASES)
    assert {phrase.intent for phrase in PHRASES} <= {it["name"] for it in LANGUAGE["intents"]}
    assert 0.3 < sum(phrase.is_held_out for phrase in PHRASES) / len(PHRASES) < 0.37


@pytest.fixture(scope="module")
def measured():
    """What the benchmark of understanding measures, in per cent, by row and column."""
    told = StringIO()
    with redirect_stdout(told):
        assert main(["understanding", "--quick", "--json"]) == 0
    right, nonsense, _ = json.loads(told.getvalue())["tables"]
    return {
        row["what"].partition(",")[0]: {
            column: figure["median"] for column, figure in row["figures"].items()
        }
        for row in (*right["rows"], *nonsense["rows"])
    }


@pytest.mark.parametrize("column", ["tuned on", "held out", "slots too"])
def test_what_runners_say_is_understood(measured, column):
    """At least 95 in 100 phrases are understood, among those never tuned on too."""
    assert measured["all of them"][column] >= 95


def test_slots_are_filled_as_well():
    """Of the phrases that were tuned on, 95 in 100 have the right slots, too."""
    phrases = [phrase for phrase in MEANT if not phrase.is_held_out]
    assert score(UNDERSTANDING.understand, phrases).filled >= 95


@pytest.mark.parametrize("column", ["tuned on", "held out"])
def test_nonsense_is_left_alone(measured, column):
    """At most 2 in 100 sentences that are not for the coach are taken to be."""
    assert measured["all of it"][column] <= 2


def test_the_benchmark_tells_how_much_is_understood(measured):
    """It has a row for every intent that there are phrases for."""
    assert {phrase.intent for phrase in MEANT} <= measured.keys()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("too easy", "MoreTimeIntent"),
        ("too hard", "EasierIntent"),
        ("even longer", "HoldLongerIntent"),
        ("even shorter", "HoldShorterIntent"),
        ("ten seconds shorter", "HoldShorterIntent"),
        ("just this one ten seconds shorter", "LessTimeIntent"),
        ("long stretch", "FitTimeIntent"),
        ("go", "AMAZON.ResumeIntent"),
        ("again", "AMAZON.RepeatIntent"),
        ("good morning", "HelloIntent"),
        ("good morning everyone", FALLBACK),
        ("the long instructions", "TellEverythingIntent"),
        ("i meant the pigeon", "GoToIntent"),
        ("i meant explain the pigeon", "HowToIntent"),
        ("the pigeon", "HowToIntent"),
        ("i'm getting better so longer holds", "HoldLongerIntent"),
        ("the internet is so slow", FALLBACK),
        ("nooooo", "AMAZON.NoIntent"),
        ("is this the last won", "LastOneIntent"),
    ],
)
def test_a_few_words_make_the_difference(text, intent):
    """What newcomers say is told from what is said in nearly the same words."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("stretch my hamstrings", FALLBACK),
        ("a stretch for my calves please", FALLBACK),
        ("stretch my glutes", "StartRoutineIntent"),
        ("my hamstrings hurt", "ItHurtsIntent"),
        ("i pulled my hamstring", "FeelsWrongIntent"),
        ("my calf", "ItHurtsIntent"),
    ],
)
def test_what_is_to_be_stretched_is_not_hurt(text, intent):
    """To want a part of the body stretched is no harm; any word of harm makes it some."""
    assert UNDERSTANDING.understand(text).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("start the daily five and talk less", "StartRoutineIntent"),
        ("daily five without the band", "StartRoutineIntent"),
        ("the daily five but in four minutes", "FitTimeIntent"),
        ("start the daily five but my knee hurts", "ItHurtsIntent"),
        ("strength and weakness", FALLBACK),
        ("start the car and drive", FALLBACK),
    ],
)
def test_a_routine_is_started_whatever_is_said_of_how(text, intent):
    """More words after a routine's name do not keep it from starting; what is no wish does."""
    assert UNDERSTANDING.understand(text).intent == intent
