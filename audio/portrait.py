"""What a voice is like, in figures: its pace, its pauses, its pitch, its colour, its cost.

Figures do not say whether a voice is pleasant. They say what is unlike people: too fast, no
time to breathe, one pitch for everything, a buzz on top.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

import numpy as np

from audio.editing import trimmed
from audio.loudness import Samples, decibels, integrated_loudness
from audio.mastering import amplitudes, samples_of
from audio.recording import Recording
from audio.voices.base import Voice, sentences
from skill.guides.frames import SAMPLE_RATE

_SILENT_BELOW_LOUDEST = 40
"""dB; what is softer than this under the loudest moment is a pause, if it lasts."""
_MOMENT = 0.010
_SHORTEST_PAUSE = 0.12
"""Seconds; a stop in the middle of a word, as in "stop it", is shorter."""

_LOWEST_PITCH, _HIGHEST_PITCH = 70, 400
_PITCH_WINDOW = SAMPLE_RATE * 40 // 1000
_VOICED = 0.6
"""How like itself a moment must be one period later to have a pitch."""
_NEARLY = 0.9
"""Two periods later it is as like itself again; the first that comes so near the best is it."""

_THIRDS = (
    *(200, 250, 315, 400, 500, 630, 800, 1000),
    *(1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300),
)
"""Thirds of an octave, by their middles in hertz."""
_PEOPLE = (
    *(60.2, 60.3, 59.0, 62.1, 62.1, 60.5, 56.8, 53.7),
    *(53.0, 52.0, 48.7, 48.1, 46.8, 45.6, 44.5, 44.3),
)
"""The dB in each of them when people speak, women and men together. Source: Byrne et al., "An
international comparison of long-term average speech spectra", J. Acoust. Soc. Am. 96 (1994)."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A voice in figures, over all lines that it spoke."""

    words_a_minute: float
    """Pauses included: how fast one has to follow."""
    sentence_pause: float
    """Seconds of silence between two sentences of one line."""
    pitch: float
    """Hertz, the middle of all voiced moments."""
    melody: float
    """Semitones between the lowest and the highest tenth of them: 0 is a robot's."""
    unlikeness: float
    """dB by which the spectrum strays from that of people's speech: hollow, shrill or muffled."""
    crest: float
    """dB from the mean level up to the highest peak: how much mastering will have to do."""
    loudness: float
    """LUFS, before mastering."""
    longest: float
    """Seconds of the line that took longest."""
    cost: float
    """Milliseconds that it took to speak one line."""


def portrait(voice: Voice, lines: Sequence[str]) -> Portrait:
    """Let a voice speak these lines, and return what it is like; raise what it raises."""
    started = time.perf_counter()
    spoken = [voice.speak(line) for line in lines]
    cost = (time.perf_counter() - started) * 1000 / len(lines)
    recordings = [trimmed(recording) for recording in spoken]
    sound = np.concatenate([samples_of(recording) for recording in recordings])
    pitches = np.concatenate([_pitches(samples_of(recording)) for recording in recordings])
    low, high = np.quantile(pitches, (0.1, 0.9)) if pitches.size else (1.0, 1.0)
    seconds = [recording.seconds for recording in recordings]
    return Portrait(
        words_a_minute=sum(len(line.split()) for line in lines) * 60 / sum(seconds),
        sentence_pause=_sentence_pause(recordings, lines),
        pitch=float(np.median(pitches)) if pitches.size else 0.0,
        melody=12 * float(np.log2(high / low)),
        unlikeness=_unlikeness(sound),
        crest=median(_crest(amplitudes(recording)) for recording in recordings),
        loudness=integrated_loudness(sound),
        longest=max(seconds),
        cost=cost,
    )


def pauses(recording: Recording) -> list[float]:
    """Return the seconds of each silence within a recording, in their order."""
    samples = amplitudes(recording)
    moment = round(recording.rate * _MOMENT)
    count = len(samples) // moment
    levels = np.sqrt(np.mean(samples[: count * moment].reshape(count, moment) ** 2, axis=1))
    sounding = np.flatnonzero(levels > levels.max() * 10 ** (-_SILENT_BELOW_LOUDEST / 20))
    gaps = [(after - before - 1) * _MOMENT for before, after in pairwise(sounding.tolist())]
    return [gap for gap in gaps if gap >= _SHORTEST_PAUSE]


def _sentence_pause(recordings: Sequence[Recording], lines: Sequence[str]) -> float:
    """Take for a line's sentence pauses the longest it has, as many as there must be."""
    found: list[float] = []
    for recording, line in zip(recordings, lines, strict=True):
        ends = len(sentences(line)) - 1
        longest = sorted(pauses(recording), reverse=True)[:ends]
        found += longest + [0.0] * (ends - len(longest))
    return mean(found) if found else 0.0


def _pitches(sound: Samples) -> Samples:
    """Return the pitch of every voiced 40 ms in hertz, by autocorrelation."""
    starts = range(0, len(sound) - _PITCH_WINDOW, _PITCH_WINDOW // 2)
    windows = np.array([sound[start : start + _PITCH_WINDOW] for start in starts])
    if not windows.size:
        return np.zeros(0, np.float32)
    windows -= windows.mean(axis=1, keepdims=True)
    spectra = np.abs(np.fft.rfft(windows, 2 * _PITCH_WINDOW)) ** 2
    likeness = np.fft.irfft(spectra)[:, :_PITCH_WINDOW]
    # Fewer samples overlap the further apart they are compared; that is made up for.
    likeness /= np.arange(_PITCH_WINDOW, 0, -1)
    power = likeness[:, 0].copy()
    likeness /= np.maximum(power, 1e-12)[:, np.newaxis]
    shortest, longest = SAMPLE_RATE // _HIGHEST_PITCH, SAMPLE_RATE // _LOWEST_PITCH
    around = likeness[:, shortest - 1 : longest + 1]
    there, best = around[:, 1:-1], around.max(axis=1, keepdims=True)
    peaks = (there >= around[:, :-2]) & (there >= around[:, 2:]) & (there >= _NEARLY * best)
    voiced = (best[:, 0] > _VOICED) & (power > power.max() / 1000) & peaks.any(axis=1)
    periods = shortest + np.argmax(peaks[voiced], axis=1)
    return np.asarray(SAMPLE_RATE / periods, np.float32)


def _unlikeness(sound: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    sixth = 2 ** (1 / 6)
    energy = [
        spectrum[(hertz / sixth <= frequency) & (frequency < hertz * sixth)].sum()
        for hertz in _THIRDS
    ]
    level = 10 * np.log10(np.maximum(energy, 1e-12))
    return float(np.std(level - np.array(_PEOPLE)))


def _crest(samples: Samples) -> float:
    return decibels(float(np.abs(samples).max())) - decibels(float(np.sqrt(np.mean(samples**2))))
