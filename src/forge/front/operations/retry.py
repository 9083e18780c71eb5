"""Do the current step of a run again from its checkpoint."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_controls import open_run
from forge.front.operations.shared.run_replies import about_run
from forge.run.engine import controls


class Arguments(NamedTuple):
    """A run; without a name the open one."""

    run: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    context = run_context(call)
    return about_run(controls.retry(context, open_run(call, arguments.run, "retry")))
