"""A recording for the tests: every cue is there and has a length, and all of it is silence."""

from pathlib import Path

import pytest

from skill.content.wording import load_wording
from skill.guides.frames import SILENT_FRAME
from skill.guides.manifest import CUE_FOLDER, MANIFEST_FILE, CueFile, Manifest, words_digest

FRAMES = 50
"""1.2 s: so short that no cue is ever left out of its place."""


@pytest.fixture(scope="session")
def silent_audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render silence as the studio renders speech; return the folder of all locales."""
    audio = tmp_path_factory.mktemp("audio")
    script = load_wording("en-US").script()
    data = SILENT_FRAME * FRAMES
    file = CueFile.of("silence", data, FRAMES)
    (audio / "en-US" / CUE_FOLDER).mkdir(parents=True)
    (audio / "en-US" / CUE_FOLDER / file.file).write_bytes(data)
    manifest = Manifest("en-US", "silence", words_digest(script), dict.fromkeys(script, file))
    (audio / "en-US" / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return audio
