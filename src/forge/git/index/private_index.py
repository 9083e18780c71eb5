"""A private copy of the user's index, and how it replaces the original.

To publish the copy, forge links it to `index.lock`, which holds git's own lock for a few
microseconds, and renames it. A lock that a killed forge process left is the same inode as a copy in
forge's scratch folder, which proves whose lock it is.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from forge.git.lockfile import acquire, prepared_path, release, remove_stale
from forge.git.repository import Repository

PREFIX = "index-"
"""How the names of private copies in the scratch folder start."""

Stamp = tuple[int, int, int] | None
"""Inode, time of modification in nanoseconds and size of an index; None if it is missing."""


def index_stamp(repository: Repository) -> Stamp:
    """Return the stamp of the user's index, which changes whenever git replaces the index."""
    return _stamp(repository.git_dir / "index")


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


class PrivateIndex(Struct, frozen=True):
    """A copy of the user's index; `stamp` is that of the original when it was copied."""

    repository: Repository
    path: Path
    stamp: Stamp

    @property
    def env(self) -> dict[str, str]:
        """The environment that makes git use the copy."""
        return {"GIT_INDEX_FILE": str(self.path), "GIT_LITERAL_PATHSPECS": "1"}

    def git(self, *words: str, stdin: bytes = b"") -> bytes:
        """Run git on the copy and return its output. Raises GitFailed."""
        return self.repository.git(*words, stdin=stdin, env=self.env)

    def publish(self) -> bool:
        """Replace the user's index by the copy; return False if the index changed meanwhile.

        Raises Held.
        """
        index = self.repository.git_dir / "index"
        lock = index.with_name("index.lock")
        acquire(self.path, lock)
        try:
            if _stamp(index) != self.stamp:
                return False
            os.rename(lock, index)
            return True
        finally:
            release(self.path, lock)

    def restore(self) -> None:
        """Replace the user's index by the copy even if the index changed. Raises Held."""
        index = self.repository.git_dir / "index"
        if self.stamp is not None and not (index.exists() and index.samefile(self.path)):
            lock = index.with_name("index.lock")
            acquire(self.path, lock)
            os.rename(lock, index)


@contextmanager
def private_index(repository: Repository) -> Iterator[PrivateIndex]:
    """Yield a private copy of the user's index, which is removed at the end."""
    index = repository.git_dir / "index"
    path = prepared_path(repository, PREFIX)
    stamp = _stamp(index)
    try:
        if stamp is not None:
            shutil.copy2(index, path)  # keep the times: git uses them to find racy entries
        yield PrivateIndex(repository, path, stamp)
    finally:
        for leftover in (path, path.with_name(path.name + ".lock")):
            with contextlib.suppress(OSError):
                leftover.unlink()


def remove_stale_index_lock(repository: Repository, alive: set[int]) -> bool:
    """Remove the copies of dead forge processes, and `index.lock` if one of them left it.

    Returns whether the lock was removed. `alive` are the processes that still run.
    """
    return remove_stale(repository, PREFIX, repository.git_dir / "index.lock", alive)
