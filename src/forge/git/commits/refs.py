"""Moves a branch as git does: its lock, the reflogs of branch and HEAD, the rename; what the ref
says is flushed before that.

libgit2 flushes each reflog and each folder as well, which git never does, and takes its lock empty.
After `lockfile` a lock that was left behind always says which commit the branch was on its way to.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forge.errors import StorageFailed
from forge.git.lockfile import acquire, prepared_path, release, remove_stale, write_prepared
from forge.git.repository import Repository

_PREFIX = "ref-"


@contextmanager
def prepared(repository: Repository, commit: str) -> Iterator[Path]:
    """Make the file that takes the place of a branch which is moved to a commit; it is gone at the
    end. Raises StorageFailed.

    It has to be flushed before the branch is moved: together with the objects of the commit, that
    is one wait for the disk.
    """
    place = prepared_path(repository, _PREFIX)
    try:
        try:
            write_prepared(place, f"{commit}\n".encode())
        except OSError as error:
            raise StorageFailed.of(error) from error
        yield place
    finally:
        place.unlink(missing_ok=True)


def move(
    repository: Repository,
    branch: str,
    change: tuple[str, str],
    who: str,
    reason: str,
    prepared: Path,
) -> bool:
    """Move a branch from one commit to another by compare-and-swap; False where it is not, or not
    plainly, at the first.

    `branch` is a full ref, `who` the committer with the time, as a reflog has it, `prepared` the
    flushed file of the other commit. Raises Held, StorageFailed.
    """
    ref, (old, new) = repository.common_dir / branch, change
    lock = ref.with_name(f"{ref.name}.lock")
    try:
        ref.parent.mkdir(parents=True, exist_ok=True)  # a ref that is packed has no folder
        acquire(prepared, lock)
        try:
            found = None if ref.is_symlink() else repository.objects.references.get(branch)
            if found is None or str(found.target) != old:
                return False
            _log(
                repository,
                branch,
                f"{old} {new} {who}\t{' '.join(reason.split())}\n".encode("utf-8", "replace"),
            )
            if ref.is_dir():  # git leaves the empty folders of refs that it packed
                _remove_empty(ref)
            os.rename(lock, ref)
            return True
        finally:
            release(prepared, lock)
    except OSError as error:
        raise StorageFailed.of(error) from error


def remove_stale_lock(repository: Repository, alive: set[int]) -> bool:
    """Remove the lock of HEAD's branch if it is one that a dead forge left, and what dead ones
    prepared.
    """
    branch = None
    with contextlib.suppress(OSError):
        text = repository.head_text()
        branch = text.removeprefix("ref: ") if text.startswith("ref: ") else None
    return remove_stale(
        repository, _PREFIX, repository.common_dir / f"{branch}.lock" if branch else None, alive
    )


def _log(repository: Repository, branch: str, line: bytes) -> None:
    """Append to the reflogs of a branch, and of HEAD where that is on it, as far as they are
    kept.
    """
    logs = [repository.common_dir / "logs" / branch]
    if repository.head_text() == f"ref: {branch}":
        logs.append(repository.git_dir / "logs/HEAD")
    begins = _begins_logs(repository)
    for log in logs:
        if begins or log.exists():
            _append(log, line)


def _begins_logs(repository: Repository) -> bool:
    """Say whether git would begin a reflog for a branch (core.logAllRefUpdates, which is on in a
    work tree).
    """
    config = repository.objects.config
    if "core.logallrefupdates" not in config:
        return True
    return str(config["core.logallrefupdates"]).lower() == "always" or config.get_bool(
        "core.logallrefupdates"
    )


def _append(log: Path, line: bytes) -> None:
    if log.is_dir():  # empty ones are left of logs that are gone
        _remove_empty(log)
    if not os.path.isdir(log.parent):
        log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def _remove_empty(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        os.rmdir(place)
