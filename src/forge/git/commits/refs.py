"""Moves a branch as git does: takes the lock, writes the reflogs of the branch and HEAD, renames.

The new content of the ref is flushed before. libgit2 would also flush each reflog and folder, which
git never does, and takes its lock empty. Here a lock that a crash left always contains the commit
that the branch was to move to.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forge import regular
from forge.errors import StorageFailed
from forge.git.lockfile import acquire, prepared_path, release, remove_stale, write_prepared
from forge.git.repository import Repository

_PREFIX = "ref-"


@contextmanager
def prepared(repository: Repository, commit: str) -> Iterator[Path]:
    """Yield a file that can become the ref of a branch at a commit, and remove it at the end.

    The caller flushes it together with the commit's objects, which is one wait for the disk.
    Raises StorageFailed.
    """
    path = prepared_path(repository, _PREFIX)
    try:
        try:
            write_prepared(path, f"{commit}\n".encode())
        except OSError as error:
            raise StorageFailed.of(error) from error
        yield path
    finally:
        path.unlink(missing_ok=True)


def move(
    repository: Repository,
    branch: str,
    change: tuple[str, str],
    who: str,
    reason: str,
    prepared: Path,
) -> bool:
    """Move a branch from one commit to another by compare-and-swap.

    `branch` is a full ref, `change` the old and the new commit, `who` the committer with the time
    as in a reflog, `prepared` the flushed file for the new commit. Returns False if the branch is
    not at the old commit or is a symbolic ref. Raises Held, StorageFailed.
    """
    ref, (old, new) = repository.common_dir / branch, change
    lock = ref.with_name(f"{ref.name}.lock")
    try:
        ref.parent.mkdir(parents=True, exist_ok=True)  # a packed ref may have no folder
        acquire(prepared, lock)
        try:
            current = None if ref.is_symlink() else repository.objects.references.get(branch)
            if current is None or str(current.target) != old:
                return False
            line = f"{old} {new} {who}\t{' '.join(reason.split())}\n"
            _log(repository, branch, line.encode("utf-8", "replace"))
            if ref.is_dir():  # git keeps the empty folders of packed refs
                _remove_empty(ref)
            os.rename(lock, ref)
            return True
        finally:
            release(prepared, lock)
    except OSError as error:
        raise StorageFailed.of(error) from error


def remove_stale_lock(repository: Repository, alive: set[int]) -> bool:
    """Remove the prepared refs of dead forge processes, and the lock of HEAD's branch if one of
    them left it.

    Returns whether the lock was removed. `alive` are the processes that still run.
    """
    lock = None
    with contextlib.suppress(OSError):
        text = repository.head_text()
        if text.startswith("ref: "):
            lock = repository.common_dir / f"{text.removeprefix('ref: ')}.lock"
    return remove_stale(repository, _PREFIX, lock, alive)


def _log(repository: Repository, branch: str, line: bytes) -> None:
    """Append to the reflogs of a branch, and of HEAD if it is on the branch."""
    logs = [repository.common_dir / "logs" / branch]
    if repository.head_text() == f"ref: {branch}":
        logs.append(repository.git_dir / "logs/HEAD")
    creates_logs = _creates_logs(repository)
    for log in logs:
        if creates_logs or log.exists():
            _append(log, line)


def _creates_logs(repository: Repository) -> bool:
    """Return whether git would create a missing reflog (core.logAllRefUpdates, on by default)."""
    config = repository.objects.config
    if "core.logallrefupdates" not in config:
        return True
    return str(config["core.logallrefupdates"]).lower() == "always" or config.get_bool(
        "core.logallrefupdates"
    )


def _append(log: Path, line: bytes) -> None:
    if log.is_dir():  # an empty folder of deleted reflogs
        _remove_empty(log)
    if not os.path.isdir(log.parent):
        log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = regular.open_regular(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode=0o666)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def _remove_empty(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        os.rmdir(place)
