"""Pause a run before its next step."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_replies import about_run
from forge.records.find import one_run
from forge.run.engine import controls


class Arguments(NamedTuple):
    """A run; without a name the open one."""

    run: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    record = one_run(call.repository, arguments.run, among_open=True)
    return about_run(controls.pause(run_context(call, lenient=True), record), recorded=True)
