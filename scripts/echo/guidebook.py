"""Knows what a runner is doing at any moment of a guide, from the guide's address alone."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from skill.coaching.cues import FRAME
from skill.coaching.errors import PlanError
from skill.coaching.movements import SECOND, Milliseconds, Reps
from skill.coaching.repertoire import Repertoire
from skill.coaching.timeline import BeatKind, Place, Timeline
from skill.content.phrases import plural
from skill.content.wording import Wording

_GUIDE = re.compile(r"/guides/([^/]+?)(?:/(\d+))?\.mp3")

BEATS = {
    BeatKind.OPENING: "opening",
    BeatKind.ANNOUNCE: "comes now",
    BeatKind.INSTRUCT: "how to do it",
    BeatKind.CHANGE: "change sides",
    BeatKind.REST: "rest",
    BeatKind.SETTLE: "get into place",
    BeatKind.BEGIN: "begin",
    BeatKind.HALF_WAY: "half-way",
    BeatKind.LAST: "the last of it",
    BeatKind.RELEASE: "release",
    BeatKind.CLOSING: "closing",
}
"""What each beat is called on a screen."""


class Guidebook:
    """Reads the addresses of guides that are joined from one recording; others it leaves alone."""

    def __init__(self, repertoire: Repertoire, wording: Wording) -> None:
        self._repertoire = repertoire
        self._wording = wording

    def timeline(self, url: str) -> Timeline | None:
        """Return the timeline of the guide at an address; None if it is of another recording."""
        parts = urlsplit(url)
        guide = _GUIDE.fullmatch(parts.path)
        if guide is None or parse_qs(parts.query).get("v") != [self._repertoire.digest]:
            return None
        try:
            return self._repertoire.timeline(unquote(guide[1]))
        except PlanError:
            return None

    def step(self, url: str) -> str:
        """Name movement and side of the one step at a clip's address, or nothing."""
        timeline, clip = self.timeline(url), _GUIDE.fullmatch(urlsplit(url).path)
        if timeline is None or clip is None or clip[2] is None:
            return ""
        steps = timeline.plan.steps
        return self._wording.spot(steps[int(clip[2])]) if int(clip[2]) < len(steps) else ""

    def describe(self, place: Place, *, silent: bool) -> str:
        """Tell movement, side, beat and what is left, in columns for a screen."""
        spot = self._wording.spot(place.step).capitalize()
        beat = "(silent)" if silent else BEATS[place.beat]
        left = minutes(place.routine_left)
        return f"{spot:<32} {beat:<14} {_work(place):<12} {left:>5} to go"


def _work(place: Place) -> str:
    if not place.work_left:
        return ""
    # Whole seconds that have begun; a hold ends on a frame of audio, so some milliseconds late.
    amount = f"{-(-(place.work_left - FRAME) // SECOND)} s"
    if isinstance(place.step.dose, Reps):
        amount = plural(place.reps_left, "rep")
    return f"{amount} left" if place.beat.is_work else f"for {amount}"


def minutes(length: Milliseconds) -> str:
    """Write a length as minutes and whole seconds: 1:05."""
    whole, seconds = divmod(length // SECOND, 60)
    return f"{whole}:{seconds:02}"
