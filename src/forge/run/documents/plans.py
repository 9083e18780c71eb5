"""`forge new plan`: the number behind the highest one that any branch ever had in the phase."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from forge.errors import UsageError
from forge.git.repository import Repository
from forge.planning.backlog import paths
from forge.planning.edits import new_documents
from forge.planning.edits.new_documents import Wishes
from forge.planning.names.catalog import Catalog
from forge.planning.names.documents import ARCHIVED_PHASES, PHASES, Document, Documents
from forge.planning.names.plan_files import Phase, PlanFile
from forge.run.documents.create import Created, ever_added, given, make, numbered, titled


def create(repository: Repository, title: str, wishes: Wishes, here: Path) -> Created:
    """Make a plan in the phase that is wished for, else in the only one. Raises UsageError,
    UnknownName or StorageFailed.
    """
    title = titled(title)
    documents = Documents(repository.root)
    phase = _phase(documents, wishes.phase, here)
    number = Phase(phase.path, ()).number
    if not number:
        raise UsageError(
            f"{phase.path} has no number, so its plans can have none",
            "name another: `forge list phases`",
        )
    first = [_dependency(documents.catalog, phase, name, here) for name in wishes.depends_on]
    wishes = wishes._replace(depends_on=tuple(file.id for file in first))
    level = _wave(documents.catalog, phase, first) if wishes.wave is None else wishes.wave

    def attempt(each: str) -> Created | None:
        path = f"{phase.path}/{number}-{each}-PLAN.md"
        made = make(repository.root, path, new_documents.plan(phase.id, each, title, level, wishes))
        return Created(f"{number}-{each}", path) if made else None

    return numbered(repository, phase.id, taken_numbers(repository, phase.path, number), attempt)


def taken_numbers(repository: Repository, folder: str, phase_number: str) -> set[str]:
    """Return the numbers that plans of a phase's folder have or ever had: here, archived, on any
    branch, or in a run.
    """
    names = [path.rpartition("/")[2] for path in ever_added(repository, folder)]
    for place in (
        folder,
        folder.replace(PHASES, ARCHIVED_PHASES),
        ".planning/runs",
        ".planning/proofs",
    ):
        names += paths.names_in(repository.root, place)
    used = re.compile(rf"(?:^|Z-){re.escape(phase_number)}-(\d+)(?=-)")
    return {
        *given(repository, posixpath.basename(folder)),
        *(found[1] for name in names if (found := used.search(name))),
    }


def _phase(documents: Documents, name: str | None, here: Path) -> Document:
    if name is not None:
        return documents.one(name, here, kinds=("phase",))
    phases = [phase for phase in documents.phases if not phase.archived]
    if len(phases) == 1:
        return phases[0]
    if not phases:
        raise UsageError(
            "there is no phase yet that a plan could be part of",
            "make one first",
            ["forge new phase TITLE"],
        )
    listed = "".join(f"\n  {phase.id}" for phase in phases[-20:])
    raise UsageError(f"there are {len(phases)} phases:{listed}", "say which one with `--phase`")


def _dependency(catalog: Catalog, phase: Document, name: str, here: Path) -> PlanFile:
    """Return the plan that a new plan of a phase depends on: by any name, in its own phase by the
    number alone.
    """
    siblings = [file for file in catalog.files if file.folder == phase.path]
    short = [
        file
        for file in siblings
        if file.id.rpartition("-")[2].lstrip("0") == name.lstrip("0") != ""
    ]
    near = short or [file for file in siblings if file in catalog.named(name, here)]
    return near[0] if len(near) == 1 else catalog.one(name, here)


def _wave(catalog: Catalog, phase: Document, first: list[PlanFile]) -> int:
    """Return the wave behind those of the plans of the same phase that a new plan depends on."""
    return 1 + max(
        (int(catalog.load(file).wave) for file in first if file.folder == phase.path), default=0
    )
