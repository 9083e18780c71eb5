"""Flushes the objects of one commit to the disk together, behind the last of them: one wait for it instead of two for each.

A file that is flushed under its final name is there with that name (git flushes before the renaming, and no folder).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from forge.errors import StorageFailed
from forge.git.late import pygit2
from forge.git.repository import Repository


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
    folder = repository.common_dir / "objects"
    for oid in sorted(made):
        _sync(os.path.join(folder, oid[:2], oid[2:]))


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
