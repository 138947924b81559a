"""The repertoire: what the coach can coach, and how long every cue of it is.

The cues may have been recorded anew since a player began. As long as the lengths of that
earlier recording are known, its offsets can be read, and lead to the same second of the same
step in today's.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from skill.coaching import planner
from skill.coaching.cues import CueSheet
from skill.coaching.errors import MissingCueError
from skill.coaching.movements import Milliseconds
from skill.coaching.planner import Begun, Fitted
from skill.coaching.plans import Plan, parse_plan_id
from skill.coaching.routines import Catalogue
from skill.coaching.timeline import Bookmark, Timeline, lay_out

REMEMBERED_TIMELINES = 128
REMEMBERED_FITS = 256
"""Each took up to a tenth of a second; every routine in every number of minutes is 108."""


class Repertoire:
    """The catalogue and the recording in force, `digest` its name; and earlier ones by theirs.

    `earlier` is asked for those when a player tells of one.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        sheet: CueSheet,
        digest: str,
        earlier: Callable[[], Mapping[str, CueSheet]] = dict,
    ) -> None:
        self.catalogue = catalogue
        self.digest = digest
        self._sheets: Mapping[str, CueSheet] = {digest: sheet}
        self._earlier = earlier
        self._timeline_in = lru_cache(REMEMBERED_TIMELINES)(self._lay_out)
        self._fitted = lru_cache(REMEMBERED_FITS)(self._fit)

    def timeline(self, plan_id: str) -> Timeline:
        """Return the timeline of a plan; raise `PlanError` if the id names none we coach."""
        return self._timeline_in(self.digest, plan_id)

    def fitted(self, plan: Plan, asked: Milliseconds, begun: Begun | None = None) -> Fitted:
        """Return a plan made to fit a time, as `planner.fit` does it, which raises `PlanError`."""
        return self._fit(plan, asked, begun) if begun else self._fitted(plan, asked)

    def bookmark(self, plan_id: str, digest: str, offset: Milliseconds) -> Bookmark | None:
        """Return the bookmark of an offset in some recording; None if that cannot be told.

        Raise `PlanError` if the id names no plan we coach.
        """
        if not self._knows(digest):
            return None
        try:
            return self._timeline_in(digest, plan_id).bookmark(offset)
        except MissingCueError:  # an earlier recording, from before the plan had this line
            return None

    def _knows(self, digest: str) -> bool:
        if digest not in self._sheets:
            self._sheets = {**self._earlier(), **self._sheets}
        return digest in self._sheets

    def _fit(self, plan: Plan, asked: Milliseconds, begun: Begun | None = None) -> Fitted:
        return planner.fit(plan, asked, lambda form: self.timeline(form.id), begun)

    def _lay_out(self, digest: str, plan_id: str) -> Timeline:
        return lay_out(parse_plan_id(plan_id, self.catalogue), self._sheets[digest])
