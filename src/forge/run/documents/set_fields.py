"""`forge set` and `forge tick`: fields of documents, changed in their own bytes only."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from forge import atomic
from forge.errors import ForgeError, UsageError
from forge.git.repository import Repository
from forge.planning.backlog import item
from forge.planning.backlog.item import FORCED, Item
from forge.planning.edits import fields
from forge.planning.edits.fields import Change
from forge.planning.names.documents import Document
from forge.text.edit import NotEditable
from forge.text.source import Source


class NotWritable(ForgeError):
    """A document that cannot be changed as it was asked; nothing was written."""

    kind = "not_writable"
    exit_code = 1


class NotDone(ForgeError):
    """An item that is called done while criteria of it are not ticked."""

    kind = "not_done"
    exit_code = 1


class Changed(Struct, frozen=True):
    """A document and whether its bytes are other ones now."""

    document: Document
    changed: bool

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {"id": self.document.id, "path": self.document.file, "changed": self.changed}


def assign(
    repository: Repository,
    documents: Sequence[Document],
    changes: Sequence[Change],
    *,
    force: bool,
    reason: str | None,
) -> list[Changed]:
    """Change fields of documents: of all of them, or of none where one cannot be changed.

    Raises UsageError for values that a key does not take, NotWritable, NotDone, and StorageFailed.
    """
    for document in documents:
        for change in changes:
            fields.check(document.kind, change)
    meant = [(document, _source(repository.root, document)) for document in documents]
    written = [
        (
            document,
            source,
            _bytes(
                document, source, _meant(repository.root, document, source, changes, force, reason)
            ),
        )
        for document, source in meant
    ]
    return [_write(repository.root, document, source, data) for document, source, data in written]


def tick(repository: Repository, document: Document, number: int, *, ticked: bool) -> Changed:
    """Tick a criterion of an item, counted from 1, or take the tick back. Raises UsageError,
    NotWritable or StorageFailed.
    """
    source = _source(repository.root, document)
    found = item.load(source)
    if not 1 <= number <= len(found.criteria):
        listed = "".join(
            f"\n  {at}  [{'x' if each.ticked else ' '}] {each.text}"
            for at, each in enumerate(found.criteria, 1)
        )
        raise UsageError(f"{document} has no criterion {number}{listed}", "count them from 1")
    data = _refusing(lambda: item.tick(found, number, ticked=ticked))
    return _write(repository.root, document, source, data)


def _meant(
    root: Path,
    document: Document,
    source: Source,
    changes: Sequence[Change],
    force: bool,
    reason: str | None,
) -> list[Change]:
    """Return the changes with what closing an item by force, and opening it again, brings along."""
    status = next((change for change in reversed(changes) if change.key == "status"), None)
    if document.kind != "item" or status is None:
        return [*changes]
    found = item.load(source)
    if status.how != "=" or status.value != "done":
        return [*changes, fields.removal(FORCED)] if found.forced_reason else [*changes]
    unmet = _after(document, source, changes).unmet(lambda path: (root / path).is_file())
    if not unmet:
        return [*changes]
    listed = "".join(f"\n  [ ] {criterion.text}" for criterion in unmet)
    if not force:
        said = f"{document} is not done: {len(unmet)} of its criteria are not ticked{listed}"
        hint = "tick them, name evidence, or close it by force: `--force --reason TEXT`"
        raise NotDone(said, hint, [f"forge tick {document.id} 1"])
    if not (reason and reason.strip()):
        raise UsageError("closing an item by force needs a reason", "say it with `--reason TEXT`")
    return [*changes, Change(FORCED, "=", reason.strip())]


def _after(document: Document, source: Source, changes: Sequence[Change]) -> Item:
    return item.load(Source.of(source.path, _bytes(document, source, changes)))


def _source(root: Path, document: Document) -> Source:
    real = Path(os.path.realpath(root / document.file))
    if not real.is_relative_to(os.path.realpath(root)):
        raise NotWritable(
            f"{document.file} lies outside of the repository", "change it where it is"
        )
    try:
        return Source.of(document.file, real.read_bytes())
    except OSError as error:
        hint = (
            f"make it: a phase keeps its fields in {document.file}"
            if document.kind == "phase"
            else "make it a readable file"
        )
        raise NotWritable(f"{document.file} cannot be read: {error.strerror}", hint) from error


def _bytes(document: Document, source: Source, changes: Sequence[Change]) -> bytes:
    return _refusing(lambda: fields.changed(document.kind, source, changes))


def _refusing(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except NotEditable as error:
        raise NotWritable(
            str(error), "change it with `forge edit`, or by hand; nothing was written"
        ) from error


def _write(root: Path, document: Document, source: Source, data: bytes) -> Changed:
    if data != source.data:
        atomic.swap(Path(os.path.realpath(root / document.file)), source.data, data)
    return Changed(document, data != source.data)
