"""Requests as they arrive from Echos, one JSON file each in `requests/`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "requests"
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.json")))
PLAYED = "6bab4ec81636976bb0bd56252a3e41b8e8c47101fd544668227b66d6adf4424d"
"""The digest in the recorded tokens: of the recording that was heard when they were written."""
SECRETS = ("Atza|", "amzn1.ask.account", "amzn1.ask.device", "echo-api.session", "echo-api.request")
"""What begins the ids and tokens of a request, none of which may be told to anybody."""


def recorded(name: str, *, digest: str = PLAYED) -> Any:
    """Return a request; with `digest`, as of a player that plays another recording."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text.replace(PLAYED, digest))


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value within a JSON document, outermost first."""
    if isinstance(document, dict | list):
        members = document.items() if isinstance(document, dict) else enumerate(document)
        for key, member in members:
            yield (*path, key)
            yield from places(member, (*path, key))


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a document that has another value at a path; the old one is left as it is."""
    if not path:
        return value
    copied = document.copy()
    copied[path[0]] = with_value(document[path[0]], path[1:], value)
    return copied
