"""The conversation: recorded requests in, and for each an answer that Alexa takes."""

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.echo.directives import AskPermission, ElicitSlot
from scripts.echo.rules import ANSWERS, Answer, dialogs_in, read_answer
from skill.alexa.access import SCOPE
from skill.alexa.conversation import Conversation
from skill.alexa.eliciting import dialog_model
from skill.alexa.envelope import MalformedRequestError
from skill.alexa.reminders import Reminders
from skill.alexa.responding import Responder
from skill.alexa.tokens import parse_token
from skill.bootstrap import Service
from skill.coaching.lines import line
from skill.coaching.runner import Completed, Phase
from skill.coaching.timeline import LONGEST_CLIP
from skill.coaching.values import replace
from skill.content.wording import load_wording
from skill.guides.shelves import LocalShelf
from skill.records import decode, encode
from skill.sessions import SessionManager, storage_key
from skill.stores.memory import MemoryStore
from tests.alexa.recorded import NAMES, SECRETS, places, recorded, with_value
from tests.coaching.scenes import runner
from tests.simulators.reminders import RemindersApi

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


def conversing(
    service: Service, store: MemoryStore, api: RemindersApi | None = None
) -> Conversation:
    """Wire a conversation to another store and Amazon, and to the moment of the recordings."""
    shelf = LocalShelf(service.settings.base_url, service.library.digest)
    responder = Responder(service.editions, shelf)
    manager = SessionManager(store, service.repertoire)
    run_errand = Reminders("en-US", [api.endpoint] if api else []).run
    return Conversation(manager, service.wording.catalogue, responder, run_errand, lambda: NOW)


