"""The library of guides: every cue's frames in memory, joined on demand, the latest kept.

Reads the rendered folder once, at the start, and verifies all of it; from then on no request
touches a file. Safe to use from several threads.
"""

from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path
from threading import Lock

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

    `earlier` has the lengths of all cues in the recordings that were in force before this one.
    Raise `ManifestBrokenError` naming the cue if a file is missing, cut short or altered.
    """

    def __init__(self, folder: Path, manifest: Manifest, *, kept_bytes: int = KEPT_BYTES) -> None:
        self.cue_sheet = manifest.cue_sheet()
        self.digest = manifest.digest
        self.earlier = load_earlier(folder)
        self._cues = {
            cue: _read_cue(folder / CUE_FOLDER, cue, file) for cue, file in manifest.cues.items()
        }
        self._kept = _KeptGuides(kept_bytes)

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
