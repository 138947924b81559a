"""An Echo on a terminal: what is typed is said to it, what it says and plays is written down.

Lines that begin with a colon are for the terminal itself. Knows nothing of real time:
somebody else says how much of it has passed.
"""

import json
import re
import textwrap
from collections.abc import Callable, Collection, Mapping
from typing import TextIO
from urllib.parse import urlsplit

from scripts.echo.device import Echo, Heard
from scripts.echo.errors import IllegalResponseError, NotForTheSkillError, SkillFailedError
from scripts.echo.guidebook import Guidebook, minutes
from scripts.echo.player import Activity
from scripts.echo.speech import Clip
from skill.coaching.movements import Milliseconds
from skill.coaching.timeline import BeatKind, Timeline

HELP = """\
Type what you would say: "start pre-run glute routine", "next", "how long left", "stop".
While Alexa listens she has all the time in the world: nothing goes on until you answer.

:skip 40s      let time pass (also 1m30s, 2h); with --server for the Echo only
:silence       give no answer
:press next    press a button of the remote control: next, previous, play or pause
:weather       ask Alexa something that is not for the coach
:fail          let the stream break off
:json          show the last request and its answer
:quit          leave (as does Ctrl-D)"""

WIDTH = 80
LABEL = 6
LONGEST_SKIP = 24 * 60 * 60
BEGINS = frozenset({BeatKind.BEGIN})
"""What is written of a time that was skipped; of time that passes by itself, everything is."""

_LENGTH = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s?)?")


