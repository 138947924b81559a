"""The function as AWS Lambda runs it: Amazon's own runtime client around the built package."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from statistics import median

import boto3
import pytest

from scripts.echo.requests import Device
from skill.logs import DIMENSION, METRICS, NAMESPACE
from skill.sessions import storage_key
from skill.settings import PROJECT
from skill.stores.dynamodb import TABLE
from tests.alexa.recorded import recorded
from tests.simulators.coach import PUBLIC_URL, remembered
from tests.simulators.credentials import ContainerCredentials
from tests.simulators.dynamodb import (
    KEYS,
    NOWHERE,
    REGION,
    BadLine,
    Mishap,
    Table,
    without_aws,
)
from tests.simulators.function import FUNCTION, Function, FunctionCoach
from tests.simulators.s3 import OWNER, S3, serving_s3

DEVICE = Device()
SETTINGS = {"GLUTE_COACH_SKILL_ID": DEVICE.skill_id, "GLUTE_COACH_PUBLIC_URL": PUBLIC_URL}
UNREACHABLE = {
    **KEYS,
    "AWS_REGION": REGION,
    "GLUTE_COACH_TABLE": "runners",
    "GLUTE_COACH_TABLE_ENDPOINT": NOWHERE,
}
OWN_TABLE = "runners-of-the-function"
"""Whatever serves S3 here is one with what other tests have of it."""
ALEXA_GIVES_UP = 8
"""Seconds."""
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


@pytest.fixture
def nobody_answers() -> Iterator[dict[str, str]]:
    """A database that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as silent:
        port = silent.getsockname()[1]
        yield {**UNREACHABLE, "GLUTE_COACH_TABLE_ENDPOINT": f"http://127.0.0.1:{port}"}


Run = Callable[..., AbstractContextManager[Function]]
"""Runs the function with a store, and the skill id that Echos have."""


@pytest.fixture(scope="module")
def function(package, tmp_path_factory) -> Run:
    """The built package as a function, each time it is asked for in a process of its own."""

    def run(store: Mapping[str, str], **more: bool) -> Function:
        log = tmp_path_factory.mktemp("function") / "log.txt"
        return Function(package, {**SETTINGS, **store}, log, **more)

    return run


@pytest.fixture(scope="module")
def running(table, function) -> Iterator[Function]:
    """A function for all that only ask it something."""
    with function(table.environment) as running:
        yield running


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    """A server with an empty bucket, and with a table of runners."""
    with serving_s3() as served:
        database = boto3.client("dynamodb", endpoint_url=served.endpoint, **OWNER)
        database.create_table(TableName=OWN_TABLE, **TABLE)
        database.close()
        yield served


def in_cloud(s3: S3) -> dict[str, str]:
    """What leads the function to a bucket and a table that are there."""
    return {
        "AWS_REGION": REGION,
        "GLUTE_COACH_TABLE": OWN_TABLE,
        "GLUTE_COACH_TABLE_ENDPOINT": s3.endpoint,
        "GLUTE_COACH_GUIDES_BUCKET": s3.bucket,
        "GLUTE_COACH_GUIDES_ENDPOINT": s3.endpoint,
    }


