"""Rendering a script into a folder: what is recorded, what stays, and what never appears."""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from audio.errors import OutputError
from audio.recording import Recording
from audio.rendering import Outcome, Report, cue_key, render
from audio.voices.choosing import DEFAULT_VOICE, choose_voice
from skill.coaching.cues import Chime, Counted, Recipe, Speech
from skill.guides.frames import FRAME_BYTES, count_frames
from skill.guides.library import FrameLibrary
from skill.guides.manifest import (
    CUE_FOLDER,
    EARLIER_FOLDER,
    MANIFEST_FILE,
    load,
    words_digest,
)
from tests.audio.hummer import Hummer, hummed, recorded

SCRIPT: Mapping[str, Recipe] = {
    "hello.1": Speech("Hello, and welcome."),
    "hello.2": Speech("Good to see you."),
    "again.1": Speech("Hello, and welcome."),
    "countdown.1": Counted(("two", "one"), 1000),
    "chime/begin.1": Chime("begin"),
}
SOUNDS = len(set(SCRIPT.values()))


def rendered(folder: Path, script: Mapping[str, Recipe] = SCRIPT, **options: object) -> Report:
    return render(script, options.pop("voice", Hummer()), folder, locale="en-US", **options)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_script_becomes_a_folder_that_the_service_can_load(folder: Path) -> None:
    """Every cue is there, of the length the manifest says, under the digest of its words."""
    report = rendered(folder)
    assert (report.found, report.recorded, report.failures, report.untried) == (0, 5, {}, 0)
    manifest = load(folder, words_digest(SCRIPT))
    assert manifest == report.manifest
    assert manifest.voice == "hummer 1"
    sheet = FrameLibrary(folder, manifest).cue_sheet
    assert set(sheet.lengths) == {"hello", "again", "countdown", "chime/begin"}
    assert len(sheet.lengths["hello"]) == 2
    assert sheet.lengths["countdown"] == (1992,)


def test_cues_of_the_same_words_share_a_file(folder: Path) -> None:
    """The same sentence under two ids is recorded once."""
    cues = rendered(folder).manifest.cues
    assert cues["hello.1"] == cues["again.1"]
    assert len(list((folder / CUE_FOLDER).iterdir())) == SOUNDS


