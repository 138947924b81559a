"""Tells how alike words are, by their letters and by their sound.

Letters are for slips of the finger, sounds for what a speech recogniser mishears. The sounds are
English, and as coarse as that: "paws" and "pause" are the same, "claim" and "clam" nearly.
"""

import re
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SAME_STEM = 0.9
"""How alike "stretch", "stretches" and "stretching" are at least."""

SAME_SOUND = 0.85
"""How alike "wear" and "where" are at least."""

LETTERS = 0.1
"""What the same letters add to either."""

LIKELY_SAME_SOUND = 0.7
SURE_SOUND = 4
"""Short words that sound the same must be so much alike all in all to be taken for one another;
words of so many sounds need not."""

SHORTEST_STEMMED = 4

SOUNDS = [
    (re.compile(letters), sound)
    for letters, sound in (
        ("^kn|^gn", "n"),
        ("^wr", "r"),
        ("^wh", "w"),
        ("eigh", "E"),
        ("igh", "I"),
        ("gh|(?<=[aeiou])h(?![aeiouy])", ""),
        ("tch|ch", "C"),
        ("dge?", "J"),
        ("sh", "S"),
        ("th", "T"),
        ("ph", "f"),
        ("ck", "k"),
        ("qu", "kw"),
        ("x", "ks"),
        ("(?<![aeiou])a([^aeiouy])e$", r"E\1"),  # brake
        ("(?<![aeiou])i([^aeiouy])e$", r"I\1"),  # site
        ("c(?=[eiy])", "s"),
        ("g(?=[eiy])|j", "J"),
        ("(?<=.)e$", ""),
        ("(?<=w)a(?![iwy])", "O"),  # what
        ("ee|ea|ei|ey|ai|ay|ie", "E"),
        ("oo", "U"),
        ("au|aw|oa|ou|ow|o", "O"),
        ("ew|u", "U"),
        ("a", "A"),
        ("e", "E"),
        ("[iy]", "I"),
        ("[cq]", "k"),
        ("z", "s"),
        ("(?<=.)d", "t"),
        (r"(.)\1+", r"\1"),
    )
]
"""From spelling to sound, one rule after the other. What comes out: the vowels A, E, I, O and U,
and consonants; C, J, S and T as in church, judge, she and thin."""


def sound_of(word: str) -> str:
    """Spell a word by its sound."""
    for letters, sound in SOUNDS:
        word = letters.sub(sound, word)
    return word


def stem_of(word: str) -> str:
    """Return a word without the endings of plurals and verbs."""
    if len(word) < SHORTEST_STEMMED:
        return word
    singular = re.sub("(?<!s)s$", "", word)
    if len(singular) <= SHORTEST_STEMMED:
        return singular
    return re.sub(r"(.)\1$", r"\1", re.sub("(?:ing|ed|e)$", "", singular))


class Lexicon:
    """Words among which to find those like another. Made once, asked as often as you like."""

    def __init__(self, words: Iterable[str], least: float) -> None:
        """`least` is how alike words must be, from 0 to 1."""
        self._least = least
        self._words = tuple(words)
        self._sounds = [sound_of(word) for word in self._words]
        self._stems = [stem_of(word) for word in self._words]

    def near(self, said: str) -> dict[str, float]:
        """Return the words that are like what was said, each with its likeness up to 1."""
        near: dict[str, float] = {}
        sound, stem = sound_of(said), stem_of(said)
        for _, alike_in_sound, place in process.extract(
            sound,
            self._sounds,
            scorer=OSA.normalized_similarity,
            score_cutoff=2 * self._least - 1,  # below, not even the same letters would help
            limit=None,
        ):
            word = self._words[place]
            alike_in_letters = OSA.normalized_similarity(said, word)
            likeness = (alike_in_sound + alike_in_letters) / 2
            if stem == self._stems[place]:
                likeness = max(likeness, SAME_STEM + LETTERS * alike_in_letters)
            elif sound == self._sounds[place] and (
                likeness >= LIKELY_SAME_SOUND or len(sound) >= SURE_SOUND
            ):
                likeness = max(likeness, SAME_SOUND + LETTERS * alike_in_letters)
            if likeness >= self._least:
                near[word] = likeness
        return near