def may(action: str) -> dict[str, object]:
    """Return the policy that allows an action, and no other."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


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
    def test_a_whole_routine(self, table, function, service):
        """Start, ask, next, other side, pause, resume, to the end: and the store has it all."""
        with function(table.environment) as running:
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

    @pytest.mark.parametrize("why", ["Connection refused", "timed out"])
    def test_with_no_database_at_all(self, function, service, nobody_answers, why):
        """Unreachable from the first request on: a routine is started, steered and finished.

        Whether the database refuses or is silent, an answer waits for it once, and not again.
        """
        store = UNREACHABLE if why == "Connection refused" else nobody_answers
        with function(store) as running:
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
        assert any(why in line["message"] for line in lines)
        assert max(coach.seconds) < ALEXA_GIVES_UP / 2
        assert median(coach.seconds) < 1

    def test_a_database_that_comes_back(self, dynamodb, function, service):
        """What happened while it was away is in the table with the first answer after it."""
        table, is_away = dynamodb.table("moto"), True
        with (
            BadLine(table.endpoint, lambda *_: Mishap.CUT_OFF if is_away else None) as line,
            function({**table.environment, "GLUTE_COACH_TABLE_ENDPOINT": line.endpoint}) as running,
        ):
            coach = FunctionCoach(running.invoke, service)
            coach.ask("to start the pre run routine")
            coach.echo.wait(20)
            coach.say("next")
            assert table.items() == []
            is_away = False
            coach.ask("where am i")
            place = coach.place
        with closing(table.store()) as store:
            progress = remembered(store, DEVICE.user_id).session.progress
        assert (progress.plan_id, progress.bookmark.step) == ("pre-run", place.step.index)

    def test_a_snapshot_restored(self, table, function):
        """Initialised, then restored: credentials are asked for with the first request, once."""
        with ContainerCredentials() as lender:
            store = {**table.environment, **lender.environment}
            for name in KEYS:
                del store[name]
            with function(store, from_snapshot=True) as running:
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
            (f'{{"session":"{"x" * 5_000_000}"}}', "WrongSkillError"),
            ("[" * 100_000, "Runtime.UnmarshalError"),
            ('{"session":{"application":{"applicationId":"%s"}}}', "MalformedRequestError"),
            (
                '{"context":{"System":{"application":{"applicationId":"%s"}}},"request":[]}',
                "MalformedRequestError",
            ),
        ],
        ids=lambda event: event[:60],
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
    def test_a_table_that_is_missing(self, table, function):
        """The runner hears an answer; the log says which table is missing, and that it is."""
        store = {**table.environment, "GLUTE_COACH_TABLE": "no-such-table"}
        with function(store) as running:
            answered = running.invoke(request("intent_start_resolved"))
            lines = running.lines()
        assert answered.document["response"]["directives"]
        complaint = next(line["message"] for line in lines if line["level"] == "WARNING")
        assert "no-such-table" in complaint
        assert "ResourceNotFoundException" in complaint

    @pytest.mark.parametrize(
        ("allowed", "settings", "told"),
        [
            ("*:*", {"GLUTE_COACH_GUIDES_BUCKET": "nobodys-guides"}, "NoSuchBucket"),
            ("dynamodb:*", {}, "AccessDenied"),
        ],
        ids=["missing", "not permitted"],
    )
    def test_a_bucket_that_cannot_be_used(self, function, s3, allowed, settings, told):
        """Alexa says the step herself; the log says which bucket, and why; later it plays again."""
        user = f"amzn1.ask.account.{told}"
        started = request("intent_start_resolved", user_id=user)
        with s3.permitted(may(allowed)) as keys:
            with function({**in_cloud(s3), **keys, **settings}) as running:
                response = running.invoke(started).document["response"]
                [line] = [line for line in running.lines() if line["level"] == "ERROR"]
                answered = running.lines()[-1]
            assert "heel bridge" in response["outputSpeech"]["ssml"].lower()
            assert response["shouldEndSession"] is False
            assert f"{settings.get('GLUTE_COACH_GUIDES_BUCKET', s3.bucket)!r}" in line["message"]
            assert told in line["message"]
            assert (answered["after"]["phase"], answered["store"]) == ("stepping", "saved")
            assert answered["Faults"] == 1
        with function({**in_cloud(s3), **KEYS}) as running:
            again = running.invoke(started).document["response"]
            assert again["directives"][-1]["type"] == "AudioPlayer.Play"

    def test_a_table_that_is_not_permitted(self, function, s3):
        """The runner notices nothing; the log says which table it was."""
        with s3.permitted(may("s3:*")) as keys, function({**in_cloud(s3), **keys}) as running:
            response = running.invoke(request("intent_start_resolved")).document["response"]
            lines = running.lines()
        assert response["directives"][0]["type"] == "AudioPlayer.Play"
        assert (lines[-1]["store"], lines[-1]["StoreAway"]) == ("away", 1)
        assert any(f"{OWN_TABLE!r}: 127.0.0.1: HTTP 403" in line["message"] for line in lines)

    def test_no_credentials(self, function):
        """The runner hears an answer; the log says what the environment lacks."""
        store = {name: value for name, value in UNREACHABLE.items() if name not in KEYS}
        with function(store) as running:
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
    def test_what_keeps_it_from_starting(self, function, setting, value, told):
        """A setting that cannot be used ends it as it starts: Lambda and the log are told why."""
        with function({**UNREACHABLE, setting: value}) as running:
            assert running.ended() != 0
            assert told in running.init_error["errorMessage"]
            line = running.lines()[0]
        assert line["level"] == "CRITICAL"
        assert told in line["message"]
