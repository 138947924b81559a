"""Answers every request with the same few bytes, so that what loads it is what is measured."""

import re
import socket
import sys
from selectors import EVENT_READ, DefaultSelector

BODY = b'{"version":"1.0","response":{}}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def main(port: int) -> None:
    """Serve until killed."""
    received: dict[socket.socket, bytes] = {}
    with DefaultSelector() as selector, socket.create_server(("127.0.0.1", port)) as server:
        selector.register(server, EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is server:
                    connection, _ = server.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(connection, EVENT_READ, connection)
                    received[connection] = b""
                else:
                    _take(key.data, received, selector)


def _take(
    connection: socket.socket, received: dict[socket.socket, bytes], selector: DefaultSelector
) -> None:
    """Take what has come, and answer once it is a whole request."""
    try:
        came = connection.recv(65_536)
    except ConnectionError:
        came = b""
    if not came:
        selector.unregister(connection)
        connection.close()
        del received[connection]
        return
    received[connection] += came
    head, end, body = received[connection].partition(b"\r\n\r\n")
    told = LENGTH.search(head)
    if end and told and len(body) >= int(told[1]):
        connection.sendall(ANSWER)
        received[connection] = b""


if __name__ == "__main__":
    main(int(sys.argv[1]))
