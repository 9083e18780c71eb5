"""Acquires an open run for this process while holding the work-tree lock."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from forge.errors import ForgeError, NoOpenRun
from forge.git.index.user_index import index_damage, put_entries, rebuild_index
from forge.git.restore.snapshot import staged_entries
from forge.git.sharing import share
from forge.records.find import where_open
from forge.records.record import RunRecord, own_live_folders
from forge.records.store import lock_path
from forge.run.engine import unguarded
from forge.run.engine.context import Context
from forge.run.engine.crash_cleanup import end_children, end_outside_command, remove_stale_locks
from forge.run.engine.home_tree import in_home_tree
from forge.run.engine.load import open_run
from forge.run.engine.open_run import OpenRun
from forge.run.processes import unstarted_worktrees
from forge.run.processes.signals import Interrupts
from forge.text.command_line import command_line
from forge.timeline.lock import WriterLock


@contextmanager
def writing(context: Context, purpose: str) -> Iterator[WriterLock]:
    """Hold the work tree's lock, and first clean up after crashed forge processes. Raises Held,
    and GitChanged if code that they left changed what git obeys.

    At the end what was written in the git directory of a shared repository gets its modes.
    """
    repository = context.repository
    with WriterLock(lock_path(repository), context.execution, purpose) as lock:
        for folder in own_live_folders(repository):
            end_children(repository, folder, crashed=lock.left_at is not None)
        end_outside_command(repository, crashed=lock.left_at is not None)
        remove_stale_locks(repository, lock.left_at)
        unguarded.settle(repository, context.execution)
        unstarted_worktrees.clear(repository)
        try:
            yield lock
        finally:
            with contextlib.suppress(ForgeError):
                share(repository)


@contextmanager
def holding(context: Context, record: RunRecord) -> Iterator[OpenRun]:
    """Give an open run, in its own work tree, for as long as the block lasts.

    Raises NoOpenRun if it belongs to another clone; Held, DamagedLog, UsageError, RepositoryError.
    """
    if not record.live:
        name = record.card.run
        adopt = command_line("forge", "resume", "--adopt", name)
        hint = f"go on there; if that clone is gone, `{adopt}` takes it over"
        raise NoOpenRun(f"the run {name} {where_open(record)}", hint)
    context = in_home_tree(context, record)
    with writing(context, record.card.run), Interrupts() as interrupts:
        run = open_run(context, record.card, interrupts)
        try:
            run.index_rebuilt = _rebuild_index(run)
            yield run
        finally:
            run.close()


def _rebuild_index(run: OpenRun) -> bool:
    """Rebuild a missing or damaged index from HEAD and from what was staged when the run started;
    return whether that was necessary.
    """
    if index_damage(run.repository) is None:
        return False
    rebuild_index(run.repository, run.repository.forge_dir / "torn")
    if run.state.dirty and (
        staged := staged_entries(
            run.repository, run.state.dirty_commit, sorted(run.tree.dirty_paths())
        )
    ):
        put_entries(run.repository, staged)
    return True
