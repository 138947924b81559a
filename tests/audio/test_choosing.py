"""Voices by name."""

import builtins
import pickle
import re
from typing import Any

import pytest

from audio.errors import UnknownVoiceError, VoiceError
from audio.voices.choosing import DEFAULT_VOICE, ENGINES, choose_voice


@pytest.mark.parametrize("name", [DEFAULT_VOICE, "espeak:en-gb", "gtts:com", "polly:Joanna"])
def test_a_voice_survives_the_way_to_another_process(name: str) -> None:
    """A pickled voice is the same voice, with an identity that tells it apart."""
    voice = choose_voice(name, "en-US")
    assert pickle.loads(pickle.dumps(voice)) == voice  # noqa: S301, our own bytes
    assert voice.identity


@pytest.mark.parametrize(
    "name", ["", "espeak", "espeak:", "gtts:", "polly:", "siri:com", "espeak:en-us:x"]
)
def test_an_unknown_voice_names_the_good_ones(name: str) -> None:
    """Whatever is wrong with a name, a right one is in the answer."""
    with pytest.raises(UnknownVoiceError, match=r"espeak:en-us|gtts:com|polly:Joanna"):
        choose_voice(name, "en-US")


@pytest.mark.parametrize(
    ("engine", "library", "remedy"),
    [
        ("espeak", "espeakng_loader", "./scripts/serve sets everything up"),
        ("gtts", "gTTS", "./scripts/serve sets everything up"),
        ("polly", "boto3", ".venv/bin/pip install boto3 adds it"),
        ("piper", "piper-tts", ".venv/bin/pip install piper-tts adds it"),
    ],
)
def test_a_voice_that_is_not_installed_says_what_to_do(
    engine: str, library: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The missing library is named, and the command that installs it."""
    assert engine in ENGINES
    really_import = builtins.__import__

    def without(name: str, *arguments: Any) -> Any:
        if name.startswith("audio.voices."):
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
        return really_import(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    complaint = re.escape(f"needs {library}, which is not installed; {remedy}")
    with pytest.raises(VoiceError, match=complaint):
        choose_voice(f"{engine}:com", "en-US")
