"""Cutting and laying sound with pydub: silence off the ends, fades, words on a beat.

The only module that knows pydub. Everything here works on whole milliseconds.
"""

import warnings
from collections.abc import Sequence

from audio.errors import CueError
from audio.recording import Recording

with warnings.catch_warnings():
    # pydub looks for ffmpeg, which it does not need here, and for audioop, which Python
    # deprecates and `audioop-lts` brings back.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

_SILENT_BELOW_PEAK = 45
"""dB; what is softer than this under the loudest moment counts as silence."""
_LEAD_IN, _LEAD_OUT = 5, 40
"""Milliseconds kept before and after the sound, and faded: its soft edges lie there."""


def trimmed(recording: Recording) -> Recording:
    """Return the sound without the silence around it, faded in and out: it starts at once."""
    sound = _segment(recording)
    threshold = sound.max_dBFS - _SILENT_BELOW_PEAK
    start = detect_leading_silence(sound, threshold, chunk_size=1)
    end = len(sound) - detect_leading_silence(sound.reverse(), threshold, chunk_size=1)
    kept = sound[max(0, start - _LEAD_IN) : end + _LEAD_OUT]
    return _recording(kept.fade_in(_LEAD_IN).fade_out(_LEAD_OUT))


def on_the_beat(words: Sequence[Recording], spacing: int) -> Recording:
    """Return words of one rate as one sound, in which one starts every `spacing` ms.

    Raise `CueError` if a word lasts longer than that.
    """
    whole = AudioSegment.silent(spacing * len(words), frame_rate=words[0].rate)
    for place, word in enumerate(words):
        sound = _segment(word)
        if len(sound) > spacing:
            raise CueError(
                f"word {place + 1} lasts {len(sound)} ms, but the next comes after {spacing} ms"
            )
        whole = whole.overlay(sound, position=place * spacing)
    return _recording(whole)


def _segment(recording: Recording) -> AudioSegment:
    return AudioSegment(recording.pcm, sample_width=2, frame_rate=recording.rate, channels=1)


def _recording(segment: AudioSegment) -> Recording:
    return Recording(segment.raw_data, segment.frame_rate)
