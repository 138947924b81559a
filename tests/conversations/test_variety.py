"""Within one session nothing is worded twice the same while it could be worded otherwise."""

import re
from collections import Counter
from collections.abc import Iterator
from string import Formatter

import pytest

from skill.content.wording import Wording
from tests.simulators.coach import Coach


def variants_in(wording: Wording, speech: str) -> Iterator[tuple[str, int]]:
    """Yield the variants that an answer is put together from, with their lines."""
    for line_id, variants in wording.answers.items():
        for number, variant in enumerate(variants):
            words = [words for words, *_ in Formatter().parse(variant)]
            if sum(len(part.split()) for part in words) < 2:  # nothing but what it is about
                continue
            written = ".+?".join(map(re.escape, words))
            pattern = written if variant[0] == "{" else f"(?:^|[.?] ){written}"
            if re.search(f"{pattern}(?: |$)", speech):
                yield line_id, number


class Listener:
    """Talks to a coach, and fails as soon as a wording comes again before all have come."""

    def __init__(self, coach: Coach) -> None:
        self.coach = coach
        self.heard: Counter[tuple[str, int]] = Counter()

    def tell(self, words: str) -> None:
        """Say something, and remember in which words it is answered."""
        wording = self.coach.wording
        for line_id, number in variants_in(wording, self.coach.tell(words).speech):
            self.heard[line_id, number] += 1
            times = [self.heard[line_id, n] for n in range(len(wording.answers[line_id]))]
            assert max(times) - min(times) <= 1, f"{line_id} came in its wordings {times} times"


QUESTIONS = ("which side", "how long left", "where am i", "what's next", "is this the last one")


def test_questions_in_a_hold(holding):
    """The same questions over and over are answered in all the words there are."""
    listener = Listener(holding)
    for question in QUESTIONS * 4:
        listener.tell(question)
    for line_id in ("which-side", "left-in-work", "where-working", "last-one-not"):
        assert {(line_id, number) for number in range(3)} <= listener.heard.keys()


def test_step_by_step(stepping):
    """The question after each step is put in other words each time."""
    listener = Listener(stepping)
    for words in ("repeat", "which side", "repeat", "no", "repeat", "other side", "other side"):
        listener.tell(words)
    for words in ("next", "next", "next", "repeat", "repeat", "repeat", "how long left"):
        listener.tell(words)


def test_the_same_question_again(holding):
    """A question that is answered at once each time is not asked in the same words again."""
    listener = Listener(holding)
    for _ in range(6):
        listener.tell("forget me")
        listener.tell("no")
    for _ in range(6):
        listener.tell("it hurts")
        listener.tell("why this one")


def test_a_whole_session(coach):
    """From the greeting to the end, with wishes and breaks in between."""
    listener = Listener(coach)
    for words in ("help", "what can i do", "start", "full glute stretch"):
        listener.tell(words)
    for _ in range(4):
        coach.echo.wait(30)
        for words in ("hold it longer", "pause", "resume", "less talking", "tell me everything"):
            listener.tell(words)
        for words in ("help", "no", "it hurts", "make it easier", "no countdown", "soft sound"):
            listener.tell(words)


@pytest.mark.parametrize("times", [3])
def test_from_one_session_to_the_next(coach, times):
    """The greeting of the next session is another one than that of the last."""
    coach.tell("start the desk break")
    coach.echo.wait(20)
    greetings = []
    for _ in range(times):
        coach.tell("pause")
        heard = coach.say("open glute coach")
        greetings.append(heard.speech.partition(".")[0])
        coach.say("stop")
    assert len(set(greetings)) == times