def test_one_process_or_two_give_the_same_bytes(tmp_path: Path) -> None:
    """The default voice, chimes and counts included, in whatever order they are recorded."""
    voice = choose_voice(DEFAULT_VOICE, "en-US")
    for jobs in (1, 2):
        rendered(tmp_path / str(jobs), voice=voice, jobs=jobs)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_an_unchanged_render_touches_nothing(folder: Path) -> None:
    """Not one file is written again, not even with the same bytes."""
    rendered(folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert rendered(folder).recorded == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_one_edited_line_records_that_cue_only(folder: Path) -> None:
    """The others keep their files, and the digest of the whole changes."""
    before = rendered(folder).manifest
    report = rendered(folder, dict(SCRIPT) | {"hello.2": Speech("How good to see you.")})
    assert (report.found, report.recorded) == (4, 1)
    changed = {cue for cue, file in report.manifest.cues.items() if file != before.cues[cue]}
    assert changed == {"hello.2"}
    assert report.manifest.digest != before.digest


def test_words_that_come_back_find_their_cue(folder: Path) -> None:
    """An edit that is taken back records nothing."""
    before = contents(folder) if rendered(folder) else {}
    rendered(folder, {"hello.1": Speech("Hi.")})
    assert rendered(folder).recorded == 0
    assert contents(folder).items() >= before.items()


def test_another_voice_records_its_words_but_no_chimes(folder: Path) -> None:
    """A chime has no voice: it stays."""
    rendered(folder)
    report = rendered(folder, voice=Hummer(identity="hummer 2"))
    assert (report.found, report.recorded) == (1, 4)


def test_keys_tell_recipes_and_voices_apart() -> None:
    """Whatever changes the sound changes the key."""
    voices = [Hummer(), Hummer(identity="hummer 2")]
    recipes = [*SCRIPT.values(), Speech("begin"), Counted(("two", "one"), 992)]
    keys = {cue_key(recipe, voice.identity) for recipe in recipes for voice in voices}
    chimes = 1
    assert len(keys) == 2 * len(set(recipes)) - chimes


def test_force_records_everything_anew(folder: Path) -> None:
    """The result is the same, as the voice is."""
    before = contents(folder) if rendered(folder) else {}
    report = rendered(folder, force=True)
    assert (report.found, report.recorded) == (0, 5)
    assert contents(folder) == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_cue_is_named_and_the_others_are_kept(folder: Path, jobs: int) -> None:
    """Nothing stands in for it, no manifest is published, and the next render needs it alone."""
    ill = Hummer(ails={"Good to see you.": "refuses"})
    report = rendered(folder, voice=ill, jobs=jobs)
    assert report.manifest is None
    assert report.failures == {"hello.2": "the hummer refuses 'Good to see you.'"}
    assert (report.recorded, report.untried) == (4, 0)
    assert not (folder / MANIFEST_FILE).exists()
    assert len(list((folder / CUE_FOLDER).iterdir())) == SOUNDS - 1
    healed = rendered(folder)
    assert (healed.found, healed.recorded) == (4, 1)


def test_a_failure_that_two_cues_share_is_told_for_both(folder: Path) -> None:
    """Each id that stays silent is named."""
    report = rendered(folder, voice=Hummer(ails={"Hello, and welcome.": "empty"}))
    assert report.failures.keys() == {"hello.1", "again.1"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_lost_voice_ends_the_render(folder: Path, jobs: int) -> None:
    """The cue at which it was lost is named, and the rest is not tried one by one."""
    script = {f"line.{number}": Speech(f"Line number {number}.") for number in range(1, 41)}
    report = rendered(folder, script, voice=Hummer(ails={"Line number 1.": "lost"}), jobs=jobs)
    assert report.failures == {"line.1": "the hummer has lost its voice"}
    assert report.manifest is None
    assert report.untried > 20


def test_the_old_manifest_stays_in_force_until_the_new_one_is_whole(folder: Path) -> None:
    """A render that fails leaves what was there, loadable to the last byte."""
    before = contents(folder) if rendered(folder) else {}
    edited = dict(SCRIPT) | {"hello.1": Speech("Hi!"), "hello.2": Speech("You again.")}
    assert rendered(folder, edited, voice=Hummer(ails={"Hi!": "silent"})).manifest is None
    assert contents(folder).items() >= before.items()
    FrameLibrary(folder, load(folder, words_digest(SCRIPT)))


@pytest.mark.parametrize(
    "damage",
    [
        lambda _data: b"",
        lambda data: data[:-1],
        lambda data: data[:-FRAME_BYTES],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    ],
)
def test_a_damaged_cue_is_recorded_again(folder: Path, damage: object) -> None:
    """Emptied, cut or altered, it is found out, and replaced by the same bytes."""
    manifest = rendered(folder).manifest
    path = folder / CUE_FOLDER / manifest.cues["hello.2"].file
    sound = path.read_bytes()
    path.write_bytes(damage(sound))
    assert rendered(folder).recorded == 1
    assert path.read_bytes() == sound
    FrameLibrary(folder, load(folder, words_digest(SCRIPT)))


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"version": 1}'])
def test_a_damaged_manifest_is_written_again(folder: Path, data: bytes) -> None:
    """The cues are there; nothing has to be recorded for it."""
    rendered(folder)
    before = contents(folder)
    (folder / MANIFEST_FILE).write_bytes(data)
    assert rendered(folder).recorded == 0
    assert contents(folder) == before


class Moody(Hummer):
    """Never speaks a text twice in the same way, as voices from the network do."""

    def speak(self, text: str) -> Recording:
        return recorded(hummed(text) + np.random.default_rng().normal(0, 1e-3))


def test_a_voice_that_varies_leaves_the_cues_in_force_alone(folder: Path) -> None:
    """Recorded anew, a cue gets another file: the old manifest stays true until the new one."""
    first = rendered(folder, voice=Moody()).manifest
    before = contents(folder)
    assert rendered(folder, voice=Moody()).manifest == first
    second = rendered(folder, voice=Moody(), force=True).manifest
    assert second.digest != first.digest
    del before[MANIFEST_FILE]
    assert contents(folder).items() >= before.items()
    assert rendered(folder, voice=Moody()).manifest == second


def test_renders_at_the_same_time_do_not_disturb_each_other(folder: Path) -> None:
    """Four at once, each with its own bytes for the same words: one whole folder comes of it."""
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: rendered(folder, voice=Moody(), force=True), range(4)))
    assert len({report.manifest.digest for report in reports}) == 4
    manifest = load(folder, words_digest(SCRIPT))
    assert manifest in [report.manifest for report in reports]
    FrameLibrary(folder, manifest)
    assert not list(folder.rglob("*.tmp"))


