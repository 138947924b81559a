"""Values: what `dataclasses` would do, seen side by side with it."""

import copy
import dataclasses
import inspect
import pickle
from functools import cached_property
from typing import ClassVar

import pytest

from skill.coaching.values import (
    FrozenError,
    content_of,
    defaults_of,
    field,
    replace,
    value_class,
)


@value_class
class Base:
    """Something with a size."""

    size: int


@value_class
class Plain(Base):
    """All that fields can be."""

    name: str = "x"
    tags: list[str] = field(default_factory=list)
    secret: str = field(default="hush", repr=False)
    origin: str = field(default="here", compare=False)

    @cached_property
    def double(self) -> int:
        """Twice the size, worked out once."""
        return 2 * self.size


@dataclasses.dataclass(frozen=True)
class Model:
    """The same, as the standard library has it."""

    size: int
    name: str = "x"
    tags: list[str] = dataclasses.field(default_factory=list)
    secret: str = dataclasses.field(default="hush", repr=False)
    origin: str = dataclasses.field(default="here", compare=False)


@value_class
class Even:
    """A number that has to be even."""

    number: int = 0

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError(f"{self.number} is odd")


@value_class
class Nothing:
    """No fields at all."""


MAKINGS = [
    ((1,), {}),
    ((1, "y"), {}),
    ((1,), {"secret": "s"}),
    ((), {"size": 1, "tags": ["t"], "origin": "there"}),
    ((1, "y", ["t"], "s", "there"), {}),
]


@pytest.mark.parametrize(("given", "named"), MAKINGS)
def test_making_showing_and_comparing(given, named):
    """Values are made, shown, compared and matched as dataclasses are."""
    value, model = Plain(*given, **named), Model(*given, **named)
    assert content_of(value) == dataclasses.asdict(model)
    assert repr(value) == repr(model).replace("Model", "Plain")
    assert value == Plain(*given, **named)
    assert value != Model(*given, **named)
    assert (value == Plain(1)) is (model == Model(1))
    match value:
        case Plain(size, name, tags):
            assert (size, name, tags) == (model.size, model.name, model.tags)
    assert pickle.loads(pickle.dumps(value)) == copy.copy(value) == value  # noqa: S301


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), ((1, 2, 3, 4, 5, 6), {}), ((1,), {"size": 2}), ((1,), {"colour": 1})],
)
def test_what_does_not_fit(given, named):
    """What a dataclass refuses is refused."""
    for kind in (Plain, Model):
        with pytest.raises(TypeError):
            kind(*given, **named)


def test_each_value_has_its_own_of_what_is_made():
    """A default that is made is made for each value."""
    assert Plain(1).tags is not Plain(1).tags


def test_what_is_not_compared():
    """A field that is not compared counts for nothing, and what was worked out neither."""
    one, other = Plain(1), Plain(1, origin="there")
    assert one.double == 2
    assert one == other
    assert not one != other  # noqa: SIM202 - the other operator is what is tried
    assert len({Even(2), Even(2), Even(4), Nothing(), Nothing()}) == 3


def test_nothing_changes():
    """A value refuses to be changed, and says what was tried."""
    value = Plain(1)
    with pytest.raises(FrozenError, match="Plain never changes, nor does its name"):
        value.name = "y"
    with pytest.raises(FrozenError, match="size"):
        del value.size
    assert value == Plain(1)


def test_what_a_class_of_values_cannot_be():
    """What would go wrong unseen is refused as the class is defined."""
    with pytest.raises(TypeError, match=r"Shared\.all: what all values share"):

        @value_class
        class Shared:
            all: list[int] = []  # noqa: RUF012

    with pytest.raises(TypeError, match=r"Counting\.count: what all values share"):

        @value_class
        class Counting:
            count: ClassVar[int] = 1

    with pytest.raises(TypeError, match=r"Late\.b: a field without a default"):

        @value_class
        class Late:
            a: int = 1
            b: int

    with pytest.raises(TypeError, match="Making: how a value is made"):

        @value_class
        class Making:
            def __init__(self) -> None: ...


def test_names_that_are_used_within():
    """A field may have any name, and a class its own hash."""

    @value_class
    class Message:
        content: str
        content_: str = "y"

        def __hash__(self) -> int:
            return 7

    assert Message("x").content == "x"
    assert hash(Message("x")) == 7


class TestReplacing:
    """`replace`, which is ours."""

    def test_another_value(self):
        """Some fields are other ones, and what was worked out before is worked out again."""
        value = Plain(1, "y", ["t"])
        assert value.double == 2
        changed = replace(value, size=3)
        assert changed == Plain(3, "y", ["t"])
        assert changed.double == 6
        assert value == Plain(1, "y", ["t"])

    def test_the_checks_are_done_again(self):
        """A value that may not be cannot be had by replacing either."""
        assert replace(Even(2), number=4) == Even(4)
        with pytest.raises(ValueError, match="3 is odd"):
            replace(Even(2), number=3)

    @pytest.mark.parametrize("value", [Plain(1), Nothing()])
    def test_no_such_field(self, value):
        """A field that is not there is named."""
        with pytest.raises(TypeError, match="colour"):
            replace(value, colour=1)


def test_looking_at_a_class():
    """A class tells its defaults and, once it is in use, how its values are made."""
    assert defaults_of(Plain) == {"name": "x", "secret": "hush", "origin": "here"}
    Plain(1)
    made, model = (list(inspect.signature(kind).parameters) for kind in (Plain, Model))
    assert made == model
