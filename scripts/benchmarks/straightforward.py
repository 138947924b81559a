"""The straightforward program: what a good developer writes with pydub in an afternoon.

It makes the chimes once, with pydub's generators. For each guide it speaks every line with the
coach's own voice when its turn comes, adds silence up to the next sound of the coach's own
timeline, brings the whole to one peak with pydub's `normalize`, and has ffmpeg export it as
the coach's guides are: MP3, 24 kHz, mono, 48 kbit/s.

It does not: keep a line it has spoken, cut the silence around one, measure loudness, limit
peaks between samples, write tags, captions or chapters, or do two things at a time. Where a
line lasts longer than the room the timeline has for it, what follows is late.

As it is, the voice speaks in this very process and gives samples: no program can have them for
less. Two ways to use it show what else is usual. With `--lines compressed` each line goes
through `normalize` and `compress_dynamic_range`, which is what evenness takes in pydub. With
`--lines mp3` the voice gives MP3, as gTTS does, and pydub has ffmpeg decode each line; making
those MP3s is timed apart, as it would be the service's work.
"""

import argparse
import io
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import imageio_ffmpeg
from pydub import AudioSegment, effects
from pydub.generators import Sine

from audio.encoding import encode, frames_for
from audio.mastering import samples_of
from audio.voices.base import Voice
from audio.voices.choosing import DEFAULT_VOICE, choose_voice
from skill.coaching.cues import Chime, Counted, Recipe, Speech
from skill.coaching.plans import parse_plan_id
from skill.coaching.timeline import Timeline, lay_out
from skill.content.wording import load_wording
from skill.guides.manifest import load, words_digest

CHIMES = {
    "begin": ((523, 130), (784, 470)),
    "half": ((659, 160), (659, 340)),
    "release": ((784, 130), (523, 510)),
    "rep": ((1047, 180),),
}
"""Notes one after the other: hertz and milliseconds."""
CHIME_DECIBELS = -12
HIGHEST_PEAK = 2.0
"""dB under full scale, as Amazon asks."""
RATE = 22_050
"""What the voice speaks at."""
SERVICE = "making MP3s"
"""The work that a voice does which gives MP3s."""


class Lines(StrEnum):
    """How a line comes from the voice and what is done with it first."""

    PLAIN = "plain"
    COMPRESSED = "compressed"
    MP3 = "mp3"


@dataclass
class Program:
    """The program, and the seconds it spends on each kind of work."""

    voice: Voice
    chimes: Mapping[str, AudioSegment]
    lines: Lines
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def write(self, timeline: Timeline, script: Mapping[str, Recipe], path: Path) -> None:
        """Make one guide and export it."""
        guide = AudioSegment.silent(0, frame_rate=RATE)
        for sound in timeline.sounds:
            line = self.sound_of(script[sound.cue.id])
            with self.timed("joining"):
                guide += silence(sound.start - len(guide)) + line
        with self.timed("joining"):
            guide += silence(timeline.duration - len(guide))
        with self.timed("normalising"):
            guide = effects.normalize(guide, headroom=HIGHEST_PEAK)
        with self.timed("exporting"):
            form = ["-ar", "24000", "-ac", "1"]
            guide.export(path, format="mp3", bitrate="48k", parameters=form).close()

    def sound_of(self, recipe: Recipe) -> AudioSegment:
        """Make the sound of one cue."""
        match recipe:
            case Speech(text):
                return self.spoken(text)
            case Counted(words, spacing):
                counted = silence(len(words) * spacing)
                for number, word in enumerate(words):
                    counted = counted.overlay(self.spoken(word), position=number * spacing)
                return counted
            case Chime(name):
                return self.chimes[name]

    def spoken(self, text: str) -> AudioSegment:
        """Speak a text, in the way this program has its lines."""
        with self.timed("speaking"):
            spoken = self.voice.speak(text)
        if self.lines is Lines.MP3:
            with self.timed(SERVICE):
                samples = samples_of(spoken)
                mp3 = io.BytesIO(encode(samples, frames_for(len(samples))))
            with self.timed("decoding"):
                line = AudioSegment.from_file(mp3, format="mp3", codec="mp3")
                return line.set_frame_rate(RATE)
        line = AudioSegment(spoken.pcm, sample_width=2, frame_rate=spoken.rate, channels=1)
        if self.lines is Lines.COMPRESSED:
            with self.timed("compressing"):
                return effects.compress_dynamic_range(effects.normalize(line))
        return line

    @contextmanager
    def timed(self, work: str) -> Iterator[None]:
        """Count the seconds spent in here."""
        started = time.perf_counter()
        yield
        self.seconds[work] += time.perf_counter() - started


def silence(milliseconds: int) -> AudioSegment:
    """Return silence, or nothing if there is no time for any."""
    return AudioSegment.silent(max(0, milliseconds), frame_rate=RATE)


def chime(name: str) -> AudioSegment:
    """Return the notes of a chime, each fading away."""
    melody = AudioSegment.silent(0, frame_rate=RATE)
    for hertz, milliseconds in CHIMES[name]:
        note = Sine(hertz, sample_rate=RATE).to_audio_segment(milliseconds, CHIME_DECIBELS)
        melody += note.fade_in(5).fade_out(milliseconds * 2 // 3)
    return melody


def main(arguments: Sequence[str]) -> None:
    """Write a guide for each plan and print the seconds of each kind of work, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rendered", type=Path, required=True, help="whose timeline to follow")
    parser.add_argument("--output", type=Path, required=True, help="where the guides go")
    parser.add_argument("--lines", type=Lines, choices=list(Lines), default=Lines.PLAIN)
    parser.add_argument("plans", nargs="+")
    chosen = parser.parse_args(arguments)
    AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()
    locale = chosen.rendered.name
    wording = load_wording(locale)
    script = wording.script()
    sheet = load(chosen.rendered, words_digest(script)).cue_sheet()
    chimes = {name: chime(name) for name in CHIMES}
    program = Program(choose_voice(DEFAULT_VOICE, locale), chimes, chosen.lines)
    chosen.output.mkdir(parents=True, exist_ok=True)
    for plan in chosen.plans:
        timeline = lay_out(parse_plan_id(plan, wording.catalogue), sheet)
        program.write(timeline, script, chosen.output / f"{plan}.mp3")
    print(json.dumps(program.seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
