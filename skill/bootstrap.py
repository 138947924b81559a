"""Bootstrap: the only place where the parts are wired together."""

import json
import logging
import os
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING

from skill import logs
from skill.alexa.conversation import Clock, Conversation, RunErrand
from skill.alexa.responding import Responder
from skill.coaching.repertoire import Repertoire
from skill.coaching.values import value_class
from skill.content.wording import Wording, load_wording
from skill.guides.editions import Editions
from skill.guides.library import FrameLibrary
from skill.guides.manifest import load, words_digest
from skill.guides.shelves import BucketShelf, LocalShelf
from skill.ports import GuideLibrary, GuideShelf, SessionStore, StoreError
from skill.sessions import CACHE_SIZE, SessionManager
from skill.settings import PREFIX, PROJECT, Settings

if TYPE_CHECKING:
    from skill.alexa.reminders import Reminders
    from skill.browser.pages import Admission, Pages
    from skill.understanding.listening import Understanding

log = logging.getLogger(__name__)

MODELS = PROJECT / "skill" / "alexa" / "skill_package" / "interactionModels" / "custom"
"""What can be said, by locale; everything that understands speech or typing reads it."""


def utc_now() -> datetime:
    """The only clock."""
    return datetime.now(UTC)


@value_class
class Service:
    """The wired parts that a door needs."""

    settings: Settings
    wording: Wording
    library: GuideLibrary
    editions: Editions
    repertoire: Repertoire
    conversation: Conversation
    clock: Clock
    store: SessionStore
    shelf: GuideShelf
    manager: SessionManager

    def close(self) -> None:
        """Let go of what is held open."""
        self.store.close()
        self.shelf.close()


def build(
    settings: Settings,
    *,
    store: SessionStore | None = None,
    clock: Clock = utc_now,
    run_errand: RunErrand | None = None,
    is_packaged: bool = False,
) -> Service:
    """Wire the service; without `run_errand` errands are run at Amazon.

    What `is_packaged` was checked as that was made: that the audio fits the words, and every guide
    the limits, is taken on trust, and no cue read before somebody needs it.
    Raise `ManifestError` if the audio is not rendered, `ContentError` if the words are wrong,
    `StoreError` if the database cannot be opened; each says what mends it.
    """
    wording = load_wording(settings.locale)
    folder = settings.audio / settings.locale
    manifest = load(folder, None if is_packaged else words_digest(wording.script()))
    library = FrameLibrary(folder, manifest, when_needed=is_packaged)
    repertoire = Repertoire(
        wording.catalogue, library.cue_sheet, library.digest, lambda: library.earlier
    )
    if not is_packaged:
        for routine in wording.catalogue.routines:
            repertoire.timeline(routine)
    store = store if store is not None else _store(settings)
    # Of a table's many functions, another one has most likely written last.
    cache_size = 0 if settings.table else CACHE_SIZE
    manager = SessionManager(store, repertoire, logs.witness, cache_size=cache_size)
    editions = Editions(library, repertoire, wording)
    shelf = _shelf(settings, editions, clock)
    responder = Responder(editions, shelf)
    run_errand = run_errand or _at_amazon(settings.locale)
    conversation = Conversation(manager, wording.catalogue, responder, run_errand, clock)
    return Service(
        settings, wording, library, editions, repertoire, conversation, clock, store, shelf, manager
    )


def _at_amazon(locale: str) -> RunErrand:
    """Return what runs errands at Amazon; it takes much that is not loaded before one is run."""

    @cache
    def reminders() -> "Reminders":
        from skill.alexa.reminders import Reminders  # noqa: PLC0415

        return Reminders(locale)

    return lambda *errand: reminders().run(*errand)


def web_pages(service: Service, admitted: "Admission") -> "Pages":
    """Wire the pages, which only a web server needs; `admitted` counts what commands take."""
    from skill.browser.coach import WebCoach  # noqa: PLC0415
    from skill.browser.pages import Pages  # noqa: PLC0415
    from skill.browser.runners import Runners  # noqa: PLC0415

    understanding = partial(_understanding, service.settings.locale)
    coach = WebCoach(
        service.manager, service.repertoire, service.wording, service.clock, understanding
    )
    runners = Runners(service.store)
    public_url = service.settings.public_url
    return Pages(coach, service.editions, runners, logs.request, admitted, public_url)


@cache
def _understanding(locale: str) -> "Understanding":
    """Understand a locale's model; half a second, and the same for everybody."""
    from skill.understanding.listening import Understanding  # noqa: PLC0415

    return Understanding(json.loads((MODELS / f"{locale}.json").read_text(encoding="utf-8")))


def _store(settings: Settings) -> SessionStore:
    """Open the store that is set; the other one is not even loaded, as a cold start would wait."""
    if settings.table:
        from skill.stores.dynamodb import DynamoStore  # noqa: PLC0415

        # Its credentials are Amazon's to change: they are looked up at each use.
        return DynamoStore(settings.table, settings.region, os.environ, settings.table_endpoint)
    from skill.stores.bounded import BoundedStore  # noqa: PLC0415
    from skill.stores.sqlite import SqliteStore  # noqa: PLC0415

    try:
        store = SqliteStore(settings.database)
    except StoreError as refused:
        raise StoreError(f"{refused} ({PREFIX}DATABASE)") from refused
    if refusal := store.why_read_only():
        log.warning(
            "the database %s (%sDATABASE) cannot be written: %s; the coach goes on, and remembers"
            " nobody's place, wishes or sessions",
            *(settings.database, PREFIX, refusal),
        )
    return BoundedStore(store)


def _shelf(settings: Settings, editions: Editions, clock: Clock) -> GuideShelf:
    """Return where guides are fetched from: the bucket that is set, or this very service."""
    if settings.guides_bucket:
        from skill.aws.credentials import Credentials  # noqa: PLC0415
        from skill.guides.bucket import S3Bucket  # noqa: PLC0415

        credentials = Credentials(os.environ)
        bucket = S3Bucket(
            settings.guides_bucket, settings.region, credentials, settings.guides_endpoint
        )
        return BucketShelf(editions, bucket, settings.public_url, clock)
    return LocalShelf(settings.base_url, editions.library.digest)
