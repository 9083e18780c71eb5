"""Git's own locks: those that are in a run's way, and those of refs that a dead forge or its git
left behind.

The lock of a branch holds the commit that the branch was to move to. Where that commit is one of
the run's, and the run's last process and its child are known to be dead, the lock is a leftover,
and so is HEAD's that was taken with it, also where the branch has just moved there. What dies
between taking a lock and writing into it leaves an empty one: it is a leftover where it was taken
after a process of forge began that is known to have died, and nobody writes into it for longer than
a living git waits there. Locks of refs below `refs/forge/` are named after runs. Nothing else tells
whose a lock is, and nothing else is removed.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from forge.errors import GitFailed, Held
from forge.git.objects.commit import read_commit
from forge.git.repository import Repository

_TOGETHER = 2.0  # seconds between two locks that one git took for one commit
_TICK = 0.05
_PATIENCE = 2.0  # seconds in which a git that lives writes into the lock that it took
_COARSE = 0.05  # seconds by which the clock of a file system may be behind


def blocking_locks(repository: Repository) -> list[Path]:
    """Return the locks that keep a commit from being made here, as they lie there now."""
    branch = _branch(repository)
    found = [
        repository.git_dir / "index.lock",
        repository.git_dir / "HEAD.lock",
        repository.common_dir / "packed-refs.lock",
    ]
    found += [repository.common_dir / f"{branch}.lock"] if branch else []
    return [path for path in found if os.path.lexists(path)]


def require_unlocked(repository: Repository, patience: float = _PATIENCE) -> None:
    """Wait for a git that is at work here. Raises Held, naming the lock, where it stays for longer
    than `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while found := blocking_locks(repository):
        if time.monotonic() > deadline:
            raise Held(
                f"{found[0]} is held by another git, or was left by one that was killed",
                "wait for it to end; if no git is at work here, remove that file",
            )
        time.sleep(_TICK)


def remove_stale_ref_locks(
    repository: Repository, runs: Collection[str], since: float | None
) -> list[Path]:
    """Remove the ref locks that dead processes of `runs` left; return them. The caller knows that
    they are dead.

    `since` is when the process that died began what may have taken a lock, in seconds since the
    epoch; None where none died.
    """
    removed = []
    branch, head = _branch(repository), repository.git_dir / "HEAD.lock"
    if branch is not None:
        ref, lock = repository.common_dir / branch, repository.common_dir / f"{branch}.lock"
        if _moves_on(repository, branch, lock, runs):
            removed += [head] if _together(head, lock) else []
            removed.append(lock)
        elif _is_of(repository, repository.commit_of(branch), runs) and _together(head, ref):
            removed.append(head)  # the branch has moved, its lock was renamed to it
        elif since is not None:
            removed += _left_empty([head, lock], since)
    for run in runs:
        removed += sorted((repository.common_dir / "refs/forge/safety" / run).glob("*.lock"))
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _left_empty(locks: Sequence[Path], since: float) -> list[Path]:
    """Return those of some locks that are empty, were taken since a moment, and are as they were a
    while later.
    """
    found = {
        path: stamp
        for path in locks
        if (stamp := _stamp(path)) and stamp[0] == 0 and stamp[1] >= since - _COARSE
    }
    if found:
        time.sleep(_PATIENCE)
    return [path for path, stamp in found.items() if _stamp(path) == stamp]


def _stamp(path: Path) -> tuple[int, float, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_size, found.st_mtime, found.st_ino


def _together(head: Path, other: Path) -> bool:
    """Say whether HEAD's lock is the empty one that git takes along while it moves the branch."""
    try:
        first, second = head.stat(), other.stat()
    except OSError:
        return False
    return first.st_size == 0 and abs(first.st_mtime - second.st_mtime) < _TOGETHER


def _is_of(repository: Repository, commit: str | None, runs: Collection[str]) -> bool:
    try:
        return (
            commit is not None and read_commit(repository, commit).trailers.get("Forge-Run") in runs
        )
    except GitFailed:
        return False


def _branch(repository: Repository) -> str | None:
    with contextlib.suppress(OSError):
        text = repository.head_text()
        return text.removeprefix("ref: ") if text.startswith("ref: refs/heads/") else None
    return None


def _moves_on(repository: Repository, branch: str, lock: Path, runs: Collection[str]) -> bool:
    """Say whether a lock is that of a branch on its way from where it is to a commit of one of the
    runs.
    """
    try:
        text = lock.read_text("ascii").strip()
        commit = read_commit(repository, text) if len(text) == 40 else None
    except (OSError, ValueError, GitFailed):
        return False
    here = repository.commit_of(branch)
    return (
        commit is not None
        and commit.trailers.get("Forge-Run") in runs
        and commit.parents[:1] == (here,)
    )
