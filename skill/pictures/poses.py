"""Reads how each movement is drawn from `content/poses.toml`: its two poses, and the view.

Poses are described for the right side at work; the left is their mirror image.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from skill.coaching.movements import Side
from skill.coaching.routines import Catalogue
from skill.coaching.values import value_class
from skill.content.catalogue import FOLDER, load_catalogue
from skill.content.entries import Entry, read_entries
from skill.pictures.body import Body, End, Limb, Pose, mirrored_name
from skill.pictures.space import NOWHERE, Vector

_LIMBS = ("leg", "arm")
_POSE_KEYS = ("pelvis", "pitch", "floor")
_MORE_KEYS = (
    *("turn", "lean", "arrow", "nearer", "contact"),
    *(f"{which}_{limb}" for which in Side if which is not Side.BOTH for limb in _LIMBS),
    *(f"{limb}s" for limb in _LIMBS),
)


class Stage(StrEnum):
    """Which of a movement's two poses a picture shows."""

    START = "start"
    FULL = "full"
    """What is held, or the top of the repetition."""


@value_class
class View:
    """Where a movement is looked at from, in degrees.

    Azimuth 0 is from the front of a figure that stands, 90 from its left, 180 from behind,
    -90 from its right; elevation 0 is level, 90 from above.
    """

    azimuth: float
    elevation: float

    @property
    def mirrored(self) -> "View":
        """The view from the other side."""
        return View(-self.azimuth, self.elevation)


@value_class
class Drawing:
    """One pose as it is to be drawn, for the right side at work."""

    body: Body
    floor: frozenset[str]
    """The parts that lie or stand on the floor."""
    contact: tuple[tuple[str, str], ...]
    """Joints that lie on one another, but for the flesh around them."""
    arrow: tuple[Vector, ...]
    """The way the motion goes: from, by way of, to; empty for none."""
    nearer: Mapping[str, float]
    """Parts drawn as though they were so many units nearer to the viewer, or further (< 0)."""

    @property
    def mirrored(self) -> "Drawing":
        """The drawing for the other side at work."""
        return Drawing(
            Body(self.body.pose.mirrored),
            frozenset(map(mirrored_name, self.floor)),
            tuple((mirrored_name(one), mirrored_name(other)) for one, other in self.contact),
            tuple(place.mirrored for place in self.arrow),
            {mirrored_name(part): units for part, units in self.nearer.items()},
        )


@value_class
class Study:
    """How a movement is drawn."""

    view: View
    drawings: Mapping[Stage, Drawing]
    chair: Vector | None
    """The middle of a chair's seat, and its height."""

    @property
    def mirrored(self) -> "Study":
        """The study of the left side at work.

        Who has the right ankle over the left knee, and is seen from the right, is in a mirror
        someone with the left ankle over the right knee, seen from the left. So each side is
        shown from its own side, and the leg at work is the near one in both pictures.
        """
        return Study(
            self.view.mirrored,
            {stage: drawing.mirrored for stage, drawing in self.drawings.items()},
            self.chair.mirrored if self.chair else None,
        )


def load_studies(folder: Path = FOLDER) -> dict[str, Study]:
    """Read `poses.toml` in a folder: a study for every movement of the catalogue.

    Raise `ContentError` naming the file, the entry and the good values if a movement lacks a
    pose, a pose breaks a rule, or a body cannot take it.
    """
    if folder == FOLDER:
        return _our_studies()
    return _read(folder, load_catalogue(folder))


@lru_cache(maxsize=1)
def _our_studies() -> dict[str, Study]:
    return _read(FOLDER, load_catalogue())


def _read(folder: Path, catalogue: Catalogue) -> dict[str, Study]:
    entries = read_entries(folder / "poses.toml")
    whole = Entry(f"{folder.name}/poses.toml", "poses", entries)
    whole.require_keys(catalogue.movements)
    drawn = [name for name, entry in entries.items() if "like" not in entry.table]
    studies = {name: _study(entries[name]) for name in drawn}
    for name, entry in entries.items():
        if name not in studies:
            entry.require_keys(("like",))
            studies[name] = studies[entry.one_of("like", entry.table["like"], drawn)]
    return {name: studies[name] for name in catalogue.movements}


def _study(entry: Entry) -> Study:
    entry.require_keys(("view", *Stage), ("chair",))
    azimuth, elevation = _numbers(entry, "view", 2)
    start = entry.table[Stage.START]
    full = entry.table[Stage.FULL]
    for stage, table in ((Stage.START, start), (Stage.FULL, full)):
        if not isinstance(table, dict):
            raise entry.error(f"{stage} takes a table, not {table!r}")
    return Study(
        view=View(azimuth, elevation),
        drawings={
            Stage.START: _drawing(entry.within("start", start)),
            Stage.FULL: _drawing(entry.within("full", _changed(start, full))),
        },
        chair=_vector(entry, "chair") if "chair" in entry.table else None,
    )


