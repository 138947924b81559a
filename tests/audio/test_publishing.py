"""Publishing into a bucket: what is written, what is left alone, what is taken away and when."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import feedparser
import pytest

from audio.publishing import (
    FEED,
    OUTDATED,
    OUTDATED_KEPT,
    SHORTLY,
    Publication,
    PublishError,
    Report,
    Stored,
    publish,
)
from skill.bootstrap import Service
from skill.content.catalogue import ART
from skill.guides.editions import standard_plans
from skill.guides.published import FOREVER, TYPES, keeps_its_promise
from skill.pictures.art import art_files

URL = "https://guides.example"
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
STRANGE = "guides/pre-run.0123456789abcdef0123456789abcdef.mp3"


class Shed:
    """A bucket in memory; it can be full after so many files."""

    def __init__(self, room: int = 10_000) -> None:
        self.things: dict[str, tuple[bytes, str, str]] = {}
        self.written: list[str] = []
        self._room = room
        self._lock = threading.Lock()

    def files(self, prefix: str) -> dict[str, Stored]:
        return {
            key: Stored(len(content), hashlib.md5(content, usedforsecurity=False).hexdigest())
            for key, (content, *_) in self.things.items()
            if key.startswith(prefix)
        }

    def read(self, key: str) -> bytes | None:
        return self.things[key][0] if key in self.things else None

    def write(self, key: str, content: bytes, mimetype: str, caching: str) -> None:
        with self._lock:
            if len(self.written) >= self._room:
                raise PublishError("the shed is full")
            self.written.append(key)
            self.things[key] = content, mimetype, caching

    def delete(self, key: str) -> None:
        del self.things[key]


@pytest.fixture(scope="module")
def publication(service: Service) -> Publication:
    return Publication(service.editions, URL)


@pytest.fixture
def shed() -> Shed:
    return Shed()


class TestWhatIsPublished:
    def test_every_standard_guide_with_its_captions_and_chapters(self, publication, shed, service):
        """Three files a plan, the cover and the feed: each just what the service itself has."""
        publish(publication, shed, NOW)
        contents = {content for content, *_ in shed.things.values()}
        plans = list(standard_plans(service.wording.catalogue))
        for plan in plans:
            assert service.editions.mp3(plan.id) in contents
            assert service.editions.captions(plan.id).encode() in contents
            assert service.editions.chapters(plan.id).encode() in contents
        pictures = art_files(service.wording.catalogue)
        for picture in pictures:
            assert (ART / picture).read_bytes() in contents
        assert len(shed.things) == 3 * len(plans) + len(pictures) + 2

    def test_names_types_and_caching(self, publication, shed):
        """A name promises the content, and so it may be cached for ever; all but the feed's."""
        publish(publication, shed, NOW)
        for key, (content, mimetype, caching) in shed.things.items():
            assert key.startswith("guides/")
            assert mimetype == TYPES[key.rpartition(".")[2]]
            assert keeps_its_promise(key, content) == (key != FEED)
            assert caching == (SHORTLY if key == FEED else FOREVER)

    def test_the_feed_comes_last_and_names_what_is_there(self, publication, shed):
        """Whoever reads the feed finds every file it names, each with the length it tells."""
        publish(publication, shed, NOW)
        assert shed.written[-1] == FEED
        feed = feedparser.parse(shed.things[FEED][0])
        assert not feed.bozo
        assert key_of(feed.feed.image.href) in shed.things
        for episode in feed.entries:
            (enclosure,) = episode.enclosures
            content, mimetype, _ = shed.things[key_of(enclosure.href)]
            assert (enclosure.length, enclosure.type) == (str(len(content)), mimetype)
            assert key_of(episode.podcast_chapters["url"]) in shed.things
            assert key_of(episode.podcast_transcript["url"]) in shed.things


