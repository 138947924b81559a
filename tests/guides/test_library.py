"""The library: all cues verified at the start, guides joined on demand."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from skill.coaching.cues import Cue
from skill.coaching.timeline import Sound, Span, Timeline
from skill.coaching.values import replace
from skill.guides.assembly import assemble, assemble_clip
from skill.guides.frames import FRAME_BYTES, SILENT_FRAME
from skill.guides.library import FrameLibrary
from skill.guides.manifest import (
    CUE_FOLDER,
    EARLIER_FOLDER,
    RENDER_COMMAND,
    CueFile,
    Manifest,
    ManifestBrokenError,
)
from tests.guides.recordings import CUES, rendered, timeline_of

SECOND_ON_GRID = 1008


def greeting(seconds: int) -> Timeline:
    """One cue, then silence up to a length that makes one timeline differ from the next."""
    end = seconds * SECOND_ON_GRID
    return timeline_of([Sound(0, Cue("hello.1", 72))], [Span(0, 0, end, end)], end)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "en-US"


@pytest.fixture
def manifest(folder: Path) -> Manifest:
    return rendered(folder)


def test_a_library_gives_guides_and_clips_of_its_cues(folder: Path, manifest: Manifest) -> None:
    """It is the port the service asks for, and joins what was rendered."""
    library = FrameLibrary(folder, manifest)
    assert library.digest == manifest.digest
    assert library.cue_sheet == manifest.cue_sheet()
    assert library.guide(greeting(3)) == assemble(greeting(3), CUES)
    assert library.clip(greeting(3), 0) == assemble_clip(greeting(3), CUES, 0)
    assert library.clip(greeting(3), 0, 999) == assemble_clip(greeting(3), CUES, 0, 999)


def test_the_folder_may_be_gone_once_the_library_stands(folder: Path, manifest: Manifest) -> None:
    """After the start no request touches a file."""
    library = FrameLibrary(folder, manifest)
    for path in (folder / CUE_FOLDER).iterdir():
        path.unlink()
    assert library.guide(greeting(3)) == assemble(greeting(3), CUES)


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda path, _data: path.unlink(), "No such file"),
        (lambda path, data: path.write_bytes(data[:-FRAME_BYTES]), "has 2 frames, not 3"),
        (lambda path, data: path.write_bytes(data[:-1]), "no whole number"),
        (lambda path, _data: path.write_bytes(b""), "no whole number"),
        (lambda path, data: path.write_bytes(data[:-1] + b"!"), "not as it was rendered"),
        (lambda path, _data: path.write_bytes(SILENT_FRAME * 3), "not as it was rendered"),
        (lambda path, data: path.write_bytes(bytes(len(data))), "frame 0 begins with 00000000"),
    ],
)
def test_a_damaged_cue_is_named_at_the_start(
    folder: Path, manifest: Manifest, damage: object, complaint: str
) -> None:
    """A missing, cut, emptied or altered file is found before a runner would hear it."""
    path = folder / CUE_FOLDER / manifest.cues["hello.1"].file
    damage(path, path.read_bytes())
    with pytest.raises(ManifestBrokenError, match=rf"'hello\.1'.*{complaint}") as refusal:
        FrameLibrary(folder, manifest)
    assert RENDER_COMMAND in str(refusal.value)


def test_cues_read_when_they_are_needed(folder: Path, manifest: Manifest) -> None:
    """With `when_needed` the others may be missing; what was read once is not read again."""
    for cue, file in manifest.cues.items():
        if cue != "hello.1":
            (folder / CUE_FOLDER / file.file).unlink()
    library = FrameLibrary(folder, manifest, when_needed=True, kept_bytes=0)
    assert library.guide(greeting(3)) == assemble(greeting(3), CUES)
    (folder / CUE_FOLDER / manifest.cues["hello.1"].file).unlink()
    assert library.guide(greeting(3)) == assemble(greeting(3), CUES)


def test_a_damaged_cue_is_named_when_it_is_needed(folder: Path, manifest: Manifest) -> None:
    """With `when_needed` no guide is ever joined from it, however often it is asked for."""
    path = folder / CUE_FOLDER / manifest.cues["hello.1"].file
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    library = FrameLibrary(folder, manifest, when_needed=True)
    for _ in range(2):
        with pytest.raises(ManifestBrokenError, match=r"'hello\.1'.*not as it was rendered"):
            library.guide(greeting(3))


def put_earlier(folder: Path, text: str, name: str) -> None:
    (folder / EARLIER_FOLDER).mkdir(exist_ok=True)
    (folder / EARLIER_FOLDER / f"{name}.json").write_text(text, "utf-8")


def test_recordings_that_were_in_force_before_are_known_by_their_lengths(
    folder: Path, manifest: Manifest
) -> None:
    """Each by its digest; their cues need not be there."""
    assert FrameLibrary(folder, manifest).earlier == {}
    befores = [
        replace(manifest, cues={"hello.1": CueFile(f"{number}.mp3", number)}) for number in (7, 8)
    ]
    for before in befores:
        put_earlier(folder, before.to_json(), before.digest)
    assert FrameLibrary(folder, manifest).earlier == {
        before.digest: before.cue_sheet() for before in befores
    }


@pytest.mark.parametrize("text", ["", "{}", "null", '{"version": 0}', "[" * 100_000])
def test_an_earlier_recording_that_cannot_be_read_is_left_out(
    folder: Path, manifest: Manifest, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is kept from today's guides by it; the log says which one it was."""
    put_earlier(folder, text, "broken")
    put_earlier(folder, manifest.to_json(), "sound")
    assert FrameLibrary(folder, manifest).earlier == {manifest.digest: manifest.cue_sheet()}
    (warning,) = caplog.messages
    assert str(folder / EARLIER_FOLDER / "broken.json") in warning


def test_a_guide_asked_for_again_is_the_one_kept(folder: Path, manifest: Manifest) -> None:
    """Range after range of one guide is served from one assembly."""
    library = FrameLibrary(folder, manifest)
    assert library.guide(greeting(3)) is library.guide(greeting(3))


def test_only_so_many_bytes_of_guides_are_kept(folder: Path, manifest: Manifest) -> None:
    """The guide asked for longest ago goes first; one that is too long alone is not kept."""
    library = FrameLibrary(folder, manifest, kept_bytes=len(assemble(greeting(5), CUES)))
    first, second = library.guide(greeting(1)), library.guide(greeting(2))
    assert library.guide(greeting(1)) is first
    third = library.guide(greeting(3))
    assert library.guide(greeting(1)) is first
    assert library.guide(greeting(3)) is third
    assert library.guide(greeting(2)) is not second
    assert library.guide(greeting(60)) is not library.guide(greeting(60))


def test_threads_share_a_library(folder: Path, manifest: Manifest) -> None:
    """Many threads asking for many guides, with room for few, all get the right ones."""
    library = FrameLibrary(folder, manifest, kept_bytes=50_000)
    wanted = [greeting(seconds) for seconds in (1, 2, 3, 4, 5) * 40]
    with ThreadPoolExecutor(8) as pool:
        guides = list(pool.map(library.guide, wanted))
    assert guides == [assemble(timeline, CUES) for timeline in wanted]
