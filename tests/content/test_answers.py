import re
from collections import Counter
from datetime import time
from itertools import chain
from statistics import median
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching import cues
from skill.coaching.cues import Speech
from skill.coaching.lines import (
    LINES,
    About,
    Ago,
    Count,
    Countable,
    Easier,
    Heard,
    Here,
    Instructions,
    Length,
    Reason,
    Said,
    Spot,
    Together,
    Wishes,
    WorkLeft,
    line,
)
from skill.coaching.movements import GEAR, HOLD_SECONDS, SECOND, Need, Side
from skill.coaching.plans import Choices, Detail
from skill.coaching.schedules import Day, Schedule
from skill.coaching.values import replace
from skill.content import phrases
from skill.content.wording import load_wording

ASKING = {
    "offer",
    "offer-now",
    "which-routine",
    "which-one",
    "which-of-routines",
    "same-again",
    "which-movement",
    "how-long",
    "hold-seconds",
    "which-is-tight",
    "what-is-missing",
    "skip-what",
    "go-where",
    "how-many-reps",
    "try-again",
    "skip-which",
    "what-to-bring-back",
    "whether-to-forget",
    "which-days",
    "what-time",
    "whether-to-remind",
    "skip-or-easier",
    "skip-or-resume",
    "end-or-easier",
    "end-or-resume",
    "leave-it-out",
    "end-for-today",
    "unwell-settled",
    "emergency-settled",
    "crisis-settled",
    "ask-first-settled",
    "not-done-yet",
    "unknown-routine",
    "unknown-movement",
    "ready-next",
    "ready-last",
    "still-there",
    "go-on",
    "take-your-time",
    "anything-else",
    "help-idle",
    "help-playing",
    "help-paused",
    "help-stepping",
}
EXACT = {"care", "if-it-stays", "why", "easier", "forgotten", "reminder"}
"""Lines with one wording only: the truth needs it, or all their words come from elsewhere."""
OFTEN_HEARD = [
    "welcome-back",
    "offer",
    "offer-now",
    "which-routine",
    "which-one",
    "starting",
    "starting-again",
    "fitted",
    "going-on",
    "going-on-before",
    "back-to",
    "finished",
    "paused",
    "goodbye",
    "goodbye-kept",
    "where-working",
    "where-between",
    "left-in-work",
    "left-before",
    "left-after",
    "next-step",
    "next-step-then",
    "next-none",
    "easier-instead",
    "which-side",
    "left-count",
    "left-count-last",
    "left-count-between",
    "left-count-none",
    "left-here",
    "last-one",
    "last-one-but",
    "last-one-not",
    "said-before",
    "holds-set",
    "more",
    "count-set",
    "tight",
    "without",
    "with-again",
    "instead",
    "left-out",
    "on-with",
    "skipped-for-good",
    "brought-back",
    "waiting",
    "running-on",
    "brief",
    "full",
    "countdown-off",
    "countdown-on",
    "sound-on",
    "sound-off",
    "settings",
    "week",
    "last-time",
    "never-mind",
    "not-understood",
    "nothing-on",
    "ready-next",
    "take-your-time",
    "anything-else",
]
HELP = {"help-idle", "help-playing", "help-paused", "help-stepping"}
SENTENCE = re.compile(r"(?<=[.?]) ")


