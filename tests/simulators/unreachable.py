"""A store that can be away, and come back."""

from skill.ports import StoreError
from skill.stores.memory import MemoryStore


class Unreachable(MemoryStore):
    """A store that can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = True

    def load(self, key):
        self._require_presence()
        return super().load(key)

    def save(self, key, document, replacing):
        self._require_presence()
        super().save(key, document, replacing)

    def _require_presence(self):
        if self.away:
            raise StoreError("the table is not there")
