"""The chimes: gentle, short, and not to be mistaken for one another."""

import numpy as np
import pytest

from audio.chimes import MELODIES, synthesise
from audio.encoding import frames_for
from audio.loudness import true_peak
from audio.mastering import HIGHEST_PEAK
from skill.coaching.cues import CHIMES
from skill.guides.frames import FRAME_MS, SAMPLE_RATE


def pitch(sound: np.ndarray) -> float:
    """The strongest frequency, in hertz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 2**17))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / 2**17


def test_the_studio_has_every_chime_the_coach_knows() -> None:
    """The two lists are one."""
    assert set(MELODIES) == set(CHIMES)


@pytest.mark.parametrize("name", CHIMES)
def test_a_chime_is_short_soft_and_clean(name: str) -> None:
    """It fits between two counts, stays under the peak allowed, and has no click at its ends."""
    sound = synthesise(name)
    length = frames_for(len(sound)) * FRAME_MS
    assert length <= (240 if name == "rep" else 700)
    assert true_peak(sound) < HIGHEST_PEAK
    assert np.abs(sound[[0, -1]]).max() < 0.001
    steps = np.abs(np.diff(sound))
    assert steps[:48].max() <= steps.max()


@pytest.mark.parametrize("name", CHIMES)
def test_a_chime_is_heard_at_once(name: str) -> None:
    """Within 10 ms it is at half its height: the begin is when it is struck."""
    sound = np.abs(synthesise(name))
    assert np.argmax(sound > sound.max() / 2) < SAMPLE_RATE * 0.010


def test_begin_rises_and_release_falls() -> None:
    """By ear alone a runner can tell the start of a hold from its end."""
    first, last = slice(0, SAMPLE_RATE // 8), slice(SAMPLE_RATE // 4, SAMPLE_RATE // 2)
    begin, release = synthesise("begin"), synthesise("release")
    assert pitch(begin[last]) / pitch(begin[first]) == pytest.approx(3 / 2, rel=0.03)
    assert pitch(release[last]) / pitch(release[first]) == pytest.approx(2 / 3, rel=0.03)
