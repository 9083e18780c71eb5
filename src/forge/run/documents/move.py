"""`forge move` and `forge archive`: rename files in the work tree, all of them or none.

The index is left unchanged.
"""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from forge.errors import RunOpen, StorageFailed, UsageError
from forge.git.intent.confined import resolved
from forge.git.intent.intent import Intent, Rename, Step, Write
from forge.git.intent.perform import changing, perform
from forge.git.repository import Repository
from forge.planning import proof as proofs
from forge.planning.backlog.paths import next_number
from forge.planning.edits import references, relocation
from forge.planning.edits.relocation import Relocation
from forge.planning.names.documents import Document, Documents
from forge.planning.names.plan_files import Phase
from forge.records.record import all_runs, open_runs
from forge.run.documents.plans import taken_numbers


class Moved(Struct, frozen=True):
    """A document at its new path, the renamed files, and the documents whose references changed."""

    document: Document
    renamed: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]

    def as_data(self) -> dict[str, object]:
        return {
            "id": self.document.id,
            "path": self.document.path,
            "changed": list(self.changed),
            "renamed": [{"from": old, "to": new} for old, new in self.renamed],
        }


def move(repository: Repository, document: Document, to: str, here: Path) -> Moved:
    """Give a document another phase, number or name.

    Raises UsageError, UnknownName, RunOpen or StorageFailed.
    """
    if document.archived:
        raise UsageError(
            f"{document} is archived", f"move {document.path} back with `git mv` first"
        )
    with changing(repository):
        _require_ready(repository, document)
        moved = _relocation(repository, document, to, here)
        return _apply(repository, "move", document, moved)


def _relocation(repository: Repository, document: Document, to: str, here: Path) -> Relocation:
    root = repository.root
    if document.kind == "item":
        return relocation.item_to(document, to)
    if document.kind == "mission":
        return relocation.mission_to(root, document, to)
    documents, named = Documents(root), _plans_on_record(repository)
    if document.kind == "phase":
        moved = relocation.phase_to(root, documents, document, to, named)
        _refuse_taken_number(documents, document, moved)
        return moved
    phase, number = relocation.target_phase(documents, to, here)
    number = number or next_number(
        taken_numbers(repository, phase.path, Phase(phase.path, ()).number)
    )
    return relocation.plan_to(root, document, phase, number, named)


def archive(repository: Repository, document: Document) -> Moved:
    """Move a document to the archive. Raises UsageError, RunOpen or StorageFailed."""
    if document.archived:
        raise UsageError(f"{document} is archived already", f"it is in {document.path}")
    with changing(repository):
        _require_ready(repository, document)
        moved = relocation.archived(repository.root, document)
        return _apply(repository, "archive", document, moved)


def _plans_on_record(repository: Repository) -> frozenset[str]:
    """Return the paths of plans that runs and proofs name."""
    runs = (record.card.plan_path for record in all_runs(repository, everywhere=True))
    return frozenset([*runs, *(proof.plan_path for proof in proofs.load_all(repository.root))])


def _require_ready(repository: Repository, document: Document) -> None:
    """Refuse to move plans while a run is open, which depends on the path and bytes of its plan,
    and a document that is not there any more.
    """
    if not os.path.lexists(repository.root / document.path):
        raise StorageFailed(
            f"{document.path} was moved or removed meanwhile", "find it with `forge list`"
        )
    runs = open_runs(repository) if document.kind in ("plan", "phase") else []
    if runs:
        run = runs[0].card
        raise RunOpen(
            f"the run {run.run} of {run.plan} is open",
            "end it first",
            ["forge resume", "forge stop"],
        )


def _refuse_taken_number(documents: Documents, document: Document, moved: Relocation) -> None:
    number = moved.document.id.partition("-")[0]
    for phase in documents.phases:
        if phase.path != document.path and phase.id.partition("-")[0] == number:
            raise UsageError(f"{phase.path} has the number {number}", "choose another number")


def _apply(repository: Repository, verb: str, document: Document, moved: Relocation) -> Moved:
    """Rename and write files, all of them or none; the caller holds the document lock."""
    root = repository.root
    if document.kind in ("plan", "phase"):
        moved = references.keep(root, Documents(root).catalog.files, moved)
    renames = [(old, new) for old, new in moved.renames if old != new]
    steps: list[Step] = [
        Rename(resolved(root, old, last=False), resolved(root, new, last=False))
        for old, new in renames
    ]
    steps += [
        Write(resolved(root, path), before, after) for path, (before, after) in moved.writes.items()
    ]
    perform(repository, Intent(verb, steps))
    return Moved(moved.document, tuple(renames), tuple(moved.writes))
