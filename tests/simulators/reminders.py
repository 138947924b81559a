"""Amazon's Reminders API for the tests: a real server on this machine that keeps reminders.

    with RemindersApi() as api:
        token = api.admit("AKITCHENECHO")
        Reminders("en-US", [api.endpoint]).run(errand, Access(api.endpoint, token), ...)
        assert api.rules() == [...]

It checks requests as Amazon does, method, headers and every field, and refuses with Amazon's
codes and bodies. What goes wrong at Amazon's is told to it beforehand: `fail_next`, `slow`.
"""

import json
import re
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

Json = dict[str, Any]

PATH = "/v1/alerts/reminders"
TIME_ZONE = re.compile(r"/v2/devices/([^/]+)/settings/System\.timeZone")
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?")
RULE = re.compile(
    r"FREQ=(?P<freq>DAILY|WEEKLY)"
    r"(;BYDAY=(?P<days>(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*))?"
    r";BYHOUR=(?P<hour>[0-9]|1[0-9]|2[0-3]);BYMINUTE=(?P<minute>[0-9]|[1-5][0-9])"
    r";BYSECOND=0;INTERVAL=[1-9];"
)
LOCALES = frozenset({"de-DE", "en-AU", "en-CA", "en-GB", "en-IN", "en-US"})
TIME_ZONES = available_timezones()
LONGEST_WAIT = 10.0


