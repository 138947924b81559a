import pytest

from skill.coaching.errors import ContentError
from skill.coaching.movements import Hold, Reps, Sidedness
from skill.content.catalogue import load_catalogue

BOTH, LEG, WAY = Sidedness.TOGETHER, Sidedness.EACH_LEG, Sidedness.EACH_DIRECTION

FACTS = {
    # id: sides, posture, kind of dose, source, source of the dose
    "glute-bridge": (BOTH, "lying", Reps, "rw-stretches", "rw-stretches"),
    "heel-bridge": (BOTH, "lying", Reps, "alexa-coach", "ours"),
    "stacked-leg": (LEG, "seated", Hold, "rw-stretches", "rw-stretches"),
    "standing-figure-four": (LEG, "standing", Hold, "rw-stretches", "rw-stretches"),
    "seated-figure-four": (LEG, "chair", Hold, "rw-stretches", "rw-stretches"),
    "lying-figure-four": (LEG, "lying", Hold, "rw-stretches", "rw-stretches"),
    "pigeon": (LEG, "kneeling", Hold, "rw-stretches", "rw-stretches"),
    "clam": (LEG, "side-lying", Reps, "core-training", "ours"),
    "fire-hydrant": (LEG, "hands-and-knees", Reps, "core-training", "ours"),
    "kick-back": (LEG, "hands-and-knees", Reps, "core-training", "ours"),
    "monster-walk": (WAY, "standing", Reps, "alexa-coach", "ours"),
    "monster-walk-unloaded": (WAY, "standing", Reps, "alexa-coach", "ours"),
    "lunge": (LEG, "standing", Reps, "core-training", "ours"),
    "squat": (BOTH, "standing", Reps, "core-training", "ours"),
}

ROUTINES = {
    "pre-run": ["heel-bridge", "clam", "fire-hydrant", "kick-back", "monster-walk"],
    "post-run": ["lying-figure-four", "pigeon"],
    "glute-stretch": [
        "glute-bridge",
        "stacked-leg",
        "standing-figure-four",
        "lying-figure-four",
        "pigeon",
    ],
    "daily-five": ["clam", "fire-hydrant", "kick-back"],
    "strength": ["glute-bridge", "monster-walk", "lunge", "squat"],
    "desk": ["standing-figure-four", "seated-figure-four"],
}


def test_movements(catalogue):
    """The catalogue holds the movements of the facts, the monster walk also without its band."""
    assert {
        movement.id: (
            movement.sidedness,
            movement.posture.value,
            type(movement.dose),
            movement.source,
            movement.dose_source,
        )
        for movement in catalogue.movements.values()
    } == FACTS


def test_doses_of_the_source(catalogue):
    """Stretches are held for 20 to 30 seconds and bridges repeated 12 to 15 times."""
    for movement in catalogue.movements.values():
        if isinstance(movement.dose, Hold):
            assert 20 <= movement.dose.seconds <= 30
        elif "bridge" in movement.id:
            assert 12 <= movement.dose.count <= 15


def test_sources(catalogue):
    """Every source that an entry names is described."""
    assert set(catalogue.sources) == {
        "rw-stretches",
        "rw-activation",
        "alexa-coach",
        "core-training",
    }


def test_easier(catalogue):
    """The easier movements that the sources name are the ones offered."""
    easier = {name: movement.easier for name, movement in catalogue.movements.items()}
    assert easier["stacked-leg"] == easier["pigeon"] == "lying-figure-four"
    assert easier["standing-figure-four"] == "seated-figure-four"
    assert easier["monster-walk"] == "monster-walk-unloaded"


def test_stand_ins(catalogue):
    """Whatever a movement needs, some other movement stands in for it that does without."""
    for movement in catalogue.movements.values():
        assert movement.id not in movement.stand_ins
        for need in movement.needs:
            stand_ins = [catalogue.movements[id_] for id_ in movement.stand_ins]
            assert any(need not in stand_in.needs for stand_in in stand_ins), movement.id


def test_routines(catalogue):
    """The catalogue holds the six routines of the facts, their movements in order."""
    assert {
        routine.id: [movement.id for movement in routine.movements]
        for routine in catalogue.routines.values()
    } == ROUTINES


def test_no_long_holds_before_a_run(catalogue):
    """Before a run muscles are woken by moving, not by long static holds."""
    assert all(isinstance(part.movement.dose, Reps) for part in catalogue.routines["pre-run"].parts)


