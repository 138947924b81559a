"""Published: what of the guides anyone may fetch, under names that promise their content.

A name ends in a digest of what it names (`pre-run.5c1e….mp3`), so the same name never holds
anything else: it may be cached for ever, and whoever finds it there need not write it again.
"""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Self

from skill.coaching.values import value_class

FOREVER = "public, max-age=31536000, immutable"
"""How long what never changes may be cached; a year is as long as caches are asked for."""
CHAPTERS = "application/json+chapters"
TYPES: Mapping[str, str] = {
    "mp3": "audio/mpeg",
    "vtt": "text/vtt; charset=utf-8",
    "json": CHAPTERS,
    "png": "image/png",
    "xml": "application/rss+xml; charset=utf-8",
}
"""The type of each kind of file, by its suffix."""
_DIGITS = 32
"""Hexadecimal digits of the digest in a name: 128 bits of SHA-256."""


@value_class
class Published:
    """A file anyone may fetch: `stem` says what it is, `suffix` of which kind."""

    stem: str
    suffix: str
    sha256: str
    size: int

    @classmethod
    def of(cls, stem: str, suffix: str, content: bytes) -> Self:
        """Name some content; `suffix` is one of `TYPES`."""
        return cls(stem, suffix, hashlib.sha256(content).hexdigest(), len(content))

    @cached_property
    def name(self) -> str:
        """The name that promises the content."""
        return f"{self.stem}.{self.sha256[:_DIGITS]}.{self.suffix}"

    @property
    def mimetype(self) -> str:
        """The type to send it with."""
        return TYPES[self.suffix]


def keeps_its_promise(name: str, content: bytes) -> bool:
    """Whether some content is what a name promises."""
    stem, _, suffix = name.rpartition(".")
    stem, _, _ = stem.rpartition(".")
    return suffix in TYPES and Published.of(stem, suffix, content).name == name
