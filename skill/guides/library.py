"""The library of guides: every cue's frames in memory, joined on demand, the latest kept.

Reads the rendered folder once, at the start, and verifies all of it; from then on no request
touches a file. A cold function, whose package was verified when it was made, does so cue by
cue, as they are needed. Safe to use from several threads.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from threading import Lock

from skill.coaching.cues import CueSheet
from skill.coaching.movements import Milliseconds
from skill.coaching.timeline import Timeline
from skill.guides.assembly import assemble, assemble_clip
from skill.guides.frames import BadFramesError, count_frames
from skill.guides.manifest import (
    CUE_FOLDER,
    RENDER_COMMAND,
    CueFile,
    Manifest,
    ManifestBrokenError,
    load_earlier,
)

KEPT_BYTES = 64 * 1024 * 1024
"""How many bytes of assembled guides are kept: three of an hour, or some thirty of ten minutes."""


class FrameLibrary:
    """All guides that can be joined from the cues of one rendered folder.

    Raise `ManifestBrokenError` naming the cue if a file is missing, cut short or altered; with
    `when_needed`, not before a guide needs it.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        *,
        kept_bytes: int = KEPT_BYTES,
        when_needed: bool = False,
    ) -> None:
        self.cue_sheet = manifest.cue_sheet()
        self.digest = manifest.digest
        self._folder = folder
        cues = _Cues(folder / CUE_FOLDER, manifest.cues)
        self._cues = cues if when_needed else dict(cues)
        self._kept = _KeptGuides(kept_bytes)

    @cached_property
    def earlier(self) -> Mapping[str, CueSheet]:
        """The lengths of all cues in the recordings that were in force before, by digest.

        Read when first asked for: only a guide that was begun before a new recording needs them.
        """
        return load_earlier(self._folder)

    def guide(self, timeline: Timeline) -> bytes:
        """Return the MP3 of a whole timeline; raise what `assemble` raises."""
        key = (timeline.plan.id, timeline.duration, timeline.sounds)
        guide = self._kept.get(key)
        if guide is None:
            guide = assemble(timeline, self._cues)
            self._kept.put(key, guide)
        return guide

    def clip(self, timeline: Timeline, step: int, start: Milliseconds | None = None) -> bytes:
        """Return the MP3 of one step, counted from 0; raise what `assemble_clip` raises."""
        return assemble_clip(timeline, self._cues, step, start)


class _Cues(Mapping[str, bytes]):
    """The frames of all cues, each read and verified when it is first asked for."""

    def __init__(self, folder: Path, files: Mapping[str, CueFile]) -> None:
        self._folder = folder
        self._files = files
        self._read: dict[str, bytes] = {}

    def __getitem__(self, cue: str) -> bytes:
        frames = self._read.get(cue)
        if frames is None:
            frames = self._read[cue] = _read_cue(self._folder, cue, self._files[cue])
        return frames

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class _KeptGuides:
    """The guides used last, as many as fit into a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._guides: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            guide = self._guides.get(key)
            if guide is not None:
                self._guides.move_to_end(key)
            return guide

    def put(self, key: Hashable, guide: bytes) -> None:
        with self._lock:
            self._bytes += len(guide) - len(self._guides.pop(key, b""))
            self._guides[key] = guide
            while self._bytes > self._most_bytes:
                _, oldest = self._guides.popitem(last=False)
                self._bytes -= len(oldest)


def _read_cue(folder: Path, cue: str, file: CueFile) -> bytes:
    try:
        data = (folder / file.file).read_bytes()
        frames = count_frames(data)
    except (OSError, BadFramesError) as error:
        raise _broken(cue, folder / file.file, str(error)) from error
    if frames != file.frames:
        raise _broken(cue, folder / file.file, f"it has {frames} frames, not {file.frames}")
    if not file.holds(data):
        raise _broken(cue, folder / file.file, "it is not as it was rendered")
    return data


def _broken(cue: str, path: Path, why: str) -> ManifestBrokenError:
    return ManifestBrokenError(
        f"Cue {cue!r} in {path} cannot be used: {why}. Render it again with {RENDER_COMMAND}"
    )
