"""A store that forgets when the process ends: for tests and for trying out."""

from threading import Lock

from skill.ports import ConflictError, Stored


class MemoryStore:
    """Implements `SessionStore` in a dictionary."""

    def __init__(self) -> None:
        self._documents: dict[str, Stored] = {}
        self._lock = Lock()
        self.kept_aside: list[tuple[str, bytes]] = []

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        with self._lock:
            return self._documents.get(key)

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        with self._lock:
            self._require_version(key, replacing)
            self._documents[key] = Stored(document, (replacing or 0) + 1)

    def set_aside(self, key: str, stored: Stored) -> None:
        """Move a document that cannot be read out of the way."""
        with self._lock:
            self._require_version(key, stored.version)
            self.kept_aside.append((key, stored.document))
            del self._documents[key]

    def _require_version(self, key: str, version: int | None) -> None:
        found = self._documents.get(key)
        if (found.version if found else None) != version:
            raise ConflictError(f"expected version {version}, found {found and found.version}")
