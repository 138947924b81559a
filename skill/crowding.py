"""Connections to the server: that no client's keep the others out, however they are held.

A request has to be there whole within a time, a client may be silent for a time, and where nearly
all connections are taken, whoever has the most gives one up for each that comes. Which one a
client's are counted as is by its address; behind a proxy all are one client's, and those give way
that have waited longest for a request.
"""

import logging
from collections import Counter
from time import monotonic, time
from typing import Any

from waitress.channel import HTTPChannel

from skill.web import network_of

CONNECTIONS = 1000
CROWDED = CONNECTIONS * 9 // 10
"""So many connections, and the client with the most gives one up for each that comes."""
IDLE_SECONDS = 20
"""How long a connection may say nothing: half-sent requests must not keep others out."""
REQUEST_SECONDS = 30
"""How long a request may take from its first byte to its last, however steadily it trickles."""
LOOKED_AFTER = 1.0
"""Seconds between two looks at who is silent or late."""

log = logging.getLogger(__name__)


class Connection(HTTPChannel):  # type: ignore[misc] # it tells no types
    """A client's connection: it knows since when a request is coming, and when one last was."""

    def __init__(self, server: Any, sock: Any, address: Any, *others: Any, **named: Any) -> None:
        self.client = network_of(str(address[0]))
        self.request_since: float | None = None
        self.asked_at = monotonic()
        """When the last whole request was there, or else when the connection came."""
        super().__init__(server, sock, address, *others, **named)

    def received(self, data: bytes) -> Any:
        """Take what has come; called by the server."""
        if self.request_since is None:
            self.request_since = monotonic()
        return super().received(data)

    def service(self) -> None:
        """Answer a request that is there whole; called by a worker."""
        # Of a next one that came in part with it, the time counts from its next bytes on.
        self.request_since = None
        self.asked_at = monotonic()
        super().service()

    @property
    def is_answering(self) -> bool:
        """Whether a request that came by it is not wholly answered yet."""
        return bool(self.requests or self.total_outbufs_len)

    def is_overdue(self) -> bool:
        """Whether its client was silent for too long, or its request takes too long to come."""
        if self.requests:
            return False
        if self.last_activity < time() - IDLE_SECONDS:  # waitress notes it by that clock
            return True
        since = self.request_since
        return since is not None and since < monotonic() - REQUEST_SECONDS


class Room:
    """Sees to it that there is room for everybody; `keep` is to be called between two visits."""

    def __init__(self, connections: dict[int, Any]) -> None:
        self._connections = connections
        self._next_look = 0.0
        self._given_up = 0

    def keep(self) -> None:
        """Close the connections that are overdue, and those that have to make room."""
        if len(self._connections) > CROWDED:
            for _ in range(len(self._all()) - CROWDED):
                self._make_room()
        if monotonic() < self._next_look:
            return
        self._next_look = monotonic() + LOOKED_AFTER
        for connection in self._all():
            if connection.is_overdue():
                connection.handle_close()
        if self._given_up:
            log.warning("%d connections were closed to make room for others", self._given_up)
            self._given_up = 0

    def _make_room(self) -> None:
        """Close one connection of the client with the most; none that a worker is busy with."""
        free = [connection for connection in self._all() if not connection.requests]
        if not free:
            return
        ((client, _),) = Counter(connection.client for connection in free).most_common(1)
        # Who is being sent an answer goes on, as long as another will do.
        longest = min(
            (connection for connection in free if connection.client == client),
            key=lambda connection: (connection.is_answering, connection.asked_at),
        )
        longest.handle_close()
        self._given_up += 1

    def _all(self) -> list[Connection]:
        return [each for each in self._connections.values() if isinstance(each, Connection)]
