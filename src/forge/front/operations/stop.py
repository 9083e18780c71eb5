"""End a run for good."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_replies import about_run
from forge.records.find import one_run
from forge.records.record import RunRecord
from forge.run.engine import controls
from forge.timeline.run.events import ExecutionStopped


class Arguments(NamedTuple):
    """A run, the open one by default, the reason, and whether to keep no snapshot."""

    run: str | None = None
    reason: str = "stopped by the user"
    without_snapshot: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    record = one_run(call.repository, arguments.run, among_open=True)
    context = run_context(call, lenient=True)
    stopped = controls.stop(
        context, record, arguments.reason, without_snapshot=arguments.without_snapshot
    )
    if problem := _snapshot_problem(stopped):
        call.note(f"note: {problem}")
    return about_run(stopped, recorded=True)


def _snapshot_problem(record: RunRecord) -> str:
    """Return why a stopped run has no snapshot, or one of files as they lie in the tree."""
    events = record.reading.events
    problems = (
        str(event.data.get("snapshot_problem", ""))
        for event in reversed(events)
        if event.type == ExecutionStopped.type
    )
    return next(problems, "")