def legal(document: Mapping[str, Any], answer: Any) -> Answer:
    """Have an Echo read the answer to a request; it raises at what Alexa would refuse."""
    device = document["context"]["System"].get("device") or {}
    interfaces = device.get("supportedInterfaces") or {}
    body = json.dumps(answer).encode()
    dialogs = dialogs_in({"interactionModel": dialog_model(load_wording())})
    return read_answer(body, document["request"], interfaces, lambda _: LONGEST_CLIP, dialogs)


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

    @pytest.mark.parametrize("name", ["type", "message"])
    def test_a_complaint_that_is_no_text(self, conversation, name, caplog):
        """Of a complaint that is no text, however deep, the log has what it is instead."""
        nested: list = []
        for _ in range(3_000):
            nested = [nested]
        document = with_value(recorded("playback_failed"), ("request", "error", name), nested)
        legal(document, conversation.answer(document))
        (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert "'list'" in record.getMessage()

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

    @pytest.mark.parametrize(
        "name", ["launch", "intent_stop", "permission_denied", "playback_started", "button_next"]
    )
    def test_nobodys_request(self, conversation, name):
        """A request that does not say whose it is is refused, and nothing is stored."""
        document = recorded(name)
        document["context"]["System"]["user"] = {}
        if "session" in document:
            document["session"]["user"] = {}
        with pytest.raises(MalformedRequestError, match="userId is missing"):
            conversation.answer(document)

    @pytest.mark.parametrize(
        "name",
        [
            "intent_start_resolved",
            "launch",
            "permission_accepted",
            "playback_failed",
            "session_ended_unanswered",
        ],
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

    @pytest.mark.parametrize(
        "name", ["launch", "intent_start_unresolved", "permission_accepted", "playback_started"]
    )
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


class Talk:
    """A runner who talks of reminders, on a device behind which the tests' Amazon is."""

    def __init__(self, service: Service, api: RemindersApi) -> None:
        self.api = api
        self.token = api.admit()
        self.store = MemoryStore()
        self._conversation = conversing(service, self.store, api)
        self.wording = service.wording

    def ask(self, name: str, **slots: str) -> Answer:
        """Ask for an intent; each slot has a value, which is also the id it is resolved to."""
        document = recorded("intent_why_this")
        filled = {}
        for slot, value in slots.items():
            authority = {"values": [{"value": {"id": value, "name": value}}]}
            resolved = {"resolutionsPerAuthority": [authority]}
            filled[slot] = {"name": slot, "value": value, "resolutions": resolved}
        document["request"]["intent"] = {"name": name, "slots": filled}
        return self.send(document)

    def send(self, document: Any) -> Answer:
        """Send a request of this device's."""
        system = document["context"]["System"]
        system |= {"apiEndpoint": self.api.endpoint, "apiAccessToken": self.token}
        if not self.token:
            del system["apiEndpoint"], system["apiAccessToken"]
        return legal(document, self._conversation.answer(document))

    def agree(self) -> Answer:
        """Ask for reminders on Mondays at half past seven, and agree to them."""
        self.ask("RemindMeIntent", day="monday", time="07:30")
        return self.ask("AMAZON.YesIntent")

    def says(self, answer: Answer, line_id: str, **values: Any) -> bool:
        """Whether an answer begins with a line, in one of its wordings."""
        said = line(line_id, **values)
        wordings = (self.wording.say(replace(said, nth=nth)) for nth in range(6))
        return answer.speech.words.startswith(tuple(wordings))


@pytest.fixture
def talk(service):
    with RemindersApi() as api:
        yield Talk(service, api)


class TestReminders:
    def test_from_the_first_word_to_the_last(self, talk):
        """Days and time are asked for, agreed to, set, and cancelled again."""
        answer = talk.ask("RemindMeIntent")
        assert answer.speech.asks
        assert not answer.directives
        answer = talk.ask("RemindMeIntent", day="monday", second_day="friday")
        (elicited,) = answer.directives
        assert (elicited.intent, elicited.slot) == ("RemindMeIntent", "time")
        answer = talk.ask("RemindMeIntent", time="07:30")
        assert answer.speech.asks
        assert not answer.directives
        assert not talk.api.requests
        answer = talk.ask("AMAZON.YesIntent")
        assert "Monday" in answer.speech.words
        assert talk.api.rules() == [
            "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=7;BYMINUTE=30;BYSECOND=0;INTERVAL=1;"
        ]
        assert talk.says(talk.ask("StopRemindersIntent"), "reminders-cancelled")
        assert not talk.api.kept()

    def test_the_reminders_own_words(self, talk):
        """What the device will say is our line for it."""
        talk.agree()
        (kept,) = talk.api.kept()
        (content,) = kept["alertInfo"]["spokenInfo"]["content"]
        assert content == {"locale": "en-US", "text": talk.wording.say(line("reminder"))}

    def test_a_permission_that_is_given(self, talk):
        """Without the permission Alexa asks for it; with it, the reminders are set at once."""
        talk.api.accounts[talk.token].allowed = False
        answer = talk.agree()
        assert answer.directives == (AskPermission((SCOPE,), ""),)
        assert answer.speech.parts
        assert answer.card is None
        talk.api.accounts[talk.token].allowed = True
        assert not talk.send(recorded("permission_accepted")).directives
        assert len(talk.api.rules()) == 1

    @pytest.mark.parametrize("name", ["denied", "not_answered", "failed"])
    def test_a_permission_that_is_not_given(self, talk, name):
        """Refused, nothing is set, and the app shows where the permission can be given."""
        talk.api.accounts[talk.token].allowed = False
        talk.agree()
        answer = talk.send(recorded(f"permission_{name}"))
        assert talk.says(answer, "reminders-denied")
        assert answer.card == {"type": "AskForPermissionsConsent", "permissions": [SCOPE]}
        assert not talk.api.kept()

    def test_a_permission_that_helps_nothing(self, talk):
        """Given, and yet refused by Amazon, it is not asked for again and again."""
        talk.api.accounts[talk.token].allowed = False
        talk.agree()
        answer = talk.send(recorded("permission_accepted"))
        assert not answer.directives
        assert answer.card
        assert answer.speech.parts

    def test_a_device_behind_which_is_no_amazon(self, talk):
        """Without access to Amazon the coach says that no reminders are kept here."""
        talk.token = ""
        assert talk.says(talk.agree(), "reminders-not-here")
        assert not talk.api.requests

    @pytest.mark.parametrize(
        ("status", "code", "line_id"),
        [
            (403, "DEVICE_NOT_SUPPORTED", "reminders-not-here"),
            (403, "MAX_REMINDERS_EXCEEDED", "reminders-too-many"),
            (500, "INTERNAL_ERROR", "reminders-failed"),
        ],
    )
    def test_what_amazon_refuses(self, talk, status, code, line_id):
        """However Amazon refuses, the runner is told so, and hears no apology."""
        talk.api.refuse_next("POST", status, code)
        assert talk.says(talk.agree(), line_id)

    def test_the_routine_goes_on(self, talk):
        """Talk of reminders changes nothing of a routine under way."""
        talk.store.save(KEY, encode(runner(Phase.PLAYING)), None)
        talk.agree()
        session = decode(talk.store.load(KEY).document).session
        assert session.phase is Phase.PLAYING
        assert session.asked is None

    def test_every_errand_is_run_once(self, talk):
        """One agreement is one errand: the list is fetched once, and one reminder is set."""
        talk.agree()
        methods = [method for method, path, _ in talk.api.requests if "reminders" in path]
        assert methods == ["GET", "POST"]


def test_how_long_is_listened_for(service, store):
    """Asked for how long, a runner may answer with the length alone."""
    document = with_value(
        recorded("intent_why_this"), ("request", "intent"), {"name": "FitTimeIntent"}
    )
    answer = legal(document, conversing(service, store).answer(document))
    (elicited,) = answer.directives
    assert isinstance(elicited, ElicitSlot)
    assert (elicited.intent, elicited.slot) == ("FitTimeIntent", "duration")
