"""Removes work trees of runs that never began, because forge was killed before their first event.

`execute --worktree` leaves them. They are recognized by a branch `forge/RUN` or `forge-RUN`: the
run has no live log, no record and no commit, no process works on it, and another branch contains
its commit. The work tree of that name is removed with it if nothing was added to it.
"""

from __future__ import annotations

from pathlib import Path

from forge.errors import GitFailed
from forge.git import worktrees
from forge.git.objects.commit import file_at, read_commit
from forge.git.repository import Repository
from forge.records.card import RUNS
from forge.records.store import CARD_FILE, live_folder
from forge.timeline.lock import holder_alive
from forge.timeline.run.run_id import is_run_id

_PREFIXES = ("forge/", "forge-")  # of the branches of such runs
_BLOCKING = "refs/heads/forge"  # with a branch of this name, git has no folder for others


def new_branch(repository: Repository, run: str) -> str:
    """Return the name of the branch for a run with a work tree of its own."""
    folder, beside = _PREFIXES
    return f"{beside if repository.commit_of(_BLOCKING) else folder}{run}"


def is_own_branch(branch: str, run: str) -> bool:
    """Return whether a branch was made for a run with a work tree of its own."""
    return branch in [f"{prefix}{run}" for prefix in _PREFIXES]


def creation_lock(repository: Repository, run: str) -> Path:
    """Return the lock held from before a run's work tree exists until the run locks that tree."""
    return repository.forge_dir / "locks" / f"{run}.new.lock"


def unstarted_runs(repository: Repository) -> dict[str, str]:
    """Return the runs that left a branch, perhaps a work tree, and nothing else; each with that
    branch.
    """
    heads = repository.common_dir / "refs/heads"
    branches = {
        path.name.removeprefix("forge-"): path.relative_to(heads).as_posix()
        for path in sorted([*heads.glob("forge/*"), *heads.glob("forge-*")])
    }
    return {
        run: branch
        for run, branch in branches.items()
        if is_run_id(run) and _never_began(repository, run, branch)
    }


def _never_began(repository: Repository, run: str, branch: str) -> bool:
    # in this order: a process that has released its lock has created the live folder before
    if _at_work(repository, run) or live_folder(repository, run).exists():
        return False
    tip = repository.commit_of(f"refs/heads/{branch}")
    try:
        began = tip is None or read_commit(repository, tip).trailers.get("Forge-Run") == run
        return not began and file_at(repository, tip, f"{RUNS}/{run}/{CARD_FILE}") is None
    except GitFailed:
        return False


def _at_work(repository: Repository, run: str) -> bool:
    locks = (creation_lock(repository, run), repository.forge_dir / "locks" / f"{run}.lock")
    return any(holder_alive(lock) is not None for lock in locks)


def clear(repository: Repository) -> None:
    """Remove what runs that never began left, unless git finds changes in it."""
    for run, branch in unstarted_runs(repository).items():
        worktrees.remove_unused(repository, branch, run)
        creation_lock(repository, run).unlink(missing_ok=True)
