"""The outline of a work tree: entries of its missions, plans, runs and items.

An entry is read again only if its file changed since it was cached. The modules that read documents
and timelines are loaded only then.
"""

from __future__ import annotations

import os
import zlib
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from forge.cache.stamps import of_folder, stamp_of
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.planning.backlog import paths as backlog
from forge.planning.names.plan_files import RUNS, PlanFile, identified, summaries_of
from forge.records.store import CARD_FILE, LOG_FILE
from forge.views.outline.entries import (
    ItemEntry,
    MissionEntry,
    PhaseEntry,
    PlanEntry,
    RoadmapEntry,
    RunEntry,
)
from forge.views.outline.scan import MISSIONS, files_below
from forge.views.outline.store import OutlineCache

if TYPE_CHECKING:
    from forge.records import first_versions, rollbacks
    from forge.views.outline import load, load_runs, staleness
else:  # needed only for files that changed, and after a rollback
    first_versions = at_first_use("forge.records.first_versions")
    rollbacks = at_first_use("forge.records.rollbacks")
    load = at_first_use("forge.views.outline.load")
    load_runs = at_first_use("forge.views.outline.load_runs")
    staleness = at_first_use("forge.views.outline.staleness")

_MISSIONS = (MISSIONS, backlog.ARCHIVED_MISSIONS)
_ROADMAP = ".planning/ROADMAP.md"
_IMPLICIT = (".planning/PROJECT.md", _ROADMAP)  # files that name the goal without a mission


