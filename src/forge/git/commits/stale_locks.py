"""Git's own locks: those that prevent a commit, and those that dead processes left on refs.

The lock of a branch contains the commit that the branch was to move to. If that commit belongs to a
run whose last process and its child are dead, the lock is stale, and so is the lock of HEAD that
was taken with it, even if the branch has just moved. A process that dies between taking a lock and
writing into it leaves an empty lock. An empty lock is stale if it was taken after a forge process
started that is known to be dead, and nobody writes into it for longer than a living git process
waits there. Locks below `refs/forge/` are named after runs. All other locks are left alone, since
nothing proves whose they are.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from forge import regular
from forge.errors import GitFailed, Held
from forge.git.objects.commit import read_commit
from forge.git.repository import Repository

_TOGETHER = 2.0  # seconds between two locks that one git process took for one commit
_TICK = 0.05
_PATIENCE = 2.0  # seconds in which a living git process writes into a lock that it took
_CLOCK_LAG = 0.05  # seconds by which the clock of a file system may be late


def blocking_locks(repository: Repository) -> list[Path]:
    """Return the present locks that prevent a commit in this work tree."""
    branch = _branch(repository)
    locks = [
        repository.git_dir / "index.lock",
        repository.git_dir / "HEAD.lock",
        repository.common_dir / "packed-refs.lock",
    ]
    locks += [repository.common_dir / f"{branch}.lock"] if branch else []
    return [path for path in locks if os.path.lexists(path)]


def require_unlocked(repository: Repository, patience: float = _PATIENCE) -> None:
    """Wait until no lock prevents a commit. Raises Held if one stays for `patience` seconds."""
    deadline = time.monotonic() + patience
    while locks := blocking_locks(repository):
        if time.monotonic() > deadline:
            raise Held(
                f"{locks[0]} is held by another git process, or was left by one that was killed",
                "wait for it to end; if no git process is running, remove that file",
            )
        time.sleep(_TICK)


def remove_stale_ref_locks(
    repository: Repository, runs: Collection[str], since: float | None
) -> list[Path]:
    """Remove and return the ref locks that dead processes of `runs` left.

    The caller knows that they are dead. `since` is when the dead process started, in seconds since
    the epoch; None if no process died.
    """
    stale = _stale_branch_locks(repository, runs, since)
    for run in runs:
        stale += sorted((repository.common_dir / "refs/forge/safety" / run).glob("*.lock"))
    for path in stale:
        path.unlink(missing_ok=True)
    return stale


def _stale_branch_locks(
    repository: Repository, runs: Collection[str], since: float | None
) -> list[Path]:
    branch, head_lock = _branch(repository), repository.git_dir / "HEAD.lock"
    if branch is None:
        return []
    ref = repository.common_dir / branch
    lock = repository.common_dir / f"{branch}.lock"
    if _moves_to_run(repository, branch, lock, runs):
        return [head_lock, lock] if _taken_together(head_lock, lock) else [lock]
    if _is_of_run(repository, repository.commit_of(branch), runs) and _taken_together(
        head_lock, ref
    ):
        return [head_lock]  # the branch has moved: its lock became the ref
    return _abandoned_empty([head_lock, lock], since) if since is not None else []


def _abandoned_empty(locks: Sequence[Path], since: float) -> list[Path]:
    """Return the empty locks that were taken since a moment and stay unchanged for a while."""
    stamps = {
        path: stamp
        for path in locks
        if (stamp := _stamp(path)) and stamp[0] == 0 and stamp[1] >= since - _CLOCK_LAG
    }
    if stamps:
        time.sleep(_PATIENCE)
    return [path for path, stamp in stamps.items() if _stamp(path) == stamp]


def _stamp(path: Path) -> tuple[int, float, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_size, status.st_mtime, status.st_ino


def _taken_together(head_lock: Path, other: Path) -> bool:
    """Return whether HEAD's lock is the empty one that git takes while it moves the branch."""
    try:
        head, branch = head_lock.stat(), other.stat()
    except OSError:
        return False
    return head.st_size == 0 and abs(head.st_mtime - branch.st_mtime) < _TOGETHER


def _is_of_run(repository: Repository, commit: str | None, runs: Collection[str]) -> bool:
    if commit is None:
        return False
    try:
        return read_commit(repository, commit).trailers.get("Forge-Run") in runs
    except GitFailed:
        return False


def _branch(repository: Repository) -> str | None:
    with contextlib.suppress(OSError):
        text = repository.head_text()
        return text.removeprefix("ref: ") if text.startswith("ref: refs/heads/") else None
    return None


def _moves_to_run(repository: Repository, branch: str, lock: Path, runs: Collection[str]) -> bool:
    """Return whether a lock moves a branch from its commit to one of one of the runs."""
    try:
        text = regular.read(lock).decode("ascii").strip()
        commit = read_commit(repository, text) if len(text) == 40 else None
    except (OSError, ValueError, GitFailed):
        return False
    here = repository.commit_of(branch)
    return (
        commit is not None
        and commit.trailers.get("Forge-Run") in runs
        and commit.parents[:1] == (here,)
    )
