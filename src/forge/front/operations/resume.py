"""Continue a run."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.run_context import run_context
from forge.front.operations.shared.run_controls import open_run
from forge.front.operations.shared.run_replies import about_run
from forge.records.find import open_elsewhere
from forge.run.engine import controls
from forge.run.start import adopt


class Arguments(NamedTuple):
    """A run; without a name the open one. `adopt` takes over a run that is open in another
    clone.
    """

    run: str | None = None
    adopt: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    context = run_context(call)
    if arguments.adopt:
        return about_run(adopt.adopt(context, open_elsewhere(call.repository, arguments.run)))
    return about_run(controls.resume(context, open_run(call, arguments.run)))
