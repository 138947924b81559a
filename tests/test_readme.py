"""The README says what is so: intents, settings, routines, and a talk that can be had again."""

import io
import json
import re

import pytest

from scripts import talk
from skill.content.wording import load_wording
from skill.intents import INTENTS
from skill.settings import PROJECT, Settings, variables

README = (PROJECT / "README.md").read_text(encoding="utf-8")
MODEL = PROJECT / "skill/alexa/skill_package/interactionModels/custom/en-US.json"
TRANSCRIPT = re.search(r"<!-- talk -->\n```text\n(.*?)```", README, re.DOTALL)[1]


def test_names_every_intent():
    """README, intent table and interaction model name the same intents."""
    named = set(re.findall(r"`((?:AMAZON\.)?[A-Za-z]+Intent)`", README))
    model = json.loads(MODEL.read_text(encoding="utf-8"))
    modelled = {intent["name"] for intent in model["interactionModel"]["languageModel"]["intents"]}
    assert named == set(INTENTS) == modelled


def test_names_every_setting_with_its_default():
    """README and settings name the same variables, and the defaults are the real ones."""
    rows = dict(re.findall(r"^\| `(GLUTE_COACH_\w+)` \| ([^|]+) \|", README, re.MULTILINE))
    assert list(rows) == variables()
    for name, default in rows.items():
        value = getattr(Settings(), name.removeprefix("GLUTE_COACH_").lower())
        if default.startswith("`"):
            assert str(value).lower().endswith(default.strip("`").lower())
        else:
            assert not value


def test_names_every_routine_and_what_it_is_made_of():
    """README lists the routines as they are spoken of, with their movements."""
    wording = load_wording()
    for routine_id, words in wording.routines.items():
        row = re.search(rf"^\| {words.name} \|.*$", README, re.MULTILINE)[0]
        for movement in wording.catalogue.routines[routine_id].movements:
            last_word = wording.movements[movement.id].name.removesuffix(" stretch")
            assert last_word in row or last_word.removesuffix(" figure four") in row


def test_the_talk_is_one_that_can_be_had(monkeypatch):
    """Typed again, what the README's runner says gets word for word the same answers."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    typed = [line[8:] for line in TRANSCRIPT.splitlines() if line.startswith("   You  ")]
    heard = io.StringIO()
    assert talk.main(["--new-runner"], io.StringIO("\n".join(typed) + "\n"), heard) == 0
    assert heard.getvalue().strip().removesuffix("You").strip() == TRANSCRIPT.strip()


@pytest.mark.parametrize("command", re.findall(r"\./scripts/([\w.]+\w)", README))
def test_every_command_is_there(command):
    """Each command the README names can be run."""
    path = PROJECT / "scripts" / command
    assert path.stat().st_mode & 0o111
