"""The moves that begin and end a step, gather its context, or take note that it failed."""

from __future__ import annotations

from forge.git.tree import RevisionTree
from forge.planning.scope import clean, leaves
from forge.run.actions.asking import pause
from forge.run.moves import Move
from forge.run.open_run import OpenRun
from forge.timeline import events as ev


def start(run: OpenRun, move: Move) -> None:
    """Begin the next step."""
    step = run.current
    run.append(ev.StepStarted(step.number, step.name, step.stage), step=step)
    if run.state.stage != step.stage:
        run.append(ev.StageChanged(run.state.stage, step.stage), step=step)


def retrieve(run: OpenRun, move: Move) -> None:
    """Gather the files that the plan and the step refer to, each with the id of its blob at HEAD."""
    current = run.current
    step = run.plan.steps[current.number - 1]
    identity = f"r-{run.state.retrievals + 1}"
    run.append(ev.RetrievalStarted(identity, step.name), step=current)
    tree = RevisionTree(run.repository, run.head())
    wanted = dict.fromkeys(
        [(path, "@ reference") for path in run.plan.references] + [(path, "read first") for path in step.references]
    )
    paths, absent = [], []
    for reference, why in wanted:
        path, _ = clean(reference)
        blob = None if leaves(path) or tree.entry(path).kind != "file" else tree.blob(path)
        if blob:
            paths.append({"path": path, "blob": blob, "why": why})
        else:
            absent.append(reference)
    summary = f"{len(paths)} files" + (f"; not in the repository: {', '.join(absent[:10])}" if absent else "")
    run.append(ev.RetrievalCompleted(identity, len(paths), summary, paths), step=current)


def complete(run: OpenRun, move: Move) -> None:
    """End a step that did what it was to do."""
    run.append(ev.StepCompleted(run.current.number), step=run.current)


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
    run.append(ev.FailureDetected(kind, error.strip()), step=step)


def repair(run: OpenRun, move: Move) -> None:
    """Begin a further attempt in which the runner is given what failed."""
    failure = run.current.work.failure
    run.output_tail = failure.error if failure else run.output_tail
    run.append(ev.RepairAttempted(run.current.repairs + 1, failure.error if failure else ""), step=run.current)


def pause_failure(run: OpenRun, move: Move) -> None:
    """Stop behind a failure: nothing goes on by itself."""
    failure = run.state.work.failure
    pause(run, "failure", failure.error if failure else "")
