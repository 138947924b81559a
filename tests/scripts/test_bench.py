"""The form of the benchmarks: their command and their reports. Nothing is measured here."""

import json
import sys

import pytest

from scripts.benchmarks.__main__ import BENCHMARKS, main
from scripts.benchmarks.processes import CannotMeasureError, measure
from scripts.benchmarks.report import Aim, Figure, Machine, Report, Row, Table, written

MACHINE = Machine("Abacus", 2, "3.11.7", "Linux x86_64", 0.5)
SPEED = Table(
    "Speed",
    [
        Row("cold", {"time": Figure([7.301, 6.9, 7.4], "s"), "peak": Figure([78.26], "MB")}),
        Row("unchanged", {"time": Figure([0.1334], "s", Aim(most=0.5))}),
        Row("ratio", {"time": Figure([9.73], "x", Aim(15)), "peak": Figure([1], "MB")}),
    ],
    "Some words about how it was measured.",
)
LOUDNESS = Table(
    "Loudness",
    [
        Row(name, {"level": Figure([level], "LUFS", Aim(-14.5, -13.5))})
        for name, level in (("pre-run", -14.0), ("desk", -13.0))
    ],
)
REPORT = Report("Audio", MACHINE, [SPEED, LOUDNESS])


def line_of(what):
    """Return what stands in the row of this name."""
    [line] = [line for line in REPORT.text().splitlines() if line.startswith(f"{what} ")]
    return line.split()


def test_table_and_json_have_the_same_figures():
    """Each figure of the JSON stands in its row of the table, with spread, number and verdict."""
    report = json.loads(REPORT.json())
    assert report["machine"]["processor"] == "Abacus"
    rows = [row for table in report["tables"] for row in table["rows"]]
    assert len(rows) == len(SPEED.rows) + len(LOUDNESS.rows)
    for row in rows:
        line = line_of(row["what"])
        for figure in row["figures"].values():
            assert written(figure["median"], figure["unit"]) in line
            assert figure["unit"] in line
            if figure["n"] > 1:
                for bound in ("least", "most"):
                    assert written(figure[bound], figure["unit"]) in line
                assert str(figure["n"]) in line
            if "met" in figure:
                assert line[-1] == ("met" if figure["met"] else "missed")


def test_a_table_reads_well():
    """Machine, headings, aligned columns, aims and notes, as people see them."""
    assert REPORT.text().splitlines() == [
        "Audio",
        "Abacus, 2 cores; Python 3.11.7, Linux x86_64; load before it began: 0.5",
        "",
        "Speed         time        spread  n     peak  aim",
        "─────────  ───────  ────────────  ─  ───────  ────────────────────",
        "cold        7.30 s  6.90 to 7.40  3  78.3 MB",
        "unchanged  0.133 s                1           at most 0.5 s met",
        "ratio       9.73 x                1  1.00 MB  at least 15 x missed",
        "Some words about how it was measured.",
        "",
        "Loudness                level  aim",
        "          -14.5 to -13.5 LUFS",
        "────────  ───────────────────  ──────",
        "pre-run            -14.0 LUFS  met",
        "desk               -13.0 LUFS  missed",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00084, "s", "0.000840"),
        (12.345, "s", "12.3"),
        (741_234, "x", "741,000"),
        (0, "s", "0.0"),
        (-13.96, "LUFS", "-14.0"),
    ],
)
def test_numbers_are_written_as_exactly_as_they_deserve(value, unit, text):
    """Three digits that mean something; levels to a tenth."""
    assert written(value, unit) == text


def test_this_machine_is_named():
    """Processor, cores and Python are found out."""
    machine = Machine.here()
    assert machine.processor
    assert machine.cores >= 1
    assert machine.python == ".".join(map(str, sys.version_info[:3]))


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in BENCHMARKS)])
def test_help_is_enough_to_use_it(arguments, capsys):
    """--help names the benchmarks and the exit codes; that of each one, its options."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    told = capsys.readouterr().out
    if len(arguments) == 1:
        assert all(name in told for name in BENCHMARKS)
        assert "exit codes" in told
    else:
        assert "--json" in told
        assert "--quick" in told


@pytest.mark.parametrize("arguments", [[], ["video"], ["audio", "--fast"]])
def test_what_there_is_not_is_refused(arguments, capsys):
    """No benchmark, an unknown one, an unknown option: exit code 2, and what there is."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: bench" in capsys.readouterr().err


def test_a_program_that_fails_is_named_with_its_reason(tmp_path):
    """What cannot be measured is an error that says why, and never a figure."""
    with pytest.raises(CannotMeasureError, match=r"ended with 1: no voice$"):
        measure([sys.executable, "-c", "raise SystemExit('no voice')"], tmp_path)


def test_a_whole_process_is_measured(tmp_path):
    """What it says, its time and its memory are known, and it leaves nothing behind."""
    measured = measure([sys.executable, "-c", "print('done')"], tmp_path)
    assert measured.said == "done\n"
    assert measured.seconds > 0
    assert measured.processor_seconds > 0
    assert 1 < measured.peak_megabytes < 10_000
    assert not any(tmp_path.iterdir())
