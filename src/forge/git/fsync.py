"""Flushes the objects of one commit to the disk together, which is about one wait for the disk
instead of two for each object.

An object that is flushed under its final name survives under that name, without flushing its
folder. For many objects the whole file system is flushed with syncfs(2), on Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from forge.errors import StorageFailed
from forge.git import modes
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_OPEN = 100  # files that are open at the same time
_MANY = 1000  # objects from which on the whole file system is flushed
# Linux starts to write files that memory no longer needs, without waiting for the disk.
_STARTS_WRITING = hasattr(os, "posix_fadvise")


@contextmanager
def without_fsync() -> Iterator[None]:
    """Let pygit2 write objects without flushing them.

    Nothing may refer to them before `sync_commit` or `sync_objects` flushed them.
    """
    pygit2.settings.enable_fsync_gitdir(False)
    try:
        yield
    finally:
        pygit2.settings.enable_fsync_gitdir(True)


def sync_commit(
    repository: Repository, commit: str, entries: Mapping[str, Entry], ref: Path
) -> None:
    """Flush a commit with the entries that were put into its tree and the folders above them.

    `ref` is the file that will become a ref, and is flushed with them. Raises StorageFailed.
    """
    _require_stored(repository, [commit])
    root = repository.objects[commit].peel(pygit2.Tree)
    folders: dict[str, pygit2.Object | None] = {"": root}
    for path in entries:
        _folder(folders, path.rpartition("/")[0])
    blobs = stored_ids(entries.values())
    trees = (str(folder.id) for folder in folders.values() if folder is not None)
    sync_objects(repository, {commit, *blobs, *trees}, ref)


def stored_ids(entries: Iterable[Entry]) -> set[str]:
    """Return the objects of entries that this repository stores: none for a path that is gone, and
    none for a submodule, whose commit is stored elsewhere.
    """
    return {entry[1] for entry in entries if entry is not None and entry[0] != modes.SUBMODULE}


def _folder(folders: dict[str, pygit2.Object | None], path: str) -> pygit2.Object | None:
    """Return a folder, and add it to `folders` with those above it; the root has the name ``."""
    if path not in folders:
        above, _, name = path.rpartition("/")
        parent = _folder(folders, above)
        folders[path] = None
        if isinstance(parent, pygit2.Tree) and name in parent:
            folders[path] = parent[name]
    return folders[path]


def sync_objects(repository: Repository, made: Collection[str], *others: Path) -> None:
    """Flush objects, given by their ids, and other files. Raises StorageFailed."""
    paths = list(map(os.fspath, others))
    if sync_together(len(made)):
        sync_file_system(repository)
    else:
        paths += [_path(repository, oid) for oid in sorted(made)]
    _require_stored(repository, made)
    _sync_all(paths)


def _path(repository: Repository, oid: str) -> str:
    return os.path.join(repository.common_dir, "objects", oid[:2], oid[2:])


def _require_stored(repository: Repository, made: Collection[str]) -> None:
    """Raise StorageFailed unless each object is stored: libgit2 may report a success although a
    file system without room for another file took nothing.
    """
    for oid in made:
        if not os.path.exists(_path(repository, oid)) and oid not in repository.objects:
            error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), _path(repository, oid))
            raise StorageFailed.of(error)


@cache
def _syncfs() -> ctypes._NamedFuncPointer | None:
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None, use_errno=True).syncfs if sys.platform == "linux" else None
    return None


def sync_together(number: int) -> bool:
    """Return whether this number of objects is flushed by flushing the file system."""
    return number >= _MANY and _syncfs() is not None


def sync_file_system(repository: Repository) -> None:
    """Flush the file system of a repository's objects. Raises StorageFailed."""
    syncfs = _syncfs()
    assert syncfs is not None
    try:
        descriptor = os.open(repository.common_dir / "objects", os.O_RDONLY | os.O_CLOEXEC)
        try:
            if syncfs(descriptor) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StorageFailed.of(error) from error


def _sync_all(paths: Sequence[str]) -> None:
    """Flush files; all start to be written before the first wait, so that the file system commits
    them together.
    """
    for first in range(0, len(paths), _OPEN):
        with contextlib.ExitStack() as opened:
            try:
                descriptors = list(_opened(paths[first : first + _OPEN], opened))
                for descriptor in descriptors if _STARTS_WRITING else ():
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                for descriptor in descriptors:
                    os.fsync(descriptor)
            except OSError as error:
                raise StorageFailed.of(error) from error


def _opened(paths: Sequence[str], opened: contextlib.ExitStack) -> Iterator[int]:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # in a pack, which git flushed
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            opened.callback(os.close, descriptor)
            yield descriptor
