"""From the name of a voice (`espeak:en-us`) to the voice. The only list of engines there is."""

from audio.errors import UnknownVoiceError, VoiceError
from audio.voices.base import Voice

DEFAULT_VOICE = "espeak:en-us"
ENGINES = ("espeak", "gtts")


def choose_voice(name: str, locale: str) -> Voice:
    """Return the voice of this name, speaking the language of `locale` where it has several.

    Raise `UnknownVoiceError`, naming the good ones, or `VoiceError` if it is not installed.
    """
    engine, _, choice = name.partition(":")
    try:
        match engine:
            # Imported only when chosen: the libraries of the others may not be installed.
            case "espeak":
                from audio.voices.espeak import EspeakVoice  # noqa: PLC0415

                return EspeakVoice.of(choice)
            case "gtts":
                from audio.voices.gtts import GttsVoice  # noqa: PLC0415

                return GttsVoice.of(choice, locale)
    except ImportError as error:
        raise VoiceError(
            f"The voice {name!r} needs {error.name or error}, which is not installed; "
            "./scripts/serve sets everything up"
        ) from error
    raise UnknownVoiceError(
        f"There is no voice {name!r}. A voice is an engine and its choice, such as "
        f"{DEFAULT_VOICE!r}; the engines are {', '.join(ENGINES)}"
    )
