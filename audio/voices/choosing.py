"""From the name of a voice (`espeak:en-us`) to the voice. The only list of voices there is.

A voice's own module is imported only when it is chosen: its library may not be installed.
"""

from collections.abc import Callable
from importlib import import_module

from audio.errors import UnknownVoiceError, VoiceError
from audio.voices.base import Voice

DEFAULT_VOICE = "espeak:en-us"

_ENGINES: dict[str, tuple[str, str]] = {
    "espeak": ("audio.voices.espeak", "EspeakVoice"),
    "gtts": ("audio.voices.gtts", "GttsVoice"),
}


def choose_voice(name: str, locale: str) -> Voice:
    """Return the voice of this name, speaking the language of `locale` where it has several.

    Raise `UnknownVoiceError`, naming the good ones, or `VoiceError` if it is not installed.
    """
    engine, _, choice = name.partition(":")
    if engine not in _ENGINES:
        raise UnknownVoiceError(
            f"There is no voice {name!r}. A voice is an engine and its choice, such as "
            f"{DEFAULT_VOICE!r}; the engines are {', '.join(_ENGINES)}"
        )
    module, cls = _ENGINES[engine]
    try:
        make: Callable[[str, str], Voice] = getattr(import_module(module), cls).of
    except ImportError as error:
        raise VoiceError(
            f"The voice {name!r} needs {error.name or error}, which is not installed; "
            "./scripts/serve sets everything up"
        ) from error
    return make(choice, locale)
