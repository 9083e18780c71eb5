"""Give a document another phase, number or name."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.planning.names.documents import Documents
from forge.run.documents import move
from forge.text.printable import Line


class Arguments(NamedTuple):
    """The name of a document, and the phase, number or name to give it."""

    name: str
    to: str


def perform(call: Call, arguments: Arguments) -> Reply:
    document = Documents(call.repository.root).one(arguments.name, call.folder)
    moved = move.move(call.repository, document, arguments.to, call.folder)
    return Reply(moved.as_data(), changes_text(moved))


def changes_text(moved: move.Moved) -> list[Line]:
    """Return a line for each renamed and each changed file."""
    renamed = [f"{old} -> {new}" for old, new in moved.renamed]
    return [*renamed, *(f"{path}: changed" for path in moved.changed)]
