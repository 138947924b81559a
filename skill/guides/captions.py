"""Captions: what is said in a guide, as WebVTT, sentence by sentence at its time."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from skill.coaching.cues import Counted, Recipe, Speech
from skill.coaching.movements import SECOND, Milliseconds
from skill.coaching.timeline import Sound, Timeline
from skill.coaching.values import value_class
from skill.content.markup import escaped

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


@value_class
class Caption:
    """Some words, and when they are shown: [start, end) in milliseconds."""

    start: Milliseconds
    end: Milliseconds
    text: str


def captions_of(timeline: Timeline, script: Mapping[str, Recipe]) -> Iterator[Caption]:
    """Yield the captions of a guide in order; chimes have none."""
    for sound in timeline.sounds:
        match script[sound.cue.id]:
            case Speech(text):
                yield from _sentences(sound, text)
            case Counted(words, spacing):
                yield from _words(sound, words, spacing)


def web_vtt(timeline: Timeline, script: Mapping[str, Recipe]) -> str:
    """Write the captions of a guide as a WebVTT file."""
    cues = (
        f"{_clock(caption.start)} --> {_clock(caption.end)}\n{escaped(caption.text)}\n"
        for caption in captions_of(timeline, script)
    )
    return "\n".join(["WEBVTT\n", *cues])


def _sentences(sound: Sound, text: str) -> Iterator[Caption]:
    """Share a cue's time out among its sentences by their length."""
    sentences = _SENTENCE_END.split(text)
    written, marks = 0, [sound.start]
    for sentence in sentences:
        written += len(sentence)
        marks.append(sound.start + sound.cue.length * written // sum(map(len, sentences)))
    for sentence, (start, end) in zip(sentences, pairwise(marks), strict=True):
        yield Caption(start, end, sentence)


def _words(sound: Sound, words: tuple[str, ...], spacing: Milliseconds) -> Iterator[Caption]:
    for number, word in enumerate(words):
        start = sound.start + number * spacing
        yield Caption(start, min(start + spacing, sound.end), word)


def _clock(moment: Milliseconds) -> str:
    seconds, milliseconds = divmod(moment, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"
