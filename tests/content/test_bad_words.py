import pytest

from skill.coaching.errors import ContentError
from skill.content.wording import load_wording, read_wording


@pytest.fixture
def read(copied, catalogue):
    """Read the copied words for the real catalogue."""
    return lambda: read_wording("en-US", copied / "en", catalogue)


def test_an_untouched_copy(read, wording):
    """What the tests below change is good before they change it."""
    assert read() == wording


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("movements", "clam", None, ...), ["lacks clam"]),
        (("movements", "plank", None, {"name": "plank"}), ["unknown key 'plank'", "clam"]),
        (("movements", "clam", None, "a clam"), ["clam", "takes a table", "'a clam'"]),
        (("movements", "clam", "reason", ...), ["clam", "lacks reason"]),
        (("movements", "clam", "change", ...), ["clam", "lacks change"]),
        (("movements", "squat", "change", "Turn."), ["squat", "unknown key 'change'", "brief"]),
        (("movements", "clam", "long", "Open."), ["clam", "unknown key 'long'", "full"]),
        (("movements", "clam", "full", ""), ["clam", "full takes text", "''"]),
        (("movements", "clam", "full", " Open."), ["clam", "full takes text", "' Open.'"]),
        (("movements", "clam", "full", ["Open."]), ["clam", "full takes text", "['Open.']"]),
        (("movements", "clam", "full", "The {leg}."), ["clam", "{leg}", "{other}, {side}"]),
        (("movements", "clam", "full", "The {}."), ["clam", "{}", "{other}, {side}"]),
        (("movements", "clam", "full", "The {side"), ["clam", "full", "'The {side'"]),
        (("movements", "clam", "brief", "The {leg}."), ["clam", "{leg}", "{other}, {side}"]),
        (("movements", "clam", "change", "The {leg}."), ["clam", "{leg}", "{other}, {side}"]),
        (("movements", "clam", "care", "The {side} hip."), ["clam", "care", "{side}", "none"]),
        (("movements", "clam", "reason", "The {side} hip."), ["clam", "reason", "{side}", "none"]),
        (("movements", "squat", "full", "The {side} leg."), ["squat", "full", "{side}", "none"]),
        (("movements", "clam", "synonyms", []), ["clam", "synonyms takes a list"]),
        (("movements", "clam", "synonyms", "clams"), ["clam", "synonyms takes a list", "'clams'"]),
        (("movements", "clam", "synonyms", ["clams", ""]), ["clam", "synonyms", "''"]),
        (("movements", "clam", "synonyms", ["clams", "clams"]), ["clam", "synonyms", "twice"]),
        (("routines", "desk", None, ...), ["lacks desk"]),
        (("routines", "desk", "opening", ...), ["desk", "lacks opening"]),
        (("routines", "desk", "closing", "Bye."), ["desk", "unknown key 'closing'", "opening"]),
        (("routines", "desk", "opening", "The {side}."), ["desk", "opening", "{side}", "none"]),
        (("cues", "counting", None, ...), ["lacks counting"]),
        (("cues", "lines", "half", ...), ["lines", "lacks half"]),
        (("cues", "lines", "third", ["A third."]), ["lines", "unknown key 'third'", "half"]),
        (("cues", "lines", "half", ["Half.", ""]), ["lines", "half takes texts", "''"]),
        (("cues", "lines", "half", ["Half.", "Half."]), ["lines", "half", "twice"]),
        (("cues", "lines", "half", ["The {side}."]), ["lines", "half", "{side}", "none"]),
        (("cues", "lines", "set/next", ["{set}."]), ["lines", "set/next", "{set}", "{number}"]),
        (("cues", "counting", "counts", ["one"]), ["counting", "counts takes 30 words, not 1"]),
        (("cues", "counting", "countdown", ["two", "one"]), ["counting", "takes 5 words, not 2"]),
        (("cues", "lines", "gear", ["The {side}."]), ["lines", "gear", "{side}", "{things}"]),
        (("cues", "lines", "extra", ["The {side}."]), ["lines", "extra", "{side}", "none"]),
        (("cues", "things", None, ...), ["lacks things"]),
        (("cues", "things", "chair", ...), ["things", "lacks chair"]),
        (
            ("cues", "things", "sofa", "a sofa"),
            ["things", "unknown key 'sofa'", "band, chair, mat"],
        ),
        (("cues", "things", "mat", ""), ["things", "mat takes text", "''"]),
        (("answers", "needs", None, ...), ["lacks needs"]),
        (("answers", "needs", None, "a band"), ["needs", "takes a table", "'a band'"]),
        (("answers", "needs", "kneeling", ...), ["needs", "lacks kneeling"]),
        (
            ("answers", "needs", "sofa", "a sofa"),
            ["needs", "unknown key 'sofa'", "chair, kneeling"],
        ),
        (("answers", "needs", "band", 1), ["needs", "band takes text", "1"]),
        (("answers", "needs", "band", "a {band}"), ["needs", "band", "{band}", "none"]),
        (("answers", "answers", None, ...), ["lacks answers"]),
        (("answers", "answers", "paused", ...), ["answers", "lacks paused"]),
        (("answers", "answers", "pawsed", ["A."]), ["answers", "unknown key 'pawsed'", "paused"]),
        (("answers", "answers", "paused", []), ["answers", "paused takes a list"]),
        (("answers", "answers", "paused", "Paused."), ["answers", "paused takes a list"]),
        (("answers", "answers", "paused", [""]), ["answers", "paused takes texts", "''"]),
        (("answers", "answers", "paused", ["A.", "A."]), ["answers", "paused", "twice"]),
        (("answers", "answers", "paused", ["{spot}."]), ["answers", "paused", "{spot}", "none"]),
        (("answers", "answers", "going-on", ["{way}."]), ["going-on", "{way}", "{left}, {spot}"]),
        (("answers", "answers", "going-on", ["{spot."]), ["going-on", "'{spot.'"]),
        (("answers", "answers", "tight", ["{needs}."]), ["tight", "{needs}", "{side}"]),
    ],
)
def test_bad_words(read, change, edit, said):
    """Bad words are refused with their file, their place and what would be good."""
    file, entry, key, value = edit
    change(f"en/{file}.toml", entry, key, value)
    with pytest.raises(ContentError) as refused:
        read()
    for words in [f"en/{file}.toml", *said]:
        assert words in str(refused.value)


@pytest.mark.parametrize("file", ["movements", "routines", "cues", "answers"])
@pytest.mark.parametrize("content", [b"[clam", b"[clam]\nname = '\xff'", None])
def test_unreadable_files(read, copied, file, content):
    """A file that is missing, no TOML or no UTF-8 is refused by its name."""
    if content is None:
        (copied / "en" / f"{file}.toml").unlink()
    else:
        (copied / "en" / f"{file}.toml").write_bytes(content)
    with pytest.raises(ContentError, match=rf"en/{file}\.toml: cannot be read"):
        read()


@pytest.mark.parametrize("locale", ["xx-XX", "", "../en", "__pycache__", "movements.toml"])
def test_unknown_locale(locale):
    """A locale whose language we do not speak is refused, naming those we do."""
    with pytest.raises(
        ContentError, match=r"there are no lines for locale .*; there are some for .* en-"
    ):
        load_wording(locale)
