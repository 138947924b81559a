"""English phrases that are put together rather than written out: lists, lengths of time."""

from collections.abc import Iterator, Sequence

from skill.coaching.movements import SECOND, Milliseconds, Side, Sidedness
from skill.coaching.plans import Choices, Detail

MINUTE: Milliseconds = 60 * SECOND


def listed(names: Sequence[str], conjunction: str) -> str:
    """Join names as a sentence does: "a, b or c"."""
    *others, last = names
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def length(milliseconds: Milliseconds) -> str:
    """Say a length of time to the second: "4 minutes and 10 seconds"."""
    minutes, seconds = divmod(round(milliseconds / SECOND), 60)
    parts = [plural(minutes, "minute")] if minutes else []
    if seconds or not parts:
        parts.append(plural(seconds, "second"))
    return " and ".join(parts)


def about(milliseconds: Milliseconds) -> str:
    """Say a length of time as people do: "6 minutes", under one and a half in seconds."""
    if milliseconds < MINUTE * 3 // 2:
        return length(milliseconds)
    return plural(round(milliseconds / MINUTE), "minute")


def plural(number: int, noun: str) -> str:
    """Count a regular noun: "1 minute", "2 minutes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def side(side_: Side, sidedness: Sidedness) -> str:
    """Say a side: "left side", or "to the left" where the movement travels."""
    if side_ is Side.BOTH:
        return "both sides"
    return f"to the {side_}" if sidedness is Sidedness.EACH_DIRECTION else f"{side_} side"


def choices(chosen: Choices) -> Iterator[str]:
    """Say what a runner has chosen, a phrase each: "45-second holds", "brief"."""
    if chosen.hold_seconds:
        yield f"{chosen.hold_seconds}-second holds"
    if chosen.reps:
        yield f"sets of {chosen.reps}"
    if chosen.rep_seconds:
        yield f"{chosen.rep_seconds} seconds a repetition"
    if chosen.detail is Detail.BRIEF:
        yield "brief"
    if chosen.bed:
        yield "with a soft bed"
