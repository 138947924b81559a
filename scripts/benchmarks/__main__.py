"""The command `scripts/bench`: one subcommand a benchmark, one report each."""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from scripts.benchmarks import audio, coldstart, request, scale, serving, understanding
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.report import Report
from skill.coaching.errors import CoachError

MEASURED, NOT_MEASURED, INTERRUPTED = 0, 1, 130
EXIT_CODES = """\
exit codes:
  0    measured; a missed aim is in the table, it is no error
  1    it could not be measured, for the reason given
  130  interrupted; nothing is left behind
"""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a subcommand measures, in a sentence, and the function that does."""

    about: str
    measure: Callable[[bool, Progress], Report]


BENCHMARKS: Mapping[str, Benchmark] = {
    "audio": Benchmark(
        "rendering, joining and loudness of the guides, beside a pydub program", audio.measure
    ),
    "coldstart": Benchmark(
        "how long a cold function takes to its first answer, beside the SDK with boto3",
        coldstart.measure,
    ),
    "http": Benchmark(
        "what is served over HTTP, beside the SDK's hello world in Flask and Express",
        serving.measure,
    ),
    "request": Benchmark(
        "what a request costs in one process, beside the SDK's hello world", request.measure
    ),
    "scale": Benchmark(
        "requests with up to a million runners, long histories, long guides", scale.measure
    ),
    "understanding": Benchmark(
        "how much is understood without Alexa, how much nonsense is, and how fast",
        understanding.measure,
    ),
}


def main(arguments: Sequence[str]) -> int:
    """Measure, print the report, and return the exit code."""
    chosen = _parse(arguments)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        with Progress(sys.stderr) as progress:
            report = BENCHMARKS[chosen.benchmark].measure(chosen.quick, progress)
    except CoachError as reason:
        print(f"It could not be measured: {reason}", file=sys.stderr)
        return NOT_MEASURED
    except KeyboardInterrupt:
        print("Interrupted; nothing is left behind.", file=sys.stderr)
        return INTERRUPTED
    print(report.json() if chosen.json else report.text())
    return MEASURED


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench",
        description="Measure the coach beside other ways to do the same, all in one run.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    benchmarks = parser.add_subparsers(dest="benchmark", required=True, metavar="BENCHMARK")
    for name, benchmark in BENCHMARKS.items():
        command = benchmarks.add_parser(
            name, help=benchmark.about, description=f"Measure {benchmark.about}."
        )
        command.add_argument("--json", action="store_true", help="the same figures as JSON")
        command.add_argument("--quick", action="store_true", help="fewer repetitions")
    return parser.parse_args(arguments)


def _as_ctrl_c(_signal: int, _frame: object) -> NoReturn:
    """Have a polite request to end treated as Ctrl-C is."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
