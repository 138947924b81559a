"""How the coach scales: with the number of runners, with their history, with a guide's length.

Round by round each size is measured in turn, so that whatever else the machine is busy with falls
on each alike. Everything measured stores what it changes.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from scripts.benchmarks.answering import Coach, timed, typical_runner
from scripts.benchmarks.crowds import MEGABYTE, Crowd
from scripts.benchmarks.lengths import MINUTES, guides_of
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import rendered
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from scripts.benchmarks.signed import Mail, token_of, user_id
from skill.coaching.movements import SECOND
from skill.coaching.runner import Runner
from skill.coaching.timeline import Timeline, lay_out
from skill.guides.library import FrameLibrary
from skill.guides.manifest import load, words_digest
from skill.records import encode
from skill.sessions import storage_key

CROWDS = (1_000, 10_000, 100_000, 1_000_000)
"""The largest takes a gigabyte on the disk for as long as it is measured."""
SESSIONS = (25, 125, 250, 500)
"""Sessions done: more than the last are not remembered. Each takes some 35 bytes in a record."""
ROUNDS, QUICK_ROUNDS = 12, 4
STARTS = 300
"""Of so many runners in a round, in each crowd; a hundredth of them is slow."""
BLOCK = 50
"""Of so many runners in a round, for each history and each length."""
JOINED = 5
"""How often a guide is joined in a round."""

LIKE_FEW, LIKE_NEW = Aim(most=1.3), Aim(most=1.3)
REAL_TIME = Aim(least=50_000)

Times = Mapping[Any, Sequence[float]]
"""Microseconds that each request of a round took, by what it was measured for."""


def measure(quick: bool, progress: Progress) -> Report:
    """Measure each size in turn, round by round; `quick` leaves the million runners out.

    Raise `CannotMeasureError` if the coach does not answer.
    """
    machine = Machine.here()
    with TemporaryDirectory(prefix="glute-coach-bench-") as made, ExitStack() as ending:
        folder, mail = Path(made), Mail()
        audio = rendered(folder, progress)
        most = QUICK_ROUNDS if quick else ROUNDS
        crowds = []
        for runners in CROWDS[:-1] if quick else CROWDS:
            progress.begin(f"{runners:,} runners are made known")
            crowds.append(Crowd(audio, folder / f"{runners}.sqlite3", runners))
            ending.callback(crowds[-1].end)
        tables = _crowds(crowds, most, progress)
        coach = ending.enter_context(closing(Coach(audio, folder / "runners.sqlite3", mail)))
        tables += _histories(coach, mail, most, progress)
        progress.begin("looking for guides of each length")
        guides = guides_of(MINUTES, coach.service.repertoire)
        tables += _lengths(coach, mail, guides, most, progress)
        tables += _joining(coach, audio, guides, most, progress)
    return Report("How it scales", machine, tables)


def _crowds(crowds: Sequence[Crowd], most: int, progress: Progress) -> list[Table]:
    """Have runners of each crowd start a routine, chosen at random."""
    random = Random(1)  # noqa: S311 - no secret
    rounds: list[Mapping[int, Mapping[str, Any]]] = []
    for number in range(most + 1):
        progress.begin(f"runners: round {max(number, 1)} of {most}")
        told = {
            crowd.runners: crowd.ask(random.sample(range(crowd.runners), STARTS))
            for crowd in crowds
        }
        if number:  # the first one warms
            rounds.append(told)
    few, many = crowds[0], crowds[-1]

    def row(crowd: Crowd) -> Row:
        times = [one[crowd.runners]["times"] for one in rounds]
        return Row(
            f"{crowd.runners:,} runners",
            {
                "99 in 100 within": Figure([_slow(one) for one in times], "µs"),
                "half within": Figure([median(one) for one in times], "µs"),
                "memory": Figure([max(one[crowd.runners]["megabytes"] for one in rounds)], "MB"),
                "on the disk": Figure([crowd.megabytes], "MB"),
                "start": Figure([crowd.start_seconds], "s"),
            },
        )

    ratios = [
        _slow(one[many.runners]["times"]) / _slow(one[few.runners]["times"]) for one in rounds
    ]
    return [
        Table(
            "Starting a routine, by how many runners are stored",
            [
                *map(row, crowds),
                Row(
                    f"{many.runners:,} against {few.runners:,}",
                    {"99 in 100 within": Figure(ratios, "x", LIKE_FEW)},
                ),
            ],
            (
                "In a process for each, from the signed bytes to the bytes of the answer; "
                f"{STARTS} runners at random in a round, one round of each in turn. Memory is what "
                "the process holds; start, what the service takes to begin, which has SQLite look "
                "at the whole file. A ratio is that of one round."
            ),
        )
    ]


def _histories(coach: Coach, mail: Mail, most: int, progress: Progress) -> list[Table]:
    """Have runners start a routine who have done few or very many before."""
    groups = {
        done: _group(coach, number, typical_runner(done)) for number, done in enumerate(SESSIONS)
    }
    rounds: list[Times] = []
    for number in range(most + 1):
        progress.begin(f"histories: round {max(number, 1)} of {most}")
        told = {}
        for done, runners in groups.items():
            starts = [mail.sign(mail.start(runner)) for runner in runners]
            told[done], _ = timed(coach.answer, starts)
        if number:
            rounds.append(told)

    def row(done: int) -> Row:
        stored = coach.service.store.load(_key(groups[done][0]))
        every = [taken for one in rounds for taken in one[done]]
        return Row(
            f"{done} sessions done",
            {
                "time": Figure([median(one[done]) for one in rounds], "µs"),
                "99 in 100 within": Figure([_slow(every)], "µs"),
                "stored": Figure([len(stored.document) / 1000 if stored else 0], "KB"),
            },
        )

    ratios = [median(one[SESSIONS[-1]]) / median(one[SESSIONS[0]]) for one in rounds]
    return [
        Table(
            "Starting a routine, by what a runner has done",
            [
                *map(row, SESSIONS),
                Row(
                    f"{SESSIONS[-1]} against {SESSIONS[0]} sessions",
                    {"time": Figure(ratios, "x", LIKE_NEW)},
                ),
            ],
            (
                f"Median of {BLOCK} runners a round. More than {SESSIONS[-1]} sessions are not "
                "remembered. Stored is the record after it."
            ),
        )
    ]


def _lengths(
    coach: Coach, mail: Mail, guides: Mapping[float, Timeline], most: int, progress: Progress
) -> list[Table]:
    """Have runners start guides of each length, and go on to their next step."""
    groups = {
        minutes: _group(coach, 10 + number, Runner(choices=guide.plan.choices, cautioned=True))
        for number, (minutes, guide) in enumerate(guides.items())
    }
    sizes: dict[float, int] = {}
    starting: list[Times] = []
    steering: list[Times] = []
    for number in range(most + 1):
        progress.begin(f"lengths: round {max(number, 1)} of {most}")
        started, steered = {}, {}
        for minutes, runners in groups.items():
            routine = guides[minutes].plan.routine.id
            starts = [mail.sign(mail.start(runner, routine)) for runner in runners]
            started[minutes], answers = timed(coach.answer, starts)
            sizes[minutes] = len(answers[0])
            tokens = [token_of(json.loads(answer)) for answer in answers]
            asked = [
                mail.sign(mail.ask(runner, token, "AMAZON.NextIntent"))
                for runner, token in zip(runners, tokens, strict=True)
            ]
            steered[minutes], _ = timed(coach.answer, asked)
        if number:
            starting.append(started)
            steering.append(steered)

    def row(minutes: float) -> Row:
        return Row(
            f"{_lasts(guides[minutes]) / 60:.1f} minutes",
            {
                "starting": Figure([median(one[minutes]) for one in starting], "µs"),
                "next": Figure([median(one[minutes]) for one in steering], "µs"),
                "answer": Figure([sizes[minutes] / 1000], "KB"),
            },
        )

    first, last = min(guides), max(guides)

    def ratio(rounds: Sequence[Times]) -> Figure:
        return Figure([median(one[last]) / median(one[first]) for one in rounds], "x")

    return [
        Table(
            "Starting and steering, by the guide's length",
            [
                *map(row, guides),
                Row(
                    "the longest against the shortest",
                    {"starting": ratio(starting), "next": ratio(steering)},
                ),
            ],
            (
                f"Median of {BLOCK} runners a round, with plans that were laid out before. The "
                "guide's captions are in the answer, up to 80,000 letters of them: that is what "
                "grows, and with it what it takes to write the answer down."
            ),
        )
    ]


def _joining(
    coach: Coach, audio: Path, guides: Mapping[float, Timeline], most: int, progress: Progress
) -> list[Table]:
    """Lay out and join each guide anew, with the cues in memory, and none of the guides."""
    wording = coach.service.wording
    folder = audio / wording.locale
    library = FrameLibrary(folder, load(folder, words_digest(wording.script())), kept_bytes=0)
    laying: list[dict[float, float]] = []
    whole: list[dict[float, float]] = []
    sizes = {minutes: len(library.guide(guide)) for minutes, guide in guides.items()}
    for number in range(most):
        progress.begin(f"joining: round {number + 1} of {most}")
        laid, joined = {}, {}
        for minutes, guide in guides.items():
            times = []
            for _ in range(JOINED):
                begun = time.perf_counter()
                timeline = lay_out(guide.plan, library.cue_sheet)
                between = time.perf_counter()
                library.guide(timeline)
                times.append((between - begun, time.perf_counter() - begun))
            laid[minutes] = median(one for one, _ in times)
            joined[minutes] = median(both for _, both in times)
        laying.append(laid)
        whole.append(joined)

    def row(minutes: float) -> Row:
        lasts, size = _lasts(guides[minutes]), sizes[minutes] / MEGABYTE
        return Row(
            f"{lasts / 60:.1f} minutes",
            {
                "times real time": Figure([lasts / one[minutes] for one in whole], "x", REAL_TIME),
                "time": Figure([1000 * one[minutes] for one in whole], "ms"),
                "of it laying out": Figure([1000 * one[minutes] for one in laying], "ms"),
                "a second": Figure([size / one[minutes] for one in whole], "MB"),
                "guide": Figure([size], "MB"),
            },
        )

    return [
        Table(
            "From plan to MP3, by the guide's length",
            list(map(row, guides)),
            "Laid out and joined anew each time, with the cues in memory, as the service has them.",
        )
    ]


def _group(coach: Coach, number: int, runner: Runner) -> list[int]:
    """Have some runners stored who are like this one; return their numbers."""
    numbers = list(range(number * BLOCK, (number + 1) * BLOCK))
    document = encode(runner)
    for each in numbers:
        coach.service.store.save(_key(each), document, None)
    return numbers


def _key(runner: int) -> str:
    return storage_key(user_id(runner))


def _lasts(guide: Timeline) -> float:
    """Return the seconds that a guide lasts."""
    return guide.duration / SECOND


def _slow(times: Sequence[float]) -> float:
    """Return what 99 in 100 of them keep within."""
    return quantiles(times, n=100)[-1]
