"""The folder of rendered audio, as the studio writes it: cues first, then the manifest.

Every file appears whole or not at all (a temporary file, then a rename), under a name that
tells both what it was recorded from and what it holds. So a render that is interrupted goes on
where it stopped, several at a time do not disturb each other, and the manifest in force stays
true until the next one takes its place.
"""

import secrets
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audio.errors import OutputError
from skill.guides.frames import BadFramesError, count_frames
from skill.guides.manifest import (
    CUE_FOLDER,
    EARLIER_FOLDER,
    MANIFEST_FILE,
    CueFile,
    Manifest,
)

_TEMPORARY = ".tmp"
_TEMPORARY_STALE_SECONDS = 10 * 60
"""Writing one takes milliseconds: whoever began it is gone."""
OUTDATED_KEPT_SECONDS = 30 * 24 * 60 * 60
"""How long cues that the manifest does not name are kept, in case their words or voice come
back; and earlier manifests, in case somebody comes back who stopped in one of their guides."""


@dataclass(frozen=True, slots=True)
class RenderedFolder:
    """A folder of one locale; raise `OutputError` wherever it cannot be read or written."""

    path: Path

    def prepare(self) -> None:
        """Make the folder if need be, and take away what dead renders left half-written."""
        try:
            self._cues.mkdir(parents=True, exist_ok=True)
            _remove_older(self.path.rglob(f"*{_TEMPORARY}"), _TEMPORARY_STALE_SECONDS)
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def find(self, keys: Collection[str]) -> dict[str, CueFile]:
        """Return the sound cues stored under these keys; of several the manifest's own."""
        found: dict[str, CueFile] = {}
        in_force = self._cues_in_force()
        stored = {path.name: path for path in self._cues.glob("*.mp3")}
        for name in sorted(stored, key=lambda name: (name not in in_force, name)):
            key = name.partition("-")[0]
            if key not in keys or key in found:
                continue
            try:
                data = stored[name].read_bytes()
                cue = CueFile.of(key, data, count_frames(data))
                if cue.file == name:
                    found[key] = cue
                    if name not in in_force:
                        stored[name].touch()  # or another render might find it a month old
            except (OSError, BadFramesError):
                continue
        return found

    def store(self, key: str, frames: bytes) -> CueFile:
        """Write a cue down under its key."""
        cue = CueFile.of(key, frames, count_frames(frames))
        write_whole(self._cues / cue.file, frames)
        return cue

    def publish(self, manifest: Manifest) -> None:
        """Put a manifest in force and the one before aside; take away what is a month outdated."""
        text = manifest.to_json().encode()
        path = self.path / MANIFEST_FILE
        named = {file.file for file in manifest.cues.values()}
        try:
            if not path.exists() or path.read_bytes() != text:
                self._keep_earlier(manifest.digest)
                write_whole(path, text)
            unnamed = (path for path in self._cues.glob("*.mp3") if path.name not in named)
            _remove_older(unnamed, OUTDATED_KEPT_SECONDS)
            _remove_older(self._earlier.glob("*.json"), OUTDATED_KEPT_SECONDS)
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    @property
    def _cues(self) -> Path:
        return self.path / CUE_FOLDER

    @property
    def _earlier(self) -> Path:
        return self.path / EARLIER_FOLDER

    def _cues_in_force(self) -> set[str]:
        manifest = self._in_force()
        return {cue.file for cue in manifest.cues.values()} if manifest else set()

    def _keep_earlier(self, digest: str) -> None:
        """Keep the manifest in force, if it is sound, before one of this digest replaces it."""
        manifest = self._in_force()
        if manifest and manifest.digest != digest:
            self._earlier.mkdir(exist_ok=True)
            write_whole(self._earlier / f"{manifest.digest}.json", manifest.to_json().encode())

    def _in_force(self) -> Manifest | None:
        try:
            return Manifest.from_json((self.path / MANIFEST_FILE).read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is seen whole or not at all; raise `OutputError`."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_TEMPORARY}")
    try:
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _remove_older(paths: Iterable[Path], seconds: int) -> None:
    """Remove the files last written so long ago; others may be removing them too."""
    oldest = time.time() - seconds
    for path in paths:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(f"Cannot write {path}: {error.strerror or error}")
