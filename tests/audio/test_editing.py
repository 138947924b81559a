"""Cutting: sound starts at once, edges are soft, words fall on their beat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.editing import on_the_beat, trimmed
from audio.errors import CueError
from audio.mastering import samples_of
from audio.recording import Recording
from tests.audio.hummer import RATE, recorded

MILLISECOND = RATE / 1000


def burst(milliseconds: float) -> np.ndarray:
    moments = np.arange(round(milliseconds * MILLISECOND)) / RATE
    return 0.5 * np.sin(2 * np.pi * 441 * moments)


def first_sound(recording: Recording, above: float = 0.1) -> float:
    """Milliseconds until the sound first exceeds a level."""
    samples = np.abs(np.frombuffer(recording.pcm, np.int16) / 32768)
    return float(np.argmax(samples > above)) / recording.rate * 1000


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 900), st.integers(0, 900), st.integers(60, 400))
def test_the_silence_around_a_sound_goes(before: int, after: int, sounding: int) -> None:
    """However much there is of it, the sound starts within 15 ms and ends within 60."""
    silences = (np.zeros(round(length * MILLISECOND)) for length in (before, after))
    lead, trail = silences
    cut = trimmed(recorded(np.concatenate((lead, burst(sounding), trail))))
    assert first_sound(cut) <= 15
    assert sounding - 5 <= cut.seconds * 1000 <= sounding + 60


def test_a_pause_inside_a_sound_stays() -> None:
    """Only the ends are cut."""
    pause = np.zeros(round(700 * MILLISECOND))
    cut = trimmed(recorded(np.concatenate((burst(200), pause, burst(200)))))
    assert 1.09 <= cut.seconds <= 1.16


def test_the_edges_are_soft() -> None:
    """A sound cut from the middle of a tone begins and ends without a step."""
    samples = np.frombuffer(trimmed(recorded(burst(500))).pcm, np.int16) / 32768
    assert np.abs(samples[:5]).max() < 0.02
    assert np.abs(samples[-20:]).max() < 0.02


def test_words_fall_on_their_beat() -> None:
    """Each word starts at its multiple of the spacing, and the whole lasts all beats."""
    beat = on_the_beat([recorded(burst(length)) for length in (200, 900, 50)], 1000)
    assert beat.seconds == 3
    samples = np.abs(samples_of(beat))
    for start in (0, 24_000, 48_000):
        assert samples[start : start + 24].max() > 0.1
    for start in (24_000, 48_000):
        assert samples[start - 1000 : start - 24].max() < 0.002


def test_a_word_longer_than_its_beat_is_refused() -> None:
    """It would run into the next one."""
    with pytest.raises(CueError, match="word 2 lasts 1200 ms, but the next comes after 1000 ms"):
        on_the_beat([recorded(burst(200)), recorded(burst(1200))], 1000)
