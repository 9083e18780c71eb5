"""Flushes the objects of one commit to the disk at once, behind the last of them: about one wait
for it, not two for each.

A file that is flushed under its final name is there with that name (git flushes before the
renaming, and no folder). Of many objects the whole file system is flushed, which is one wait for
all of them: syncfs(2), Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from forge.errors import StorageFailed
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from forge.git.tree_entries import Entry

_OPEN = 100  # files that are open at the same time
_BEGINS = hasattr(
    os, "posix_fadvise"
)  # what is not needed in memory Linux begins to write at once, and waits for nothing
_MANY = 1000  # objects from which on the file system is flushed as a whole


@contextmanager
def without_fsync() -> Iterator[None]:
    """Let pygit2 write objects that nothing refers to before `sync_commit` has flushed them."""
    pygit2.settings.enable_fsync_gitdir(False)
    try:
        yield
    finally:
        pygit2.settings.enable_fsync_gitdir(True)


def sync_commit(
    repository: Repository, commit: str, entries: Mapping[str, Entry], ref: Path
) -> None:
    """Flush a commit with what was put into its tree: those files, and the folders above them.
    Raises StorageFailed.

    `ref` is the file that a ref is going to be, which is flushed with them.
    """
    root = repository.objects[commit].peel(pygit2.Tree)
    folders: dict[str, pygit2.Object | None] = {"": root}
    made = {commit, str(root.id), *(entry[1] for entry in entries.values() if entry is not None)}
    for path in entries:
        found = _folder(folders, path.rpartition("/")[0])
        made |= {str(found.id)} if found is not None else set()
    made |= {str(found.id) for found in folders.values() if found is not None}
    sync_objects(repository, made, ref)


def _folder(known: dict[str, pygit2.Object | None], path: str) -> pygit2.Object | None:
    """Return what a root tree, known as the folder without a name, has at a path, each folder
    looked up once.
    """
    if path not in known:
        above, _, name = path.rpartition("/")
        place = _folder(known, above)
        known[path] = place[name] if isinstance(place, pygit2.Tree) and name in place else None
    return known[path]


def sync_objects(repository: Repository, made: Collection[str], *others: Path) -> None:
    """Flush objects of which the ids are given, and other files beside them. Raises
    StorageFailed.
    """
    paths = list(map(os.fspath, others))
    if sync_together(len(made)):
        sync_file_system(repository)
    else:
        folder = repository.common_dir / "objects"
        paths += [os.path.join(folder, oid[:2], oid[2:]) for oid in sorted(made)]
    _sync_all(paths)


@cache
def _syncfs() -> ctypes._NamedFuncPointer | None:
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None, use_errno=True).syncfs if sys.platform == "linux" else None
    return None


def sync_together(number: int) -> bool:
    """Say whether so many objects are flushed by flushing the file system that they lie on."""
    return number >= _MANY and _syncfs() is not None


def sync_file_system(repository: Repository) -> None:
    """Flush all that was written to the file system of a repository's objects. Raises
    StorageFailed.
    """
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
    """Flush files. The writing of all is begun before any is waited for: the file system then
    commits them together.
    """
    for first in range(0, len(paths), _OPEN):
        with contextlib.ExitStack() as opened:
            try:
                descriptors = list(_opened(paths[first : first + _OPEN], opened))
                for descriptor in descriptors if _BEGINS else ():
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                for descriptor in descriptors:
                    os.fsync(descriptor)
            except OSError as error:
                raise StorageFailed.of(error) from error


def _opened(paths: Sequence[str], opened: contextlib.ExitStack) -> Iterator[int]:
    for path in paths:
        with contextlib.suppress(
            FileNotFoundError
        ):  # in a pack, which was flushed when it was made
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            opened.callback(os.close, descriptor)
            yield descriptor
