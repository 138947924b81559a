"""Throttling: how much one client can have, bytes of guides for one.

Each client has an allowance that fills up again with time. Of guides, what a client had just now is
joined already, so only what is sent of it counts; anything else counts as a whole.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

ALLOWANCE = 256 * 1024 * 1024
"""Bytes at once: every guide of the feed, and more."""
REFILL = 4 * 1024 * 1024
"""Bytes a second: what some seven hundred people listen to at a time, behind one proxy."""
LEAST = 64 * 1024
"""Bytes that any request for a guide counts, however little it brings."""
MOST_CLIENTS = 1024
"""How many clients are remembered, those who asked last; whoever was forgotten begins anew."""
MOST_RECENT = 32
"""How many guides are remembered of each."""


class _Client:
    """What one client may still have, as of a moment, and what it had last."""

    def __init__(self, allowance: float, as_of: float) -> None:
        self.allowance = allowance
        self.as_of = as_of
        self.recent: OrderedDict[str, None] = OrderedDict()


class Throttle:
    """The allowances of all clients, of bytes or of anything; safe to use from several threads."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        *,
        allowance: float = ALLOWANCE,
        refill: float = REFILL,
        most_clients: int = MOST_CLIENTS,
    ) -> None:
        self._clock = clock
        self._full = allowance
        self._refill = refill
        self._most_clients = most_clients
        self._clients: OrderedDict[str, _Client] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str, guide: str, whole: int, sent: int) -> float:
        """Count a request for a guide of `whole` bytes, of which `sent` are asked for.

        Return 0 if the client may have it, or else after how many seconds it may; then nothing
        is counted.
        """
        with self._lock:
            known = self._client(client)
            wait = self._pay(known, max(sent if guide in known.recent else whole, LEAST))
            if not wait:
                known.recent[guide] = None
                known.recent.move_to_end(guide)
                if len(known.recent) > MOST_RECENT:
                    known.recent.popitem(last=False)
            return wait

    def pay(self, client: str, price: float) -> float:
        """Count what has a price; return as `take`."""
        with self._lock:
            return self._pay(self._client(client), price)

    def owe(self, client: str, price: float) -> None:
        """Count what has shown its price only afterwards: beyond the allowance it is paid off."""
        with self._lock:
            self._client(client).allowance -= price

    def _pay(self, known: _Client, price: float) -> float:
        price = min(price, self._full)
        if price > known.allowance:
            return (price - known.allowance) / self._refill
        known.allowance -= price
        return 0

    def _client(self, name: str) -> _Client:
        """Return what is known of a client, as of now."""
        now = self._clock()
        known = self._clients.get(name)
        if known is None:
            known = self._clients[name] = _Client(self._full, now)
        self._clients.move_to_end(name)
        if len(self._clients) > self._most_clients:
            self._clients.popitem(last=False)
        passed = max(now - known.as_of, 0)
        known.allowance = min(known.allowance + passed * self._refill, self._full)
        known.as_of = now
        return known
