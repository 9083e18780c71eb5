"""Change fields of documents: of all that are named, or of none."""

from __future__ import annotations

from typing import NamedTuple

from forge.errors import UsageError
from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.planning.edits import fields
from forge.planning.names.documents import Documents
from forge.run.documents.set_fields import assign
from forge.text.printable import Line


class Arguments(NamedTuple):
    """Names of documents and assignments (KEY=VALUE, KEY+=VALUE, KEY-=VALUE), and keys to remove.

    `force` closes an item that has open criteria; `reason` is written into it.
    """

    words: tuple[str, ...]
    unset: tuple[str, ...] = ()
    force: bool = False
    reason: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    words = {word: fields.assignment(word) for word in arguments.words}
    names = [word for word in arguments.words if words[word] is None]
    changes = [change for word in arguments.words if (change := words[word]) is not None]
    changes += [fields.removal(key) for key in arguments.unset]
    if not names or not changes:
        raise UsageError(
            "a document is missing, or what to change in it", "write `forge set DOC KEY=VALUE`"
        )
    documents = Documents(call.repository.root)
    meant = list(dict.fromkeys(documents.one(name, call.folder) for name in names))
    results = assign(
        call.repository, meant, changes, force=arguments.force, reason=arguments.reason
    )
    lines: list[Line] = [
        f"{result.document.file}: {'changed' if result.changed else 'unchanged'}"
        for result in results
    ]
    return Reply({"documents": [result.as_data() for result in results]}, lines)