@pytest.fixture(scope="module")
def samples(catalogue, wording):
    """Values a line can carry, by name, or by line and name: ordinary, awkward and the longest."""
    movements, routines = catalogue.movements, catalogue.routines
    lengths = [Length(seconds * SECOND) for seconds in (250, 30, 1, 0, 61, 1199)]
    work = [WorkLeft(0, 119 * SECOND), WorkLeft(12, 48 * SECOND), WorkLeft(1, 4 * SECOND)]
    longest = sorted(
        movements.values(), key=lambda movement: -len(wording.movements[movement.id].name)
    )
    together = [Together(tuple(longest[:4])), Together((movements["clam"],))]
    spoken = [cue for cue, recipe in wording.script().items() if isinstance(recipe, Speech)]
    everything = Choices(
        hold_seconds=45,
        reps=12,
        rep_seconds=5,
        sets=2,
        detail=Detail.BRIEF,
        bed=True,
        countdown=False,
        tight=Side.RIGHT,
        without=frozenset({Need.BAND, Need.KNEELING}),
    )
    return {
        "spot": [
            spot
            for m in movements.values()
            for side in m.sides
            for spot in (Spot(m, side), Spot(m, side, 2, 3), Spot(m, side, 3, 3, extra=True))
        ],
        "routine": list(routines.values()),
        "routines": [tuple(routines.values())],
        "movement": list(movements.values()),
        "movements": together,
        "gear": [Together(GEAR), Together((Need.MAT,))],
        ("unknown-movement", "movements"): [tuple(movements.values())],
        ("which-movement", "movements"): [tuple(longest[:4]), tuple(longest[-2:])],
        ("what-to-bring-back", "movements"): [tuple(longest[:6]), tuple(longest[-2:])],
        ("starting", "movements"): [5, 2],
        ("starting", "length"): [About(350 * SECOND)],
        "heard": [Heard("yoga"), Heard("the one with the {side} & <both> legs, please")],
        "instructions": [Instructions(m, side) for m in movements.values() for side in m.sides],
        "reason": [Reason(movement) for movement in movements.values()],
        "easier": [Easier(movement) for movement in movements.values()],
        "said": [Said(cue) for cue in spoken if not cue.startswith(cues.NOT_WORDS)],
        "left": [*work, *lengths],
        "length": lengths,
        "routine_left": lengths,
        "number": [1, 5],
        "total": [5, 2],
        "rest": [Here(True, 0), Here(False, 1), Here(True, 2)],
        "side": [Side.LEFT, Side.RIGHT],
        "need": list(Need),
        "after": [Count(4, Countable.MOVEMENT), Count(1, Countable.MOVEMENT)],
        "sessions": [Count(12, Countable.SESSION), Count(1, Countable.SESSION)],
        "days": [Count(5, Countable.DAY), Count(1, Countable.DAY)],
        "ago": [Ago(hours * 3600 * SECOND) for hours in (0, 5, 30, 400, 5000)],
        "wishes": [
            Wishes(everything, waits=True, skipped=tuple(longest[:3])),
            Wishes(Choices(countdown=False), waits=False, skipped=()),
            Wishes(Choices(), waits=True, skipped=()),
        ],
        "schedule": [
            Schedule((Day.TUESDAY, Day.THURSDAY, Day.SATURDAY), time(18, 30)),
            Schedule(tuple(Day), time(12)),
        ],
    }


@pytest.fixture(scope="module")
def said(wording, samples):
    """All that can be said, in many of the ways it can come out, by line."""
    answers = {}
    for line_id, values in LINES.items():
        known = {value: samples.get((line_id, value)) or samples[value] for value in values}
        rounds = max(map(len, known.values()), default=1)
        answers[line_id] = {
            wording.say(
                replace(
                    line(
                        line_id, **{value: known[value][n % len(known[value])] for value in values}
                    ),
                    nth=nth,
                )
            )
            for n in range(rounds)
            for nth in range(len(wording.answers[line_id]))
        }
    return answers


def test_lines_that_ask(said):
    """Lines that keep the session open end in a question, and ask only one."""
    for line_id in ASKING:
        for sentence in said[line_id]:
            assert sentence.endswith("?"), sentence
            assert sentence.count("?") == 1, sentence


def test_lines_that_tell(said):
    """All other lines end in a full stop and ask nothing: nobody would hear the answer."""
    for line_id in LINES.keys() - ASKING:
        for sentence in said[line_id]:
            assert sentence.endswith("."), sentence
            assert "?" not in sentence, sentence


def test_one_breath(said):
    """Half of all answers have at most 20 words, and none but instructions has over 60."""
    assert median(len(answer.split()) for answers in said.values() for answer in answers) <= 20
    for line_id, answers in said.items():
        for answer in answers:
            assert len(answer.split()) <= (75 if line_id == "how-to" else 60), answer


def test_one_breath_as_written(said):
    """Half of all lines have at most 20 words, too, however many values each was tried with."""
    longest = [max(len(answer.split()) for answer in answers) for answers in said.values()]
    assert median(longest) <= 20


def test_sentences_begin_and_end_as_sentences_do(said):
    """Whatever its values, an answer begins with a capital or a figure and doubles no stop."""
    for answer in chain.from_iterable(said.values()):
        assert re.match("[A-Z0-9]", answer), answer
        assert not re.search(r"[.?,] ?[.?,]|  | [.,?]", answer), answer


