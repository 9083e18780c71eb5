"""Removes what crashed forge processes left: git locks, and processes that they started."""

from __future__ import annotations

import contextlib
from pathlib import Path

from forge.errors import ForgeError, StorageFailed
from forge.git.clone import known_clone_id
from forge.git.commits import refs
from forge.git.commits.stale_locks import remove_stale_ref_locks
from forge.git.index.private_index import remove_stale_index_lock
from forge.git.repository import Repository
from forge.git.restore.checkout import clear_scratch
from forge.records.store import live_folders_here, lock_path
from forge.run.processes import outside_runs, pid_file
from forge.run.processes.process_group import GRACE, end_group
from forge.run.processes.subreaper import process_groups_of
from forge.timeline.lock import holder_alive, peek
from forge.timeline.process_id import ProcessId


def clean_up(repository: Repository) -> None:
    """Remove stale git locks and end an orphaned command for a forge command that changes nothing,
    unless forge is at work here.
    """
    with contextlib.suppress(ForgeError, OSError), peek(lock_path(repository)) as left_at:
        end_outside_command(repository, crashed=left_at is not None)
        remove_stale_locks(repository, left_at)


def remove_stale_locks(repository: Repository, crashed_at: float | None) -> None:
    """Remove locks on index, refs and scratch files whose forge process is dead.

    `crashed_at` is the time that the last holder of the work-tree lock took it, if it crashed. The
    caller holds that lock.
    """
    locks = repository.forge_dir / "locks"
    others = [path for path in locks.glob("*.lock") if path != lock_path(repository)]
    alive = {holder.process.pid for holder in map(holder_alive, others) if holder}
    remove_stale_index_lock(repository, alive)
    refs.remove_stale_lock(repository, alive)
    clear_scratch(repository, alive)
    runs = [folder.name for folder in live_folders_here(repository)]
    remove_stale_ref_locks(repository, runs, crashed_at)


def end_children(repository: Repository, folder: Path, *, crashed: bool) -> None:
    """End the processes that a dead executor left. The caller holds the work-tree lock.

    `folder` is the live folder of a run of this clone. If the executor `crashed`, it may have been
    killed before it recorded its child, so processes that carry the run's mark are ended too.
    """
    _end(repository, folder, folder.name if crashed else "")


def end_outside_command(repository: Repository, *, crashed: bool) -> None:
    """End the command that a dead `verify --run` or `validate --probe` left, in the same way."""
    folder = outside_runs.folder(repository)
    if folder.is_dir():
        _end(repository, folder, outside_runs.name(repository) if crashed else "")


def _end(repository: Repository, folder: Path, run: str) -> None:
    _end_recorded_child(folder)
    clone = known_clone_id(repository)
    for group in process_groups_of(run, clone) if run and clone else ():
        end_group(group, GRACE)


def _end_recorded_child(folder: Path) -> None:
    child = pid_file.read(folder)
    if child is None:
        return
    now = ProcessId.of(child.pid)
    leader_gone = not now.start and now.boot == child.boot
    if child.alive() or leader_gone:
        end_group(child.pid, GRACE)
    with contextlib.suppress(StorageFailed):
        pid_file.write(folder, None)
