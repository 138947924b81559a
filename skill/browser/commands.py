"""Commands: what a page asks, read out of its JSON. Anything unfit is refused in a sentence."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from skill.browser.errors import UnfitCommandError
from skill.coaching import events
from skill.coaching.events import Event
from skill.coaching.moments import OFFSETS, Playhead
from skill.coaching.movements import within
from skill.coaching.plans import LONGEST_ID, shortened
from skill.coaching.routines import Catalogue
from skill.coaching.runner import Runner
from skill.coaching.values import value_class
from skill.intents import event_of
from skill.records import LONGEST_CARRIED, decode_carried
from skill.understanding.listening import Understanding

LONGEST_SAID = 500
"""Characters; beyond that it is talk that nobody listens to, and no page sends it."""

_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_PLAN = re.compile(rf"[a-z0-9_-]{{1,{LONGEST_ID}}}")
_DIGEST = re.compile(r"[0-9a-f]{1,64}")

PRESSES: Mapping[str, type[Event]] = {
    "open": events.Launch,
    "next": events.NextStep,
    "next-movement": events.NextMovement,
    "previous": events.PreviousStep,
    "repeat": events.Repeat,
    "other-side": events.OtherSide,
    "pause": events.Pause,
    "resume": events.Resume,
    "start-over": events.StartOver,
    "stop": events.Stop,
    "it-hurts": events.ItHurts,
    "where": events.WhereAmI,
    "how-long-left": events.HowLongLeft,
    "how-to": events.HowTo,
    "easier": events.EasierForm,
    "help": events.Help,
    "yes": events.Yes,
    "no": events.No,
}
"""The page's buttons. Besides, `start` with a routine's name."""
NOTICES: Mapping[str, Callable[[], Event]] = {
    "started": events.PlaybackStarted,
    "stopped": events.PlaybackStopped,
    "nearly-finished": events.PlaybackNearlyFinished,
    "finished": events.PlaybackFinished,
    "failed": events.PlaybackFailed,
    "unanswered": partial(events.SessionEnded, unanswered=True),
}
"""What the page's player tells; and that a question was not answered, and the guide goes on."""
KINDS = ("say", "press", "notice")


@value_class
class Command:
    """One thing a page asks.

    `id` is the page's own name for it: the same one asked again is answered again, and not done
    again. `aloud`: the runner reads or hears what is said. `has`: the plan that the page has laid
    out already, in which recording. `carried`: what it was last given to carry of the runner.
    """

    id: str
    kind: str
    name: str
    event: Event
    aloud: bool
    playhead: Playhead | None
    has: str
    carried: Runner | None


def read_command(
    document: object, catalogue: Catalogue, understanding: Callable[[], Understanding]
) -> Command:
    """Read a command; raise `UnfitCommandError` for what is none."""
    if not isinstance(document, dict):
        raise UnfitCommandError("a command is a JSON object")
    asked = [kind for kind in KINDS if kind in document]
    if len(asked) != 1:
        raise UnfitCommandError(f"a command has one of {', '.join(KINDS)}, not {len(asked)}")
    kind = asked[0]
    content = _text(document, kind, LONGEST_SAID)
    match kind:
        case "say":
            name, event = _meant(content, catalogue, understanding)
        case "press":
            name, event = content, _pressed(content, document, catalogue)
        case _:
            name, event = content, _one_of(NOTICES, kind, content)()
    id_ = _text(document, "id", 64)
    if not _ID.fullmatch(id_):
        raise UnfitCommandError("id has 8 to 64 letters, digits and hyphens")
    aloud = document.get("aloud", True)
    if not isinstance(aloud, bool):
        raise UnfitCommandError(f"aloud is true or false, not {shortened(repr(aloud))}")
    has = _text(document, "has", LONGEST_ID + 65) if "has" in document else ""
    aloud = aloud and kind != "notice"
    playhead = _playhead(document.get("playhead"))
    carried = _text(document, "carried", LONGEST_CARRIED) if "carried" in document else ""
    return Command(id_, kind, name, event, aloud, playhead, has, decode_carried(carried))


def _meant(
    text: str, catalogue: Catalogue, understanding: Callable[[], Understanding]
) -> tuple[str, Event]:
    understood = understanding().heard(text)
    if understood is None:
        return "open", events.Launch()
    return understood.intent, event_of(understood.intent, understood.slots, catalogue)


def _pressed(button: str, document: Mapping[str, Any], catalogue: Catalogue) -> Event:
    if button == "start":
        routine = _text(document, "routine", LONGEST_ID)
        if routine not in catalogue.routines:
            raise UnfitCommandError(
                f"routine is one of {', '.join(catalogue.routines)}, not {shortened(routine)}"
            )
        return events.StartRoutine(catalogue.routines[routine])
    return _one_of(PRESSES, "press", button)()


def _one_of(known: Mapping[str, Callable[[], Event]], key: str, name: str) -> Callable[[], Event]:
    if name not in known:
        raise UnfitCommandError(f"{key} is one of {', '.join(known)}, not {shortened(name)}")
    return known[name]


def _playhead(told: object) -> Playhead | None:
    """Read where the page's player is; a page that has played nothing tells nothing."""
    if told is None:
        return None
    if not isinstance(told, dict):
        raise UnfitCommandError("playhead is an object")
    plan, digest = _text(told, "plan", LONGEST_ID), _text(told, "digest", 64)
    if not _PLAN.fullmatch(plan) or not _DIGEST.fullmatch(digest):
        raise UnfitCommandError("playhead names a plan and a digest of ours")
    retried_at = _whole(told, "retried_at") if told.get("retried_at") is not None else None
    return Playhead(
        plan_id=plan,
        digest=digest,
        generation=_whole(told, "generation"),
        offset=within(OFFSETS, _whole(told, "offset")),
        retried_at=retried_at,
        has_ended=told.get("ended") is True,
    )


def _text(document: Mapping[str, Any], key: str, longest: int) -> str:
    value = document.get(key)
    if not isinstance(value, str) or len(value) > longest:
        raise UnfitCommandError(f"{key} is a text of at most {longest} characters")
    return value


def _whole(document: Mapping[str, Any], key: str) -> int:
    value = document.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**12:
        raise UnfitCommandError(f"{key} is a whole number from 0")
    return value
