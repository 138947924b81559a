"""How long a cold function takes until its first answer, beside the SDK's hello world and boto3.

A cold start is a whole process: Python starts, imports, wires, answers one request, and is gone.
All of them are started in turn, round by round, so that whatever else the machine is busy with
falls on each alike. They find all as the function's package has it: modules compiled, content
translated.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmarks.amazon_stub import amazon
from scripts.benchmarks.processes import CannotMeasureError, Measured
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import Project, rendered_by
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from scripts.echo.device import START
from scripts.echo.player import Activity, Playhead
from scripts.echo.requests import Device, Stationery
from skill.alexa.interaction_model import interaction_model
from skill.content.utterances import load_utterances
from skill.intents import Slot

ROUNDS, QUICK_ROUNDS = 21, 5
STARTERS = "scripts/benchmarks/starters"
RATIO, RATIO_TO_BOTO3 = Aim(most=1), Aim(most=0.7)
PEAK = Aim(most=45)

BARE, HELLO, BOTO3 = "bare Python", "hello world", "hello world with boto3"
COACH, CLOUD = "the coach with SQLite", "the coach with DynamoDB and a bucket"

_IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")
_GROUPS: Sequence[tuple[str, str]] = (
    # how the names of modules begin, and what they are
    ("skill.coaching", "skill.coaching"),
    ("skill.alexa", "skill.alexa"),
    ("skill", "the rest of skill"),
    ("ask_sdk", "Alexa's SDK"),
    ("dateutil", "what Alexa's SDK needs"),
    ("six", "what Alexa's SDK needs"),
)


def measure(quick: bool, progress: Progress) -> Report:
    """Start everything in turn, round by round; `quick` takes fewer rounds.

    Raise `CannotMeasureError` if one of them does not answer.
    """
    machine = Machine.here()
    with TemporaryDirectory(prefix="glute-coach-bench-") as made, amazon() as endpoint:
        folder = Path(made)
        progress.begin("copying the project")
        project = Project.copied_to(folder / "project")
        request = folder / "request.json"
        request.write_text(json.dumps(_request(project)))
        rendered = rendered_by(project, folder, progress)
        project.translate()
        programs = _programs(request, endpoint, rendered, folder / "runners.sqlite3")
        rounds = []
        most = QUICK_ROUNDS if quick else ROUNDS
        for number in range(-1, most):
            progress.begin(f"round {max(number, 0) + 1} of {most}")
            measured = {name: project.run(*program) for name, program in programs.items()}
            if number >= 0:  # the first one warms the disk's cache
                rounds.append(measured)
        imported = _imported(project, programs[COACH])
    return Report(
        "Cold start: from nothing to the first answered intent",
        machine,
        [_side_by_side(rounds), _phases(rounds), _imports(imported)],
    )


def _request(project: Project) -> Mapping[str, object]:
    model = interaction_model(project.wording, load_utterances(project.wording.locale))
    stationery = Stationery(Device(), model)
    routine = next(iter(project.wording.routines))
    asked = stationery.intent("StartRoutineIntent", {"routine": Slot(routine, (routine,))})
    session = stationery.new_session()
    return stationery.envelope(asked, session, Playhead(Activity.IDLE), START)


def _programs(
    request: Path, endpoint: str, rendered: Path, database: Path
) -> Mapping[str, Sequence[str]]:
    return {
        BARE: [f"{STARTERS}/bare.py"],
        HELLO: [f"{STARTERS}/hello.py", str(request)],
        BOTO3: [f"{STARTERS}/hello_boto3.py", str(request), endpoint],
        COACH: [f"{STARTERS}/coach.py", str(request), str(rendered), str(database)],
        CLOUD: [f"{STARTERS}/coach.py", str(request), str(rendered), endpoint],
    }


def _imported(project: Project, program: Sequence[str]) -> Mapping[str, float]:
    """Return how long each module of the coach takes by itself, in milliseconds."""
    done = subprocess.run(  # noqa: S603, our own program
        [sys.executable, "-X", "importtime", *program],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    imported = {name: int(taken) / 1000 for taken, name in _IMPORTED.findall(done.stderr)}
    if done.returncode or not imported:
        raise CannotMeasureError("Python did not tell how long its imports take")
    return imported


def _side_by_side(rounds: Sequence[Mapping[str, Measured]]) -> Table:
    def row(name: str) -> Row:
        runs = [measured[name] for measured in rounds]
        figures = {
            "time": Figure([run.seconds * 1000 for run in runs], "ms"),
            "processor": Figure([run.processor_seconds * 1000 for run in runs], "ms"),
        }
        peaks = [_told(run).get("peak", 0) / 1024 for run in runs]
        if all(peaks):
            aim = PEAK if name in {COACH, CLOUD} else None
            figures["peak"] = Figure([max(peaks)], "MB", aim)
        return Row(name, figures)

    def against(name: str, other: str, aim: Aim) -> Row:
        ratios = [measured[name].seconds / measured[other].seconds for measured in rounds]
        return Row(f"{name} against {other}", {"time": Figure(ratios, "x", aim)})

    return Table(
        "Whole processes",
        [
            *map(row, (BARE, HELLO, COACH, BOTO3, CLOUD)),
            against(COACH, HELLO, RATIO),
            against(CLOUD, BOTO3, RATIO_TO_BOTO3),
        ],
        (
            "From the process's start to its first answer. Hello world says hello, and with boto3 "
            "reads and writes one item before. The coach reads the runner, starts a routine, "
            "writes the runner, in the cloud finds the guide in its bucket, and answers with "
            "speech, guide and captions. Table and bucket are on this machine, and the same for "
            "both: without TLS, and as swift as it gets. A ratio is that of one round."
        ),
    )


def _phases(rounds: Sequence[Mapping[str, Measured]]) -> Table:
    told = [_told(measured[COACH]) for measured in rounds]
    return Table(
        "The coach with SQLite, by its own clock",
        [
            Row(f"until {phase}", {"time": Figure([times[phase] * 1000 for times in told], "ms")})
            for phase in told[0]
            if phase != "peak"
        ],
        "From a snapshot (SnapStart) a cold start has only the second.",
    )


def _told(run: Measured) -> Mapping[str, float]:
    """Return what a starter said of itself in its last line."""
    told: Mapping[str, float] = json.loads(run.said.splitlines()[-1])
    return told


def _imports(imported: Mapping[str, float]) -> Table:
    groups: dict[str, list[float]] = {}
    for name, taken in imported.items():
        group = next((what for begin, what in _GROUPS if name.startswith(begin)), "Python's own")
        groups.setdefault(group, []).append(taken)
    slowest = sorted(imported, key=imported.__getitem__, reverse=True)[:10]
    return Table(
        "The coach's imports, with SQLite (python -X importtime)",
        [
            *(
                Row(f"{group}, {len(times)} modules", {"time": Figure([sum(times)], "ms")})
                for group, times in sorted(groups.items(), key=lambda of: -sum(of[1]))
            ),
            *(Row(f"  {name}", {"time": Figure([imported[name]], "ms")}) for name in slowest),
        ],
        (
            "Each module without what it imports in turn; measuring makes them slower than they "
            "are. With skill.aws_lambda the whole service is wired."
        ),
    )
