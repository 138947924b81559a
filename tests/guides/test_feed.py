"""The podcast feed, read as podcast apps read it."""

import io
import xml.etree.ElementTree as ET

import feedparser
import podcastparser
import pytest

from skill.guides.editions import standard_plans
from skill.guides.feed import NAMESPACE, podcast_feed
from skill.guides.shelves import LocalShelf

BASE = "https://coach.example"
ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"


@pytest.fixture(scope="module")
def feed(service) -> bytes:
    """The feed of the rendered recording."""
    return podcast_feed(service.editions, BASE, LocalShelf(BASE, service.library.digest))


def test_feedparser_finds_no_fault(feed, service):
    """The feed is well-formed, and every standard guide is an episode."""
    read = feedparser.parse(feed)
    assert not read.bozo
    assert read.feed.title == "Glute Coach"
    assert [entry.id for entry in read.entries] == [
        plan.id for plan in standard_plans(service.wording.catalogue)
    ]


def test_podcastparser_finds_every_episode_with_its_length(feed, service):
    """Enclosures have the right type, and the very number of bytes that is served."""
    read = podcastparser.parse(BASE, io.BytesIO(feed))
    assert read["cover_url"] == f"{BASE}/guides/cover.png"
    episodes = {episode["guid"]: episode for episode in read["episodes"]}
    for plan in standard_plans(service.wording.catalogue):
        episode = episodes[plan.id]
        enclosure = episode["enclosures"][0]
        assert enclosure["mime_type"] == "audio/mpeg"
        assert enclosure["file_size"] == len(service.editions.mp3(plan.id))
        seconds = service.repertoire.timeline(plan.id).duration / 1000
        assert episode["total_time"] == pytest.approx(seconds, abs=0.5)
        assert episode["title"] == service.wording.plan_title(plan)


def test_says_what_podcast_apps_ask_for(feed):
    """Apple's required tags and Podcasting 2.0's chapters and transcripts are there."""
    channel = ET.fromstring(feed)[0]  # noqa: S314 - our own feed
    for tag in ("title", "link", "description", "language", f"{{{ITUNES}}}image"):
        assert channel.find(tag) is not None, tag
    assert channel.find(f"{{{ITUNES}}}explicit").text in {"no", "false"}
    category = channel.find(f"{{{ITUNES}}}category")
    assert category.get("text") == "Health & Fitness"
    assert channel.find(f"{{{NAMESPACE}}}guid").text
    for item in channel.findall("item"):
        chapters = item.find(f"{{{NAMESPACE}}}chapters")
        assert chapters.get("type") == "application/json+chapters"
        assert ".json?v=" in chapters.get("url")
        transcript = item.find(f"{{{NAMESPACE}}}transcript")
        assert transcript.get("type") == "text/vtt"
        assert ".vtt?v=" in transcript.get("url")


def test_is_the_same_each_time(feed, service):
    """Asking again gives the same bytes, so that apps see nothing new where nothing is."""
    shelf = LocalShelf(BASE, service.library.digest)
    assert podcast_feed(service.editions, BASE, shelf) == feed
