"""The conversation: recorded requests in, and for each an answer that Alexa takes."""

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.echo.rules import ANSWERS, Answer, read_answer
from skill.alexa.conversation import Conversation
from skill.alexa.envelope import MalformedRequestError
from skill.alexa.responding import Responder
from skill.alexa.tokens import parse_token
from skill.bootstrap import Service
from skill.coaching.runner import Completed, Phase
from skill.coaching.timeline import LONGEST_CLIP
from skill.records import decode, encode
from skill.sessions import SessionManager, storage_key
from skill.stores.memory import MemoryStore
from tests.alexa.recorded import NAMES, SECRETS, places, recorded, with_value
from tests.coaching.scenes import runner

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
USER = recorded("launch")["context"]["System"]["user"]["userId"]
KEY = storage_key(USER)
UNKNOWN = [name for name in NAMES if name.startswith("unknown_")]
KNOWN = [name for name in NAMES if name not in UNKNOWN]


class Faulty(MemoryStore):
    """A store with a fault that nobody thought of."""

    def load(self, key):
        raise ZeroDivisionError(f"at {key[:8]}")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def conversation(service, store) -> Conversation:
    return conversing(service, store)


@pytest.fixture
def faulty(service) -> Conversation:
    return conversing(service, Faulty())


def conversing(service: Service, store: MemoryStore) -> Conversation:
    """Wire a conversation to another store, and to the moment of the recordings."""
    responder = Responder(service.editions, service.settings.base_url)
    manager = SessionManager(store, service.repertoire)
    return Conversation(manager, service.wording.catalogue, responder, lambda: NOW)


def legal(document: Mapping[str, Any], answer: Any) -> Answer:
    """Have an Echo read the answer to a request; it raises at what Alexa would refuse."""
    device = document["context"]["System"].get("device") or {}
    interfaces = device.get("supportedInterfaces") or {}
    body = json.dumps(answer).encode()
    return read_answer(body, document["request"], interfaces, lambda _: LONGEST_CLIP)


