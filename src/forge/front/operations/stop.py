"""End a run for good."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_replies import about_run
from forge.records.find import one_run
from forge.run.engine import controls


class Arguments(NamedTuple):
    """A run, the open one by default, and the reason."""

    run: str | None = None
    reason: str = "stopped by the user"


def perform(call: Call, arguments: Arguments) -> Reply:
    record = one_run(call.repository, arguments.run, among_open=True)
    context = run_context(call, lenient=True)
    return about_run(controls.stop(context, record, arguments.reason), recorded=True)
