"""Archive a document."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.move import changes_text
from forge.planning.names.documents import Documents
from forge.run.documents import move


class Arguments(NamedTuple):
    """The name of a document."""

    name: str


def perform(call: Call, arguments: Arguments) -> Reply:
    document = Documents(call.repository.root).one(arguments.name, call.folder)
    moved = move.archive(call.repository, document)
    return Reply(moved.as_data(), changes_text(moved))
