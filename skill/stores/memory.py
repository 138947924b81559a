"""A store that forgets when the process ends: for tests and for trying out."""

from threading import Lock

from skill.ports import ConflictError, Stored


class MemoryStore:
    """Implements `SessionStore` in a dictionary."""

    def __init__(self) -> None:
        self._documents: dict[str, Stored] = {}
        self._lock = Lock()
        self.kept_aside: dict[tuple[str, int], bytes] = {}

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None."""
        with self._lock:
            return self._documents.get(key)

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        with self._lock:
            found = self._documents.get(key)
            if (found.version if found else None) != replacing:
                raise ConflictError(f"version {replacing} is not the newest any more")
            self._documents[key] = Stored(document, (replacing or 0) + 1)

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read."""
        with self._lock:
            self.kept_aside[key, stored.version] = stored.document

    def close(self) -> None:
        """Hold nothing open."""

    def documents(self) -> list[tuple[str, Stored]]:
        """Return all that is stored, by key."""
        with self._lock:
            return list(self._documents.items())
