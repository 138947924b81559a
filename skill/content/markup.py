"""Markup: text within the languages that have tags, XML and WebVTT."""


def escaped(text: str) -> str:
    """Return text as it stands between tags, or in double quotes.

    (Python's `html` would bring along every name that HTML has for a character.)
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")