class Terminal:
    """Talks with one Echo. `troubled` tells whether the skill ever answered wrongly."""

    def __init__(self, echo: Echo, guidebook: Guidebook | None, out: TextIO) -> None:
        self.troubled = False
        self._echo = echo
        self._guidebook = guidebook
        self._out = out
        self._told_about_the_name = False
        self._at_prompt = False
        self._clip_was_last = False
        self._commands: Mapping[str, Callable[[str], None]] = {
            "fail": lambda kind: echo.fail_playback(kind or "MEDIA_ERROR_UNKNOWN"),
            "help": lambda _: self.write("", HELP),
            "json": lambda _: self._show_exchange(),
            "press": echo.press,
            "silence": lambda _: self._show(echo.say_nothing()),
            "skip": lambda length: self._pass_time(seconds_in(length), BEGINS),
            "weather": lambda _: echo.talk_of_something_else(seconds=5),
        }

    def obey(self, line: str) -> None:
        """Do what a typed line asks for, and write what comes of it."""
        self._at_prompt = False
        text = line.strip()
        if text.startswith(":"):
            self._watch(lambda: self._command(text[1:]))
        elif text:
            self._watch(lambda: self._say(text))
        if not self._has_ended:
            self._show_place()

    def tick(self, seconds: float) -> None:
        """Let a little time pass by itself, but none while Alexa waits for an answer."""
        if self._echo.mic_open:
            return
        self._watch(lambda: self._pass_time(seconds, frozenset(BeatKind)))
        if not self._at_prompt:
            self._show_prompt()

    def prompt(self) -> None:
        """Ask for the next line."""
        print(file=self._out)
        self._show_prompt()

    def write(self, label: str, text: str) -> None:
        """Write a paragraph beside its label."""
        if self._at_prompt:
            self._at_prompt = False
            print(end="\r", file=self._out)
        indent = " " * (LABEL + 2)
        for number, paragraph in enumerate(text.splitlines() or [""]):
            first = f"{label:>{LABEL}}  " if not number else indent
            print(
                textwrap.fill(
                    paragraph, WIDTH, initial_indent=first, subsequent_indent=indent
                ).rstrip(),
                file=self._out,
            )
        self._out.flush()

    def _show_prompt(self) -> None:
        print(f"{'You':>{LABEL}}  ", end="", file=self._out, flush=True)
        self._at_prompt = True

    def _watch(self, doing: Callable[[], None]) -> None:
        """Do something and write what became of the stream; a failure does not end the talk."""
        stream, had_ended = self._echo.player.stream, self._has_ended
        try:
            doing()
        except IllegalResponseError as error:
            self._complain(f"Alexa would refuse this answer: {error}.")
        except (SkillFailedError, OSError) as error:
            self._complain(f"There was a problem with the skill's response: {error}.")
        if self._echo.player.stream is not stream:
            self._show_stream()
        if self._has_ended and not had_ended:
            self.write("-", "The guide has ended.")

    def _complain(self, complaint: str) -> None:
        self.troubled = True
        self.write("!", complaint)

    def _command(self, text: str) -> None:
        name, _, argument = text.partition(" ")
        command = self._commands.get(name)
        if command is None:
            known = ", ".join(f":{name}" for name in (*self._commands, "quit"))
            self.write("?", f"There is no :{name}; there are {known}.")
            return
        try:
            command(argument.strip())
        except (ValueError, NotForTheSkillError) as mistake:
            self.write("?", f"That cannot be done: {mistake}.")

    def _say(self, text: str) -> None:
        try:
            heard = self._echo.say(text)
        except NotForTheSkillError:
            by_name = f"ask {self._echo.invocation_name} to {text}"
            if not self._told_about_the_name:
                self._told_about_the_name = True
                self.write("-", f'No conversation is open, so Alexa is told: "{by_name}".')
            heard = self._echo.say(by_name)
        self._show(heard)

    def _show(self, heard: Heard) -> None:
        for part in heard.said.parts:
            if isinstance(part, Clip):
                self._show_clip(part)
            else:
                self.write("Coach", part)
        if heard.mic_open:
            self.write("-", "Alexa is listening.")
        elif not heard.said.parts and not heard.directives:
            self.write("-", "Silence.")

    def _show_clip(self, clip: Clip) -> None:
        self._clip_was_last = True
        step = self._guidebook.step(clip.url) if self._guidebook else ""
        told = f": {step}" if step else ""
        self.write("Plays", f"{_path(clip.url)}, {minutes(clip.length)} long{told}")

    def _show_stream(self) -> None:
        stream = self._echo.player.stream
        if stream is None:
            return
        self._clip_was_last = False
        self.write(
            "Plays",
            f"{_path(stream.url)} from {minutes(stream.start)} of {minutes(stream.length)}",
        )
        if self._timeline() is None and stream.title:
            self.write("", f"{stream.title}: {stream.subtitle}")

    @property
    def _has_ended(self) -> bool:
        return self._echo.player.activity is Activity.FINISHED

    def _show_place(self) -> None:
        player, timeline = self._echo.player, self._timeline()
        if player.stream is None or self._clip_was_last:
            return
        silent = player.activity is not Activity.PLAYING
        if timeline is not None and self._guidebook is not None:
            place = self._guidebook.describe(timeline.at(player.offset), silent=silent)
        else:
            left = minutes(player.stream.length - player.offset)
            place = f"{left} to go{' (silent)' if silent else ''}"
        self.write(minutes(player.offset), place)

    def _timeline(self) -> Timeline | None:
        """The timeline of what plays or played last, if it is known here."""
        url = self._echo.player.url
        return self._guidebook.timeline(url) if self._guidebook and url else None

    def _pass_time(self, seconds: float, beats: Collection[BeatKind]) -> None:
        listening, left = self._echo.mic_open, round(seconds * 1000)
        while left > 0:
            step = min(left, self._until_next_beat() or left)
            self._echo.wait(step / 1000)
            left -= step
            self._narrate(beats)
        if listening and not self._echo.mic_open:
            self.write("-", "Nobody answered: the conversation is over.")

    def _until_next_beat(self) -> Milliseconds | None:
        player, timeline = self._echo.player, self._timeline()
        if timeline is None or player.activity is not Activity.PLAYING:
            return None
        starts = (beat.start for beat in timeline.beats if beat.start > player.offset)
        return next(starts, timeline.duration) - player.offset

    def _narrate(self, beats: Collection[BeatKind]) -> None:
        """Write where the guide is, if one of these beats begins right here."""
        player, timeline = self._echo.player, self._timeline()
        if timeline is None or player.activity is not Activity.PLAYING:
            return
        if any(beat.start == player.offset and beat.kind in beats for beat in timeline.beats):
            self._show_place()

    def _show_exchange(self) -> None:
        for exchange in self._echo.events[-1:]:
            print(json.dumps(exchange.request, indent=2), file=self._out)
            print(json.dumps(exchange.answer, indent=2), file=self._out)


def seconds_in(text: str) -> int:
    """Read a length of time such as 40s, 1m30s or 2h; raise `ValueError` for anything else."""
    length = _LENGTH.fullmatch(text)
    units = zip(length.groups(), (3600, 60, 1), strict=True) if length else ()
    seconds = sum(int(number) * each for number, each in units if number)
    if not 0 < seconds <= LONGEST_SKIP:
        raise ValueError(f"{text!r} is no length of time up to a day; 40s, 1m30s and 2h are")
    return seconds


def _path(url: str) -> str:
    return urlsplit(url).path
