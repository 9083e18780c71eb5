"""Make a small repository and execute a plan in it."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.run.setup.demo import make_and_execute


class Arguments(NamedTuple):
    """The folder to make; a temporary one by default."""

    folder: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    folder = call.folder / arguments.folder if arguments.folder else None
    display = call.caller.run_display()
    demo = make_and_execute(folder, call.execution.id, display.on_event, call.note)
    return Reply(demo.as_data(), demo.describe(), 0 if demo.verdict == "proven" else 1)
