"""The coach as a process that trusts another certificate authority: `signed_server PKI`.

Everything else is as `python -m skill` has it. The folder has the root to trust (`root.pem`) and
the chain that is found wherever Amazon would publish its own (`chain.pem`).
"""

import os
import sys
from pathlib import Path

from cryptography import x509

from skill import logs
from skill.__main__ import keep_to_one_processor, serve
from skill.alexa.verification import Verifier
from skill.settings import Settings
from skill.web import create_app

if __name__ == "__main__":
    pki = Path(sys.argv[1])
    roots = x509.load_pem_x509_certificates((pki / "root.pem").read_bytes())
    chain = (pki / "chain.pem").read_bytes()
    settings = Settings.from_env(os.environ)
    logs.set_up(settings.log_level)
    keep_to_one_processor(settings.port)
    serve(create_app(settings, verifier=Verifier(lambda _: chain, roots)), settings)
