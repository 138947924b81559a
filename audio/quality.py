"""What a cue must be like to be heard by anyone. Each check raises `CueError` saying what is wrong.

Nothing broken is ever published, and nothing is put in its place.
"""

import numpy as np

from audio.errors import CueError
from audio.loudness import Samples, decibels, integrated_loudness, true_peak
from audio.mastering import HIGHEST_PEAK, amplitudes
from audio.recording import Recording

LONGEST_TEXT = 1000
"""Characters; a minute of speech. More than that at a time, nobody follows."""

FASTEST_SPEECH, SLOWEST_SPEECH = 30, 4
"""Letters a second; people, and voices, speak some 14."""
_PAUSES = 1.0
"""Seconds of silence around a text that count as no slowness."""

_SILENT_PEAK = -50.0
_LONGEST_CLIPPING = 8
"""Samples in a row at full scale; loud but sound recordings touch it for two or three."""
_BREAK_MILLISECONDS = 10
_BREAKS_OFF_ABOVE = -15.0
"""dB of the last moment beside the whole; speech dies away."""
_SILENT_CUE = -40.0


def check_text(text: str) -> None:
    """Raise `CueError` if there is nothing to speak in a text, or too much."""
    if not any(map(str.isalnum, text)):
        raise CueError(f"its text {text!r} has nothing to speak")
    if len(text) > LONGEST_TEXT:
        raise CueError(f"its text has {len(text)} characters; {LONGEST_TEXT} are the most")


def check_recording(recording: Recording, text: str) -> None:
    """Raise `CueError` if a voice's recording is empty, silent, clipped or cut short."""
    samples = amplitudes(recording)
    if not samples.size:
        raise CueError("the voice gave no sound")
    peak = decibels(float(np.abs(samples).max()))
    if peak < _SILENT_PEAK:
        raise CueError(f"the voice gave silence: its peak is {peak:.0f} dB")
    clipped = _longest_run(np.abs(samples) >= 32767 / 32768)
    if clipped > _LONGEST_CLIPPING:
        raise CueError(f"the voice's sound is clipped: {clipped} samples in a row at full scale")
    letters = sum(map(str.isalnum, text))
    shortest, longest = letters / FASTEST_SPEECH, letters / SLOWEST_SPEECH + _PAUSES
    if not shortest <= recording.seconds <= longest:
        raise CueError(
            f"the voice's sound lasts {recording.seconds:.1f} s; "
            f"{letters} letters take {shortest:.1f} to {longest:.1f} s"
        )
    last = _level(samples[-recording.rate * _BREAK_MILLISECONDS // 1000 :]) - _level(samples)
    if last > _BREAKS_OFF_ABOVE:
        raise CueError(f"the voice's sound breaks off: its last moment is at {last:.0f} dB of it")


def check_cue(heard: Samples) -> None:
    """Raise `CueError` if what a listener decodes is all but silent, or above the peak allowed."""
    loudness, peak = integrated_loudness(heard), true_peak(heard)
    if loudness < _SILENT_CUE:
        raise CueError(f"the finished cue is all but silent, at {loudness:.1f} LUFS")
    if peak > HIGHEST_PEAK:
        raise CueError(f"the finished cue peaks at {peak:.1f} dBTP, above {HIGHEST_PEAK:.1f}")


def _level(samples: Samples) -> float:
    return decibels(float(np.sqrt(np.mean(samples * samples))))


def _longest_run(marks: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marks, [False])).astype(np.int8)))
    return int(np.max(edges[1::2] - edges[::2], initial=0))
