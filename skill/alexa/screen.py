"""Screens: the step of a routine as an Echo with a screen shows it, while the coach waits.

The document is `apl/step.json`; a directive carries it with the values of one step. Where a guide
plays, the player shows its own page. Rules: Amazon's documentation of APL, "Data-binding
Evaluation" (`elapsedTime`) and "Component Properties, handleTick".
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

from ask_sdk_model.interfaces.alexa.presentation.apl import RenderDocumentDirective

from skill.coaching.movements import SECOND, Hold, Milliseconds
from skill.coaching.outcomes import PlayClip
from skill.coaching.plans import Step
from skill.content import phrases
from skill.pictures.art import art_file
from skill.pictures.poses import Stage
from skill.pictures.words import PictureWords
from skill.ports import GuideShelf

DOCUMENT = Path(__file__).parent / "apl" / "step.json"
TOKEN = "step"  # noqa: S105 - what Alexa calls the document by
WORDS_A_SECOND = 2.7
"""About how fast Alexa speaks: so the countdown begins when what she says before is over."""


def step_directive(
    clip: PlayClip, said: str, words: PictureWords, shelf: GuideShelf
) -> RenderDocumentDirective:
    """Have a screen show a step as its clip plays, after something is said."""
    timeline = clip.timeline
    step, span = timeline.plan.steps[clip.step], timeline.spans[clip.step]
    before = round(len(said.split()) / WORDS_A_SECOND * SECOND)
    begins = before + max(span.begin - clip.start, 0)
    ends = before + max(span.release - clip.start, 0)
    following = timeline.plan.steps[clip.step + 1 :][:1]
    return RenderDocumentDirective(
        token=TOKEN,
        document=_document(),
        datasources={
            "step": {
                "title": words.wording.title(timeline.plan.routine),
                "movement": _named(words, step),
                "side": _side(step),
                "picture": shelf.picture(art_file(step.movement, step.side)),
                "alternative": words.alternative(step.movement, step.side, Stage.FULL),
                "counts": isinstance(step.dose, Hold),
                "amount": _amount(step, span.release - span.begin),
                "begins": begins,
                "ends": ends,
                "number": clip.step + 1,
                "total": len(timeline.plan.steps),
                "next": "".join(f"→ {words.wording.step_title(other)}" for other in following),
            }
        },
    )


@cache
def _document() -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(DOCUMENT.read_text(encoding="utf-8")))


def _named(words: PictureWords, step: Step) -> str:
    return words.title(step.movement, step.side, Stage.FULL).partition(",")[0]


def _side(step: Step) -> str:
    return "" if len(step.movement.sides) == 1 else phrases.side(step.side, step.movement.sidedness)


def _amount(step: Step, length: Milliseconds) -> str:
    if isinstance(step.dose, Hold):
        return phrases.length(length)
    return phrases.plural(step.dose.count, "repetition")
