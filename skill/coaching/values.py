"""Values: objects that never change, and equal any other of their class with the same content.

What `dataclasses` has, without its price: that writes and compiles half a dozen methods for each
class as it is defined, which was more than a third of a cold start, and copies a value at more than
twice the cost. Here all classes share their methods but one, and that one is compiled once it is
worth it.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from dataclasses import replace

__all__ = ["FrozenError", "content_of", "defaults_of", "field", "replace", "value_class"]

T = TypeVar("T")
F = TypeVar("F")

_UNSET: Any = object()
_set = object.__setattr__
FEW = 48
"""Of so many values to compile how they are made would take longer than to make them."""


class FrozenError(AttributeError):
    """Somebody has tried to change a value."""


class _Specified:
    """What is to be known of a field besides its name."""

    def __init__(
        self,
        default: Any = _UNSET,
        default_factory: Callable[[], Any] | None = None,
        *,
        compare: bool = True,
        show: bool = True,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.compare = compare
        self.show = show


def field(
    *,
    default: Any = _UNSET,
    default_factory: Callable[[], F] | None = None,
    compare: bool = True,
    repr: bool = True,  # noqa: A002 - as in `dataclasses`
) -> Any:
    """Specify a field: its default, or what makes one, whether it is compared, and shown."""
    return _Specified(default, default_factory, compare=compare, show=repr)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(kind: type[T]) -> type[T]:
    """Make a class one of values, by the annotations in it and in those it is derived from."""
    fields: dict[str, _Specified] = dict(getattr(kind, "_fields", {}))
    if "__init__" in kind.__dict__:
        raise TypeError(f"{kind.__name__}: how a value is made follows from its fields")
    for name, annotation in kind.__annotations__.items():
        given = kind.__dict__.get(name, _UNSET)
        if _is_of_the_class(annotation) or isinstance(given, list | dict | set):
            raise TypeError(f"{kind.__name__}.{name}: what all values share never changes either")
        if given is _UNSET and any(map(_has_default, fields.values())):
            raise TypeError(f"{kind.__name__}.{name}: a field without a default after one with")
        fields[name] = given if isinstance(given, _Specified) else _Specified(given)
        if given is not _UNSET:
            delattr(kind, name)
    own = {"_fields": fields, "__match_args__": tuple(fields)}
    for name, behaves in (own | _SHARED).items():
        if kind.__dict__.get(name) is None:
            setattr(kind, name, behaves)
    return kind


def _is_of_the_class(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return "ClassVar" in annotation
    return annotation is ClassVar or getattr(annotation, "__origin__", None) is ClassVar


def _has_default(field: _Specified) -> bool:
    return field.default is not _UNSET or field.default_factory is not None


if not TYPE_CHECKING:  # which is told that it is `dataclasses.replace`, and checks the fields

    def replace(value: T, /, **changes: Any) -> T:
        """Return a value like this one but for some fields; raise `TypeError` if it has no such."""
        kind: Any = type(value)
        names, content = kind.__match_args__, list(kind._all(value))  # noqa: SLF001 - it is ours
        for name, changed in changes.items():
            try:
                content[names.index(name)] = changed
            except ValueError:
                good = ", ".join(names)
                raise TypeError(f"a {kind.__name__} has no {name!r}; it has {good}") from None
        return kind(*content)


def content_of(value: object) -> dict[str, Any]:
    """Return what is in the fields of a value, by name."""
    kind: Any = type(value)
    return dict(zip(kind.__match_args__, kind._all(value), strict=True))  # noqa: SLF001 - it is ours


def defaults_of(kind: type) -> Mapping[str, Any]:
    """Return the defaults of a class of values, by name; without those that are made each time."""
    defaults: Mapping[str, Any] = kind._defaults  # type: ignore[attr-defined]  # noqa: SLF001
    return defaults


def _init(self: Any, *arguments: Any, **named: Any) -> None:
    """Make a value; of a class that many are made of, in a compiled way from then on."""
    kind: Any = type(self)
    made = kind._made = kind._made + 1  # noqa: SLF001 - it is ours
    names = kind.__match_args__
    given = {**dict(zip(names, arguments, strict=False)), **named}
    if made <= FEW and len(given) == len(arguments) + len(named):
        if len(given) < len(names):
            makers = kind._makers.items()  # noqa: SLF001
            found = {name: make() for name, make in makers if name not in given}
            given = {**kind._defaults, **found, **given}  # noqa: SLF001
        if given.keys() == kind._fields.keys():
            for name in names:
                _set(self, name, given[name])
            if hasattr(kind, "__post_init__"):
                self.__post_init__()
            return
    kind.__init__ = _compiled_init(kind)  # which also knows what is wrong, if anything is
    kind.__init__(self, *arguments, **named)


def _compiled_init(kind: Any) -> Callable[..., None]:
    known: dict[str, Any] = {}
    # By the shorter way through `__dict__` all later looks would take twice as long.
    setter = max(kind._fields, key=len, default="") + "_"  # which is no field's name
    parameters, body = [], []
    for name, spec in kind._fields.items():
        default, made = f"default_{name}", name
        if spec.default_factory is not None:
            known |= {default: _UNSET, f"make_{name}": spec.default_factory}
            made = f"make_{name}() if {name} is {default} else {name}"
        elif spec.default is not _UNSET:
            known[default] = spec.default
        parameters.append(f"{name}={default}" if default in known else name)
        body.append(f"{setter}(self, {name!r}, {made})")
    known[setter] = _set
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    lines = [f"def __init__(self, {', '.join(parameters)}):", *(body or ["pass"])]
    exec("\n ".join(lines), known)  # noqa: S102 - made of nothing but the names of a class's fields
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    return init


def _looks_at(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what looks at several fields of a value at once."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _eq(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return self is other or self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash((type(self), self._compared(self)))


def _repr(self: Any) -> str:
    content = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._shown)
    return f"{type(self).__qualname__}({content})"


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise FrozenError(f"a {type(self).__name__} never changes, nor does its {name}")


class _WhenAsked:
    """What follows from the fields of a class: found out when somebody asks, and kept with it."""

    def __init__(self, name: str, find: Callable[[Mapping[str, _Specified]], Any]) -> None:
        self._name = name
        self._find = find

    def __get__(self, _: object, kind: Any) -> Any:
        found = self._find(kind._fields)
        setattr(kind, self._name, staticmethod(found) if callable(found) else found)
        return found


_FOUND: Mapping[str, Callable[[Mapping[str, _Specified]], Any]] = {
    "_defaults": lambda fields: {
        name: spec.default for name, spec in fields.items() if spec.default is not _UNSET
    },
    "_makers": lambda fields: {
        name: spec.default_factory for name, spec in fields.items() if spec.default_factory
    },
    "_all": lambda fields: _looks_at(tuple(fields)),
    "_compared": lambda fields: _looks_at([name for name in fields if fields[name].compare]),
    "_shown": lambda fields: tuple(name for name in fields if fields[name].show),
}
_SHARED: dict[str, Any] = {
    **{name: _WhenAsked(name, find) for name, find in _FOUND.items()},
    "_made": 0,
    "__init__": _init,
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
}
"""What all classes of values have in common."""
