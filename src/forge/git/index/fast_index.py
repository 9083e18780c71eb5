"""Reads and writes a small, plain index without git, since starting git takes longer.

Plain is what git makes of a small repository: version 2, no entry that is in conflict, intended,
skipped or assumed unchanged, no submodule, and no extension except the cache of trees. Everything
else is left to git. The format is gitformat-index(5).
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from msgspec import Struct

from forge import regular
from forge.git import modes
from forge.git.blob_id import blob_id
from forge.git.index.conversion import folders_of, stores_unconverted
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_LARGEST = 128 << 10  # bytes, some 1,300 files; git is as fast with more
_HEADER = struct.Struct(">4sII")
_ENTRY = struct.Struct(">10I20sH")
_LONG_NAME = 0xFFF  # any other flags than the length of the name make a value at least this large
_CHECKSUM = 20  # bytes of SHA-1
MOST_BYTES = 1 << 20  # of a file that is read because its times prove nothing
_SECOND = 10**9
_WORD = 0xFFFFFFFF
_NO_STATUS: Mapping[str, os.stat_result] = {}


class IndexEntry(NamedTuple):
    """An entry of an index: the `lstat` result of the file when it was staged, its blob, and the
    length of its name.
    """

    changed_s: int
    changed_ns: int
    modified_s: int
    modified_ns: int
    device: int
    inode: int
    mode: int
    user: int
    group: int
    size: int
    blob: bytes
    name_length: int

    @property
    def entry(self) -> tuple[int, str]:
        """Its mode and object id."""
        return self.mode, self.blob.hex()

    def matches(self, status: os.stat_result, written_ns: int) -> bool:
        """Return whether a file is provably as it was staged, for an index written at a time.

        Programs can set the time of modification, but not the time of change: every write and every
        change of mode, owner or name sets it to now. Times that are not before that of the index
        prove nothing, since more may have happened within one tick of the clock (git's "racy"
        entries).
        """
        changed_ns = self.changed_s * _SECOND + self.changed_ns
        modified_ns = self.modified_s * _SECOND + self.modified_ns
        return (
            changed_ns == status.st_ctime_ns
            and modified_ns == status.st_mtime_ns
            and changed_ns < written_ns
            and modified_ns < written_ns
            and self.inode == status.st_ino & _WORD
            and self.size == status.st_size & _WORD
            and self.user == status.st_uid
            and self.group == status.st_gid
            and self.mode == modes.of_file(status)
        )


class PlainIndex(Struct, frozen=True):
    """The entries of a plain index by path, and when its file was written."""

    entries: Mapping[str, IndexEntry]
    written_ns: int

    def is_unchanged(self, repository: Repository, path: str) -> bool:
        """Return whether a tracked file is provably as it was staged, by its times or its bytes."""
        return self.compare(repository, path) is not None

    def compare(self, repository: Repository, path: str) -> os.stat_result | Literal["same"] | None:
        """Compare a tracked file with its entry.

        Returns "same" if its times prove that it is as it was staged; if only its bytes do, the
        `lstat` result from before they were read; None if it may differ.
        """
        entry, place = self.entries[path], f"{repository.root}/{path}"
        try:
            status = os.lstat(place)
            if entry.matches(status, self.written_ns):
                return "same"
            is_same = (
                entry.mode == modes.of_file(status)
                and status.st_size <= MOST_BYTES
                and stores_unconverted(repository, path, self.entries)
                and entry.blob.hex() == blob_id(content(place, entry.mode))
            )
        except OSError:
            return None
        return status if is_same else None

    def holds(self, repository: Repository, commit: str) -> bool:
        """Return whether its entries are those of a commit: nothing is staged."""
        root = repository.objects[commit].peel(pygit2.Tree)
        tree = dict(_files_below(repository, str(root.id)))
        return len(tree) == len(self.entries) and all(
            entry.entry == tree.get(path) for path, entry in self.entries.items()
        )

    def changed_entries(self, other: PlainIndex) -> dict[str, tuple[Entry, Entry]]:
        """Return the paths whose entries differ in another index, with this and the other entry."""
        mine, others = (
            {path: entry.entry for path, entry in index.entries.items()} for index in (self, other)
        )
        changed = {path for path, _ in mine.items() ^ others.items()}
        return {path: (mine.get(path), others.get(path)) for path in changed}

    def with_entries(
        self,
        repository: Repository,
        entries: Mapping[str, Entry],
        statuses: Mapping[str, os.stat_result] = _NO_STATUS,
    ) -> bytes | None:
        """Return the bytes of this index with entries replaced; an entry of None removes a path.

        `statuses` are `lstat` results from just before the new blobs were read; without one, git
        compares the file itself. Returns None if an entry cannot be in a plain index, or if an
        entry that stays is racy: it is as young as this index and would look old in the new one.
        """
        if any(entry is not None and entry[0] not in modes.TRACKED for entry in entries.values()):
            return None
        written_s = self.written_ns // _SECOND  # git may compare seconds only
        racy = (path for path, entry in self.entries.items() if entry.modified_s >= written_s)
        if not all(path in entries or self.is_unchanged(repository, path) for path in racy):
            return None
        kept = self._without(entries)
        for path, entry in entries.items():
            if entry is not None:
                kept[path] = _new_entry(entry, statuses.get(path), len(os.fsencode(path)))
        return _encoded(kept)

    def _without(self, entries: Mapping[str, Entry]) -> dict[str, IndexEntry]:
        """Return the entries that stay beside others: not at, above or below their paths."""
        added = [path for path, entry in entries.items() if entry is not None]
        above = {folder for path in added for folder in folders_of(path)}
        below = tuple(f"{path}/" for path in added)
        return {
            path: entry
            for path, entry in self.entries.items()
            if path not in entries and path not in above and not path.startswith(below)
        }


def _new_entry(
    entry: tuple[int, str], status: os.stat_result | None, name_length: int
) -> IndexEntry:
    mode, blob = entry[0], bytes.fromhex(entry[1])
    length = min(name_length, _LONG_NAME)
    if status is None:
        return IndexEntry(0, 0, 0, 0, 0, 0, mode, 0, 0, 0, blob, length)
    changed_s, changed_ns = divmod(status.st_ctime_ns, _SECOND)
    modified_s, modified_ns = divmod(status.st_mtime_ns, _SECOND)
    return IndexEntry(
        changed_s & _WORD,
        changed_ns,
        modified_s & _WORD,
        modified_ns,
        status.st_dev & _WORD,
        status.st_ino & _WORD,
        mode,
        status.st_uid,
        status.st_gid,
        status.st_size & _WORD,
        blob,
        length,
    )


def read(path: Path, *, small: bool = True) -> PlainIndex | None:
    """Return an index; None if it is missing or not plain, or, if `small`, too large."""
    try:
        with os.fdopen(regular.open_regular(path), "rb") as file:
            status = os.fstat(file.fileno())
            data = file.read() if status.st_size <= _LARGEST or not small else b""
    except OSError:
        return None
    end = len(data) - _CHECKSUM
    if end < _HEADER.size or _checksum(data[:end]) != data[end:]:
        return None
    magic, version, count = _HEADER.unpack_from(data)
    if (magic, version) != (b"DIRC", 2):
        return None
    entries: dict[str, IndexEntry] = {}
    at = _HEADER.size
    for _ in range(count):
        entry = IndexEntry(*_ENTRY.unpack_from(data, at))
        if entry.name_length >= _LONG_NAME or entry.mode not in modes.TRACKED:
            return None
        name = at + _ENTRY.size
        entries[os.fsdecode(data[name : name + entry.name_length])] = entry
        at += _length(entry.name_length)
    while data[at : at + 4] == b"TREE" and at < end:
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    return PlainIndex(entries, status.st_mtime_ns) if at == end else None


def content(place: str, mode: int) -> bytes:
    """Return what git stores for a file of a mode: its bytes, or the target of a link.

    Reads one byte more than `MOST_BYTES` at most. Raises OSError.
    """
    if mode == modes.LINK:
        return os.fsencode(os.readlink(place))
    with os.fdopen(regular.open_regular(place), "rb") as file:
        return file.read(MOST_BYTES + 1)


def _length(name_length: int) -> int:
    """Return the bytes of an entry: one to eight NULs pad it to a multiple of eight."""
    return (_ENTRY.size + name_length + 8) & ~7


def _encoded(entries: Mapping[str, IndexEntry]) -> bytes:
    parts = [_HEADER.pack(b"DIRC", 2, len(entries))]
    for name, entry in sorted((os.fsencode(path), entry) for path, entry in entries.items()):
        parts.append((_ENTRY.pack(*entry) + name).ljust(_length(len(name)), b"\0"))
    data = b"".join(parts)
    return data + _checksum(data)


def _checksum(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _files_below(repository: Repository, tree: str) -> Iterator[tuple[str, tuple[int, str]]]:
    for name, mode, oid in _tree_entries(repository, tree):
        if mode == modes.FOLDER:
            below = _files_below(repository, oid)
            yield from ((f"{name}/{path}", entry) for path, entry in below)
        else:
            yield name, (mode, oid)


@lru_cache(maxsize=4096)
def _tree_entries(repository: Repository, tree: str) -> tuple[tuple[str, int, str], ...]:
    entries = repository.objects[tree].peel(pygit2.Tree)
    return tuple(
        (os.fsdecode(entry.raw_name or b""), int(entry.filemode), str(entry.id))
        for entry in entries
    )
