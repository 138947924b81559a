"""Records: a runner as bytes, and back. The only place that knows the stored form.

JSON, with a format number; choices and fields at their defaults are left out.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from functools import cached_property
from typing import Any, overload

from skill.coaching.errors import CoachError
from skill.coaching.lines import LINES
from skill.coaching.movements import Need, Side
from skill.coaching.plans import Choices, Detail
from skill.coaching.runner import (
    LONGEST_HISTORY,
    Completed,
    Concern,
    Former,
    History,
    Phase,
    Progress,
    Question,
    Runner,
    SessionState,
)
from skill.coaching.schedules import Day, Schedule
from skill.coaching.timeline import Bookmark
from skill.coaching.values import defaults_of, replace

FORMAT = 2
FORMATS = (1, FORMAT)
"""What can be read; in the first, a history is a list. Older releases cannot read the second."""
LONGEST_CARRIED = 8_000
"""Characters of what a device carries; what we give to it has under a quarter of that."""
YEARS = range(1970, 9000)
"""Of a moment: what any clock can have shown, and any time zone can tell."""
AT, BETWEEN = "@", "|"
"""What stands between a plan's id and the time in a history, and between two of them."""

_QUESTIONS: Mapping[str, Question] = {question.value: question for question in Question}
_CONCERNS: Mapping[str, Concern] = {concern.value: concern for concern in Concern}
_JSON = json.JSONEncoder(separators=(",", ":"))
_CHOICE_DEFAULTS = defaults_of(Choices)


class CorruptRecordError(CoachError):
    """Stored bytes that are no record of ours, or contradict themselves."""

    code = "corrupt-record"


def encode(runner: Runner) -> bytes:
    """Return the bytes to store for a runner; `decode` is the way back."""
    session, progress = runner.session, runner.session.progress
    document: dict[str, Any] = {
        "format": FORMAT,
        "phase": session.phase,
        "generation": session.generation,
        "turn": session.talk,
        "cautioned": runner.cautioned,
        "choices": _without_defaults(runner.choices),
        "history": _written(runner.history),
    }
    if progress is not None:
        document["plan"] = progress.plan_id
        document["step"] = progress.bookmark.step
        document["since_begin"] = progress.bookmark.since_begin
        if progress.as_of is not None:
            document[_moment_of(session.phase)] = progress.as_of.isoformat()
    if session.asked is not None:
        document["asked"] = session.asked
    if session.wanted:
        document["wanted"] = session.wanted
    if session.said:
        document["said"] = dict(session.said)
    if session.hurt:
        document["hurt"] = session.hurt
    if session.concern:
        document["concern"] = session.concern
    flags = {"voiced": session.voiced, "waits": runner.waits}
    document |= {name: True for name, is_set in flags.items() if is_set}
    if runner.former is not None:
        former = runner.former
        document["former"] = {
            "choices": _without_defaults(former.choices),
            "waits": former.waits,
            "plan": former.plan_id,
            "left": former.left,
            "led_to": former.led_to,
            **({"hurt": True} if former.hurt else {}),
        }
    if runner.proposed is not None:
        at = runner.proposed.at
        document["proposed"] = [runner.proposed.days, at.isoformat() if at else None]
    lists = {"untold": runner.untold, "done": runner.done, "unwanted": sorted(session.unwanted)}
    lists["offered"] = session.offered
    document |= {name: items for name, items in lists.items() if items}
    return _JSON.encode(document).encode()


