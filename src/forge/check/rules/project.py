"""All documents of one `.planning/` together, as the rules between documents see them: facts, no
texts.
"""

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
    """A `.planning/` that was read. What is absent is None or empty, and no rule asks for it.

    `facts` gives a plan's facts by its path, `exists` says of a path below `root` whether a file or
    folder is there, `folders` are the folders of phases, with or without plans, `completed` the
    plans that a run of forge completed; `whole` is false where the documents may be an excerpt, so
    that what is absent says little.
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
        found: dict[str, list[PlanFile]] = {}
        for file in self.files:
            found.setdefault(file.folder, []).append(file)
        return found

    def read(self, files: list[PlanFile] | None = None) -> Iterator[tuple[PlanFile, PlanFacts]]:
        """Yield the given plans, or all, with their facts; those that could not be read are left
        out.
        """
        for file in self.files if files is None else files:
            facts = self.facts(file.path)
            if facts is not None:
                yield file, facts

    def done(self, file: PlanFile) -> bool:
        """Say whether there is evidence that a plan was carried out: its summary, its phase's, or a
        completed run.
        """
        return (
            file.path in self.summarised
            or file.path in self.completed
            or file.folder in self._whole
        )

    def settled(self, file: PlanFile) -> bool:
        """Say whether a plan is history: archived, or done. Rules about what is yet to come are
        milder there.
        """
        return file.archived or self.done(file)

    def claimed(self, file: PlanFile) -> bool:
        """Say whether anybody calls a plan done: it is, or the roadmap ticks its phase."""
        return self.done(file) or leading(posixpath.basename(file.folder)) in self._ticked

    @cached_property
    def _ticked(self) -> frozenset[str]:
        return (
            frozenset(entry.key for entry in self.roadmap.phases if entry.ticked)
            if self.roadmap
            else frozenset()
        )

    @cached_property
    def summarised(self) -> Mapping[str, str]:
        """The summaries of the plans that have one of their own, by the plans' paths."""
        return summaries_of([file.path for file in self.files], self.summaries)

    @cached_property
    def _whole(self) -> frozenset[str]:
        """The folders that have one summary for all of their plans."""
        found = set()
        for path in self.summaries:
            folder, name = posixpath.split(path)
            number = leading(posixpath.basename(folder))
            stem = name.removesuffix("SUMMARY.md").rstrip("-_.")
            bare = stem.replace(".", "").isdigit() and leading(stem) == number
            if stem.upper() in ("", "PHASE") or bare:
                found.add(folder)
        return frozenset(found)

    @cached_property
    def phases(self) -> Mapping[str, list[str]]:
        """The folders below `phases/` by the normal form of their number."""
        found: dict[str, list[str]] = {}
        for folder in self.folders:
            number = leading(posixpath.basename(folder))
            if number is not None and posixpath.dirname(folder) == f"{FOLDER}/phases":
                found.setdefault(number, []).append(folder)
        return found

    @cached_property
    def archived_phases(self) -> frozenset[str]:
        """The numbers of the phases in archives."""
        numbers = (
            leading(posixpath.basename(folder))
            for folder in self.folders
            if "milestones" in folder.split("/")
        )
        return frozenset(number for number in numbers if number is not None)


def exists_below(root: Path, tracked: Callable[[], frozenset[str]]) -> Callable[[str], bool]:
    """Return what says of a path whether it is there, on the disk or else among what git tracks
    (sparse checkouts).

    `tracked` is asked once, and only if something is missing on the disk.
    """

    @lru_cache(maxsize=4096)
    def exists(path: str) -> bool:
        return os.path.lexists(os.path.join(root, path)) or path.rstrip("/") in tracked()

    return exists
