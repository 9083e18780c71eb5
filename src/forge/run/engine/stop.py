"""Ending a run for good: a safety snapshot of what lies in the tree, then the last events."""

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
    """Stop a run. What a runner or a person left in the tree stays there, and is kept in a
    snapshot.

    A rollback that is under way is brought to its end first, unless something of a person's is in
    its way.
    """
    run.tree.release()
    if run.state.rollback is not None:
        with contextlib.suppress(GitFailed, PathBlocked, ChangedSince):
            take_back(run, Move("take_back"))
    taken = (
        snapshot(run.repository, run.card.run, "before the run was stopped")
        if run.tree.changed_paths()
        else None
    )
    run.log.append(ev.ExecutionStopped(reason, taken), step=run.state.step)
    run.log.append(ev.Final("stopped", run.state.completed_steps, len(run.state.steps), None))
