"""Markup: text within the languages that have tags, XML and WebVTT.

(Python's `html` would bring along every name that HTML has for a character.)
"""


def escaped(text: str) -> str:
    """Return text as it stands between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Return text as it stands in an attribute, with its quotes."""
    return f'"{escaped(text).replace(chr(34), "&quot;")}"'
