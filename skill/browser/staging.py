"""Staging: a timeline as a page shows it. Steps, beats and captions, with all words put in."""

from collections.abc import Mapping

from skill.browser.answers import Json
from skill.coaching.cues import Recipe
from skill.coaching.movements import SECOND, Reps, Side
from skill.coaching.plans import Step
from skill.coaching.timeline import Span, Timeline
from skill.content import phrases
from skill.content.wording import Wording
from skill.guides.captions import captions_of


def staged(timeline: Timeline, digest: str, wording: Wording, script: Mapping[str, Recipe]) -> Json:
    """Return all that a page needs to follow a guide by its offset alone; times in ms."""
    plan = timeline.plan
    return {
        "plan": plan.id,
        "digest": digest,
        "routine": plan.routine.id,
        "title": wording.title(plan.routine),
        "wishes": wording.plan_choices(plan),
        "duration": timeline.duration,
        "steps": [
            _step(step, span, wording)
            for step, span in zip(plan.steps, timeline.spans, strict=True)
        ],
        "beats": [[beat.kind, beat.step, beat.start, beat.end] for beat in timeline.beats],
        "captions": [
            [caption.start, caption.end, caption.text] for caption in captions_of(timeline, script)
        ],
    }


def _step(step: Step, span: Span, wording: Wording) -> Json:
    movement, dose = step.movement, step.dose
    reps = dose if isinstance(dose, Reps) else None
    return {
        "movement": movement.id,
        "name": phrases.capitalised(wording.movements[movement.id].name),
        "side": step.side,
        "side_name": "" if step.side is Side.BOTH else phrases.side(step.side, movement.sidedness),
        "title": wording.step_title(step),
        "set": step.set_number,
        "sets": step.sets,
        "reps": reps.count if reps else 0,
        "rep_length": reps.seconds_each * SECOND if reps else 0,
        "start": span.start,
        "begin": span.begin,
        "release": span.release,
        "end": span.end,
    }
