"""Whose a database file is: another program's has tables, and none of ours."""

import sqlite3
from contextlib import closing
from pathlib import Path

from skill.stores.tables import TABLES

COLUMNS = {"key", "version", "document"}
"""What the table of runners has; another program may have one of that name."""
_OUTRIGHT = "mode=ro&immutable=1"
"""Reads the file alone: beside it nothing is made, and nothing waited for."""


def foreign_tables(path: Path) -> list[str]:
    """Return the tables of another program's file; none if it is ours, missing, or cannot be read.

    What another one has only in its log so far is not seen.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?{_OUTRIGHT}", uri=True)) as connection:
            found = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
            ).fetchall()
            columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(runners)")}
    except sqlite3.Error:
        return []
    names = [name for (name,) in found]
    is_ours = TABLES & set(names) and (not columns or columns >= COLUMNS)
    return [] if is_ours else names
