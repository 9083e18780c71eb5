"""Removes what crashed forge processes left: git locks, and processes of their runs."""

from __future__ import annotations

import contextlib
from pathlib import Path

from forge.errors import ForgeError, StorageFailed
from forge.git.commits import refs
from forge.git.commits.stale_locks import remove_stale_ref_locks
from forge.git.index.private_index import remove_stale_index_lock
from forge.git.repository import Repository
from forge.git.restore.checkout import clear_scratch
from forge.records.store import live_folders_here, lock_path
from forge.run.processes import pid_file
from forge.run.processes.supervise import GRACE, end_group
from forge.timeline.lock import for_a_moment, holder_alive
from forge.timeline.process_id import ProcessId


def tidy_up(repository: Repository) -> None:
    """Remove what a dead forge left of git's locks, for a command that changes nothing; not while
    another one is at work.
    """
    with contextlib.suppress(ForgeError, OSError), for_a_moment(lock_path(repository)) as left_at:
        remove_left_locks(repository, left_at)


def remove_left_locks(repository: Repository, left_at: float | None) -> None:
    locks = repository.forge_dir / "locks"
    others = [path for path in locks.glob("*.lock") if path != lock_path(repository)]
    alive = {holder.process.pid for holder in map(holder_alive, others) if holder}
    remove_stale_index_lock(repository, alive)
    refs.remove_stale_lock(repository, alive)
    clear_scratch(repository, alive)
    remove_stale_ref_locks(
        repository, [folder.name for folder in live_folders_here(repository)], left_at
    )


def end_leftovers(folder: Path) -> bool:
    """End what is left of a dead executor's child, by the process group, pid and start time on
    record; say if there was any.

    `folder` is the run's live folder; the caller holds the lock, so that whoever noted the child is
    gone.
    """
    left = pid_file.read(folder)
    if left is None:
        return False
    now = ProcessId.of(left.pid)
    leader_gone = not now.start and now.boot == left.boot
    if left.alive() or leader_gone:
        end_group(left.pid, GRACE)
    with contextlib.suppress(StorageFailed):
        pid_file.write(folder, None)
    return True
