"""The work tree, with a note of what it is asked and a sign for each answer: the same signs mean
the same answers.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from forge.git.objects.store import PathsRead
from forge.git.objects.tree import TreeEntry, WorkTree

_SETTLED = (
    2_000_000_000  # nanoseconds after which a further change is sure to show in a file's times
)


class RecordingWorkTree(WorkTree):
    """A work tree that can note what it is asked."""

    _asked: PathsRead | None = None

    @contextmanager
    def recording(self) -> Iterator[PathsRead]:
        """Note what is asked of the tree meanwhile."""
        self._asked = PathsRead()
        try:
            yield self._asked
        finally:
            self._asked = None

    def _note(self, path: str) -> None:
        if self._asked is not None:
            self._asked.paths.add(path)

    def entry(self, path: str) -> TreeEntry:
        """See Tree.entry."""
        self._note(path)
        return super().entry(path)

    def read(self, path: str) -> bytes:
        """See Tree.read."""
        self._note(path)
        return super().read(path)

    def blob(self, path: str) -> str | None:
        """See Tree.blob."""
        self._note(path)
        return super().blob(path)

    def files(self) -> list[str]:
        """See Tree.files."""
        if self._asked is not None:
            self._asked.listed = True
        return super().files()

    def fingerprint(self, path: str) -> str | None:
        """Return what tells one answer about a path from another; None for a file that changed just
        now.
        """
        found = super().entry(path)
        if found.kind != "file":
            return found.kind
        try:
            status = os.stat(os.path.join(self.root, path))
        except (OSError, ValueError):
            return None
        if max(status.st_mtime_ns, status.st_ctime_ns) > time.time_ns() - _SETTLED:
            return None
        return (
            f"{found.path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
            f" {status.st_ino}"
        )

    def listing_fingerprint(self) -> str:
        """Return what tells one listing from another. Raises GitFailed."""
        return hashlib.sha256(
            "\0".join(super().files()).encode("utf-8", "surrogateescape")
        ).hexdigest()
