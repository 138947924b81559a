"""One cue from its recipe to its frames: speak, check, cut, master, encode, hear, check.

Pure but for the voice: the same recipe and voice give the same bytes, whoever runs it.
"""

from collections.abc import Callable

from audio import bed, chimes
from audio.editing import on_the_beat, trimmed
from audio.encoding import decode, encode, encode_loop, frames_for
from audio.errors import CueError
from audio.loudness import Samples, true_peak
from audio.mastering import (
    HIGHEST_PEAK,
    EvenSound,
    recording_of,
    samples_of,
)
from audio.quality import check_cue, check_recording, check_text
from audio.voices.base import Voice
from skill.coaching.cues import Bed, Chime, Counted, Recipe, Speech
from skill.coaching.timeline import on_grid
from skill.guides.frames import FRAME_MS

_FIRST_CEILING = HIGHEST_PEAK - 1.5
"""dB; encoding raises the peaks of most cues by less than this."""
_MOST_CEILINGS = 6
_MARGIN = 0.1
"""dB; other decoders and meters differ by so much."""


def produce(recipe: Recipe, voice: Voice) -> bytes:
    """Return the frames of a cue.

    A chime or speech takes as many frames as it needs; counted words take as long as their
    beats, to the nearest frame; the bed is a loop, of which each frame stands alone. Raise
    `CueError` or `VoiceError`.
    """
    match recipe:
        case Speech(text):
            speech = _speech(text, voice)
            return _pressed(speech.at_level)
        case Counted(words, spacing):
            spoken = [_speech(word, voice) for word in words]
            frames = on_grid(len(words) * spacing) // FRAME_MS

            def counted(ceiling: float) -> Samples:
                levelled = [recording_of(word.at_level(ceiling)) for word in spoken]
                return samples_of(on_the_beat(levelled, spacing))

            return _pressed(counted, frames)
        case Chime(name):
            if name not in chimes.MELODIES:
                raise CueError(
                    f"there is no chime {name!r}; there are {', '.join(chimes.MELODIES)}"
                )
            chime = chimes.synthesise(name)
            return _pressed(lambda _ceiling: chime)
        case Bed():
            loop = encode_loop(bed.synthesise())
            check_cue(decode(loop))
            return loop


def _speech(text: str, voice: Voice) -> EvenSound:
    check_text(text)
    recording = voice.speak(text)
    check_recording(recording, text)
    return EvenSound.of(trimmed(recording))


def _pressed(at_ceiling: Callable[[float], Samples], frames: int | None = None) -> bytes:
    """Encode a sound, under a lower ceiling until its decoded peaks are allowed."""
    ceiling = _FIRST_CEILING
    for _ in range(_MOST_CEILINGS):
        samples = at_ceiling(ceiling)
        cue = encode(samples, frames or frames_for(len(samples)))
        heard = decode(cue)
        above = true_peak(heard) - (HIGHEST_PEAK - _MARGIN)
        if above <= 0:
            break
        ceiling -= above + _MARGIN
    check_cue(heard)
    return cue
