"""Published files: names that promise their content."""

from hypothesis import given
from hypothesis import strategies as st

from skill.guides.published import TYPES, Published, keeps_its_promise

STEMS = st.from_regex(r"[a-z][a-z0-9_/-]{0,40}", fullmatch=True)


class TestNames:
    @given(STEMS, st.sampled_from(sorted(TYPES)), st.binary(max_size=200))
    def test_the_name_promises_the_content(self, stem, suffix, content):
        """What a name was made of keeps its promise, and the name says what it is."""
        file = Published.of(stem, suffix, content)
        assert keeps_its_promise(file.name, content)
        assert file.name.startswith(f"{stem}.")
        assert file.name.endswith(f".{suffix}")
        assert (file.size, file.mimetype) == (len(content), TYPES[suffix])

    @given(STEMS, st.binary(max_size=50), st.binary(max_size=50))
    def test_other_content_has_another_name(self, stem, one, other):
        """Two files of the same stem share a name only if they are the same."""
        same = Published.of(stem, "mp3", one).name == Published.of(stem, "mp3", other).name
        assert same == (one == other)
        assert keeps_its_promise(Published.of(stem, "mp3", one).name, other) == same

    @given(st.text(max_size=60))
    def test_any_other_name_promises_nothing(self, name):
        """A name that is none of ours is kept by no content."""
        assert not keeps_its_promise(name, b"")
