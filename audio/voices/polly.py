"""Amazon Polly's neural voices: the nearest to a person, but they need an AWS account.

Region and credentials are found as every AWS tool finds them: in the environment, in the
profile, or in the machine's role. Passing troubles are retried by botocore itself; what does
not pass is told in one sentence.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Self

from audio.amazon import told, what_mends
from audio.errors import CueError, StudioError, UnknownVoiceError, VoiceError
from audio.recording import Recording

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

VOICES = (
    *("Joanna", "Matthew", "Ruth", "Stephen", "Danielle", "Gregory"),
    *("Salli", "Kendra", "Kimberly", "Joey"),
    *("Amy", "Emma", "Brian", "Arthur", "Olivia", "Aria", "Niamh", "Ayanda", "Kajal"),
)
"""Those that speak English and are neural, American ones first. Source: Amazon's voice list."""

SAMPLE_RATE = 24_000
"""What neural voices speak at; as PCM, Polly gives them at 16,000 only."""

_SECONDS_TO_CONNECT, _SECONDS_TO_ANSWER = 10, 30


@dataclass(frozen=True, slots=True)
class PollyVoice:
    """A neural voice of Amazon Polly, asked up to so many times while it is too busy."""

    name: str
    attempts: int = 6

    @classmethod
    def of(cls, choice: str) -> Self:
        """Return the voice of this name; raise `UnknownVoiceError` naming the good ones."""
        if choice not in VOICES:
            good = ", ".join(f"polly:{name}" for name in VOICES)
            raise UnknownVoiceError(f"There is no voice 'polly:{choice}'; there are {good}")
        version("boto3")  # raises ImportError if it is not installed
        return cls(choice)

    @property
    def identity(self) -> str:
        """Engine, voice and format. Amazon does not tell its version."""
        return f"Amazon Polly neural, {self.name}, mp3 {SAMPLE_RATE}"

    def speak(self, text: str) -> Recording:
        """Speak plain prose; raise `VoiceError` or `CueError`."""
        # Not at the top: an unchanged render asks for the identity only, and these take 0.4 s.
        from botocore.exceptions import (  # noqa: PLC0415
            BotoCoreError,
            ClientError,
            IncompleteReadError,
            ResponseStreamingError,
        )

        from audio.encoding import decode_recording  # noqa: PLC0415

        try:
            answer = connect(self.attempts).synthesize_speech(
                Engine="neural",
                VoiceId=self.name,
                Text=text,
                OutputFormat="mp3",
                SampleRate=str(SAMPLE_RATE),
            )
            mp3 = answer["AudioStream"].read()
        except (IncompleteReadError, ResponseStreamingError) as error:
            raise CueError(f"Amazon Polly's answer broke off: {error}") from error
        except BotoCoreError as error:
            raise _unreachable(error) from error
        except ClientError as error:
            raise _refused(error, self.name) from error
        if not mp3:
            raise CueError("Amazon Polly answered without any audio")
        return decode_recording(mp3)


@lru_cache(maxsize=1)
def connect(attempts: int) -> Any:
    """Return Polly's client: one a process, so that its connection is used again."""
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        "polly",
        config=Config(
            retries={"mode": "adaptive", "total_max_attempts": attempts},
            connect_timeout=_SECONDS_TO_CONNECT,
            read_timeout=_SECONDS_TO_ANSWER,
        ),
    )


def _unreachable(error: "BotoCoreError") -> VoiceError:
    """Say what to set or mend, where botocore did not get as far as an answer."""
    mend = what_mends(error, "try again later, or take another voice")
    return VoiceError(f"Amazon Polly cannot be had: {told(error)}; {mend}")


def _refused(error: "ClientError", name: str) -> StudioError:
    """Say what Amazon's answer means: for this text, for this voice, or for any."""
    told = error.response["Error"]
    code, message = told["Code"], told["Message"].rstrip(".")
    match code:
        case "TextLengthExceededException":
            return CueError(f"Amazon Polly does not take a text so long: {message}")
        case "EngineNotSupportedException":
            return UnknownVoiceError(
                f"Amazon Polly has no neural voice {name} in this region: {message}; "
                "set AWS_DEFAULT_REGION to another, or take another voice"
            )
        case _:
            return VoiceError(f"Amazon Polly refuses to speak: {message} ({code})")
