"""The guides as they are heard: real cues, decoded, listened to for their chimes."""

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from skill.bootstrap import Service
from skill.coaching.movements import Side

RATE = 24_000
TOLERANCE_MS = 50
PLANS = ("pre-run", "glute-stretch", "desk", "post-run_h45_brief")
BLOCK = 1 << 17
"""Samples that are looked through at a time."""
ECHO_MS = 36
"""How far around a sound the codec smears it: its windows are longer than its frames."""


def decode(mp3: bytes) -> np.ndarray:
    """Decode an MP3 to samples."""
    samples, rate = soundfile.read(io.BytesIO(mp3), dtype="float32")
    assert rate == RATE
    assert samples.ndim == 1
    return samples


def onsets(samples: np.ndarray, chime: np.ndarray) -> list[float]:
    """Return the milliseconds at which a chime sounds, by normalised correlation."""
    wanted, fresh = np.conj(np.fft.rfft(chime, BLOCK)), BLOCK - len(chime)
    blocks = (samples[begin : begin + BLOCK] for begin in range(0, len(samples), fresh))
    likened = [np.fft.irfft(np.fft.rfft(block, BLOCK) * wanted)[:fresh] for block in blocks]
    correlation = np.concatenate(likened)[: len(samples) - len(chime)]
    energy = np.concatenate(([0.0], np.cumsum(samples.astype(np.float64) ** 2)))
    heard = np.sqrt(energy[len(chime) : -1] - energy[: -len(chime) - 1] + 1e-9)
    likeness = correlation / (heard[: len(correlation)] * np.sqrt(np.sum(chime**2)))
    found = []
    for candidate in np.flatnonzero(likeness > 0.9):
        if found and candidate - found[-1] < RATE // 10:
            if likeness[candidate] > likeness[found[-1]]:
                found[-1] = candidate
        else:
            found.append(candidate)
    return [float(onset) * 1000 / RATE for onset in found]


def chime(service: Service, name: str) -> np.ndarray:
    """Cut a chime out of a guide, where the timeline has it."""
    timeline = service.repertoire.timeline("post-run")
    sound = next(s for s in timeline.sounds if s.cue.id == f"chime/{name}.1")
    samples = decode(service.library.guide(timeline))
    return samples[sound.start * RATE // 1000 : sound.end * RATE // 1000]


@pytest.mark.parametrize("plan_id", PLANS)
def test_holds_last_their_length_on_both_sides(service, plan_id):
    """From begin chime to release chime each step lasts its dose, left as right, to 50 ms."""
    timeline = service.repertoire.timeline(plan_id)
    samples = decode(service.library.guide(timeline))
    begins = onsets(samples, chime(service, "begin"))
    releases = onsets(samples, chime(service, "release"))
    steps = timeline.plan.steps
    assert len(begins) == len(releases) == len(steps)
    heard = {}
    for step, begin, release in zip(steps, begins, releases, strict=True):
        assert release - begin == pytest.approx(step.length, abs=TOLERANCE_MS)
        heard[step.movement.id, step.set_number, step.side] = release - begin
    for (movement, number, side), length in heard.items():
        if side is Side.LEFT:
            other = heard[movement, number, Side.RIGHT]
            assert length == pytest.approx(other, abs=TOLERANCE_MS)


@pytest.mark.parametrize("plan_id", PLANS)
def test_a_guide_is_as_long_as_its_timeline(service, plan_id):
    """What is decoded is as long as the timeline says, and not one cue is missing."""
    timeline = service.repertoire.timeline(plan_id)
    samples = decode(service.library.guide(timeline))
    assert len(samples) * 1000 / RATE == pytest.approx(timeline.duration, abs=TOLERANCE_MS)
    for sound in timeline.sounds:
        piece = samples[sound.start * RATE // 1000 : sound.end * RATE // 1000]
        assert np.max(np.abs(piece)) > 0.05, sound.cue.id


@pytest.mark.parametrize("plan_id", ["post-run", "desk_brief"])
def test_what_is_between_the_cues_is_silent(service, plan_id):
    """Outside the cues, and the codec's few milliseconds around them, there is nothing."""
    timeline = service.repertoire.timeline(plan_id)
    samples = decode(service.library.guide(timeline)).copy()
    for sound in timeline.sounds:
        start, end = max(sound.start - ECHO_MS, 0), sound.end + ECHO_MS
        samples[start * RATE // 1000 : end * RATE // 1000] = 0
    assert np.max(np.abs(samples)) < 0.001


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="ffprobe is not installed")
@pytest.mark.parametrize("plan_id", PLANS)
def test_players_see_what_we_promise(service, plan_id, tmp_path: Path):
    """To ffprobe a guide is an MP3 of 24,000 Hz, mono, 48,000 bit/s, as long as its timeline."""
    timeline = service.repertoire.timeline(plan_id)
    guide = tmp_path / "guide.mp3"
    guide.write_bytes(service.library.guide(timeline))
    entries = "stream=codec_name,sample_rate,channels,bit_rate,duration"
    asked = [shutil.which("ffprobe"), "-v", "error", "-show_entries", entries, "-of", "flat", guide]
    told = dict(
        line.removeprefix("streams.stream.0.").split("=")
        for line in subprocess.run(
            asked, check=True, capture_output=True, text=True
        ).stdout.splitlines()
    )
    assert told["codec_name"] == '"mp3"'
    assert told["sample_rate"] == '"24000"'
    assert told["channels"] == "1"
    assert told["bit_rate"] == '"48000"'
    duration = float(told["duration"].strip('"')) * 1000
    assert duration == pytest.approx(timeline.duration, abs=TOLERANCE_MS)


@pytest.mark.parametrize("routine", ["pre-run", "glute-stretch"])
def test_the_clips_make_the_guide(service, routine):
    """Each step's clip is as long as the step, and together they are the guide."""
    timeline = service.repertoire.timeline(routine)
    total = 0
    for step, span in enumerate(timeline.spans):
        samples = decode(service.library.clip(timeline, step))
        assert len(samples) * 1000 / RATE == pytest.approx(span.end - span.start, abs=1)
        total += len(samples)
    assert total == len(decode(service.library.guide(timeline)))
