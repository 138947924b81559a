"""Reminders: each errand ends in one answer, in time, and loses nothing on the way."""

import json
import logging
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from datetime import time as time_of_day
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from ask_sdk_model.services import reminder_management
from hypothesis import given
from hypothesis import strategies as st

from skill.alexa import reminders
from skill.alexa.access import Access
from skill.alexa.reminders import ENDPOINTS, Reminders, reminder_request
from skill.coaching.outcomes import CancelReminders, SetReminders
from skill.coaching.schedules import Day, ReminderAnswer, Schedule
from tests.simulators.reminders import PATH, RemindersApi

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
SCHEDULE = Schedule((Day.MONDAY, Day.THURSDAY), time_of_day(7, 5))
RULE = "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=7;BYMINUTE=5;BYSECOND=0;INTERVAL=1;"
OTHER = Schedule((Day.SUNDAY,), time_of_day(18, 0))
OTHER_RULE = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=18;BYMINUTE=0;BYSECOND=0;INTERVAL=1;"
DEVICE = "amzn1.ask.device.AKITCHENECHO"
TEXT = "Time for your glutes."
REFUSALS = [
    (401, "UNAUTHORIZED", ReminderAnswer.NOT_ALLOWED),
    (401, "INVALID_BEARER_TOKEN", ReminderAnswer.NOT_ALLOWED),
    (401, "SOMETHING_OF_TOMORROW", ReminderAnswer.NOT_ALLOWED),
    (403, "ACCESS_DENIED", ReminderAnswer.NOT_ALLOWED),
    (403, "MAX_REMINDERS_EXCEEDED", ReminderAnswer.TOO_MANY),
    (403, "DEVICE_NOT_SUPPORTED", ReminderAnswer.NOT_HERE),
    (400, "DEVICE_NOT_SUPPORTED", ReminderAnswer.NOT_HERE),
    (403, "SOMETHING_OF_TOMORROW", ReminderAnswer.NOT_HERE),
    (400, "UNSUPPORTED_TRIGGER_RECURRENCE", ReminderAnswer.FAILED),
    (404, "NOT_FOUND", ReminderAnswer.FAILED),
    (429, "TOO_MANY_REQUESTS", ReminderAnswer.FAILED),
    (500, "INTERNAL_ERROR", ReminderAnswer.FAILED),
    (503, "SERVICE_UNAVAILABLE", ReminderAnswer.FAILED),
    (302, "", ReminderAnswer.FAILED),
]
UNREADABLE = [b"", b"oops", b"[]", b"null", b"7", b"\xff", b"[" * 50_000]


@pytest.fixture
def api():
    """Amazon, with nobody admitted yet."""
    with RemindersApi() as api:
        yield api


@pytest.fixture
def runners(api):
    """Reminders that are kept at the tests' Amazon."""
    return Reminders("en-US", [api.endpoint])


def setting(runners, access, schedule=SCHEDULE):
    """Run the errand of setting a reminder."""
    return runners.run(SetReminders(schedule), access, TEXT, NOW)


def cancelling(runners, access):
    """Run the errand of cancelling all reminders."""
    return runners.run(CancelReminders(), access, TEXT, NOW)


def admitted(api, **known):
    """Return the access that comes with a new customer's request."""
    return Access(api.endpoint, api.admit(DEVICE, **known), DEVICE)


