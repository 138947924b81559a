"""The service as a process for the tests: `python -m tests.simulators.server PKI`.

The real app behind the real server, with settings from the environment; it trusts the root
in the PKI folder and finds the certificate chain there. Prints its address once it listens.
"""

import os
import sys
from pathlib import Path

from cryptography import x509
from waitress.server import create_server

from skill.alexa.verification import Verifier
from skill.settings import Settings
from skill.web import create_app

if __name__ == "__main__":
    pki = Path(sys.argv[1])
    roots = x509.load_pem_x509_certificates((pki / "root.pem").read_bytes())
    chain = (pki / "chain.pem").read_bytes()
    app = create_app(Settings.from_env(os.environ), verifier=Verifier(lambda _: chain, roots))
    server = create_server(app, host="127.0.0.1", port=0)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)  # noqa: T201 - the test reads it
    server.run()
