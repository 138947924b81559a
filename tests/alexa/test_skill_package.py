import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

ROOT = Path(__file__).resolve().parents[2]
ALEXA = ROOT / "skill" / "alexa"
PACKAGE = ALEXA / "skill_package"
ICONS = {"assets/images/icon_108.png": 108, "assets/images/icon_512.png": 512}
JSON_FILES = ["interactionModels/custom/en-US.json", "skill.json"]
FILES = [*ICONS, *JSON_FILES]
PRIVACY, TERMS = "https://coach.example/privacy", "https://coach.example/terms?of=use"


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
    """Manifest, icons and one model a locale are written, and nothing half-written is left."""
    assert listed(built) == FILES


@pytest.mark.parametrize("file", JSON_FILES)
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


def manifest(folder):
    """Return the manifest in a folder."""
    return json.loads((folder / "skill.json").read_text(encoding="utf-8"))["manifest"]


@pytest.mark.parametrize(("file", "size"), ICONS.items())
def test_the_icons(file, size):
    """Each icon is an opaque PNG of the size that the store takes, and no blank square."""
    with Image.open(PACKAGE / file) as icon:
        icon.load()
        assert (icon.format, icon.mode, icon.size) == ("PNG", "RGB", (size, size))
        assert len(icon.getcolors(size * size)) > 100


def test_the_manifest_names_icons_that_are_there(built):
    """What the manifest points at is in the package, one icon of each size."""
    listing = manifest(built)["publishingInformation"]["locales"]["en-US"]
    named = {}
    for name in ("smallIconUri", "largeIconUri"):
        assert listing[name].startswith("file://assets/images/")
        with Image.open(built / listing[name].removeprefix("file://")) as icon:
            named[name] = icon.size
    assert named == {"smallIconUri": (108, 108), "largeIconUri": (512, 512)}


def test_the_art_is_what_its_script_draws(tmp_path):
    """Cover and icons that are committed are those that are drawn today."""
    script = ROOT / "scripts" / "draw_art.py"
    drawn = ["--art", str(tmp_path / "art"), "--icons", str(tmp_path / "icons")]
    subprocess.run([sys.executable, script, *drawn], check=True, capture_output=True)
    committed = {
        tmp_path / "art" / "cover.png": ROOT / "skill/content/art/cover.png",
        **{tmp_path / "icons" / Path(icon).name: PACKAGE / icon for icon in ICONS},
    }
    for made, kept in committed.items():
        with Image.open(made) as one, Image.open(kept) as other:
            difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
            assert max(highest for _, highest in difference.getextrema()) < 32


def test_what_the_manifest_asks_the_runner_for():
    """The skill asks for nothing but the permission to set reminders."""
    wanted = [{"name": "alexa::alerts:reminders:skill:readwrite"}]
    assert manifest(PACKAGE)["permissions"] == wanted


def test_the_privacy_answers():
    """Each of the store's questions about privacy is answered; pages there are none yet."""
    assert manifest(PACKAGE)["privacyAndCompliance"] == {
        "allowsPurchases": False,
        "containsAds": False,
        "isChildDirected": False,
        "isExportCompliant": True,
        "usesHealthInfo": False,
        "usesPersonalInfo": False,
    }


def test_pages_of_the_publisher(tmp_path):
    """Pages are linked when they are given, and stay so when the package is built again."""
    folder = ("--folder", str(tmp_path))
    given = ("--privacy-policy", PRIVACY, "--terms-of-use", TERMS)
    assert build(*folder, *given).returncode == 0
    pages = {"en-US": {"privacyPolicyUrl": PRIVACY, "termsOfUseUrl": TERMS}}
    for _ in range(2):
        assert manifest(tmp_path)["privacyAndCompliance"]["locales"] == pages
        assert build("--check", *folder).returncode == 0
        assert build(*folder).returncode == 0
    assert build(*folder, "--privacy-policy", "https://other.example").returncode == 0
    changed = manifest(tmp_path)["privacyAndCompliance"]["locales"]["en-US"]
    assert changed == {"privacyPolicyUrl": "https://other.example", "termsOfUseUrl": TERMS}


def test_one_page_alone(tmp_path):
    """A page that nobody gave is left out."""
    assert build("--folder", str(tmp_path), "--privacy-policy", PRIVACY).returncode == 0
    locales = manifest(tmp_path)["privacyAndCompliance"]["locales"]
    assert locales == {"en-US": {"privacyPolicyUrl": PRIVACY}}


@pytest.mark.parametrize("address", ["http://coach.example", "coach.example", "https://a b", ""])
def test_a_page_that_is_none(tmp_path, address):
    """What is no address is refused in a sentence, and nothing is written."""
    result = build("--folder", str(tmp_path), "--terms-of-use", address)
    assert result.returncode == 2
    assert "is no address; it begins https://" in result.stderr
    assert listed(tmp_path) == []


@pytest.mark.parametrize("locales", ['"x"', "[]", "{}", '{"en-US": 7}', '{"en-US": {}}', "null"])
def test_a_manifest_that_was_changed_by_hand(tmp_path, locales):
    """A manifest that cannot be read has no pages, and is written anew."""
    broken = f'{{"manifest": {{"privacyAndCompliance": {{"locales": {locales}}}}}}}'
    (tmp_path / "skill.json").write_text(broken)
    assert build("--folder", str(tmp_path)).returncode == 0
    assert "locales" not in manifest(tmp_path)["privacyAndCompliance"]


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


ARN = "arn:aws:lambda:eu-west-1:123456789012:function:glute-coach-CoachFunction-1A2b:live"


@pytest.mark.parametrize(
    ("endpoint", "written"),
    [
        (ARN, {"uri": ARN}),
        (
            "https://coach.example/alexa",
            {"uri": "https://coach.example/alexa", "sslCertificateType": "Trusted"},
        ),
    ],
)
def test_the_endpoint_once_given_stays(tmp_path, endpoint, written):
    """Where the service runs is told once, and is in the manifest from then on."""
    folder = ("--folder", str(tmp_path))
    assert "endpoint" not in manifest(PACKAGE)["apis"]["custom"]
    for arguments in (("--endpoint", endpoint), (), ("--check",)):
        assert build(*folder, *arguments).returncode == 0
        assert manifest(tmp_path)["apis"]["custom"]["endpoint"] == written


@pytest.mark.parametrize(
    "endpoint", ["http://coach.example", "coach", f"{ARN}:1:2", "arn:aws:s3:x"]
)
def test_what_is_no_endpoint_is_refused(tmp_path, endpoint):
    """A sentence says what an endpoint begins with, and nothing is written."""
    refused = build("--folder", str(tmp_path), "--endpoint", endpoint)
    assert refused.returncode == 2
    assert "it begins arn:aws:lambda: or https://" in refused.stderr
    assert not any(tmp_path.iterdir())