def test_numbers_agree(said):
    """Nothing is said of "1 movements" or "2 day", nor that "there are 1 minute"."""
    for answer in chain.from_iterable(said.values()):
        assert not re.search(r"\b1 (minutes|seconds|repetitions|movements|sessions|days)\b", answer)
        assert not re.search(
            r"\b(0|[2-9]|\d\d+) (minute|second|repetition|movement|session|day)\b", answer
        )
        assert not re.search(r"\b(are|were) (about )?1 ", answer), answer


@pytest.mark.parametrize("line_id", OFTEN_HEARD)
def test_often_heard_answers_vary(wording, line_id):
    """Answers heard often have three variants or more."""
    assert len(set(wording.answers[line_id])) >= 3


@pytest.mark.parametrize("line_id", LINES)
def test_answers_vary(wording, line_id):
    """All other answers have two variants, but for those where only one wording is true."""
    assert (len(set(wording.answers[line_id])) == 1) == (line_id in EXACT)


@pytest.mark.parametrize("line_id", LINES)
def test_every_variant_says_its_values(wording, line_id):
    """No variant keeps back what another one tells."""
    for variant in wording.answers[line_id]:
        used = {field for _, field, _, _ in Formatter().parse(variant) if field}
        assert used == LINES[line_id], variant


def test_no_sentence_is_said_in_two_places(wording):
    """Each sentence stands once in all answers: nobody hears the same phrase at every turn."""
    sentences = Counter(
        re.sub("[^a-z{}_ ]", "", sentence.lower())
        for variants in wording.answers.values()
        for variant in variants
        for sentence in SENTENCE.split(variant)
        if not re.fullmatch(r"\{\w+\}", sentence)
    )
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


def test_variants_come_in_rotation(wording):
    """From time to time a line comes in its next wording, and round again."""
    variants = wording.answers["paused"]
    heard = [wording.say(replace(line("paused"), nth=nth)) for nth in range(2 * len(variants))]
    assert heard == [*variants, *variants]


@pytest.mark.parametrize(
    ("line_id", "named"),
    [
        ("which-is-tight", ["your left side", "your right side"]),
        ("what-is-missing", ["no band", "no chair", "no mat", "no kneeling"]),
        ("whether-to-forget", ["your place", "your settings", "your history", "for good"]),
        ("forgotten", ["place", "settings", "history", "deleted"]),
        ("whether-to-remind", ["remind"]),
        ("reminder", ["open glute coach"]),
        ("reminders-not-allowed", ["Alexa"]),
        ("reminders-denied", ["Alexa app"]),
        ("skip-or-easier", ["easier", "stop"]),
        ("skip-or-resume", ["resume", "stop"]),
        ("end-or-easier", ["easier"]),
        ("end-or-resume", ["resume"]),
        ("leave-it-out", ["stop"]),
        ("feels-wrong", ["sit", "professional"]),
        ("emergency", ["stop", "emergency number", "call"]),
        ("it-hurts", ["ease out of it slowly", "push"]),
        ("not-understood", ["help"]),
        ("not-understood-now", ["help"]),
        ("volume", ["volume", "device", "up or down"]),
        ("should-it-hurt", ["say it hurts"]),
        ("ask-first", ["first"]),
        ("how-often", ["two or three days", "daily five"]),
        ("which-days", ["week"]),
        ("reminders-not-here", ["this device", "Alexa device"]),
        ("ready-last", ["repeat"]),
        ("not-done-yet", ["repeat"]),
        ("take-your-time", ["repeat", "next"]),
        ("audio-failed", ["would not play"]),
        ("state-lost", ["start fresh"]),
    ],
)
def test_every_variant_names_what_matters(wording, line_id, named):
    """Whichever variant is heard tells how to answer, or what is at stake."""
    for variant in wording.answers[line_id]:
        for words in named:
            assert words.lower() in variant.lower(), variant


def test_the_volume_is_told_for_either_wish(wording):
    """Who wants it louder is not sent down; and not everybody who asks has an Alexa there."""
    for variant in wording.answers["volume"]:
        assert "Alexa" not in variant
        assert "less" not in variant


