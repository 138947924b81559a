"""The programme: every routine as the pages tell of it, on its card and among the guides."""

from collections.abc import Callable

from skill.browser.answers import Json
from skill.coaching.movements import SECOND, Milliseconds, Movement, Need, Side
from skill.coaching.routines import Routine
from skill.content import phrases
from skill.guides.chapters import chapters_of
from skill.guides.editions import Editions, standard_plans
from skill.guides.frames import FRAME_BYTES, FRAME_MS

Draw = Callable[[Movement, Side], str]
"""What makes a movement's picture, as SVG."""

NEEDED = {
    Need.BAND: "a loop band",
    Need.CHAIR: "a chair",
    Need.MAT: "a mat",
}


def programme(editions: Editions, draw: Draw) -> list[Json]:
    """Describe every routine, each with the picture of a movement that no card has shown yet."""
    described, shown = [], set[Movement]()
    for routine in editions.wording.catalogue.routines.values():
        fresh = next((m for m in routine.movements if m not in shown), routine.movements[0])
        shown.add(fresh)
        described.append(_described(routine, editions, draw(fresh, fresh.sides[0])))
    return described


def _described(routine: Routine, editions: Editions, picture: str) -> Json:
    wording = editions.wording
    timeline = editions.repertoire.timeline(routine.id)
    plan = timeline.plan
    needs = {need for movement in plan.movements for need in movement.needs}
    things = phrases.listed([NEEDED[n] for n in NEEDED if n in needs] or ["nothing"], "and")
    kneeling = " · some kneeling" if Need.KNEELING in needs else ""
    names = [wording.movements[movement.id].name for movement in plan.movements]
    standard = [
        {"id": edition.id, "title": ", ".join(phrases.choices(edition.choices)) or "as usual"}
        for edition in standard_plans(wording.catalogue)
        if edition.routine is routine
    ]
    return {
        "id": routine.id,
        "name": wording.routines[routine.id].name,
        "title": wording.title(routine),
        "when": wording.routines[routine.id].when,
        "length": phrases.about(timeline.duration),
        "exactly": _clock(timeline.duration),
        "needs": f"needs {things}{kneeling}",
        "movements": phrases.listed(names, "and"),
        "picture": picture,
        "megabytes": f"{timeline.duration // FRAME_MS * FRAME_BYTES / 1e6:.1f}",
        "chapters": [
            {"title": c.title, "at": _clock(c.start), "seconds": c.start / SECOND}
            for c in chapters_of(timeline, wording.step_title)
        ],
        "editions": standard,
    }


def _clock(milliseconds: Milliseconds) -> str:
    minutes, seconds = divmod(round(milliseconds / SECOND), 60)
    return f"{minutes}:{seconds:02}"
