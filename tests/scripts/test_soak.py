"""The soak itself: its command, and that it notices what goes wrong."""

import json
from collections.abc import Callable
from random import Random

import pytest

from scripts.soaks.__main__ import BROKEN, KEPT, NOT_BEGUN, main
from scripts.soaks.dialogues import (
    Broken,
    draw_dialogue,
    have,
    read_dialogue,
    shorten,
    soak,
    write_down,
)
from scripts.soaks.happenings import Happening, Say, Wait
from scripts.soaks.house import House, Neighbourhood
from scripts.soaks.promises import BrokenPromiseError, Witness
from skill.coaching import events
from skill.coaching.plans import Choices
from skill.coaching.runner import Phase, Runner, SessionState
from skill.coaching.session import TRANSITIONS
from skill.coaching.timeline import Bookmark
from skill.coaching.values import replace
from skill.intents import Slot
from skill.records import encode
from skill.sessions import storage_key

KEY = storage_key("ARUNNER")
START = Say("start", "StartRoutineIntent", {"routine": Slot("desk", ("desk",))})
NEXT = Say("next", "AMAZON.NextIntent", {})


@pytest.fixture(scope="module")
def neighbourhood(rendered):  # noqa: ARG001 - the audio must be there
    around = Neighbourhood()
    yield around
    around.close()


def drawn(neighbourhood: Neighbourhood, seed: object) -> tuple[Happening, ...]:
    """Draw a dialogue; the same seed draws the same one."""
    return draw_dialogue(Random(str(seed)), neighbourhood)  # noqa: S311 - no secret


@pytest.mark.usefixtures("rendered")
def test_a_short_soak(capsys):
    """A soak tells in a line how far it got, and ends well while every promise is kept."""
    assert main(["dialogues", "--minutes", "0.02", "--seed", "7"]) == KEPT
    line = capsys.readouterr().out
    assert "with seed 7" in line
    assert "every promise was kept" in line


def test_the_same_seed_has_the_same_dialogues(neighbourhood):
    """A seed and a number make a dialogue, always the same one."""
    first, again, other = (drawn(neighbourhood, seed) for seed in ("1/5", "1/5", "1/6"))
    assert first == again
    assert first != other


def test_what_is_written_down_is_read_again(neighbourhood, tmp_path):
    """Whatever happens in a dialogue, it comes back from its file as it was."""
    for number in range(40):
        dialogue = drawn(neighbourhood, number)
        file = write_down(Broken(dialogue, ValueError("no")), tmp_path / "sub" / "dialogue.json")
        assert read_dialogue(file) == dialogue
        assert json.loads(file.read_text())["broken"] == "ValueError: no"


def test_every_kind_of_happening_is_drawn(neighbourhood):
    """Nothing that can happen is left out of the draw."""
    kinds = {type(happening) for number in range(300) for happening in drawn(neighbourhood, number)}
    assert kinds == set(Happening.KINDS.values())


def test_every_intent_is_drawn(neighbourhood):
    """Every intent of the interaction model is said."""
    said = {
        happening.intent
        for number in range(400)
        for happening in drawn(neighbourhood, number)
        if isinstance(happening, Say)
    }
    assert said == set(neighbourhood.vocabulary.intents)


@pytest.mark.usefixtures("rendered")
def test_a_replay(tmp_path, capsys):
    """A dialogue can be had again from its file, word by word."""
    file = write_down(Broken((START, Wait(20), NEXT), ValueError("no")), tmp_path / "dialogue.json")
    assert main(["dialogues", "--replay", str(file)]) == KEPT
    out = capsys.readouterr().out
    assert "Say words='start'" in out
    assert "desk break" in out
    assert "[plays " in out


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"happenings": [{"what": "Flood"}]}', '{"happenings": [{}]}']
)
def test_no_dialogue(tmp_path, capsys, content):
    """A file that holds no dialogue is named, with what is wrong."""
    file = tmp_path / "dialogue.json"
    file.write_text(content)
    assert main(["dialogues", "--replay", str(file)]) == NOT_BEGUN
    assert str(file) in capsys.readouterr().err


