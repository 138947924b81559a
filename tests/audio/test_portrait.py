"""Portraits of voices: the figures are those of sounds whose figures are known."""

from dataclasses import dataclass

import numpy as np
import pytest

from audio.loudness import integrated_loudness
from audio.mastering import samples_of
from audio.portrait import pauses, portrait
from audio.recording import Recording
from audio.voices.base import sentences
from audio.voices.choosing import DEFAULT_VOICE, choose_voice
from scripts.compare_voices import LINES
from skill.content.wording import load_wording
from tests.audio.hummer import RATE, recorded

LINE = "One two three four. Five six seven eight."


def hum(hertz: float | np.ndarray, seconds: float) -> np.ndarray:
    """A tone with overtones, of one pitch or of one that moves."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hertz, round(seconds * RATE))) / RATE
    return 0.1 * sum(np.sin(n * phase) / n for n in range(1, 9))


@dataclass(frozen=True)
class Singer:
    """Sings each sentence for 1.5 s, at a pitch that rises by so much, with pauses between."""

    hertz: float = 150
    semitones: float = 0
    pause: float = 0.5
    loudness: float = 1
    identity: str = "singer"

    def speak(self, text: str) -> Recording:
        pitch = self.hertz * 2 ** (self.semitones / 12 * np.linspace(0, 1, round(1.5 * RATE)))
        parts = [hum(pitch, 1.5), np.zeros(round(self.pause * RATE))] * len(sentences(text))
        return recorded(self.loudness * np.concatenate(parts[:-1]))


def test_the_pace_counts_the_pauses() -> None:
    """Eight words in three seconds of song and half a second of silence."""
    assert portrait(Singer(), [LINE]).words_a_minute == pytest.approx(8 * 60 / 3.5, rel=0.02)
    assert portrait(Singer(), [LINE]).longest == pytest.approx(3.5, abs=0.05)


@pytest.mark.parametrize("pause", [0.3, 0.6])
def test_the_pause_between_sentences_is_measured(pause: float) -> None:
    """A line without a second sentence has none, and changes nothing."""
    voice = Singer(pause=pause)
    assert portrait(voice, [LINE, "Nine."]).sentence_pause == pytest.approx(pause, abs=0.02)
    assert portrait(voice, ["Nine."]).sentence_pause == 0


def test_a_sentence_without_a_pause_after_it_counts_as_none() -> None:
    """Two sentences run into one another are not left out of the mean."""
    assert portrait(Singer(pause=0.02), [LINE]).sentence_pause == 0


@pytest.mark.parametrize("hertz", [90, 150, 260])
def test_the_pitch_is_found(hertz: float) -> None:
    """Of a voice with many overtones, deep or high, to a hundredth."""
    likeness = portrait(Singer(hertz), [LINE])
    assert likeness.pitch == pytest.approx(hertz, rel=0.01)
    assert likeness.melody == pytest.approx(0, abs=0.1)


def test_melody_is_how_far_the_pitch_moves() -> None:
    """From the lowest tenth of the moments to the highest lie eight tenths of an octave."""
    assert portrait(Singer(semitones=12), [LINE]).melody == pytest.approx(9.6, abs=0.5)


def test_loudness_is_that_of_what_was_spoken() -> None:
    """Half as loud is 6 LU less, and the crest is the same."""
    loud, soft = (portrait(Singer(loudness=gain), [LINE]) for gain in (1, 0.5))
    assert loud.loudness - soft.loudness == pytest.approx(6, abs=0.1)
    assert loud.crest == pytest.approx(soft.crest, abs=0.1)
    assert loud.loudness == pytest.approx(
        integrated_loudness(samples_of(Singer().speak(LINE))), abs=0.5
    )


def test_a_voice_is_more_like_people_than_a_hum_is() -> None:
    """The default voice strays from people's spectrum by a few dB, a hum by many."""
    lines = ["Lie on your back, knees bent. Push your hips up, and hold."]
    ours = portrait(choose_voice(DEFAULT_VOICE, "en-US"), lines)
    assert ours.unlikeness < 6 < portrait(Singer(), lines).unlikeness


def test_silence_has_no_pitch() -> None:
    """A voice that only breathes is no error."""

    class Breather(Singer):
        def speak(self, text: str) -> Recording:
            noise = np.random.default_rng(1).normal(0, 0.1, len(text) * RATE // 10)
            return recorded(noise)

    likeness = portrait(Breather(), [LINE])
    assert (likeness.pitch, likeness.melody) == (0, 0)


def test_the_default_voice_is_at_a_pace_that_can_be_followed() -> None:
    """On our own lines: at the pace of people's talk, with time to do what each sentence says."""
    script = load_wording("en-US").script()
    ours = portrait(choose_voice(DEFAULT_VOICE, "en-US"), [script[cue].text for cue in LINES])
    assert 125 <= ours.words_a_minute <= 150
    assert 0.5 <= ours.sentence_pause <= 0.7


def test_stops_within_a_word_are_no_pauses() -> None:
    """The silence of a "p" or a "t" is shorter."""
    stop, gap = np.zeros(round(0.08 * RATE)), np.zeros(round(0.3 * RATE))
    tone = hum(150, 0.3)
    recording = recorded(np.concatenate((tone, stop, tone, gap, tone)))
    assert pauses(recording) == pytest.approx([0.3], abs=0.02)
