"""Loudness and true peaks, against published values and against ffmpeg's meter."""

import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from audio.loudness import SILENCE, integrated_loudness, peaks_around, true_peak
from audio.mastering import recording_of, samples_of
from audio.voices.choosing import DEFAULT_VOICE, choose_voice
from skill.guides.frames import SAMPLE_RATE


def sine(hertz: float, level: float, seconds: float = 5, phase: float = 0) -> np.ndarray:
    moments = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return 10 ** (level / 20) * np.sin(2 * np.pi * hertz * moments + phase)


@pytest.mark.parametrize("level", [0, -20, -40])
def test_a_sine_has_the_loudness_the_standard_gives_it(level: float) -> None:
    """BS.1770: 997 Hz at full scale in one channel measures -3.01 LKFS."""
    assert integrated_loudness(sine(997, level, 30)) == pytest.approx(level - 3.01, abs=0.05)


def test_silence_is_below_all_gates() -> None:
    """Nothing, and next to nothing, measure as silence rather than as an error."""
    assert integrated_loudness(np.zeros(SAMPLE_RATE)) == SILENCE
    assert integrated_loudness(np.zeros(0)) == SILENCE
    assert integrated_loudness(sine(997, -80)) == SILENCE
    assert true_peak(np.zeros(0)) == true_peak(np.zeros(9)) == SILENCE


def test_pauses_do_not_count() -> None:
    """The gate leaves out what lies far below the rest: a pause makes speech no softer."""
    speech = sine(997, -20, 20)
    with_pause = np.concatenate((speech, np.zeros(20 * SAMPLE_RATE), speech))
    assert integrated_loudness(with_pause) == pytest.approx(integrated_loudness(speech), abs=0.1)


def test_a_peak_between_samples_is_found() -> None:
    """A quarter of the sampling rate at 45 degrees peaks 3 dB above all its samples."""
    between = sine(SAMPLE_RATE / 4, -6, phase=np.pi / 4)
    assert 20 * np.log10(np.abs(between).max()) == pytest.approx(-9.01, abs=0.01)
    assert true_peak(between[200:-200]) == pytest.approx(-6, abs=0.3)


@pytest.mark.parametrize("length", [1, 2, 575, 576, 24_001])
def test_every_sample_has_its_peak(length: int) -> None:
    """Peaks come one for a sample, and none is under the sample itself."""
    noise = np.random.default_rng(1).uniform(-1, 1, length)
    peaks = peaks_around(noise)
    assert len(peaks) == length
    assert np.all(peaks >= np.abs(noise))


def test_the_meter_agrees_with_ffmpegs() -> None:
    """On speech with silence around it, both measure the same to 0.2 dB."""
    voice = choose_voice(DEFAULT_VOICE, "en-US")
    speech = np.pad(
        samples_of(voice.speak("Lie on your back. Push your hips up, and hold.")), 12000
    )
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-f", "s16le"]
    command += ["-ar", str(SAMPLE_RATE), "-i", "-", "-af", "ebur128=peak=true", "-f", "null", "-"]
    pcm = recording_of(speech).pcm
    meter = subprocess.run(command, input=pcm, capture_output=True, check=True).stderr.decode()
    summary = meter.rpartition("Summary:")[2]
    loudness, peak = (float(re.search(rf"{name}: +(\S+)", summary)[1]) for name in ("I", "Peak"))
    assert integrated_loudness(speech) == pytest.approx(loudness, abs=0.2)
    assert true_peak(speech) == pytest.approx(peak, abs=0.2)