@pytest.mark.parametrize("minutes", ["0", "-1", "many", "inf", "nan"])
def test_no_number_of_minutes(capsys, minutes):
    """So many minutes there are not."""
    with pytest.raises(SystemExit):
        main(["dialogues", "--minutes", minutes])
    assert "minutes" in capsys.readouterr().err


class Tampered(House):
    """A house where somebody changes what is stored, after each thing that happens."""

    def __init__(self, neighbourhood: Neighbourhood, change: Callable[[Runner], Runner]) -> None:
        super().__init__(neighbourhood)
        self._store, self._change = neighbourhood.store, change
        self.is_tampered_with = False

    def let_happen(self, happening: Happening) -> None:
        super().let_happen(happening)
        if self.is_tampered_with:
            stored = self._store.load(KEY)
            changed = encode(self._change(self.remembered))
            self._store.save(KEY, changed, stored.version if stored else None)


def forgetful(runner: Runner) -> Runner:
    """Lose the history."""
    return replace(runner, history=())


def lost(runner: Runner) -> Runner:
    """Lose the place, to where there is none."""
    progress = replace(runner.session.progress, bookmark=Bookmark(0, 9_999_999))
    return replace(runner, session=replace(runner.session, progress=progress))


def unaware(runner: Runner) -> Runner:
    """Not know that anything plays."""
    return replace(runner, session=SessionState(generation=runner.session.generation))


def wilful(runner: Runner) -> Runner:
    """Set what nobody asked for."""
    return replace(runner, choices=Choices(hold_seconds=45))


def elsewhere(runner: Runner) -> Runner:
    """Believe to be somewhere else in the same guide."""
    progress = replace(runner.session.progress, bookmark=Bookmark(0, 9_000))
    return replace(runner, session=replace(runner.session, progress=progress))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (forgetful, "sessions done"),
        (lost, "lies outside"),
        (unaware, "plays while"),
        (wilful, "became"),
        (elsewhere, "the player is at"),
    ],
)
def test_what_is_noticed(neighbourhood, change, reason):
    """A lost session, a place that is none, a guide nobody knows of: each is noticed."""
    house = Tampered(neighbourhood, change)
    witness = Witness(neighbourhood, house)
    for happening in (START, Wait(600), START, Wait(20)):
        witness.let_happen(happening)
    house.is_tampered_with = True
    with pytest.raises(BrokenPromiseError, match=reason):
        witness.let_happen(Wait(1))


@pytest.fixture
def stumbling(monkeypatch):
    """A coach that fails when it is asked where we are."""
    nothing: dict[Phase, object] = {}
    monkeypatch.setitem(TRANSITIONS, events.WhereAmI, nothing)


@pytest.mark.usefixtures("stumbling")
class TestAFault:
    WHERE = Say("where am i", "WhereAmIIntent", {})

    def test_is_made_shorter(self, neighbourhood):
        """A broken dialogue is cut down to what it takes to break it."""
        waits = [Wait(1) for _ in range(20)]
        broken, _ = have(neighbourhood, (START, *waits, self.WHERE, NEXT))
        assert len(broken.happenings) == 22
        assert "KeyError" in broken.reason
        assert shorten(neighbourhood, broken).happenings == (self.WHERE,)

    def test_is_kept_in_a_file(self, tmp_path):
        """What breaks is written down, and told with the way to have it again."""
        soaked = soak(1, 3, lambda _: None, tmp_path)
        (file,) = tmp_path.glob("*.json")
        assert f"--replay {file}" in soaked.summary()
        assert [said.intent for said in read_dialogue(file)] == [self.WHERE.intent]

    def test_fails_the_command(self, tmp_path, capsys):
        """A replay that still breaks says why, and fails."""
        file = write_down(Broken((self.WHERE,), ValueError("no")), tmp_path / "dialogue.json")
        assert main(["dialogues", "--replay", str(file)]) == BROKEN
        assert "Broken: " in capsys.readouterr().out
