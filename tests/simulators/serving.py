"""A web server for an app, on this machine, for as long as somebody needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class KeepingConnections(WSGIRequestHandler):
    """Answers several requests on one connection, as the server of the product does."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Keep quiet: a page is thirty requests."""


@contextmanager
def served(app: "WSGIApplication") -> Iterator[str]:
    """Serve an app meanwhile; tell its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=KeepingConnections)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