class TestSetting:
    def test_a_reminder(self, api, runners):
        """A reminder is set, whole: days, time, time zone, words, and a notice on the phone."""
        access = admitted(api)
        assert setting(runners, access) is ReminderAnswer.SET
        (kept,) = api.kept(access.token)
        assert kept["trigger"] == {
            "type": "SCHEDULED_ABSOLUTE",
            "timeZoneId": "America/Los_Angeles",
            "recurrence": {
                "startDateTime": "2026-11-19T22:30:00.000",
                "recurrenceRules": [RULE],
            },
        }
        assert kept["alertInfo"] == {"spokenInfo": {"content": [{"locale": "en-US", "text": TEXT}]}}
        assert kept["pushNotification"] == {"status": "ENABLED"}

    def test_in_place_of_those_from_before(self, api, runners):
        """What was set before is gone afterwards, be it one reminder or several."""
        access = admitted(api)
        for schedule in (OTHER, SCHEDULE):
            assert setting(runners, access, schedule) is ReminderAnswer.SET
        assert api.rules(access.token) == [RULE]

    def test_the_new_one_comes_first(self, api, runners):
        """No old reminder is deleted before the new one is set."""
        access = admitted(api)
        setting(runners, access, OTHER)
        api.requests.clear()
        setting(runners, access)
        methods = [method for method, path, _ in api.requests if path.startswith(PATH)]
        assert methods == ["GET", "POST", "DELETE"]

    @pytest.mark.parametrize("refusal", REFUSALS)
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_refusal_loses_nothing(self, api, runners, method, refusal):
        """Whatever Amazon refuses with means its answer, and the old reminder is still there."""
        status, code, answer = refusal
        access = admitted(api)
        setting(runners, access, OTHER)
        api.refuse_next(method, status, code)
        assert setting(runners, access) is answer
        assert api.rules(access.token) == [OTHER_RULE]

    @pytest.mark.parametrize("body", UNREADABLE, ids=lambda body: repr(body[:6]))
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_an_unreadable_answer(self, api, runners, method, body):
        """An answer that cannot be read is none, and the old reminder is still there."""
        access = admitted(api)
        setting(runners, access, OTHER)
        api.fail_next(method, 200, body)
        assert setting(runners, access) is ReminderAnswer.FAILED
        assert api.rules(access.token) == [OTHER_RULE]

    @pytest.mark.parametrize(
        "listed",
        [
            {},
            {"alerts": 7},
            {"alerts": [None]},
            {"alerts": [{}]},
            {"alerts": [{"alertToken": 7}]},
            {"alerts": [{"alertToken": ""}]},
        ],
        ids=json.dumps,
    )
    def test_an_unreadable_list(self, api, runners, listed):
        """While it is not known what is set, nothing is added to it."""
        access = admitted(api)
        api.fail_next("GET", 200, json.dumps(listed).encode())
        assert setting(runners, access) is ReminderAnswer.FAILED
        assert not api.kept(access.token)

    def test_a_list_of_nothing(self, api, runners):
        """No list is an empty one."""
        access = admitted(api)
        api.fail_next("GET", 200, b'{"totalCount": "0", "alerts": null, "links": null}')
        assert setting(runners, access) is ReminderAnswer.SET

    @pytest.mark.parametrize(("status", "code"), [(500, ""), (401, "UNAUTHORIZED"), (429, "X")])
    def test_an_old_one_that_stays(self, api, runners, status, code, caplog):
        """With an old reminder left over it is not said to be replaced; the next try mends it."""
        access = admitted(api)
        setting(runners, access, OTHER)
        api.refuse_next("DELETE", status, code)
        assert setting(runners, access) is ReminderAnswer.FAILED
        assert api.rules(access.token) == [OTHER_RULE, RULE]
        assert "is left" in caplog.text
        assert setting(runners, access) is ReminderAnswer.SET
        assert api.rules(access.token) == [RULE]

    @pytest.mark.parametrize("status", [400, 404])
    def test_an_old_one_that_is_gone_already(self, api, runners, status):
        """Deleting what the runner has deleted meanwhile is no trouble."""
        access = admitted(api)
        setting(runners, access, OTHER)
        api.refuse_next("DELETE", status, "ALERT_NOT_FOUND")
        assert setting(runners, access) is ReminderAnswer.SET

    def test_as_many_as_there_can_be(self, api, runners):
        """A device that is full says so, and keeps what it has."""
        access = admitted(api)
        setting(runners, access, OTHER)
        api.most = 1
        assert setting(runners, access) is ReminderAnswer.TOO_MANY
        assert api.rules(access.token) == [OTHER_RULE]

    def test_two_runners(self, api, runners):
        """What is set for one runner replaces nothing of another's."""
        one, other = admitted(api), admitted(api)
        setting(runners, one)
        setting(runners, other, OTHER)
        assert api.rules(one.token) == [RULE]
        assert api.rules(other.token) == [OTHER_RULE]

    def test_before_the_permission_and_after(self, api, runners):
        """Without the permission nothing is set; with it, the same errand succeeds."""
        access = admitted(api, allowed=False)
        assert setting(runners, access) is ReminderAnswer.NOT_ALLOWED
        assert not api.kept(access.token)
        api.accounts[access.token].allowed = True
        assert setting(runners, access) is ReminderAnswer.SET

    def test_an_incomplete_schedule(self, api, runners):
        """To be reminded at no time, or on no day, is a mistake of ours."""
        for schedule in (Schedule(), Schedule((Day.MONDAY,)), Schedule(at=time_of_day(7))):
            with pytest.raises(ValueError, match="is not complete"):
                setting(runners, admitted(api), schedule)


