"""Ends a run for good: a snapshot of the work tree, then the last events."""

from __future__ import annotations

import contextlib

from forge.errors import GitFailed
from forge.git.restore.revert import ChangedSince
from forge.git.restore.snapshot import PathBlocked, snapshot
from forge.run.engine.actions.rollback import take_back
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev


def stop_here(run: OpenRun, reason: str) -> None:
    """Stop a run. Uncommitted changes stay in the work tree, and are kept in a snapshot too.

    A rollback in progress is completed first, unless work of the user blocks it.
    """
    run.tree.release()
    if run.state.rollback is not None:
        with contextlib.suppress(GitFailed, PathBlocked, ChangedSince):
            take_back(run, Move("take_back"))
    taken = None
    if run.tree.changed_paths():
        taken = snapshot(run.repository, run.card.run, "before the run was stopped")
    run.log.append(ev.ExecutionStopped(reason, taken), step=run.state.step)
    run.log.append(ev.Final("stopped", run.state.completed_steps, len(run.state.steps), None))
