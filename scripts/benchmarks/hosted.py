"""The coach for any WSGI host, trusting another certificate authority: `application`.

As `skill.wsgi` has it, but for the folder named by `BENCH_PKI`: the root to trust, and the chain
that is found wherever Amazon would publish its own.
"""

import os
from pathlib import Path

from cryptography import x509
from flask import Flask

from scripts.benchmarks.signed import CHAIN, ROOT
from skill import logs
from skill.alexa.verification import Verifier
from skill.settings import Settings
from skill.web import create_app


def _start() -> Flask:
    pki = Path(os.environ["BENCH_PKI"])
    roots = x509.load_pem_x509_certificates((pki / ROOT).read_bytes())
    chain = (pki / CHAIN).read_bytes()
    settings = Settings.from_env(os.environ)
    logs.set_up(settings.log_level)
    return create_app(settings, verifier=Verifier(lambda _: chain, roots))


application = _start()
