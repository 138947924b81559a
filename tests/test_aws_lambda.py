"""The function as AWS Lambda runs it: Amazon's own runtime client around our handler."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from scripts.echo.requests import Device
from skill.logs import DIMENSION, METRICS, NAMESPACE
from skill.sessions import storage_key
from skill.settings import PROJECT
from tests.alexa.recorded import recorded
from tests.simulators.coach import PUBLIC_URL, remembered
from tests.simulators.credentials import ContainerCredentials
from tests.simulators.dynamodb import KEYS, NOWHERE, REGION, Table, without_aws
from tests.simulators.function import FUNCTION, Function, FunctionCoach

DEVICE = Device()
SETTINGS = {"GLUTE_COACH_SKILL_ID": DEVICE.skill_id, "GLUTE_COACH_PUBLIC_URL": PUBLIC_URL}
UNREACHABLE = {
    **KEYS,
    "AWS_REGION": REGION,
    "GLUTE_COACH_TABLE": "runners",
    "GLUTE_COACH_TABLE_ENDPOINT": NOWHERE,
}
NOT_NEEDED = (
    *("audio", "scripts", "boto3", "botocore", "requests", "urllib3"),
    *("flask", "werkzeug", "waitress", "feedgen", "lxml"),
    *(
        "cryptography",
        "rapidfuzz",
        "sqlite3",
        "certifi",
        "ask_sdk_model.services.reminder_management",
    ),
)
"""What a cold function must not wait for. (certifi comes with the first connection.)"""
LOOK_AROUND = """
import gc, os, stat, sys, threading
import skill.aws_lambda
sockets = [fd for fd in os.listdir("/dev/fd")
           if os.path.exists(f"/dev/fd/{fd}") and stat.S_ISSOCK(os.stat(f"/dev/fd/{fd}").st_mode)]
