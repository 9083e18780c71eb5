"""`forge set` and `forge tick`: change the fields of documents, and no other bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from forge.errors import ForgeError, StorageFailed, UsageError
from forge.git.intent import confined
from forge.git.intent.intent import Intent, Step, Write
from forge.git.intent.perform import changing, perform
from forge.git.repository import Repository
from forge.planning.backlog import item
from forge.planning.backlog.item import FORCED, Criterion, Item
from forge.planning.edits import fields
from forge.planning.edits.fields import Change
from forge.planning.names.documents import Document
from forge.text.edit import NotEditable
from forge.text.path_list import cut
from forge.text.source import Source


class NotWritable(ForgeError):
    """A document that cannot be changed as requested; nothing was written."""

    kind = "not_writable"
    exit_code = 1


class NotDone(ForgeError):
    """An item that was to be `done` while some of its criteria are not ticked."""

    kind = "not_done"
    exit_code = 1


class Changed(Struct, frozen=True):
    """A document, and whether its bytes changed."""

    document: Document
    changed: bool

    def as_data(self) -> dict[str, object]:
        return {"id": self.document.id, "path": self.document.file, "changed": self.changed}


class _Edit(NamedTuple):
    """A document, its text, and its bytes after the change."""

    document: Document
    source: Source
    data: bytes


class _Closing(NamedTuple):
    """How an item with open criteria may be closed."""

    force: bool
    reason: str | None


def assign(
    repository: Repository,
    documents: Sequence[Document],
    changes: Sequence[Change],
    *,
    force: bool,
    reason: str | None,
) -> list[Changed]:
    """Change fields of documents: of all of them, or of none if one cannot be changed.

    `force` and `reason` close an item whose criteria are not all met. Raises UsageError for a
    value that its key does not accept, NotWritable, NotDone and StorageFailed.
    """
    for document in documents:
        for change in changes:
            fields.check(document.kind, change)
    root, closing = repository.root, _Closing(force, reason)
    with changing(repository):
        edits = []
        for document in documents:
            source = _source(root, document)
            wanted = _all_changes(root, document, source, changes, closing)
            edits.append(_Edit(document, source, _changed_bytes(document, source, wanted)))
        return _write(repository, "set", edits)


def tick(repository: Repository, document: Document, number: int, *, ticked: bool) -> Changed:
    """Tick or untick a criterion of an item, counted from 1.

    Raises UsageError, NotWritable or StorageFailed.
    """
    with changing(repository):
        return _tick(repository, document, number, ticked)


def _tick(repository: Repository, document: Document, number: int, ticked: bool) -> Changed:
    source = _source(repository.root, document)
    loaded = item.load(source)
    if not 1 <= number <= len(loaded.criteria):
        listed = [
            f"{at}  [{'x' if criterion.ticked else ' '}] {criterion.text}"
            for at, criterion in enumerate(loaded.criteria, 1)
        ]
        message = [f"{document} has no criterion {number}", *cut(listed)]
        raise UsageError(message, "count them from 1")
    data = _or_not_writable(lambda: item.tick(loaded, number, ticked=ticked))
    return _write(repository, "tick", [_Edit(document, source, data)])[0]


def _all_changes(
    root: Path, document: Document, source: Source, changes: Sequence[Change], closing: _Closing
) -> list[Change]:
    """Return the changes and what they imply.

    An item closed by force gets the reason, and one that is opened again loses it.
    """
    status = next((change for change in reversed(changes) if change.key == "status"), None)
    if document.kind != "item" or status is None:
        return [*changes]
    if status.how != "=" or status.value != "done":
        was_forced = item.load(source).forced_reason
        return [*changes, fields.removal(FORCED)] if was_forced else [*changes]
    unmet = _after(document, source, changes).unmet(lambda path: (root / path).is_file())
    if not unmet:
        return [*changes]
    return [*changes, Change(FORCED, "=", _forced_reason(document, unmet, closing))]


def _forced_reason(document: Document, unmet: Sequence[Criterion], closing: _Closing) -> str:
    """Return why an item with open criteria is closed. Raises NotDone or UsageError."""
    if not closing.force:
        message = [
            f"{document} is not done: {len(unmet)} of its criteria are not ticked",
            *cut([f"[ ] {criterion.text}" for criterion in unmet]),
        ]
        hint = "tick them, name evidence, or close it by force: `--force --reason TEXT`"
        raise NotDone(message, hint, [f"forge tick {document.id} 1"])
    if not (closing.reason and closing.reason.strip()):
        raise UsageError("closing an item by force needs a reason", "give it with `--reason TEXT`")
    return closing.reason.strip()


def _after(document: Document, source: Source, changes: Sequence[Change]) -> Item:
    return item.load(Source.of(source.path, _changed_bytes(document, source, changes)))


def _source(root: Path, document: Document) -> Source:
    try:
        content = confined.read(root, confined.resolved(root, document.file))
    except UsageError as error:
        raise NotWritable(
            f"{document.file} is outside the repository", "change it there directly"
        ) from error
    except StorageFailed as error:
        raise NotWritable(
            f"{document.file} cannot be read: {error.message}", "make it a readable file"
        ) from error
    if content is None:
        hint = (
            f"create it: the fields of a phase are in {document.file}"
            if document.kind == "phase"
            else "find it with `forge list`"
        )
        raise NotWritable(f"{document.file} cannot be read: it does not exist", hint)
    return Source.of(document.file, content.data)


def _changed_bytes(document: Document, source: Source, changes: Sequence[Change]) -> bytes:
    return _or_not_writable(lambda: fields.changed(document.kind, source, changes))


def _or_not_writable(change: Callable[[], bytes]) -> bytes:
    try:
        return change()
    except NotEditable as error:
        raise NotWritable(
            str(error), "change it with `forge edit`, or by hand; nothing was written"
        ) from error


def _write(repository: Repository, verb: str, edits: Sequence[_Edit]) -> list[Changed]:
    """Write all of the changed documents, or none; the caller holds the document lock."""
    steps: list[Step] = [
        Write(confined.resolved(repository.root, edit.document.file), edit.source.data, edit.data)
        for edit in edits
        if edit.data != edit.source.data
    ]
    perform(repository, Intent(verb, steps))
    return [Changed(edit.document, edit.data != edit.source.data) for edit in edits]
