"""The checkpoint of a step that changes files: the commit that the step can be put back to."""

from __future__ import annotations

from forge.run.engine.actions.action import action
from forge.run.engine.actions.diff import propose_found
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev


@action()
def checkpoint(run: OpenRun, move: Move) -> None:
    """Announce a checkpoint, then commit it. The next event records the commit's id.

    What is uncommitted before the runner starts is not its work, but judged first.
    """
    if propose_found(run):
        return
    step = run.step
    identity = f"cp-{run.state.checkpoints + 1}"
    scope = list(step.files) or list(run.plan.write_scope.paths)
    run.log.append(
        ev.CheckpointCreated(identity, run.branch.head(), f"before {step.id}", scope),
        step=run.current,
    )
    _commit_checkpoint(run)


def checkpoint_of(run: OpenRun) -> str | None:
    """Return the commit of the current step's checkpoint; recreate it if a crash prevented it."""
    work = run.current.work
    if not run.step.edits or work.checkpoint_id is None:
        return None
    if work.checkpoint_commit or run.checkpoint_commit:
        return work.checkpoint_commit or run.checkpoint_commit
    return run.branch.commit_with(Checkpoint=work.checkpoint_id) or _commit_checkpoint(run)


def _commit_checkpoint(run: OpenRun) -> str:
    """Commit the announced checkpoint, which contains only the record; return the commit's id."""
    step = run.step
    trailers: dict[str, str | int] = {
        "Forge-Step": step.id,
        "Forge-Attempt": run.current.attempt,
        "Forge-Checkpoint": str(run.current.work.checkpoint_id),
    }
    subject = f"forge({run.card.short_plan}): checkpoint before {step.number} — {step.name}"
    run.checkpoint_commit = run.record.commit(subject, trailers)
    return run.checkpoint_commit