def test_the_bounds_of_holds(wording):
    """Who asks for more or less than can be hears the bounds that there are."""
    shortest, longest = HOLD_SECONDS.start, HOLD_SECONDS.stop - 1
    for variant in wording.answers["holds-bounded"]:
        assert phrases.length(shortest * SECOND) in variant
        assert phrases.length(longest * SECOND) in variant


@pytest.mark.parametrize(
    "words",
    ["wait for me", "longer holds", "less talking", "I have five minutes", "no band", "remind me"],
)
def test_help_tells_of_wishes(wording, words):
    """What a runner can wish for is told in help, wherever they ask for it."""
    told = [line_id for line_id in HELP if any(words in text for text in wording.answers[line_id])]
    assert len(told) >= 2


def test_values_are_set_into_sentences(wording):
    """A spot, a direction, lengths and lists come out as people say them."""
    movements = wording.catalogue.movements
    clam, walk = (
        Spot(movements["clam"], Side.LEFT),
        Spot(movements["monster-walk"], Side.RIGHT),
    )
    twelve = Length(12 * SECOND)
    assert "clam, left side" in wording.say(line("going-on", spot=clam, left=twelve))
    assert "12 seconds" in wording.say(line("going-on", spot=clam, left=twelve))
    assert "monster walk, to the right" in wording.say(line("next-step", spot=walk))
    routines = tuple(wording.catalogue.routines.values())
    asked = wording.say(line("which-routine", routines=routines))
    assert "pre-run routine, post-run stretch" in asked
    assert "strength session or desk break" in asked


def test_lists_are_of_choices_or_of_all(wording):
    """Movements to choose from are joined by "or", those that are meant together by "and"."""
    movements = wording.catalogue.movements
    two = (movements["clam"], movements["lunge"])
    assert "the clam or lunge?" in wording.say(line("which-movement", movements=two))
    assert "the clam and lunge." in wording.say(line("instead", movements=Together(two)))
    assert "the clam." in wording.say(line("left-out", movements=Together(two[:1])))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (line("tight", side=Side.LEFT), "Your left side gets"),
        (line("without", need=Need.BAND), "without a band."),
        (line("without", need=Need.KNEELING), "without kneeling."),
        (line("more", left=WorkLeft(2, 8 * SECOND)), "2 repetitions more."),
        (line("more", left=WorkLeft(0, 10 * SECOND)), "10 seconds more."),
        (
            line(
                "week",
                sessions=Count(4, Countable.SESSION),
                days=Count(1, Countable.DAY),
            ),
            "4 sessions on 1 day",
        ),
        (line("last-time-gone", ago=Ago(5 * 3600 * SECOND)), "about 5 hours ago"),
        (
            line("reminders-set", schedule=Schedule((Day.FRIDAY, Day.TUESDAY), time(7))),
            "remind you Tuesdays and Fridays at 7 in the morning.",
        ),
        (
            line("whether-to-remind", schedule=Schedule((Day.MONDAY,), time(18, 30))),
            "Mondays at 6:30 in the evening?",
        ),
    ],
)
def test_values_as_people_say_them(wording, asked, said):
    """Sides, needs, counts, times gone by and schedules come out as people say them."""
    assert said in wording.say(asked)


def test_an_extra_hold_is_told_from_the_first(wording):
    """A spot of the additional hold says so, after the side and the set."""
    pigeon = wording.catalogue.movements["pigeon"]
    extra = Spot(pigeon, Side.LEFT, extra=True)
    assert "the pigeon pose, left side, once more." in wording.say(line("back-to", spot=extra))
    last = Spot(pigeon, Side.LEFT, 2, 2, extra=True)
    told = wording.say(line("back-to", spot=last))
    assert "pigeon pose, left side, set 2 of 2, once more." in told


def test_wishes_come_in_one_sentence(wording):
    """All that a runner has set is told, the last of it after an "and"."""
    pigeon = wording.catalogue.movements["pigeon"]
    choices = Choices(hold_seconds=45, countdown=False, without=frozenset({Need.BAND}))
    wishes = Wishes(choices, waits=True, skipped=(pigeon,))
    assert wording.say(line("settings", wishes=wishes)) == (
        "You asked for 45-second holds, no countdown, no band, no pigeon pose "
        "and a wait after each step."
    )


