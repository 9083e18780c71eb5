"""Skip the current step of a run."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_controls import open_run
from forge.front.operations.shared.run_replies import about_run
from forge.run.engine import controls


class Arguments(NamedTuple):
    """The reason, and a run; without a name the open one."""

    reason: str
    run: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    context = run_context(call)
    record = open_run(call, arguments.run, "skip")
    return about_run(controls.skip(context, record, arguments.reason))
