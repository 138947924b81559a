"""The podcast feed: every standard guide as an episode, for the podcast app of any phone.

RSS 2.0 with Apple's tags and those of Podcasting 2.0. The only place that knows feedgen;
import it where a feed is asked for, since it brings a whole XML library along.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from skill.coaching.movements import SECOND
from skill.coaching.plans import Plan
from skill.guides.editions import ARTIST, Editions, standard_plans

NAMESPACE = "https://podcastindex.org/namespace/1.0"
FIRST_PUBLISHED = datetime(2026, 11, 20, 6, tzinfo=UTC)
SPACING = timedelta(minutes=1)
"""Between two episodes, so that apps keep them in our order."""
DESCRIPTION = (
    "Glute routines for runners: every movement, side and second, hands-free. "
    "Coaching, not medical advice. At sharp pain, numbness or tingling, stop that movement."
)


class Addresses(Protocol):
    """Where everything that a feed names is fetched from."""

    def edition(self, plan_id: str, suffix: str) -> str:
        """Return where a plan's guide (`mp3`), captions (`vtt`) or chapters (`json`) are."""
        ...

    def cover(self) -> str:
        """Return where the cover picture is."""
        ...


def podcast_feed(editions: Editions, base_url: str, addresses: Addresses) -> bytes:
    """Return the feed as XML; `base_url` is where it is served, without a slash at its end."""
    feed_url = f"{base_url}/guides/feed.xml"
    feed = FeedGenerator()
    feed.load_extension("podcast")
    feed.register_extension("podcasting", _Podcast, _Episode, atom=False)
    feed.title(ARTIST)
    feed.link(href=base_url, rel="alternate")
    feed.link(href=feed_url, rel="self")
    feed.description(DESCRIPTION)
    feed.language(editions.wording.locale.lower())
    feed.lastBuildDate(FIRST_PUBLISHED)
    feed.podcast.itunes_author(ARTIST)
    feed.podcast.itunes_category("Health & Fitness", "Fitness")
    feed.podcast.itunes_explicit("no")
    feed.podcast.itunes_image(addresses.cover())
    feed.podcast.itunes_type("episodic")
    feed.podcasting.guid = str(uuid5(NAMESPACE_URL, feed_url))
    for number, plan in enumerate(standard_plans(editions.repertoire.catalogue)):
        episode = feed.add_entry(order="append")
        _describe(episode, plan, editions, addresses)
        episode.published(FIRST_PUBLISHED - number * SPACING)
    xml: bytes = feed.rss_str(pretty=True)
    return xml


def _describe(episode: FeedEntry, plan: Plan, editions: Editions, addresses: Addresses) -> None:
    episode.guid(plan.id, permalink=False)
    episode.title(editions.wording.plan_title(plan))
    episode.description(editions.wording.plan_description(plan))
    size = str(len(editions.mp3(plan.id)))
    episode.enclosure(addresses.edition(plan.id, "mp3"), size, "audio/mpeg")
    episode.podcast.itunes_duration(round(editions.repertoire.timeline(plan.id).duration / SECOND))
    episode.podcast.itunes_explicit("no")
    episode.podcasting.chapters = addresses.edition(plan.id, "json")
    episode.podcasting.transcript = addresses.edition(plan.id, "vtt")
    episode.podcasting.language = editions.wording.locale


class _Podcast(BaseExtension):  # type: ignore[misc]
    """The Podcasting 2.0 tags of a feed, which feedgen does not know."""

    def __init__(self) -> None:
        self.guid = ""

    def extend_ns(self) -> dict[str, str]:
        return {"podcast": NAMESPACE}

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        channel = feed[0]
        _add(channel, "guid").text = self.guid
        _add(channel, "medium").text = "podcast"
        _add(channel, "locked").text = "no"
        return feed


class _Episode(BaseEntryExtension):  # type: ignore[misc]
    """The Podcasting 2.0 tags of an episode."""

    def __init__(self) -> None:
        self.chapters = ""
        self.transcript = ""
        self.language = ""

    def extend_rss(self, entry: etree._Element) -> etree._Element:
        _add(entry, "chapters", url=self.chapters, type="application/json+chapters")
        _add(entry, "transcript", url=self.transcript, type="text/vtt", language=self.language)
        return entry


def _add(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
