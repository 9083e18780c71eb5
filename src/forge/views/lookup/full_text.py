"""Full-text search over the tracked files of a commit, with an index that may be deleted anytime.

The index is a SQLite FTS5 table under `.git/forge/cache/` with one row per path and its blob id.
It stores words, not text: a row is removed with the text of its blob, so that BM25 ranks exactly
the tree that is searched, and the same tree gives the same answer whatever was indexed before.
For another tree, only the folders and files that differ are read.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from forge.check.secrets.file_names import holds_secrets
from forge.errors import GitFailed
from forge.git import modes
from forge.git.objects.store import Entry, ObjectStore
from forge.git.repository import Repository

MOST_BYTES = 512 << 10
"""Larger files are not indexed."""

_VERSION = 1
_LOCK_TIMEOUT = 20.0  # seconds to wait while another forge process writes to the index
_BINARY_PREFIX = 8000  # bytes; git calls a file binary if one of them is NUL
_MOST_WORDS = 32
_LAYOUT = """
CREATE TABLE tree (root TEXT);
CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT UNIQUE, blob TEXT);
CREATE VIRTUAL TABLE texts USING fts5(
  name, body, content='', tokenize='porter unicode61 remove_diacritics 2'
);
"""
_BEST = """
SELECT files.id, files.path, files.blob FROM texts JOIN files ON files.id = texts.rowid
WHERE texts MATCH ? ORDER BY bm25(texts, 4.0, 1.0), files.path LIMIT ?
"""
_HUMP = re.compile(r"([a-z0-9])([A-Z])")
_WORD = re.compile(r"[^\W_]{3,40}")
_COMMON = frozenset(
    "about add added after all also and any are before but can change create does done each ensure"
    " every file files for from get has have here how into its make makes may more must need needed"
    " needs new not now one only other our out over run same set should so some step such task than"
    " that the their them then there these they this those through two under until update use used"
    " uses using via was were what when where which while who why will with work works would write"
    " you your".split()
)


class Match(NamedTuple):
    """A file that contains some of the words searched for, and which of them."""

    path: str
    blob: str
    words: tuple[str, ...]


def words_of(*texts: str) -> list[str]:
    """Return the words of texts that are worth a search, each once, in their order.

    Common words and numbers are left out; `loadConfig` gives `load` and `config`.
    """
    words = (word.lower() for text in texts for word in _WORD.findall(_split_humps(text)))
    useful = (word for word in words if word not in _COMMON and not word.isdigit())
    return list(dict.fromkeys(useful))[:_MOST_WORDS]


class FullText:
    """The index of a repository; if its file is unusable, an index in memory answers the same."""

    def __init__(self, repository: Repository) -> None:
        self.store = ObjectStore(repository)
        self.path = repository.forge_dir / "cache" / "words.sqlite3"

    def best(self, commit: str, words: Sequence[str], count: int) -> list[Match]:
        """Return at most `count` files of a commit that match the words best.

        The order is BM25, then the path; `.planning/` is left out. Raises GitFailed if the tree of
        the commit is missing.
        """
        root = self.store.root(commit)
        if root is None:
            raise GitFailed(
                f"the tree of {commit} is missing from this repository",
                "fetch the history that holds it",
            )
        if not words or count <= 0:
            return []
        for repaired in (False, True):
            try:
                return self._search(self._open(), root, words, count)
            except sqlite3.OperationalError:  # locked for too long, disk full, no access
                break
            except sqlite3.DatabaseError:  # damaged
                if repaired or not _remove(self.path):
                    break
            except OSError:
                break
        return self._search(sqlite3.connect(":memory:", isolation_level=None), root, words, count)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(self.path, timeout=_LOCK_TIMEOUT, isolation_level=None)

    def _search(
        self, base: sqlite3.Connection, root: str, words: Sequence[str], count: int
    ) -> list[Match]:
        with contextlib.closing(base):
            base.execute("PRAGMA synchronous=OFF")
            base.execute("BEGIN")
            if _indexed_tree(base) != root:
                base.execute("ROLLBACK")
                base.execute("BEGIN IMMEDIATE")
                self._update(base, root)
            matches = list(_matches(base, words, count))
            base.execute("COMMIT")
            return matches

    def _update(self, base: sqlite3.Connection, root: str) -> None:
        """Make the index that of the tree `root`: from the differences, else from scratch."""
        indexed = _indexed_tree(base)
        try:
            if indexed is not None:
                self._apply_changes(base, indexed, root)
        except _MissingObject:
            indexed = None
        if indexed is None:
            _create_tables(base)
            self._apply_changes(base, None, root)
        base.execute("DELETE FROM tree")
        base.execute("INSERT INTO tree VALUES (?)", (root,))

    def _apply_changes(self, base: sqlite3.Connection, old: str | None, new: str) -> None:
        for path, before, after in self.store.changes(old, new):
            if modes.FOLDER in (before or after or (0, ""))[:1]:
                if old is not None:
                    raise _MissingObject
                # a folder missing in a partial clone: what is below it cannot be found
                continue
            if before is not None:
                self._remove_file(base, path)
            if after is not None:
                self._add_file(base, path, after)

    def _add_file(self, base: sqlite3.Connection, path: str, entry: Entry) -> None:
        mode, blob = entry
        planning = path.startswith(".planning/")
        if mode not in modes.REGULAR or planning or holds_secrets(path) or not _is_text(path):
            return
        text = self._text(blob)
        if text is None:
            return
        file = "INSERT INTO files (path, blob) VALUES (?, ?)"
        row = base.execute(file, (path, blob)).lastrowid
        words = "INSERT INTO texts (rowid, name, body) VALUES (?, ?, ?)"
        base.execute(words, (row, _split_humps(path), text))

    def _remove_file(self, base: sqlite3.Connection, path: str) -> None:
        if not _is_text(path):
            return
        row = base.execute("SELECT id, blob FROM files WHERE path = ?", (path,)).fetchone()
        if row is None:
            return
        text = self._text(row[1])
        if text is None:
            raise _MissingObject
        base.execute(
            "INSERT INTO texts (texts, rowid, name, body) VALUES ('delete', ?, ?, ?)",
            (row[0], _split_humps(path), text),
        )
        base.execute("DELETE FROM files WHERE id = ?", (row[0],))

    def _text(self, blob: str) -> str | None:
        """Return the words of a file as they are indexed.

        None for files that are not indexed: large, binary, secret or missing.
        """
        size = self.store.size(blob)
        data = self.store.data(blob) if size is not None and size <= MOST_BYTES else None
        if data is None or b"\0" in data[:_BINARY_PREFIX] or b"PRIVATE KEY-----" in data:
            return None
        return _split_humps(data.decode("utf-8", "replace"))


class _MissingObject(Exception):
    """An object that the index was made from is gone, so the index has to be made from scratch."""


def _split_humps(text: str) -> str:
    return _HUMP.sub(r"\1 \2", text)


def _is_text(path: str) -> bool:
    """Return whether a path is valid text; the run's record is JSON and cannot name any other."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()


