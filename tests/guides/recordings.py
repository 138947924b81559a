"""Cues for the tests of the guides: frames that tell themselves apart, and timelines of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from hypothesis import strategies as st

from skill.coaching.cues import Cue, Speech
from skill.coaching.plans import Plan
from skill.coaching.timeline import Sound, Span, Timeline
from skill.content.catalogue import load_catalogue
from skill.guides.frames import FRAME_BYTES, FRAME_HEADER, FRAME_MS, count_frames
from skill.guides.manifest import CUE_FOLDER, MANIFEST_FILE, CueFile, Manifest, words_digest

SCRIPT = {"hello.1": Speech("Hello."), "hello.2": Speech("Welcome."), "bye.1": Speech("Bye.")}
CATALOGUE = load_catalogue()
PLAN = Plan(next(iter(CATALOGUE.routines.values())), CATALOGUE)


def frames_of(cue: str, count: int) -> bytes:
    """Frames in our format that no other cue has; they decode to nothing in particular."""
    marks = (f"\0{cue} {number}".encode() for number in range(count))
    return b"".join((FRAME_HEADER + mark).ljust(FRAME_BYTES, b"\0") for mark in marks)


CUES = {cue: frames_of(cue, count) for count, cue in enumerate(SCRIPT, start=3)}


def timeline_of(sounds: Iterable[Sound], spans: Iterable[Span], duration: int) -> Timeline:
    """A timeline of these sounds and steps, whatever its plan would have said."""
    return Timeline(PLAN, (), tuple(sounds), tuple(spans), duration)


@st.composite
def recorded_timelines(draw: st.DrawFn) -> tuple[Timeline, Mapping[str, bytes]]:
    """Any timeline of one to five steps, with frames for all its cues."""
    cues, sounds, spans, now = {}, [], [], 0
    for step in range(draw(st.integers(1, 5))):
        start = now
        for gap, count in draw(
            st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=6)
        ):
            cue = f"cue/{step}/{len(sounds)}.1"
            cues[cue] = frames_of(cue, count)
            now += gap * FRAME_MS
            sounds.append(Sound(now, Cue(cue, count * FRAME_MS)))
            now += count * FRAME_MS
        now += draw(st.integers(0, 9)) * FRAME_MS
        spans.append(Span(start, start, now, now))
    return timeline_of(sounds, spans, now), cues


def rendered(folder: Path, cues: Mapping[str, bytes] = CUES) -> Manifest:
    """Lay a folder out as the studio leaves it, and return its manifest."""
    (folder / CUE_FOLDER).mkdir(parents=True)
    files = {}
    for number, (cue, data) in enumerate(cues.items()):
        files[cue] = CueFile.of(f"{number:032x}", data, count_frames(data))
        (folder / CUE_FOLDER / files[cue].file).write_bytes(data)
    manifest = Manifest("en-US", "a voice", words_digest(SCRIPT), files)
    (folder / MANIFEST_FILE).write_text(manifest.to_json(), "utf-8")
    return manifest
