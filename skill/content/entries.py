"""One entry of a content file, read with checks that say where a mistake is.

Every complaint is a `ContentError` of the form "en/movements.toml, clam: ..." and names the
bad value and the good ones.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

from skill.coaching.errors import ContentError

Choice = TypeVar("Choice", bound=StrEnum)


class EntryError(ContentError):
    """A mistake in one entry; the message begins with its place."""


class Entry:
    """A table of a content file, and where it stands.

    `is_checked`: it is of a translation, and was checked as that was made. What takes long to check
    is not checked again: the keys, the texts, and what is to be put into them.
    """

    def __init__(
        self, file: str, name: str, table: Mapping[str, Any], *, is_checked: bool = False
    ) -> None:
        self.file = file
        self.name = name
        self.table = table
        self.is_checked = is_checked

    def within(self, name: str, table: Mapping[str, Any]) -> "Entry":
        """Return a table that stands within this entry."""
        return Entry(self.file, f"{self.name}, {name}", table, is_checked=self.is_checked)

    def require_keys(self, required: Collection[str], optional: Collection[str] = ()) -> None:
        """Raise unless the entry has every required key and no unknown one."""
        if self.is_checked:
            return
        missing = [key for key in required if key not in self.table]
        unknown = [key for key in self.table if key not in {*required, *optional}]
        if missing:
            raise self.error(f"lacks {', '.join(missing)}")
        if unknown:
            known = ", ".join(sorted({*required, *optional}))
            raise self.error(f"has an unknown key {unknown[0]!r}; the keys are {known}")

    def text(self, key: str) -> str:
        """Return a sentence or a word; raise if it is missing, empty or no text."""
        if self.is_checked:
            return str(self.table[key])
        value = self.table.get(key)
        if not _is_text(value):
            raise self.error(f"{key} takes text without space around it, not {value!r}")
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of at least one text, no two alike."""
        if self.is_checked:
            return tuple(self.table[key])
        values = self.table.get(key)
        if not isinstance(values, list) or not values:
            raise self.error(f"{key} takes a list of texts, not {values!r}")
        for value in values:
            if not _is_text(value):
                raise self.error(f"{key} takes texts without space around them, not {value!r}")
        if len(set(values)) < len(values):
            raise self.error(f"{key} says the same thing twice")
        return tuple(values)

    def require_fields(self, key: str, text: str, known: Collection[str]) -> Collection[str]:
        """Return what is to be put into a text, `{...}`; raise unless all of it is known.

        Of a text that was checked, that is all that is known.
        """
        if self.is_checked:
            return known
        try:
            used = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
        except ValueError as mistake:
            raise self.error(f"{key}: {mistake} in {text!r}") from None
        for field in used:
            if field not in known:
                good = ", ".join(f"{{{name}}}" for name in sorted(known)) or "none"
                raise self.error(f"{key} uses {{{field}}}; it can use {good}")
        return used

    def integer(self, key: str, default: int | None = None) -> int:
        """Return a whole number."""
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(f"{key} takes a whole number, not {value!r}")
        return value

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """Return a member of an enum by its value."""
        return choices(self.one_of(key, self.table.get(key), list(choices)))

    def one_of(self, key: str, value: object, good: Collection[str]) -> str:
        """Return a value if it is one of the good ones."""
        if not isinstance(value, str) or value not in good:
            raise self.error(f"{key} is {value!r}; it can be {', '.join(good)}")
        return value

    def error(self, complaint: str) -> EntryError:
        """Make the error that says where this entry stands."""
        return EntryError(f"{self.file}, {self.name}: {complaint}")

    @contextmanager
    def placing_errors(self) -> Iterator[None]:
        """Tell where this entry stands in a `ContentError` that does not say so yet."""
        try:
            yield
        except EntryError:
            raise
        except ContentError as mistake:
            raise self.error(str(mistake)) from None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value == value.strip()


def read_entries(file: Path) -> dict[str, Entry]:
    """Read a TOML file whose top level holds nothing but tables, in their order.

    In a package it was translated (`translate_entries`), and there is its translation to read.
    Raise `ContentError` if the file is missing, no TOML, or holds anything else.
    """
    place = f"{file.parent.name}/{file.name}"
    translation = file.with_suffix(".json")
    is_translated = not file.exists() and translation.exists()
    try:
        tables = json.loads(translation.read_text("utf-8")) if is_translated else _read_toml(file)
    except (OSError, ValueError) as mistake:
        raise ContentError(f"{place}: cannot be read: {mistake}") from mistake
    if not isinstance(tables, dict):
        raise ContentError(f"{place}: takes tables, not {tables!r}")
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ContentError(f"{place}, {name}: takes a table, not {table!r}")
    return {
        name: Entry(place, name, table, is_checked=is_translated) for name, table in tables.items()
    }


def translate_entries(file: Path) -> None:
    """Put JSON with the same content in the place of a TOML file that was checked.

    It is read in a twentieth of the time, and not checked again.
    """
    translation = json.dumps(_read_toml(file), ensure_ascii=False, separators=(",", ":"))
    file.with_suffix(".json").write_text(translation, encoding="utf-8")
    file.unlink()


def _read_toml(file: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - no package needs it

    return tomllib.loads(file.read_text(encoding="utf-8"))
