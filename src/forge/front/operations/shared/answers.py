"""Answers to a question that a run waits for."""

from __future__ import annotations

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_replies import about_run
from forge.records.find import one_run
from forge.records.record import open_anywhere, run_ids
from forge.run.engine import controls


def is_for_run(call: Call, name: str | None) -> bool:
    """Return whether an answer is for a run: without a name the open one, else by its id."""
    if name is None:
        return bool(open_anywhere(call.repository))
    return name in run_ids(call.repository)


def answer_run(
    call: Call, name: str | None, *, approved: bool, option: str | None, note: str
) -> Reply:
    """Answer the question of a run, and reply with its status.

    Raises NoOpenRun if it waits for nothing, UsageError for an option that the question lacks.
    """
    context = run_context(call, lenient=True)
    record = one_run(call.repository, name, among_open=True)
    answered = controls.answer(context, record, approved=approved, option=option, note=note)
    return about_run(answered, recorded=True)
