"""The address in a container that lends credentials, over real HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

TOKEN = "a token that only this container knows"  # noqa: S105 - for the tests alone


class ContainerCredentials:
    """Lends keys that last so long; use it as a context.

    `answer` makes an answer, HTTP status and body, out of how often it was asked.
    """

    def __init__(
        self,
        lasting: timedelta = timedelta(hours=6),
        answer: Callable[[int], tuple[int, bytes]] | None = None,
    ) -> None:
        self.lasting = lasting
        self.answer = answer or self.lend
        self.asked = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Lender)
        self._server.lender = self  # type: ignore[attr-defined]
        self._server.daemon_threads = True
        self.uri = f"http://127.0.0.1:{self._server.server_port}/v1/credentials?of=coach"

    @property
    def environment(self) -> dict[str, str]:
        """What leads here."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.uri,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
        }

    def lend(self, times: int, **other: Any) -> tuple[int, bytes]:
        """Answer as Amazon does, but for what is given."""
        lent = {
            "AccessKeyId": f"ASIALENT{times}",
            "SecretAccessKey": "lent",
            "Token": f"session {times}",
            "Expiration": (datetime.now(UTC) + self.lasting).isoformat().replace("+00:00", "Z"),
        }
        return 200, json.dumps({**lent, **other}).encode()

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Lender(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        lender: ContainerCredentials = self.server.lender  # type: ignore[attr-defined]
        lender.asked += 1
        status, body = lender.answer(lender.asked)
        if self.path != "/v1/credentials?of=coach" or self.headers["Authorization"] != TOKEN:
            status, body = 403, b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
