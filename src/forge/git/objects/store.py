"""Git objects read once: what several looks at the trees of one repository share. Nothing is
written.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from msgspec import Struct, field

from forge.errors import GitFailed
from forge.git import modes
from forge.git.blob_id import object_id
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.tree import NotStored, RevisionTree, TreeEntry, Unreadable, below_non_folder
from forge.git.repository import Repository

_MOST_ENTRIES = 2_000_000  # of folders kept in memory
_MOST_BYTES = 64 << 20  # of files kept in memory

Entry = tuple[int, str]
Change = tuple[str, Entry | None, Entry | None]


class ObjectStore:
    """The folders and files of a repository by object id, each read once while there is room for
    it.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._folders: dict[str, Mapping[str, Entry] | None] = {}
        self._paths: dict[str, tuple[str, ...]] = {}
        self._sizes: dict[str, int | None] = {}
        self._data: OrderedDict[str, bytes] = OrderedDict()
        self._entries = 0
        self._bytes = 0

    def commit(self, revision: str) -> str:
        """Return the full id of the commit that a name means. Raises GitFailed where there is
        none.
        """
        try:
            return str(self.repository.objects.revparse_single(revision).peel(pygit2.Commit).id)
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise GitFailed(
                f"there is no revision {revision}", "name a commit, a branch or a tag"
            ) from error

    def root(self, commit: str) -> str | None:
        """Return the id of a commit's tree, None where the commit is missing here."""
        found = self._object(commit)
        return str(found.tree_id) if isinstance(found, pygit2.Commit) else None

    def folder(self, oid: str) -> Mapping[str, Entry] | None:
        """Return the entries of a tree, name to (mode, id); None where it is missing here."""
        if oid not in self._folders:
            found = self._object(oid)
            if self._entries > _MOST_ENTRIES:
                self._folders.clear()
                self._paths.clear()
                self._entries = 0
            entries = (
                {
                    os.fsdecode(entry.raw_name or b""): (int(entry.filemode), str(entry.id))
                    for entry in found
                }
                if isinstance(found, pygit2.Tree)
                else None
            )
            self._folders[oid] = entries
            self._entries += len(entries or ()) + 1
        return self._folders[oid]

    def paths(self, oid: str) -> tuple[str, ...]:
        """Return all paths below a tree that are no folders, sorted. Raises GitFailed where a part
        of it is missing.
        """
        if oid not in self._paths:
            entries = self.folder(oid)
            if entries is None:
                raise GitFailed(
                    f"the tree {oid} is missing from this repository",
                    "fetch the history that holds it",
                )
            found: list[str] = []
            for name, (mode, below) in entries.items():
                found += (
                    [f"{name}/{path}" for path in self.paths(below)]
                    if mode == modes.FOLDER
                    else [name]
                )
            self._paths[oid] = tuple(sorted(found))
        return self._paths[oid]

    def size(self, oid: str) -> int | None:
        """Return a file's size in bytes, None where it is missing here."""
        if oid not in self._sizes:
            try:
                self._sizes[oid] = int(
                    self.repository.objects.odb.read_header(pygit2.Oid(hex=oid))[1]
                )
            except (KeyError, ValueError, pygit2.GitError):
                self._sizes[oid] = None
        return self._sizes[oid]

    def data(self, oid: str) -> bytes | None:
        """Return a file's bytes, None where it is missing here."""
        if oid in self._data:
            self._data.move_to_end(oid)
            return self._data[oid]
        found = self._object(oid)
        if not isinstance(found, pygit2.Blob):
            return None
        data = found.data
        if len(data) <= _MOST_BYTES:
            self._data[oid] = data
            self._bytes += len(data)
        while self._bytes > _MOST_BYTES:
            self._bytes -= len(self._data.popitem(last=False)[1])
        return data

    def _object(self, oid: str) -> object:
        try:
            return self.repository.objects.get(oid)
        except (KeyError, ValueError, pygit2.GitError):
            return None

    def entry(self, root: str, path: str) -> Entry | None:
        """Return mode and id at a path below a tree, no links followed; None where there is none,
        or it is missing.
        """
        mode, oid = modes.FOLDER, root
        for part in path.split("/"):
            entries = self.folder(oid) if mode == modes.FOLDER else None
            found = entries.get(part) if entries else None
            if found is None:
                return None
            mode, oid = found
        return mode, oid

    def can_read_entry(self, root: str, path: str) -> bool:
        """Say whether what a tree has at a path can be told: no folder on the way is missing
        here.
        """
        folders = ["/".join(path.split("/")[:depth]) for depth in range(1, path.count("/") + 1)]
        entries = (self.entry(root, folder) for folder in folders)
        return all(
            self.folder(oid) is not None
            for mode, oid in [(modes.FOLDER, root), *filter(None, entries)]
            if mode == modes.FOLDER
        )

    def changes(self, old: str | None, new: str | None, above: str = "") -> Iterator[Change]:
        """Yield (path, before, after) for every file in which two trees differ; a missing folder
        counts as one path.
        """
        if old == new:
            return
        before, after = ({} if oid is None else self.folder(oid) for oid in (old, new))
        if before is None or after is None:
            yield above.rstrip("/"), (modes.FOLDER, old or ""), (modes.FOLDER, new or "")
            return
        for name in sorted({name for name, _ in before.items() ^ after.items()}):
            pair = before.get(name), after.get(name)
            files = tuple(
                None if each is None or each[0] == modes.FOLDER else each for each in pair
            )
            folders = [
                each[1] if each is not None and each[0] == modes.FOLDER else None for each in pair
            ]
            if files[0] != files[1]:
                yield above + name, files[0], files[1]
            yield from self.changes(folders[0], folders[1], f"{above}{name}/")

    def tree_without_planning(self, root: str, without: str = ".planning") -> str:
        """Return the id that a tree has without one of its folders. Raises GitFailed where the tree
        is missing.
        """
        entries = self.folder(root)
        if entries is None:
            raise GitFailed(
                f"the tree {root} is missing from this repository",
                "fetch the history that holds it",
            )
        if without not in entries:
            return root
        raw = b"".join(
            f"{mode:o} ".encode() + os.fsencode(name) + b"\0" + bytes.fromhex(oid)
            for name, (mode, oid) in entries.items()
            if name != without
        )
        return object_id("tree", raw)


