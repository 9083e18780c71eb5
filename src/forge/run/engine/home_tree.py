"""Finds the work tree that an open run belongs to, and recreates one that was made for the run."""

from __future__ import annotations

from msgspec.structs import replace

from forge import atomic
from forge.errors import SettingsError
from forge.git import worktrees
from forge.git.repository import Repository
from forge.planning.settings import load as load_settings
from forge.records.record import RunRecord, repository_of
from forge.records.store import WORK_TREE, git_dir_of, work_tree_name
from forge.run.engine import unguarded
from forge.run.engine.context import Context
from forge.run.processes import unstarted_worktrees
from forge.timeline.lock import WriterLock


def in_home_tree(context: Context, record: RunRecord) -> Context:
    """Return the context for the work tree of an open run. Raises RepositoryError, SettingsError,
    GitChanged.

    A work tree that was made for this run alone, and has been removed, is recreated from the run's
    branch.
    """
    own = unstarted_worktrees.is_own_branch(record.card.branch, record.card.run)
    is_gone = record.live and own and record.work_tree is None
    if is_gone:
        unguarded.require_unchanged(context.repository, record.folder)
    if is_gone and not _was_moved(context, record):
        home = _recreated(context, record)
    else:
        home = repository_of(context.repository, record)
    if home is context.repository:
        return context
    try:
        settings = load_settings(home.root)
    except SettingsError:
        if not context.lenient:
            raise
        settings = context.settings
    return replace(context, repository=home, settings=settings)


def _was_moved(context: Context, record: RunRecord) -> bool:
    """Find a work tree that was made for the run alone, if it was moved with the repository."""
    git_dir = git_dir_of(record.folder)
    return git_dir is not None and worktrees.find_moved(context.repository, git_dir)


def _recreated(context: Context, record: RunRecord) -> Repository:
    repository, run = context.repository, record.card.run
    git_dir = git_dir_of(record.folder)
    assert git_dir is not None, "a work tree that is not there was named"
    main = worktrees.root_of(repository.common_dir) or repository.root
    lock = unstarted_worktrees.creation_lock(repository, run)
    with WriterLock(lock, context.execution, run):
        root = main.with_name(f"{main.name}.forge") / run
        home = worktrees.recreate(repository, git_dir, root, record.card.branch)
        atomic.write(record.folder / WORK_TREE, work_tree_name(home).encode())
        lock.unlink(missing_ok=True)
    return home
