"""The least that a verified answer costs behind Flask: check, write once, and say the same always.

Server, Flask, signature checks and the settings of SQLite are the coach's; there is no coaching.
What coaches as well cannot be faster than this.
"""

import os
import sqlite3
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import orjson
from cryptography import x509
from flask import Flask, Response, request

from skill.__main__ import keep_to_one_processor, serve
from skill.alexa.admission import check_application
from skill.alexa.verification import Verifier, check_timestamp
from skill.settings import Settings

ANSWER = b'{"version":"1.0","response":{"outputSpeech":{"type":"PlainText","text":"%s"}}}' % (
    b"so much says the coach as well, " * 213
)
"""As many bytes as the coach answers with."""


class Database(threading.local):
    """A connection for each thread, as the coach's store has them."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS written (user TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID"
        )


def main(pki: Path) -> None:
    """Serve until killed."""
    roots = x509.load_pem_x509_certificates((pki / "root.pem").read_bytes())
    chain = (pki / "chain.pem").read_bytes()
    verifier = Verifier(lambda _: chain, roots)
    settings = Settings.from_env(os.environ)
    database = Database(pki / "floor.sqlite3")
    app = Flask("floor", static_folder=None)

    @app.post("/alexa")
    def answer() -> Response:
        body, now = request.get_data(), datetime.now(UTC)
        verifier.verify(request.headers, body, now)
        document = orjson.loads(body)
        check_timestamp(document, now)
        check_application(document, settings.skill_id)
        user = document["session"]["user"]["userId"]
        database.connection.execute(
            "INSERT OR REPLACE INTO written VALUES (?, ?)", (user, body[:300])
        )
        return Response(ANSWER, mimetype="application/json")

    keep_to_one_processor(settings.port)
    serve(app, settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
