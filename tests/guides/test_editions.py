"""Editions: what players see of a guide, read by the players' own libraries."""

import io
import json
import shutil
import subprocess

import mutagen.id3
import mutagen.mp3
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching.cues import Counted, Cue, Speech
from skill.coaching.timeline import Sound
from skill.guides.captions import captions_of, web_vtt
from skill.guides.chapters import Chapter
from skill.guides.editions import standard_plans
from skill.guides.tags import MOST_CHAPTERS, id3_tag
from tests.guides.recordings import timeline_of

TOLERANCE_MS = 50
PLANS = ("pre-run", "glute-stretch_h20", "post-run_h45_brief")


class TestStandardPlans:
    def test_are_each_routine_with_three_holds_in_full_and_in_brief(self, service):
        """Routines with holds come with 20, 30 and 45 s; all come in full and in brief."""
        plans = [plan.id for plan in standard_plans(service.wording.catalogue)]
        assert len(plans) == len(set(plans)) == 24
        assert {"post-run_h20", "post-run", "post-run_h45", "post-run_h45_brief"} <= set(plans)
        assert {"desk", "desk_h30", "strength", "strength_brief"} <= set(plans)
        assert "post-run_h30" not in plans

    def test_can_all_be_coached(self, service):
        """Each of them has a guide, captions and chapters."""
        for plan in standard_plans(service.wording.catalogue):
            assert service.editions.mp3(plan.id).startswith(b"ID3")
            assert service.editions.captions(plan.id).startswith("WEBVTT")
            assert json.loads(service.editions.chapters(plan.id))["chapters"]


class TestTags:
    @pytest.mark.parametrize("plan_id", PLANS)
    def test_mutagen_reads_what_was_written(self, service, plan_id):
        """Title, artist, cover and chapters are where players look for them."""
        timeline = service.repertoire.timeline(plan_id)
        guide = mutagen.mp3.MP3(io.BytesIO(service.editions.mp3(plan_id)))
        assert guide.tags.version == (2, 3, 0)
        assert guide.tags["TIT2"].text == [service.wording.plan_title(timeline.plan)]
        assert guide.tags["TPE1"].text == ["Glute Coach"]
        picture = guide.tags.getall("APIC")[0]
        assert picture.mime == "image/jpeg"
        assert picture.type == mutagen.id3.PictureType.COVER_FRONT
        contents = guide.tags.getall("CTOC")[0]
        chapters = {chapter.element_id: chapter for chapter in guide.tags.getall("CHAP")}
        ordered = [chapters[name] for name in contents.child_element_ids]
        assert [(c.start_time, c.end_time) for c in ordered] == [
            (span.start, span.end) for span in timeline.spans
        ]
        assert guide.info.length * 1000 == pytest.approx(timeline.duration, abs=TOLERANCE_MS)

    @pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe is not installed")
    @pytest.mark.parametrize("plan_id", PLANS)
    def test_ffprobe_lists_every_step_as_a_chapter(self, service, plan_id, tmp_path):
        """Each step is a chapter at the timeline's time, by its movement and side."""
        timeline = service.repertoire.timeline(plan_id)
        guide = tmp_path / "guide.mp3"
        guide.write_bytes(service.editions.mp3(plan_id))
        asked = [shutil.which("ffprobe"), "-v", "error", "-show_chapters", "-of", "json", guide]
        told = subprocess.run(asked, check=True, capture_output=True, text=True)
        chapters = json.loads(told.stdout)["chapters"]
        assert [chapter["tags"]["title"] for chapter in chapters] == [
            service.wording.step_title(step) for step in timeline.plan.steps
        ]
        for chapter, span in zip(chapters, timeline.spans, strict=True):
            assert float(chapter["start_time"]) * 1000 == pytest.approx(
                span.start, abs=TOLERANCE_MS
            )
            assert float(chapter["end_time"]) * 1000 == pytest.approx(span.end, abs=TOLERANCE_MS)

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
    def test_any_title_is_read_back(self, title):
        """Titles in any script survive."""
        read = mutagen.id3.ID3(io.BytesIO(id3_tag(title=title, artist="Ä", album="é")))
        assert str(read.get("TIT2", "")) == title
        assert str(read["TPE1"]) == "Ä"

    def test_more_chapters_than_the_format_holds_are_refused(self):
        """The format counts chapters in one byte."""
        chapters = tuple(Chapter("x", 0, 1) for _ in range(MOST_CHAPTERS + 1))
        with pytest.raises(ValueError, match="at most 255 chapters, not 256"):
            id3_tag(title="x", artist="x", album="x", chapters=chapters)


class TestChapters:
    @pytest.mark.parametrize("plan_id", PLANS)
    def test_cover_the_guide_step_by_step(self, service, plan_id):
        """The JSON has a chapter a step, without gaps, in seconds, named as it is spoken of."""
        timeline = service.repertoire.timeline(plan_id)
        document = json.loads(service.editions.chapters(plan_id))
        assert document["version"] == "1.2.0"
        chapters = document["chapters"]
        assert [chapter["startTime"] for chapter in chapters] == [
            0,
            *(chapter["endTime"] for chapter in chapters[:-1]),
        ]
        assert chapters[-1]["endTime"] == timeline.duration / 1000

    def test_are_named_by_movement_side_and_set(self, service):
        """A chapter's name says what is done in it."""
        document = json.loads(service.editions.chapters("glute-stretch"))
        titles = [chapter["title"] for chapter in document["chapters"]]
        assert titles[1] == "Glute bridge, set 2 of 3"
        assert titles[-1] == "Pigeon pose, right side"


class TestCaptions:
    @pytest.mark.parametrize("plan_id", PLANS)
    def test_webvtt_reads_them_in_order_inside_the_audio(self, service, plan_id):
        """Captions follow each other without overlap and end before the guide does."""
        timeline = service.repertoire.timeline(plan_id)
        captions = list(webvtt.from_string(service.editions.captions(plan_id)))
        ends = 0
        for caption in captions:
            assert caption.start_in_seconds >= ends - 0.001
            ends = caption.end_in_seconds
        assert captions[-1].end_in_seconds <= timeline.duration / 1000

    @pytest.mark.parametrize("plan_id", PLANS)
    def test_say_all_that_is_said(self, service, plan_id):
        """Every spoken cue is in the captions, at its time."""
        timeline, script = service.repertoire.timeline(plan_id), service.wording.script()
        captions = list(captions_of(timeline, script))
        for sound in timeline.sounds:
            recipe = script[sound.cue.id]
            said = [c for c in captions if sound.start <= c.start < sound.end]
            if isinstance(recipe, Speech):
                assert " ".join(caption.text for caption in said) == recipe.text
                assert (said[0].start, said[-1].end) == (sound.start, sound.end)
            elif isinstance(recipe, Counted):
                assert [caption.text for caption in said] == list(recipe.words)
            else:
                assert not said

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))
    def test_any_words_can_be_captions(self, text):
        """Markup, arrows and empty lines in the words do not break the file."""
        sound = Sound(0, Cue("hello.1", 4_800))
        written = web_vtt(timeline_of([sound], [], 4_800), {"hello.1": Speech(text)})
        assert len(list(webvtt.from_string(written))) >= (1 if text.strip() else 0)
