"""What rendering costs, beside the straightforward program on the same voice and guides.

All is measured in turn, several times over, so that whatever else the machine is busy with
falls on both sides alike. What the figures look like is the business of `report`.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from scripts.benchmarks.processes import CannotMeasureError, Measured
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import Project, recorded_in
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from skill.content.catalogue import load_catalogue
from skill.guides.editions import standard_plans
from skill.settings import Settings

ROUNDS, REPETITIONS = 3, 3
"""How often everything is measured, and how often a round what takes under a second."""
COMPRESSED = ("desk_brief", "post-run_brief")
"""Short guides: pydub's compressor is slow enough to be measured on two of them."""

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
        plain, compressed = ([], []) if quick else bench.compressor(wanted)
        ours, theirs = bench.loudness()
    return Report(
        "Audio: rendering, joining, loudness",
        machine,
        [
            _own_processes(rounds, len(ours)),
            _straightforward(rounds, len(ours), plain, compressed),
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
        self._rendered = self._output / Settings().locale
        self._straight = folder / "straightforward"
        self._plans = [plan.id for plan in standard_plans(load_catalogue())]
        self._changes = 0

    def round(self, name: str) -> Runs:
        """Run everything in turn."""
        swift = (
            (Run.UNCHANGED, self._unchanged),
            (Run.GUIDES, self._guides),
            (Run.HOLDS, self._guides_after_changed_holds),
            (Run.JOINING, lambda: self._run("assembling", self._rendered)),
        )
        in_turn = (
            (Run.COLD_ALONE, lambda: self._cold("--jobs", "1")),
            (Run.COLD, lambda: self._cold("--jobs", "2")),
            *(swift * REPETITIONS),
            (Run.STRAIGHTFORWARD, lambda: self._straightforward(self._plans)),
            *[(Run.LINE, self._changed_line)] * REPETITIONS,
            (Run.COLD_WITH_GUIDES, lambda: self._cold("--jobs", "2", "--guides")),
        )
        runs: dict[Run, list[Measured]] = {what: [] for what in Run}
        for what, run in in_turn:
            self._progress.begin(f"{name}: {what}")
            runs[what].append(run())
        return runs

    def compressor(self, times: int) -> tuple[list[Measured], list[Measured]]:
        """Run the straightforward program on few guides, without and with its compressor."""
        plain, compressed = [], []
        for _ in range(times):
            self._progress.begin("the straightforward program, with and without compressor")
            plain.append(self._straightforward(COMPRESSED))
            compressed.append(self._straightforward(COMPRESSED, "--compressed"))
        return plain, compressed

    def loudness(self) -> tuple[list[Any], list[Any]]:
        """Measure every guide of ours, and one a routine of the straightforward program's."""
        self._progress.begin("loudness and peaks of all guides")
        routines = load_catalogue().routines
        plans = [next(plan for plan in self._plans if plan.startswith(id_)) for id_ in routines]
        ours = self._run("loudness", *sorted((self._rendered / "guides").glob("*.mp3")))
        theirs = self._run("loudness", *(self._straight / f"{plan}.mp3" for plan in plans))
        return json.loads(ours.said), json.loads(theirs.said)

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

    def _straightforward(self, plans: Sequence[str], *options: str) -> Measured:
        folders = ("--rendered", self._rendered, "--output", self._straight)
        return self._run("straightforward", *folders, *options, *plans)

    def _run(self, program: str, *arguments: object) -> Measured:
        return self._project.run("-m", f"scripts.benchmarks.{program}", *map(str, arguments))


def _own_processes(rounds: Sequence[Runs], guides: int) -> Table:
    cues = recorded_in(rounds[0][Run.COLD][0])

    def row(what: str, run: Run, aim: Aim | None = None) -> Row:
        measured = [process for runs in rounds for process in runs[run]]
        return Row(what, _costs(measured, aim, MEMORY))

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
        [
            "Each is the render command from its start to its end, with captions and chapters "
            "where it writes guides. Peak is the most any run held resident, in the largest of "
            "its processes: 2 jobs are 2 such processes and a small one.",
        ],
    )


def _straightforward(
    rounds: Sequence[Runs],
    guides: int,
    plain: Sequence[Measured],
    compressed: Sequence[Measured],
) -> Table:
    all_guides = [process for runs in rounds for process in runs[Run.STRAIGHTFORWARD]]
    parts = [json.loads(process.said) for process in all_guides]
    rows = [Row(f"{guides} guides", _costs(all_guides))]
    rows += [Row(f"  of it {work}", {"time": _seconds(parts, work)}) for work in parts[0]]
    if compressed:
        rows.append(Row(f"{len(COMPRESSED)} short guides", _costs(plain)))
        rows.append(Row("  with pydub's compressor on each line", _costs(compressed)))
    return Table(
        "A straightforward pydub program, whole processes",
        rows,
        [
            "The same guides by the same voice, in the same format: each line spoken as it comes, "
            "joined with silence, brought to one peak, exported. Compressing is what evenness "
            "takes in pydub; the ratios below are against the program without it.",
        ],
    )


def _side_by_side(rounds: Sequence[Runs], guides: int) -> Table:
    joined = [json.loads(process.said) for runs in rounds for process in runs[Run.JOINING]]
    lasts, plan = joined[0]["lasts"], joined[0]["plan"]

    def faster(what: str, run: Run, than: Run, aim: Aim | None) -> Row:
        pairs = [(_median_seconds(runs, run), _median_seconds(runs, than)) for runs in rounds]
        ratios = [slow / fast for fast, slow in pairs]
        return Row(what, {"times as fast": Figure(ratios, "x", aim)})

    def than_real_time(what: str, seconds: float, taken: Sequence[float], aim: Aim) -> Row:
        return Row(what, {"times as fast": Figure([seconds / one for one in taken], "x", aim)})

    return Table(
        "Side by side",
        [
            faster("cold render: 2 jobs / 1 job", Run.COLD, Run.COLD_ALONE, JOBS),
            faster(
                f"cold render and {guides} guides, 2 jobs / straightforward",
                Run.COLD_WITH_GUIDES,
                Run.STRAIGHTFORWARD,
                COLD,
            ),
            faster(
                f"{guides} guides after changed holds / straightforward",
                Run.HOLDS,
                Run.STRAIGHTFORWARD,
                HOLDS,
            ),
            than_real_time(
                f"{plan} ({lasts / 60:.1f} minutes) laid out and joined / real time",
                lasts,
                [one["seconds"] for one in joined],
                JOINED,
            ),
        ],
        [
            "Against each other by rounds; the joining in a process that has its cues in memory, "
            "as the service has.",
        ],
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


def _seconds(parts: Sequence[Mapping[str, float]], work: str) -> Figure:
    return Figure([part[work] for part in parts], "s")


def _median_seconds(runs: Runs, run: Run) -> float:
    return median(process.seconds for process in runs[run])
