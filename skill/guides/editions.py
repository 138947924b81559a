"""Editions: guides as people take them along, with tags, captions and chapters."""

from collections.abc import Iterator
from functools import lru_cache

from skill.coaching.movements import Hold
from skill.coaching.plans import Choices, Detail, Plan
from skill.coaching.repertoire import Repertoire
from skill.coaching.routines import Catalogue, Routine
from skill.content.catalogue import ART
from skill.content.wording import Wording
from skill.guides.captions import web_vtt
from skill.guides.chapters import chapters_json, chapters_of
from skill.guides.tags import id3_tag
from skill.ports import GuideLibrary

ARTIST = "Glute Coach"
STANDARD_HOLDS = (20, 30, 45)
"""Seconds; the sources ask for 20 to 30, and who has practised asks for longer."""
REMEMBERED = 128


class Editions:
    """Dresses the guides of one recording for players; the audio is the library's, to the frame.

    Every method takes a plan id, and raises `PlanError` for one that names no plan we coach.
    """

    def __init__(self, library: GuideLibrary, repertoire: Repertoire, wording: Wording) -> None:
        self.library = library
        self.repertoire = repertoire
        self.wording = wording
        self.captions = lru_cache(REMEMBERED)(self._captions)
        self.script = wording.script()
        self._cover = (ART / "cover.jpg").read_bytes()

    def mp3(self, plan_id: str) -> bytes:
        """Return the guide with title, cover and chapters at its head."""
        timeline = self.repertoire.timeline(plan_id)
        tag = id3_tag(
            title=self.wording.plan_title(timeline.plan),
            artist=ARTIST,
            album=ARTIST,
            chapters=chapters_of(timeline, self.wording.step_title),
            jpeg=self._cover,
        )
        return tag + self.library.guide(timeline)

    def chapters(self, plan_id: str) -> str:
        """Return the guide's chapters, as JSON for podcast players."""
        timeline = self.repertoire.timeline(plan_id)
        title = self.wording.plan_title(timeline.plan)
        return chapters_json(title, chapters_of(timeline, self.wording.step_title))

    def _captions(self, plan_id: str) -> str:
        """Return what is said in the guide, as WebVTT."""
        return web_vtt(self.repertoire.timeline(plan_id), self.script)


def standard_plans(catalogue: Catalogue) -> Iterator[Plan]:
    """Yield the plans to publish: each routine, its holds shorter and longer, full and brief."""
    for routine in catalogue.routines.values():
        for detail in Detail:
            for seconds in _holds_to_offer(routine):
                yield Plan(routine, catalogue, Choices(hold_seconds=seconds, detail=detail))


def _holds_to_offer(routine: Routine) -> tuple[int | None, ...]:
    """None stands for the routine as it is, so that its id stays the plain one."""
    own = {part.dose.seconds for part in routine.parts if isinstance(part.dose, Hold)}
    if not own:
        return (None,)
    return tuple(None if own == {seconds} else seconds for seconds in STANDARD_HOLDS)
