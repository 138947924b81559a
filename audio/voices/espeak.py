"""espeak-ng, called in its shared library: offline, some 4 ms a sentence. The default voice.

The library comes as a wheel, `espeakng-loader`. It is GPL-3, so it stays in the studio.

What it takes to get the same bytes for the same words, in whatever order they are spoken: the
library carries sound over from one text to the next even when it is told to end, so it is
unloaded, loaded and seeded again for each text (2 ms). It must never speak two at a time in
one process.

Its own pauses between sentences are short, and the shorter the faster it speaks. So each
sentence is a text of its own, and the pauses are ours.
"""

import _ctypes
import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Self

import espeakng_loader

from audio.errors import CueError, UnknownVoiceError, VoiceError
from audio.recording import Recording
from audio.voices.base import SENTENCE_PAUSE, sentences, with_pauses

VOICES = {"en-us": "en-us+f3", "en-gb": "en-gb-x-rp+f3"}
"""Our choices and espeak's names for them. Of the variants whose spectrum is near to people's,
f3 has the most melody; the klatt variants clip."""

LONGEST_DATA_PATH = 159
"""Bytes; with a longer path to its data espeak-ng 1.52 does not start."""

# From espeak-ng's speak_lib.h.
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_RATE, _PITCH = 1, 3
_SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_SEED = 1

_unload = getattr(_ctypes, "FreeLibrary" if sys.platform == "win32" else "dlclose")
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A voice of espeak-ng: `rate` from 80 to 450, `pitch` from 0 to 100.

    `rate` is in words a minute as espeak counts them: with the pauses, 135 come to 146 heard,
    and people talk at 125 to 150. Around `pitch` 40 it has the most melody, and a spectrum
    nearest to people's. `scripts/compare_voices.py` measures all of that.
    """

    name: str
    rate: int = 135
    pitch: int = 40

    @classmethod
    def of(cls, choice: str) -> Self:
        """Return the voice of this choice; raise `UnknownVoiceError` naming the good ones."""
        if choice not in VOICES:
            good = ", ".join(f"espeak:{name}" for name in VOICES)
            raise UnknownVoiceError(f"There is no voice 'espeak:{choice}'; there are {good}")
        return cls(VOICES[choice])

    @property
    def identity(self) -> str:
        """Engine, version, voice and settings."""
        engine = f"espeakng-loader {version('espeakng-loader')}"
        settings = f"rate {self.rate}, pitch {self.pitch}, pauses of {SENTENCE_PAUSE} s"
        return f"{engine}, {self.name}, {settings}"

    def speak(self, text: str) -> Recording:
        """Speak plain prose at 22,050 Hz; raise `VoiceError` or `CueError`."""
        spoken = []
        with _one_at_a_time, _short(_data_path()) as data_path:
            for sentence in sentences(text):
                with _loaded_library() as library:
                    recording = self._speak(library, data_path, sentence)
                spoken.append(recording.pcm)
        return with_pauses(spoken, recording.rate)

    def _speak(self, library: ctypes.CDLL, data_path: bytes, text: str) -> Recording:
        rate = library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, 0, data_path, _INITIALIZE_DONT_EXIT
        )
        if rate <= 0:
            raise VoiceError(f"espeak-ng does not start with its data at {os.fsdecode(data_path)}")
        try:
            if library.espeak_SetVoiceByName(self.name.encode()) != 0:
                raise UnknownVoiceError(f"espeak-ng has no voice {self.name!r}")
            library.espeak_SetParameter(_RATE, self.rate, 0)
            library.espeak_SetParameter(_PITCH, self.pitch, 0)
            library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
            spoken = bytearray()

            def keep(samples: int | None, count: int, _events: int | None) -> int:
                if samples:
                    spoken.extend(ctypes.string_at(samples, 2 * count))
                return 0

            callback = _SynthCallback(keep)
            library.espeak_SetSynthCallback(callback)
            words = text.encode() + b"\0"
            status = library.espeak_Synth(
                words, ctypes.c_size_t(len(words)), 0, 0, 0, _CHARS_UTF8, None, None
            )
            library.espeak_Synchronize()
        finally:
            library.espeak_Terminate()
        if status != 0:
            raise CueError(f"espeak-ng could not speak it (status {status})")
        return Recording(bytes(spoken), rate)


@contextmanager
def _loaded_library() -> Iterator[ctypes.CDLL]:
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError as error:
        raise VoiceError(f"espeak-ng's library cannot be loaded: {error}") from error
    try:
        yield library
    finally:
        _unload(library._handle)  # noqa: SLF001, there is no public way to unload


def _data_path() -> Path:
    try:
        return Path(espeakng_loader.get_data_path())
    except RuntimeError as error:
        raise VoiceError(f"espeak-ng is installed without its data: {error}") from error


@contextmanager
def _short(data_path: Path) -> Iterator[bytes]:
    """Give a path short enough for espeak: its own, or a link to it."""
    if len(os.fsencode(data_path)) <= LONGEST_DATA_PATH:
        yield os.fsencode(data_path)
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, data_path.name)
        try:
            link.symlink_to(data_path, target_is_directory=True)
        except OSError as error:
            raise VoiceError(
                f"espeak-ng's data lie too deep, in {data_path}, and cannot be linked to "
                f"({error}); install into a folder with a shorter path"
            ) from error
        yield os.fsencode(link)
