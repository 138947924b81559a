"""Reports: figures with their median and spread, as a table for people and as JSON.

Both are written from the same figures. What they mean, and how they were measured, is the
business of each benchmark.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10
from pathlib import Path
from statistics import median
from typing import Any, Self

_TENTHS = ("LUFS", "dBTP")
"""Units of levels: a third digit means nothing there, and they lie around zero."""
_SIGNIFICANT_DIGITS = 3
_WIDEST_NOTE = 100


@dataclass(frozen=True, slots=True)
class Aim:
    """The bounds a figure should keep to; one end may be open."""

    least: float | None = None
    most: float | None = None

    def met_by(self, value: float) -> bool:
        """Whether a value lies within the bounds, or on one."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def text(self, unit: str) -> str:
        """Say the bounds: "at least 15 x"."""
        if self.most is None:
            return f"at least {self.least:,g} {unit}"
        if self.least is None:
            return f"at most {self.most:,g} {unit}"
        return f"{self.least:,g} to {self.most:,g} {unit}"


@dataclass(frozen=True)
class Figure:
    """Something measured once or several times, in one unit; its median is what counts."""

    samples: Sequence[float]
    unit: str
    aim: Aim | None = None

    @cached_property
    def median(self) -> float:
        """The middle one of the samples."""
        return median(self.samples)

    @property
    def is_met(self) -> bool | None:
        """Whether the median is as it should be; None without an aim."""
        return None if self.aim is None else self.aim.met_by(self.median)

    def aim_text(self) -> str:
        """Say the aim, if there is one: "at most 0.5 s"."""
        return "" if self.aim is None else self.aim.text(self.unit)

    def text(self) -> str:
        """Write the median: "4.31 s"."""
        return f"{written(self.median, self.unit)} {self.unit}"

    def spread(self) -> str:
        """Write the least and the most of several samples: "4.20 to 4.70"."""
        if len(self.samples) == 1:
            return ""
        least, most = min(self.samples), max(self.samples)
        return f"{written(least, self.unit)} to {written(most, self.unit)}"

    def record(self) -> dict[str, Any]:
        """Return the figure as a JSON object."""
        record: dict[str, Any] = {
            "unit": self.unit,
            "median": self.median,
            "least": min(self.samples),
            "most": max(self.samples),
            "n": len(self.samples),
        }
        if self.aim is not None:
            record["aim"] = {"least": self.aim.least, "most": self.aim.most}
            record["met"] = self.is_met
        return record


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, and its figures by column; the first one is shown with its spread."""

    what: str
    figures: Mapping[str, Figure]

    @property
    def first(self) -> Figure:
        """The row's main figure."""
        return next(iter(self.figures.values()))

    def verdict(self, told: Collection[str]) -> str:
        """Say the aims, but for those of columns already `told`, and whether all are met."""
        aimed = {name: figure for name, figure in self.figures.items() if figure.aim}
        if not aimed:
            return ""
        aims = [figure.aim_text() for name, figure in aimed.items() if name not in told]
        is_met = all(figure.is_met for figure in aimed.values())
        return " ".join([*aims, "met" if is_met else "missed"])


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under one title; the note says what has to be known to read them."""

    title: str
    rows: Sequence[Row]
    note: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the table as text, and the note under it."""
        headings, rows = self._headings(), [self._cells(row) for row in self.rows]
        widths = [max(map(len, cells)) for cells in zip(*headings, *rows, strict=True)]
        for cells in (*headings, ["─" * width for width in widths], *rows):
            places = enumerate(zip(cells, widths, strict=True), start=1)
            yield "  ".join(
                cell.ljust(width) if place in {1, len(widths)} else cell.rjust(width)
                for place, (cell, width) in places
            ).rstrip()
        yield from textwrap.wrap(self.note, min(_WIDEST_NOTE, sum(widths) + 2 * len(widths)))

    def record(self) -> dict[str, Any]:
        """Return the table as a JSON object."""
        return {
            "title": self.title,
            "rows": [
                {
                    "what": row.what,
                    "figures": {name: figure.record() for name, figure in row.figures.items()},
                }
                for row in self.rows
            ],
            "note": self.note,
        }

    @property
    def _columns(self) -> list[str]:
        return list(dict.fromkeys(column for row in self.rows for column in row.figures))

    @property
    def _has_spreads(self) -> bool:
        return any(len(row.first.samples) > 1 for row in self.rows)

    def _headings(self) -> list[list[str]]:
        """Return the title over the rows, then the aims that whole columns share, if any."""
        first, *others = self._columns
        spread = ["spread", "n"] if self._has_spreads else []
        has_aims = any(figure.aim for row in self.rows for figure in row.figures.values())
        headings = [[self.title, first, *spread, *others, "aim" if has_aims else ""]]
        shared = self._shared_aims()
        if shared:
            under = ["" for _ in spread]
            aims = [shared.get(column, "") for column in self._columns]
            headings.append(["", aims[0], *under, *aims[1:], ""])
        return headings

    def _cells(self, row: Row) -> list[str]:
        figures = [row.figures.get(column) for column in self._columns]
        first, *others = (figure.text() if figure else "" for figure in figures)
        count = len(row.first.samples)
        spread = [row.first.spread(), str(count)] if self._has_spreads else []
        return [row.what, first, *spread, *others, row.verdict(self._shared_aims())]

    def _shared_aims(self) -> dict[str, str]:
        """Return the aims that every row of a column has, if there are several rows."""
        shared = {}
        for column in self._columns:
            figures = [row.figures.get(column) for row in self.rows]
            aims = {figure.aim_text() if figure else "" for figure in figures}
            if len(figures) > 1 and len(aims) == 1 and "" not in aims:
                shared[column] = aims.pop()
        return shared


@dataclass(frozen=True, slots=True)
class Machine:
    """What the figures were measured on, and what it was busy with before."""

    processor: str
    cores: int
    python: str
    system: str
    load: float

    @classmethod
    def here(cls) -> Self:
        """Describe this machine as it is now."""
        return cls(
            processor=_processor(),
            cores=len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1,
            python=platform.python_version(),
            system=f"{platform.system()} {platform.machine()}",
            load=round(os.getloadavg()[0], 1),
        )

    def text(self) -> str:
        """Say it in a line."""
        return (
            f"{self.processor}, {self.cores} cores; Python {self.python}, {self.system}; "
            f"load before it began: {self.load}"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one benchmark measured in one run."""

    title: str
    machine: Machine
    tables: Sequence[Table]

    def text(self) -> str:
        """Write it for people."""
        parts = [[self.title, self.machine.text()], *(list(table.lines()) for table in self.tables)]
        return "\n\n".join("\n".join(lines) for lines in parts)

    def json(self) -> str:
        """Write the same figures for programs, unrounded."""
        machine = {name: getattr(self.machine, name) for name in Machine.__slots__}
        tables = [table.record() for table in self.tables]
        return json.dumps({"title": self.title, "machine": machine, "tables": tables}, indent=1)


def written(value: float, unit: str) -> str:
    """Write a number as exactly as its unit deserves: three digits that mean something."""
    if unit in _TENTHS or not value:
        return f"{value:.1f}"
    decimals = _SIGNIFICANT_DIGITS - 1 - floor(log10(abs(value)))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def _processor() -> str:
    """Return the processor's name as its maker writes it, where the system knows."""
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    if sysctl := shutil.which("sysctl"):
        asked = [sysctl, "-n", "machdep.cpu.brand_string"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        if told.returncode == 0:
            return told.stdout.strip()
    return platform.processor() or platform.machine()
