"""A cache of git objects that several trees of one repository share. Nothing is written."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping

from forge.errors import GitFailed
from forge.git import modes
from forge.git.blob_id import object_id
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository

_MOST_ENTRIES = 2_000_000  # of folders kept in memory
_MOST_BYTES = 64 << 20  # of files kept in memory

Entry = tuple[int, str]
Change = tuple[str, Entry | None, Entry | None]


class ObjectStore:
    """Folders and files of a repository by object id, each read once while there is room."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._folders: dict[str, Mapping[str, Entry] | None] = {}
        self._paths: dict[str, tuple[str, ...]] = {}
        self._sizes: dict[str, int | None] = {}
        self._data: OrderedDict[str, bytes] = OrderedDict()
        self._entries = 0
        self._bytes = 0

    def commit(self, revision: str) -> str:
        """Return the full id of a revision's commit. Raises GitFailed if it does not exist."""
        try:
            return str(self.repository.objects.revparse_single(revision).peel(pygit2.Commit).id)
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise GitFailed(
                f"there is no revision {revision}", "name a commit, a branch or a tag"
            ) from error

    def root(self, commit: str) -> str | None:
        """Return the id of a commit's tree; None if the commit is missing."""
        stored = self._object(commit)
        return str(stored.tree_id) if isinstance(stored, pygit2.Commit) else None

    def folder(self, oid: str) -> Mapping[str, Entry] | None:
        """Return the entries of a tree, name to (mode, id); None if it is missing."""
        if oid not in self._folders:
            if self._entries > _MOST_ENTRIES:
                self._folders.clear()
                self._paths.clear()
                self._entries = 0
            entries = self._read_folder(oid)
            self._folders[oid] = entries
            self._entries += len(entries or ()) + 1
        return self._folders[oid]

    def _read_folder(self, oid: str) -> dict[str, Entry] | None:
        tree = self._object(oid)
        if not isinstance(tree, pygit2.Tree):
            return None
        return {
            os.fsdecode(entry.raw_name or b""): (int(entry.filemode), str(entry.id))
            for entry in tree
        }

    def _required_folder(self, oid: str) -> Mapping[str, Entry]:
        entries = self.folder(oid)
        if entries is None:
            raise GitFailed(
                f"the tree {oid} is missing from this repository", "fetch the history that holds it"
            )
        return entries

    def paths(self, oid: str) -> tuple[str, ...]:
        """Return all files below a tree, sorted. Raises GitFailed if a part of it is missing."""
        if oid not in self._paths:
            paths: list[str] = []
            for name, (mode, below) in self._required_folder(oid).items():
                if mode == modes.FOLDER:
                    paths += [f"{name}/{path}" for path in self.paths(below)]
                else:
                    paths.append(name)
            self._paths[oid] = tuple(sorted(paths))
        return self._paths[oid]

    def size(self, oid: str) -> int | None:
        """Return a file's size in bytes; None if it is missing."""
        if oid not in self._sizes:
            try:
                _, size = self.repository.objects.odb.read_header(pygit2.Oid(hex=oid))
                self._sizes[oid] = int(size)
            except (KeyError, ValueError, pygit2.GitError):
                self._sizes[oid] = None
        return self._sizes[oid]

    def data(self, oid: str) -> bytes | None:
        """Return a file's bytes; None if it is missing."""
        if oid in self._data:
            self._data.move_to_end(oid)
            return self._data[oid]
        blob = self._object(oid)
        if not isinstance(blob, pygit2.Blob):
            return None
        data = blob.data
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
        """Return mode and id at a path below a tree, without following links; None if there is
        nothing, or a folder on the way is missing.
        """
        mode, oid = modes.FOLDER, root
        for part in path.split("/"):
            entries = self.folder(oid) if mode == modes.FOLDER else None
            entry = entries.get(part) if entries else None
            if entry is None:
                return None
            mode, oid = entry
        return mode, oid

    def can_read_entry(self, root: str, path: str) -> bool:
        """Return whether no folder on the way to a path is missing in this clone."""
        parts = path.split("/")
        folders = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        entries = [(modes.FOLDER, root), *filter(None, (self.entry(root, f) for f in folders))]
        return all(self.folder(oid) is not None for mode, oid in entries if mode == modes.FOLDER)

    def changes(self, old: str | None, new: str | None, above: str = "") -> Iterator[Change]:
        """Yield (path, before, after) for every file that differs between two trees.

        A missing folder counts as one path.
        """
        if old == new:
            return
        before, after = ({} if oid is None else self.folder(oid) for oid in (old, new))
        if before is None or after is None:
            yield above.rstrip("/"), (modes.FOLDER, old or ""), (modes.FOLDER, new or "")
            return
        for name in sorted({name for name, _ in before.items() ^ after.items()}):
            entries = before.get(name), after.get(name)
            old_file, new_file = map(_file, entries)
            if old_file != new_file:
                yield above + name, old_file, new_file
            old_folder, new_folder = map(_folder_id, entries)
            yield from self.changes(old_folder, new_folder, f"{above}{name}/")

    def tree_without_planning(self, root: str, without: str = ".planning") -> str:
        """Return the id that a tree has without one of its folders, which is not written.

        Raises GitFailed if the tree is missing.
        """
        entries = self._required_folder(root)
        if without not in entries:
            return root
        raw = b"".join(
            f"{mode:o} ".encode() + os.fsencode(name) + b"\0" + bytes.fromhex(oid)
            for name, (mode, oid) in entries.items()
            if name != without
        )
        return object_id("tree", raw)


def _file(entry: Entry | None) -> Entry | None:
    return None if entry is None or entry[0] == modes.FOLDER else entry


def _folder_id(entry: Entry | None) -> str | None:
    return entry[1] if entry is not None and entry[0] == modes.FOLDER else None
