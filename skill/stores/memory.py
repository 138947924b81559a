"""A store that forgets when the process ends: for tests and for trying out."""

from threading import Lock

from skill.ports import ConflictError, SessionStore, Stored


class MemoryStore(SessionStore):
    """Implements `SessionStore` in a dictionary."""

    def __init__(self) -> None:
        self._documents: dict[str, Stored] = {}
        self._newest_deleted = 0
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
            before = self._newest_deleted if replacing is None else replacing
            self._documents[key] = Stored(document, before + 1)

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        with self._lock:
            found = self._documents.get(key)
            if found is not None and found.version == stored.version:
                self.kept_aside[key, stored.version] = stored.document

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and all copies of its key."""
        with self._lock:
            found = self._documents.get(key)
            if found is None:
                return
            if found.version != replacing:
                raise ConflictError(f"version {replacing} is not the newest any more")
            del self._documents[key]
            for copy in [copy for copy in self.kept_aside if copy[0] == key]:
                del self.kept_aside[copy]
            self._newest_deleted = max(self._newest_deleted, replacing)

    def close(self) -> None:
        """Hold nothing open."""

    def documents(self) -> list[tuple[str, Stored]]:
        """Return all that is stored, by key."""
        with self._lock:
            return list(self._documents.items())
