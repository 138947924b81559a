"""Serialising: a response of the SDK's own typed objects as what `json.dumps` takes.

The same as the SDK's serialiser makes of what our answers hold. That one asks each value a dozen
questions, and a class for its names each time; here they are asked once a class.
"""

from enum import Enum
from functools import cache
from typing import Any

_PLAIN = frozenset({str, int, bool, float, type(None)})


def serialise(value: Any) -> Any:
    """Return a value as JSON has it: objects of the SDK become objects, without what is None.

    Raise `TypeError` for what is neither that nor an enum member, a dict, list or plain value.
    """
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [serialise(member) for member in value]
    if kind is dict:
        return {key: serialise(member) for key, member in value.items()}
    if isinstance(value, Enum):
        return value.value
    return {
        name: member if type(member) in _PLAIN else serialise(member)
        for attribute, name in _names(kind)
        if (member := getattr(value, attribute)) is not None
    }


@cache
def _names(kind: Any) -> tuple[tuple[str, str], ...]:
    """Return the attributes of one of the SDK's classes, each with its name in JSON."""
    try:
        attributes, names = kind.deserialized_types, kind.attribute_map
    except AttributeError:
        raise TypeError(f"an answer cannot hold a {kind.__name__}") from None
    return tuple((attribute, names.get(attribute, attribute)) for attribute in attributes)
