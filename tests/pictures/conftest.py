"""Every picture there is, for tests that look at all of them."""

import pytest

from skill.content.catalogue import load_catalogue
from skill.pictures.poses import Stage, load_studies
from skill.pictures.words import load_picture_words

MOVEMENTS = load_catalogue().movements
PICTURES = [
    (movement, side, stage)
    for movement in MOVEMENTS.values()
    for side in movement.sides
    for stage in Stage
]
DRAWINGS = [
    (name, stage, drawing)
    for name, study in load_studies().items()
    for stage, drawing in study.drawings.items()
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on every picture, or on every pose, if it asks for one."""
    if "picture" in metafunc.fixturenames:
        names = [f"{movement.id}-{side}-{stage}" for movement, side, stage in PICTURES]
        metafunc.parametrize("picture", PICTURES, ids=names)
    if "drawing" in metafunc.fixturenames:
        names = [f"{name}-{stage}" for name, stage, _ in DRAWINGS]
        metafunc.parametrize("drawing", [drawing for *_, drawing in DRAWINGS], ids=names)


@pytest.fixture(scope="session")
def words():
    return load_picture_words()
