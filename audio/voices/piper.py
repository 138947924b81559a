"""Piper: a neural voice from a file, offline. Whoever has a `.onnx` voice can be coached by it.

The library comes as a wheel, `piper-tts`. It is GPL-3, so it stays in the studio.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

from audio.errors import CueError, UnknownVoiceError, VoiceError
from audio.recording import Recording
from audio.voices.base import SENTENCE_PAUSE, with_pauses

if TYPE_CHECKING:
    from piper import PiperVoice as LoadedVoice


@dataclass(frozen=True, slots=True)
class PiperVoice:
    """A voice in a file, its settings in a file beside it; `digest` tells what is in the two.

    `length_scale` stretches the speech: 1.1 takes a tenth longer than the voice's own pace.
    """

    model: Path
    digest: str
    length_scale: float = 1.1

    @classmethod
    def of(cls, choice: str) -> Self:
        """Return the voice in this file; raise `UnknownVoiceError` if there is none."""
        version("piper-tts")  # raises ImportError if it is not installed
        model = Path(choice).expanduser()
        digest = hashlib.sha256()
        for path in (model, _settings_of(model)):
            try:
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            except OSError as error:
                raise UnknownVoiceError(
                    f"There is no voice 'piper:{choice}': {path} cannot be read "
                    f"({error.strerror}). A voice of Piper is an .onnx file with its .onnx.json "
                    "beside it"
                ) from error
        return cls(model.resolve(), digest.hexdigest()[:32])

    @property
    def identity(self) -> str:
        """Engine, version, the files' contents and settings; where they lie does not matter."""
        engine = f"piper-tts {version('piper-tts')}"
        settings = f"length scale {self.length_scale}, pauses of {SENTENCE_PAUSE} s"
        return f"{engine}, {self.model.stem} {self.digest}, {settings}"

    def speak(self, text: str) -> Recording:
        """Speak plain prose; raise `VoiceError` or `CueError`."""
        # Not at the top: an unchanged render asks for the identity only.
        from piper import SynthesisConfig  # noqa: PLC0415

        voice = _loaded(self.model, self.digest)
        settings = SynthesisConfig(length_scale=self.length_scale)
        try:
            sentences = [chunk.audio_int16_bytes for chunk in voice.synthesize(text, settings)]
        except Exception as error:  # onnxruntime's own have no other base
            raise CueError(f"Piper could not speak it: {error}") from error
        return with_pauses(sentences, voice.config.sample_rate)


def _settings_of(model: Path) -> Path:
    return Path(f"{model}.json")


@lru_cache(maxsize=1)
def _loaded(model: Path, _digest: str) -> "LoadedVoice":
    """Load a voice, once a process: it takes a second or two."""
    from piper import PiperVoice as LoadedVoice  # noqa: PLC0415

    try:
        return LoadedVoice.load(model, _settings_of(model))
    except Exception as error:  # onnxruntime's own have no other base
        raise VoiceError(f"{model} is no voice that Piper can load: {error}") from error
