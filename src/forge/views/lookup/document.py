"""One document and how it stands: its fields, its parts, what is wrong with it, its runs and its
verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from forge.errors import StorageFailed
from forge.git.repository import Repository
from forge.planning.backlog import item
from forge.planning.edits import fields
from forge.planning.names.catalog import Catalog
from forge.planning.names.documents import Document
from forge.records.record import RunRecord, all_runs
from forge.text.edit import NotEditable
from forge.text.finding import Finding
from forge.text.source import Source
from forge.views.lookup.listing import Filters, Row, list_documents
from forge.views.validation.kinds import kind_of
from forge.views.validation.read_one import read


class ShownDocument(Struct, frozen=True):
    """A document as it is shown: its row in the lists, its fields, its parts (steps, criteria,
    plans), findings and runs.
    """

    row: Row
    fields: dict[str, object]
    parts: list[dict[str, object]]
    findings: list[Finding]
    runs: list[RunRecord]
    text: str

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            **self.row.as_data(),
            "fields": self.fields,
            "parts": self.parts,
            "runs": [run.as_data() for run in self.runs],
            "text": self.text,
        }


def findings_in(root: Path, source: Source) -> list[Finding]:
    """Return what is wrong with a document by itself; the page of a phase is held to no rule."""
    kind = kind_of(source.path)
    return [*read(kind, root, source).findings] if kind else []


def show(repository: Repository, document: Document) -> ShownDocument:
    """Return a document and how it stands. Raises StorageFailed where it cannot be read."""
    rows = list_documents(repository, Filters(archived=True))
    row = next(row for row in rows if row.path == document.path)
    source = _source(repository.root, document)
    try:
        values = fields.block(document.kind, source).top.plain()
    except NotEditable:
        values = {}
    parts = {
        "plan": _steps,
        "item": _criteria,
        "phase": lambda *_: _plans(document, rows),
        "mission": lambda *_: iter(()),
    }
    runs = (
        [run for run in all_runs(repository) if run.plan_path == document.path]
        if document.kind == "plan"
        else []
    )
    return ShownDocument(
        row,
        values if isinstance(values, dict) else {},
        list(parts[document.kind](repository.root, source)),
        findings_in(repository.root, source),
        runs,
        source.text,
    )


def _source(root: Path, document: Document) -> Source:
    try:
        return Source.read(root, document.file)
    except FileNotFoundError:
        if document.kind == "phase":
            return Source.of(document.file, b"")
        raise
    except OSError as error:
        raise StorageFailed(
            f"{document.file} cannot be read: {error.strerror}", "make it a readable file"
        ) from error


def _steps(root: Path, source: Source) -> Iterator[dict[str, object]]:
    file = Catalog(root).by_path(source.path)
    for step in Catalog(root).load(file).steps if file else ():
        yield {"id": step.id, "name": step.name, "stage": step.stage, "files": step.files}


def _criteria(root: Path, source: Source) -> Iterator[dict[str, object]]:
    for number, criterion in enumerate(item.load(source).criteria, 1):
        met = criterion.met(lambda path: (root / path).is_file())
        yield {"number": number, "text": criterion.text, "ticked": criterion.ticked, "met": met}


def _plans(document: Document, rows: list[Row]) -> Iterator[dict[str, object]]:
    for row in rows:
        if row.kind == "plan" and row.path.startswith(f"{document.path}/"):
            yield {"id": row.id, "title": row.title, "status": row.status}
