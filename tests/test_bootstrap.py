"""The wiring: what a service is made of, and what it says when a part is missing."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from skill.bootstrap import build, utc_now
from skill.coaching.errors import ContentError
from skill.coaching.values import replace
from skill.guides.manifest import (
    CUE_FOLDER,
    MANIFEST_FILE,
    ManifestBrokenError,
    ManifestMissingError,
    ManifestStaleError,
)
from skill.ports import StoreError
from skill.records import decode
from skill.sessions import storage_key
from skill.settings import PROJECT
from skill.stores.memory import MemoryStore
from skill.stores.sqlite import SqliteStore
from skill.web import create_app
from tests.alexa.recorded import recorded
from tests.simulators.dynamodb import KEYS, NOWHERE, REGION

KEY = storage_key(recorded("launch")["context"]["System"]["user"]["userId"])
ONE_REQUEST = """
import json, sys
from pathlib import Path
from skill.bootstrap import build
from skill.settings import Settings

service = build(Settings(database=Path(sys.argv[1])))
print(json.dumps(service.conversation.answer(json.load(sys.stdin))))
"""


@contextmanager
def read_only_database() -> Iterator[Path]:
    """Lend a database that this process may read but not write, not even as root."""
    nobody = 65_534
    is_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "runners.sqlite3"
        SqliteStore(database).close()
        database.chmod(0o444)
        if is_root:
            for path in (Path(folder), *Path(folder).iterdir()):
                os.chown(path, nobody, nobody)
            os.seteuid(nobody)
        try:
            yield database
        finally:
            if is_root:
                os.seteuid(0)


@pytest.fixture
def settings(service, tmp_path):
    """Settings of one's own: a database that is not there yet."""
    return replace(service.settings, database=tmp_path / "data" / "runners.sqlite3")


@pytest.fixture
def copied(service, settings, tmp_path):
    """Settings with a copy of the rendered audio."""
    shutil.copytree(service.settings.audio / settings.locale, tmp_path / "audio" / settings.locale)
    return replace(settings, audio=tmp_path / "audio")


class TestTheParts:
    def test_all_of_one_recording(self, service):
        """Library, repertoire and answers speak of one recording."""
        assert service.repertoire.digest == service.library.digest
        answer = service.conversation.answer(recorded("intent_start_resolved"))
        assert service.library.digest in str(answer["response"]["directives"])

    def test_every_routine_is_ready(self, service):
        """Every routine there is can be played as soon as the service is built."""
        for routine in service.wording.catalogue.routines:
            assert service.library.guide(service.repertoire.timeline(routine))

    def test_the_clock_is_utc(self):
        """The one clock tells the time with its zone."""
        assert utc_now().tzinfo is UTC
        assert abs(datetime.now(UTC) - utc_now()) < timedelta(seconds=5)

    def test_the_given_store_and_clock(self, settings):
        """A store and a clock that are given are used, and no database is made."""
        store, now = MemoryStore(), datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
        built = build(settings, store=store, clock=lambda: now)
        built.conversation.answer(recorded("playback_finished"))
        assert decode(store.load(KEY).document).history[0].at == now
        assert not settings.database.exists()

    def test_the_database_by_default(self, settings):
        """Without a given store runners are remembered in the database of the settings."""
        subprocess.run(
            [sys.executable, "-c", ONE_REQUEST, settings.database],
            cwd=PROJECT,
            input=json.dumps(recorded("launch")),
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with closing(SqliteStore(settings.database)) as store:
            assert decode(store.load(KEY).document).cautioned

    def test_a_table_instead(self, settings, dynamodb, monkeypatch):
        """With a table in the settings runners are remembered there, by the Flask app as well."""
        table = dynamodb.table("moto")
        for name, value in KEYS.items():
            monkeypatch.setenv(name, value)
        chosen = {"table": table.name, "region": REGION, "table_endpoint": table.endpoint}
        chosen = replace(settings, unsigned=True, **chosen)
        with closing(build(chosen)) as built:
            client = create_app(chosen, service=built).test_client()
            answer = client.post("/alexa", json=recorded("launch"))
        assert answer.status_code == 200
        with closing(table.store()) as store:
            assert decode(store.load(KEY).document).cautioned
        assert not settings.database.exists()

    def test_a_table_that_is_away(self, settings):
        """A service is built on a table that cannot be reached: nobody is asked before a runner."""
        chosen = {"table": "runners", "region": REGION, "table_endpoint": NOWHERE}
        with closing(build(replace(settings, **chosen))) as built:
            assert built.conversation.answer(recorded("intent_start_resolved"))["response"]

    def test_a_restart(self, settings):
        """A service built again on the same database goes on where the first one stopped."""
        with closing(SqliteStore(settings.database)) as store:
            build(settings, store=store).conversation.answer(recorded("intent_start_resolved"))
        with closing(SqliteStore(settings.database)) as store:
            again = build(settings, store=store).conversation
            answer = again.answer(recorded("launch"))
        assert "pre-run routine" in answer["response"]["outputSpeech"]["ssml"]


class TestWhatIsMissing:
    def test_no_audio(self, settings, tmp_path):
        """Without rendered audio the command that renders it is named."""
        with pytest.raises(ManifestMissingError, match=r"\./scripts/render_audio\.py"):
            build(replace(settings, audio=tmp_path))
        assert not settings.database.exists()

    def test_audio_of_other_words(self, copied):
        """Audio that says other words than we do now is refused, with what renders it."""
        manifest = copied.audio / copied.locale / MANIFEST_FILE
        text = manifest.read_text()
        words = text.partition('"words": "')[2][:64]
        manifest.write_text(text.replace(words, "0" * 64))
        with pytest.raises(ManifestStaleError, match=r"\./scripts/render_audio\.py"):
            build(copied)

    def test_a_damaged_cue(self, copied):
        """A cue that is not as it was rendered is refused by its name."""
        cue = min((copied.audio / copied.locale / CUE_FOLDER).glob("*.mp3"))
        manifest = (copied.audio / copied.locale / MANIFEST_FILE).read_text()
        assert cue.name in manifest
        cue.write_bytes(cue.read_bytes()[:-144])
        with pytest.raises(ManifestBrokenError, match=r"\./scripts/render_audio\.py"):
            build(copied)

    def test_a_language_it_does_not_speak(self, settings):
        """A locale without words is refused with those there are."""
        with pytest.raises(ContentError, match=r"'xx-XX'; there are some for .* en-"):
            build(replace(settings, locale="xx-XX"))

    def test_a_database_it_cannot_write(self, settings, caplog):
        """It goes on without, and says so at the start, with the file and the setting."""
        with read_only_database() as database:
            service = build(replace(settings, database=database))
            with closing(service):
                (told,) = (record for record in caplog.records if record.levelname == "WARNING")
                answer = service.conversation.answer(recorded("launch"))
        assert f"the database {database} (GLUTE_COACH_DATABASE) cannot be written" in told.message
        assert answer["response"]["outputSpeech"]

    def test_a_database_it_can_write(self, settings, caplog):
        """Of one that it can, nothing is said."""
        build(settings).close()
        build(settings).close()
        assert not caplog.records

    def test_a_database_it_cannot_open(self, settings, tmp_path):
        """A database that cannot be opened is refused by its path."""
        with pytest.raises(StoreError, match="cannot read the database"):
            build(replace(settings, database=tmp_path))
