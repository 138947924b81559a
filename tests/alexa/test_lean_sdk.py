"""The lean SDK: the same classes, and few of its modules. Each look is a process of its own."""

import json
import subprocess
import sys

import pytest

from skill.alexa.lean_sdk import PACKAGES, ROOT
from skill.settings import PROJECT
from tests.alexa.recorded import recorded

EVERY_CLASS = f"""
import importlib, json, sys
from skill.alexa.lean_sdk import load_the_sdk_lazily
if sys.argv[1] == "lean":
    load_the_sdk_lazily()
names = json.loads(sys.argv[2])
for package in names:
    module = importlib.import_module(package)
    for name in names[package]:
        print(package, name, getattr(module, name).__module__)
print(sum(name.startswith("{ROOT}") for name in sys.modules), file=sys.stderr)
"""
ANSWER = """
import json, sys
from skill.alexa.lean_sdk import load_the_sdk_lazily
if sys.argv[1] == "lean":
    load_the_sdk_lazily()
from skill.bootstrap import build
from skill.settings import Settings
from skill.stores.memory import MemoryStore
from datetime import UTC, datetime
now = datetime(2026, 11, 20, 6, 41, tzinfo=UTC)
conversation = build(Settings(), store=MemoryStore(), clock=lambda: now).conversation
for document in json.load(sys.stdin):
    print(json.dumps(conversation.answer(document)["response"], sort_keys=True))
print(sum(name.startswith("ask_sdk_model") for name in sys.modules), file=sys.stderr)
"""


def run(code: str, *arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        input=told,
        capture_output=True,
        text=True,
        check=True,
    )


def test_every_class_that_a_package_has():
    """Whatever the SDK's packages give, they give it lazily too, and it is the same."""
    listing = "import importlib, json; print(json.dumps({name: [word for word in dir("
    listing += "importlib.import_module(name)) if word[0].isupper()] for name in %r}))"
    names = run(listing % [ROOT, *(f"{ROOT}.{package}" for package in PACKAGES)]).stdout
    whole, lean = (run(EVERY_CLASS, how, names).stdout for how in ("whole", "lean"))
    different = set(lean.splitlines()) - set(whole.splitlines())
    assert different == {f"{ROOT}.services ServiceClientFactory skill.alexa.lean_sdk"}
    assert len(whole.splitlines()) == len(lean.splitlines()) > 100


def test_the_same_answers_of_fewer_modules(rendered):  # noqa: ARG001
    """The coach answers to the letter what it does with the whole SDK, and loads a third of it."""
    asked = json.dumps([recorded(name) for name in ("launch", "intent_stop", "playback_failed")])
    whole, lean = (run(ANSWER, how, told=asked) for how in ("whole", "lean"))
    assert lean.stdout == whole.stdout
    assert int(lean.stderr.splitlines()[-1]) < int(whole.stderr.splitlines()[-1]) / 3


@pytest.mark.parametrize("name", ["Nonsense", "nonsense", "__all__", "Response2"])
def test_what_a_package_does_not_have(name):
    """What there is not is said to be missing as of any module."""
    code = (
        "from skill.alexa.lean_sdk import load_the_sdk_lazily; load_the_sdk_lazily()\n"
        f"import ask_sdk_model; print(getattr(ask_sdk_model, {name!r}, 'nothing'))"
    )
    assert run(code).stdout == "nothing\n"


def test_nobody_makes_a_service_client():
    """Who asks for one is told why there is none."""
    code = (
        "from skill.alexa.lean_sdk import load_the_sdk_lazily; load_the_sdk_lazily()\n"
        "from ask_sdk_model.services import ServiceClientFactory\n"
        "try:\n    ServiceClientFactory(None)\n"
        "except NotImplementedError as told:\n    print(told)"
    )
    assert "left out" in run(code).stdout


def test_an_sdk_that_is_loaded_already():
    """It stays as it is."""
    code = (
        "import ask_sdk_model; before = ask_sdk_model.Response\n"
        "from skill.alexa.lean_sdk import load_the_sdk_lazily; load_the_sdk_lazily()\n"
        "import sys; print(sys.modules['ask_sdk_model'].Response is before)"
    )
    assert run(code).stdout == "True\n"
