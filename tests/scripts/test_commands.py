"""The commands themselves: what they check first, what they say, and what they leave alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    for name in ("skill", "audio", "scripts", *(f"{lock}.lock.txt" for lock in INSTALLED)):
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
