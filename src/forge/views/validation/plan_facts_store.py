"""The facts of plans, on disk while documents are validated together."""

from __future__ import annotations

import sqlite3


class PlanFactsStore:
    """Facts by path in a temporary database that SQLite keeps on disk, so that memory does not grow
    with the number of plans.
    """

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute("PRAGMA journal_mode=OFF")
        self._base.execute("CREATE TABLE facts (path TEXT PRIMARY KEY, facts TEXT)")
        self._base.execute("BEGIN")

    def put(self, path: str, text: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_key(path), text))

    def get(self, path: str) -> str | None:
        row = self._base.execute("SELECT facts FROM facts WHERE path=?", (_key(path),)).fetchone()
        return row[0] if row else None


def _key(path: str) -> str:
    """Return a path as a key of SQLite: in hex if it cannot be printed, for instance not UTF-8."""
    return path if path.isprintable() else path.encode("utf-8", "surrogateescape").hex()
