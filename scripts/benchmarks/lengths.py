"""Guides of many lengths: plans as runners may have them, as near to some minutes as there are."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from skill.coaching.errors import PlanError
from skill.coaching.movements import SECOND
from skill.coaching.plans import Choices, Plan
from skill.coaching.repertoire import Repertoire
from skill.coaching.routines import SETS, Catalogue
from skill.coaching.timeline import Timeline

MINUTES = (1, 5, 10, 30, 60)
_HOLDS = (None, 20, 45, 120)
_REPS = (None, 5, 10, 30)


def guides_of(minutes: Sequence[float], repertoire: Repertoire) -> Mapping[float, Timeline]:
    """Return the timeline that lasts most nearly so long, for each of these."""
    found = list(_timelines(repertoire))
    return {
        wanted: min(found, key=lambda timeline: abs(timeline.duration - wanted * 60 * SECOND))
        for wanted in minutes
    }


def _timelines(repertoire: Repertoire) -> Iterator[Timeline]:
    for plan in _plans(repertoire.catalogue):
        try:
            yield repertoire.timeline(plan.id)
        except PlanError:  # longer than a plan may be
            continue


def _plans(catalogue: Catalogue) -> Iterator[Plan]:
    sets = (None, *SETS)
    for routine in catalogue.routines.values():
        others = frozenset(part.movement.id for part in routine.parts[1:])
        for holds, reps, of_sets, skipped in product(_HOLDS, _REPS, sets, (frozenset(), others)):
            choices = Choices(hold_seconds=holds, reps=reps, sets=of_sets, skipped=skipped)
            if routine.parts[0].movement.id not in skipped:
                yield Plan(routine, catalogue, choices)
