"""Revert what a run changed."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_replies import about_rollback
from forge.run.start import rollback


class Arguments(NamedTuple):
    """A run, the open or the last one by default, and the step before which the files shall be as
    they were; the first one by default.
    """

    run: str | None = None
    to: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    context = run_context(call, lenient=True)
    return about_rollback(rollback.rollback(context, arguments.run, arguments.to))
