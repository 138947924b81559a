"""What rendering costs, beside the straightforward program on the same voice and guides.

All is measured in turn, several times over, so that whatever else the machine is busy with
falls on both sides alike. What the figures look like is the business of `report`.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from scripts.benchmarks.processes import CannotMeasureError, Measured
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import Project, recorded_in
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from skill.guides.editions import standard_plans

ROUNDS, REPETITIONS = 3, 3
"""How often everything is measured, and how often a round what takes under a second."""
SHORT = "desk_brief"
"""A guide to try pydub's compressor on: with all of them it would take many minutes."""

UNCHANGED, MEMORY = Aim(most=0.5), Aim(most=100)
JOBS, COLD, HOLDS, JOINED = Aim(1.6), Aim(15), Aim(200), Aim(50_000)
LOUDNESS, TRUE_PEAK = Aim(-14.5, -13.5), Aim(most=-2)


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
    SHORT = "the straightforward program, one short guide"
    SHORT_COMPRESSED = "the straightforward program, one short guide, compressed"


Turns = Sequence[tuple[Run, Callable[[], Measured]]]
"""What is run one after the other, and how."""

Runs = Mapping[Run, Sequence[Measured]]
"""All runs of one round."""


def measure(quick: bool, progress: Progress) -> Report:
    """Measure rendering, joining and loudness; `quick` takes a single round.

    Raise `CannotMeasureError` if a program fails or does not do what it should.
    """
    machine = Machine.here()
    with TemporaryDirectory(prefix="glute-coach-bench-") as folder:
        progress.begin("copying the project")
        bench = _Bench(Path(folder), progress)
        wanted = 1 if quick else ROUNDS
        rounds = [bench.round(f"round {number} of {wanted}") for number in range(1, wanted + 1)]
        ours, theirs = bench.loudness()
    return Report(
        "Audio: rendering, joining, loudness",
        machine,
        [
            _own_processes(rounds, len(ours)),
            _straightforward(rounds, len(ours)),
            _side_by_side(rounds, len(ours)),
            _loudness("Loudness of the coach's guides", ours, LOUDNESS, TRUE_PEAK),
            _loudness("Loudness of the straightforward program's", theirs),
        ],
    )


