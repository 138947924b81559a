"""The tables of the embedded store's file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS runners (
    key TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    document BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS kept_aside (
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (key, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deletions (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    newest INTEGER NOT NULL,
    swept INTEGER NOT NULL
);
"""
"""`runners` has row ids: without, a document over 1,000 bytes would take pages of its own, and
twice the time. `deletions` has one row, once there was a deletion. `newest` is no less than any
version that was deleted, and grows with each deletion; `swept` is what it was before the file was
last rewritten.
"""

TABLES = frozenset({"runners", "kept_aside", "deletions"})
ALL_RUNNERS = "SELECT key, version, CAST(document AS BLOB) FROM runners ORDER BY key"
