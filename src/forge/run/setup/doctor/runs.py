"""Checks of what runs left: locks, open runs, unstarted work trees and damaged timelines."""

from __future__ import annotations

from collections.abc import Iterator

from forge.git import worktrees
from forge.git.commits.stale_locks import blocking_locks
from forge.git.repository import Repository
from forge.records.record import open_runs
from forge.records.store import lock_path
from forge.run.processes.unstarted_worktrees import unstarted_runs
from forge.run.setup.doctor.check import Check, error, passed
from forge.text.command_line import command_line, forge_command
from forge.timeline.lock import holder_alive


def check_locks(repository: Repository) -> Iterator[Check]:
    holder = holder_alive(lock_path(repository))
    if holder is not None:
        yield passed("locks", f"process {holder.process.pid} works here ({holder.what})")
        return
    locks = blocking_locks(repository)
    if locks:
        hint = (
            "wait for the git process; if none is running here, remove the file. The next run"
            " removes locks that are provably forge's own"
        )
        yield error("locks", ", ".join(map(str, locks)), hint)
    else:
        yield passed("locks", "none")


def check_runs(repository: Repository) -> Iterator[Check]:
    for run, branch in unstarted_runs(repository).items():
        yield _unstarted(repository, run, branch)
    for record in open_runs(repository):
        message = f"{record.card.run} of {record.card.plan} is {record.status}"
        yield passed("runs", message, forge_command("resume", record.card.run))
    torn = repository.forge_dir / "torn"
    if torn.is_dir() and any(torn.iterdir()):
        message = f"damaged or foreign lines of timelines were set aside in {torn}"
        yield passed("runs", message, "inspect them, then remove them")


def _unstarted(repository: Repository, run: str, branch: str) -> Check:
    has_tree = worktrees.git_dir_of_branch(repository, branch)
    remove_tree = (
        f"`{command_line('git', 'worktree', 'remove', '-f', '-f', run)}`, then " if has_tree else ""
    )
    return passed(
        "runs",
        f"forge was killed while it created the work tree of {run}, which never began; the next"
        " run removes it",
        f"if it stays: {remove_tree}`{command_line('git', 'branch', '-D', branch)}`",
    )
