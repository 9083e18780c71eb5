"""Removes work trees of runs that never began, because forge was killed before their first event.

`execute --worktree` leaves them. They are recognized by a branch `forge/RUN`: the run has no live
log, no record and no commit, no process works on it, and another branch contains its commit. The
work tree of that name is removed with it if nothing was added to it.
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

PREFIX = "forge/"  # of the branches of such runs


def creation_lock(repository: Repository, run: str) -> Path:
    """Return the lock held from before a run's work tree exists until the run locks that tree."""
    return repository.forge_dir / "locks" / f"{run}.new.lock"


def unstarted_runs(repository: Repository) -> list[str]:
    """Return the runs that left a branch, perhaps a work tree, and nothing else."""
    folder = repository.common_dir / "refs/heads" / PREFIX
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [name for name in names if is_run_id(name) and _never_began(repository, name)]


def _never_began(repository: Repository, run: str) -> bool:
    # in this order: a process that has released its lock has created the live folder before
    if _at_work(repository, run) or live_folder(repository, run).exists():
        return False
    tip = repository.commit_of(f"refs/heads/{PREFIX}{run}")
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
    for run in unstarted_runs(repository):
        worktrees.remove_unused(repository, f"{PREFIX}{run}", run)
        creation_lock(repository, run).unlink(missing_ok=True)
