"""Flushes the objects of one commit to the disk at once, behind the last of them: about one wait for it, not two for each.

A file that is flushed under its final name is there with that name (git flushes before the renaming, and no folder).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from forge.errors import StorageFailed
from forge.git.late import pygit2
from forge.git.repository import Repository

_AT_ONCE = 8  # files that are flushed at the same time


@contextmanager
def unsynced() -> Iterator[None]:
    """Let pygit2 write objects that nothing refers to before `sync_commit` has flushed them."""
    pygit2.settings.enable_fsync_gitdir(False)
    try:
        yield
    finally:
        pygit2.settings.enable_fsync_gitdir(True)


def sync_commit(repository: Repository, commit: str, paths: Iterable[str]) -> None:
    """Flush a commit, the folders and files at `paths`, and the folders above them. Raises StorageFailed."""
    root = repository.objects[commit].peel(pygit2.Tree)
    made = {commit, str(root.id)}
    for path in paths:
        place: pygit2.Object = root
        for part in path.split("/"):
            if not isinstance(place, pygit2.Tree) or part not in place:
                break
            place = place[part]
            made.add(str(place.id))
    sync_objects(repository, made)


def sync_objects(repository: Repository, made: Iterable[str]) -> None:
    """Flush objects of which the ids are given. Raises StorageFailed."""
    folder = repository.common_dir / "objects"
    _sync_all([os.path.join(folder, oid[:2], oid[2:]) for oid in sorted(made)])


def _sync_all(paths: list[str]) -> None:
    """Flush files at the same time: the file system then waits for the disk once for most of them, not once for each."""
    left, failures = iter(paths), list[StorageFailed]()

    def work() -> None:
        for path in left:
            try:
                _sync(path)
            except StorageFailed as error:
                failures.append(error)

    others = [threading.Thread(target=work) for _ in paths[1:_AT_ONCE]]
    for each in others:
        each.start()
    work()
    for each in others:
        each.join()
    if failures:
        raise failures[0]


def _sync(path: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:  # in a pack, which was flushed when it was made
        return
    except OSError as error:
        raise StorageFailed.of(error) from error
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise StorageFailed.of(error) from error
    finally:
        os.close(descriptor)
