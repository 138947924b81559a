"""How a starter ends: it says what it knows of itself and is gone, with nothing cleared up."""

import json
import os
import re
from typing import NoReturn

STATUS = "/proc/self/status"


def end(**told: float) -> NoReturn:
    """Tell what is given, and `peak`: the most kilobytes held at once, where Linux tells."""
    if os.path.exists(STATUS):  # noqa: PTH110 - pathlib would be part of what is measured
        with open(STATUS, encoding="ascii") as status:  # noqa: PTH123
            peak = re.search(r"VmHWM:\s+(\d+) kB", status.read())
        told["peak"] = int(peak[1]) if peak else 0
    print(json.dumps(told), flush=True)
    os._exit(0)
