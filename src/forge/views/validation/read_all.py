"""Collects the facts of all documents of a `.planning/` for the rules between documents."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from forge.check.rules.between import runs
from forge.check.rules.catalog import check_project
from forge.check.rules.project import Project, exists_below
from forge.errors import ForgeError
from forge.git import program
from forge.git.repository import Repository
from forge.planning.backlog.facts import ItemFacts
from forge.planning.gsd import reports, requirements, roadmap
from forge.planning.gsd.reports import ReportFront
from forge.planning.gsd.requirements import Requirements
from forge.planning.gsd.roadmap import Roadmap
from forge.planning.mission.facts import MissionFacts
from forge.planning.names import moved_plans
from forge.planning.names.catalog import Catalog
from forge.planning.plan.facts import PlanFacts
from forge.records.card import RUNS
from forge.records.facts import CardFacts, TimelineFacts, completed_plans
from forge.text.finding import Finding
from forge.views.validation.kinds import folders_of_phases
from forge.views.validation.plan_facts_store import PlanFactsStore
from forge.views.validation.reading import plain

T = TypeVar("T")


class ProjectFacts:
    """The facts of documents as JSON, by kind and path; those of plans are kept on disk."""

    def __init__(self, catalog: Catalog) -> None:
        self.root = catalog.root
        self._catalog = catalog
        self.facts: dict[str, dict[str, str]] = {}
        self.plans = PlanFactsStore()

    def add(self, kind: str, path: str, facts: str) -> None:
        if kind == "plan":
            self.plans.put(path, facts)
        else:
            self.facts.setdefault(kind, {})[path] = facts if kind != "summary" else ""

    def findings(self, repository: Repository | None) -> Iterator[Finding]:
        """Yield the findings between documents; with a repository also those of its history."""
        yield from check_project(self._project(repository))
        if repository is not None and "timeline" in self.facts:
            yield from self._history(repository, self.facts["timeline"])
        elif repository is not None and (repository.root / RUNS).is_dir():
            yield from self._history(repository, {})

    def _all(self, kind: str, of: type[T]) -> list[T]:
        decoded = (self._one(kind, path, of) for path in self.facts.get(kind, {}))
        return [one for one in decoded if one is not None]

    def _one(self, kind: str, path: str, of: type[T]) -> T | None:
        return _decoded(self.facts.get(kind, {}).get(path), of)

    def _project(self, repository: Repository | None) -> Project:
        archived = [
            file
            for file in self._all("requirements", Requirements)
            if file.path != requirements.PATH
        ]
        return Project(
            self.root,
            self._catalog.files,
            lambda path: _decoded(self.plans.get(path), PlanFacts),
            exists_below(self.root, cache(lambda: _tracked(repository))),
            frozenset(self.facts.get("summary", ())),
            folders_of_phases(str(self.root)),
            self._one("roadmap", roadmap.PATH, Roadmap),
            self._one("requirements", requirements.PATH, Requirements),
            frozenset(name for file in archived for name in file.spoken),
            self._one("state", reports.STATE, ReportFront),
            tuple(self._all("verification", ReportFront)),
            frozenset(self._completed()),
            tuple(self._all("item", ItemFacts)),
            tuple(self._all("mission", MissionFacts)),
            repository is not None,
        )

    def _runs(self) -> list[TimelineFacts]:
        return self._all("timeline", TimelineFacts)

    def _completed(self) -> Iterator[str]:
        """Yield the current paths of plans with a completed run that was not rolled back."""
        plans = completed_plans(self._completed_cards())
        lost = {plan: "" for plan in plans if not (self.root / plan).is_file()}
        now = moved_plans.current_paths(
            lost, moved_plans.earlier_paths(self.root) if lost else {}, lambda path: ""
        )
        yield from (now.get(plan, plan) for plan in plans)

    def _completed_cards(self) -> list[CardFacts]:
        completed = {
            facts.path.rpartition("/")[0] for facts in self._runs() if facts.status == "completed"
        }
        paths = (path for path in self.facts.get("run", {}) if path.rpartition("/")[0] in completed)
        cards = (self._one("run", path, CardFacts) for path in paths)
        return [card for card in cards if card is not None]

    def _history(self, repository: Repository, timelines: dict[str, str]) -> Iterator[Finding]:
        yield from runs.check_history(repository, RUNS, list(timelines))
        yield from runs.check_commits(repository, self._runs())
        yield from runs.check_records(repository, [path.rpartition("/")[0] for path in timelines])


def _decoded(text: str | None, of: type[T]) -> T | None:
    return msgspec.convert(plain(text), of | None) if text else None


def _tracked(repository: Repository | None) -> frozenset[str]:
    """Return the files that git tracks and their folders; nothing without a repository."""
    if repository is None:
        return frozenset()
    try:
        files = program.fields(repository.git("ls-files", "-z"))
    except ForgeError:
        return frozenset()
    folders = {path[: match.start()] for path in files for match in re.finditer("/", path)}
    return frozenset(files) | folders


def repository_of(root: str) -> Repository | None:
    """Return the repository whose work tree is exactly `root`, or None."""
    try:
        repository = Repository.discover(Path(root))
    except ForgeError:
        return None
    return repository if os.path.realpath(repository.root) == root else None
