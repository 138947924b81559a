"""The manifest: which cue files were rendered, from which words, by which voice.

It is what the studio hands to the service. A folder of one locale holds `manifest.json` and
`cues/`; a cue file's name carries a digest of its contents, so nothing can change unseen.
Manifests that were in force before lie in `earlier/`, so that a place in their guides can
still be read. This module reads, checks and writes manifests; it records nothing.
"""

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from skill.coaching.cues import CueSheet, Recipe
from skill.coaching.errors import CoachError
from skill.coaching.values import content_of, value_class
from skill.guides.frames import FRAME_MS

VERSION = 1
"""Of the manifest's layout; another one is rendered again, not converted."""
MANIFEST_FILE = "manifest.json"
CUE_FOLDER = "cues"
EARLIER_FOLDER = "earlier"
RENDER_COMMAND = "./scripts/render_audio.py"

_FILE = re.compile(r"(?!\.{1,2}$)[^/\\:]+")
"""The plain name of a file, in no folder."""

log = logging.getLogger(__name__)


class ManifestError(CoachError):
    """The rendered audio cannot be used."""

    code = "bad-manifest"


class ManifestMissingError(ManifestError):
    """Nothing was rendered yet."""

    code = "no-manifest"


class ManifestStaleError(ManifestError):
    """The audio was rendered from other words than the coach says now."""

    code = "stale-manifest"


class ManifestBrokenError(ManifestError):
    """The manifest, or a cue it names, is damaged."""

    code = "broken-manifest"


@value_class
class CueFile:
    """One rendered cue: the name of its file, and its length in frames of 24 ms."""

    file: str
    frames: int

    @classmethod
    def of(cls, key: str, data: bytes, frames: int) -> Self:
        """Name the file for `data`, whose origin (words, voice, settings) has the key `key`."""
        return cls(f"{key}-{_content_digest(data)}.mp3", frames)

    def holds(self, data: bytes) -> bool:
        """Whether these are the bytes that were rendered under this name."""
        return self.file.removesuffix(".mp3").endswith(f"-{_content_digest(data)}")


