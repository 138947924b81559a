"""Logs: every line one JSON object, and one line for each request that was answered.

Never in a line: whose request it was, and what was said. Set up by the entry points only.

In a function the line of a request carries metrics, which CloudWatch reads out of the log (its
embedded metric format): `GluteCoach` Requests, Milliseconds, Faults and StoreAway, each by
Function. Faults counts requests during which anything was logged as an error, StoreAway those
whose outcome the store could not keep.
"""

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

from skill.coaching.runner import Runner
from skill.sessions import Happening, Kept

NAMESPACE = "GluteCoach"
DIMENSION = "Function"
METRICS: Mapping[str, str] = {
    "Requests": "Count",
    "Milliseconds": "Milliseconds",
    "Faults": "Count",
    "StoreAway": "Count",
}
"""The metrics, and their units."""

LONGEST_NAME = 80
TROUBLE = (Kept.AWAY, Kept.BUSY)

_LINE = json.JSONEncoder(default=str)

log = logging.getLogger(__name__)


class _Request:
    """What is known so far of the request that is being answered."""

    def __init__(self, line: dict[str, Any]) -> None:
        self.started = time.perf_counter()
        self.line = line
        self.has_fault = False


_current: ContextVar[_Request | None] = ContextVar("request", default=None)
"""The request that this thread is answering."""


def set_up(level: str, stream: TextIO | None = None, function: str = "") -> None:
    """Have everything logged as lines of JSON, in the place of whatever was set up before.

    `stream` is standard error by default. `function` is the name of the cloud function that
    runs; without one, no metrics are written.
    """
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_JsonFormatter(function))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # No line tells of these: as the documentation of `logging` has it, they need not be collected.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - nor where in the code it was logged
    # Requests are counted by their lines, whatever level is set.
    log.setLevel(logging.INFO)


@contextmanager
def request(document: object, **more: str) -> Iterator[None]:
    """Log a request as it is answered; if that ends in an error, whoever answers it logs it.

    `more` is put into its line, too.
    """
    current = _Request(_described(document) | more)
    token = _current.set(current)
    try:
        yield
        milliseconds = round((time.perf_counter() - current.started) * 1000, 1)
        line = {**current.line, "ms": milliseconds, "fault": current.has_fault}
        log.info("answered", extra={"line": line})
    finally:
        _current.reset(token)


def witness(happening: Happening) -> None:
    """Note what happened to a runner for the line of the request under way, if there is one."""
    current = _current.get()
    if current is None:
        return
    line = current.line
    line.setdefault("before", _place(happening.before))
    line["event"] = type(happening.event).__name__
    line["after"] = _place(happening.after)
    if line.get("store") not in TROUBLE:
        line["store"] = happening.kept


def _described(document: object) -> dict[str, Any]:
    """Return the id of a request, its type and its intent, as far as it has them."""
    asked = document.get("request") if isinstance(document, dict) else None
    asked = asked if isinstance(asked, dict) else {}
    intent = asked.get("intent")
    named = intent.get("name") if isinstance(intent, dict) else None
    # "amzn1.echo-api.request." says nothing.
    described = {"request": _name(asked.get("requestId")).rpartition(".")[2]}
    described["type"] = _name(asked.get("type"))
    if named is not None:
        described["intent"] = _name(named)
    return described


def _name(value: object) -> str:
    return value[:LONGEST_NAME] if isinstance(value, str) else ""


def _place(runner: Runner) -> dict[str, Any]:
    session = runner.session
    place: dict[str, Any] = {"phase": session.phase}
    if session.progress is not None:
        place["plan"] = session.progress.plan_id
        place["step"] = session.progress.bookmark.step
        place["since_begin"] = session.progress.bookmark.since_begin
    return place


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines, and notes that a request had a fault."""

    def emit(self, record: logging.LogRecord) -> None:
        current = _current.get()
        if current is not None and record.levelno >= logging.ERROR:
            current.has_fault = True
        super().emit(record)


class _JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def __init__(self, function: str) -> None:
        super().__init__()
        self._function = function

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        current = _current.get()
        if current is not None:
            line["request"] = current.line["request"]
        of_request = getattr(record, "line", None)
        if of_request is not None:
            line |= of_request
            if self._function:
                line |= _metrics(of_request, self._function, record.created)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _LINE.encode(line)


def _metrics(line: Mapping[str, Any], function: str, moment: float) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": unit} for name, unit in METRICS.items()]
    described = {"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}
    return {
        "_aws": {"Timestamp": round(moment * 1000), "CloudWatchMetrics": [described]},
        DIMENSION: function,
        "Requests": 1,
        "Milliseconds": line["ms"],
        "Faults": int(line["fault"]),
        "StoreAway": int(line.get("store") in TROUBLE),
    }
