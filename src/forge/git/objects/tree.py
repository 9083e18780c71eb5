"""Trees of files: the present work tree, or a revision read from git objects."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from typing import Literal, Protocol

from msgspec import Struct

from forge import regular
from forge.errors import GitFailed, UnknownName
from forge.git import modes, program
from forge.git.index.private_index import private_index
from forge.git.index.staging import stage_everything
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository

_MOST_LINKS = 40

EntryKind = Literal[
    "file", "absent", "folder", "special", "outside", "missing", "unreadable", "submodule"
]
NotStored = Literal["missing", "submodule"]


class Unreadable(Exception):
    """A file exists but cannot be read; the message is the reason."""


class TreeEntry(Struct, frozen=True):
    """What is at a path after following links: a regular `file` with its size and real path, or
    the reason that it is missing.

    `submodule`: the path is inside a submodule, whose files are not stored in this repository.
    """

    kind: EntryKind
    size: int = 0
    path: str = ""


class Tree(Protocol):
    """A tree that must-haves are judged on. Paths are relative to the root, with `/`."""

    revision: str | None

    def entry(self, path: str) -> TreeEntry:
        """Return what is at a path; links are followed inside the repository only."""

    def read(self, path: str) -> bytes:
        """Return a regular file's bytes. Raises Unreadable."""

    def files(self) -> list[str]:
        """Return all files, sorted; of a work tree also untracked ones, without ignored ones."""

    def blob(self, path: str) -> str | None:
        """Return the id of the object at a path, or None."""


class WorkTree:
    """The files of the work tree."""

    revision: str | None = None

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.root = os.path.realpath(repository.root)

    def entry(self, path: str) -> TreeEntry:
        place = os.path.join(self.root, path)
        try:
            real = os.path.realpath(place)
            if real != self.root and not real.startswith(self.root + os.sep):
                return TreeEntry("outside")
            status = os.stat(place)
        except (FileNotFoundError, NotADirectoryError):
            return TreeEntry("absent")
        except (OSError, ValueError):
            return TreeEntry("unreadable")
        if stat.S_ISREG(status.st_mode):
            return TreeEntry("file", status.st_size, real[len(self.root) :].lstrip(os.sep))
        return TreeEntry("folder" if stat.S_ISDIR(status.st_mode) else "special")

    def read(self, path: str) -> bytes:
        try:
            place = os.path.join(self.root, path)
            return regular.read(place, follow=True, most=regular.LARGEST_IN_TREE)
        except OSError as error:
            raise Unreadable(error.strerror or "it cannot be read") from error

    @cached_property
    def _files(self) -> list[str]:
        output = self.repository.git(
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"
        )
        return sorted(
            path
            for path in program.fields(output)
            if os.path.lexists(os.path.join(self.root, path))
        )

    def files(self) -> list[str]:
        return self._files

    def blob(self, path: str) -> str | None:
        """Return the id that git would give to the file, filters applied."""
        if self.entry(path).kind != "file":
            return None
        try:
            return self.repository.git("hash-object", "--", path).decode().strip()
        except GitFailed:
            return None


def below_non_folder(mode: int, oid: str) -> tuple[int, str] | NotStored | None:
    """Resolve a path whose parent, of that mode and id, is not a folder: a link is returned."""
    if mode == modes.SUBMODULE:
        return "submodule"
    return (mode, oid) if mode == modes.LINK else None