print(*sys.modules, sep="\\n", file=sys.stderr)
print(gc.isenabled(), threading.active_count(), sockets)
"""


@pytest.fixture(scope="module")
def table(dynamodb) -> Table:
    """A table that all share, so speak as a runner of your own."""
    return dynamodb.table("moto")


@contextmanager
def function(folder: Path, store: dict[str, str], **more) -> Iterator[Function]:
    """Run the function with a store, and the skill id that Echos have."""
    with Function({**SETTINGS, **store}, folder / "log.txt", **more) as running:
        yield running


@pytest.fixture(scope="module")
def running(table, rendered, tmp_path_factory) -> Iterator[Function]:  # noqa: ARG001
    """A function for all that only ask it something."""
    with function(tmp_path_factory.mktemp("function"), table.environment) as running:
        yield running


def request(name: str, *, skill_id: str = DEVICE.skill_id, user_id: str = "") -> bytes:
    """Return a recorded request, to a skill, of a user."""
    document = recorded(name)
    for whose in (document["context"]["System"], document.get("session", {})):
        whose["application"] = {"applicationId": skill_id}
        if user_id:
            whose["user"] = {"userId": user_id}
    return json.dumps(document).encode()


class TestImporting:
    def test_what_a_cold_function_loads(self, rendered):  # noqa: ARG002
        """Neither the studio nor what serves the web is loaded; nothing is open, nothing runs."""
        done = subprocess.run(
            [sys.executable, "-c", LOOK_AROUND],
            cwd=PROJECT,
            env={**without_aws(), **SETTINGS, **UNREACHABLE},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        loaded = set(done.stderr.splitlines())
        assert "skill.stores.dynamodb" in loaded
        assert loaded.isdisjoint(NOT_NEEDED)
        assert done.stdout == "True 1 []\n"


class TestDialogues:
    def test_a_whole_routine(self, table, tmp_path, service):
        """Start, ask, next, other side, pause, resume, to the end: and the store has it all."""
        with function(tmp_path, table.environment) as running:
            coach = FunctionCoach(running.invoke, service)
            assert "pre-run routine" in coach.ask("to start the pre run routine")
            assert coach.spot == "heel-bridge both"
            coach.echo.wait(20)
            assert "left" in coach.ask("how long left")
            coach.say("next")
            assert coach.spot == "clam left"
            coach.echo.wait(5)
            coach.ask("for the other side")
            assert coach.spot == "clam right"
            span = coach.repertoire.timeline("pre-run").spans[coach.place.step.index]
            coach.echo.wait((span.begin - coach.echo.player.offset) / 1000 + 7.25)
            before = coach.place
            coach.say("pause")
            assert "clam, right side" in coach.say("resume")
            assert coach.place.step == before.step
            assert abs(coach.place.work_left - before.work_left) <= 1_000
            coach.echo.wait(coach.place.routine_left / 1000 + 1)
            assert coach.echo.player.activity == "FINISHED"
            lines = running.lines()
        with closing(table.store()) as store:
            runner = remembered(store, DEVICE.user_id)
        assert [done.plan_id for done in runner.history] == ["pre-run"]
        assert runner.session.progress is None
        self.check_log(lines)

    def check_log(self, lines):
        """Each request left one line: what it was, the place before and after, its metrics."""
        answered = [line for line in lines if line["message"] == "answered"]
        assert len(lines) == len(answered)
        assert "amzn1." not in json.dumps(lines)
        [nexted] = [line for line in answered if line.get("intent") == "AMAZON.NextIntent"]
        assert nexted["before"]["plan"] == nexted["after"]["plan"] == "pre-run"
        assert (nexted["before"]["step"], nexted["after"]["step"]) == (0, 1)
        assert (nexted["event"], nexted["store"], nexted["fault"]) == ("NextStep", "saved", False)
        assert nexted["invocation"] != nexted["request"]
        [described] = nexted["_aws"]["CloudWatchMetrics"]
        assert described["Namespace"] == NAMESPACE
        assert described["Dimensions"] == [[DIMENSION]]
        assert {metric["Name"]: metric["Unit"] for metric in described["Metrics"]} == METRICS
        assert nexted[DIMENSION] == FUNCTION
        assert (nexted["Requests"], nexted["Faults"], nexted["StoreAway"]) == (1, 0, 0)
        assert nexted["Milliseconds"] == nexted["ms"] > 0

    def test_with_no_database_at_all(self, tmp_path, service):
        """Unreachable from the first request on: a routine is started, steered and finished."""
        with function(tmp_path, UNREACHABLE) as running:
            coach = FunctionCoach(running.invoke, service)
            assert "pre-run routine" in coach.ask("to start the pre run routine")
            coach.echo.wait(20)
            coach.say("next")
            assert coach.spot == "clam left"
            coach.say("next")
            assert coach.spot == "clam right"
            coach.say("previous")
            assert coach.spot == "clam left"
            coach.ask("for the other side")
            assert coach.spot == "clam right"
            coach.echo.wait(30)
            before = coach.place
            said = [coach.say("pause"), coach.say("resume"), coach.ask("where am i")]
            assert coach.place.step == before.step
            assert "clam" in said[1]
            assert "clam" in said[2]
            coach.echo.wait(coach.place.routine_left / 1000 + 1)
            assert coach.echo.player.activity == "FINISHED"
            lines = running.lines()
        assert not any("sorry" in words.lower() or "trouble" in words.lower() for words in said)
        answered = [line for line in lines if line["message"] == "answered"]
        assert {line["store"] for line in answered} == {"away"}
        assert {line["StoreAway"] for line in answered} == {1}
        assert any("Connection refused" in line["message"] for line in lines)
        assert max(coach.seconds) < 3

    def test_a_snapshot_restored(self, table, tmp_path):
        """Initialised, then restored: credentials are asked for with the first request, once."""
        with ContainerCredentials() as lender:
            store = {**table.environment, **lender.environment}
            for name in KEYS:
                del store[name]
            with function(tmp_path, store, from_snapshot=True) as running:
                body = request("launch", user_id="amzn1.ask.account.SNAPSHOT")
                assert not running.invoke(body).is_error
                assert running.restored == 1
                running.invoke(body)
            assert lender.asked == 1
        assert table.item(storage_key("amzn1.ask.account.SNAPSHOT"))


class TestRefusals:
    def test_a_foreign_skill(self, running, table):
        """An event for another skill is an error that answers nothing, and nothing is stored."""
        user = "amzn1.ask.account.FOREIGN"
        refused = running.invoke(request("launch", skill_id="amzn1.ask.skill.x", user_id=user))
        assert refused.is_error
        assert refused.document["errorType"] == "WrongSkillError"
        assert table.item(storage_key(user)) is None
        [line] = [line for line in running.lines() if line["level"] == "WARNING"][-1:]
        assert "wrong-skill" in line["message"]
        assert not running.invoke(request("launch", user_id=user)).is_error
        assert table.item(storage_key(user))

    @pytest.mark.parametrize(
        ("event", "error"),
        [
            ("null", "WrongSkillError"),
            ("[]", "WrongSkillError"),
            ('"start"', "WrongSkillError"),
            ("{}", "WrongSkillError"),
            ('{"source":"aws.events","detail-type":"Scheduled Event"}', "WrongSkillError"),
            ('{"Records":[{"eventSource":"aws:s3"}]}', "WrongSkillError"),
            ('{"session":{"application":{"applicationId":"%s"}}}', "MalformedRequestError"),
            (
                '{"context":{"System":{"application":{"applicationId":"%s"}}},"request":[]}',
                "MalformedRequestError",
            ),
        ],
    )
    def test_what_is_not_from_alexa(self, running, event, error):
        """An event that is no request of Alexa's is an error; the next one is answered."""
        refused = running.invoke(event.replace("%s", DEVICE.skill_id).encode())
        assert refused.is_error
        assert refused.document["errorType"] == error
        assert not running.invoke(request("launch")).is_error

    @pytest.mark.parametrize("name", ["tomorrows_enums", "intent_of_tomorrow"])
    def test_what_was_invented_after_us(self, running, name):
        """A request or an intent of tomorrow is no error."""
        assert not running.invoke(request(name)).is_error


