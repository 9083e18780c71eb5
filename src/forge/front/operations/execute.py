"""Execute an approved plan, a phase, or whatever comes next."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Data, Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_replies import about_run
from forge.git.absent_parts import absent_parts
from forge.records.record import RunRecord
from forge.run.start.first_events import Options, record_is_ignored
from forge.run.waves.sequential import dry_runs_named, execute_named
from forge.views.runs.next_commands import exit_code

_NO_RUN = ("run", "plan", "verdict", "step", "waiting_for", "failure")


class Arguments(NamedTuple):
    """A plan, a phase or a mission, and how to execute it; without a name whatever comes next."""

    name: str | None = None
    runner: str | None = None
    approve: bool = False
    approved: str | None = None
    no_checks: str | None = None
    ignore_deps: str | None = None
    from_step: str | None = None
    allow_dirty: bool = False
    worktree: bool = False
    dry_run: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    context = run_context(call)
    if record_is_ignored(call.repository):
        call.note(
            "note: an ignore rule covers .planning/runs/; the records of runs are committed anyway"
        )
    options = _options(arguments)
    if arguments.dry_run:
        dry_runs = dry_runs_named(context, arguments.name, call.folder, options)
        lines = [line for planned in dry_runs for line in (*planned.lines, "")][:-1]
        data: Data = {"dry_run": [planned.data for planned in dry_runs]}
        return Reply(data, lines or "nothing is left to do")
    if arguments.worktree:
        for sentence in absent_parts(call.repository):
            call.note(f"note: {sentence}")
    records = execute_named(context, arguments.name, call.folder, options)
    call.execution.counters = {"runs": len(records)}
    return _about_all(call, records, arguments.name or "")


def _options(arguments: Arguments) -> Options:
    return Options(
        arguments.runner,
        arguments.approve,
        arguments.approved,
        arguments.no_checks,
        arguments.ignore_deps,
        arguments.from_step,
        arguments.worktree,
        arguments.allow_dirty,
    )


def _about_all(call: Call, records: list[RunRecord], name: str) -> Reply:
    """Reply with the status of the last run; exit 0 only if every run proved its plan."""
    if not records:
        data: Data = dict.fromkeys(_NO_RUN)
        data |= {"status": "completed", "next": ["forge status"]}
        return Reply(data, f"every plan of {name} is completed")
    codes = [exit_code(record) for record in records]
    call.execution.partial = len(records) > 1 and codes[-1] != 0
    return about_run(records[-1])._replace(code=codes[-1] or max(codes))
