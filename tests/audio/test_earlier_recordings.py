"""Recorded anew while somebody is at it: the place they hold leads to the same second."""

import shutil
from pathlib import Path

import pytest

from audio.rendering import Report, render
from audio.voices.choosing import DEFAULT_VOICE, choose_voice
from skill.bootstrap import Service, build
from skill.coaching.cues import CueSheet, Recipe, Speech
from skill.coaching.repertoire import Repertoire
from skill.coaching.values import replace
from skill.content.wording import load_wording
from skill.guides.manifest import Manifest
from skill.settings import Settings
from skill.stores.memory import MemoryStore

TODAY = load_wording("en-US").script()
EDITED = "instruct/pigeon/left/full.1"
YESTERDAY = TODAY | {EDITED: Speech("Now the pigeon. You know how it goes, so take it slowly.")}
PLAN = "post-run_h45"


@pytest.fixture(scope="module")
def output(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of recordings of our own, in which yesterday's words are in force."""
    output = tmp_path_factory.mktemp("rendered")
    shutil.copytree(rendered, output / "en-US")
    assert recorded(output, YESTERDAY).recorded == 1
    return output


def recorded(output: Path, script: dict[str, Recipe]) -> Report:
    return render(script, choose_voice(DEFAULT_VOICE, "en-US"), output / "en-US", locale="en-US")


@pytest.fixture(scope="module")
def yesterday(output: Path) -> Manifest:
    """Yesterday's recording, before today's takes its place."""
    return recorded(output, YESTERDAY).manifest


@pytest.fixture(scope="module")
def today(output: Path, yesterday: Manifest) -> Service:
    """The service on today's recording: the one line that was edited is recorded, and no other."""
    report = recorded(output, TODAY)
    assert report.recorded + report.found == len(TODAY)
    changed = {cue for cue in TODAY if report.manifest.cues[cue] != yesterday.cues[cue]}
    assert changed == {EDITED}
    return build(replace(Settings(), audio=output), store=MemoryStore())


def test_a_place_in_yesterdays_guide_is_the_same_second_of_the_same_step(
    today: Service, yesterday: Manifest
) -> None:
    """What a player brings back is a digest of yesterday and an offset: it leads into today."""
    catalogue, sheet = today.wording.catalogue, yesterday.cue_sheet()
    then = Repertoire(catalogue, sheet, yesterday.digest).timeline(PLAN)
    now = today.repertoire.timeline(PLAN)
    assert yesterday.digest != today.library.digest
    assert then.duration != now.duration
    for step, span in enumerate(then.spans):
        for offset in range(span.begin, span.release, 7_000):
            bookmark = today.repertoire.bookmark(PLAN, yesterday.digest, offset)
            place = now.at(now.offset_of(bookmark))
            assert place.step.index == step
            assert place.work_left == then.at(offset).work_left


def test_a_recording_from_before_a_line_was_written_tells_nothing(
    today: Service, yesterday: Manifest
) -> None:
    """The plan cannot be laid out in it, so its offsets cannot be read; that is no error."""
    lengths = dict(yesterday.cue_sheet().lengths)
    del lengths["breathe"]
    before = {"earlier": CueSheet(lengths)}
    library = today.library
    repertoire = Repertoire(
        today.wording.catalogue, library.cue_sheet, library.digest, lambda: before
    )
    assert repertoire.bookmark(PLAN, "earlier", 60_000) is None
    assert repertoire.bookmark(PLAN, library.digest, 60_000) is not None


def test_another_hold_needs_no_recording(today: Service, output: Path) -> None:
    """Guides of any hold are joined from the same cues."""
    guides = {today.library.guide(today.repertoire.timeline(f"post-run_h{hold}"))
              for hold in (20, 31, 120)}  # fmt: skip
    assert len(guides) == 3
    assert recorded(output, TODAY).recorded == 0
