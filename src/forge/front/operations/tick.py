"""Tick an acceptance criterion of an item."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.planning.names.documents import Documents
from forge.run.documents.set_fields import tick


class Arguments(NamedTuple):
    """An item, and the number of a criterion, from 1; `undo` removes the tick."""

    name: str
    number: int
    undo: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    documents = Documents(call.repository.root)
    item = documents.one(arguments.name, call.folder, kinds=("item",))
    result = tick(call.repository, item, arguments.number, ticked=not arguments.undo)
    return Reply(result.as_data(), f"{item.file}: {'changed' if result.changed else 'unchanged'}")
