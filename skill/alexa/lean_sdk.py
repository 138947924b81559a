"""Keeps out of a cold function what the SDK loads and the coach never uses.

Importing the SDK imports Amazon's service clients, 142 modules, because one class knows them all.
It is for skills that call Alexa's services by the SDK; what we ask of them, `reminders` does.
"""

import sys
from types import ModuleType
from typing import NoReturn

FACTORY = "ask_sdk_model.services.service_client_factory"


class ServiceClientFactory:
    """Stands in the place of the SDK's class of this name, which nobody makes one of."""

    def __init__(self, *_: object, **__: object) -> NoReturn:
        raise NotImplementedError("the SDK's service clients were left out as it was loaded")


def leave_out_service_clients() -> None:
    """Have the SDK load without its service clients; in vain once it is loaded."""
    module = ModuleType(FACTORY, __doc__)
    module.ServiceClientFactory = ServiceClientFactory  # type: ignore[attr-defined]
    sys.modules.setdefault(FACTORY, module)
