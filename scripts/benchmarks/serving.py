"""What the coach serves over HTTP, beside the SDK's hello world behind the SDK's own adapters.

All servers run all the time, and each is loaded in turn, with one connection, then each with more,
round by round, so that whatever else the machine is busy with falls on each alike.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.benchmarks.answering import Coach
from scripts.benchmarks.loading import Loaded, load
from scripts.benchmarks.processes import CannotMeasureError
from scripts.benchmarks.progress import Progress
from scripts.benchmarks.project import rendered
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table
from scripts.benchmarks.servers import (
    COACH,
    CONSTANT,
    EXPRESS,
    FLASK,
    FLOOR,
    WORKERS,
    Kind,
    Place,
    Server,
    running,
)
from scripts.benchmarks.signed import RUNNERS, Mail

CONNECTIONS = (1, 16, 64)
ROUNDS, QUICK_ROUNDS = 7, 2
SECONDS, QUICK_SECONDS = 1.5, 1.0
WARMING_SECONDS = 0.3
WARM, MOST_WARMINGS = 100, 20
"""A server is warm once it has answered so many; and for how many of these times it may take."""
AGAINST: Mapping[Kind, Aim] = {FLASK: Aim(least=8), EXPRESS: Aim(least=1)}
"""Times as many requests a second, at `AIMED_AT` connections."""
AIMED_AT = 16
NO_ERRORS = Aim(most=0)
_RATIOS = "Times as many requests a second, at so many connections; a ratio is that of one round."
_HELPED = (
    "To run at all, and with our key, the adapters are helped: both find the certificates in a "
    "file, once, and trust one root more; the Flask adapter's library is told another version of "
    "OpenSSL, since it knows no patch number of two digits. How they verify is their own."
)

Round = Mapping[tuple[Kind, int], Loaded]
"""What was measured of each server with so many connections."""


def measure(quick: bool, progress: Progress) -> Report:
    """Load the coach and its peers in turn, round by round; `quick` takes fewer and shorter ones.

    Raise `CannotMeasureError` if one of them does not answer. A peer that cannot be had on this
    machine is left out, and the report says so.
    """
    return compare([COACH, FLOOR, FLASK, EXPRESS], quick, progress)


def compare(kinds: Sequence[Kind], quick: bool, progress: Progress) -> Report:
    """Load some kinds of servers; what it costs to load a server is measured, too."""
    machine = Machine.here()
    with TemporaryDirectory(prefix="glute-coach-bench-") as made:
        folder, mail = Path(made), Mail()
        mail.publish(folder)
        place = Place(folder, rendered(folder, progress))
        progress.begin(f"{RUNNERS} runners are made known, the servers started")
        with closing(Coach(place.audio, folder / "runners.sqlite3", mail)) as coach:
            coach.acquaint(range(RUNNERS))
        with running([CONSTANT, *kinds], place) as (servers, missing):
            most = QUICK_ROUNDS if quick else ROUNDS
            seconds = QUICK_SECONDS if quick else SECONDS
            for server in servers:
                _warm(server, mail)
            rounds = [
                _round(servers, mail, seconds, progress, f"round {number} of {most}")
                for number in range(1, most + 1)
            ]
            for server in servers:
                if fault := server.fault():
                    raise CannotMeasureError(f"{server.kind.name} logged: {fault}")
    measured = [server.kind for server in servers]
    return Report(
        f"Over HTTP, {WORKERS} workers each, every request verified",
        machine,
        [
            *(_load(rounds, measured, connections) for connections in CONNECTIONS),
            _ratios(rounds, measured, missing),
        ],
    )


def _round(
    servers: Sequence[Server], mail: Mail, seconds: float, progress: Progress, name: str
) -> Round:
    """Load each server with few connections, then each with more."""
    measured = {}
    requests = _requests(mail, RUNNERS)
    for connections in CONNECTIONS:
        progress.begin(f"{name}: {connections} connections")
        for server in servers:
            load(server.ports, requests, connections, WARMING_SECONDS)
            loaded = load(server.ports, requests, connections, seconds)
            if not loaded.answers:
                said = next(iter(loaded.errors), "it took too long")
                raise CannotMeasureError(f"{server.kind.name} answers nothing: {said}")
            measured[server.kind, connections] = loaded
    return measured


def _warm(server: Server, mail: Mail) -> None:
    """Have a server do what it does once; raise `CannotMeasureError` if it does not get on."""
    requests, answered = _requests(mail, WARM), 0
    for _ in range(MOST_WARMINGS):
        loaded = load(server.ports, requests, AIMED_AT, WARMING_SECONDS)
        if loaded.errors:
            raise CannotMeasureError(f"{server.kind.name} does not answer: {loaded.errors[0]}")
        answered += len(loaded.answers)
        if answered >= WARM:
            return
    raise CannotMeasureError(f"{server.kind.name} answers too slowly to be measured")


def _requests(mail: Mail, runners: int) -> Sequence[bytes]:
    """Return a request of each of so many runners, as it is sent."""
    starts = (mail.sign(mail.start(runner)) for runner in range(runners))
    return [start.on_the_wire("/alexa") for start in starts]


def _load(rounds: Sequence[Round], kinds: Sequence[Kind], connections: int) -> Table:
    def row(kind: Kind) -> Row:
        loaded = [one[kind, connections] for one in rounds]
        return Row(
            kind.name,
            {
                "a second": Figure([one.rate for one in loaded], "requests"),
                "half within": Figure([1000 * one.within(0.5) for one in loaded], "ms"),
                "99 in 100 within": Figure([1000 * one.within(0.99) for one in loaded], "ms"),
                "loading": Figure(
                    [1e6 * one.processor_seconds / len(one.answers) for one in loaded], "µs"
                ),
                "failed": Figure([sum(len(one.errors) for one in loaded)], "requests", NO_ERRORS),
            },
        )

    note = (
        f"The same requests for all: {RUNNERS:,} runners in turn ask for a routine. The coach "
        "checks, decides, stores in one database, and answers with speech, guide and captions; "
        "its processes have a port each, and the connections are shared out. The others check, "
        "say hello, and store nothing. Loading is what the program that loads takes of the same "
        "processors for each request; how little that can be, the first row shows."
    )
    title = "1 connection" if connections == 1 else f"{connections} connections"
    return Table(title, list(map(row, kinds)), note if connections == CONNECTIONS[-1] else "")


def _ratios(rounds: Sequence[Round], kinds: Sequence[Kind], missing: Sequence[str]) -> Table:
    def figure(peer: Kind, connections: int) -> Figure:
        rates = [one[COACH, connections].rate / one[peer, connections].rate for one in rounds]
        return Figure(rates, "x", AGAINST.get(peer) if connections == AIMED_AT else None)

    order = (AIMED_AT, *(number for number in CONNECTIONS if number != AIMED_AT))
    peers = [kind for kind in kinds if kind not in {COACH, CONSTANT}]
    helped = [_HELPED] if not AGAINST.keys().isdisjoint(peers) else []
    return Table(
        "The coach against",
        [
            Row(peer.name, {f"at {number}": figure(peer, number) for number in order})
            for peer in peers
        ],
        " ".join((_RATIOS, *helped, *missing)),
    )
