"""Google's voice, through gTTS: pleasant, but it needs the network and Google's patience.

gTTS neither retries nor, left alone, ever times out, and takes an answer without audio for a
short one. All three are dealt with here.
"""

import binascii
import logging
import time
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Self

from audio.errors import CueError, UnknownVoiceError, VoiceError
from audio.recording import Recording

REGIONS = ("com", "co.uk", "com.au", "ca", "co.in", "ie", "co.za")
"""Google's domains; each has its own accent of English."""

LOST = 2
"""How many new tries Google gets that cannot be reached at all: a network that is away rarely
comes back in a minute, and somebody waits."""

log = logging.getLogger(__name__)

_NO_SENSE = (AssertionError, binascii.Error, UnicodeError)
"""What gTTS lets out if there is nothing to speak, or Google's answer is not of its form."""


@dataclass(frozen=True, slots=True)
class GttsVoice:
    """A voice of Google Translate.

    `timeout` is how many seconds Google may stay silent, and `reach` how many it takes at most to
    connect; `pauses` are the seconds to wait before each new try when it is busy, of which the
    first ones hold where it is out of reach. Each wait is told in the log.
    """

    region: str
    language: str
    timeout: float = 20
    reach: float = 5
    pauses: tuple[float, ...] = (1, 4, 15, 30)

    @classmethod
    def of(cls, choice: str, locale: str) -> Self:
        """Return the voice of this region; raise `UnknownVoiceError` naming the good ones."""
        if choice not in REGIONS:
            good = ", ".join(f"gtts:{region}" for region in REGIONS)
            raise UnknownVoiceError(f"There is no voice 'gtts:{choice}'; there are {good}")
        version("gTTS")  # raises ImportError if it is not installed
        return cls(choice, language=locale.partition("-")[0])

    @property
    def identity(self) -> str:
        """Engine, version, region and language."""
        return f"gTTS {version('gTTS')}, {self.region}, {self.language}"

    def speak(self, text: str) -> Recording:
        """Speak plain prose; raise `VoiceError` or `CueError`."""
        # Not at the top: an unchanged render asks for the identity only, and these take 0.4 s.
        from audio.encoding import decode_recording  # noqa: PLC0415

        parts = [decode_recording(mp3) for mp3 in self._fetch(text)]
        return Recording(b"".join(part.pcm for part in parts), parts[0].rate)

    def _fetch(self, text: str) -> list[bytes]:
        """Return an MP3 for each part of the text, asking again while that may help."""
        from gtts import gTTS, gTTSError  # noqa: PLC0415

        tries = 0
        while True:
            try:
                timeout = (self.reach, self.timeout)
                speech = gTTS(text, tld=self.region, lang=self.language, timeout=timeout)
                expected = len(speech.get_bodies())
                parts = list(speech.stream())
            except _NO_SENSE as error:
                raise CueError(f"Google's answer makes no sense: {error}") from error
            except ValueError as error:
                raise VoiceError(f"Google's voice cannot speak: {error}") from error
            except gTTSError as error:
                status = None if error.rsp is None else error.rsp.status_code
                if status == HTTPStatus.OK:
                    raise CueError("Google answered without any audio") from error
                told = f"Google's voice at translate.google.{self.region} cannot be had: {error}"
                pauses = self.pauses[:LOST] if status is None else self.pauses
                if tries >= len(pauses) or not _may_pass(status):
                    raise VoiceError(f"{told}. Try again later, or take another voice") from error
                log.warning("%s. Trying again in %g s", told, pauses[tries])
                time.sleep(pauses[tries])
                tries += 1
            else:
                if not all(parts) or len(parts) != expected:
                    raise CueError("Google answered without any audio")
                return parts


def _may_pass(status: int | None) -> bool:
    """Whether a failure may pass by itself: no connection (None), too busy, or broken there."""
    return (
        status is None
        or status == HTTPStatus.TOO_MANY_REQUESTS
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
