"""What can be wrong about a picture that is asked for."""

from skill.coaching.errors import ContentError
from skill.coaching.movements import Movement, Side


class PictureError(ContentError):
    """There is no such picture."""

    code = "bad-picture"


def require_side(movement: Movement, side: Side) -> None:
    """Raise `PictureError` unless the movement works this side."""
    if side not in movement.sides:
        good = ", ".join(movement.sides)
        raise PictureError(f"{movement.id} has pictures of: {good}; not of {side}")