def age(paths: Iterable[Path], days: float) -> None:
    for path in paths:
        os.utime(path, (time.time() - days * 86_400,) * 2)


def test_what_a_dead_render_left_half_written_is_taken_away(folder: Path) -> None:
    """But not what another render may be writing just now."""
    rendered(folder)
    dead, live = (folder / CUE_FOLDER / f".{name}.tmp" for name in ("dead", "live"))
    dead.write_bytes(b"half")
    live.write_bytes(b"half")
    age([dead], days=0.5)
    rendered(folder)
    assert (dead.exists(), live.exists()) == (False, True)


def test_cues_that_no_manifest_names_go_after_a_month(folder: Path) -> None:
    """Old voices do not pile up for ever; cues in use stay however old they are."""
    manifest = rendered(folder).manifest
    age((folder / CUE_FOLDER).iterdir(), days=40)
    rendered(folder, {"hello.1": SCRIPT["hello.1"]})
    kept = {path.name for path in (folder / CUE_FOLDER).iterdir()}
    assert kept == {manifest.cues["hello.1"].file}


def earlier(folder: Path) -> set[str]:
    """The digests of the recordings that are kept as earlier ones."""
    return {path.stem for path in (folder / EARLIER_FOLDER).glob("*")}


def test_the_manifest_before_is_kept_for_a_month(folder: Path) -> None:
    """Its place is taken, but its lengths stay known: each new recording adds one."""
    first = rendered(folder).manifest
    rendered(folder)
    assert earlier(folder) == set()
    second = rendered(folder, {"hello.1": Speech("Hi.")}).manifest
    assert earlier(folder) == {first.digest}
    age((folder / EARLIER_FOLDER).iterdir(), days=29)
    third = rendered(folder, {"hello.1": Speech("Hey.")}).manifest
    assert earlier(folder) == {first.digest, second.digest}
    age([folder / EARLIER_FOLDER / f"{first.digest}.json"], days=31)
    rendered(folder, {"hello.1": Speech("Hey.")})
    assert earlier(folder) == {second.digest}
    assert FrameLibrary(folder, third).earlier == {second.digest: second.cue_sheet()}


def test_a_manifest_of_the_same_audio_is_no_earlier_recording(folder: Path) -> None:
    """Only the name of the voice is another: no place moves."""
    script = {"chime/begin.1": Chime("begin")}
    rendered(folder, script)
    assert rendered(folder, script, voice=Hummer(identity="hummer 2")).manifest.voice == "hummer 2"
    assert earlier(folder) == set()


def test_a_damaged_manifest_is_not_kept(folder: Path) -> None:
    """What cannot be read helps nobody later."""
    rendered(folder)
    (folder / MANIFEST_FILE).write_text("{}", "utf-8")
    rendered(folder)
    assert earlier(folder) == set()


def test_outcomes_can_be_watched(folder: Path) -> None:
    """Whoever shows progress is told how many there are, and sees each as it comes."""
    seen: list[object] = []

    def watch(outcomes: Iterator[Outcome], most: int) -> Iterator[Outcome]:
        seen.append(most)
        for outcome in outcomes:
            seen.append(outcome)
            yield outcome

    rendered(folder, watch=watch)
    assert seen[0] == SOUNDS == len(seen) - 1


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    """A file in its place is named."""
    (tmp_path / "rendered").write_text("I am a file.")
    with pytest.raises(OutputError, match=rf"Cannot write {tmp_path}/rendered/en-US: Not a dir"):
        rendered(tmp_path / "rendered" / "en-US")


def test_the_manifest_on_disk_names_its_own_digest(folder: Path) -> None:
    """What the file says is what the manifest computes, and cue files are plain frames."""
    manifest = rendered(folder).manifest
    document = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    assert document["digest"] == manifest.digest
    for file in manifest.cues.values():
        assert count_frames((folder / CUE_FOLDER / file.file).read_bytes()) == file.frames
