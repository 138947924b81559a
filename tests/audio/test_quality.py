"""The checks: what is not fit to be heard is named for what is wrong with it."""

import numpy as np
import pytest

from audio.errors import CueError
from audio.quality import LONGEST_TEXT, check_cue, check_recording, check_text
from skill.guides.frames import SAMPLE_RATE
from tests.audio.hummer import AILMENTS, hummed, recorded

TEXT = "Lie on your side, with your knees bent."


def test_a_sound_recording_passes() -> None:
    """The checks let through what is fit."""
    check_text(TEXT)
    check_recording(recorded(hummed(TEXT)), TEXT)


@pytest.mark.parametrize(
    ("ailment", "complaint"),
    [
        ("empty", "gave no sound"),
        ("silent", "silence: its peak is -120 dB"),
        ("clipped", "clipped: .* samples in a row at full scale"),
        ("cut short", r"lasts 0\.4 s; 30 letters take 1\.0 to 8\.5 s"),
        ("drones on", r"lasts 22\.\d s; 30 letters take"),
    ],
)
def test_an_ailing_recording_is_refused(ailment: str, complaint: str) -> None:
    """Empty, silent, clipped, cut short and endless recordings are each told apart."""
    with pytest.raises(CueError, match=complaint):
        check_recording(AILMENTS[ailment](TEXT), TEXT)


def test_a_recording_that_breaks_off_is_refused() -> None:
    """A last moment as loud as the rest is the edge of a cut."""
    with pytest.raises(CueError, match="breaks off"):
        check_recording(AILMENTS["breaks off"]("Go on."), "Go on.")


@pytest.mark.parametrize("text", ["", "  ", "...", "\n"])
def test_a_text_without_a_word_is_refused(text: str) -> None:
    """No voice is asked to speak it."""
    with pytest.raises(CueError, match="nothing to speak"):
        check_text(text)


def test_a_text_nobody_could_follow_is_refused() -> None:
    """Its length is told, and how long it may be."""
    check_text("a" * LONGEST_TEXT)
    with pytest.raises(CueError, match="1001 characters; 1000 are the most"):
        check_text("a" * (LONGEST_TEXT + 1))


def test_a_finished_cue_must_be_heard_but_not_too_loud() -> None:
    """Silence and peaks above -2 dBTP are stopped even after mastering."""
    tone = np.sin(2 * np.pi * 500 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    check_cue(tone * 0.5)
    with pytest.raises(CueError, match="all but silent"):
        check_cue(tone * 0.001)
    with pytest.raises(CueError, match=r"peaks at -0\.9 dBTP, above -2\.0"):
        check_cue(tone * 0.9)
