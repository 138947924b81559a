"""What a request costs in this process, beside the SDK's hello world, and where the time goes.

Many runners take turns, fifty at a time: each kind of request is answered for all fifty, one kind
after the other, round by round, so that whatever else the machine is busy with falls on each alike.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

from scripts.benchmarks.answering import (
    Coach,
    hello_world,
    on_one_processor,
    timed,
    typical_runner,
)
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import rendered
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from scripts.benchmarks.signed import Mail, Signed, token_of
from scripts.benchmarks.stages import FULL, NORMAL, PARSE, RSA, Floor, Times, stages
from skill.records import encode

ROUNDS, QUICK_ROUNDS = 40, 8
BLOCK = 50
"""How many runners a round has."""
AGAINST_HELLO = Aim(most=1.0)

HELLO = "hello world, of what is parsed already"
START = "starting a routine"
NEXT = "steering: next"
QUESTION = "a question: how long left"
NOTICE = "a player's notice: it has started"


@dataclass(frozen=True, slots=True)
class Round:
    """What was measured of the same runners, by the kind of request, or by the part of its way.

    `times` and `means` are microseconds a request, `writes` how often it was stored.
    """

    times: Times
    means: Times
    writes: Mapping[str, float]
    stages: Times
    floor: Times


def measure(quick: bool, progress: Progress) -> Report:
    """Answer requests of each kind in turn, round by round; `quick` takes fewer rounds.

    Raise `CannotMeasureError` if the audio cannot be rendered.
    """
    machine = Machine.here()
    with TemporaryDirectory(prefix="glute-coach-bench-") as made:
        folder, mail = Path(made), Mail()
        audio = rendered(folder, progress)
        with (
            on_one_processor(),
            closing(Coach(audio, folder / "runners.sqlite3", mail)) as coach,
            closing(Floor(folder, mail)) as floor,
        ):
            most = QUICK_ROUNDS if quick else ROUNDS
            runners = range(2 * BLOCK * (most + 1))
            progress.begin(f"{len(runners)} runners are made known")
            coach.acquaint(runners)
            blocks = [runners[begin : begin + BLOCK] for begin in range(0, len(runners), BLOCK)]
            coach.play(mail, blocks[0])  # what is made once is made now
            bench = _Bench(coach, floor, mail)
            rounds = []
            for number, (block, apart) in enumerate(
                zip(blocks[2::2], blocks[3::2], strict=True), 1
            ):
                if number % 10 == 1:
                    progress.begin(f"round {number} of {most}")
                rounds.append(bench.round(block, apart))
            asked, answered = bench.sizes()
    return Report(
        "A request, from the signed bytes to the bytes of the answer",
        machine,
        [_kinds(rounds, asked, answered), _ratios(rounds), _stages(rounds), _floor(rounds)],
    )


class _Bench:
    """Measures rounds: every kind of request, for the same runners."""

    def __init__(self, coach: Coach, floor: Floor, mail: Mail) -> None:
        self._coach = coach
        self._floor = floor
        self._mail = mail
        self._hello = hello_world()
        self._record = encode(typical_runner())

    def round(self, runners: Sequence[int], others: Sequence[int]) -> Round:
        """Have each of the runners start, play, ask and go on; and hello be said to each.

        The parts of a start are taken by `others`: the coach knows whom it has stored last.
        """
        mail = self._mail
        times: dict[str, Sequence[float]] = {}
        writes: dict[str, float] = {}
        starts = self._starts(runners)
        documents = [json.loads(start.body) for start in starts]
        times[HELLO], _ = timed(lambda document: self._hello(document, None), documents)

        def take(kind: str, requests: Sequence[Signed]) -> list[bytes]:
            before = self._coach.versions(runners)
            times[kind], answers = timed(self._coach.answer, requests)
            after = self._coach.versions(runners)
            writes[kind] = mean(now - was for now, was in zip(after, before, strict=True))
            return answers

        def playing(answers: Sequence[bytes]) -> list[tuple[int, str]]:
            tokens = [token_of(json.loads(answer)) for answer in answers]
            return list(zip(runners, tokens, strict=True))

        on = playing(take(START, starts))
        take(NOTICE, [mail.sign(mail.started(runner, token, 0)) for runner, token in on])
        take(QUESTION, [mail.sign(mail.ask(*one, "HowLongLeftIntent")) for one in on])
        take(NEXT, [mail.sign(mail.ask(*one, "AMAZON.NextIntent")) for one in on])
        apart = stages(self._coach, self._starts(others))
        floor = self._floor.measure(self._starts(runners), self._record)
        return Round(
            {kind: median(taken) for kind, taken in times.items()},
            {kind: mean(taken) for kind, taken in times.items()},
            writes,
            apart,
            floor,
        )

    def sizes(self) -> tuple[int, int]:
        """Return the bytes of a start and of its answer."""
        [start] = self._starts([0])
        return len(start.body), len(self._coach.answer(start))

    def _starts(self, runners: Sequence[int]) -> list[Signed]:
        return [self._mail.sign(self._mail.start(runner)) for runner in runners]


def _kinds(rounds: Sequence[Round], asked: int, answered: int) -> Table:
    def row(kind: str) -> Row:
        figures = {
            "half within": Figure([one.times[kind] for one in rounds], "µs"),
            "mean": Figure([one.means[kind] for one in rounds], "µs"),
        }
        if kind in rounds[0].writes:
            writes = [one.writes[kind] for one in rounds]
            figures["stored"] = Figure([mean(writes)], "writes")
        return Row(kind, figures)

    waiting = [one.times[START] + one.floor[FULL] - one.floor[NORMAL] for one in rounds]
    return Table(
        "A request in one process",
        [
            *map(row, (HELLO, START, NEXT, QUESTION, NOTICE)),
            Row(f"{START}, had it to wait for the disk", {"half within": Figure(waiting, "µs")}),
        ],
        (
            f"Of {BLOCK} requests a round, each of another runner, with some sessions "
            "done; the mean has what comes seldom, too, such as clearing up memory. Starting takes "
            f"{asked:,} bytes and answers {answered:,}. Hello world is the SDK's lambda_handler, "
            "which checks nothing, stores nothing, and is given and gives objects. The coach takes "
            "signed bytes: certificate known, signature, time and skill checked, parsed, runner "
            "loaded, decided, stored in SQLite, answered as bytes. All of it on one processor, as "
            "`serve` does. The last row adds what a write "
            "by hand with synchronous=FULL takes more than one with NORMAL."
        ),
    )


def _ratios(rounds: Sequence[Round]) -> Table:
    return Table(
        "Against hello world",
        [
            Row(
                kind,
                {
                    "half within": Figure(
                        [one.times[kind] / one.times[HELLO] for one in rounds],
                        "x",
                        AGAINST_HELLO if kind == START else None,
                    ),
                    "mean": Figure([one.means[kind] / one.means[HELLO] for one in rounds], "x"),
                },
            )
            for kind in (START, NEXT, QUESTION, NOTICE)
        ],
        "A ratio is that of one round. Half of hello world is what is wished for.",
    )


def _stages(rounds: Sequence[Round]) -> Table:
    parts = rounds[0].stages
    rests = [one.times[START] - sum(one.stages.values()) for one in rounds]

    def row(what: str, times: Sequence[float]) -> Row:
        shares = [taken / one.times[START] for taken, one in zip(times, rounds, strict=True)]
        share = Figure([100 * share for share in shares], "%")
        return Row(what, {"time": Figure(times, "µs"), "share": share})

    return Table(
        "Where the time goes, starting a routine",
        [
            *(row(part, [one.stages[part] for one in rounds]) for part in parts),
            row("the rest", rests),
        ],
        (
            f"Each part by itself, {BLOCK} times in a row, which flatters it: the processor has it "
            "at hand. Half were within. The rest is what joins them, and that. After a start "
            "the runner need not be loaded and decoded: this process has stored them last."
        ),
    )


def _floor(rounds: Sequence[Round]) -> Table:
    def row(what: str, *parts: str) -> Row:
        times = [sum(one.floor[part] for part in parts) for one in rounds]
        return Row(what, {"time": Figure(times, "µs")})

    remainders = [
        one.times[START] - sum(one.floor[part] for part in (PARSE, RSA, NORMAL)) for one in rounds
    ]
    return Table(
        "The floor: no service that checks and remembers can do without",
        [
            row("parsing", PARSE),
            row("one RSA verification, 2,048 bits", RSA),
            row("one write, synchronous=NORMAL", NORMAL),
            row("one write, synchronous=FULL", FULL),
            row("the floor, with NORMAL", PARSE, RSA, NORMAL),
            row("the floor, with FULL", PARSE, RSA, FULL),
            Row(
                "what starting takes more, with NORMAL",
                {"time": Figure(remainders, "µs")},
            ),
        ],
        (
            "By hand: a kept connection, a write-ahead log, one statement that writes as many "
            "bytes as the coach does of a typical runner. FULL waits for the disk each time."
        ),
    )
