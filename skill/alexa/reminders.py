"""Reminders: the errands of an outcome, run over Alexa's Reminders API.

Rules: Amazon's documentation, "Reminders REST API Reference", "Alexa Reminders Overview" and
"Alexa Settings API Reference". The API lists and deletes only what this skill has set, and
takes the access token that came with a request, for as long as the runner waits.

Not the SDK's client: it has no time limit, follows redirects with the token, and turns
every broken connection into an answer of 500.

No message, and no log, may carry the token.
"""

import http.client
import json
import logging
import re
import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, tzinfo
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from skill.alexa.access import Access
from skill.aws.trust import trusted_tls
from skill.coaching.errors import CoachError
from skill.coaching.outcomes import CancelReminders, SetReminders
from skill.coaching.schedules import Day, ReminderAnswer, Schedule

ENDPOINTS = frozenset(
    {
        "https://api.amazonalexa.com",
        "https://api.eu.amazonalexa.com",
        "https://api.fe.amazonalexa.com",
        "https://api.fe.amazon.com",
    }
)
"""Where Amazon answers. Its documentation spells the Far East in both ways."""

SECONDS = 3.0
"""How long an errand may take as a whole; Alexa gives up after 8 s."""
ERRANDS_AT_ONCE = 8
LARGEST_ANSWER = 256 * 1024

PATH = "/v1/alerts/reminders"
NOT_SET = "ALERT_NOT_FOUND"
"""The code for a reminder that is not there, or not any more."""

DAYS: Mapping[Day, str] = {day: day[:2].upper() for day in Day}
"""The days as a recurrence rule has them (RFC 5545)."""

ANSWERS_BY_CODE: Mapping[str, ReminderAnswer] = {
    "MAX_REMINDERS_EXCEEDED": ReminderAnswer.TOO_MANY,
    "DEVICE_NOT_SUPPORTED": ReminderAnswer.NOT_HERE,
    "ACCESS_DENIED": ReminderAnswer.NOT_ALLOWED,
    "UNAUTHORIZED": ReminderAnswer.NOT_ALLOWED,
}
ANSWERS_BY_STATUS: Mapping[int, ReminderAnswer] = {
    HTTPStatus.UNAUTHORIZED: ReminderAnswer.NOT_ALLOWED,
    HTTPStatus.FORBIDDEN: ReminderAnswer.NOT_HERE,
}
"""What a refusal means whose code says nothing to us. With 403 Amazon's samples tell the
runner that the device keeps no reminders. Any other refusal cannot be told."""

_SENDABLE = re.compile("[!-~]+")

log = logging.getLogger(__name__)


class RefusedError(CoachError):
    """Amazon did not do what was asked; `answer` is what that means to the runner."""

    code = "refused-by-amazon"

    def __init__(self, message: str, answer: ReminderAnswer = ReminderAnswer.FAILED) -> None:
        super().__init__(message)
        self.answer = answer


class Reminders:
    """Runs errands, for what is said in one locale; safe to use from several threads."""

    def __init__(
        self, locale: str, endpoints: Collection[str] = ENDPOINTS, *, seconds: float = SECONDS
    ) -> None:
        self._locale = locale
        self._endpoints = endpoints
        self._seconds = seconds
        # Errands run apart from those who wait for them: name resolution has no timeout.
        self._runners = ThreadPoolExecutor(ERRANDS_AT_ONCE, thread_name_prefix="alexa-reminders")

    def run(
        self,
        errand: SetReminders | CancelReminders,
        access: Access | None,
        text: str,
        now: datetime,
    ) -> ReminderAnswer:
        """Run an errand and tell how it ended, in time. `text` is what a reminder says.

        A request without access comes from no Amazon: there are no reminders there.
        """
        if access is None:
            return ReminderAnswer.NOT_HERE
        if access.endpoint not in self._endpoints or not _SENDABLE.fullmatch(access.token):
            log.warning("not Amazon's, or with a token that is none: %.80r", access.endpoint)
            return ReminderAnswer.FAILED
        deadline = time.monotonic() + self._seconds
        ending = self._runners.submit(self._run, errand, access, text, now, deadline)
        try:
            return ending.result(self._seconds)
        except TimeoutError:
            ending.cancel()
            log.warning("no answer about reminders within %s s", self._seconds)
            return ReminderAnswer.FAILED

    def _run(
        self,
        errand: SetReminders | CancelReminders,
        access: Access,
        text: str,
        now: datetime,
        deadline: float,
    ) -> ReminderAnswer:
        try:
            with closing(_Amazon(access, deadline)) as amazon:
                known = amazon.list()
                if isinstance(errand, CancelReminders):
                    amazon.delete(known)
                    return ReminderAnswer.CANCELLED
                zone = amazon.time_zone()
                # The new one first: a refusal then loses nothing.
                amazon.create(reminder_request(errand.schedule, text, self._locale, now, zone))
                amazon.delete(known)
                return ReminderAnswer.SET
        except RefusedError as refused:
            log.warning("Amazon refused %s: %s", type(errand).__name__, refused)
            return refused.answer
        except (OSError, http.client.HTTPException) as broken:
            log.warning("%s did not come to its end: %r", type(errand).__name__, broken)
            return ReminderAnswer.FAILED