class RevisionTree:
    """The tree of a commit, read from git objects."""

    def __init__(self, repository: Repository, revision: str) -> None:
        """Raise UnknownName if the revision does not exist."""
        self.repository = repository
        try:
            stored = repository.objects.revparse_single(revision)
            self._tree = stored.peel(pygit2.Tree)
            self.revision: str | None = str(stored.peel(pygit2.Commit).id)
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise UnknownName(
                f"there is no revision {revision}", "name a commit, a branch or a tag"
            ) from error

    def _object(self, parts: list[str]) -> tuple[int, str] | NotStored | None:
        """Return mode and id at a path without following links; None below a file.

        Below a link, the link itself is returned.
        """
        tree, mode, oid = self._tree, modes.FOLDER, str(self._tree.id)
        for number, part in enumerate(parts):
            try:
                entry = tree[os.fsencode(part).decode("utf-8", "surrogateescape")]
            except (KeyError, ValueError, UnicodeError):
                return None
            mode, oid = int(entry.filemode), str(entry.id)
            if number < len(parts) - 1:
                try:
                    below = self.repository.objects[oid] if mode == modes.FOLDER else None
                except (KeyError, pygit2.GitError):
                    return "missing"
                if not isinstance(below, pygit2.Tree):
                    return below_non_folder(mode, oid)
                tree = below
        return mode, oid

    def _resolve(self, path: str) -> TreeEntry | tuple[str, int, str]:
        """Follow links in every part of a path; return its real path, mode and id, or why there is
        none.
        """
        pending = _parts(path)
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop(0)
            if part == "..":
                if not done:
                    return TreeEntry("outside")
                done.pop()
                continue
            stored = self._object([*done, part])
            if not isinstance(stored, tuple):
                return TreeEntry(stored or "absent")
            if stored[0] != modes.LINK:
                done.append(part)
                continue
            links += 1
            target = self._link(stored[1])
            if target is None or links > _MOST_LINKS:
                return TreeEntry("missing" if target is None else "unreadable")
            if target.startswith("/"):
                return TreeEntry("outside")
            pending = _parts(target) + pending
        stored = self._object(done) if done else (modes.FOLDER, str(self._tree.id))
        if not isinstance(stored, tuple):
            return TreeEntry(stored or "absent")
        return "/".join(done), *stored

    def _link(self, oid: str) -> str | None:
        try:
            return os.fsdecode(self.repository.objects[oid].data)  # type: ignore[attr-defined]
        except (KeyError, pygit2.GitError):
            return None

    def entry(self, path: str) -> TreeEntry:
        resolved = self._resolve(path)
        if isinstance(resolved, TreeEntry):
            return resolved
        real, mode, oid = resolved
        if mode == modes.FOLDER:
            return TreeEntry("folder")
        if mode == modes.SUBMODULE:
            return TreeEntry("special")
        size = self._size(oid)
        return TreeEntry("missing") if size is None else TreeEntry("file", size, real)

    def _size(self, oid: str) -> int | None:
        """Return the size of an object, None if it is missing."""
        try:
            return int(self.repository.objects.odb.read_header(pygit2.Oid(hex=oid))[1])
        except (KeyError, pygit2.GitError):
            return None

    def read(self, path: str) -> bytes:
        resolved = self._resolve(path)
        if isinstance(resolved, TreeEntry):
            raise Unreadable(f"it is {resolved.kind}")
        try:
            stored = self.repository.objects[resolved[2]]
        except (KeyError, pygit2.GitError) as error:
            raise Unreadable("its git object is missing here") from error
        if not isinstance(stored, pygit2.Blob):
            raise Unreadable("it is folder")
        return stored.data

    @cached_property
    def _files(self) -> list[str]:
        output = self.repository.git("ls-tree", "-r", "-z", "--name-only", self.revision or "HEAD")
        return sorted(program.fields(output))

    def files(self) -> list[str]:
        return self._files

    def blob(self, path: str) -> str | None:
        resolved = self._resolve(path)
        return None if isinstance(resolved, TreeEntry) else resolved[2]


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def tree_without_planning(tree: WorkTree | RevisionTree, folder: str = ".planning") -> str:
    """Write the tree without one of its folders and return its id.

    Proofs are bound to this id, which does not change with the plans. Untracked files of a work
    tree count, ignored ones do not.
    """
    objects = tree.repository.objects
    if isinstance(tree, RevisionTree):
        whole = objects.revparse_single(f"{tree.revision}^{{tree}}").peel(pygit2.Tree)
    else:
        with private_index(tree.repository) as copy:
            stage_everything(copy)
            whole = objects[copy.git("write-tree").decode().strip()].peel(pygit2.Tree)
    builder = objects.TreeBuilder(whole)
    if folder in whole:
        builder.remove(folder)
    return str(builder.write())