class TestAgain:
    def test_what_is_there_is_left_alone(self, publication, shed):
        """A second publication of the same writes nothing, and says so."""
        first = publish(publication, shed, NOW)
        shed.written.clear()
        again = publish(publication, shed, NOW + timedelta(days=1))
        assert shed.written == []
        assert again == Report(written=(), found=len(first.written))

    def test_one_that_broke_off_is_gone_on_with(self, publication):
        """With half of it there the rest is written, and nothing twice; the feed only then."""
        shed = Shed(room=20)
        with pytest.raises(PublishError, match="the shed is full"):
            publish(publication, shed, NOW, jobs=4)
        assert FEED not in shed.things
        begun = set(shed.things)
        assert len(begun) == 20
        larger = Shed()
        larger.things = shed.things
        report = publish(publication, larger, NOW)
        assert set(larger.written) == set(report.written) == {*publication.files, FEED} - begun

    def test_a_file_of_another_length_is_written_anew(self, publication, shed):
        """What somebody has cut short is mended."""
        publish(publication, shed, NOW)
        key = min(publication.files)
        content, mimetype, caching = shed.things[key]
        shed.things[key] = content[:-1], mimetype, caching
        assert publish(publication, shed, NOW).written == (key,)
        assert shed.things[key][0] == content

    def test_on_trial_nothing_is_touched(self, publication, shed):
        """It is only told what would be written and deleted."""
        shed.things[STRANGE] = b"", "audio/mpeg", FOREVER
        shed.things[OUTDATED] = note({STRANGE: NOW - timedelta(days=1)})
        before = dict(shed.things)
        report = publish(publication, shed, NOW, on_trial=True)
        assert shed.things == before
        assert set(report.written) == {*publication.files, FEED}
        assert report.deleted == (STRANGE,)


class TestOutdated:
    def test_is_kept_for_a_month_after_it_was_last_published(self, publication, shed):
        """What is in no publication any more stays that long, whoever publishes in between."""
        shed.things[STRANGE] = b"", "audio/mpeg", FOREVER
        end = NOW + OUTDATED_KEPT
        for day in (0, 10, 29):
            report = publish(publication, shed, NOW + timedelta(days=day))
            assert report.kept == {STRANGE: end}
            assert STRANGE in shed.things
        report = publish(publication, shed, end)
        assert (report.kept, report.deleted) == ({}, (STRANGE,))
        assert STRANGE not in shed.things
        assert json.loads(shed.read(OUTDATED)) == {}

    def test_what_comes_back_begins_its_month_anew(self, publication, shed):
        """A voice that was left, taken again and left once more is kept a month from then."""
        key = min(publication.files)
        publish(publication, shed, NOW)
        shed.things[OUTDATED] = note({key: NOW + timedelta(days=1)})
        publish(publication, shed, NOW + timedelta(days=2))
        assert json.loads(shed.read(OUTDATED)) == {}
        assert key in shed.things

    @pytest.mark.parametrize(
        "damaged", [b"", b"\xff", b"[]", b'{"a": 1}', b'{"a": "soon"}', b'{"a": "2026-11-20"}']
    )
    def test_a_note_that_cannot_be_read_keeps_everything(self, publication, shed, damaged):
        """Nothing is deleted of which it is not known that it may be."""
        shed.things[STRANGE] = b"", "audio/mpeg", FOREVER
        shed.things[OUTDATED] = damaged, "application/json", "no-store"
        assert publish(publication, shed, NOW).kept == {STRANGE: NOW + OUTDATED_KEPT}
        assert STRANGE in shed.things

    def test_what_was_made_on_demand_is_none_of_its_business(self, publication, shed):
        """The bucket clears that away by itself."""
        shed.things["made/pre-run_h44.mp3"] = b"", "audio/mpeg", FOREVER
        assert publish(publication, shed, NOW).kept == {}


def test_content_that_changes_meanwhile_is_not_published(service, shed):
    """A name never gets other content than it promises, even if the cover is drawn just now."""
    publication = Publication(service.editions, URL)
    key = next(key for key in publication.files if key.endswith(".png"))
    publication._makers[key] = lambda: b"another cover"  # noqa: SLF001
    with pytest.raises(PublishError, match="has changed while it was published; publish again"):
        publish(publication, shed, NOW)
    assert key not in shed.things


def note(ends: dict[str, datetime]) -> tuple[bytes, str, str]:
    """The note in the bucket."""
    document = {key: end.isoformat() for key, end in ends.items()}
    return json.dumps(document).encode(), "application/json", "no-store"


def key_of(address: str) -> str:
    """The key under which the bucket has what lies at an address."""
    assert address.startswith(f"{URL}/")
    return urlsplit(address).path.removeprefix("/")
