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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10
from pathlib import Path
from statistics import median
from typing import Any, Self

WIDTH = 110
_TENTHS = ("LUFS", "dBTP")
"""Units of levels: a third digit means nothing there, and they lie around zero."""
_SIGNIFICANT_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Aim:
    """The bounds a figure should keep to; either end may be open."""

    least: float | None = None
    most: float | None = None

    def met_by(self, value: float) -> bool:
        """Whether a value lies within the bounds, or on one."""
        above = self.least is None or value >= self.least
        return above and (self.most is None or value <= self.most)

    def text(self, unit: str) -> str:
        """Say the bounds: "at least 15 x"."""
        if self.least is None and self.most is None:
            return "any"
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

    def verdict(self) -> str:
        """Say whether every aim is met; nothing if there is none."""
        met = [figure.is_met for figure in self.figures.values() if figure.aim is not None]
        if not met:
            return ""
        return "met" if all(met) else "missed"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under one title; the notes say what has to be known to read them."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def lines(self) -> Iterator[str]:
        """Yield the table as text. An aim that a whole column shares stands in its heading."""
        columns = list(dict.fromkeys(column for row in self.rows for column in row.figures))
        shared = {column: aim for column in columns if (aim := self._shared_aim(column))}
        several = any(len(figure.samples) > 1 for row in self.rows for figure in _firsts(row))
        headings = [self.title, columns[0], *(["spread", "n"] if several else []), *columns[1:]]
        grid = [
            [*headings, "aim" if any(row.verdict() for row in self.rows) else ""],
            ["", shared.get(columns[0], ""), *(["", ""] if several else [])]
            + [shared.get(column, "") for column in columns[1:]]
            + [""],
            *(self._cells(row, columns, shared, several=several) for row in self.rows),
        ]
        if not shared:
            del grid[1]
        widths = [max(map(len, cells)) for cells in zip(*grid, strict=True)]
        left = {0, len(widths) - 1}
        for number, cells in enumerate(grid):
            yield "  ".join(
                cell.ljust(width) if place in left else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
            ).rstrip()
            if number == (1 if shared else 0):
                yield "─" * (sum(widths) + 2 * (len(widths) - 1))
        for note in self.notes:
            yield from textwrap.wrap(note, WIDTH, initial_indent="  ", subsequent_indent="  ")

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
            "notes": list(self.notes),
        }

    def _shared_aim(self, column: str) -> str:
        figures = [row.figures.get(column) for row in self.rows]
        aims = {(figure.aim, figure.unit) if figure else None for figure in figures}
        only = aims.pop()
        if aims or len(figures) == 1 or only is None or only[0] is None:
            return ""
        return only[0].text(only[1])

    @staticmethod
    def _cells(
        row: Row, columns: Sequence[str], shared: Mapping[str, str], *, several: bool
    ) -> list[str]:
        texts = [row.figures[name].text() if name in row.figures else "" for name in columns]
        if several:
            first = next(_firsts(row))
            texts[1:1] = [first.spread(), str(len(first.samples))]
        aims = [
            figure.aim.text(figure.unit)
            for name, figure in row.figures.items()
            if figure.aim is not None and name not in shared
        ]
        return [row.what, *texts, " ".join(filter(None, [", ".join(aims), row.verdict()]))]


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


def _firsts(row: Row) -> Iterator[Figure]:
    yield from list(row.figures.values())[:1]


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