def test_what_was_said_is_said_again(wording):
    """Any words of a guide can be repeated as they are, closed with a full stop."""
    for cue, recipe in wording.script().items():
        if isinstance(recipe, Speech) and not cue.startswith(cues.NOT_WORDS):
            words = recipe.text.rstrip(".,")
            assert wording.say(line("said-before", said=Said(cue))) == f"I said: {words}."


def test_values_stand_between_pauses(wording):
    """A spot, which has a comma inside, is always followed by a pause."""
    for variants in wording.answers.values():
        for variant in variants:
            assert not re.search(r"\{spot\}(?![.,?])", variant), variant


def test_answers_are_plain_text(wording):
    """Answers carry no markup, no dashes, no brackets and no shouting."""
    for variants in wording.answers.values():
        for variant in variants:
            assert re.fullmatch(r"[A-Za-z0-9{}_,.:;?' -]+", variant), variant
            assert not re.search(r"(^|\s)-|-(\s|$)|\s\s", variant), variant


def test_instructions_end_in_care(wording):
    """Whoever asks how a movement is done also hears what to watch for, on the right side."""
    pigeon = wording.catalogue.movements["pigeon"]
    told = wording.say(line("how-to", instructions=Instructions(pigeon, Side.RIGHT)))
    assert "right shin" in told
    assert told.endswith(wording.movements["pigeon"].care)


def test_care_names_the_signs(wording):
    """The care line says what it is not, what to heed and what to do."""
    (care,) = wording.answers["care"]
    for words in ("not medical advice", "sharp pain", "numbness", "tingling", "stop", "ease out"):
        assert words.lower() in care.lower()


def test_every_movement_can_hurt(wording):
    """Each care note says when to ease off."""
    for words in wording.movements.values():
        assert re.search("hurt|complain|pinch", words.care), words.care


def test_easing_a_movement_takes_no_other(wording):
    """How to ease a movement is told where no other one can be done in its place."""
    for words in wording.movements.values():
        assert not [
            other.name for other in wording.movements.values() if other.name in words.easier
        ]


@given(st.text(min_size=1, max_size=80))
def test_what_was_heard_is_said_back(heard):
    """Whatever was heard is said back as it is, cut to a length that fits a sentence."""
    wording = load_wording("en-US")
    routines = tuple(wording.catalogue.routines.values())
    answer = wording.say(line("unknown-routine", heard=Heard(heard), routines=routines))
    assert f" called {heard[:50]}. Which " in answer


@pytest.mark.parametrize("kind", ["movements", "routines"])
def test_nothing_goes_by_two_names(wording, kind):
    """No name of a movement or a routine is a name or a synonym of another."""
    entries = getattr(wording, kind).values()
    names = Counter(chain.from_iterable((words.name, *words.synonyms) for words in entries))
    assert [words.name for words in entries if names[words.name] > 1] == []


@pytest.mark.parametrize(("kind", "least"), [("movements", 3), ("routines", 4)])
def test_synonyms_are_as_people_say_them(wording, kind, least):
    """Names and synonyms are in lower case, and there are several a movement and a routine."""
    for words in getattr(wording, kind).values():
        assert len(words.synonyms) >= least
        assert all(name == name.lower() for name in (words.name, *words.synonyms))


@pytest.mark.parametrize(
    ("kind", "name", "means"),
    [
        ("movements", "bridge", "glute-bridge"),
        ("movements", "pigeon", "pigeon"),
        ("movements", "double pigeon", "stacked-leg"),
        ("movements", "fire log", "stacked-leg"),
        ("movements", "reclined pigeon", "lying-figure-four"),
        ("movements", "chair figure four", "seated-figure-four"),
        ("movements", "donkey kick", "kick-back"),
        ("movements", "lateral walk", "monster-walk"),
        ("routines", "warm up", "pre-run"),
        ("routines", "activation", "pre-run"),
        ("routines", "after my run", "post-run"),
        ("routines", "cool down", "post-run"),
        ("routines", "recovery day", "glute-stretch"),
        ("routines", "five minute glutes", "daily-five"),
        ("routines", "strong glutes", "strength"),
        ("routines", "sitting break", "desk"),
    ],
)
def test_names_of_the_facts(wording, kind, name, means):
    """The other names that the facts give are understood."""
    words = getattr(wording, kind)[means]
    assert name in {words.name, *words.synonyms}
