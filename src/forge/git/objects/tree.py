"""A tree to judge: the work tree as it lies, or any revision read from git objects."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from typing import Literal, Protocol

from msgspec import Struct

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
    """A file that is there but cannot be read; the message says why."""


class TreeEntry(Struct, frozen=True):
    """What stands at a path, links followed: a regular `file` with its size, or why there is none.

    `submodule`: the path leads into a submodule, and a revision does not hold the files of those.
    """

    kind: EntryKind
    size: int = 0
    path: str = ""


class Tree(Protocol):
    """What must-haves are judged on. Paths are relative to the root, with `/`."""

    revision: str | None

    def entry(self, path: str) -> TreeEntry:
        """Say what stands at a path, links followed inside the repository only."""

    def read(self, path: str) -> bytes:
        """Return a regular file's bytes. Raises Unreadable."""

    def files(self) -> list[str]:
        """Return all paths that are no folders, sorted; of a work tree, untracked ones too and
        ignored ones not.
        """

    def blob(self, path: str) -> str | None:
        """Return the id of the object at a path, None where there is none."""


class WorkTree:
    """The work tree as it lies."""

    revision: str | None = None

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.root = os.path.realpath(repository.root)

    def entry(self, path: str) -> TreeEntry:
        """See Tree.entry."""
        place = os.path.join(self.root, path)
        try:
            real = os.path.realpath(place)
            if real != self.root and not real.startswith(self.root + os.sep):
                return TreeEntry("outside")
            found = os.stat(place)
        except (FileNotFoundError, NotADirectoryError):
            return TreeEntry("absent")
        except (OSError, ValueError):
            return TreeEntry("unreadable")
        if stat.S_ISREG(found.st_mode):
            return TreeEntry("file", found.st_size, real[len(self.root) :].lstrip(os.sep))
        return TreeEntry("folder" if stat.S_ISDIR(found.st_mode) else "special")

    def read(self, path: str) -> bytes:
        """See Tree.read."""
        try:
            with open(os.path.join(self.root, path), "rb", opener=_no_wait) as file:
                return file.read()
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
        """See Tree.files."""
        return self._files

    def blob(self, path: str) -> str | None:
        """See Tree.blob; the bytes are hashed as git would store them, filters applied."""
        if self.entry(path).kind != "file":
            return None
        try:
            return self.repository.git("hash-object", "--", path).decode().strip()
        except GitFailed:
            return None


def _no_wait(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def below_non_folder(mode: int, oid: str) -> tuple[int, str] | NotStored | None:
    """Return what a path leads to where an entry on its way, of that mode and id, is no folder: a
    link is returned itself.
    """
    if mode == modes.SUBMODULE:
        return "submodule"
    return (mode, oid) if mode == modes.LINK else None


class RevisionTree:
    """The tree of a commit, read from git objects; the work tree is not looked at."""

    def __init__(self, repository: Repository, revision: str) -> None:
        """Raises UnknownName where there is no such revision."""
        self.repository = repository
        try:
            found = repository.objects.revparse_single(revision)
            self._tree = found.peel(pygit2.Tree)
            self.revision: str | None = str(found.peel(pygit2.Commit).id)
        except (KeyError, ValueError, pygit2.GitError) as error:
            raise UnknownName(
                f"there is no revision {revision}", "name a commit, a branch or a tag"
            ) from error

    def _object(self, parts: list[str]) -> tuple[int, str] | NotStored | None:
        """Return mode and id at a path, without following links; what lies below a file or a link
        is None.
        """
        tree, mode, oid = self._tree, modes.FOLDER, str(self._tree.id)
        for number, part in enumerate(parts):
            try:
                found = tree[os.fsencode(part).decode("utf-8", "surrogateescape")]
            except (KeyError, ValueError, UnicodeError):
                return None
            mode, oid = int(found.filemode), str(found.id)
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
        """Follow links in every part of a path; return (path, mode, id), or why there is no such
        thing.
        """
        pending = [part for part in path.split("/") if part not in ("", ".")]
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop(0)
            if part == "..":
                if not done:
                    return TreeEntry("outside")
                done.pop()
                continue
            found = self._object([*done, part])
            if not isinstance(found, tuple):
                return TreeEntry(found or "absent")
            if found[0] == modes.LINK:
                links += 1
                target = self._link(found[1])
                if target is None or links > _MOST_LINKS:
                    return TreeEntry("missing" if target is None else "unreadable")
                if target.startswith("/"):
                    return TreeEntry("outside")
                pending = [piece for piece in target.split("/") if piece not in ("", ".")] + pending
                continue
            done.append(part)
        found = self._object(done) if done else (modes.FOLDER, str(self._tree.id))
        if not isinstance(found, tuple):
            return TreeEntry(found or "absent")
        return "/".join(done), *found

    def _link(self, oid: str) -> str | None:
        try:
            return os.fsdecode(self.repository.objects[oid].data)  # type: ignore[attr-defined]
        except (KeyError, pygit2.GitError):
            return None

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
        try:
            _, size = self.repository.objects.odb.read_header(pygit2.Oid(hex=oid))
        except (KeyError, pygit2.GitError):
            return TreeEntry("missing")
        return TreeEntry("file", size, real)

    def read(self, path: str) -> bytes:
        """See Tree.read."""
        found = self._resolve(path)
        if isinstance(found, TreeEntry):
            raise Unreadable(f"it is {found.kind}")
        try:
            return bytes(self.repository.objects[found[2]].data)  # type: ignore[attr-defined]
        except (KeyError, pygit2.GitError) as error:
            raise Unreadable("its git object is missing here") from error

    @cached_property
    def _files(self) -> list[str]:
        output = self.repository.git("ls-tree", "-r", "-z", "--name-only", self.revision or "HEAD")
        return sorted(program.fields(output))

    def files(self) -> list[str]:
        """See Tree.files."""
        return self._files

    def blob(self, path: str) -> str | None:
        """See Tree.blob."""
        found = self._resolve(path)
        return None if isinstance(found, TreeEntry) else found[2]


def tree_without_planning(tree: WorkTree | RevisionTree, folder: str = ".planning") -> str:
    """Return the id of the tree without a top folder: what proofs are bound to, whatever happens to
    the plans themselves.

    For a work tree, untracked files count and ignored ones do not.
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