class TestTimeZones:
    @pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns", "Pacific/Kiritimati"])
    def test_the_devices_own(self, api, runners, zone):
        """The clock of the device counts, and the reminders begin now by that clock."""
        access = admitted(api, time_zone=zone)
        setting(runners, access)
        (kept,) = api.kept(access.token)
        assert kept["trigger"]["timeZoneId"] == zone
        begin = datetime.fromisoformat(kept["trigger"]["recurrence"]["startDateTime"])
        assert begin.replace(tzinfo=ZoneInfo(zone)) == NOW

    def test_none(self, api, runners):
        """A device that has no time zone yet is left to Amazon's default."""
        access = admitted(api, time_zone=None)
        assert setting(runners, access) is ReminderAnswer.SET
        assert "timeZoneId" not in api.kept(access.token)[0]["trigger"]

    def test_none_that_is_told(self, api, runners):
        """Reminders are set even where the settings are not told, to whomever they belong."""
        for device in ("amzn1.ask.device.ANOTHER", ""):
            access = Access(api.endpoint, api.admit(DEVICE), device)
            assert setting(runners, access) is ReminderAnswer.SET
            assert "timeZoneId" not in api.kept(access.token)[0]["trigger"]

    @pytest.mark.parametrize("zone", ["Mars/Olympus_Mons", "../../etc/passwd", "America", "\x00"])
    def test_a_zone_of_tomorrow(self, zone):
        """A zone that is not known here is Amazon's to know."""
        trigger = reminder_request(SCHEDULE, TEXT, "en-US", NOW, zone)["trigger"]
        assert trigger["timeZoneId"] == zone
        assert trigger["recurrence"]["startDateTime"] == "2026-11-20T06:30:00.000"


class TestCancelling:
    def test_all_of_them(self, api, runners):
        """Every reminder that is ours is gone, also what a failure had left over."""
        access = admitted(api)
        setting(runners, access, OTHER)
        api.refuse_next("DELETE", 500, "")
        setting(runners, access)
        assert len(api.kept(access.token)) == 2
        assert cancelling(runners, access) is ReminderAnswer.CANCELLED
        assert not api.kept(access.token)

    def test_none(self, api, runners):
        """Where nothing is set, nothing is left to be cancelled."""
        assert cancelling(runners, admitted(api)) is ReminderAnswer.CANCELLED

    @pytest.mark.parametrize(("status", "code", "answer"), REFUSALS)
    def test_a_refused_list(self, api, runners, status, code, answer):
        """What is not known to be gone is not said to be gone."""
        access = admitted(api)
        setting(runners, access)
        api.refuse_next("GET", status, code)
        assert cancelling(runners, access) is answer
        assert api.rules(access.token) == [RULE]

    def test_one_that_stays(self, api, runners):
        """One reminder left over is one too many to say that there are none."""
        access = admitted(api)
        setting(runners, access)
        api.refuse_next("DELETE", 503, "SERVICE_UNAVAILABLE")
        assert cancelling(runners, access) is ReminderAnswer.FAILED


