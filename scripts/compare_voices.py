#!/usr/bin/env python3
"""Compare voices: let each speak the same lines of ours, and print what it is like in figures."""

import argparse
import re
import sys
import wave
from collections.abc import Sequence
from dataclasses import astuple
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audio.portrait import Portrait
    from audio.voices.base import Voice

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("espeakng_loader", "lameenc", "numpy", "pydub", "soundfile", "soxr")

LINES = (
    "opening/pre-run.1",
    "lead/next.1",
    "name/monster-walk/left.1",
    "instruct/monster-walk/left/full.1",
    "instruct/clam/left/full.1",
    "instruct/pigeon/right/full.1",
    "instruct/heel-bridge/both/brief.1",
    "change/clam/right.1",
    "ready.2",
    "breathe.1",
    "half.1",
    "count/7.1",
    "release/hold.1",
    "rest.2",
    "closing.2",
)
"""Cues that between them have all that is said: long and short, instructions, calls, counts."""

VOICES = (
    "espeak:en-us",
    "espeak:en-gb",
    "espeak:en-us+f3/148/40",
    "espeak:en-us+f3/160/40",
    "espeak:en-us+f3/135/30",
    "espeak:en-us+f3/135/50",
    "espeak:en-us+f3/135/60",
    "espeak:en-us+f1/135/40",
    "espeak:en-us+f2/135/40",
    "espeak:en-us+f4/135/40",
    "espeak:en-us+f5/135/40",
    "espeak:en-us+Annie/135/40",
    "espeak:en-us+steph/135/40",
    "espeak:en-us+m3/135/40",
    "espeak:en-us+klatt4/135/40",
)
"""What is compared if nothing else is asked for."""

COLUMNS = {
    "words/min": ".0f",
    "pause s": ".2f",
    "pitch Hz": ".0f",
    "melody st": ".1f",
    "unlike dB": ".1f",
    "crest dB": ".1f",
    "LUFS": ".1f",
    "longest s": ".1f",
    "ms/line": ".1f",
}
"""One for each figure of a portrait, in its order."""

EPILOG = """\
A voice is named as for render_audio.py; besides, espeak:NAME/RATE/PITCH is any voice of
espeak-ng at any rate and pitch, such as espeak:en-us+f3/148/40.

columns:
  words/min    how fast one has to follow, pauses included; people talk at 125 to 150
  pause s      silence between two sentences of a line
  pitch Hz     the middle of all voiced moments
  melody st    semitones between the lowest and the highest tenth of them; 0 is a robot
  unlike dB    how far the spectrum strays from people's: hollow, shrill or muffled
  crest dB     from the mean level up to the highest peak: work for the mastering
  LUFS         loudness before mastering
  longest s    the longest line
  ms/line      time that it took to speak one line

exit codes:
  0  every voice is in the table
  2  a voice could not speak, for the reason given
"""

DONE, CANNOT_SPEAK = 0, 2
_TUNED = re.compile(r"espeak:([^/]+)/(\d+)/(\d+)")


def main(arguments: Sequence[str]) -> int:
    """Compare as the arguments say, and return the exit code."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        print(
            f"The studio needs {', '.join(missing)}; ./scripts/serve sets everything up, and "
            ".venv/bin/python runs this.",
            file=sys.stderr,
        )
        return CANNOT_SPEAK
    sys.path.insert(0, str(ROOT))
    # Not at the top: outside the virtual environment they would fail without a clear sentence.
    from audio.portrait import portrait  # noqa: PLC0415
    from skill.coaching.cues import Speech  # noqa: PLC0415
    from skill.coaching.errors import CoachError  # noqa: PLC0415
    from skill.content.wording import load_wording  # noqa: PLC0415

    chosen = _parse(arguments)
    try:
        script = load_wording(chosen.locale).script()
        lines = {cue: recipe.text for cue in LINES if isinstance(recipe := script[cue], Speech)}
        width = max(map(len, chosen.voices))
        print("  ".join([" " * width, *COLUMNS]))
        for name in chosen.voices:
            voice = _voice(name, chosen.locale)
            print(_row(name.ljust(width), portrait(voice, list(lines.values()))), flush=True)
            if chosen.output is not None:
                _record(voice, lines, chosen.output / re.sub(r"[^\w.+-]+", "-", name))
    except CoachError as error:
        print(error, file=sys.stderr)
        return CANNOT_SPEAK
    except OSError as error:
        print(f"Cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return CANNOT_SPEAK
    return DONE


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="compare_voices.py",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "voices", nargs="*", default=VOICES, metavar="VOICE", help="who speaks (default: see below)"
    )
    parser.add_argument("--locale", default="en-US", help="whose words (default: %(default)s)")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="also write every line as WAV, mastered as in the guides, a folder for each voice",
    )
    return parser.parse_args(arguments)


def _voice(name: str, locale: str) -> "Voice":
    from audio.voices.choosing import choose_voice  # noqa: PLC0415
    from audio.voices.espeak import EspeakVoice  # noqa: PLC0415

    tuned = _TUNED.fullmatch(name)
    if tuned:
        return EspeakVoice(tuned[1], rate=int(tuned[2]), pitch=int(tuned[3]))
    return choose_voice(name, locale)


def _row(name: str, figures: "Portrait") -> str:
    cells = [
        f"{figure:{form}}".rjust(len(column))
        for (column, form), figure in zip(COLUMNS.items(), astuple(figures), strict=True)
    ]
    return "  ".join([name, *cells])


def _record(voice: "Voice", lines: dict[str, str], folder: Path) -> None:
    from audio.encoding import decode  # noqa: PLC0415
    from audio.mastering import recording_of  # noqa: PLC0415
    from audio.production import produce  # noqa: PLC0415
    from skill.coaching.cues import Speech  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for cue, text in lines.items():
        heard = recording_of(decode(produce(Speech(text), voice)))
        with wave.open(str(folder / f"{cue.replace('/', '-')}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(heard.rate)
            file.writeframes(heard.pcm)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
