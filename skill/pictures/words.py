"""The pictures in words, for who cannot see them: content/<language>/pictures.toml.

Each pose is told for its side: `{side}` is the side at work, `{other}` the opposite one.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from skill.coaching.movements import Movement, Side, Sidedness
from skill.coaching.routines import Catalogue
from skill.coaching.values import value_class
from skill.content import phrases
from skill.content.catalogue import FOLDER
from skill.content.entries import Entry, read_entries
from skill.content.wording import Wording, load_wording
from skill.pictures.poses import Stage


@value_class
class PictureWords:
    """What the pictures show, in one language."""

    wording: Wording
    poses: Mapping[str, Mapping[Stage, str]]

    def title(self, movement: Movement, side: Side, stage: Stage) -> str:
        """Name a picture: "Clam, left side, start"; the full pose has no addition."""
        name = self.wording.movements[movement.id].name
        sides = [] if side is Side.BOTH else [phrases.side(side, movement.sidedness)]
        stages = [stage.value] if stage is Stage.START else []
        return phrases.capitalised(", ".join([name, *sides, *stages]))

    def alternative(self, movement: Movement, side: Side, stage: Stage) -> str:
        """Tell the pose in a sentence or two, for its side."""
        return self.poses[movement.id][stage].format(side=side, other=side.other)


@lru_cache
def load_picture_words(locale: str = "en-US") -> PictureWords:
    """Read the pictures' words of a locale's language.

    Raise `ContentError` if there are no words in that language, or words break a rule.
    """
    wording = load_wording(locale)
    return read_picture_words(FOLDER / locale.partition("-")[0], wording)


def read_picture_words(folder: Path, wording: Wording) -> PictureWords:
    """Read `pictures.toml` in a language's folder: both poses of every movement.

    Raise `ContentError` naming the file, the entry and the good values if a movement lacks
    words, or a pose of one side names none.
    """
    return PictureWords(wording, _read(folder / "pictures.toml", wording.catalogue))


def _read(file: Path, catalogue: Catalogue) -> dict[str, dict[Stage, str]]:
    entries = read_entries(file)
    whole = Entry(f"{file.parent.name}/{file.name}", "pictures", entries)
    whole.require_keys(catalogue.movements)
    return {name: _poses(entries[name], movement) for name, movement in catalogue.movements.items()}


def _poses(entry: Entry, movement: Movement) -> dict[Stage, str]:
    entry.require_keys(list(Stage))
    sided = movement.sidedness is not Sidedness.TOGETHER
    poses = {stage: entry.text(stage) for stage in Stage}
    for stage, text in poses.items():
        used = entry.require_fields(stage, text, {"side", "other"} if sided else ())
        if sided and "side" not in used:
            raise entry.error(f"{stage} does not say {{side}}, and each side has its picture")
    return poses