class TestWhereItAsks:
    def test_nowhere(self, runners):
        """A request without access comes from no Amazon, where no reminders are kept."""
        assert setting(runners, None) is ReminderAnswer.NOT_HERE
        assert cancelling(runners, None) is ReminderAnswer.NOT_HERE

    @pytest.mark.parametrize(
        "endpoint",
        [
            "https://evil.example",
            "http://api.amazonalexa.com",
            "https://api.amazonalexa.com.evil.example",
            "https://api.amazonalexa.com@evil.example",
            "https://api.amazonalexa.com:8443",
            "https://api.amazonalexa.com/evil",
            "https://API.amazonalexa.com",
            "file:///etc/passwd",
            "",
        ],
    )
    def test_only_at_amazons(self, endpoint, monkeypatch):
        """The token goes to Amazon's own addresses, spelled as Amazon spells them."""
        monkeypatch.setattr(socket, "create_connection", forbidden)
        access = Access(endpoint, "Atza|secret", DEVICE)
        assert setting(Reminders("en-US"), access) is ReminderAnswer.FAILED

    @pytest.mark.parametrize("endpoint", sorted(ENDPOINTS))
    def test_at_each_of_amazons(self, endpoint, monkeypatch):
        """Each region's address is asked by its name, at the port of https."""
        asked = []

        def unreachable(address, *_):
            asked.append(address)
            raise OSError("no network in the tests")

        monkeypatch.setattr(socket, "create_connection", unreachable)
        access = Access(endpoint, "Atza|secret", DEVICE)
        assert setting(Reminders("en-US"), access) is ReminderAnswer.FAILED
        assert asked == [(endpoint.removeprefix("https://"), 443)]

    @pytest.mark.parametrize(
        "token", ["", "a b", "a\r\nHost: evil.example", "é", "\x00"], ids=ascii
    )
    def test_a_token_that_is_none(self, api, runners, token):
        """What cannot stand in a header is not sent."""
        access = Access(api.endpoint, token, DEVICE)
        assert setting(runners, access) is ReminderAnswer.FAILED
        assert not api.requests

    def test_nobody_answers(self):
        """Where nobody listens, that is a failure, and no more."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        access = Access(endpoint, "Atza|secret", DEVICE)
        assert setting(Reminders("en-US", [endpoint]), access) is ReminderAnswer.FAILED


class TestTime:
    def test_an_answer_that_takes_too_long(self, api):
        """An errand is given up in time, and nothing of it is begun later."""
        api.slow = 0.3
        access = admitted(api)
        began = time.monotonic()
        assert setting(Reminders("en-US", [api.endpoint], seconds=0.5), access) is (
            ReminderAnswer.FAILED
        )
        assert time.monotonic() - began < 0.9
        time.sleep(0.6)
        assert len(api.requests) == 2
        assert not api.kept(access.token)

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n{",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ],
        ids=["nothing", "half a head", "half a body", "no chunk"],
    )
    def test_an_answer_that_stops_half_way(self, answer):
        """Who begins to answer and does not end is not waited for."""
        with Listener(answer) as listener:
            runners = Reminders("en-US", [listener.endpoint], seconds=0.3)
            access = Access(listener.endpoint, "Atza|secret", DEVICE)
            began = time.monotonic()
            assert setting(runners, access) is ReminderAnswer.FAILED
            assert time.monotonic() - began < 0.7

    @pytest.mark.parametrize(
        "answer",
        [
            b"SSH-2.0-OpenSSH_9.6\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b" " * 900_000,
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500,
        ],
        ids=["no HTTP", "too long", "too many headers"],
    )
    def test_an_answer_that_is_none(self, answer):
        """What is no answer is a failure at once."""
        with Listener(answer) as listener:
            access = Access(listener.endpoint, "Atza|secret", DEVICE)
            runners = Reminders("en-US", [listener.endpoint])
            assert setting(runners, access) is ReminderAnswer.FAILED

    def test_names_that_are_not_resolved(self, monkeypatch):
        """A name server that keeps silent is not waited for either."""
        resolved = threading.Event()

        def wait(*_):
            resolved.wait(5)
            raise OSError("no such name")

        monkeypatch.setattr(socket, "create_connection", wait)
        access = Access("https://api.amazonalexa.com", "Atza|secret", DEVICE)
        began = time.monotonic()
        assert setting(Reminders("en-US", seconds=0.2), access) is ReminderAnswer.FAILED
        assert time.monotonic() - began < 0.6
        resolved.set()

    def test_several_at_once(self, api, runners):
        """Errands do not wait for one another, and do not get in each other's way."""
        api.slow = 0.2
        accesses = [admitted(api) for _ in range(6)]
        answers = []
        threads = [
            threading.Thread(target=lambda access=access: answers.append(setting(runners, access)))
            for access in accesses
        ]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began < 2
        assert answers == [ReminderAnswer.SET] * 6
        assert all(api.rules(access.token) == [RULE] for access in accesses)


