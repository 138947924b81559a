"""Google's voice, on the wire: the unpatched library against a server that answers as Google."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audio.errors import CueError, UnknownVoiceError, VoiceError
from audio.quality import check_recording
from audio.voices.gtts import LOST, GttsVoice
from tests.audio.google import Asked, Google, serving_google


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving_google(tmp_path) as (served, address):
        monkeypatch.setenv("HTTPS_PROXY", address)
        yield served


@pytest.fixture
def voice() -> GttsVoice:
    return replace(GttsVoice.of("com", "en-US"), pauses=(0.01, 0.01, 0.01), timeout=5)


def test_google_speaks_a_text(google: Google, voice: GttsVoice) -> None:
    """The text arrives in Google's form, and its MP3 comes back as a sound recording."""
    text = "Now the clam, on your left side."
    recording = voice.speak(text)
    assert google.asked == [Asked("translate.google.com", text, "en")]
    assert recording.rate == 24_000
    check_recording(recording, text)


def test_a_region_and_a_language_are_asked_for(google: Google) -> None:
    """`gtts:co.uk` is Google in Britain, speaking the language of the locale."""
    GttsVoice.of("co.uk", "fr-FR").speak("Bonjour.")
    assert google.asked == [Asked("translate.google.co.uk", "Bonjour.", "fr")]


def test_a_long_text_is_spoken_in_parts_and_whole(google: Google, voice: GttsVoice) -> None:
    """Google takes 100 characters at a time; the parts are joined in order, none missing."""
    sentences = [f"This is sentence number {number}, and it is rather long." for number in range(5)]
    recording = voice.speak(" ".join(sentences))
    assert len(google.asked) > 1
    assert "".join(asked.text for asked in google.asked).count("sentence number") == 5
    check_recording(recording, " ".join(sentences))


@pytest.mark.parametrize("trouble", [[503], [429, 500], ["hang up"], [503, 429, 502]])
def test_a_passing_trouble_is_waited_out(
    google: Google, voice: GttsVoice, trouble: list[int | str]
) -> None:
    """A busy or broken server and a lost connection are tried again until they answer."""
    google.answers = [*trouble, "audio"]
    assert voice.speak("Squat.").seconds > 0.5
    assert len(google.asked) == len(trouble) + 1


@pytest.mark.parametrize(
    ("answer", "tries", "complaint"),
    [(429, 4, "429"), (503, 4, "503"), ("hang up", 3, "Failed to connect"), (403, 1, "403")],
)
def test_a_lasting_trouble_is_named_after_a_few_tries(
    google: Google, voice: GttsVoice, answer: int | str, tries: int, complaint: str
) -> None:
    """What does not pass ends the waiting, and what cannot pass is not waited for."""
    google.answers = [answer]
    with pytest.raises(VoiceError, match=rf"translate\.google\.com cannot be had.*{complaint}"):
        voice.speak("Squat.")
    assert len(google.asked) == tries


def test_a_server_that_never_answers_does_not_hang_the_studio(
    google: Google, voice: GttsVoice
) -> None:
    """After the timeout it counts as out of reach."""
    google.answers = ["hang"]
    started = time.monotonic()
    with pytest.raises(VoiceError, match="cannot be had"):
        replace(voice, timeout=0.1, pauses=(0.01,)).speak("Squat.")
    assert time.monotonic() - started < 3
    assert len(google.asked) == 2


def test_no_network_at_all_is_named(
    voice: GttsVoice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A proxy that is not there is as good as no network; each new try is told beforehand."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(VoiceError, match="Failed to connect"):
        voice.speak("Squat.")
    assert caplog.text.count("Trying again in 0.01 s") == LOST


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("no audio", "without any audio"),
        ("another page", "without any audio"),
        ("nothing", "without any audio"),
        ("zero bytes", "without any audio"),
        ("not base64", "makes no sense"),
        ("no UTF-8", "makes no sense"),
        ("no MP3", "gave no MP3"),
    ],
)
def test_an_answer_that_is_no_sound_fails_that_cue(
    google: Google, voice: GttsVoice, answer: str, complaint: str
) -> None:
    """Status 200 is no proof of sound: what came is looked at, and not asked for again."""
    google.answers = [answer]
    with pytest.raises(CueError, match=complaint):
        voice.speak("Squat.")
    assert len(google.asked) == 1


def test_a_missing_part_fails_the_whole_cue(google: Google, voice: GttsVoice) -> None:
    """A long text without its second half would be a broken instruction."""
    google.answers = ["audio", "another page"]
    with pytest.raises(CueError, match="without any audio"):
        voice.speak("Lie on your side, with your knees bent and your feet together. " * 3)


def test_a_cut_answer_is_found_by_the_checks(google: Google, voice: GttsVoice) -> None:
    """An MP3 that ends too early decodes, but not to a cue."""
    google.answers = ["cut MP3"]
    text = "Lie on your side, with your knees bent."
    with pytest.raises(CueError, match=r"lasts|breaks off"):
        check_recording(voice.speak(text), text)


def test_nothing_to_speak_fails_that_cue(google: Google, voice: GttsVoice) -> None:
    """Nothing is asked of Google for an empty text."""
    with pytest.raises(CueError):
        voice.speak("")
    assert not google.asked


def test_a_language_google_does_not_speak_is_named() -> None:
    """A locale without a Google voice fails at once, not cue by cue."""
    with pytest.raises(VoiceError, match="Language not supported: tlh"):
        GttsVoice.of("com", "tlh-KX").speak("Squat.")


def test_an_unknown_region_names_the_good_ones() -> None:
    """A region is one of Google's domains."""
    with pytest.raises(UnknownVoiceError, match=r"'gtts:example'; there are gtts:com, gtts:co\.uk"):
        GttsVoice.of("example", "en-US")
