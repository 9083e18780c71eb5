"""Work trees that `execute --worktree` made for a run that never began, since forge was killed
before its first event.

The branch `forge/RUN` proves them: RUN is the id of a run that has neither a live log nor a record
nor a commit, nobody is at work on it, and another branch holds the commit that it stands at. A tree
of that name goes with it if nothing was put into it.
"""

from __future__ import annotations

from pathlib import Path

from forge.errors import GitFailed
from forge.git import worktrees
from forge.git.objects.commit import file_at, read_commit
from forge.git.repository import Repository
from forge.records.card import RUNS
from forge.records.store import live_folder
from forge.timeline.ids import is_run_id
from forge.timeline.lock import holder_alive

PREFIX = "forge/"  # of the branches of such runs


def creation_lock(repository: Repository, run: str) -> Path:
    """Return the lock that is held from before a run's own work tree is made until the run holds
    that tree.
    """
    return repository.forge_dir / "locks" / f"{run}.new.lock"


def unstarted_runs(repository: Repository) -> list[str]:
    """Return the runs that left a branch of their own, and perhaps a work tree, and nothing
    else.
    """
    folder = repository.common_dir / "refs/heads" / PREFIX
    names = sorted(place.name for place in folder.iterdir()) if folder.is_dir() else []
    return [name for name in names if is_run_id(name) and _never_began(repository, name)]


def _never_began(repository: Repository, run: str) -> bool:
    if (
        _at_work(repository, run) or live_folder(repository, run).exists()
    ):  # in this order: who let go has begun it
        return False
    tip = repository.commit_of(f"refs/heads/{PREFIX}{run}")
    try:
        began = tip is None or read_commit(repository, tip).trailers.get("Forge-Run") == run
        return not began and file_at(repository, tip, f"{RUNS}/{run}/run.yaml") is None
    except GitFailed:
        return False


def _at_work(repository: Repository, run: str) -> bool:
    locks = (creation_lock(repository, run), repository.forge_dir / "locks" / f"{run}.lock")
    return any(holder_alive(lock) is not None for lock in locks)


def clear(repository: Repository) -> None:
    """Take away what runs that never began left, where git finds nothing in it that would be
    lost.
    """
    for run in unstarted_runs(repository):
        worktrees.remove_unused(repository, f"{PREFIX}{run}", run)
        creation_lock(repository, run).unlink(missing_ok=True)
