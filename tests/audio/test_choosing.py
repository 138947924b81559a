"""Voices by name."""

import builtins
import pickle
from typing import Any

import pytest

from audio.errors import UnknownVoiceError, VoiceError
from audio.voices.choosing import DEFAULT_VOICE, ENGINES, choose_voice


@pytest.mark.parametrize("name", [DEFAULT_VOICE, "espeak:en-gb", "gtts:com", "gtts:co.uk"])
def test_a_voice_survives_the_way_to_another_process(name: str) -> None:
    """A pickled voice is the same voice, with an identity that tells it apart."""
    voice = choose_voice(name, "en-US")
    assert pickle.loads(pickle.dumps(voice)) == voice  # noqa: S301, our own bytes
    assert voice.identity


@pytest.mark.parametrize("name", ["", "espeak", "espeak:", "gtts:", "siri:com", "espeak:en-us:x"])
def test_an_unknown_voice_names_the_good_ones(name: str) -> None:
    """Whatever is wrong with a name, a right one is in the answer."""
    with pytest.raises(UnknownVoiceError, match=r"espeak|gtts:com"):
        choose_voice(name, "en-US")


@pytest.mark.parametrize(("engine", "library"), [("espeak", "espeakng_loader"), ("gtts", "gTTS")])
def test_a_voice_that_is_not_installed_says_what_to_do(
    engine: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The missing library is named, and the command that installs it."""
    assert engine in ENGINES
    really_import = builtins.__import__

    def without(name: str, *arguments: Any) -> Any:
        if name.startswith("audio.voices."):
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
        return really_import(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(VoiceError, match=rf"needs {library}.*\./scripts/serve"):
        choose_voice(f"{engine}:com", "en-US")
