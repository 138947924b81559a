"""What slots can hold, as templates and likeness ask it: names that are listed, or values.

Names stand in the model, values such as times and numbers are of a kind that Alexa knows and
nobody lists. `Values` makes such a kind of one function; what the values are stands elsewhere.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Protocol

from skill.coaching.values import replace, value_class
from skill.intents import UNRECOGNISED, Slot
from skill.understanding.words import CORRECTING


@value_class
class Found:
    """What a slot can hold in a sentence, from its first word up to the one before `end`.

    Words are counted from 0. `likeness` is how alike it is to what was meant, up to 1; `slot`
    is what it fills.
    """

    first: int
    end: int
    likeness: float
    slot: Slot


class Certainty(IntEnum):
    """How sure it is what words are that a slot type takes."""

    VAGUE = 0
    """They may well be of another type, as a number may be a time."""
    VALUE = 1
    NAME = 2
    """They are listed word for word."""


class SlotType(Protocol):
    """A kind of thing that slots hold."""

    @property
    def certainty(self) -> "Certainty":
        """How sure it is that what it takes is of this type."""

    @property
    def pattern(self) -> str:
        """A regular expression of what is of this type word for word, or of more."""

    def known(self, heard: str) -> Slot | None:
        """Fill a slot with what was heard, if that is of this type word for word."""

    def like(self, words: Sequence[str]) -> tuple[float, Slot]:
        """Return how alike words and what they most likely mean are, and the slot they fill."""

    def find(self, words: Sequence[str]) -> Sequence[Found]:
        """Return what there is of this type in a sentence, one after the other."""

    def has_word(self, word: str) -> bool:
        """Whether a word is found in names of this type and in little else."""


ANYTHING = ".+"
"""The pattern of a type that takes nothing that is listed."""

Reading = Callable[[Sequence[str]], str | None]
"""Returns the value that plain words say, as Alexa writes it; None if they say none."""

Border = Callable[[Sequence[str], int, int], bool]
"""Whether a value may stand in a sentence from a first word up to the one before an end."""


class Values:
    """A type whose values follow rules; slots hold them as Alexa writes them, and have no ids."""

    pattern = ANYTHING

    def __init__(
        self,
        read: Reading,
        longest: int,
        may_stand: Border,
        *,
        begun: Reading | None = None,
        certainty: Certainty = Certainty.VALUE,
    ) -> None:
        """`longest` is how many words a value has at most.

        `begun` reads what is said of a value before it is corrected: "ten, no, fifteen minutes".
        """
        self._read = read
        self._longest = longest
        self._may_stand = may_stand
        self._begun = begun
        self.certainty = certainty

    def known(self, heard: str) -> Slot | None:
        """Fill a slot with the value that was heard, if it is one."""
        value = self._read(heard.split(" "))
        return None if value is None else Slot(value)

    def like(self, words: Sequence[str]) -> tuple[float, Slot]:
        """Return 1 and the slot with the value, or 0 and one that tells of none."""
        value = self._read(words)
        return (0, Slot(UNRECOGNISED)) if value is None else (1, Slot(value))

    def find(self, words: Sequence[str]) -> Sequence[Found]:
        """Return the values in a sentence, each as long as it goes."""
        found: list[Found] = []
        first = 0
        while first < len(words):
            one = self._beginning(words, first)
            if one is not None:
                found.append(one)
            first = first + 1 if one is None else one.end
        return found

    def _with_begun(self, words: Sequence[str], found: Found) -> Found:
        """Return what was found, from where it was first begun, and then corrected."""
        end = found.first
        while end and words[end - 1] in CORRECTING:
            end -= 1
        if self._begun is None or end == found.first:
            return found
        for first in range(max(0, end - self._longest), end):
            if self._begun(words[first:end]) is not None:
                return replace(found, first=first)
        return found

    def has_word(self, word: str) -> bool:  # noqa: ARG002 - other types have names
        """Tell that there are no names."""
        return False

    def _beginning(self, words: Sequence[str], first: int) -> Found | None:
        for end in range(min(len(words), first + self._longest), first, -1):
            value = self._read(words[first:end])
            if value is not None and self._may_stand(words, first, end):
                return self._with_begun(words, Found(first, end, 1, Slot(value)))
        return None