def _indexed_tree(base: sqlite3.Connection) -> str | None:
    """Return the tree that the index holds; None without an index of the present layout."""
    if base.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
        return None
    row = base.execute("SELECT root FROM tree").fetchone()
    return str(row[0]) if row else None


def _create_tables(base: sqlite3.Connection) -> None:
    old = "SELECT name FROM sqlite_master WHERE name IN ('tree', 'files', 'texts')"
    for (name,) in base.execute(old).fetchall():
        base.execute(f"DROP TABLE {name}")
    for statement in filter(str.strip, _LAYOUT.split(";")):
        base.execute(statement)
    base.execute(f"PRAGMA user_version={_VERSION}")


def _matches(base: sqlite3.Connection, words: Sequence[str], count: int) -> Iterator[Match]:
    rows = base.execute(_BEST, (" OR ".join(map(_quoted, words)), count)).fetchall()
    matched: dict[int, list[str]] = {row[0]: [] for row in rows}
    ids = ",".join(map(str, matched))
    for word in words:
        query = f"SELECT rowid FROM texts WHERE texts MATCH ? AND rowid IN ({ids})"
        for (row,) in base.execute(query, (_quoted(word),)):
            matched[row].append(word)
    yield from (Match(path, blob, tuple(matched[row])) for row, path, blob in rows)


def _quoted(word: str) -> str:
    """Return a word as an FTS5 string, in which no operator has a meaning."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


def _remove(path: Path) -> bool:
    """Remove a damaged index and its journal; return whether both are gone."""
    with contextlib.suppress(OSError):
        for name in (f"{path}-journal", path):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
        return True
    return False
