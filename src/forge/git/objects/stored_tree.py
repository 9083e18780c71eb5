"""A revision's tree, read through an object store, that records which paths were read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from msgspec import Struct, field

from forge.errors import GitFailed
from forge.git import modes
from forge.git.objects.store import Entry, ObjectStore
from forge.git.objects.tree import NotStored, RevisionTree, TreeEntry, Unreadable, below_non_folder


class PathsRead(Struct):
    """What was read of a tree.

    `paths`: the paths that were asked for. `visited`: every folder and link on the way to them.
    `listed`: whether the list of files was read.
    """

    visited: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    listed: bool = False


class StoredTree(RevisionTree):
    """A tree read through a store. It can record what is read, and refuse to list its files."""

    def __init__(self, store: ObjectStore, root: str, revision: str | None) -> None:
        self.repository = store.repository
        self.store = store
        self.root_id = root
        self.revision = revision
        self.listable = True
        self._read: PathsRead | None = None
        self._resolved: dict[str, TreeEntry | tuple[str, int, str]] = {}

    @classmethod
    def at(cls, store: ObjectStore, commit: str) -> StoredTree:
        """Return the tree of a commit. Raises GitFailed if it is missing."""
        root = store.root(commit)
        if root is None or store.folder(root) is None:
            raise GitFailed(
                f"the tree of {commit} is missing from this repository",
                "fetch the history that holds it",
            )
        return cls(store, root, commit)

    @contextmanager
    def recording(self, *, listable: bool = True) -> Iterator[PathsRead]:
        """Record what is read inside the block. Unless `listable`, `files` raises GitFailed."""
        self._read, self.listable = PathsRead(), listable
        self._resolved.clear()  # cached answers would not be recorded
        try:
            yield self._read
        finally:
            self._read, self.listable = None, True

    def _object(self, parts: list[str]) -> Entry | NotStored | None:
        entry = self._stored(parts)
        if self._read is not None:
            path = "/".join(parts)
            self._read.visited.add(path)
            if entry is None:  # a file below it would make it a folder
                self._read.paths.add(path)
        return entry

    def _stored(self, parts: list[str]) -> Entry | NotStored | None:
        mode, oid = modes.FOLDER, self.root_id
        for part in parts:
            if mode != modes.FOLDER:
                return below_non_folder(mode, oid)
            entries = self.store.folder(oid)
            if entries is None:
                return "missing"
            entry = entries.get(part)
            if entry is None:
                return None
            mode, oid = entry
        return mode, oid

    def _resolve(self, path: str) -> TreeEntry | tuple[str, int, str]:
        if self._read is not None:
            self._read.paths.add(path.strip("/"))
        if path not in self._resolved:
            is_root = all(part in ("", ".") for part in path.split("/"))
            self._resolved[path] = (
                ("", modes.FOLDER, self.root_id) if is_root else super()._resolve(path)
            )
        return self._resolved[path]

    def _link(self, oid: str) -> str | None:
        data = self.store.data(oid)
        return None if data is None else os.fsdecode(data)

    def _size(self, oid: str) -> int | None:
        return self.store.size(oid)

    def read(self, path: str) -> bytes:
        resolved = self._resolve(path)
        if isinstance(resolved, TreeEntry):
            raise Unreadable(f"it is {resolved.kind}")
        data = self.store.data(resolved[2])
        if data is None:
            raise Unreadable("its git object is missing here")
        return data

    @cached_property
    def _files(self) -> list[str]:
        return list(self.store.paths(self.root_id))

    def files(self) -> list[str]:
        """Return all files, sorted. Raises GitFailed if a folder is missing, or if the tree is not
        listable.
        """
        if self._read is not None:
            self._read.listed = True
        if not self.listable:
            raise GitFailed("the files of this tree are not listed", "read the whole tree")
        return self._files

    def fingerprint(self, path: str) -> str:
        """Return a text that changes with what is at a path, also when a missing object arrives."""
        resolved = self._resolve(path)
        if isinstance(resolved, TreeEntry):
            return resolved.kind
        real, mode, oid = resolved
        is_present = mode in (modes.FOLDER, modes.SUBMODULE) or self.store.size(oid) is not None
        return f"{real} {mode:o} {oid}{'' if is_present else ' missing'}"

    def listing_fingerprint(self) -> str:
        """Return a text that changes with the list of files. Raises GitFailed."""
        listing = "\0".join(self._files)
        return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()

    def files_below(self, folder: str) -> tuple[str, ...]:
        """Return the files below a folder, sorted. Raises GitFailed if a part of it is missing."""
        entry = self.store.entry(self.root_id, folder)
        if entry is None or entry[0] != modes.FOLDER:
            return ()
        return tuple(f"{folder}/{path}" for path in self.store.paths(entry[1]))
