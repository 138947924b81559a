"""Chapters: one a step, as the Podcasting 2.0 namespace writes them down in JSON.

Source: the namespace's "JSON Chapters Format", version 1.2.0.
"""

import json
from collections.abc import Callable

from skill.coaching.movements import SECOND, Milliseconds
from skill.coaching.plans import Step
from skill.coaching.timeline import Timeline
from skill.coaching.values import value_class


@value_class
class Chapter:
    """One step of a guide, by its name: [start, end) in milliseconds."""

    title: str
    start: Milliseconds
    end: Milliseconds


def chapters_of(timeline: Timeline, title_of: Callable[[Step], str]) -> tuple[Chapter, ...]:
    """Return the chapters of a guide; together they cover all of it."""
    return tuple(
        Chapter(title_of(step), span.start, span.end)
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True)
    )


def chapters_json(title: str, chapters: tuple[Chapter, ...]) -> str:
    """Write chapters down for podcast players; times are in seconds."""
    document = {
        "version": "1.2.0",
        "title": title,
        "chapters": [
            {
                "title": chapter.title,
                "startTime": chapter.start / SECOND,
                "endTime": chapter.end / SECOND,
            }
            for chapter in chapters
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)
