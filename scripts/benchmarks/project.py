"""A copy of the project in a folder of its own, and what is changed in it to measure again.

Measuring happens in the copy: nobody's edits get in between, and nothing is left behind.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from scripts.benchmarks.processes import CannotMeasureError, Measured, measure
from scripts.benchmarks.progress import Progress
from skill.content.entries import translate_entries
from skill.content.wording import Wording, load_wording
from skill.guides.editions import STANDARD_HOLDS
from skill.settings import PROJECT, Settings

RENDER = Path("scripts", "render_audio.py")
_COPIED = (Path("audio"), Path("skill"), Path("scripts", "benchmarks"), RENDER)
_MADE = shutil.ignore_patterns("__pycache__", "rendered")
_EDITIONS = Path("skill", "guides", "editions.py")


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of the project; every program is run and measured in it, by this Python."""

    folder: Path
    wording: Wording

    @classmethod
    def copied_to(cls, folder: Path) -> Self:
        """Copy what renders, and compile it, as it is after a first run."""
        wording = load_wording(Settings().locale)
        for part in _COPIED:
            target = folder / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if (PROJECT / part).is_dir():
                shutil.copytree(PROJECT / part, target, ignore=_MADE)
            else:
                shutil.copy2(PROJECT / part, target)
        project = cls(folder, wording)
        project.run("-m", "compileall", "-q", "audio", "skill", "scripts")
        return project

    def run(self, *arguments: str) -> Measured:
        """Run Python with these arguments; raise `CannotMeasureError` if it fails."""
        return measure([sys.executable, *arguments], self.folder)

    def render(self, output: Path, *options: str, records: int | None = None) -> Measured:
        """Run the render command; raise `CannotMeasureError` if it records not so many cues."""
        measured = self.run(str(RENDER), "--output", str(output), *options)
        recorded = recorded_in(measured)
        if records not in {None, recorded}:
            raise CannotMeasureError(f"the render command recorded {recorded} cues, not {records}")
        return measured

    def translate(self) -> None:
        """Translate the content, as a package has it; nothing is changed in it any more."""
        for content in sorted((self.folder / "skill").rglob("*.toml")):
            translate_entries(content)

    def changed_line(self, number: int) -> AbstractContextManager[None]:
        """Have a routine open with one more sentence, another for each number from 1 on."""
        opening = next(iter(self.wording.routines.values())).opening
        words = Path("skill", "content", self.wording.locale.partition("-")[0], "routines.toml")
        return self._changed(words, opening, f"{opening} This is change {number}.")

    def changed_holds(self) -> AbstractContextManager[None]:
        """Have the standard guides made with holds that are a second longer."""
        longer = tuple(seconds + 1 for seconds in STANDARD_HOLDS)
        line = "STANDARD_HOLDS = {}"
        return self._changed(_EDITIONS, line.format(STANDARD_HOLDS), line.format(longer))

    @contextmanager
    def _changed(self, part: Path, before: str, after: str) -> Iterator[None]:
        file = self.folder / part
        text, written = file.read_text(encoding="utf-8"), file.stat().st_mtime
        if text.count(before) != 1:
            raise CannotMeasureError(f"{part} has not once {before!r}, which is changed to measure")
        file.write_text(text.replace(before, after), encoding="utf-8")
        # Python sees by a file's second that what it has compiled is of another time.
        os.utime(file, (written, written + 1))
        yield
        file.write_text(text, encoding="utf-8")
        os.utime(file, (written, written))


def recorded_in(measured: Measured) -> int:
    """Return how many cues a run of the render command says it recorded."""
    told = re.match(r"(\d+) cues recorded", measured.said)
    if told is None:
        raise CannotMeasureError(f"the render command says {measured.said[:80]!r}")
    return int(told[1])


def rendered(folder: Path, progress: Progress) -> Path:
    """Return a folder of rendered cues in a folder, whatever there is already in the project."""
    progress.begin("copying the project")
    return rendered_by(Project.copied_to(folder / "project"), folder, progress)


def rendered_by(project: Project, folder: Path, progress: Progress) -> Path:
    """Return a folder of rendered cues: those that are there already, and what they lack."""
    progress.begin("rendering what is not there yet")
    output = folder / "rendered"
    there = Settings().audio / project.wording.locale
    if there.is_dir():
        shutil.copytree(there, output / there.name)
    project.render(output)
    return output