def _changed(start: Mapping[str, Any], full: Mapping[str, Any]) -> dict[str, Any]:
    """Return the full pose: it says only what is not as at the start, limb by limb."""
    changed = dict(start) | dict(full)
    for key, value in full.items():
        before = start.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            changed[key] = before | value
    return changed


def _drawing(entry: Entry) -> Drawing:
    entry.require_keys(_POSE_KEYS, _MORE_KEYS)
    pitch, chest, head = _numbers(entry, "pitch", 3)
    with entry.placing_errors():
        body = Body(
            Pose(
                pelvis=_vector(entry, "pelvis"),
                pitch=pitch,
                chest=chest,
                head=head,
                turn=_number(entry, "turn", entry.table.get("turn", 0)),
                lean=_number(entry, "lean", entry.table.get("lean", 0)),
                legs=_limbs(entry, "leg", "ankle", "knee", "toes"),
                arms=_limbs(entry, "arm", "wrist", "elbow", "fingers"),
            )
        )
    return Drawing(
        body=body,
        floor=frozenset(entry.one_of("floor", part, body.parts) for part in entry.texts("floor")),
        contact=_pairs(entry, body),
        arrow=_arrow(entry),
        nearer=_nearer(entry, body),
    )


def _pairs(entry: Entry, body: Body) -> tuple[tuple[str, str], ...]:
    pairs = []
    for pair in _list(entry, "contact"):
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 - a pair
            raise entry.error(f"contact takes pairs of joints, not {pair!r}")
        one, other = (entry.one_of("contact", joint, body.joints) for joint in pair)
        pairs.append((one, other))
    return tuple(pairs)


def _arrow(entry: Entry) -> tuple[Vector, ...]:
    places = _list(entry, "arrow")
    if len(places) not in {0, 3}:
        raise entry.error(f"arrow takes three places, not {len(places)}")
    return tuple(_vector(Entry(entry.file, entry.name, {"arrow": at}), "arrow") for at in places)


def _nearer(entry: Entry, body: Body) -> dict[str, float]:
    parts = entry.table.get("nearer", {})
    if not isinstance(parts, dict):
        raise entry.error(f"nearer takes parts and their units, not {parts!r}")
    return {
        entry.one_of("nearer", part, body.parts): _number(entry, "nearer", units)
        for part, units in parts.items()
    }


def _list(entry: Entry, key: str) -> list[Any]:
    values = entry.table.get(key, [])
    if not isinstance(values, list):
        raise entry.error(f"{key} takes a list, not {values!r}")
    return values


def _limbs(entry: Entry, limb: str, end: str, bend: str, point: str) -> dict[Side, Limb]:
    """Read the limbs of both sides; those of `legs` and `arms` are alike, told of the right."""
    limbs: dict[Side, Limb] = {}
    for side in (Side.RIGHT, Side.LEFT):
        key, both = f"{side}_{limb}", f"{limb}s"
        given = key if key in entry.table else both
        if not isinstance(entry.table.get(given), dict):
            raise entry.error(f"lacks {key}")
        told = entry.within(given, entry.table[given])
        told.require_keys((end, bend), (point, "shoulder") if limb == "arm" else (point,))
        read = Limb(
            _end(told, end),
            _vector(told, bend),
            _vector(told, point) if point in told.table else None,
            _vector(told, "shoulder") if "shoulder" in told.table else NOWHERE,
        )
        limbs[side] = read.mirrored if given == both and side is Side.LEFT else read
    return limbs


def _end(entry: Entry, key: str) -> End:
    value = entry.table[key]
    if isinstance(value, list):
        return End(_vector(entry, key))
    if not isinstance(value, dict):
        raise entry.error(f"{key} takes three numbers, or a joint and how far from it")
    rest = entry.within(key, value)
    rest.require_keys(("on", "by"))
    return End(_vector(rest, "by"), rest.text("on"))


def _vector(entry: Entry, key: str) -> Vector:
    return Vector(*_numbers(entry, key, 3))


def _numbers(entry: Entry, key: str, count: int) -> list[float]:
    values = entry.table.get(key)
    if not isinstance(values, list) or len(values) != count:
        raise entry.error(f"{key} takes {count} numbers, not {values!r}")
    return [_number(entry, key, value) for value in values]


def _number(entry: Entry, key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise entry.error(f"{key} takes numbers, not {value!r}")
    return float(value)
