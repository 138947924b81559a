"""From the name of a voice (`espeak:en-us`) to the voice. The only list of engines there is."""

from audio.errors import UnknownVoiceError, VoiceError
from audio.voices.base import Voice

DEFAULT_VOICE = "espeak:en-us"
ENGINES = {
    "espeak": "./scripts/serve sets everything up",
    "gtts": "./scripts/serve sets everything up",
    "polly": ".venv/bin/pip install boto3 adds it",
    "piper": ".venv/bin/pip install piper-tts adds it",
}
"""Every engine, and what installs it."""
EXAMPLES = (DEFAULT_VOICE, "gtts:com", "polly:Joanna", "piper:/path/to/voice.onnx")


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
            case "polly":
                from audio.voices.polly import PollyVoice  # noqa: PLC0415

                return PollyVoice.of(choice)
            case "piper":
                from audio.voices.piper import PiperVoice  # noqa: PLC0415

                return PiperVoice.of(choice)
    except ImportError as error:
        raise VoiceError(
            f"The voice {name!r} needs {error.name or error}, which is not installed; "
            f"{ENGINES[engine]}"
        ) from error
    raise UnknownVoiceError(
        f"There is no voice {name!r}. A voice is an engine and its choice, such as "
        f"{', '.join(EXAMPLES)}"
    )
