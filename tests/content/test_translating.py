"""Content translated for a package: the same movements, the same words."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from skill.coaching.errors import ContentError
from skill.content import catalogue
from skill.content.catalogue import load_catalogue
from skill.content.entries import Entry, EntryError, read_entries, translate_entries
from skill.content.wording import load_wording, read_wording

FILES = sorted(path.relative_to(catalogue.FOLDER) for path in catalogue.FOLDER.rglob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=str)
def test_translated_it_is_the_same(tmp_path, file):
    """Every file of the content says the same once it is translated, in the same order."""
    copy = tmp_path / file.name
    shutil.copy(catalogue.FOLDER / file, copy)
    before = read_entries(copy)
    translate_entries(copy)
    assert not copy.exists()
    after = read_entries(copy)
    assert [
        (entry.file, entry.name, entry.table, entry.is_checked) for entry in after.values()
    ] == [(entry.file, entry.name, entry.table, True) for entry in before.values()]
    assert list(after) == list(tomllib.loads((catalogue.FOLDER / file).read_text("utf-8")))


def test_the_catalogue_of_a_package(tmp_path):
    """All movements and routines are those of the TOML."""
    for name in ("movements.toml", "routines.toml"):
        shutil.copy(catalogue.FOLDER / name, tmp_path)
        translate_entries(tmp_path / name)
    assert load_catalogue(tmp_path) == load_catalogue()


def test_what_a_package_has_was_checked(tmp_path):
    """Neither an entry of a package nor what stands within one is checked again."""
    entries = {"pre-run": {"parts": [{"movement": "clam", "tempo": 4}]}}
    (tmp_path / "routines.json").write_text(json.dumps(entries))
    (routine,) = read_entries(tmp_path / "routines.toml").values()
    part = routine.within("part 1", routine.table["parts"][0])
    assert part.name == "pre-run, part 1"
    for entry in (routine, part):
        entry.require_keys(("source", "parts"))
    as_written = Entry(routine.file, routine.name, routine.table)
    for entry in (as_written, as_written.within("part 1", part.table)):
        with pytest.raises(EntryError, match=f"{entry.name}: lacks"):
            entry.require_keys(("source", "parts"))


def test_the_words_of_a_package(tmp_path):
    """All that is ever said is what the TOML has."""
    for file in (catalogue.FOLDER / "en").glob("*.toml"):
        translate_entries(Path(shutil.copy(file, tmp_path)))
    assert read_wording("en-US", tmp_path, load_catalogue()) == load_wording("en-US")


@pytest.mark.parametrize("broken", ["{", "7", '{"clam": 7}', '{"clam": [}'])
def test_a_broken_translation(tmp_path, broken):
    """What cannot be read is told by the name that the file has in the project."""
    (tmp_path / "movements.json").write_text(broken)
    with pytest.raises(ContentError, match=r"movements\.toml"):
        read_entries(tmp_path / "movements.toml")