@value_class
class Manifest:
    """What was rendered for one locale. `words` names the script, `digest` the audio."""

    locale: str
    voice: str
    words: str
    cues: Mapping[str, CueFile]

    @cached_property
    def digest(self) -> str:
        """A name for exactly this audio: SHA-256, in hexadecimal, over cues and their files."""
        return _digest({cue: content_of(file) for cue, file in self.cues.items()})

    def cue_sheet(self) -> CueSheet:
        """Return the lengths of all cues, in milliseconds, by line and variant."""
        variants: dict[str, dict[int, int]] = {}
        for cue, file in self.cues.items():
            line, variant = split_cue_id(cue)
            variants.setdefault(line, {})[variant] = file.frames * FRAME_MS
        return CueSheet(
            {
                line: tuple(lengths[variant] for variant in sorted(lengths))
                for line, lengths in variants.items()
            }
        )

    def to_json(self) -> str:
        """Write the manifest down; the same audio always gives the same text."""
        return (
            json.dumps(
                {
                    "version": VERSION,
                    "locale": self.locale,
                    "voice": self.voice,
                    "words": self.words,
                    "digest": self.digest,
                    "cues": {cue: content_of(file) for cue, file in self.cues.items()},
                },
                indent=1,
                sort_keys=True,
            )
            + "\n"
        )

    @classmethod
    def from_checked_json(cls, text: str) -> Self:
        """Read back a manifest that was read and checked before; it is taken on trust."""
        document = json.loads(text)
        cues = {cue: CueFile(**entry) for cue, entry in document["cues"].items()}
        manifest = cls(document["locale"], document["voice"], document["words"], cues)
        vars(manifest)["digest"] = document["digest"]  # where a cached property keeps it
        return manifest

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a manifest back; raise `ValueError` saying what is wrong with it."""
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("version") != VERSION:
            raise ValueError(f"it is not of version {VERSION}")
        manifest = cls(
            locale=_text(document, "locale"),
            voice=_text(document, "voice"),
            words=_text(document, "words"),
            cues=_read_cues(document.get("cues")),
        )
        if _text(document, "digest") != manifest.digest:
            raise ValueError("its digest does not match its cues")
        return manifest


def load(folder: Path, expected_words: str | None) -> Manifest:
    """Return the manifest of a rendered folder.

    `expected_words` is `words_digest` of the script as the coach has it now, or None if they were
    compared before, and the manifest checked. Raise `ManifestMissingError`, `ManifestStaleError`
    (other words) or `ManifestBrokenError`.
    The cue files themselves are read and verified by `skill.guides.library`.
    """
    path = folder / MANIFEST_FILE
    command = f"{RENDER_COMMAND} --locale {folder.name} --output {folder.parent}"
    try:
        read = Manifest.from_checked_json if expected_words is None else Manifest.from_json
        manifest = read(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ManifestMissingError(
            f"There is no rendered audio in {folder}. Render it with {command}"
        ) from error
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise ManifestBrokenError(
            f"The manifest {path} cannot be used: {error}. Render it again with {command}"
        ) from error
    if expected_words not in {None, manifest.words}:
        raise ManifestStaleError(
            f"The audio in {folder} was rendered from other words than the coach says now. "
            f"Render it again with {command}"
        )
    return manifest


def load_earlier(folder: Path) -> dict[str, CueSheet]:
    """Return the lengths of all cues in the recordings before this one, by their digests.

    One that cannot be used is left out with a warning: it would only have helped whoever was
    in the middle of one of its guides.
    """
    sheets = {}
    for path in sorted((folder / EARLIER_FOLDER).glob("*.json")):
        try:
            manifest = Manifest.from_json(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            log.warning("The earlier manifest %s is left out: %s", path, error)
        else:
            sheets[manifest.digest] = manifest.cue_sheet()
    return sheets


def words_digest(script: Mapping[str, Recipe]) -> str:
    """Return a name for a whole script (cue id to recipe): SHA-256 in hexadecimal."""
    return _digest({cue: recipe_record(recipe) for cue, recipe in script.items()})


def recipe_record(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as a JSON object; different recipes give different objects."""
    return {"kind": type(recipe).__name__.lower(), **content_of(recipe)}


def split_cue_id(cue: str) -> tuple[str, int]:
    """Split `"instruct/clam/left/full.1"` into line and variant; raise `ValueError`."""
    line, dot, variant = cue.rpartition(".")
    if not line or not dot or not variant.isdecimal():
        raise ValueError(f"{cue!r} is no cue id; one looks like 'instruct/clam/left/full.1'")
    return line, int(variant)


def _digest(document: Mapping[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _content_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name!r} is {value!r}; it must be text")  # noqa: TRY004
    return value


def _read_cues(document: Any) -> dict[str, CueFile]:
    if not isinstance(document, dict) or not document:
        raise ValueError("it names no cues")
    cues = {}
    for cue, entry in document.items():
        split_cue_id(cue)
        file = entry.get("file") if isinstance(entry, dict) else None
        frames = entry.get("frames") if isinstance(entry, dict) else None
        if not isinstance(file, str) or not _FILE.fullmatch(file):
            raise ValueError(f"cue {cue!r} has the file {file!r}; it must be a plain file name")
        if not isinstance(frames, int) or isinstance(frames, bool) or frames < 1:
            raise ValueError(f"cue {cue!r} has {frames!r} frames; it must have 1 or more")
        cues[cue] = CueFile(file, frames)
    for cue in cues:
        line, variant = split_cue_id(cue)
        if variant < 1 or (variant > 1 and f"{line}.{variant - 1}" not in cues):
            raise ValueError(f"it has {cue!r}, but no variant {variant - 1} before it")
    return cues
