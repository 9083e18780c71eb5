"""The documents of one `.planning/` as rules between documents see them: facts, not texts."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from msgspec import Struct

from forge.planning.backlog.facts import ItemFacts
from forge.planning.gsd.reports import ReportFront
from forge.planning.gsd.requirements import Requirements
from forge.planning.gsd.roadmap import Roadmap
from forge.planning.mission.facts import MissionFacts
from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.plan_files import FOLDER, PlanFile, summaries_of
from forge.planning.numbers import leading
from forge.planning.plan.facts import PlanFacts


class Project(Struct, frozen=True, dict=True):
    """A `.planning/` that was read. An absent document is None or empty, and no rule requires it.

    `facts` returns the facts about a plan by its path, `exists` whether there is a file or folder
    at a path below `root`. `folders` are the folders of phases, with or without plans. `completed`
    are the plans that a run of forge completed. `whole` is false if the documents may be an
    excerpt, so that a missing document means little.
    """

    root: Path
    files: list[PlanFile]
    facts: Callable[[str], PlanFacts | None]
    exists: Callable[[str], bool]
    summaries: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    roadmap: Roadmap | None = None
    requirements: Requirements | None = None
    archived_ids: frozenset[str] = frozenset()
    state: ReportFront | None = None
    verifications: tuple[ReportFront, ...] = ()
    completed: frozenset[str] = frozenset()
    items: tuple[ItemFacts, ...] = ()
    missions: tuple[MissionFacts, ...] = ()
    whole: bool = True

    @cached_property
    def index(self) -> PlanIndex:
        """The plans by their names."""
        return PlanIndex(self.files)

    @cached_property
    def by_folder(self) -> Mapping[str, list[PlanFile]]:
        """The plans of each folder, in natural order."""
        folders: dict[str, list[PlanFile]] = {}
        for file in self.files:
            folders.setdefault(file.folder, []).append(file)
        return folders

    def read(self, files: list[PlanFile] | None = None) -> Iterator[tuple[PlanFile, PlanFacts]]:
        """Yield the given plans, or all, with their facts; unreadable plans are left out."""
        for file in self.files if files is None else files:
            facts = self.facts(file.path)
            if facts is not None:
                yield file, facts

    def done(self, file: PlanFile) -> bool:
        """Return whether there is evidence that a plan was executed: its summary, its phase's, or a
        completed run.
        """
        return (
            file.path in self.summarized
            or file.path in self.completed
            or file.folder in self._summarized_folders
        )

    def settled(self, file: PlanFile) -> bool:
        """Return whether a plan is archived or done. Rules about future work are milder there."""
        return file.archived or self.done(file)

    def claimed(self, file: PlanFile) -> bool:
        """Return whether a plan is done, or the roadmap ticks its phase."""
        return self.done(file) or leading(posixpath.basename(file.folder)) in self._ticked_phases

    @cached_property
    def _ticked_phases(self) -> frozenset[str]:
        phases = self.roadmap.phases if self.roadmap else ()
        return frozenset(entry.key for entry in phases if entry.ticked)

    @cached_property
    def summarized(self) -> Mapping[str, str]:
        """The summaries of plans that have one of their own, by the plans' paths."""
        return summaries_of([file.path for file in self.files], self.summaries)

    @cached_property
    def _summarized_folders(self) -> frozenset[str]:
        """The folders with one summary for all of their plans."""
        return frozenset(
            posixpath.dirname(path) for path in self.summaries if _is_of_whole_phase(path)
        )

    @cached_property
    def phases(self) -> Mapping[str, list[str]]:
        """The folders below `phases/` by the normal form of their number."""
        phases: dict[str, list[str]] = {}
        for folder in self.folders:
            number = leading(posixpath.basename(folder))
            if number is not None and posixpath.dirname(folder) == f"{FOLDER}/phases":
                phases.setdefault(number, []).append(folder)
        return phases

    @cached_property
    def archived_phases(self) -> frozenset[str]:
        """The numbers of the phases in archives."""
        numbers = (
            leading(posixpath.basename(folder))
            for folder in self.folders
            if "milestones" in folder.split("/")
        )
        return frozenset(number for number in numbers if number is not None)


def _is_of_whole_phase(summary: str) -> bool:
    """Return whether a summary's name has no plan: `SUMMARY.md`, `PHASE-SUMMARY.md`,
    `01-SUMMARY.md` in the folder of phase 1.
    """
    folder, name = posixpath.split(summary)
    number = leading(posixpath.basename(folder))
    stem = name.removesuffix("SUMMARY.md").rstrip("-_.")
    is_number = stem.replace(".", "").isdigit() and leading(stem) == number
    return stem.upper() in ("", "PHASE") or is_number


def exists_below(root: Path, tracked: Callable[[], frozenset[str]]) -> Callable[[str], bool]:
    """Return a function that returns whether a path exists on the disk, or is tracked by git
    (sparse checkouts).

    `tracked` is called once, and only if a path is missing on the disk.
    """

    @lru_cache(maxsize=4096)
    def exists(path: str) -> bool:
        return os.path.lexists(os.path.join(root, path)) or path.rstrip("/") in tracked()

    return exists