def test_bridge_sets(catalogue):
    """The bridge takes its two or three sets of 12 to 15 and comes first where it is used."""
    for routine in catalogue.routines.values():
        for place, part in enumerate(routine.parts):
            if part.movement.id == "glute-bridge":
                assert place == 0
                assert part.sets in {2, 3}
                assert 12 <= (part.dose or part.movement.dose).count <= 15


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("movements", "clam", "repz", 8), ["clam", "unknown key 'repz'", "reps", "hold_seconds"]),
        (("movements", "clam", "source", ...), ["clam", "lacks source"]),
        (("movements", "clam", "reps", ...), ["clam", "lacks a dose", "hold_seconds or reps"]),
        (
            ("movements", "clam", "sides", "left"),
            ["clam", "sides is 'left'", "each-leg", "together"],
        ),
        (("movements", "clam", "sides", ["left"]), ["clam", "sides is ['left']", "each-leg"]),
        (("movements", "clam", "posture", "flying"), ["clam", "'flying'", "side-lying", "chair"]),
        (("movements", "clam", "source", "my-aunt"), ["clam", "'my-aunt'", "core-training"]),
        (("movements", "clam", "dose_source", "hers"), ["clam", "'hers'", "ours", "core-training"]),
        (("movements", "clam", "hold_seconds", 30), ["clam", "not both"]),
        (("movements", "clam", "reps", 31), ["clam", "31", "1 to 30 repetitions"]),
        (("movements", "clam", "reps", "8"), ["clam", "reps takes a whole number", "'8'"]),
        (("movements", "clam", "reps", True), ["clam", "reps takes a whole number", "True"]),
        (("movements", "clam", "seconds_each", 2), ["clam", "2", "3 to 8 seconds"]),
        (("movements", "clam", "needs", ["sofa"]), ["clam", "'sofa'", "band", "kneeling"]),
        (("movements", "clam", "needs", "mat"), ["clam", "needs takes a list", "'mat'"]),
        (("movements", "fire-hydrant", "easier", "plank"), ["fire-hydrant", "'plank'", "clam"]),
        (
            ("movements", "clam", "stand_ins", ["lunge", "plank"]),
            ["clam", "stand_ins is 'plank'", "lunge"],
        ),
        (("movements", "clam", "stand_ins", ["clam"]), ["clam", "stand_ins is 'clam'", "lunge"]),
        (("movements", "clam", "stand_ins", "lunge"), ["clam", "stand_ins takes a list"]),
        (("movements", "clam", "posture", "kneeling"), ["clam", "kneeling"]),
        (("movements", "pigeon", "needs", ["mat"]), ["pigeon", "kneeling"]),
        (("movements", "pigeon", "hold_seconds", 9), ["pigeon", "9", "10 to 120 seconds"]),
        (("movements", "pigeon", "hold_seconds", 121), ["pigeon", "121", "10 to 120 seconds"]),
        (("movements", "sources", "rw-stretches", ""), ["sources", "rw-stretches", "''"]),
        (("movements", "Clam", None, {"sides": "each-leg"}), ["Clam", "lacks posture, source"]),
        (("movements", "clam", None, 8), ["clam", "takes a table", "8"]),
        (("routines", "desk", "source", "my-aunt"), ["desk", "'my-aunt'", "rw-stretches"]),
        (("routines", "desk", "parts", ...), ["desk", "lacks parts"]),
        (("routines", "desk", "parts", []), ["desk", "no movements"]),
        (("routines", "desk", "parts", "clam"), ["desk", "list of tables", "'clam'"]),
        (("routines", "desk", "length", 3), ["desk", "unknown key 'length'", "parts"]),
        (("routines", "desk", "parts", [{}]), ["desk, part 1", "lacks movement"]),
        (
            ("routines", "desk", "parts", [{"movement": "clam"}, {"movement": "plank"}]),
            ["desk, part 2", "'plank'", "clam", "squat"],
        ),
        (
            ("routines", "desk", "parts", [{"movement": "clam", "hold_seconds": 20}]),
            ["desk, part 1", "clam takes reps"],
        ),
        (
            ("routines", "desk", "parts", [{"movement": "clam", "hold_seconds": 20, "reps": 8}]),
            ["desk, part 1", "not both"],
        ),
        (
            ("routines", "desk", "parts", [{"movement": "pigeon", "hold_seconds": 200}]),
            ["desk, part 1", "200", "10 to 120 seconds"],
        ),
        (
            ("routines", "desk", "parts", [{"movement": "clam", "sets": 6}]),
            ["desk, part 1", "6", "1 to 5 sets"],
        ),
        (
            ("routines", "desk", "parts", [{"movement": "clam", "rounds": 2}]),
            ["desk, part 1", "unknown key 'rounds'", "sets"],
        ),
        (
            (
                "routines",
                "Desk_2",
                None,
                {"source": "rw-stretches", "parts": [{"movement": "clam"}]},
            ),
            ["Desk_2", "lower-case words joined by hyphens"],
        ),
    ],
)
def test_bad_entries(copied, change, edit, said):
    """A bad entry is refused with its file, its place and what would be good."""
    file, entry, key, value = edit
    change(f"{file}.toml", entry, key, value)
    with pytest.raises(ContentError) as refused:
        load_catalogue(copied)
    for words in [f"content/{file}.toml", *said]:
        assert words in str(refused.value)


@pytest.mark.parametrize("file", ["movements.toml", "routines.toml"])
@pytest.mark.parametrize("content", [b"[clam", b"[clam]\nname = '\xff'", None])
def test_unreadable_files(copied, file, content):
    """A file that is missing, no TOML or no UTF-8 is refused by its name."""
    if content is None:
        (copied / file).unlink()
    else:
        (copied / file).write_bytes(content)
    with pytest.raises(ContentError, match=f"content/{file}: cannot be read"):
        load_catalogue(copied)


def test_an_untouched_copy(copied, catalogue):
    """What the tests above change is good before they change it."""
    assert load_catalogue(copied) == catalogue