class Outline:
    """The outline of one work tree; each kind of entry is read on first access.

    As a context manager it saves its cache on exit.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._root = repository.root
        self._files = files_below(repository.root)
        name = "main" if repository.git_dir == repository.common_dir else repository.git_dir.name
        self._cache = OutlineCache(repository.forge_dir / "cache" / f"outline-{name}.cache")
        self._cached = self._cache.entries

    def __enter__(self) -> Outline:
        return self

    def __exit__(self, *error: object) -> None:
        self._cache.save()

    @cached_property
    def files(self) -> list[PlanFile]:
        """The plans with their ids, in natural order of their paths."""
        paths, ids = self._files.plans, self._cached.ids
        if len(ids) != len(paths) or any(path not in paths for path, _ in ids):
            self._cached.ids = ids = [(file.path, file.id) for file in identified(paths)]
            self._cache.changed = True
        return [PlanFile(path, name) for path, name in ids]

    @cached_property
    def plans(self) -> dict[str, PlanEntry]:
        """The plans by path."""
        by_path = {file.path: file for file in self.files}
        stamps = {path: self._files.plans[path] for path in by_path}
        return self._cache.refreshed(
            self._cached.plans, stamps, lambda path: load.plan_entry(self._root, by_path[path])
        )

    @cached_property
    def phases(self) -> dict[str, PhaseEntry]:
        """The phases that have a README.md, by folder."""
        stamps = {
            path: stamp
            for path, stamp in self._files.phases.items()
            if stamp or (self._root / path / "README.md").is_file()
        }
        return self._cache.refreshed(
            self._cached.phases, stamps, lambda path: load.phase_entry(self._root, path)
        )

    @cached_property
    def roadmap(self) -> list[RoadmapEntry]:
        """The phases that the roadmap lists, in its order."""
        path = self._root / _ROADMAP
        stamps = {_ROADMAP: stamp_of(path)} if path.is_file() else {}
        entries = self._cache.refreshed(
            self._cached.roadmap, stamps, lambda path: load.roadmap_entries(self._root, path)
        )
        return entries.get(_ROADMAP, [])

    @cached_property
    def items(self) -> dict[str, ItemEntry]:
        """The backlog items by path, archived ones last."""
        paths = [path for path in self._files.others if not path.startswith(_MISSIONS)]
        paths.sort(key=lambda path: (path.startswith(backlog.ARCHIVE), path))
        stamps = {path: self._files.others[path] for path in paths}
        return self._cache.refreshed(
            self._cached.items, stamps, lambda path: load.item_entry(self._root, path)
        )

    @property
    def missions(self) -> list[MissionEntry]:
        """The missions, in order of their files; the implicit one without a file."""
        entries = [
            entry for path, entry in self._missions.items() if not path.startswith(backlog.ARCHIVE)
        ]
        return entries or [MissionEntry("implicit", self._root.name, "", "active", "", [])]

    @property
    def archived_missions(self) -> list[MissionEntry]:
        missions = self._missions.items()
        return [entry for path, entry in missions if path.startswith(backlog.ARCHIVE)]

    @cached_property
    def _missions(self) -> dict[str, MissionEntry]:
        """The missions by path; the implicit one by the path of the file that names its goal."""
        others = self._files.others
        stamps = {path: others[path] for path in sorted(others) if path.startswith(_MISSIONS)}
        implicit = None
        if not any(path.startswith(MISSIONS) for path in stamps):
            implicit = next((path for path in _IMPLICIT if (self._root / path).is_file()), None)
        if implicit is not None:
            stamps[implicit] = stamp_of(self._root / implicit)

        def read(path: str) -> MissionEntry:
            if path == implicit:
                return load.implicit_mission(self._root)
            return load.mission_entry(self._root, path)

        return self._cache.refreshed(self._cached.missions, stamps, read)

    @cached_property
    def run_ids(self) -> list[str]:
        """The ids of all runs in order, readable or not."""
        return sorted({*_names(self._root / RUNS), *_names(self.repository.forge_dir / "runs")})

    @cached_property
    def runs(self) -> list[RunEntry]:
        """The runs, sorted by id; a live log counts before its tracked copy."""
        live = set(_names(self.repository.forge_dir / "runs"))
        tracked = {name for name in _names(self._root / RUNS) if name not in live}
        entries = [load_runs.live_run(self.repository, name) for name in sorted(live)]
        entries += [self._tracked_run(name) for name in sorted(tracked)]
        self._cache.prune(self._cached.runs, tracked)
        runs = [entry for entry in entries if entry is not None]
        return self._with_current_plan_paths(sorted(runs, key=lambda run: run.run))

    def _with_current_plan_paths(self, runs: list[RunEntry]) -> list[RunEntry]:
        missing = {
            run.plan_path: run.plan_blob for run in runs if run.plan_path not in self._files.plans
        }
        if not missing:
            return runs
        former = {path: plan.former_paths for path, plan in self.plans.items()}
        paths: dict[str, str] = load.current_paths(self._root, missing, former)
        return [replace(run, plan_path=paths.get(run.plan_path, run.plan_path)) for run in runs]

    @cached_property
    def _era(self) -> str:
        """A text that is another one when HEAD's history was rewritten: what commits say of records
        may be another thing then.
        """
        return str(first_versions.first_versions(self.repository).era())

    def _tracked_run(self, name: str) -> RunEntry | None:
        folder = f"{self._root}/{RUNS}/{name}"
        stamps = [stamp_of(f"{folder}/{file}") for file in (LOG_FILE, CARD_FILE)]
        stamps += of_folder(f"{folder}/evidence")
        stamp = " ".join([*stamps, self._era]) if all(stamps) else ""
        cached = self._cached.runs.get(name)
        if cached is not None and stamp and cached[0] == stamp:
            return cached[1]
        entry: RunEntry | None = load_runs.tracked_run(self.repository, name)
        if entry is not None and not entry.open and entry.status != "altered":
            self._cache.put(self._cached.runs, name, stamp, entry)
        return entry

    @cached_property
    def summaries(self) -> dict[str, str]:
        """The path of each plan's summary, by the path of the plan."""
        return summaries_of(self._files.plans, self._files.summaries)

    @cached_property
    def phase_folders(self) -> list[str]:
        """The folders of current phases, even those without plans."""
        return [*self._files.phases]

    @property
    def archived_phases(self) -> list[str]:
        """The folders of archived phases, even those without plans."""
        return self._files.archived_phases

    @property
    def item_paths(self) -> list[str]:
        """The paths of the items that are not archived."""
        left_out = (MISSIONS, backlog.ARCHIVE)
        return sorted(path for path in self._files.others if not path.startswith(left_out))

    @property
    def mission_paths(self) -> list[str]:
        """The paths of the missions that are not archived."""
        return sorted(path for path in self._files.others if path.startswith(MISSIONS))

    def cached_title(self, path: str) -> str:
        """Return the title of a document from the cache, without reading it; empty if unknown."""
        cached = self._cached
        entry = cached.plans.get(path) or cached.items.get(path) or cached.missions.get(path)
        return entry[1].title if entry else ""

    def cached_run_status(self, run: str) -> str:
        """Return plan and status of an ended run from the cache; empty if unknown."""
        cached = self._cached.runs.get(run)
        return f"{cached[1].plan} {cached[1].verdict or cached[1].status}" if cached else ""

    @cached_property
    def rolled_back(self) -> frozenset[str]:
        """The runs that were rolled back after they had ended, by a rollback that is in effect."""
        done = [(run.run, rollback) for run in self.runs for rollback in run.rollbacks]
        lasting = rollbacks.in_effect(done) if done else []
        return frozenset(rollback.run for run, rollback in lasting if rollback.run != run)

    @cached_property
    def stale(self) -> frozenset[str]:
        """The proven runs whose proof does not hold at HEAD any more."""
        proven = [run for run in self.runs if run.verdict == "proven" and (run.bound or run.needed)]
        if not proven:
            return frozenset()
        runs = zlib.crc32(" ".join(run.run for run in proven).encode())
        stamp = f"{runs:x} {self.repository.head_fingerprint()}"
        cached_stamp, cached_runs = self._cached.stale
        if cached_stamp == stamp:
            return frozenset(cached_runs)
        stale_runs: frozenset[str] = staleness.stale_runs(self.repository, proven)
        self._cached.stale = (stamp, sorted(stale_runs))
        self._cache.changed = True
        self._cache.save()  # the context may have been left already
        return stale_runs


def _names(folder: object) -> list[str]:
    try:
        return sorted(name for name in os.listdir(str(folder)) if not name.startswith("."))
    except OSError:
        return []
