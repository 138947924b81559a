"""The SDK's hello world behind the SDK's own Flask adapter, which verifies: a WSGI app.

As its documentation has it, but for three things: what the adapter's certificate library makes of
OpenSSL's version, since it knows no patch number of two digits and would not start; the
certificates, which come from a file, once, where Amazon's would be downloaded, once; and the root
that they end in, which is trusted beside the system's.
"""

import io
import os
import re
from pathlib import Path
from typing import Any

from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_model import Response
from flask import Flask

PKI = Path(os.environ["BENCH_PKI"])
SKILL_ID = os.environ["BENCH_SKILL_ID"]

_search = re.search
re.search = lambda pattern, text, flags=0: (  # type: ignore[assignment]
    _search(pattern, re.sub(r"^(OpenSSL 3\.\d)\S+", r"\1.0", text), flags)
    if isinstance(text, str) and text.startswith("OpenSSL ")
    else _search(pattern, text, flags)
)

from ask_sdk_webservice_support import verifier  # type: ignore[import-not-found]  # noqa: E402
from asn1crypto import pem, x509  # type: ignore[import-not-found]  # noqa: E402
from certvalidator import (  # type: ignore[import-not-found]  # noqa: E402
    CertificateValidator,
    ValidationContext,
)
from flask_ask_sdk.skill_adapter import SkillAdapter  # type: ignore[import-not-found]  # noqa: E402

re.search = _search

ROOT = x509.Certificate.load(pem.unarmor((PKI / "root.pem").read_bytes())[2])
CHAIN = (PKI / "chain.pem").read_bytes()


def validator(certificate: bytes, intermediates: list[bytes]) -> Any:
    """Return what the adapter makes itself, with one root more that is trusted."""
    context = ValidationContext(extra_trust_roots=[ROOT])
    return CertificateValidator(certificate, intermediates, context)


verifier.urlopen = lambda _: io.BytesIO(CHAIN)
verifier.CertificateValidator = validator

builder = SkillBuilder()


@builder.request_handler(can_handle_func=lambda _: True)
def hello(handler_input: HandlerInput) -> Response:
    """Say hello."""
    return handler_input.response_builder.speak("Hello World!").response


application = Flask(__name__)
adapter = SkillAdapter(skill=builder.create(), skill_id=SKILL_ID, app=application)
adapter.register(app=application, route="/alexa")
