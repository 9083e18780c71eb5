"""Readings of documents that did not change, kept in a file that may be deleted at any moment."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

import forge

_PACKAGE = Path(forge.__file__).parent
_JUDGES = (
    "text",
    "planning",
    "check",
    "check/rules",
    "check/rules/plan",
    "check/rules/documents",
    "check/rules/between",
    "timeline",
    "views",
)
_SETTLED = 20_000_000  # nanoseconds after which a file's times tell every later change apart
_BATCH = 500
_LOOK_UP = "SELECT stamp, sum, reading, facts FROM readings WHERE path=?"
_LAYOUT = (
    "CREATE TABLE IF NOT EXISTS readings (path TEXT PRIMARY KEY, stamp TEXT, sum INTEGER, reading"
    " TEXT, facts TEXT)"
)


def fingerprint() -> str:
    """Return what changes with forge itself: its version, and the times and sizes of the files that
    judge.
    """
    said = [forge.__version__]
    for room in _JUDGES:
        with contextlib.suppress(OSError), os.scandir(_PACKAGE / room) as entries:
            found = sorted(
                (entry.name, entry.stat().st_mtime_ns, entry.stat().st_size)
                for entry in entries
                if entry.is_file()
            )
            said.append(str(found))
    return hashlib.sha256(str(said).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def stamp(found: os.stat_result) -> str:
    """Return what changes with a file: size, times and inode."""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


class ReadingCache:
    """A cache in one SQLite file. Whatever is wrong with the file, the cache is then empty and
    takes nothing.
    """

    def __init__(self, folder: Path, root: str, name: str = "documents") -> None:
        """Open the cache of a work tree's root in a folder, which is made if need be; `name` says
        what is kept in it.
        """
        place = hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._path = folder / f"{name}-{place}.sqlite3"
        self._pending: list[tuple[str, str, int, str, str]] = []
        self._base: sqlite3.Connection | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open()
        except sqlite3.DatabaseError:
            self._begin_anew()
        except OSError:
            self._base = None

    def _open(self) -> None:
        self._base = sqlite3.connect(self._path, timeout=0.2, isolation_level=None)
        self._base.execute("PRAGMA synchronous=OFF")
        version = int(fingerprint()[:7], 16)
        if self._base.execute("PRAGMA user_version").fetchone()[0] != version:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.execute("DROP TABLE IF EXISTS readings")
            self._base.execute(_LAYOUT)
            self._base.execute(f"PRAGMA user_version={version}")
            self._base.execute("COMMIT")

    def _begin_anew(self) -> None:
        self.close()
        try:
            self._path.unlink(missing_ok=True)
            self._open()
        except (OSError, sqlite3.Error):
            self._base = None

    def get(self, path: str, found: os.stat_result) -> tuple[str, str] | None:
        """Return reading and facts of a file that is as it was; None where it is not, or was never
        seen.
        """
        return self.recall(path, stamp(found))

    def recall(self, path: str, sign: str) -> tuple[str, str] | None:
        """Return what was kept under a name with the same sign."""
        if self._base is None:
            return None
        try:
            row = self._base.execute(_LOOK_UP, (text_key(path),)).fetchone()
        except sqlite3.Error:
            self._base = None
            return None
        if (
            row is None
            or row[0] != sign
            or not isinstance(row[2], str)
            or not isinstance(row[3], str)
        ):
            return None
        return (row[2], row[3]) if zlib.crc32((row[2] + row[3]).encode()) == row[1] else None

    def put(self, path: str, found: os.stat_result, reading: str, facts: str) -> None:
        """Keep a reading; not that of a file which changed just now, since its times may not tell
        the next change.
        """
        if time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns) >= _SETTLED:
            self.remember(path, stamp(found), reading, facts)

    def remember(self, path: str, sign: str, reading: str, facts: str = "") -> None:
        """Keep something under a name, until its sign is another one."""
        if self._base is None:
            return
        self._pending.append(
            (text_key(path), sign, zlib.crc32((reading + facts).encode()), reading, facts)
        )
        if len(self._pending) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if self._base is None or not pending:
            return
        try:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany("INSERT OR REPLACE INTO readings VALUES (?,?,?,?,?)", pending)
            self._base.execute("COMMIT")
        except sqlite3.Error:
            self._base = None

    def prune(self, kept: Iterable[str]) -> None:
        """Forget the files that are gone."""
        self._flush()
        if self._base is None:
            return
        try:
            known = {row[0] for row in self._base.execute("SELECT path FROM readings")}
            gone = known - {text_key(path) for path in kept}
            if gone:
                self._base.execute("BEGIN IMMEDIATE")
                self._base.executemany(
                    "DELETE FROM readings WHERE path=?", [(path,) for path in gone]
                )
                self._base.execute("COMMIT")
        except sqlite3.Error:
            self._base = None

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self._flush()
        if self._base is not None:
            with contextlib.suppress(sqlite3.Error):
                self._base.close()
        self._base = None


def text_key(path: str) -> str:
    """Return a path as SQLite takes it: one that is no UTF-8 in hex."""
    return path if path.isprintable() else path.encode("utf-8", "surrogateescape").hex()
