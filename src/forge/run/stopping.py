"""Ending a run for good: a safety snapshot of what lies in the tree, then the last events."""

from __future__ import annotations

from forge.git.snapshot import snapshot
from forge.run.actions.checks import changed_paths
from forge.run.open_run import OpenRun
from forge.timeline import events as ev


def stop_here(run: OpenRun, reason: str) -> None:
    """Stop a run. What a runner or a person left in the tree stays there, and is kept in a snapshot."""
    run.release_staging()
    taken = snapshot(run.repository, run.card.run, "before the run was stopped") if changed_paths(run) else None
    run.append(ev.ExecutionStopped(reason, taken), step=run.state.step)
    run.append(ev.Final("stopped", run.state.completed_steps, len(run.state.steps), None))
