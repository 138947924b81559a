import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALEXA = ROOT / "skill" / "alexa"
PACKAGE = ALEXA / "skill_package"
FILES = ["interactionModels/custom/en-US.json", "skill.json"]


def build(*arguments):
    """Run the builder as a person would, from another folder."""
    script = ROOT / "scripts" / "build_skill_package.py"
    return subprocess.run(
        [sys.executable, script, *arguments],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def listed(folder):
    """Return the files in a folder, by their paths within it."""
    return sorted(
        str(file.relative_to(folder)) for file in Path(folder).rglob("*") if file.is_file()
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A package built anew."""
    folder = tmp_path_factory.mktemp("package")
    result = build("--folder", str(folder))
    assert result.returncode == 0, result.stderr
    return folder


def test_the_committed_package_is_current():
    """What is committed is what the content makes today."""
    result = build("--check")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_builder_writes_the_files_the_ask_cli_uploads(built):
    """The manifest and one model a locale are written, and nothing half-written is left."""
    assert listed(built) == FILES


@pytest.mark.parametrize("file", FILES)
def test_the_files_are_json(built, file):
    """Each file is a JSON object that ends in a line break, the same as the committed one."""
    text = (built / file).read_text(encoding="utf-8")
    assert json.loads(text)
    assert text.endswith("}\n")
    assert text == (PACKAGE / file).read_text(encoding="utf-8")


def test_check_names_what_is_missing_and_writes_nothing(tmp_path):
    """With --check an empty folder stays empty, and each missing file is named."""
    result = build("--check", "--folder", str(tmp_path))
    assert result.returncode == 1
    assert all(file in result.stdout for file in FILES)
    assert listed(tmp_path) == []


def test_check_names_a_file_that_was_changed_by_hand(tmp_path):
    """With --check a file that differs is named alone, and building puts it right."""
    assert build("--folder", str(tmp_path)).returncode == 0
    (tmp_path / "skill.json").write_text("{}\n")
    result = build("--check", "--folder", str(tmp_path))
    assert result.returncode == 1
    assert "skill.json is not current" in result.stdout
    assert "en-US.json" not in result.stdout
    assert build("--folder", str(tmp_path)).returncode == 0
    assert build("--check", "--folder", str(tmp_path)).returncode == 0


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    """Where a file stands in the way, the builder says so and exits with 2."""
    (tmp_path / "taken").write_text("")
    result = build("--folder", str(tmp_path / "taken"))
    assert result.returncode == 2
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_help_tells_what_the_builder_does():
    """--help names the options and the exit codes."""
    result = build("--help")
    assert result.returncode == 0
    assert "--check" in result.stdout
    assert "exit codes" in result.stdout


def test_the_ask_cli_finds_the_package():
    """The ASK CLI's project file points at the folder with the manifest."""
    project = json.loads((ALEXA / "ask-resources.json").read_text(encoding="utf-8"))
    source = project["profiles"]["default"]["skillMetadata"]["src"]
    assert (ALEXA / source / "skill.json").is_file()
