"""Changes between a commit and the work tree, as a step's commit would record them."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable

from msgspec import Struct, field

from forge.git.tree_entries import Entry

_NO_ENTRY = (0, "0" * 40)


class Change(Struct, frozen=True):
    """One changed path: `status` is git's letter (A, M, D, T), `mode` and `blob` are new."""

    path: str
    status: str
    mode: int
    blob: str
    added: int = 0
    removed: int = 0

    @classmethod
    def of(cls, path: str, before: Entry, after: Entry, added: int = 0, removed: int = 0) -> Change:
        return cls(path, status_letter(before, after), *(after or _NO_ENTRY), added, removed)

    @property
    def entry(self) -> Entry:
        """The tree entry after the change; None if the path is deleted."""
        return None if self.status == "D" else (self.mode, self.blob)


class Changes(Struct, frozen=True):
    """All changed paths; `patch` has the added lines of text for the secret scan."""

    entries: list[Change] = field(default_factory=list)
    patch: bytes = b""

    @property
    def paths(self) -> list[str]:
        """The changed paths, sorted."""
        return sorted(entry.path for entry in self.entries)

    @property
    def sha256(self) -> str:
        """The digest that identifies these changes."""
        return _digest((entry.status, entry.mode, entry.blob, entry.path) for entry in self.entries)

    @property
    def lines(self) -> int:
        """Lines added and removed together."""
        return sum(entry.added + entry.removed for entry in self.entries)

    @property
    def summary(self) -> str:
        """One line for people: `2 files, +10 -3`."""
        if not self.entries:
            return "no changes"
        added = sum(entry.added for entry in self.entries)
        removed = sum(entry.removed for entry in self.entries)
        files = "file" if len(self.entries) == 1 else "files"
        return f"{len(self.entries)} {files}, +{added} -{removed}"


def status_letter(before: Entry, after: Entry) -> str:
    """Return git's letter for a change of an entry."""
    if before is None:
        return "A"
    if after is None:
        return "D"
    return "M" if stat.S_IFMT(before[0]) == stat.S_IFMT(after[0]) else "T"


def changes_sha256(changed: Iterable[tuple[str, Entry, Entry]]) -> str:
    """Return `Changes.sha256` of changes that a commit holds: path, entry before, entry after."""
    return _digest(
        (status_letter(before, after), *(after or _NO_ENTRY), path)
        for path, before, after in changed
    )


def _digest(rows: Iterable[tuple[str, int, str, str]]) -> str:
    """Return the SHA-256 of status, mode, object id and path of each change, sorted."""
    lines = sorted(f"{status} {mode:o} {blob} {path}\0" for status, mode, blob, path in rows)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
