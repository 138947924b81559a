"""The manifest: what it says, how it is written, and how it is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.coaching.cues import Chime, Counted, CueSheet, Speech
from skill.guides.manifest import (
    MANIFEST_FILE,
    RENDER_COMMAND,
    CueFile,
    Manifest,
    ManifestBrokenError,
    ManifestError,
    ManifestMissingError,
    ManifestStaleError,
    load,
    split_cue_id,
    words_digest,
)
from tests.guides.recordings import SCRIPT, rendered

WORDS = words_digest(SCRIPT)

texts = st.text(st.characters(codec="utf-8"))
cue_files = st.builds(
    CueFile.of,
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.binary(max_size=9),
    st.integers(1, 9999),
)
lines = st.dictionaries(
    st.sampled_from(["begin", "chime/rep", "instruct/clam/left/full", "set/2/3", "a", "a/b"]),
    st.lists(cue_files, min_size=1, max_size=3),
    min_size=1,
    max_size=4,
)
manifests = st.builds(
    lambda locale, voice, lines: Manifest(
        locale,
        voice,
        WORDS,
        {
            f"{line}.{variant}": file
            for line, files in lines.items()
            for variant, file in enumerate(files, start=1)
        },
    ),
    texts,
    texts,
    lines,
)


@settings(deadline=None)
@given(manifests)
def test_a_manifest_is_read_back_as_it_was_written(manifest: Manifest) -> None:
    """Writing and reading change nothing, the digest included; nor does reading it on trust."""
    for read in (Manifest.from_json, Manifest.from_checked_json):
        again = read(manifest.to_json())
        assert again == manifest
        assert again.digest == manifest.digest


def test_the_same_manifest_is_always_the_same_text() -> None:
    """The order in which cues were recorded does not show."""
    files = {cue: CueFile(f"{cue}.mp3", 3) for cue in SCRIPT}
    backwards = dict(reversed(files.items()))
    assert (
        Manifest("en-US", "a", WORDS, files).to_json()
        == Manifest("en-US", "a", WORDS, backwards).to_json()
    )


@pytest.mark.parametrize("other", [CueFile("other.mp3", 3), CueFile("a.mp3", 4)])
def test_another_sound_is_another_digest(other: CueFile) -> None:
    """Other bytes or another length of one cue give the recording another name."""
    cues = {"hello.1": CueFile("a.mp3", 3), "bye.1": CueFile("b.mp3", 5)}
    before = Manifest("en-US", "a", WORDS, cues)
    assert Manifest("en-US", "a", WORDS, cues | {"hello.1": other}).digest != before.digest


def test_the_cue_sheet_has_every_variant_in_order() -> None:
    """Lengths are told in milliseconds, the tenth variant after the ninth."""
    cues = {f"line.{number}": CueFile("a.mp3", number) for number in (10, *range(1, 10))}
    sheet = Manifest("en-US", "a", WORDS, cues).cue_sheet()
    assert sheet == CueSheet({"line": tuple(24 * number for number in range(1, 11))})


def test_any_change_of_words_changes_their_digest() -> None:
    """Other text, another beat, another chime, another cue: each is another script."""
    scripts = [
        {},
        {"a.1": Speech("begin")},
        {"a.1": Speech("Begin")},
        {"b.1": Speech("begin")},
        {"a.1": Chime("begin")},
        {"a.1": Counted(("two", "one"), 1000)},
        {"a.1": Counted(("two", "one"), 1001)},
        {"a.1": Counted(("two one",), 1000)},
    ]
    assert len({words_digest(script) for script in scripts}) == len(scripts)


@pytest.mark.parametrize("cue", ["", "hello", "hello.", ".1", "hello.one", "hello.-1"])
def test_what_is_no_cue_id_is_refused(cue: str) -> None:
    """A cue id is a line, a dot and the number of a variant."""
    with pytest.raises(ValueError, match="is no cue id"):
        split_cue_id(cue)


def test_a_rendered_folder_is_loaded(tmp_path: Path) -> None:
    """What the studio left is what the service reads."""
    manifest = rendered(tmp_path / "en-US")
    assert load(tmp_path / "en-US", WORDS) == manifest


def test_a_folder_that_was_never_rendered_says_which_command_renders(tmp_path: Path) -> None:
    """The first start of all is told what to run."""
    assert_refused(tmp_path, ManifestMissingError, WORDS)


def test_audio_of_other_words_is_stale(tmp_path: Path) -> None:
    """Audio rendered from yesterday's words is not played with today's captions."""
    rendered(tmp_path / "en-US")
    assert_refused(tmp_path / "en-US", ManifestStaleError, words_digest({}))


def entry_of(document: dict[str, Any]) -> dict[str, Any]:
    return document["cues"]["hello.1"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document.update(version=2),
        lambda document: document.pop("words"),
        lambda document: document.update(digest="0" * 64),
        lambda document: document.update(cues={}),
        lambda document: document.update(cues=[]),
        lambda document: document["cues"].update({"no cue id": {}}),
        lambda document: document["cues"].pop("hello.1"),
        lambda document: document["cues"].update({"hello.1": None}),
        lambda document: entry_of(document).update(file="../../secret.mp3"),
        lambda document: entry_of(document).update(frames=0),
        lambda document: entry_of(document).update(frames=True),
        lambda document: entry_of(document).update(frames="3"),
    ],
)
def test_a_damaged_manifest_is_refused(tmp_path: Path, damage: Any) -> None:
    """Whatever is wrong inside it, the folder and the command that renders are named."""
    rendered(tmp_path)
    document = json.loads((tmp_path / MANIFEST_FILE).read_text("utf-8"))
    damage(document)
    (tmp_path / MANIFEST_FILE).write_text(json.dumps(document), "utf-8")
    assert_refused(tmp_path, ManifestBrokenError, WORDS)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_manifest_that_is_no_json_object_is_refused(tmp_path: Path, data: bytes) -> None:
    """Cut, empty, undecodable and absurd files are no crash."""
    (tmp_path / MANIFEST_FILE).write_bytes(data)
    assert_refused(tmp_path, ManifestBrokenError, WORDS)


def assert_refused(folder: Path, error: type[ManifestError], words: str) -> None:
    with pytest.raises(error) as refusal:
        load(folder, words)
    assert str(folder) in str(refusal.value)
    assert RENDER_COMMAND in str(refusal.value)