def reminder_request(
    schedule: Schedule, text: str, locale: str, now: datetime, time_zone: str | None = None
) -> dict[str, Any]:
    """Return the body that has a device remind by a complete schedule, every week.

    Without a time zone it is the device's own (overview, "Setting time zones for absolute
    times"), but the reference warns that the reminder may then ring at a wrong time.
    """
    if schedule.at is None or not schedule.days:
        raise ValueError(f"{schedule} is not complete: it takes days and a time")
    begin = now.astimezone(_zone(time_zone)).strftime("%Y-%m-%dT%H:%M:%S.000")
    days = ",".join(DAYS[day] for day in schedule.days)
    rule = f"FREQ=WEEKLY;BYDAY={days};BYHOUR={schedule.at.hour};BYMINUTE={schedule.at.minute}"
    return {
        "requestTime": begin,
        "trigger": {
            "type": "SCHEDULED_ABSOLUTE",
            **({"timeZoneId": time_zone} if time_zone else {}),
            "recurrence": {
                "startDateTime": begin,
                "recurrenceRules": [f"{rule};BYSECOND=0;INTERVAL=1;"],
            },
        },
        "alertInfo": {"spokenInfo": {"content": [{"locale": locale, "text": text}]}},
        "pushNotification": {"status": "ENABLED"},
    }


def _zone(time_zone: str | None) -> tzinfo:
    try:
        return ZoneInfo(time_zone) if time_zone else UTC
    except (KeyError, ValueError, OSError):  # a name invented after us, or no data about any
        return UTC


class _Amazon:
    """One connection, on which one runner's errand is run before its deadline."""

    def __init__(self, access: Access, deadline: float) -> None:
        self._access = access
        self._deadline = deadline
        host = urlsplit(access.endpoint).netloc
        self._connection = (
            http.client.HTTPSConnection(host, context=trusted_tls())
            if access.endpoint.startswith("https://")
            else http.client.HTTPConnection(host)
        )

    def close(self) -> None:
        self._connection.close()

    def list(self) -> tuple[str, ...]:
        """Return the ids of all reminders that we have set."""
        listed = self._call("GET", PATH)
        alerts = listed.get("alerts", ...) if isinstance(listed, dict) else ...
        if alerts is None:
            return ()
        if not isinstance(alerts, list):
            raise RefusedError("the list of reminders cannot be read")
        return tuple(map(_token_of, alerts))

    def create(self, request: Mapping[str, Any]) -> None:
        """Set a reminder."""
        _token_of(self._call("POST", PATH, request))

    def delete(self, tokens: Iterable[str]) -> None:
        """Delete reminders; those that are gone already are no trouble."""
        for token in tokens:
            try:
                self._call("DELETE", f"{PATH}/{quote(token, safe='')}")
            except _AbsentError:
                continue
            except RefusedError as refused:
                raise RefusedError(f"a reminder from before is left: {refused}") from None

    def time_zone(self) -> str | None:
        """Return the device's time zone; None if it has none or does not tell."""
        if not self._access.device_id:
            return None
        device = quote(self._access.device_id, safe="")
        try:
            told = self._call("GET", f"/v2/devices/{device}/settings/System.timeZone")
        except RefusedError as refused:
            log.warning("the device's time zone is not known: %s", refused)
            return None
        return told if isinstance(told, str) and told else None

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> object:
        """Return the answer's JSON, or None for what is none; raise `RefusedError`."""
        self._connection.timeout = self._remaining()
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._remaining())
        headers = {"Authorization": f"Bearer {self._access.token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, content, headers)
        with self._connection.getresponse() as response:
            answer = _json(self._whole(response))
        if response.status // 100 == 2:  # noqa: PLR2004 - HTTP's own class of success
            return answer
        code = str(answer.get("code", "")) if isinstance(answer, dict) else ""
        message = f"{method} was answered with HTTP {response.status}, {code[:60]!r}"
        if response.status == HTTPStatus.NOT_FOUND or code == NOT_SET:
            raise _AbsentError(message)
        by_status = ANSWERS_BY_STATUS.get(response.status, ReminderAnswer.FAILED)
        raise RefusedError(message, ANSWERS_BY_CODE.get(code, by_status))

    def _whole(self, response: http.client.HTTPResponse) -> bytes:
        content = bytearray()
        while piece := response.read1(LARGEST_ANSWER):
            content += piece
            if len(content) > LARGEST_ANSWER:
                raise http.client.HTTPException(f"more than {LARGEST_ANSWER} bytes")
            self._remaining()
        return bytes(content)

    def _remaining(self) -> float:
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("no time is left")
        return seconds


class _AbsentError(RefusedError):
    """What was asked about is not there."""


def _token_of(reminder: object) -> str:
    token = reminder.get("alertToken") if isinstance(reminder, dict) else None
    if not isinstance(token, str) or not token:
        raise RefusedError("the answer cannot be read: a reminder has no alertToken")
    return token


def _json(content: bytes) -> object:
    try:
        read: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return read
