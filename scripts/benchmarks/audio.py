"""What rendering costs, beside the straightforward program on the same voice and guides.

Makes the report out of what `rounds` measured, and says which figures are aimed at.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from scripts.benchmarks.processes import Measured
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import recorded_in
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from scripts.benchmarks.rounds import SHORT, Bench, Run, Runs

ROUNDS = 3
LONGEST_SECONDS = 5 * 60
"""No round is begun that would end later, if it takes as long as those before."""
MAKING_MP3S = "making MP3s"
"""What the straightforward program calls the time that its voice spends on MP3s."""

UNCHANGED, MEMORY = Aim(most=0.5), Aim(most=100)
JOBS, COLD, HOLDS, JOINED = Aim(1.6), Aim(15), Aim(200), Aim(50_000)
LOUDNESS, TRUE_PEAK = Aim(-14.5, -13.5), Aim(most=-2)


def measure(quick: bool, progress: Progress) -> Report:
    """Measure rendering, joining and loudness; `quick` takes a single round.

    Raise `CannotMeasureError` if a program fails or does not do what it should.
    """
    machine = Machine.here()
    with TemporaryDirectory(prefix="glute-coach-bench-") as folder:
        progress.begin("copying the project")
        bench = Bench(Path(folder), progress)
        rounds = _rounds(bench, 1 if quick else ROUNDS)
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


def _rounds(bench: Bench, most: int) -> Sequence[Runs]:
    rounds: list[Runs] = []
    started = time.monotonic()
    while len(rounds) < most:
        rounds.append(bench.round(f"round {len(rounds) + 1} of {most}"))
        taken = time.monotonic() - started
        if taken + taken / len(rounds) > LONGEST_SECONDS:
            break
    return rounds


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
            Row(
                f"{guides} guides, its voice handing over samples",
                _costs(_all(rounds, Run.STRAIGHTFORWARD_SAMPLES)),
            ),
            Row(f"  1 short guide of them, {SHORT}", _costs(_all(rounds, Run.SHORT))),
            Row("  with pydub's compressor", _costs(_all(rounds, Run.SHORT_COMPRESSED))),
        ],
        (
            "The same guides by the same voice in the same format: each line spoken as it comes, "
            "joined with silence, brought to one peak, exported. Its voice hands over MP3, as "
            "gTTS does; making them is not counted against it below, as Google would do that. "
            "The second way is kinder to it than any voice of the network is. The short guide "
            "shows pydub's only way to more loudness."
        ),
    )


def _side_by_side(rounds: Sequence[Runs], guides: int) -> Table:
    joined = [json.loads(process.said) for process in _all(rounds, Run.JOINING)]
    lasts, plan = joined[0]["lasts"], joined[0]["plan"]

    def row(what: str, ratios: Sequence[float], aim: Aim) -> Row:
        return Row(what, {"times as fast": Figure(ratios, "x", aim)})

    def against(slow: Run, fast: Run) -> Sequence[float]:
        return [_median_seconds(runs[slow]) / _median_seconds(runs[fast]) for runs in rounds]

    def against_mp3(fast: Run) -> Sequence[float]:
        return [
            median(p.seconds - json.loads(p.said)[MAKING_MP3S] for p in runs[Run.STRAIGHTFORWARD])
            / _median_seconds(runs[fast])
            for runs in rounds
        ]

    return Table(
        "Side by side",
        [
            row("cold render, 2 jobs against 1 job", against(Run.COLD_ALONE, Run.COLD), JOBS),
            row(
                f"cold render and {guides} guides, 2 jobs, against straightforward",
                against_mp3(Run.COLD_WITH_GUIDES),
                COLD,
            ),
            Row(
                "  against its voice handing over samples",
                {
                    "times as fast": Figure(
                        against(Run.STRAIGHTFORWARD_SAMPLES, Run.COLD_WITH_GUIDES), "x"
                    )
                },
            ),
            row(
                f"{guides} guides after changed holds, against straightforward",
                against_mp3(Run.HOLDS),
                HOLDS,
            ),
            Row(
                "  against its voice handing over samples",
                {"times as fast": Figure(against(Run.STRAIGHTFORWARD_SAMPLES, Run.HOLDS), "x")},
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
