"""Everything there is to measure about audio, run in turn. Draws no conclusions.

One round runs all of it, so that whatever else the machine is busy with falls on the coach and
on the straightforward program alike; several rounds tell how much that was.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from audio.guide_files import GUIDE_FOLDER
from scripts.benchmarks.processes import CannotMeasureError, Measured
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import Project, recorded_in
from skill.guides.editions import standard_plans

REPETITIONS = 3
"""How often a round runs what takes under a second."""
SHORT = "desk_brief"
"""A guide to use the straightforward program on in other ways: all would take many minutes."""


class Run(StrEnum):
    """What is run and measured as a whole process, as its progress is told."""

    COLD_ALONE = "cold render, 1 job"
    COLD = "cold render, 2 jobs"
    COLD_WITH_GUIDES = "cold render with all guides, 2 jobs"
    UNCHANGED = "unchanged render"
    LINE = "one changed line"
    GUIDES = "all guides from cues"
    HOLDS = "all guides after changed hold lengths"
    JOINING = "one guide of ten minutes, joined over and over"
    STRAIGHTFORWARD = "the straightforward program"
    STRAIGHTFORWARD_SAMPLES = "the straightforward program, its voice handing over samples"
    SHORT = "the straightforward program, one short guide"
    SHORT_COMPRESSED = "the straightforward program, one short guide, compressed"


Turns = Sequence[tuple[Run, Callable[[], Measured]]]
"""What is run one after the other, and how."""

Runs = Mapping[Run, Sequence[Measured]]
"""All runs of one round."""


class Bench:
    """The programs to run, and the folders they write to; all of it inside one folder."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._progress = progress
        self._project = Project.copied_to(folder / "project")
        self._output = folder / "rendered"
        self._rendered = self._output / self._project.wording.locale
        self._guides_folder = self._rendered / GUIDE_FOLDER
        self._straightforward_folder = folder / "straightforward"
        self._plans = [plan.id for plan in standard_plans(self._project.wording.catalogue)]
        self._changed_lines = 0

    def round(self, name: str) -> Runs:
        """Run everything in turn."""
        swift: Turns = (
            (Run.UNCHANGED, self._unchanged),
            (Run.GUIDES, self._guides),
            (Run.HOLDS, self._guides_after_changed_holds),
            (Run.JOINING, lambda: self._run("assembling", self._rendered)),
        )
        in_turn: Turns = (
            (Run.COLD_ALONE, lambda: self._cold("--jobs", "1")),
            (Run.COLD, lambda: self._cold("--jobs", "2")),
            *(turn for _ in range(REPETITIONS) for turn in swift),
            (Run.STRAIGHTFORWARD, lambda: self._straightforward("mp3", self._plans)),
            (Run.STRAIGHTFORWARD_SAMPLES, lambda: self._straightforward("plain", self._plans)),
            (Run.SHORT, lambda: self._straightforward("plain", [SHORT])),
            (Run.SHORT_COMPRESSED, lambda: self._straightforward("compressed", [SHORT])),
            *[(Run.LINE, self._changed_line)] * REPETITIONS,
            (Run.COLD_WITH_GUIDES, lambda: self._cold("--jobs", "2", "--guides")),
        )
        runs: dict[Run, list[Measured]] = {what: [] for what in Run}
        for what, run in in_turn:
            self._progress.begin(f"{name}: {what}")
            runs[what].append(run())
        return runs

    def loudness(self) -> tuple[list[Any], list[Any]]:
        """Measure every guide of ours, and one a routine of the straightforward program's."""
        self._progress.begin("loudness and peaks of all guides")
        ours = self._run("loudness", *sorted(self._guides_folder.glob("*.mp3")))
        routines = self._project.wording.routines
        plans = [next(plan for plan in self._plans if plan.startswith(id_)) for id_ in routines]
        theirs = [self._straightforward_folder / "plain" / f"{plan}.mp3" for plan in plans]
        compressed = self._straightforward_folder / "compressed" / f"{SHORT}.mp3"
        heard = json.loads(self._run("loudness", *theirs, compressed).said)
        heard[-1]["name"] += ", compressed"
        return json.loads(ours.said), heard

    def _cold(self, *options: str) -> Measured:
        shutil.rmtree(self._output, ignore_errors=True)
        measured = self._project.render(self._output, *options)
        if not recorded_in(measured):
            raise CannotMeasureError("the render command recorded nothing, in an empty folder")
        return measured

    def _unchanged(self) -> Measured:
        return self._project.render(self._output, records=0)

    def _changed_line(self) -> Measured:
        self._changed_lines += 1
        with self._project.changed_line(self._changed_lines):
            return self._project.render(self._output, records=1)

    def _guides(self) -> Measured:
        shutil.rmtree(self._guides_folder, ignore_errors=True)
        measured = self._project.render(self._output, "--guides", records=0)
        written = len(list(self._guides_folder.glob("*.mp3")))
        if written != len(self._plans):
            raise CannotMeasureError(f"{written} guides were written, not {len(self._plans)}")
        return measured

    def _guides_after_changed_holds(self) -> Measured:
        with self._project.changed_holds():
            measured = self._guides()
        if {file.stem for file in self._guides_folder.glob("*.mp3")} <= set(self._plans):
            raise CannotMeasureError("the changed hold lengths are in no guide")
        return measured

    def _straightforward(self, lines: str, plans: Sequence[str]) -> Measured:
        output = self._straightforward_folder / lines
        folders = ("--rendered", self._rendered, "--output", output)
        return self._run("straightforward", *folders, "--lines", lines, *plans)

    def _run(self, program: str, *arguments: object) -> Measured:
        return self._project.run("-m", f"scripts.benchmarks.{program}", *map(str, arguments))
