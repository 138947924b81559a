"""Runs the coach as a function of AWS Lambda: `skill.aws_lambda.handler`.

The service is built as this module is imported: that is what a snapshot (SnapStart) holds. So
nothing of it is of one moment: the clock, chance and credentials are asked for when they are
needed, and no connection is open.

Importing and building make a hundred thousand objects that stay. Looking for garbage among them
meanwhile, or at any later time, would be in vain. And of hashes, those of Python itself will do: a
function without a table or a bucket, which need TLS, would load OpenSSL for nothing else.
"""

import gc
import os
import sys

from skill.alexa.lean_sdk import load_the_sdk_lazily

gc.disable()
load_the_sdk_lazily()
if "hashlib" not in sys.modules:
    sys.modules["_hashlib"] = None  # type: ignore[assignment]
    import hashlib  # noqa: F401

    del sys.modules["_hashlib"]  # for whoever needs it later

from skill.function import start  # noqa: E402

handler = start(os.environ)

gc.freeze()
gc.enable()