class TestSecrets:
    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_the_token_is_told_to_nobody_else(self, api, runners, method, caplog):
        """No log has the token, not even of a failure; nor has the access, when it is shown."""
        access = admitted(api)
        setting(runners, access, OTHER)
        api.refuse_next(method, 500, access.token[:5] + "x" * 500)
        with caplog.at_level(logging.DEBUG):
            setting(runners, access)
            setting(runners, Access("https://evil.example", access.token))
            setting(runners, Access(api.endpoint, access.token + "\n"))
        assert caplog.records
        assert access.token not in caplog.text
        assert access.token not in repr(access)
        assert all(len(record.getMessage()) < 300 for record in caplog.records)

    def test_it_goes_into_the_header_alone(self, api, runners):
        """The token stands in no address and in no body."""
        access = admitted(api)
        setting(runners, access)
        assert api.requests
        assert access.token not in repr(api.requests)


class TestTheForm:
    @given(
        st.sets(st.sampled_from(Day), min_size=1),
        st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    )
    def test_any_schedule(self, days, at):
        """Any days and any time make a rule that says just that."""
        trigger = reminder_request(Schedule(tuple(days), at), TEXT, "en-US", NOW)["trigger"]
        (rule,) = trigger["recurrence"]["recurrenceRules"]
        parts = dict(part.split("=") for part in rule.rstrip(";").split(";"))
        assert parts["FREQ"] == "WEEKLY"
        assert parts["BYDAY"].split(",") == [day.value[:2].upper() for day in Day if day in days]
        assert (int(parts["BYHOUR"]), int(parts["BYMINUTE"])) == (at.hour, at.minute)

    def test_the_days_have_their_own_names(self):
        """No two days have the same abbreviation."""
        assert sorted(reminders.DAYS.values()) == ["FR", "MO", "SA", "SU", "TH", "TU", "WE"]

    def test_the_order_of_days_does_not_matter(self):
        """However the days were said, the rule has them in the week's order."""
        three = (Day.WEDNESDAY, Day.MONDAY, Day.FRIDAY)
        made = {
            json.dumps(reminder_request(Schedule(days, time_of_day(7)), TEXT, "en-US", NOW))
            for days in permutations(three)
        }
        assert len(made) == 1

    def test_the_fields_are_those_of_the_sdk(self):
        """The request's members are spelled as the SDK's own model spells them."""
        request = reminder_request(SCHEDULE, TEXT, "en-US", NOW, "Asia/Tokyo")
        spelled(request, reminder_management.ReminderRequest)


def spelled(document, model):
    """Fail if an object has a member that the SDK's model of it does not have."""
    kinds = {model.attribute_map[name]: kind for name, kind in model.deserialized_types.items()}
    assert document.keys() <= kinds.keys()
    for name, member in document.items():
        inner = getattr(reminder_management, kinds[name].rpartition(".")[2].rstrip("]"), None)
        for part in member if isinstance(member, list) else [member]:
            if isinstance(part, dict):
                spelled(part, inner)


class Listener:
    """Takes one connection, and answers whatever comes with some bytes, then keeps silent."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self):
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(65_536)
            with suppress(OSError):  # who asked may have seen enough
                connection.sendall(self._answer)
            self._over.wait(5)


def forbidden(*_):
    """Stand where nothing may be called."""
    raise AssertionError("no connection may be made")
