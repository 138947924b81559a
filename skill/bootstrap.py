"""Bootstrap: the only place where the parts are wired together."""

from dataclasses import dataclass
from datetime import UTC, datetime

from skill.alexa.conversation import Clock, Conversation
from skill.alexa.reminders import Reminders
from skill.alexa.responding import Responder
from skill.coaching.repertoire import Repertoire
from skill.content.wording import Wording, load_wording
from skill.guides.editions import Editions
from skill.guides.library import FrameLibrary
from skill.guides.manifest import load, words_digest
from skill.guides.shelves import LocalShelf
from skill.ports import GuideLibrary, SessionStore
from skill.sessions import SessionManager
from skill.settings import Settings
from skill.stores.sqlite import SqliteStore


def utc_now() -> datetime:
    """The only clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
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

    def close(self) -> None:
        """Let go of what is held open."""
        self.store.close()


def build(
    settings: Settings,
    *,
    store: SessionStore | None = None,
    clock: Clock = utc_now,
    reminders: Reminders | None = None,
) -> Service:
    """Wire the service; without `reminders` those of Amazon are used.

    Raise `ManifestError` if the audio is not rendered, `ContentError` if the words are wrong,
    `StoreError` if the database cannot be opened; each says what mends it.
    """
    wording = load_wording(settings.locale)
    folder = settings.audio / settings.locale
    library = FrameLibrary(folder, load(folder, words_digest(wording.script())))
    repertoire = Repertoire(wording.catalogue, library.cue_sheet, library.digest, library.earlier)
    for routine in wording.catalogue.routines:
        repertoire.timeline(routine)
    store = store if store is not None else SqliteStore(settings.database)
    manager = SessionManager(store, repertoire)
    editions = Editions(library, repertoire, wording)
    responder = Responder(editions, LocalShelf(settings.base_url, library.digest))
    reminders = reminders or Reminders(settings.locale)
    conversation = Conversation(manager, wording.catalogue, responder, reminders, clock)
    return Service(settings, wording, library, editions, repertoire, conversation, clock, store)
