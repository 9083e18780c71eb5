"""`forge move` and `forge archive`: files renamed in the work tree, all of them or none; the index
is left as it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from forge import atomic
from forge.errors import ForgeError, RunOpen, StorageFailed, UsageError
from forge.git.repository import Repository
from forge.planning import proof as proofs
from forge.planning.backlog.paths import next_number
from forge.planning.edits import relocation as moving
from forge.planning.edits.relocation import Relocation
from forge.planning.names.documents import Document, Documents
from forge.planning.names.plan_files import Phase
from forge.records.record import all_runs, open_runs
from forge.run.documents.plans import taken_numbers


class Moved(Struct, frozen=True):
    """A document at its new place, what was renamed, and the documents that were changed so that
    they still mean the same.
    """

    document: Document
    renamed: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "id": self.document.id,
            "path": self.document.path,
            "changed": list(self.changed),
            "renamed": [{"from": old, "to": new} for old, new in self.renamed],
        }


def move(repository: Repository, document: Document, to: str, here: Path) -> Moved:
    """Give a document another phase, number or name. Raises UsageError, UnknownName, RunOpen or
    StorageFailed.
    """
    _refuse_while_running(repository, document)
    root, documents = repository.root, Documents(repository.root)
    if document.archived:
        raise UsageError(
            f"{document} is archived", f"move {document.path} back with `git mv` first"
        )
    if document.kind == "plan":
        phase, number = moving.phase_named(documents, to, here)
        number = number or next_number(
            taken_numbers(repository, phase.path, Phase(phase.path, ()).number)
        )
        return _apply(
            root, moving.plan_to(root, documents, document, phase, number, _spoken_of(repository))
        )
    if document.kind == "phase":
        relocation = moving.phase_to(root, documents, document, to, _spoken_of(repository))
        _refuse_taken(documents, document, relocation)
        return _apply(root, relocation)
    return _apply(
        root,
        (
            moving.item_to(document, to)
            if document.kind == "item"
            else moving.mission_to(root, document, to)
        ),
    )


def archive(repository: Repository, document: Document) -> Moved:
    """Put a document away. Raises UsageError, RunOpen or StorageFailed."""
    _refuse_while_running(repository, document)
    if document.archived:
        raise UsageError(f"{document} is archived already", f"it lies in {document.path}")
    return _apply(
        repository.root, moving.archived(repository.root, Documents(repository.root), document)
    )


def _spoken_of(repository: Repository) -> frozenset[str]:
    """Return the paths of plans that runs and proofs name."""
    runs = (record.card.plan_path for record in all_runs(repository, everywhere=True))
    return frozenset([*runs, *(proof.plan_path for proof in proofs.load_all(repository.root))])


def _refuse_while_running(repository: Repository, document: Document) -> None:
    """Refuse to touch plans while a run is open: it goes by the path and the exact bytes of its
    plan.
    """
    runs = open_runs(repository) if document.kind in ("plan", "phase") else []
    if runs:
        run = runs[0].card
        raise RunOpen(
            f"the run {run.run} of {run.plan} is open",
            "end it first",
            ["forge resume", "forge stop"],
        )


def _refuse_taken(documents: Documents, document: Document, relocation: Relocation) -> None:
    number = relocation.document.id.partition("-")[0]
    others = [
        each
        for each in documents.phases
        if each.path != document.path and each.id.partition("-")[0] == number
    ]
    if others:
        raise UsageError(
            f"the number {number} is that of {others[0].path}", "give it another number"
        )


def _apply(root: Path, relocation: Relocation) -> Moved:
    """Rename and write; whatever fails, everything is put back."""
    renames = [(old, new) for old, new in relocation.renames if old != new]
    undo: list[Callable[[], None]] = []
    try:
        for old, new in renames:
            _rename(root, old, new)
            undo.append(lambda old=old, new=new: os.rename(root / new, root / old))  # type: ignore[misc]
        for path, (before, after) in relocation.writes.items():
            atomic.swap(root / path, before, after)
            undo.append(
                lambda path=path, before=before, after=after: atomic.swap(  # type: ignore[misc]
                    root / path, after, before
                )
            )
    except (OSError, ForgeError) as error:
        for step in reversed(undo):
            step()
        raise error if isinstance(error, ForgeError) else StorageFailed.of(error) from error
    return Moved(relocation.document, tuple(renames), tuple(relocation.writes))


def _rename(root: Path, old: str, new: str) -> None:
    target = root / new
    inside = os.path.realpath(root)
    if not all(
        Path(os.path.realpath((root / each).parent)).is_relative_to(inside) for each in (old, new)
    ):
        raise UsageError(
            f"{new} would lie outside of the repository", "look where the links in .planning/ lead"
        )
    if os.path.lexists(target) and not _same(root / old, target):
        raise UsageError(f"{new} is there already", "choose another place")
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(root / old, target)


def _same(old: Path, new: Path) -> bool:
    """Say whether two names are one file: on a disk that does not tell capitals from small
    letters.
    """
    return old.exists() and os.path.samefile(old, new) and old.name.lower() == new.name.lower()
