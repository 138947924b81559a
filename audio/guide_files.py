"""Guides as files, for whoever takes them along: MP3, captions and chapters of every plan."""

from collections.abc import Iterator
from pathlib import Path

from audio.errors import OutputError
from audio.rendered_folder import write_whole
from skill.guides.editions import Editions, standard_plans

GUIDE_FOLDER = "guides"


def write_guides(folder: Path, editions: Editions) -> Iterator[Path]:
    """Write every standard guide into `folder`/guides and yield each MP3 once it is there.

    A file that already holds the same bytes is left alone. Raise `OutputError` if the folder
    cannot be written to; what is there by then is whole.
    """
    target = folder / GUIDE_FOLDER
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot make {target}: {error.strerror or error}") from error
    for plan in standard_plans(editions.repertoire.catalogue):
        _write(target / f"{plan.id}.vtt", editions.captions(plan.id).encode())
        _write(target / f"{plan.id}.json", editions.chapters(plan.id).encode())
        guide = target / f"{plan.id}.mp3"
        _write(guide, editions.mp3(plan.id))
        yield guide


def _write(path: Path, data: bytes) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)
