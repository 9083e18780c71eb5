"""A work tree that records which paths were read, with a fingerprint per path."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from forge.cache import stamps
from forge.git.objects.stored_tree import PathsRead
from forge.git.objects.tree import TreeEntry, WorkTree

_SETTLED = 2_000_000_000  # nanoseconds; a path is fingerprinted after it was read, not before


class RecordingWorkTree(WorkTree):
    """A work tree that can record which paths are read."""

    _read: PathsRead | None = None

    @contextmanager
    def recording(self) -> Iterator[PathsRead]:
        """Record what is read inside the block."""
        self._read = PathsRead()
        try:
            yield self._read
        finally:
            self._read = None

    def _record(self, path: str) -> None:
        if self._read is not None:
            self._read.paths.add(path)

    def entry(self, path: str) -> TreeEntry:
        self._record(path)
        return super().entry(path)

    def read(self, path: str) -> bytes:
        self._record(path)
        return super().read(path)

    def blob(self, path: str) -> str | None:
        self._record(path)
        return super().blob(path)

    def files(self) -> list[str]:
        if self._read is not None:
            self._read.listed = True
        return super().files()

    def fingerprint(self, path: str) -> str | None:
        """Return a text that changes with what is at a path; None for a file that changed just now,
        since its times may not show the next change.
        """
        entry = super().entry(path)
        if entry.kind != "file":
            return entry.kind
        stamp = stamps.stamp_of(os.path.join(self.root, path), patience=_SETTLED)
        return f"{entry.path} {stamp}" if stamp else None

    def listing_fingerprint(self) -> str:
        """Return a text that changes with the list of files. Raises GitFailed."""
        listing = "\0".join(super().files())
        return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()
