"""What slots can hold, as templates and likeness ask it: names that are listed, or values.

Names stand in the model, values such as times and numbers are of a kind that Alexa knows and
nobody lists. `Values` makes such a kind of one function; what the values are stands elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from skill.intents import UNRECOGNISED, Slot


@dataclass(frozen=True, slots=True)
class Found:
    """What a slot can hold in a sentence, from its first word up to the one before `end`.

    Words are counted from 0. `likeness` is how alike it is to what was meant, up to 1; `slot`
    is what it fills.
    """

    first: int
    end: int
    likeness: float
    slot: Slot


class SlotType(Protocol):
    """A kind of thing that slots hold."""

    @property
    def is_vague(self) -> bool:
        """Whether what it takes may well be of another type, as a number may be a time."""

    def known(self, heard: str) -> Slot | None:
        """Fill a slot with what was heard, if that is of this type word for word."""

    def like(self, words: Sequence[str]) -> tuple[float, Slot]:
        """Return how alike words and what they most likely mean are, and the slot they fill."""

    def find(self, words: Sequence[str]) -> Sequence[Found]:
        """Return what there is of this type in a sentence, one after the other."""

    def has_word(self, word: str) -> bool:
        """Whether a word is found in names of this type and in little else."""


Reading = Callable[[Sequence[str]], str | None]
"""Returns the value that plain words say, as Alexa writes it; None if they say none."""

Border = Callable[[Sequence[str], int, int], bool]
"""Whether a value may stand in a sentence from a first word up to the one before an end."""


class Values:
    """A type whose values follow rules; slots hold them as Alexa writes them, and have no ids."""

    def __init__(
        self, read: Reading, longest: int, may_stand: Border, *, is_vague: bool = False
    ) -> None:
        """`longest` is how many words a value has at most."""
        self._read = read
        self._longest = longest
        self._may_stand = may_stand
        self.is_vague = is_vague

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

    def has_word(self, word: str) -> bool:  # noqa: ARG002 - other types have names
        """Tell that there are no names."""
        return False

    def _beginning(self, words: Sequence[str], first: int) -> Found | None:
        for end in range(min(len(words), first + self._longest), first, -1):
            value = self._read(words[first:end])
            if value is not None and self._may_stand(words, first, end):
                return Found(first, end, 1, Slot(value))
        return None
