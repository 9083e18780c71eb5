"""The actions that start and end a step, or record that it failed."""

from __future__ import annotations

from forge.run.engine.actions.action import action
from forge.run.engine.actions.diff import propose_found
from forge.run.engine.actions.questions import pause
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev


@action(moves_head=False, at_edge=True)
def start(run: OpenRun, move: Move) -> None:
    """Start the next step."""
    step = run.current
    run.log.append(ev.StepStarted(step.number, step.name, step.stage), step=step, with_next=True)
    if run.state.stage != step.stage:
        run.log.append(ev.StageChanged(run.state.stage, step.stage), step=step, with_next=True)


@action(moves_head=False)
def complete(run: OpenRun, move: Move) -> None:
    """Complete the current step, unless something is uncommitted that nobody was asked about."""
    if propose_found(run):
        return
    run.log.append(ev.StepCompleted(run.current.number), step=run.current, with_next=True)


@action()
def fail(run: OpenRun, move: Move) -> None:
    """Record a failure, with the end of the output that shows it."""
    kind, error = move.why
    if kind in ("check", "denied") and move.number:
        checks = run.step.checks if run.state.step else run.plan.verification
        result = "and you declined" if kind == "denied" else f"failed:\n{run.output_tail}"
        error = f"`{checks[move.number - 1].text}` {result}"
    elif kind == "runner":
        error = f"the runner {run.card.runner} failed:\n{run.output_tail}"
    run.log.append(ev.FailureDetected(kind, error.strip()), step=run.state.step)


@action()
def repair(run: OpenRun, move: Move) -> None:
    """Start another attempt whose prompt says what failed."""
    failure = run.current.work.failure
    run.output_tail = failure.error if failure else run.output_tail
    run.log.append(
        ev.RepairAttempted(run.current.repairs + 1, failure.error if failure else ""),
        step=run.current,
    )


@action()
def pause_failure(run: OpenRun, move: Move) -> None:
    """Pause after a failure: the user decides how to go on."""
    failure = run.state.work.failure
    pause(run, "failure", failure.error if failure else "")