class TestRecordedRequests:
    @pytest.mark.parametrize("phase", Phase)
    @pytest.mark.parametrize("name", KNOWN)
    def test_the_answer_is_legal(self, conversation, store, name, phase):
        """Each request, from a runner in each phase, is answered as Alexa takes it."""
        store.save(KEY, encode(runner(phase)), None)
        document = recorded(name)
        answer = legal(document, conversation.answer(document))
        spoken = document["request"]["type"] not in ANSWERS
        assert bool(answer.speech.parts or answer.directives) or not spoken

    @pytest.mark.parametrize("name", UNKNOWN)
    def test_types_invented_after_us(self, conversation, store, name, caplog):
        """A request of a type we do not know is politely left alone, and noted by its type."""
        document = recorded(name)
        with caplog.at_level(logging.INFO):
            assert conversation.answer(document)["response"] == {}
        assert not store.documents()
        (record,) = caplog.records
        assert document["request"]["type"] in record.getMessage()

    @pytest.mark.parametrize("name", NAMES)
    def test_nothing_of_the_request_is_logged(self, conversation, name, caplog):
        """No log tells ids, tokens or words of a request."""
        with caplog.at_level(logging.DEBUG):
            conversation.answer(recorded(name))
        assert not any(secret in caplog.text for secret in (*SECRETS, "banana", "evil"))

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("exception_encountered", "INVALID_RESPONSE"),
            ("session_ended_by_error", "An exception occurred while dispatching"),
            ("playback_failed", "MEDIA_ERROR_SERVICE_UNAVAILABLE"),
        ],
    )
    def test_what_alexa_complains_of_is_logged(self, conversation, name, told, caplog):
        """What Alexa could not use or play stands in the log, for the owner to mend."""
        conversation.answer(recorded(name))
        (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert told in record.getMessage()

    def test_a_complaint_without_end(self, conversation, caplog):
        """Of a long complaint the log has one short line."""
        path = ("request", "error", "message")
        conversation.answer(with_value(recorded("playback_failed"), path, "x\n" * 50_000))
        (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert "\n" not in record.getMessage()
        assert len(record.getMessage()) < 500

    def test_the_form_of_an_answer(self, conversation):
        """An answer in a session has session attributes, and none of ours are in them."""
        answer = conversation.answer(recorded("launch"))
        assert answer["version"] == "1.0"
        assert answer["sessionAttributes"] == {}
        assert "sessionAttributes" not in conversation.answer(recorded("playback_started"))


class TestAWholeWay:
    def test_from_words_to_the_player(self, conversation, store):
        """A routine asked for by name plays, and the runner is remembered where they are."""
        answer = conversation.answer(recorded("intent_start_resolved"))
        stream = answer["response"]["directives"][0]["audioItem"]["stream"]
        assert stream["url"].startswith("https://coach.example/guides/pre-run.mp3?v=")
        remembered = decode(store.load(KEY).document)
        assert remembered.session.phase is Phase.PLAYING
        assert remembered.session.progress.plan_id == "pre-run"

    def test_with_nothing_but_the_token(self, service, conversation, store):
        """A player that tells of a guide we have forgotten is believed, token and offset."""
        digest = service.library.digest
        forgetful = recorded("intent_next_while_playing", digest=digest)
        answer = conversation.answer(forgetful)
        token = parse_token(answer["response"]["directives"][0]["audioItem"]["stream"]["token"])
        assert (token.plan_id, token.digest) == ("pre-run", digest)
        assert decode(store.load(KEY).document).session.generation == token.generation > 7

    def test_to_the_end(self, conversation, store):
        """A guide that has played to its end is in the history, at the clock's time."""
        conversation.answer(recorded("playback_finished"))
        remembered = decode(store.load(KEY).document)
        assert remembered.history == (Completed("pre-run", NOW),)

    def test_two_runners(self, conversation, store):
        """What one runner does changes nothing for another."""
        conversation.answer(recorded("intent_start_resolved"))
        path = ("context", "System", "user", "userId")
        other = with_value(recorded("intent_how_to_named"), path, "somebody else")
        conversation.answer(other)
        assert len(store.documents()) == 2
        assert decode(store.load(KEY).document).session.phase is Phase.PLAYING

    def test_many_slots(self, conversation):
        """An intent with 1,400 slots is answered by the one that is ours."""
        document = recorded("intent_start_resolved")
        slots = document["request"]["intent"]["slots"]
        slots |= {f"slot{number}": slots["routine"] for number in range(1_400)}
        assert legal(document, conversation.answer(document)).directives

    @pytest.mark.parametrize("levels", [900, 3_000])
    def test_deep_nesting(self, conversation, levels):
        """A property nested without end is not gone into."""
        nested: list = []
        for _ in range(levels):
            nested = [nested]
        document = recorded("launch") | {"futureProperty": nested}
        document["session"]["attributes"] = {"ours": nested}
        assert legal(document, conversation.answer(document)).speech.asks


class TestWhatIsNoRequest:
    @pytest.mark.parametrize(
        "document", [None, [], {}, {"request": {"type": "IntentRequest"}}], ids=repr
    )
    def test_it_is_left_to_the_door(self, conversation, document):
        """What is no request is no fault of ours to apologise for: the door refuses it."""
        with pytest.raises(MalformedRequestError):
            conversation.answer(document)

    @pytest.mark.parametrize("name", ["launch", "intent_stop", "playback_started", "button_next"])
    def test_nobodys_request(self, conversation, name):
        """A request that does not say whose it is is refused, and nothing is stored."""
        document = recorded(name)
        document["context"]["System"]["user"] = {}
        if "session" in document:
            document["session"]["user"] = {}
        with pytest.raises(MalformedRequestError, match="userId is missing"):
            conversation.answer(document)

    @pytest.mark.parametrize(
        "name", ["intent_start_resolved", "launch", "playback_failed", "session_ended_unanswered"]
    )
    def test_any_wrong_type_is_answered_or_refused(self, conversation, name, caplog):
        """Whatever stands in whatever place, nothing fails that we would have to apologise for."""
        document = recorded(name)
        for path in places(document):
            for wrong in (None, 7, -1.5, "text", "", "\x00\ud800", [], {}, [{}]):
                with suppress(MalformedRequestError):
                    conversation.answer(with_value(document, path, wrong))
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


class TestFaultsOfOurs:
    def test_a_runner_hears_an_apology(self, faulty, caplog):
        """A fault while the runner speaks is a spoken sentence, and the session ends."""
        document = recorded("intent_start_unresolved")
        with caplog.at_level(logging.ERROR):
            answer = legal(document, faulty.answer(document))
        assert "went wrong" in answer.speech.words
        assert answer.ends_session
        assert not answer.directives
        (record,) = caplog.records
        assert "IntentRequest" in record.getMessage()
        assert record.exc_info[0] is ZeroDivisionError

    @pytest.mark.parametrize(
        "name", [name for name in NAMES if recorded(name)["request"]["type"] in ANSWERS]
    )
    def test_a_player_hears_nothing(self, faulty, name):
        """A fault while nobody listens is an empty answer: what plays goes on."""
        document = recorded(name)
        legal(document, faulty.answer(document))
        assert faulty.answer(document)["response"] == {}

    @pytest.mark.parametrize("name", ["launch", "intent_start_unresolved", "playback_started"])
    def test_the_log_does_not_tell_on_the_runner(self, faulty, name, caplog):
        """The log of a fault has the way to it, and nothing of the request."""
        with caplog.at_level(logging.DEBUG):
            faulty.answer(recorded(name))
        assert "ZeroDivisionError" in caplog.text
        assert not any(secret in caplog.text for secret in (*SECRETS, "banana"))

    def test_a_type_cannot_forge_a_line_of_the_log(self, conversation, caplog):
        """A request's type is cut short in the log, and stays on its line."""
        forged = f"Evil\nERROR everything is lost {'x' * 500}"
        document = with_value(recorded("launch"), ("request", "type"), forged)
        with caplog.at_level(logging.INFO):
            assert conversation.answer(document)["response"] == {}
        (record,) = caplog.records
        assert "\n" not in record.getMessage()
        assert len(record.getMessage()) < 200
