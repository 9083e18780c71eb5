"""One document in full: its fields, parts and findings, and its runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from forge.errors import StorageFailed
from forge.git.repository import Repository
from forge.planning.backlog import item
from forge.planning.edits import fields
from forge.planning.names.documents import Document
from forge.planning.plan import plan
from forge.records.lines import runs_among
from forge.records.record import RunRecord
from forge.text.edit import NotEditable
from forge.text.finding import Finding
from forge.text.source import Source
from forge.views.lookup.listing import Filters, Row, list_documents
from forge.views.validation.kinds import kind_of
from forge.views.validation.read_one import read

Part = dict[str, object]


class ShownDocument(Struct, frozen=True):
    """A document with its row in the lists; `parts` are steps, criteria or plans, by its kind."""

    row: Row
    fields: dict[str, object]
    parts: list[Part]
    findings: list[Finding]
    runs: list[RunRecord]
    text: str

    def as_data(self) -> dict[str, object]:
        return {
            **self.row.as_data(),
            "fields": self.fields,
            "parts": self.parts,
            "runs": [run.as_data() for run in self.runs],
            "text": self.text,
        }


def findings_in(root: Path, source: Source) -> list[Finding]:
    """Return what is wrong with a document on its own; files of no known kind have no findings."""
    kind = kind_of(source.path)
    return [*read(kind, root, source).findings] if kind else []


def show(repository: Repository, document: Document) -> ShownDocument:
    """Return a document in full. Raises StorageFailed if it cannot be read."""
    rows = list_documents(repository, Filters(archived=True))
    source = _source(repository.root, document)
    return ShownDocument(
        next(row for row in rows if row.path == document.path),
        _fields(document, source),
        list(_parts(repository.root, document, source, rows)),
        findings_in(repository.root, source),
        _runs(repository, document),
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


def _fields(document: Document, source: Source) -> dict[str, object]:
    try:
        values = fields.block(document.kind, source).top.plain()
    except NotEditable:
        return {}
    return values if isinstance(values, dict) else {}


def _parts(root: Path, document: Document, source: Source, rows: Sequence[Row]) -> Iterator[Part]:
    if document.kind == "plan":
        yield from _steps(source, document.id)
    elif document.kind == "item":
        yield from _criteria(root, source)
    elif document.kind == "phase":
        yield from _plans(document, rows)


def _steps(source: Source, plan_id: str) -> Iterator[Part]:
    for step in plan.load(source, plan_id).steps:
        yield {"id": step.id, "name": step.name, "stage": step.stage, "files": step.files}


def _criteria(root: Path, source: Source) -> Iterator[Part]:
    for number, criterion in enumerate(item.load(source).criteria, 1):
        met = criterion.met(lambda path: (root / path).is_file())
        yield {"number": number, "text": criterion.text, "ticked": criterion.ticked, "met": met}


def _plans(phase: Document, rows: Sequence[Row]) -> Iterator[Part]:
    for row in rows:
        if row.kind == "plan" and row.path.startswith(f"{phase.path}/"):
            yield {"id": row.id, "title": row.title, "status": row.status}


def _runs(repository: Repository, document: Document) -> list[RunRecord]:
    if document.kind != "plan":
        return []
    return runs_among(repository, lambda line: line.plan_path == document.path)
