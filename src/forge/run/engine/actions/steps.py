"""The moves that begin and end a step, or take note that it failed."""

from __future__ import annotations

from forge.run.engine.actions.questions import pause
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun
from forge.timeline.run import events as ev


def start(run: OpenRun, move: Move) -> None:
    """Begin the next step."""
    step = run.current
    run.log.append(ev.StepStarted(step.number, step.name, step.stage), step=step, with_next=True)
    if run.state.stage != step.stage:
        run.log.append(ev.StageChanged(run.state.stage, step.stage), step=step, with_next=True)


def complete(run: OpenRun, move: Move) -> None:
    """End a step that did what it was to do."""
    run.log.append(ev.StepCompleted(run.current.number), step=run.current, with_next=True)


def fail(run: OpenRun, move: Move) -> None:
    """Take note of a failure, with the end of the output that shows it."""
    kind, error = move.why
    step = run.state.step
    if kind in ("check", "denied") and move.number:
        checks = run.plan.steps[step.number - 1].checks if step else run.plan.verification
        said = "was answered with no" if kind == "denied" else f"failed:\n{run.output_tail}"
        error = f"`{checks[move.number - 1].text}` {said}".strip()
    elif kind == "runner":
        error = f"the runner {run.card.runner} failed:\n{run.output_tail}"
    run.log.append(ev.FailureDetected(kind, error.strip()), step=step)


def repair(run: OpenRun, move: Move) -> None:
    """Begin a further attempt in which the runner is given what failed."""
    failure = run.current.work.failure
    run.output_tail = failure.error if failure else run.output_tail
    run.log.append(
        ev.RepairAttempted(run.current.repairs + 1, failure.error if failure else ""),
        step=run.current,
    )


def pause_failure(run: OpenRun, move: Move) -> None:
    """Stop behind a failure: nothing goes on by itself."""
    failure = run.state.work.failure
    pause(run, "failure", failure.error if failure else "")
