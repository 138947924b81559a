"""Reads the catalogue of movements and routines from its TOML files, and checks it whole."""

from collections.abc import Collection, Mapping
from pathlib import Path

from skill.coaching.movements import Dose, Hold, Movement, Need, Posture, Reps, Sidedness
from skill.coaching.routines import Catalogue, Part, Routine
from skill.content.entries import Entry, read_entries

FOLDER = Path(__file__).parent
ART = FOLDER / "art"
"""What `scripts/draw_art.py` draws for devices that show pixels."""
OURS = "ours"
"""The source of a dose that no article gives: our own modest choice."""


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read `movements.toml` and `routines.toml` in a folder.

    Raise `ContentError` naming the file, the entry and the good values if anything in them
    breaks a rule.
    """
    entries = read_entries(folder / "movements.toml")
    listed = entries.pop("sources", Entry(f"{folder.name}/movements.toml", "sources", {}))
    sources = {key: listed.text(key) for key in listed.table}
    movements = {name: _movement(entry, sources) for name, entry in entries.items()}
    for name, movement in movements.items():
        others = [other for other in movements if other != name]
        for stand_in in movement.stand_ins:
            entries[name].one_of("stand_ins", stand_in, others)
        if movement.easier is not None:
            entries[name].one_of("easier", movement.easier, others)
    routines = {
        name: _routine(entry, sources, movements)
        for name, entry in read_entries(folder / "routines.toml").items()
    }
    return Catalogue(movements, routines, sources)


def _movement(entry: Entry, sources: Collection[str]) -> Movement:
    entry.require_keys(
        ("sides", "posture", "source", "dose_source"),
        ("hold_seconds", "reps", "seconds_each", "needs", "easier", "stand_ins"),
    )
    dose = _dose(entry)
    if dose is None:
        raise entry.error("lacks a dose: hold_seconds or reps")
    with entry.placing_errors():
        return Movement(
            id=entry.name,
            sidedness=entry.choice("sides", Sidedness),
            posture=entry.choice("posture", Posture),
            dose=dose,
            source=entry.one_of("source", entry.table["source"], sources),
            dose_source=_dose_source(entry, sources),
            needs=frozenset(
                Need(entry.one_of("needs", thing, list(Need)))
                for thing in (entry.texts("needs") if "needs" in entry.table else ())
            ),
            easier=entry.text("easier") if "easier" in entry.table else None,
            stand_ins=entry.texts("stand_ins") if "stand_ins" in entry.table else (),
        )


def _routine(entry: Entry, sources: Collection[str], movements: Mapping[str, Movement]) -> Routine:
    entry.require_keys(("source", "parts"))
    parts = entry.table["parts"]
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise entry.error(f"parts takes a list of tables, not {parts!r}")
    with entry.placing_errors():
        return Routine(
            id=entry.name,
            parts=tuple(
                _part(entry.within(f"part {number}", part), sources, movements)
                for number, part in enumerate(parts, start=1)
            ),
            source=entry.one_of("source", entry.table["source"], sources),
        )


def _part(entry: Entry, sources: Collection[str], movements: Mapping[str, Movement]) -> Part:
    entry.require_keys(
        ("movement",), ("sets", "hold_seconds", "reps", "seconds_each", "dose_source")
    )
    movement = movements[entry.one_of("movement", entry.table["movement"], movements)]
    dose = _dose(entry)
    if dose is not None and type(dose) is not type(movement.dose):
        raise entry.error(f"{movement.id} takes {type(movement.dose).__name__.lower()}, not {dose}")
    with entry.placing_errors():
        return Part(
            movement,
            sets=entry.integer("sets", 1),
            own_dose=dose,
            own_dose_source=_dose_source(entry, sources) if "dose_source" in entry.table else None,
        )


def _dose_source(entry: Entry, sources: Collection[str]) -> str:
    return entry.one_of("dose_source", entry.table["dose_source"], [*sources, OURS])


def _dose(entry: Entry) -> Dose | None:
    if "hold_seconds" in entry.table and "reps" in entry.table:
        raise entry.error("takes hold_seconds or reps, not both")
    if "seconds_each" in entry.table and "reps" not in entry.table:
        raise entry.error("takes seconds_each only beside reps")
    with entry.placing_errors():
        if "hold_seconds" in entry.table:
            return Hold(entry.integer("hold_seconds"))
        if "reps" in entry.table:
            return Reps(entry.integer("reps"), entry.integer("seconds_each", 4))
    return None
