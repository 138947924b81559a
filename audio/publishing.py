"""Publishing: every standard guide, its captions and chapters, and the feed, into the bucket.

Names promise their content, so what lies in the bucket already is left alone, a publication
that was broken off goes on where it stopped, and several at a time do not disturb each other.
The feed is written when all it names is there. What is in no publication any more is kept as
long as the studio keeps outdated cues; until when is noted in the bucket, beside the guides.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from audio.errors import StudioError
from audio.rendered_folder import OUTDATED_KEPT_SECONDS
from skill.content.catalogue import ART
from skill.guides.editions import Editions, standard_plans
from skill.guides.published import FOREVER, TYPES, Published, keeps_its_promise
from skill.guides.shelves import PUBLISHED
from skill.pictures.art import COVER, art_files

CLOUD_AUDIO = Path(__file__).resolve().parent / "rendered" / "cloud"
"""Where the cues of the cloud's voice are, apart from those of the voice at home."""
PUBLISH_COMMAND = "./scripts/publish_audio.py"

FEED = f"{PUBLISHED}/feed.xml"
SHORTLY = "public, max-age=300"
"""The feed's name promises nothing, so it is asked for anew every five minutes."""
OUTDATED = "outdated.json"
"""The note of what is in no publication any more, and until when it is kept. Nobody is shown it."""
OUTDATED_KEPT = timedelta(seconds=OUTDATED_KEPT_SECONDS)
SUFFIXES = "mp3", "vtt", "json"


class PublishError(StudioError):
    """The bucket cannot be read or written; the message says why, and what mends it."""

    code = "publish"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a bucket tells of a file without being asked for it; `md5` is empty if unknown."""

    size: int
    md5: str


class Bucket(Protocol):
    """Files by key; each method raises `PublishError`."""

    def files(self, prefix: str) -> Mapping[str, Stored]:
        """Return all files whose keys begin so."""
        ...

    def read(self, key: str) -> bytes | None:
        """Return a file's content; None where there is none."""
        ...

    def write(self, key: str, content: bytes, mimetype: str, caching: str) -> None:
        """Write a file: whole, or not at all."""
        ...

    def delete(self, key: str) -> None:
        """Delete a file; one that is not there stays so."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a publication came to, in keys; on trial, what it would come to."""

    written: tuple[str, ...]
    found: int
    kept: Mapping[str, datetime] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()


Watch = Callable[[Iterator[str], int], Iterator[str]]
"""Passes keys on as they are written; told how many there will be."""


class Publication:
    """All that is published of one recording, by key. `base_url` has no slash at its end."""

    def __init__(self, editions: Editions, base_url: str) -> None:
        # Not at the top: the feed brings a whole XML library along.
        from skill.guides.feed import podcast_feed  # noqa: PLC0415

        self._editions = editions
        self._base_url = base_url
        self._makers: dict[str, Callable[[], bytes]] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self.files: dict[str, Published] = {}
        for plan in standard_plans(editions.repertoire.catalogue):
            for suffix in SUFFIXES:
                self._add(plan.id, suffix)
        for picture in (COVER, *sorted(art_files(editions.repertoire.catalogue))):
            self._add(picture.removesuffix(".png"), "png")
        self.feed = podcast_feed(editions, base_url, self)

    def content(self, key: str) -> bytes:
        """Make a file anew; nothing is kept in memory."""
        content = self._makers[key]()
        if not keeps_its_promise(key, content):
            raise PublishError(f"{key} has changed while it was published; publish again")
        return content

    def edition(self, plan_id: str, suffix: str) -> str:
        """Return where a plan's guide, captions or chapters will be fetched."""
        return f"{self._base_url}/{quote(self._keys[plan_id, suffix])}"

    def cover(self) -> str:
        """Return where the cover picture will be fetched."""
        return self.edition("cover", "png")

    def _add(self, stem: str, suffix: str) -> None:
        def make() -> bytes:
            match suffix:
                case "mp3":
                    return self._editions.mp3(stem)
                case "vtt":
                    return self._editions.captions(stem).encode()
                case "json":
                    return self._editions.chapters(stem).encode()
                case _:
                    return (ART / f"{stem}.{suffix}").read_bytes()

        file = Published.of(f"{PUBLISHED}/{stem}", suffix, make())
        self.files[file.name] = file
        self._keys[stem, suffix] = file.name
        self._makers[file.name] = make


def publish(  # noqa: PLR0913, each is one thing the caller decides
    publication: Publication,
    bucket: Bucket,
    now: datetime,
    *,
    jobs: int = 8,
    on_trial: bool = False,
    watch: Watch = lambda keys, _most: keys,
) -> Report:
    """Put into the bucket what is not there yet, and take away what is long outdated.

    `jobs` is how many files are written at a time; `on_trial`, nothing is written or deleted.
    Raise `PublishError`; what was written by then stays, and is not written again.
    """
    stored = bucket.files(f"{PUBLISHED}/")
    missing = [
        key
        for key, file in publication.files.items()
        if key not in stored or stored[key].size != file.size
    ]
    is_new_feed = FEED not in stored or stored[FEED].md5 != _md5(publication.feed)
    old = stored.keys() - publication.files.keys() - {FEED}
    noted = _read_note(bucket.read(OUTDATED))
    until = {key: noted.get(key, now + OUTDATED_KEPT) for key in sorted(old)}
    outdated = tuple(key for key, end in until.items() if end <= now)
    kept = {key: end for key, end in until.items() if end > now}
    if not on_trial:
        for _ in watch(_write_all(publication, missing, bucket, jobs), len(missing)):
            pass
        if is_new_feed:
            bucket.write(FEED, publication.feed, TYPES["xml"], SHORTLY)
        for key in outdated:
            bucket.delete(key)
        if kept != noted:
            bucket.write(OUTDATED, _note(kept), "application/json", "no-store")
    return Report(
        written=(*missing, *([FEED] if is_new_feed else [])),
        found=len(publication.files) - len(missing) + (not is_new_feed),
        kept=kept,
        deleted=outdated,
    )


def _write_all(
    publication: Publication, keys: list[str], bucket: Bucket, jobs: int
) -> Iterator[str]:
    """Write files, several at a time, and yield each key once its file is there."""

    def write(key: str) -> str:
        file = publication.files[key]
        bucket.write(key, publication.content(key), file.mimetype, FOREVER)
        return key

    pool = ThreadPoolExecutor(jobs, thread_name_prefix="publishing")
    try:
        waiting: list[Future[str]] = [pool.submit(write, key) for key in keys]
        for written in as_completed(waiting):
            yield written.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _note(until: Mapping[str, datetime]) -> bytes:
    document = {key: end.isoformat() for key, end in until.items()}
    return json.dumps(document, indent=1, sort_keys=True).encode()


def _read_note(content: bytes | None) -> dict[str, datetime]:
    """Read the note back; of one that cannot be read nothing is known, so all is kept longer."""
    try:
        document = json.loads(content or b"{}")
        ends = {str(key): datetime.fromisoformat(end) for key, end in document.items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {key: end for key, end in ends.items() if end.tzinfo is not None}


def _md5(content: bytes) -> str:
    """Return what a bucket calls a file's content by; it secures nothing."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
