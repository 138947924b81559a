"""Amazon's side of a cold start: a table that is always empty, a bucket that has everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class _Amazon(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Find nothing in the table, and take everything."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"{}")

    def do_HEAD(self) -> None:
        """Have any file, and always had."""
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Last-Modified", "Fri, 20 Nov 2026 06:30:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def amazon() -> Iterator[str]:
    """Serve it on this machine, and yield the endpoint."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Amazon) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