def decode(stored: bytes) -> Runner:
    """Return the runner that was stored; raise `CorruptRecordError` if that cannot be told."""
    try:
        return _runner(json.loads(stored))
    except CorruptRecordError:
        raise
    except (CoachError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as broken:
        raise CorruptRecordError(f"{type(broken).__name__}: {broken}") from broken


def _moment_of(phase: Phase) -> str:
    """Return the name of a progress's moment: releases before it can do nothing with a clip's."""
    return "heard_by" if phase is Phase.STEPPING else "as_of"


def encode_carried(runner: Runner) -> str:
    """Return what a device carries of a runner until its next event: all but the history."""
    return encode(replace(runner, history=())).decode()


def decode_carried(carried: str) -> Runner | None:
    """Return the runner whom a device has carried; None if that cannot be told any more."""
    try:
        return decode(carried.encode()) if len(carried) <= LONGEST_CARRIED else None
    except (CorruptRecordError, UnicodeError):
        return None


def _runner(document: Mapping[str, Any]) -> Runner:
    if document["format"] not in FORMATS:
        raise CorruptRecordError(f"format {document['format']!r}, where {FORMATS} are known")
    progress = None
    if "plan" in document:
        bookmark = Bookmark(_whole(document["step"]), _whole(document["since_begin"]))
        written = document.get(_moment_of(Phase(document["phase"])))
        as_of = None if written is None else _moment(written)
        progress = Progress(_text(document["plan"]), bookmark, as_of)
    proposed = None
    if "proposed" in document:
        days, at = document["proposed"]
        proposed = Schedule(tuple(map(Day, days)), time.fromisoformat(at) if at else None)
    return Runner(
        session=SessionState(
            phase=Phase(document["phase"]),
            progress=progress,
            asked=_asked(document.get("asked")),
            generation=_whole(document["generation"]),
            voiced=_flag(document, "voiced"),
            hurt=_text(document["hurt"]) if "hurt" in document else None,
            concern=_concern(document),
            unwanted=frozenset(_texts(document.get("unwanted", []))),
            offered=tuple(_texts(document.get("offered", []))),
            wanted=_text(document["wanted"]) if "wanted" in document else None,
            talk=_whole(document["turn"]),
            said={_text(said): _whole(times) for said, times in document.get("said", {}).items()},
        ),
        choices=_choices(document["choices"]),
        waits=_flag(document, "waits"),
        history=_history(document["history"]),
        cautioned=document["cautioned"] is True,
        former=_former(document["former"]) if "former" in document else None,
        proposed=proposed,
        untold=tuple(filter(_is_line, _texts(document.get("untold", [])))),
        done=tuple(_texts(document.get("done", []))),
    )


class _StoredHistory(History):
    """Completed routines as they are stored, each one read when somebody looks at them.

    A long history is the most of a record, and hardly ever looked at. One in it that cannot be read
    is passed over then, and stored again as it was.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _completed(self) -> tuple[Completed, ...]:
        return tuple(filter(None, map(_completed, self.text.split(BETWEEN))))

    def __add__(self, more: tuple[Completed, ...], /) -> "_StoredHistory":
        return _StoredHistory(_joined([*self.text.split(BETWEEN), *map(_entry, more)]))

    @overload
    def __getitem__(self, index: int) -> Completed: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Completed, ...]: ...
    def __getitem__(self, index: int | slice) -> Completed | tuple[Completed, ...]:
        return self._completed[index]

    def __len__(self) -> int:
        return len(self._completed)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _StoredHistory):
            return self.text == other.text or self._completed == other._completed
        return self._completed == other

    def __hash__(self) -> int:
        return hash(self._completed)

    def __repr__(self) -> str:
        return repr(self._completed)


def _written(history: Sequence[Completed]) -> str:
    if isinstance(history, _StoredHistory):
        return history.text
    return _joined(list(map(_entry, history)))


def _joined(entries: Sequence[str]) -> str:
    """Return a history of its last entries: the oldest leave it when it is full."""
    return BETWEEN.join(entries[-LONGEST_HISTORY:])


def _entry(done: Completed) -> str:
    return f"{done.plan_id}{AT}{done.at.isoformat()}"


def _history(stored: object) -> tuple[Completed, ...] | History:
    if isinstance(stored, list):
        return tuple(Completed(_text(plan_id), _moment(at)) for plan_id, at in stored)
    text = _text(stored)
    if text and text.count(AT) <= text.count(BETWEEN):
        raise CorruptRecordError("a history that is none")
    return _StoredHistory(text) if text else ()


def _completed(written: str) -> Completed | None:
    plan_id, _, at = written.rpartition(AT)
    try:
        return Completed(plan_id, _moment(at))
    except (ValueError, CorruptRecordError):
        return None


def _concern(document: Mapping[str, Any]) -> Concern | None:
    """Return what is of concern; one of another release is one, whatever it is."""
    if _flag(document, "unwell"):
        return Concern.UNWELL  # stored when there was no other
    return _CONCERNS.get(document["concern"], Concern.UNWELL) if "concern" in document else None


def _former(table: Mapping[str, Any]) -> Former:
    waits, plan, left, led_to = (table[name] for name in ("waits", "plan", "left", "led_to"))
    if not isinstance(waits, bool):
        raise CorruptRecordError(f"{waits!r} where true or false belongs")
    return Former(
        choices=_choices(table["choices"]),
        waits=waits,
        plan_id=None if plan is None else _text(plan),
        left=None if left is None else _whole(left),
        led_to=None if led_to is None else _text(led_to),
        hurt=_flag(table, "hurt"),
    )


def _choices(table: Mapping[str, Any]) -> Choices:
    return Choices(**{name: _CHOICES.get(name, _as_is)(value) for name, value in table.items()})


def _as_is(value: Any) -> Any:
    return value


_CHOICES: Mapping[str, Callable[[Any], Any]] = {
    "detail": Detail,
    "tight": Side,
    "without": lambda needs: frozenset(map(Need, needs)),
    "skipped": lambda movements: frozenset(map(_text, movements)),
}
"""How choices come back that JSON has no form for."""


def _without_defaults(choices: Choices) -> dict[str, Any]:
    return {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, default in _CHOICE_DEFAULTS.items()
        if (value := getattr(choices, name)) != default
    }


def _flag(document: Mapping[str, Any], name: str) -> bool:
    if document.get(name, True) is not True:
        raise CorruptRecordError(f"{name} is true, or not there")
    return name in document


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise CorruptRecordError(f"{value!r} where a whole number belongs")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise CorruptRecordError(f"{value!r} where text belongs")
    return value


def _texts(values: object) -> list[str]:
    if not isinstance(values, list):
        raise CorruptRecordError(f"{values!r} where a list belongs")
    return list(map(_text, values))


def _is_line(line_id: str) -> bool:
    """Whether this can be told: a line of another release is not worth losing a record for."""
    return LINES.get(line_id) == frozenset()


def _asked(value: object) -> Question | None:
    """Return the open question; one of another release is not worth losing a record for."""
    return _QUESTIONS.get(value) if isinstance(value, str) else None


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise CorruptRecordError(f"{value!r} is no moment of these years, with its time zone")
    return moment
