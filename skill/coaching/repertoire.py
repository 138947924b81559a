"""The repertoire: what the coach can coach, and how long every cue of it is."""

from functools import lru_cache

from skill.coaching.cues import CueSheet
from skill.coaching.plans import Plan, parse_plan_id
from skill.coaching.routines import Catalogue
from skill.coaching.timeline import Timeline, lay_out

REMEMBERED_TIMELINES = 128


class Repertoire:
    """The catalogue and one recording of its cues; `digest` names the recording."""

    def __init__(self, catalogue: Catalogue, sheet: CueSheet, digest: str) -> None:
        self.catalogue = catalogue
        self.digest = digest
        self._sheet = sheet
        self._timeline_of = lru_cache(REMEMBERED_TIMELINES)(self._lay_out)

    def timeline(self, plan_id: str) -> Timeline:
        """Return the timeline of a plan; raise `PlanError` if the id names none we coach."""
        return self._timeline_of(plan_id)

    def timeline_of(self, plan: Plan) -> Timeline:
        """Return the timeline of a plan at hand."""
        return self._timeline_of(plan.id)

    def _lay_out(self, plan_id: str) -> Timeline:
        return lay_out(parse_plan_id(plan_id, self.catalogue.routines), self._sheet)