class PathsRead(Struct):
    """What a tree was asked for: paths with every part and link on the way, those asked as a whole,
    and its listing.
    """

    passed: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    listed: bool = False


class StoredTree(RevisionTree):
    """A tree read through a store. It can note what it is asked, and do without its listing."""

    def __init__(self, store: ObjectStore, root: str, revision: str | None) -> None:
        self.repository = store.repository
        self.store = store
        self.root_id = root
        self.revision = revision
        self.listable = True
        self._asked: PathsRead | None = None
        self._found: dict[str, TreeEntry | tuple[str, int, str]] = {}

    @classmethod
    def at(cls, store: ObjectStore, commit: str) -> StoredTree:
        """Return the tree of a commit. Raises GitFailed where it is missing."""
        root = store.root(commit)
        if root is None or store.folder(root) is None:
            raise GitFailed(
                f"the tree of {commit} is missing from this repository",
                "fetch the history that holds it",
            )
        return cls(store, root, commit)

    @contextmanager
    def recording(self, *, listable: bool = True) -> Iterator[PathsRead]:
        """Note what is asked of the tree meanwhile. Unless `listable`, `files`
        raises GitFailed.
        """
        self._asked, self.listable = PathsRead(), listable
        self._found.clear()  # what is remembered would not be noted
        try:
            yield self._asked
        finally:
            self._asked, self.listable = None, True

    def _object(self, parts: list[str]) -> Entry | NotStored | None:
        found = self._stored(parts)
        if self._asked is not None:
            self._asked.passed.add("/".join(parts))
            if found is None:  # whatever comes below it later makes it a folder
                self._asked.paths.add("/".join(parts))
        return found

    def _stored(self, parts: list[str]) -> Entry | NotStored | None:
        mode, oid = modes.FOLDER, self.root_id
        for part in parts:
            if mode != modes.FOLDER:
                return below_non_folder(mode, oid)
            entries = self.store.folder(oid)
            if entries is None:
                return "missing"
            found = entries.get(part)
            if found is None:
                return None
            mode, oid = found
        return mode, oid

    def _resolve(self, path: str) -> TreeEntry | tuple[str, int, str]:
        if self._asked is not None:
            self._asked.paths.add(path.strip("/"))
        if path not in self._found:
            bare = [part for part in path.split("/") if part not in ("", ".")]
            self._found[path] = super()._resolve(path) if bare else ("", modes.FOLDER, self.root_id)
        return self._found[path]

    def _link(self, oid: str) -> str | None:
        data = self.store.data(oid)
        return None if data is None else os.fsdecode(data)

    def entry(self, path: str) -> TreeEntry:
        """See Tree.entry."""
        found = self._resolve(path)
        if isinstance(found, TreeEntry):
            return found
        real, mode, oid = found
        if mode == modes.FOLDER:
            return TreeEntry("folder")
        if mode == modes.SUBMODULE:
            return TreeEntry("special")
        size = self.store.size(oid)
        return TreeEntry("missing") if size is None else TreeEntry("file", size, real)

    def read(self, path: str) -> bytes:
        """See Tree.read."""
        found = self._resolve(path)
        if isinstance(found, TreeEntry):
            raise Unreadable(f"it is {found.kind}")
        data = self.store.data(found[2])
        if data is None:
            raise Unreadable("its git object is missing here")
        return data

    @cached_property
    def _files(self) -> list[str]:
        return list(self.store.paths(self.root_id))

    def files(self) -> list[str]:
        """See Tree.files. Raises GitFailed where a folder is missing here, or it is
        not listable."""
        if self._asked is not None:
            self._asked.listed = True
        if not self.listable:
            raise GitFailed("the files are not listed for this look", "look at the whole tree")
        return self._files

    def fingerprint(self, path: str) -> str:
        """Return what tells one answer about a path from another: an object that is missing may be
        there later.
        """
        found = self._resolve(path)
        if isinstance(found, TreeEntry):
            return found.kind
        here = found[1] in (modes.FOLDER, modes.SUBMODULE) or self.store.size(found[2]) is not None
        return f"{found[0]} {found[1]:o} {found[2]}{'' if here else ' missing'}"

    def listing_fingerprint(self) -> str:
        """Return what tells one listing from another. Raises GitFailed."""
        return hashlib.sha256("\0".join(self._files).encode("utf-8", "surrogateescape")).hexdigest()

    def files_below(self, folder: str) -> tuple[str, ...]:
        """Return the paths that are no folders below a folder. Raises GitFailed where a part of it
        is missing here.
        """
        found = self.store.entry(self.root_id, folder)
        if found is None or found[0] != modes.FOLDER:
            return ()
        return tuple(f"{folder}/{path}" for path in self.store.paths(found[1]))
