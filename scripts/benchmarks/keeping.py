"""The coach with a database of its own in a process of its own: how fast it answers, what it holds.

Each line of its input is a JSON list of runners' numbers, who all start a routine; each line of its
output tells how long that took. The first line tells how long the start did.
"""

import json
import sys
import time
from contextlib import closing
from pathlib import Path

from scripts.benchmarks.answering import Coach, timed
from scripts.benchmarks.signed import Mail
from scripts.soaks.memory import held


def main(audio: Path, database: Path) -> None:
    """Answer until the input ends."""
    mail = Mail()
    begun = time.perf_counter()
    with closing(Coach(audio, database, mail)) as coach:
        _tell(seconds=time.perf_counter() - begun)
        for line in sys.stdin:
            starts = [mail.sign(mail.start(runner)) for runner in json.loads(line)]
            times, _ = timed(coach.answer, starts)
            _tell(times=times, megabytes=held())


def _tell(**told: object) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
