"""The index where it is a small one of the plainest kind: read and written here, since starting git
for it takes longer.

Plain is what git makes of a small repository: version 2, no file in conflict, intended, skipped or
assumed unchanged, no submodule, no extension but the cache of trees. Everything else is left to
git. The format is gitformat-index(5).
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

from forge.git import modes
from forge.git.blob_id import blob_id
from forge.git.index.conversion import folders_of, stores_unconverted
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_LARGEST = 128 << 10  # bytes: some 1,300 files; beyond them git is as fast
_HEADER = struct.Struct(">4sII")
_ENTRY = struct.Struct(">10I20sH")
_LONG_NAME = 0xFFF  # the flags of an entry that has none are the length of its name, below this
_SUM = 20  # bytes of SHA-1
MOST_BYTES = 1 << 20  # of a file that is read, since its times tell nothing
_SECOND = 10**9
_WORD = 0xFFFFFFFF
_NOTHING: Mapping[str, os.stat_result] = {}


class Stored(NamedTuple):
    """What an index holds of one file: what `lstat` said of it when it was staged, its object, and
    the length of its name.
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

    def looks_as(self, found: os.stat_result, written_ns: int) -> bool:
        """Say whether a file is the one that was staged, in an index written then, with nothing
        done to it since.

        Programs can set the time of modification, not that of the last change: any write, and any
        change of mode, owner or name, moves it on to the present. A time not before that of the
        index tells nothing: more may have been done within one tick of the clock (git's racy
        entries).
        """
        changed_s, changed_ns, modified_s, modified_ns, _, inode, mode, user, group, size, _, _ = (
            self
        )
        changed, modified = changed_s * _SECOND + changed_ns, modified_s * _SECOND + modified_ns
        return (
            changed == found.st_ctime_ns
            and modified == found.st_mtime_ns
            and changed < written_ns > modified
            and inode == found.st_ino & _WORD
            and size == found.st_size & _WORD
            and user == found.st_uid
            and group == found.st_gid
            and mode == modes.of_file(found)
        )


class PlainIndex(Struct, frozen=True):
    """The entries of a plain index by path, and when it was written, by the clock of its file
    system.
    """

    entries: Mapping[str, Stored]
    written_ns: int

    def lies(self, repository: Repository, path: str) -> bool:
        """Say whether a tracked file lies in the work tree as it was staged, for sure: by its
        times, else by its bytes.
        """
        return self.look(repository, path) is not None

    def look(self, repository: Repository, path: str) -> os.stat_result | Literal["same"] | None:
        """Look at a tracked file: "same" where its times prove that it lies as it was staged; where
        its bytes do, what `lstat` said of it before they were read; None where nothing does.
        """
        stored, place = self.entries[path], f"{repository.root}/{path}"
        try:
            found = os.lstat(place)
            if stored.looks_as(found, self.written_ns):
                return "same"
            lies = (
                stored.mode == modes.of_file(found)
                and found.st_size <= MOST_BYTES
                and stores_unconverted(repository, path, self.entries)
                and stored.blob.hex() == blob_id(content(place, stored.mode))
            )
        except OSError:
            return None
        return found if lies else None

    def holds(self, repository: Repository, commit: str) -> bool:
        """Say whether it holds just what a commit does: nothing is staged."""
        root = repository.objects[commit].peel(pygit2.Tree)
        tree = dict(_flat(repository, str(root.id)))
        return len(tree) == len(self.entries) and all(
            stored.entry == tree.get(path) for path, stored in self.entries.items()
        )

    def changed_entries(self, other: PlainIndex) -> dict[str, tuple[Entry, Entry]]:
        """Return the paths of which another index holds something else, with what this one and the
        other hold.
        """
        mine, its = (
            {path: stored.entry for path, stored in index.entries.items()}
            for index in (self, other)
        )
        return {path: (mine.get(path), its.get(path)) for path, _ in mine.items() ^ its.items()}

    def with_entries(
        self,
        repository: Repository,
        entries: Mapping[str, Entry],
        seen: Mapping[str, os.stat_result] = _NOTHING,
    ) -> bytes | None:
        """Return the bytes of this index with entries replaced, path to (mode, object id) or None
        for none.

        What is new says of files what was `seen` of them just before they were read, or nothing, so
        that git looks at these. None where an entry is not for a plain index, and where another one
        is not true for sure: an entry as young as its index is not trusted, but in the new one it
        would be. Git may tell times by seconds alone.
        """
        if any(entry is not None and entry[0] not in modes.TRACKED for entry in entries.values()):
            return None
        young = (
            path
            for path, stored in self.entries.items()
            if stored.modified_s >= self.written_ns // _SECOND
        )
        if not all(path in entries or self.lies(repository, path) for path in young):
            return None
        made = [path for path, entry in entries.items() if entry is not None]
        above, below = (
            {folder for path in made for folder in folders_of(path)},
            tuple(f"{path}/" for path in made),
        )
        left = {
            path: stored
            for path, stored in self.entries.items()
            if path not in entries and path not in above and not path.startswith(below)
        }
        for path, entry in entries.items():
            if entry is not None:
                left[path] = _stored(entry, seen.get(path), len(os.fsencode(path)))
        return _encoded(left)


