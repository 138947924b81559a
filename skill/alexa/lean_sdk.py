"""Lets a cold function load of the SDK what the coach uses, and nothing more.

Importing any part of the SDK imports all of it: each of its packages imports its every module,
and one class knows the clients of all of Amazon's services. That is 300 modules; we use some 70,
and no client. So here, before the SDK is imported, its packages are put in place without being
run: they load what is asked of them when it is asked for.
"""

import re
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any, NoReturn

ROOT = "ask_sdk_model"
PACKAGES = (
    *("canfulfill", "dialog", "interfaces", "services", "slu", "slu.entityresolution", "ui"),
    *("interfaces.alexa", "interfaces.alexa.experimentation", "interfaces.alexa.presentation"),
    *("interfaces.alexa.presentation.apl", "interfaces.audioplayer"),
    *("interfaces.connections", "interfaces.display", "interfaces.playbackcontroller"),
    "interfaces.system",
)
"""The packages that the SDK's core and ours import from; a package stands before those in it."""
FACTORY = f"{ROOT}.services.service_client_factory"

_INNER_CAPITAL = re.compile("(?<!^)(?=[A-Z])")


class ServiceClientFactory:
    """Stands in the place of the SDK's class of this name, which nobody makes one of."""

    def __init__(self, *_: object, **__: object) -> NoReturn:
        raise NotImplementedError("the SDK's service clients were left out as it was loaded")


def load_the_sdk_lazily() -> None:
    """Have the SDK load what is asked of it; in vain once it is loaded."""
    if ROOT in sys.modules:
        return
    for name in (ROOT, *(f"{ROOT}.{package}" for package in PACKAGES)):
        _put_in_place(name)
    _put_off("pprint")  # which only shows objects, and needs `inspect`
    module = ModuleType(FACTORY, __doc__)
    module.ServiceClientFactory = ServiceClientFactory  # type: ignore[attr-defined]
    sys.modules[FACTORY] = module


def _put_off(name: str) -> None:
    """Have a module loaded when something of it is first used.

    (With the `LazyLoader` of `importlib`, importing it would be use enough.)
    """
    if name in sys.modules:
        return
    module = sys.modules[name] = ModuleType(name)

    def load(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(import_module(name), attribute)

    module.__getattr__ = load  # type: ignore[method-assign]


def _put_in_place(name: str) -> None:
    parent, _, child = name.rpartition(".")
    spec = PathFinder.find_spec(name, sys.modules[parent].__path__ if parent else None)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"the SDK has no package {name!r}", name=name)
    module = ModuleType(name)
    module.__spec__, module.__file__ = spec, spec.origin
    module.__path__ = spec.submodule_search_locations
    module.__getattr__ = _loader(name)  # type: ignore[method-assign]
    sys.modules[name] = module
    if parent:
        setattr(sys.modules[parent], child, module)


def _loader(package: str) -> Callable[[str], Any]:
    def load(name: str) -> Any:
        """Return a class out of the module that is named after it, as all of the SDK's are."""
        place = f"{package}.{_INNER_CAPITAL.sub('_', name).lower()}"
        try:
            found = getattr(import_module(place), name)
        except ModuleNotFoundError:
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None
        setattr(sys.modules[package], name, found)
        return found

    return load
