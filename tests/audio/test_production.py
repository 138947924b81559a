"""One cue from recipe to frames, heard as a listener hears it."""

import numpy as np
import pytest

from audio.encoding import decode
from audio.errors import CueError
from audio.loudness import integrated_loudness, true_peak
from audio.mastering import HIGHEST_PEAK, LOUDNESS
from audio.production import produce
from audio.voices.base import Voice
from audio.voices.choosing import DEFAULT_VOICE, choose_voice
from skill.coaching.cues import CHIMES, Chime, Counted, Recipe, Speech
from skill.guides.frames import FRAME_MS, SAMPLE_RATE, count_frames
from tests.audio.conftest import Decoder
from tests.audio.hummer import Hummer
from tests.audio.test_encoding import guide

COUNTDOWN = Counted(("five", "four", "three", "two", "one"), 1000)
SPOKEN = [
    Speech("One."),
    Speech("Change sides."),
    Speech("Lie on your left side, knees bent. Keep your feet together; lift the upper knee."),
    COUNTDOWN,
]


@pytest.fixture(scope="module")
def voice() -> Voice:
    return choose_voice(DEFAULT_VOICE, "en-US")


@pytest.mark.parametrize("recipe", SPOKEN)
def test_spoken_cues_are_equally_loud_and_never_too_loud(
    recipe: Recipe, voice: Voice, listen: Decoder
) -> None:
    """Decoded by either decoder: -13.7 LUFS to 0.2, and no true peak above -2 dBTP."""
    heard = listen(guide(produce(recipe, voice)))
    assert integrated_loudness(heard) == pytest.approx(LOUDNESS, abs=0.2)
    assert true_peak(heard) <= HIGHEST_PEAK


@pytest.mark.parametrize("name", CHIMES)
def test_chimes_are_softer_than_speech_and_short(name: str, voice: Voice) -> None:
    """A chime stays below the voice, and a repetition's within 240 ms."""
    cue = produce(Chime(name), voice)
    assert LOUDNESS - 8 < integrated_loudness(decode(cue)) < LOUDNESS - 1
    assert count_frames(cue) * FRAME_MS <= (240 if name == "rep" else 700)


def test_a_countdown_lasts_its_seconds_and_each_word_falls_on_its_own(voice: Voice) -> None:
    """Five seconds to the nearest frame; every word begins within 20 ms of its second."""
    cue = produce(COUNTDOWN, voice)
    assert count_frames(cue) * FRAME_MS == 4992
    heard = np.abs(decode(cue))
    for second in range(5):
        start = second * SAMPLE_RATE
        onset = np.argmax(heard[max(0, start - 2400) :] > 0.02) - min(start, 2400)
        assert abs(onset) < SAMPLE_RATE * 0.020


@pytest.mark.parametrize("recipe", SPOKEN[:3])
def test_a_cue_starts_at_once(recipe: Recipe, voice: Voice) -> None:
    """Speech is heard within 20 ms of its place, so that what is timed falls on time."""
    assert np.argmax(np.abs(decode(produce(recipe, voice))) > 0.02) < SAMPLE_RATE * 0.020


def test_the_same_recipe_gives_the_same_bytes(voice: Voice) -> None:
    """Nothing of a cue depends on what was recorded before it."""
    first = produce(SPOKEN[1], voice)
    produce(SPOKEN[2], voice)
    assert produce(SPOKEN[1], voice) == first


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [
        (Speech("..."), "nothing to speak"),
        (Speech("Silence."), "gave silence"),
        (Counted(("three", ""), 1000), "nothing to speak"),
        (Counted(("one", "seven hundred and seventy-seven"), 1000), "word 2 lasts"),
        (Chime("gong"), "no chime 'gong'; there are begin, half, release, rep"),
    ],
)
def test_a_recipe_that_fails_says_why(recipe: Recipe, complaint: str) -> None:
    """Nothing is put in the place of what could not be recorded."""
    with pytest.raises(CueError, match=complaint):
        produce(recipe, Hummer(ails={"Silence.": "silent"}))
