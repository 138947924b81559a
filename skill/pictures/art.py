"""Where the drawn art lies that devices fetch as pixels; `scripts/draw_art.py` draws it."""

from skill.coaching.movements import Movement, Side
from skill.coaching.routines import Catalogue
from skill.pictures.errors import require_side

COVER = "cover.png"
BACKGROUND = "background.png"
"""Behind a movement's picture on an Echo's screen; 1280 by 800 pixels."""


def art_file(movement: Movement, side: Side) -> str:
    """Return the file of a movement's full pose, 512 pixels square, within `content.catalogue.ART`.

    Raise `PictureError` for a side that the movement does not work.
    """
    require_side(movement, side)
    return f"movements/{movement.id}-{side}.png"


def art_files(catalogue: Catalogue) -> frozenset[str]:
    """Return all files that devices may fetch: every movement's, on each side, and what is behind.

    The cover is not among them: it is fetched by a name of its own.
    """
    movements = catalogue.movements.values()
    return frozenset({BACKGROUND, *(art_file(m, side) for m in movements for side in m.sides)})
