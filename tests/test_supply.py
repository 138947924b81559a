"""Supply: whatever is declared is used, whatever is locked is pinned, and known holes are none."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest

from skill.settings import PROJECT

DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = DECLARED["optional-dependencies"]
LOCKS = sorted(PROJECT.glob("*.lock.txt"))

IMPORTED = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
USED_OTHERWISE = {
    "audioop-lts": "pydub imports it where Python has no audioop any more",
    "awslambdaric": "the function's own runtime, started as a process by its simulator",
    "flask-cors": "moto's server needs it, and does not bring it",
    "import-linter": "a command of scripts/test",
    "moto": "started as a server of its own",
    "mypy": "a command of scripts/test",
    "piper-tts": "a voice, and a command",
    "pytest-xdist": "pytest's own: the tests at once",
    "pyyaml": "reads template.yaml",
    "ruff": "a command of scripts/test",
    "tzdata": "zoneinfo reads it where the machine has no time zones of its own",
}
"""What no line of ours imports, or not by its name; and why it is declared."""


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=;!~ ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def imported() -> Iterator[str]:
    """Yield the top-level name of every module that any line of ours imports."""
    for folder in ("skill", "audio", "scripts", "tests"):
        for file in (PROJECT / folder).rglob("*.py"):
            yield from IMPORTED.findall(file.read_text(encoding="utf-8"))


def test_nothing_declared_is_unused():
    """Each dependency is imported somewhere, or there is a reason here; no reason is stale."""
    modules: dict[str, set[str]] = {}
    for module, names in importlib.metadata.packages_distributions().items():
        for name in names:
            modules.setdefault(name.lower().replace("_", "-"), set()).add(module)
    used = set(imported())
    declared = {
        name_of(requirement)
        for requirements in [DECLARED["dependencies"], *EXTRAS.values()]
        for requirement in requirements
    }
    unused = {
        name
        for name in declared - USED_OTHERWISE.keys()
        # What this machine has no need of is not installed, and cannot be asked.
        if name in modules and not modules[name] & used
    }
    assert not unused
    assert USED_OTHERWISE.keys() <= declared


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_everything_locked_is_pinned(lock):
    """Every line of a lock names one version and its hashes, and no place to fetch it from."""
    text = lock.read_text(encoding="utf-8")
    pinned = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    begun = re.findall(r"^[A-Za-z0-9_.-]+", text, re.MULTILINE)
    assert len(pinned) == len(begun) > 1
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "://" not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_known_holes(lock):
    """What is locked has no hole that is known, where there is `pip-audit`, and it can ask."""
    if importlib.util.find_spec("pip_audit") is None:
        pytest.skip("to be asked about known holes: .venv/bin/pip install pip-audit")
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--disable-pip", "--requirement", lock],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if asked.returncode and "Found" not in asked.stderr:
        pytest.skip(f"the list of known holes is out of reach: {asked.stderr[-300:]}")
    assert asked.returncode == 0, asked.stdout
