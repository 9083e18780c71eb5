"""The readings of documents, kept between calls: an unchanged document is not read again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from forge.cache.store import CacheStore


class ReadingCache:
    """The readings of the documents of one folder, by path."""

    def __init__(self, folder: Path, root: str) -> None:
        """`folder` holds the cache files, `root` is the folder whose documents are read."""
        name = hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._store = CacheStore(folder / f"documents-{name}.cache")

    def get(self, path: str, stamp: str) -> tuple[str, str] | None:
        """Return reading and facts of an unchanged document, as JSON; None if it is not cached."""
        raw = self._store.get(path, stamp)
        if raw is None:
            return None
        reading, _, facts = raw.decode().partition("\n")
        return reading, facts

    def put(self, path: str, stamp: str, reading: str, facts: str) -> None:
        """Cache a reading under the stamp that the document had before it was read."""
        self._store.put(path, stamp, f"{reading}\n{facts}".encode())

    def prune(self, paths: Iterable[str]) -> None:
        """Forget all documents but these."""
        self._store.prune(frozenset(paths))

    def close(self) -> None:
        """Write what changed."""
        self._store.save()
