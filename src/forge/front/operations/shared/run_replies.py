"""Replies about runs."""

from __future__ import annotations

from forge.front.envelope import Reply
from forge.records.record import RunRecord
from forge.views.runs.next_commands import control_data, describe, exit_code


def about_run(record: RunRecord, *, recorded: bool = False) -> Reply:
    """Reply with the status of a run; an operation that only recorded something exits 0."""
    code = 0 if recorded else exit_code(record)
    return Reply(control_data(record), describe(record), code, view=record)


def about_rollback(record: RunRecord) -> Reply:
    """Reply with the result of a rollback or its undo.

    It exits 0 if it is finished, be it a run of its own or a part of an open run.
    """
    within = record.card.kind == "execute" and record.state.rollback is None
    return about_run(record, recorded=within)