class _Bench:
    """The programs to run, and the folders they write to."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._progress = progress
        self._project = Project.copied_to(folder / "project")
        self._output = folder / "rendered"
        self._rendered = self._output / self._project.wording.locale
        self._straight, self._compressed = folder / "straightforward", folder / "compressed"
        self._plans = [plan.id for plan in standard_plans(self._project.wording.catalogue)]
        self._changes = 0

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
            (Run.STRAIGHTFORWARD, lambda: self._straightforward(self._straight, self._plans)),
            (Run.SHORT, lambda: self._straightforward(self._compressed, [SHORT])),
            (Run.SHORT_COMPRESSED, self._with_compressor),
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
        routines = self._project.wording.routines
        plans = [next(plan for plan in self._plans if plan.startswith(id_)) for id_ in routines]
        ours = self._run("loudness", *sorted((self._rendered / "guides").glob("*.mp3")))
        theirs = self._run("loudness", *(self._straight / f"{plan}.mp3" for plan in plans))
        compressed = self._run("loudness", self._compressed / f"{SHORT}.mp3")
        [short] = json.loads(compressed.said)
        short["name"] += ", compressed"
        return json.loads(ours.said), [*json.loads(theirs.said), short]

    def _cold(self, *options: str) -> Measured:
        shutil.rmtree(self._output, ignore_errors=True)
        measured = self._project.render(self._output, *options)
        if not recorded_in(measured):
            raise CannotMeasureError("the render command recorded nothing, in an empty folder")
        return measured

    def _unchanged(self) -> Measured:
        return self._project.render(self._output, records=0)

    def _changed_line(self) -> Measured:
        self._changes += 1
        with self._project.changed_line(self._changes):
            return self._project.render(self._output, records=1)

    def _guides(self) -> Measured:
        shutil.rmtree(self._rendered / "guides", ignore_errors=True)
        measured = self._project.render(self._output, "--guides", records=0)
        written = len(list((self._rendered / "guides").glob("*.mp3")))
        if written != len(self._plans):
            raise CannotMeasureError(f"{written} guides were written, not {len(self._plans)}")
        return measured

    def _guides_after_changed_holds(self) -> Measured:
        self._changes += 1
        with self._project.changed_holds(self._changes):
            return self._guides()

    def _straightforward(self, output: Path, plans: Sequence[str], *options: str) -> Measured:
        folders = ("--rendered", self._rendered, "--output", output)
        return self._run("straightforward", *folders, *options, *plans)

    def _with_compressor(self) -> Measured:
        return self._straightforward(self._compressed, [SHORT], "--compressed")

    def _run(self, program: str, *arguments: object) -> Measured:
        return self._project.run("-m", f"scripts.benchmarks.{program}", *map(str, arguments))


def _own_processes(rounds: Sequence[Runs], guides: int) -> Table:
    cues = recorded_in(rounds[0][Run.COLD][0])

    def row(what: str, run: Run, aim: Aim | None = None) -> Row:
        return Row(what, _costs(_all(rounds, run), aim, MEMORY))

    return Table(
        "The coach, whole processes",
        [
            row(f"cold render of {cues} cues, 1 job", Run.COLD_ALONE),
            row(f"cold render of {cues} cues, 2 jobs", Run.COLD),
            row(f"cold render and {guides} guides, 2 jobs", Run.COLD_WITH_GUIDES),
            row("unchanged render", Run.UNCHANGED, UNCHANGED),
            row("one changed line: 1 cue recorded", Run.LINE),
            row(f"{guides} guides from cues", Run.GUIDES),
            row(f"{guides} guides after changed holds: 0 cues recorded", Run.HOLDS),
        ],
        (
            "Each is the render command from its start to its end, with captions and chapters "
            "where it writes guides. Peak is the most that any run held resident, in the largest "
            "of its processes: 2 jobs are 2 such processes and a small one."
        ),
    )


def _straightforward(rounds: Sequence[Runs], guides: int) -> Table:
    processes = _all(rounds, Run.STRAIGHTFORWARD)
    parts = [json.loads(process.said) for process in processes]
    of_it = [
        Row(f"  of it {work}", {"time": Figure([part[work] for part in parts], "s")})
        for work in parts[0]
    ]
    return Table(
        "A straightforward pydub program, whole processes",
        [
            Row(f"{guides} guides", _costs(processes)),
            *of_it,
            Row(f"1 short guide, {SHORT}", _costs(_all(rounds, Run.SHORT))),
            Row("  with pydub's compressor", _costs(_all(rounds, Run.SHORT_COMPRESSED))),
        ],
        (
            "The same guides by the same voice in the same format: each line spoken as it comes, "
            "joined with silence, brought to one peak, exported. Its compressor is pydub's only "
            "way to more loudness; what follows compares with the program without it."
        ),
    )


def _side_by_side(rounds: Sequence[Runs], guides: int) -> Table:
    joined = [json.loads(process.said) for process in _all(rounds, Run.JOINING)]
    lasts, plan = joined[0]["lasts"], joined[0]["plan"]

    def row(what: str, ratios: Sequence[float], aim: Aim) -> Row:
        return Row(what, {"times as fast": Figure(ratios, "x", aim)})

    def against(slow: Run, fast: Run) -> Sequence[float]:
        return [_median_seconds(runs[slow]) / _median_seconds(runs[fast]) for runs in rounds]

    return Table(
        "Side by side",
        [
            row("cold render, 2 jobs against 1 job", against(Run.COLD_ALONE, Run.COLD), JOBS),
            row(
                f"cold render and {guides} guides, 2 jobs, against straightforward",
                against(Run.STRAIGHTFORWARD, Run.COLD_WITH_GUIDES),
                COLD,
            ),
            row(
                f"{guides} guides after changed holds, against straightforward",
                against(Run.STRAIGHTFORWARD, Run.HOLDS),
                HOLDS,
            ),
            row(
                f"{lasts / 60:.1f} minutes ({plan}) laid out and joined, against real time",
                [lasts / one["seconds"] for one in joined],
                JOINED,
            ),
        ],
        (
            "Whole processes against each other, round by round; but joining in a process that "
            "has its cues in memory, as the service has."
        ),
    )


def _loudness(
    title: str, guides: Sequence[Any], loudness: Aim | None = None, peak: Aim | None = None
) -> Table:
    return Table(
        title,
        [
            Row(
                guide["name"],
                {
                    "loudness": Figure([guide["lufs"]], "LUFS", loudness),
                    "true peak": Figure([guide["dbtp"]], "dBTP", peak),
                    "length": Figure([guide["seconds"] / 60], "min"),
                },
            )
            for guide in guides
        ],
    )


def _costs(
    processes: Sequence[Measured], time: Aim | None = None, memory: Aim | None = None
) -> dict[str, Figure]:
    return {
        "time": Figure([process.seconds for process in processes], "s", time),
        "processor": Figure([process.processor_seconds for process in processes], "s"),
        "peak": Figure([max(process.peak_megabytes for process in processes)], "MB", memory),
    }


def _all(rounds: Sequence[Runs], run: Run) -> Sequence[Measured]:
    return [process for runs in rounds for process in runs[run]]


def _median_seconds(processes: Sequence[Measured]) -> float:
    return median(process.seconds for process in processes)
