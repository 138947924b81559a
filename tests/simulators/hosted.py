"""`skill.wsgi` for a host in the tests: it trusts the Amazon in the folder that PKI names."""

import os
from pathlib import Path

from cryptography import x509

from skill import web
from skill.alexa.verification import Verifier

PKI = Path(os.environ.pop("PKI"))
ROOTS = x509.load_pem_x509_certificates((PKI / "root.pem").read_bytes())
CHAIN = (PKI / "chain.pem").read_bytes()

web.Verifier = lambda _fetcher, _roots: Verifier(lambda _: CHAIN, ROOTS)

from skill.wsgi import application  # noqa: E402, F401 - built as it is imported
