"""Piper: any voice in a file speaks; a file that is none is named."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audio.errors import CueError, UnknownVoiceError, VoiceError
from audio.recording import Recording
from audio.voices.base import SENTENCE_PAUSE
from audio.voices.piper import PiperVoice

pytest.importorskip("piper", reason="piper-tts has no wheel for every platform")

from tests.audio.pipers import RATE, tiny_voice

TEXT = "Lie on your side, with your knees bent."


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_voice(tmp_path)


def samples(recording: Recording) -> np.ndarray:
    return np.frombuffer(recording.pcm, np.int16) / 32767


def test_a_voice_in_a_file_speaks(model: Path) -> None:
    """The model is run on the text's phonemes, at the rate its settings tell."""
    recording = PiperVoice.of(str(model)).speak(TEXT)
    assert recording.rate == RATE
    assert 1 < recording.seconds < 9
    assert np.abs(samples(recording)).max() == pytest.approx(1, abs=0.01)


def test_sentences_are_apart(model: Path) -> None:
    """Two sentences are both sentences, and a breath of silence between them."""
    voice = PiperVoice.of(str(model))
    first, second = voice.speak("Breathe out."), voice.speak("Let it soften.")
    both = voice.speak("Breathe out. Let it soften.")
    pause = len(both.pcm) - len(first.pcm) - len(second.pcm)
    assert pause / 2 / RATE == pytest.approx(SENTENCE_PAUSE, abs=0.001)
    assert both.pcm == first.pcm + bytes(pause) + second.pcm


def test_the_pace_is_asked_for(tmp_path: Path) -> None:
    """The length scale reaches the model, as the middle one of its three scales."""
    voice = PiperVoice.of(str(tiny_voice(tmp_path, hums="scales")))
    for length_scale in (1.0, 1.5):
        noise, length, _ = samples(replace(voice, length_scale=length_scale).speak(TEXT))[:3]
        assert length / noise == pytest.approx(length_scale / 0.667, rel=0.01)


def test_the_identity_is_what_the_files_hold(model: Path, tmp_path: Path) -> None:
    """Another place is the same voice; another model, or other settings, is another one."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    voice = PiperVoice.of(str(model))
    assert PiperVoice.of(str(tiny_voice(elsewhere))).identity == voice.identity
    other_model = PiperVoice.of(str(tiny_voice(elsewhere, times=900))).identity
    settings = model.with_name("tiny.onnx.json")
    settings.write_text(settings.read_text("utf-8").replace("en-us", "en-gb"), "utf-8")
    other_settings = PiperVoice.of(str(model)).identity
    slower = replace(voice, length_scale=2.0).identity
    assert len({voice.identity, other_model, other_settings, slower}) == 4


def test_a_voice_survives_the_way_to_another_process(model: Path) -> None:
    """What has spoken here can be sent to speak there."""
    voice = PiperVoice.of(str(model))
    spoken = voice.speak("Squat.")
    again = pickle.loads(pickle.dumps(voice))  # noqa: S301, our own bytes
    assert again == voice
    assert again.speak("Squat.") == spoken


@pytest.mark.parametrize("missing", ["tiny.onnx", "tiny.onnx.json"])
def test_a_missing_file_is_named(model: Path, missing: str) -> None:
    """Model or settings: the one that is not there, and what belongs there."""
    model.with_name(missing).unlink()
    with pytest.raises(UnknownVoiceError) as refusal:
        PiperVoice.of(str(model))
    assert f"{model.with_name(missing)} cannot be read (No such file" in str(refusal.value)
    assert "an .onnx file with its .onnx.json beside it" in str(refusal.value)


@pytest.mark.parametrize("choice", ["", "~", "/"])
def test_a_folder_is_no_voice(choice: str) -> None:
    """Nor is no choice at all."""
    with pytest.raises(UnknownVoiceError, match=f"no voice 'piper:{choice}'.* cannot be read"):
        PiperVoice.of(choice)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tiny.onnx", b""),
        ("tiny.onnx", b"version https://git-lfs.github.com/spec/v1\n"),
        ("tiny.onnx.json", b""),
        ("tiny.onnx.json", b"{}"),
        ("tiny.onnx.json", b"[]"),
        ("tiny.onnx.json", b"\xff"),
    ],
)
def test_files_that_are_no_voice_are_named(model: Path, name: str, data: bytes) -> None:
    """An empty or foreign file, or a large file's pointer in its place, is one clear error."""
    model.with_name(name).write_bytes(data)
    with pytest.raises(VoiceError, match=r"tiny\.onnx is no voice that Piper can load: ."):
        PiperVoice.of(str(model)).speak("Squat.")


def test_a_model_that_fails_fails_that_cue(tmp_path: Path) -> None:
    """Whatever the model makes of the one text, the others may still be spoken."""
    model = tiny_voice(tmp_path, times=0)
    with pytest.raises(CueError, match="Piper could not speak it: "):
        PiperVoice.of(str(model)).speak("Squat.")


def test_a_text_without_words_is_no_sound(model: Path) -> None:
    """The studio's checks find it out."""
    assert PiperVoice.of(str(model)).speak("").pcm == b""
