"""Full-text search of the tracked text of a commit, by an index under `.git/forge/cache/` that may
be deleted at any moment.

The index is SQLite's FTS5, one row for each path, known by its blob id. It holds words, never text:
what goes away is taken out again with the text of its blob, so that BM25 sees exactly the tree that
is asked about and the same tree gives the same answer, whatever was indexed before. Asked about
another tree, it reads the folders and files that differ.
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
"""A larger file is left out."""

_VERSION = 1
_PATIENCE = 20.0  # seconds that another forge may be writing to the index
_SNIFFED = 8000  # bytes in which a NUL says that a file is binary, as git has it
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
    """A file that holds words that were looked for: its path, its blob, and which of the words."""

    path: str
    blob: str
    words: tuple[str, ...]


def words_of(*texts: str) -> list[str]:
    """Return the words of texts that are worth looking for, each once, in their order; `loadConfig`
    is `load` and `config`.
    """
    found = (word.lower() for text in texts for word in _WORD.findall(_HUMP.sub(r"\1 \2", text)))
    return list(
        dict.fromkeys(word for word in found if word not in _COMMON and not word.isdigit())
    )[:_MOST_WORDS]


class FullText:
    """The index of a repository. Where its file cannot be used, the same answers come from one in
    memory.
    """

    def __init__(self, repository: Repository) -> None:
        self.store = ObjectStore(repository)
        self.path = repository.forge_dir / "cache" / "words.sqlite3"

    def best(self, commit: str, words: Sequence[str], count: int) -> list[Match]:
        """Return the files of a commit that fit the words best, `.planning/` left out, best first
        (BM25, then by path).

        Raises GitFailed where the commit's tree is missing.
        """
        root = self.store.root(commit)
        if root is None:
            raise GitFailed(
                f"the tree of {commit} is missing from this repository",
                "fetch the history that holds it",
            )
        if not words or count <= 0:
            return []
        for again in (False, True):
            try:
                return self._ask(self._file(), root, words, count)
            except sqlite3.OperationalError:  # locked for too long, no room, no access
                break
            except sqlite3.DatabaseError:  # damaged
                if again or not _removed(self.path):
                    break
            except OSError:
                break
        return self._ask(sqlite3.connect(":memory:", isolation_level=None), root, words, count)

    def _file(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)

    def _ask(
        self, base: sqlite3.Connection, root: str, words: Sequence[str], count: int
    ) -> list[Match]:
        with contextlib.closing(base):
            base.execute("PRAGMA synchronous=OFF")
            base.execute("BEGIN")
            if _root_of(base) != root:
                base.execute("ROLLBACK")
                base.execute("BEGIN IMMEDIATE")
                self._bring_up_to(base, root)
            found = list(_matches(base, words, count))
            base.execute("COMMIT")
            return found

    def _bring_up_to(self, base: sqlite3.Connection, root: str) -> None:
        """Make the index one of the tree `root`: by what differs from the tree that it is of, or
        anew.
        """
        known = _root_of(base)
        try:
            if known is not None:
                self._change(base, known, root)
        except _Missing:
            known = None
        if known is None:
            _lay_out(base)
            self._change(base, None, root)
        base.execute("DELETE FROM tree")
        base.execute("INSERT INTO tree VALUES (?)", (root,))

    def _change(self, base: sqlite3.Connection, old: str | None, new: str) -> None:
        for path, before, after in self.store.changes(old, new):
            if modes.FOLDER in (before or after or (0, ""))[:1]:
                if old is not None:
                    raise _Missing
                # a folder that is not here (partial clone): what is below it cannot be found
                continue
            if before is not None:
                self._take_out(base, path)
            if after is not None:
                self._put_in(base, path, after)

    def _put_in(self, base: sqlite3.Connection, path: str, entry: Entry) -> None:
        mode, blob = entry
        if (
            mode not in modes.REGULAR
            or path.startswith(".planning/")
            or holds_secrets(path)
            or not _sayable(path)
        ):
            return
        text = self._text(blob)
        if text is not None:
            row = base.execute(
                "INSERT INTO files (path, blob) VALUES (?, ?)", (path, blob)
            ).lastrowid
            base.execute(
                "INSERT INTO texts (rowid, name, body) VALUES (?, ?, ?)", (row, _split(path), text)
            )

    def _take_out(self, base: sqlite3.Connection, path: str) -> None:
        row = (
            base.execute("SELECT id, blob FROM files WHERE path = ?", (path,)).fetchone()
            if _sayable(path)
            else None
        )
        if row is None:
            return
        text = self._text(row[1])
        if text is None:
            raise _Missing
        base.execute(
            "INSERT INTO texts (texts, rowid, name, body) VALUES ('delete', ?, ?, ?)",
            (row[0], _split(path), text),
        )
        base.execute("DELETE FROM files WHERE id = ?", (row[0],))

    def _text(self, blob: str) -> str | None:
        """Return a file's words as the index takes them; None for what is left out: large, binary,
        secret or not here.
        """
        size = self.store.size(blob)
        data = self.store.data(blob) if size is not None and size <= MOST_BYTES else None
        if data is None or b"\0" in data[:_SNIFFED] or b"PRIVATE KEY-----" in data:
            return None
        return _split(data.decode("utf-8", "replace"))


class _Missing(Exception):
    """What the index was made of is not here any more, so that it can only be made anew."""


def _split(text: str) -> str:
    return _HUMP.sub(r"\1 \2", text)


def _sayable(path: str) -> bool:
    """Say whether a path is text; the record is JSON, and could not name it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()


def _root_of(base: sqlite3.Connection) -> str | None:
    """Return the tree that an index is of; None where there is none of this layout."""
    if base.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
        return None
    row = base.execute("SELECT root FROM tree").fetchone()
    return str(row[0]) if row else None


def _lay_out(base: sqlite3.Connection) -> None:
    for (name,) in base.execute(
        "SELECT name FROM sqlite_master WHERE name IN ('tree', 'files', 'texts')"
    ).fetchall():
        base.execute(f"DROP TABLE {name}")
    for statement in filter(str.strip, _LAYOUT.split(";")):
        base.execute(statement)
    base.execute(f"PRAGMA user_version={_VERSION}")


def _matches(base: sqlite3.Connection, words: Sequence[str], count: int) -> Iterator[Match]:
    rows = base.execute(_BEST, (" OR ".join(map(_quoted, words)), count)).fetchall()
    which: dict[int, list[str]] = {row[0]: [] for row in rows}
    listed = ",".join(map(str, which))
    for word in words:
        for (row,) in base.execute(
            f"SELECT rowid FROM texts WHERE texts MATCH ? AND rowid IN ({listed})", (_quoted(word),)
        ):
            which[row].append(word)
    yield from (Match(path, blob, tuple(which[row])) for row, path, blob in rows)


def _quoted(word: str) -> str:
    """Return a word as a string of FTS5, in which no operator means anything."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


def _removed(path: Path) -> bool:
    """Remove a damaged index with what SQLite keeps beside it; say whether it is gone."""
    with contextlib.suppress(OSError):
        for name in (f"{path}-journal", path):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
        return True
    return False
