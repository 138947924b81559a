"""The commands themselves: what they check first, what they say, and what they leave alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.benchmarks.__main__ import BENCHMARKS
from skill.settings import PREFIX, PROJECT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are shell scripts")
INSTALLED = ("serve", "test")


@pytest.fixture
def checkout(tmp_path):
    """A checkout of its own where everything is set up: its Python is this one."""
    checkout = tmp_path / "checkout"
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for name in ("skill", "audio", "scripts", "tests", *(f"{lock}.lock.txt" for lock in INSTALLED)):
        (checkout / name).symlink_to(PROJECT / name)
    for lock in INSTALLED:
        stamp = checkout / ".venv" / f"installed-{lock}"
        with (PROJECT / f"{lock}.lock.txt").open("rb") as pinned, stamp.open("wb") as checksum:
            subprocess.run(["cksum"], stdin=pinned, stdout=checksum, check=True)  # noqa: S607
    return checkout


def run(checkout: Path, name: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess:
    """Run a command of the checkout with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    chosen = {
        "AUDIO": str(checkout / "rendered"),
        "DATABASE": str(checkout / "runners.db"),
        **settings,
    }
    return subprocess.run(
        [checkout / "scripts" / name, *arguments],
        env=kept | {f"{PREFIX}{name}": value for name, value in chosen.items()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("name", "who"), [("serve", "coach"), ("talk", "talk")])
@pytest.mark.parametrize("locale", ["xx", "en", "de-DE"])
def test_settings_are_checked_first(checkout, name, who, locale):
    """A setting that cannot be used is told in a sentence, before anything is rendered for it."""
    ended = run(checkout, name, LOCALE=locale)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (f"The {who} cannot start: {PREFIX}LOCALE takes en-US, not {locale!r}\n")
    assert not (checkout / "rendered").exists()


@pytest.mark.parametrize(("name", "who"), [("serve", "coach"), ("talk", "talk")])
def test_audio_that_cannot_be_written(checkout, name, who):
    """A folder that cannot be written is named, with the reason and the setting it came from."""
    ended = run(checkout, name, AUDIO="/dev/null/x")
    assert (ended.returncode, ended.stdout) == (1, "")
    why, what = ended.stderr.splitlines()
    assert why.endswith("Cannot write /dev/null/x/en-US: Not a directory")
    assert what.startswith(f"The {who} cannot start: ")
    assert f"/dev/null/x ({PREFIX}AUDIO)" in what


@pytest.mark.parametrize("name", ["bench", "check_template", "lock", "package", "soak", "test"])
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_does_nothing_else(checkout, name, asked):
    """Before anything is set up, whoever asks for help is told how to use it, and that is all."""
    shutil.rmtree(checkout / ".venv")
    ended = run(checkout, name, asked)
    assert (ended.returncode, ended.stderr) == (0, "")
    about, usage = ended.stdout.splitlines()[0], ended.stdout.splitlines()[-1].strip()
    assert about[0].isupper()
    assert usage.startswith(f"./scripts/{name} ")
    assert not (checkout / ".venv").exists()
    assert not (checkout / ".cloud-tools").exists()


def test_help_in_full(checkout):
    """Once everything is set up, a command that has options tells all of them."""
    assert "--quick" in run(checkout, "bench", "audio", "--help").stdout
    assert "--no-player" in run(checkout, "talk", "--help").stdout


@pytest.mark.parametrize("name", ["check_template", "lock"])
def test_arguments_that_are_not_taken(checkout, name):
    """A command without options says so, instead of leaving out what it was given."""
    ended = run(checkout, name, "bogus")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"{name} takes no arguments, not 'bogus'.\n"
    assert not (checkout / ".cloud-tools").exists()


@pytest.mark.parametrize(
    ("name", "names"),
    [("bench", BENCHMARKS), ("soak", ("dialogues", "fuzz", "crash", "race", "load"))],
)
@pytest.mark.parametrize("wrong", ["--wrong", "all", ""])
def test_what_is_to_be_measured_is_checked_first(checkout, name, names, wrong):
    """A slip is named with all there is to choose from, before anything is set up for it."""
    shutil.rmtree(checkout / ".venv")
    ended = run(checkout, name, *filter(None, [wrong]))
    assert (ended.returncode, ended.stdout) == (2, "")
    given = f", not '{wrong}'" if wrong else ""
    assert ended.stderr == f"{name} takes first one of {'|'.join(names)}{given}.\n"
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("name", ["bench", "soak"])
def test_what_is_measured_is_not_mistaken(checkout, name):
    """What there is to measure goes on to the command that does; so does what it takes besides."""
    first = {"bench": "request", "soak": "race"}[name]
    ended = run(checkout, name, first, "--help")
    assert ended.returncode == 0
    assert f"{name} {first}" in ended.stdout


def test_what_pytest_does_not_take(checkout):
    """It is named before anything is checked."""
    ended = run(checkout, "test", "--wrong")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "unrecognized arguments: --wrong" in ended.stderr


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("draw_art.py", "./scripts/serve"),
        ("talk.py", "./scripts/talk"),
        ("package_function.py", "./scripts/package"),
    ],
)
def test_by_a_python_without_our_packages(script, told):
    """Run by any Python, a script says which command sets everything up."""
    ended = subprocess.run(
        [sys.executable, "-I", "-S", PROJECT / "scripts" / script, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert told in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
