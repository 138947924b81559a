"""Shelves: where devices fetch guides and clips from, by address.

Two of them: this very service, which serves whatever is asked for; and a bucket behind a
content network, for a service that cannot serve files. In the bucket the standard guides are
published ahead, under `guides/`; any other guide, and every clip, is joined on demand and put
there, under `made/`, before its address is given away. Names promise their content, so what is
there already is not put there again. What is made is kept for a month, and made anew after it.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Protocol
from urllib.parse import quote

from skill.coaching.movements import Milliseconds
from skill.coaching.timeline import Timeline
from skill.content.catalogue import ART
from skill.guides.editions import Editions, standard_plans
from skill.guides.published import Published
from skill.ports import ShelfError

PUBLISHED, MADE = "guides", "made"
MADE_KEPT = timedelta(days=30)
"""After this the bucket drops what was made on demand, by its own rule (template.yaml)."""
LISTENED = timedelta(days=1)
"""What is given away has to be there for so long: a guide runs an hour, and may be paused."""
REMEMBERED = timedelta(hours=1)
"""How long it is taken for granted that a file is there that once was."""
MOST_REMEMBERED = 4096

SECONDS = 2.5
"""How long looking and putting may take as a whole; Alexa gives up after 8 s."""

log = logging.getLogger(__name__)


def published_picture(file: str) -> Published:
    """Name a drawn picture as it is published."""
    stem, _, suffix = file.rpartition(".")
    return Published.of(f"{PUBLISHED}/{stem}", suffix, (ART / file).read_bytes())


class LocalShelf:
    """The service itself serves every guide of the recording in force: nothing has to be put.

    `base_url` is where devices reach the service, without a slash at its end.
    """

    def __init__(self, base_url: str, digest: str) -> None:
        self._base_url = base_url
        self._digest = digest

    def guide(self, timeline: Timeline) -> str:
        """Return where the guide of a timeline is served."""
        return self.edition(timeline.plan.id, "mp3")

    def clip(self, timeline: Timeline, step: int, start: Milliseconds) -> str:
        """Return where a step's clip is served, or the rest of it from an offset."""
        whole = start == timeline.spans[step].start
        place = self.edition(f"{timeline.plan.id}/{step}", "mp3")
        return place if whole else f"{place}&from={start}"

    def picture(self, file: str) -> str:
        """Return where a picture is served."""
        return f"{self._base_url}/art/{file}"

    def close(self) -> None:
        """Nothing is held open."""

    def edition(self, plan_id: str, suffix: str) -> str:
        """Return where a plan's guide (`mp3`), captions (`vtt`) or chapters (`json`) are served."""
        return f"{self._base_url}/guides/{quote(plan_id)}.{suffix}?v={self._digest}"

    def cover(self) -> str:
        """Return where the cover picture is served."""
        return f"{self._base_url}/guides/cover.png"


class Bucket(Protocol):
    """Files by key. Each method raises `ShelfError` if it cannot be done by the deadline.

    A deadline is a moment of `time.monotonic`.
    """

    def written(self, key: str, deadline: float) -> datetime | None:
        """Return when a file was last written; None where there is none."""
        ...

    def put(self, key: str, file: Published, content: bytes, deadline: float) -> None:
        """Write a file: whole when this returns, for everyone, with its type, to be cached."""
        ...

    def close(self) -> None:
        """Hang up; a later use connects again."""
        ...


class BucketShelf:
    """Guides lie in a bucket, and are fetched under `public_url` (without a slash at its end).

    Safe to use from several threads: at worst the same bytes are put twice.
    """

    def __init__(  # noqa: PLR0913, two of them are for the tests
        self,
        editions: Editions,
        bucket: Bucket,
        public_url: str,
        clock: Callable[[], datetime],
        *,
        seconds: float = SECONDS,
        remembered: int = MOST_REMEMBERED,
    ) -> None:
        self._editions = editions
        self._bucket = bucket
        self._public_url = public_url
        self._clock = clock
        self._seconds = seconds
        self._standard = {plan.id for plan in standard_plans(editions.repertoire.catalogue)}
        self._named = lru_cache(remembered)(self._name_guide)
        self._named_picture = cache(lambda file: published_picture(file).name)
        self._remembered = remembered
        self._good_until: dict[str, datetime] = {}

    def guide(self, timeline: Timeline) -> str:
        """Return where a guide can be fetched, having put it there if need be.

        With the bucket out of reach a standard guide is taken to be there, as it is published
        ahead; for any other raise `ShelfError`.
        """
        plan_id, started = timeline.plan.id, time.monotonic()
        deadline = started + self._seconds
        guide = self._named(plan_id)
        if plan_id in self._standard:
            published = f"{PUBLISHED}/{guide.name}"
            try:
                if self._is_there(published, started + self._seconds / 2):
                    return self._address(published)
                log.warning("guide %s is not published yet, and made on demand", guide.name)
            except ShelfError as away:
                log.warning("guide %s is taken to be published: %s", guide.name, away)
                return self._address(published)
        made = f"{MADE}/{guide.name}"
        if not self._is_there(made, deadline):
            self._put(made, guide, self._editions.mp3(plan_id), deadline)
        return self._address(made)

    def clip(self, timeline: Timeline, step: int, start: Milliseconds) -> str:
        """Return where the rest of a step can be fetched, having put it there if need be."""
        deadline = time.monotonic() + self._seconds
        content = self._editions.library.clip(timeline, step, start)
        clip = Published.of(f"{timeline.plan.id}.{step}", "mp3", content)
        made = f"{MADE}/{clip.name}"
        if not self._is_there(made, deadline):
            self._put(made, clip, content, deadline)
        return self._address(made)

    def picture(self, file: str) -> str:
        """Return where a picture can be fetched: all of them are published ahead."""
        return self._address(self._named_picture(file))

    def close(self) -> None:
        """Hang up."""
        self._bucket.close()

    def _name_guide(self, plan_id: str) -> Published:
        return Published.of(plan_id, "mp3", self._editions.mp3(plan_id))

    def _is_there(self, key: str, deadline: float) -> bool:
        """Whether a file is there, and will be for as long as it may be listened to."""
        now = self._clock()
        if now < self._good_until.get(key, now):
            return True
        written = self._bucket.written(key, deadline)
        if written is None:
            return False
        lasts = written + MADE_KEPT - LISTENED if key.startswith(f"{MADE}/") else now + REMEMBERED
        if lasts <= now:
            return False
        self._remember(key, min(lasts, now + REMEMBERED))
        return True

    def _put(self, key: str, file: Published, content: bytes, deadline: float) -> None:
        self._bucket.put(key, file, content, deadline)
        self._remember(key, self._clock() + REMEMBERED)

    def _remember(self, key: str, until: datetime) -> None:
        if len(self._good_until) >= self._remembered:
            self._good_until.clear()
        self._good_until[key] = until

    def _address(self, key: str) -> str:
        return f"{self._public_url}/{quote(key)}"
