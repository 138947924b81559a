"""espeak-ng: the same words are the same bytes, and what fails says so."""

import itertools
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import espeakng_loader
import pytest

from audio.errors import UnknownVoiceError, VoiceError
from audio.quality import check_recording
from audio.voices.espeak import LONGEST_DATA_PATH, VOICES, EspeakVoice

TEXTS = ("Five.", "Lie on your back, knees bent.", "One.", "Push up, slowly; then let go.", "Go!")


@pytest.fixture
def voice() -> EspeakVoice:
    return EspeakVoice.of("en-us")


def test_a_text_sounds_the_same_whatever_was_spoken_before(voice: EspeakVoice) -> None:
    """The bytes depend on the text alone, not on the order in which texts are spoken."""
    first = {text: voice.speak(text) for text in TEXTS}
    for order in itertools.islice(itertools.permutations(TEXTS), 0, None, 29):
        assert {text: voice.speak(text) for text in order} == first


def test_threads_do_not_speak_into_each_other(voice: EspeakVoice) -> None:
    """The library speaks one text at a time, however many ask."""
    with ThreadPoolExecutor(4) as pool:
        spoken = list(pool.map(voice.speak, TEXTS * 4))
    assert spoken == [voice.speak(text) for text in TEXTS] * 4


@pytest.mark.parametrize("choice", VOICES)
def test_every_choice_speaks_soundly(choice: str) -> None:
    """Each voice we offer gives a recording that passes the studio's checks."""
    for text in TEXTS:
        check_recording(EspeakVoice.of(choice).speak(text), text)


def test_settings_are_heard_and_named(voice: EspeakVoice) -> None:
    """Another rate or pitch is another sound, and another identity for the cache."""
    others = [replace(voice, rate=200), replace(voice, pitch=80), EspeakVoice.of("en-gb")]
    assert len({other.identity for other in (voice, *others)}) == 4
    assert all(other.speak("Lunge.") != voice.speak("Lunge.") for other in others)


def test_markup_is_spoken_as_text(voice: EspeakVoice) -> None:
    """A stray bracket or tag in a line is no instruction to the voice."""
    assert voice.speak("Hold <break time='9s'/> it.").seconds < 9
    assert voice.speak("[[k'at]]") != voice.speak("cat")


def test_an_unknown_choice_names_the_good_ones() -> None:
    """Espeak's own names are not ours."""
    with pytest.raises(UnknownVoiceError, match="'espeak:klingon'; there are espeak:en-us, esp"):
        EspeakVoice.of("klingon")


def test_a_name_that_espeak_does_not_know_is_no_other_voice(voice: EspeakVoice) -> None:
    """The library would go on with its default voice; the studio does not."""
    with pytest.raises(UnknownVoiceError, match="no voice 'martian'"):
        replace(voice, name="martian").speak("Hello.")


def test_a_long_path_to_its_data_does_not_stop_it(
    voice: EspeakVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed deeper than espeak can reach by itself, it speaks the same bytes."""
    spoken = voice.speak("Squat.")
    deep = tmp_path / ("d" * 100) / ("e" * 100) / "espeak-ng-data"
    shutil.copytree(espeakng_loader.get_data_path(), deep)
    assert len(str(deep)) > LONGEST_DATA_PATH
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(deep))
    assert voice.speak("Squat.") == spoken


def test_missing_data_are_named(
    voice: EspeakVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken installation says where it looked."""
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(VoiceError, match=str(tmp_path)):
        voice.speak("Hello.")


def test_a_missing_library_is_named(
    voice: EspeakVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform the wheel does not serve says what could not be loaded."""
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(tmp_path / "none.so"))
    with pytest.raises(VoiceError, match=r"cannot be loaded.*none\.so"):
        voice.speak("Hello.")