class RefusalError(Exception):
    """An answer of Amazon's that is no success."""

    def __init__(self, status: HTTPStatus, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code


@dataclass
class Account:
    """What Amazon knows of one customer and this skill."""

    device_id: str
    allowed: bool = True
    keeps_reminders: bool = True
    time_zone: str | None = "America/Los_Angeles"
    reminders: dict[str, Json] = field(default_factory=dict)


class RemindersApi:
    """Serves while it is entered. `requests` has every request, as (method, path, body)."""

    def __init__(self, *, most: int = 500) -> None:
        self.most = most
        self.accounts: dict[str, Account] = {}
        self.requests: list[tuple[str, str, Json | None]] = []
        self.slow = 0.0
        self._failures: dict[str, list[tuple[int, bytes]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # What a test arranges

    def admit(self, device_id: str = "amzn1.ask.device.AKITCHENECHO", **known: Any) -> str:
        """Return the access token of a new customer."""
        token = f"Atza|{uuid.uuid4()}"
        self.accounts[token] = Account(device_id, **known)
        return token

    def fail_next(self, method: str, status: int, body: bytes = b"") -> None:
        """Answer the next request of a method so, instead of doing what it asks for."""
        self._failures.setdefault(method, []).append((status, body))

    def refuse_next(self, method: str, status: int, code: str) -> None:
        """Refuse the next request of a method in Amazon's form."""
        self.fail_next(method, status, json.dumps({"code": code, "message": code}).encode())

    # What a test looks at

    def kept(self, token: str | None = None) -> list[Json]:
        """The reminders of a customer; of the only one, unless told which."""
        account = self.accounts[token or next(iter(self.accounts))]
        return list(account.reminders.values())

    def rules(self, token: str | None = None) -> list[str]:
        """The recurrence rules of all reminders."""
        return [
            rule
            for kept in self.kept(token)
            for rule in kept["trigger"]["recurrence"]["recurrenceRules"]
        ]

    # How it answers

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes
    ) -> tuple[int, bytes]:
        """Return status and body."""
        body = None
        with suppress(ValueError):
            body = json.loads(content)
        self.requests.append((method, path, body))
        if self.slow:
            time.sleep(min(self.slow, LONGEST_WAIT))
        if self._failures.get(method):
            return self._failures[method].pop(0)
        try:
            account = self._account(headers)
            if method == "POST":
                _require(headers.get("Content-Type") == "application/json", "INVALID_CONTENT_TYPE")
            answer = self._do(method, urlsplit(path).path, account, body)
        except RefusalError as refusal:
            problem = {"code": refusal.code, "message": str(refusal)}
            return refusal.status, json.dumps(problem).encode()
        if answer is None:
            return HTTPStatus.NO_CONTENT, b""
        return HTTPStatus.OK, json.dumps(answer).encode()

    def _account(self, headers: Mapping[str, str]) -> Account:
        kind, _, token = headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.accounts:
            raise RefusalError(HTTPStatus.UNAUTHORIZED, "INVALID_BEARER_TOKEN")
        return self.accounts[token]

    def _do(self, method: str, path: str, account: Account, body: Json | None) -> object:
        zone = TIME_ZONE.fullmatch(path)
        if zone and method == "GET":
            if unquote(zone[1]) != account.device_id:
                raise RefusalError(HTTPStatus.FORBIDDEN, "DEVICE_NOT_FOUND")
            return account.time_zone
        if not path.startswith(PATH):
            raise RefusalError(HTTPStatus.NOT_FOUND, "NOT_FOUND")
        if not account.allowed:
            raise RefusalError(HTTPStatus.UNAUTHORIZED, "UNAUTHORIZED")
        if not account.keeps_reminders:
            raise RefusalError(HTTPStatus.FORBIDDEN, "DEVICE_NOT_SUPPORTED")
        return self._do_reminder(method, unquote(path[len(PATH) + 1 :]), account, body)

    def _do_reminder(self, method: str, token: str, account: Account, body: Json | None) -> object:
        if method == "GET" and not token:
            kept = list(account.reminders.values())
            return {"totalCount": str(len(kept)), "alerts": kept, "links": None}
        if method == "POST" and not token:
            return self._create(account, body)
        if method == "DELETE" and token:
            if account.reminders.pop(token, None) is None:
                raise RefusalError(HTTPStatus.NOT_FOUND, "ALERT_NOT_FOUND")
            return {}
        raise RefusalError(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED")

    def _create(self, account: Account, body: Json | None) -> Json:
        _check_request(body)
        if len(account.reminders) >= self.most:
            raise RefusalError(HTTPStatus.FORBIDDEN, "MAX_REMINDERS_EXCEEDED")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        kept = {
            "alertToken": str(uuid.uuid4()),
            "createdTime": now,
            "updatedTime": now,
            "status": "ON",
            "version": "1",
        }
        account.reminders[kept["alertToken"]] = {**kept, **body}
        return {**kept, "href": f"{PATH}/{kept['alertToken']}"}


def _check_request(body: Any) -> None:
    """Check what creates a reminder, as the reference describes it."""
    request = _fields("request", body, {"requestTime", "trigger", "alertInfo", "pushNotification"})
    _require(LOCAL_TIME.fullmatch(str(request["requestTime"])), "INVALID_REQUEST_TIME")
    trigger = request["trigger"]
    _require(isinstance(trigger, dict), "INVALID_TRIGGER")
    _require(trigger.get("type") == "SCHEDULED_ABSOLUTE", "UNSUPPORTED_TRIGGER_TYPE")
    _require(trigger.keys() <= {"type", "timeZoneId", "recurrence"}, "INVALID_TRIGGER")
    _require(trigger.get("timeZoneId", "UTC") in TIME_ZONES, "INVALID_TIME_ZONE")
    recurrence = trigger.get("recurrence") or {}
    _require(
        LOCAL_TIME.fullmatch(str(recurrence.get("startDateTime"))),
        "UNSUPPORTED_SCHEDULED_TIME_FORMAT",
    )
    rules = recurrence.get("recurrenceRules")
    _require(
        isinstance(rules, list) and rules and all(RULE.fullmatch(rule) for rule in rules),
        "UNSUPPORTED_TRIGGER_RECURRENCE",
    )
    info = _fields("alertInfo", request["alertInfo"], {"spokenInfo"})
    contents = _fields("spokenInfo", info["spokenInfo"], {"content"})["content"]
    _require(isinstance(contents, list) and contents, "INVALID_ALERT_INFO")
    for content in contents:
        _require(content.get("locale") in LOCALES, "UNSUPPORTED_LOCALE")
        _require(isinstance(content.get("text"), str) and content["text"], "INVALID_ALERT_INFO")
    push = _fields("pushNotification", request["pushNotification"], {"status"})
    _require(push["status"] in {"ENABLED", "DISABLED"}, "INVALID_PUSH_NOTIFICATION")


def _fields(name: str, value: Any, fields: set[str]) -> Json:
    if not isinstance(value, dict) or value.keys() != fields:
        raise RefusalError(HTTPStatus.BAD_REQUEST, f"INVALID_{name.upper()}")
    return value


def _require(good: object, code: str) -> None:
    if not good:
        raise RefusalError(HTTPStatus.BAD_REQUEST, code)


def _handler(api: RemindersApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = LONGEST_WAIT
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = api.answer(self.command, self.path, self.headers, content)
            with suppress(ConnectionError):  # who asked may have given up
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the server looks for these

        def log_message(self, *_: object) -> None:
            """Keep the tests' output quiet."""

    return Handler
