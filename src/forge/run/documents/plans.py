"""`forge new plan`: a plan with the number after the highest that its phase had on any branch."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from forge.errors import UsageError
from forge.git.intent.perform import changing
from forge.git.repository import Repository
from forge.planning.backlog import paths
from forge.planning.edits import new_documents
from forge.planning.edits.new_documents import Wishes
from forge.planning.names.catalog import Catalog
from forge.planning.names.documents import ARCHIVED_PHASES, PHASES, Document, Documents
from forge.planning.names.plan_files import Phase, PlanFile
from forge.run.documents.create import (
    Created,
    Numbered,
    clean_title,
    create_numbered,
    paths_ever_added,
    reserved_numbers,
)
from forge.text.path_list import cut


def create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    """Create a plan in the named phase, or in the only one.

    Raises UsageError, UnknownName or StorageFailed.
    """
    title = clean_title(title)
    with changing(repository):
        return _create(repository, title, wishes, here)


def _create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    documents = Documents(repository.root)
    phase = _phase(documents, wishes.phase, here)
    number = Phase(phase.path, ()).number
    if not number:
        raise UsageError(
            f"{phase.path} has no number, so its plans cannot have one",
            "name another: `forge list phases`",
        )
    needed = [_dependency(documents.catalog, phase, name, here) for name in wishes.depends_on]
    wishes = wishes._replace(depends_on=tuple(file.id for file in needed))
    wave = _wave(documents.catalog, phase, needed) if wishes.wave is None else wishes.wave

    def attempt(own: str) -> Numbered | None:
        path = f"{phase.path}/{number}-{own}-PLAN.md"
        text = new_documents.plan(phase.id, own, title, wave, wishes)
        return Numbered(Created(f"{number}-{own}", path), path, text)

    taken = taken_numbers(repository, phase.path, number)
    return create_numbered(repository, phase.id, taken, attempt)


def taken_numbers(repository: Repository, folder: str, phase_number: str) -> set[str]:
    """Return the numbers that plans of a phase's folder have or ever had.

    Archived plans, all branches, runs and proofs count.
    """
    archived = folder.replace(PHASES, ARCHIVED_PHASES)
    names = [posixpath.basename(path) for path in paths_ever_added(repository, folder)]
    for parent in (folder, archived, ".planning/runs", ".planning/proofs"):
        names += paths.names_in(repository.root, parent)
    used = re.compile(rf"(?:^|Z-){re.escape(phase_number)}-(\d+)(?=-)")
    matches = (used.search(name) for name in names)
    numbers = {match[1] for match in matches if match}
    return numbers | {*reserved_numbers(repository, posixpath.basename(folder))}


def _phase(documents: Documents, name: str | None, here: Path) -> Document:
    if name is not None:
        return documents.one(name, here, kinds=("phase",))
    phases = [phase for phase in documents.phases if not phase.archived]
    if len(phases) == 1:
        return phases[0]
    if not phases:
        raise UsageError(
            "there is no phase yet that the plan could belong to",
            "create one first",
            ["forge new phase TITLE"],
        )
    listed = cut([phase.id for phase in reversed(phases)])
    raise UsageError([f"there are {len(phases)} phases:", *listed], "choose one with `--phase`")


def _dependency(catalog: Catalog, phase: Document, name: str, here: Path) -> PlanFile:
    """Return the plan of a name; in the new plan's own phase, its number alone is enough."""
    siblings = [file for file in catalog.files if file.folder == phase.path]
    number = name.lstrip("0")
    numbered = [file for file in siblings if file.id.rpartition("-")[2].lstrip("0") == number != ""]
    near = numbered or [file for file in siblings if file in catalog.named(name, here)]
    return near[0] if len(near) == 1 else catalog.one(name, here)


def _wave(catalog: Catalog, phase: Document, needed: list[PlanFile]) -> int:
    """Return the wave after those of the plans of the same phase that a new plan depends on."""
    waves = (int(catalog.load(file).wave) for file in needed if file.folder == phase.path)
    return 1 + max(waves, default=0)
