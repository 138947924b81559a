"""Content as it is, and copies of it with one thing changed."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skill.coaching.routines import Catalogue
from skill.content.catalogue import FOLDER, load_catalogue
from skill.content.wording import Wording, load_wording

Change = Callable[[str, str, str | None, Any], None]
"""Change a file's entry: its key, or all of it (key None), to a value; `...` takes it away."""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def wording() -> Wording:
    return load_wording("en-US")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the content folder."""
    return shutil.copytree(FOLDER, tmp_path / "content", ignore=shutil.ignore_patterns("*.py*"))


@pytest.fixture
def change(copied: Path) -> Change:
    def change(file: str, entry: str, key: str | None, value: Any) -> None:
        path = copied / file
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        place, name = (tables, entry) if key is None else (tables[entry], key)
        if value is ...:
            del place[name]
        else:
            place[name] = value
        path.write_text(
            "\n".join(f"{json.dumps(name)} = {_toml(table)}" for name, table in tables.items()),
            encoding="utf-8",
        )

    return change


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_toml(member)}" for key, member in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
