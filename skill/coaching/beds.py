"""Where a soft bed lies: in the silences of holds, between what is said, for a plan that asks."""

from itertools import pairwise

from skill.coaching.movements import Hold, Milliseconds
from skill.coaching.timeline import Timeline
from skill.coaching.values import value_class


@value_class
class Silence:
    """A stretch of a timeline without a sound: [start, end)."""

    start: Milliseconds
    end: Milliseconds


def bedded(timeline: Timeline) -> tuple[Silence, ...]:
    """Return the silences that a bed fills, in order. Sets of repetitions have none to speak of."""
    if not timeline.plan.choices.bed:
        return ()
    holds = [
        span
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True)
        if isinstance(step.dose, Hold)
    ]
    return tuple(
        Silence(sound.end, following.start)
        for sound, following in pairwise(timeline.sounds)
        if any(hold.begin <= sound.start < hold.release for hold in holds)
        and sound.end < following.start
    )
