"""How loud MP3 files are, as ffmpeg decodes and measures them (EBU R128, true peak)."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imageio_ffmpeg

_METER = "ebur128=peak=true:framelog=quiet"
_LOUDNESS = re.compile(r"^\s+I:\s+(-?[\d.]+) LUFS", re.MULTILINE)
_PEAK = re.compile(r"^\s+Peak:\s+(-?[\d.]+) dBFS", re.MULTILINE)
_DURATION = re.compile(r"Duration: (\d+):(\d+):([\d.]+)")


def main(files: Sequence[str]) -> None:
    """Print for each file its name, its seconds, and its loudness and peak, as JSON."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        print(json.dumps(list(pool.map(_measured, map(Path, files)))))


def _measured(file: Path) -> dict[str, str | float]:
    asked = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-nostdin"]
    asked += ["-i", str(file), "-af", _METER, "-f", "null", "-"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stderr  # noqa: S603
    found = _LOUDNESS.search(told), _PEAK.search(told), _DURATION.search(told)
    if not all(found):
        sys.exit(f"ffmpeg does not say how loud {file.name} is")
    loudness, peak, duration = (match.groups() for match in found if match)
    hours, minutes, seconds = map(float, duration)
    return {
        "name": file.stem,
        "seconds": (hours * 60 + minutes) * 60 + seconds,
        "lufs": float(loudness[0]),
        "dbtp": float(peak[0]),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
