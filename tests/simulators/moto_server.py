"""moto's server, answering one request at a time: its own tables are not safe for threads.

Prints its port, and runs until killed.
"""

import logging
from collections.abc import Iterable
from threading import Lock
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class OneAtATime:
    """Lets requests into an application one after the other."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._lock = Lock()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with self._lock:
            return list(self._application(environ, start_response))


class KeptConnections(WSGIRequestHandler):
    """Answers several requests on one connection, as Amazon does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=KeptConnections
    )
    print(server.server_port, flush=True)  # noqa: T201 - whoever starts it reads this
    server.serve_forever()