class TestTrouble:
    def test_a_table_that_is_missing(self, table, tmp_path):
        """The runner hears an answer; the log says which table is missing, and that it is."""
        store = {**table.environment, "GLUTE_COACH_TABLE": "no-such-table"}
        with function(tmp_path, store) as running:
            answered = running.invoke(request("intent_start_resolved"))
            lines = running.lines()
        assert answered.document["response"]["directives"]
        complaint = next(line["message"] for line in lines if line["level"] == "WARNING")
        assert "no-such-table" in complaint
        assert "ResourceNotFoundException" in complaint

    def test_no_credentials(self, tmp_path):
        """The runner hears an answer; the log says what the environment lacks."""
        store = {name: value for name, value in UNREACHABLE.items() if name not in KEYS}
        with function(tmp_path, store) as running:
            answered = running.invoke(request("intent_start_resolved"))
            lines = running.lines()
        assert answered.document["response"]["directives"]
        assert any("AWS_ACCESS_KEY_ID" in line["message"] for line in lines)

    @pytest.mark.parametrize(
        ("setting", "value", "told"),
        [
            ("GLUTE_COACH_SKILL_ID", "my skill", "GLUTE_COACH_SKILL_ID"),
            ("GLUTE_COACH_AUDIO", "/nowhere", "There is no rendered audio in /nowhere"),
            ("AWS_REGION", "", "GLUTE_COACH_REGION"),
        ],
    )
    def test_what_keeps_it_from_starting(self, tmp_path, setting, value, told):
        """A setting that cannot be used ends it as it starts: Lambda and the log are told why."""
        with function(tmp_path, {**UNREACHABLE, setting: value}) as running:
            assert running.ended() != 0
            assert told in running.init_error["errorMessage"]
            line = running.lines()[0]
        assert line["level"] == "CRITICAL"
        assert told in line["message"]