def _stored(entry: tuple[int, str], seen: os.stat_result | None, name_length: int) -> Stored:
    length, blob = min(name_length, _LONG_NAME), bytes.fromhex(entry[1])
    if seen is None:
        return Stored(0, 0, 0, 0, 0, 0, entry[0], 0, 0, 0, blob, length)
    (changed_s, changed_ns), (modified_s, modified_ns) = (
        divmod(seen.st_ctime_ns, _SECOND),
        divmod(seen.st_mtime_ns, _SECOND),
    )
    return Stored(
        changed_s & _WORD,
        changed_ns,
        modified_s & _WORD,
        modified_ns,
        seen.st_dev & _WORD,
        seen.st_ino & _WORD,
        entry[0],
        seen.st_uid,
        seen.st_gid,
        seen.st_size & _WORD,
        blob,
        length,
    )


def read(path: Path, *, small: bool = True) -> PlainIndex | None:
    """Return an index; None where it is not plain, not small though it has to be, or not there."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            data = file.read() if found.st_size <= _LARGEST or not small else b""
    except OSError:
        return None
    end = len(data) - _SUM
    if end < _HEADER.size or hashlib.sha1(data[:end], usedforsecurity=False).digest() != data[end:]:
        return None
    magic, version, count = _HEADER.unpack_from(data)
    entries: dict[str, Stored] = {}
    at = _HEADER.size
    for _ in range(count if (magic, version) == (b"DIRC", 2) else 0):
        stored = Stored(*_ENTRY.unpack_from(data, at))
        if stored.name_length >= _LONG_NAME or stored.mode not in modes.TRACKED:
            return None
        name = at + _ENTRY.size
        entries[os.fsdecode(data[name : name + stored.name_length])] = stored
        at += _length(stored.name_length)
    while data[at : at + 4] == b"TREE" and at < end:
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    return PlainIndex(entries, found.st_mtime_ns) if at == end else None


def content(place: str, mode: int) -> bytes:
    """Return what git stores of a file of a mode: its bytes, the target of a link. Raises
    OSError.
    """
    if mode == modes.LINK:
        return os.fsencode(os.readlink(place))
    with open(
        place, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    ) as file:
        return file.read(MOST_BYTES + 1)


def _length(name_length: int) -> int:
    """Return the bytes that an entry takes: it ends in one to eight zeros, at a multiple of
    eight.
    """
    return (_ENTRY.size + name_length + 8) & ~7


def _encoded(entries: Mapping[str, Stored]) -> bytes:
    parts = [_HEADER.pack(b"DIRC", 2, len(entries))]
    for name, stored in sorted((os.fsencode(path), stored) for path, stored in entries.items()):
        parts.append((_ENTRY.pack(*stored) + name).ljust(_length(len(name)), b"\0"))
    data = b"".join(parts)
    return data + hashlib.sha1(data, usedforsecurity=False).digest()


def _flat(repository: Repository, tree: str) -> Iterator[tuple[str, tuple[int, str]]]:
    for name, mode, oid in _folder(repository, tree):
        if mode == modes.FOLDER:
            yield from ((f"{name}/{path}", entry) for path, entry in _flat(repository, oid))
        else:
            yield name, (mode, oid)


@lru_cache(maxsize=4096)
def _folder(repository: Repository, tree: str) -> tuple[tuple[str, int, str], ...]:
    found = repository.objects[tree].peel(pygit2.Tree)
    return tuple(
        (os.fsdecode(entry.raw_name or b""), int(entry.filemode), str(entry.id)) for entry in found
    )
