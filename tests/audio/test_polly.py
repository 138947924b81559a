"""Amazon Polly, on the wire: the unpatched library against a server that answers as AWS."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audio.errors import CueError, UnknownVoiceError, VoiceError
from audio.quality import check_recording
from audio.voices import polly
from audio.voices.polly import VOICES, PollyVoice
from tests.audio.amazon import Amazon, serving_polly

pytest.importorskip("boto3")


@pytest.fixture(autouse=True)
def _no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that knows of no AWS account, and is none of Amazon's own."""
    for name in os.environ:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    polly.connect.cache_clear()
    yield
    if polly.connect.cache_info().currsize:
        polly.connect(2).close()
    polly.connect.cache_clear()


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Amazon]:
    """Polly, and an account that may use it."""
    with serving_polly() as (served, address):
        monkeypatch.setenv("AWS_ENDPOINT_URL_POLLY", address)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
        yield served


@pytest.fixture
def voice() -> PollyVoice:
    return replace(PollyVoice.of("Joanna"), attempts=2)


def test_polly_speaks_a_text(amazon: Amazon, voice: PollyVoice) -> None:
    """A neural voice is asked for, and its MP3 comes back as a sound recording at 24 kHz."""
    text = "Now the clam, on your left side."
    recording = voice.speak(text)
    assert amazon.asked == [
        {
            "Engine": "neural",
            "OutputFormat": "mp3",
            "SampleRate": "24000",
            "Text": text,
            "VoiceId": "Joanna",
        }
    ]
    assert recording.rate == 24_000
    check_recording(recording, text)


def test_one_connection_serves_many_cues(amazon: Amazon, voice: PollyVoice) -> None:
    """The client is made once a process, whatever is spoken."""
    client = polly.connect(voice.attempts)
    voice.speak("Lunge.")
    voice.speak("Squat.")
    assert polly.connect(voice.attempts) is client
    assert len(amazon.asked) == 2


@pytest.mark.parametrize("trouble", ["ThrottlingException", "ServiceFailureException", "hang up"])
def test_a_passing_trouble_is_waited_out(amazon: Amazon, voice: PollyVoice, trouble: str) -> None:
    """Too many requests, a broken server and a lost connection are tried again."""
    amazon.answers = [trouble, "audio"]
    assert voice.speak("Squat.").seconds > 0.5
    assert len(amazon.asked) == 2


@pytest.mark.parametrize(
    ("answer", "tries", "complaint"),
    [
        ("ThrottlingException", 2, r"Rate exceeded \(ThrottlingException\)"),
        ("ServiceFailureException", 2, r"internal error has occurred \(ServiceFailure"),
        ("hang up", 2, "Connection was closed.*; try again later, or take another voice"),
        ("AccessDeniedException", 1, r"runner is not authorized.* \(AccessDeniedException\)"),
        ("UnrecognizedClientException", 1, "security token .* is invalid"),
        ("EngineNotSupportedException", 1, "no neural voice Joanna in this region.*set AWS_DEF"),
    ],
)
def test_a_lasting_trouble_is_named(
    amazon: Amazon, voice: PollyVoice, answer: str, tries: int, complaint: str
) -> None:
    """What does not pass ends the waiting, and what cannot pass is not waited for."""
    amazon.answers = [answer]
    with pytest.raises(VoiceError, match=complaint):
        voice.speak("Squat.")
    assert len(amazon.asked) == tries


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("TextLengthExceededException", "does not take a text so long: Maximum text length"),
        ("broken off", "answer broke off"),
        ("nothing", "without any audio"),
    ],
)
def test_a_trouble_with_one_text_fails_that_cue(
    amazon: Amazon, voice: PollyVoice, answer: str, complaint: str
) -> None:
    """The others may still be spoken."""
    amazon.answers = [answer, "audio"]
    with pytest.raises(CueError, match=complaint):
        voice.speak("Lie on your side, with your knees bent.")
    assert voice.speak("Squat.").seconds > 0.5


def test_a_cut_answer_is_found_by_the_checks(amazon: Amazon, voice: PollyVoice) -> None:
    """An MP3 that ends too early decodes, but not to a cue."""
    amazon.answers = ["cut MP3"]
    text = "Lie on your side, with your knees bent."
    with pytest.raises(CueError, match=r"lasts|breaks off"):
        check_recording(voice.speak(text), text)


def test_an_account_that_is_not_set_up_says_what_to_set(
    voice: PollyVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No region, no credentials and no such profile are one clear sentence each."""
    with pytest.raises(VoiceError, match="must specify a region; set AWS_DEFAULT_REGION, for ex"):
        voice.speak("Squat.")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(VoiceError, match="locate credentials; run `aws configure`, or set AWS_ACC"):
        voice.speak("Squat.")
    polly.connect.cache_clear()
    monkeypatch.setenv("AWS_PROFILE", "marathon")
    with pytest.raises(VoiceError, match=r"profile \(marathon\) could not be found; set AWS_PROF"):
        voice.speak("Squat.")


def test_an_unknown_voice_names_the_good_ones() -> None:
    """Nothing is asked of Amazon for a name that it cannot know."""
    with pytest.raises(UnknownVoiceError, match="'polly:Siri'; there are polly:Joanna, polly:Mat"):
        PollyVoice.of("Siri")


def test_amazon_knows_every_voice_we_offer() -> None:
    """The names are those of the service's own model."""
    from botocore.session import Session  # noqa: PLC0415 - it may not be installed

    known = Session().get_service_model("polly").shape_for("VoiceId").enum
    assert set(VOICES) <= set(known)
