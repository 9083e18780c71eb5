"""Undo the latest rollback."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_replies import about_rollback
from forge.run.start import rollback


class Arguments(NamedTuple):
    """Undo takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    return about_rollback(rollback.undo(run_context(call, lenient=True)))
