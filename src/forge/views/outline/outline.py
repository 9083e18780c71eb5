"""Missions, plans, runs and items in outline: what says where things stand, read anew only where a
file changed.

What was read lies under `.git/forge/cache/` and is safe to delete. What reads documents and
timelines is loaded only where something has to be read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Container
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from forge.cache.stamps import stamp_of
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.planning.backlog import paths as backlog
from forge.planning.names.plan_files import RUNS, PlanFile, identified, summaries_of
from forge.records.rollbacks import in_effect
from forge.views.outline.entries import (
    ItemLine,
    MissionLine,
    PhaseLine,
    PlanLine,
    RoadmapLine,
    RunLine,
)
from forge.views.outline.scan import MISSIONS, files_below
from forge.views.outline.store import OutlineCache, Shelf

if TYPE_CHECKING:
    from forge.views.outline import load, staleness
else:  # only what changed is read
    load = at_first_use("forge.views.outline.load")
    staleness = at_first_use("forge.views.outline.staleness")

_MISSIONS = (MISSIONS, backlog.ARCHIVED_MISSIONS)
_ROADMAP = ".planning/ROADMAP.md"
_IMPLICIT = (".planning/PROJECT.md", _ROADMAP)  # what says the goal where there is no mission
T = TypeVar("T")


class Outline:
    """The missions, plans, runs and items of a work tree in outline, each kind read when it is
    asked for.

    As a context it keeps what was read for the next call when it is left.
    """

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._found = files_below(repository.root)
        name = "main" if repository.git_dir == repository.common_dir else repository.git_dir.name
        self._cache = OutlineCache(repository.forge_dir / "cache" / f"outline-{name}.cache")
        self._kept = self._cache.entries

    def __enter__(self) -> Outline:
        return self

    def __exit__(self, *error: object) -> None:
        self._cache.save()

    @cached_property
    def files(self) -> list[PlanFile]:
        """The plans with their ids, in natural order of the paths; worked out anew where a path is
        new or gone.
        """
        paths = self._found.plans
        known = self._kept.ids
        if len(known) != len(paths) or any(path not in paths for path, _ in known):
            self._kept.ids = known = [(file.path, file.id) for file in identified(paths)]
            self._cache.changed = True
        return [PlanFile(path, name) for path, name in known]

    @cached_property
    def plans(self) -> dict[str, PlanLine]:
        """Each plan's line by its path."""
        by_path = {file.path: file for file in self.files}
        signs = {path: self._found.plans[path] for path in by_path}
        return self._lines(
            self._kept.plans,
            signs,
            lambda path: load.plan_line(self.repository.root, by_path[path]),
        )

    @cached_property
    def phases(self) -> dict[str, PhaseLine]:
        """The line of each phase that has a page, by its folder."""
        root, found = self.repository.root, self._found.phases.items()
        signs = {
            path: sign for path, sign in found if sign or (root / path / "README.md").is_file()
        }
        return self._lines(
            self._kept.phases, signs, lambda path: load.phase_line(self.repository.root, path)
        )

    @cached_property
    def roadmap(self) -> list[RoadmapLine]:
        """The phases that the roadmap lists, in its order."""
        root = self.repository.root
        signs = {_ROADMAP: stamp_of(root / _ROADMAP)} if (root / _ROADMAP).is_file() else {}
        found = self._lines(self._kept.roadmap, signs, lambda path: load.roadmap_lines(root, path))
        return found.get(_ROADMAP, [])

    @cached_property
    def items(self) -> dict[str, ItemLine]:
        """Each backlog item's line by its path, those that were put away last."""
        found = {
            path: signs
            for path, signs in self._found.others.items()
            if not path.startswith(_MISSIONS)
        }
        signs = {
            path: found[path]
            for path in sorted(found, key=lambda path: (path.startswith(backlog.ARCHIVE), path))
        }
        return self._lines(
            self._kept.items, signs, lambda path: load.item_line(self.repository.root, path)
        )

    @property
    def missions(self) -> list[MissionLine]:
        """The missions, in order of their files; the implicit one where there is none."""
        found = [
            line for path, line in self._missions.items() if not path.startswith(backlog.ARCHIVE)
        ]
        return found or [MissionLine("implicit", self.repository.root.name, "", "active", "", [])]

    @property
    def archived_missions(self) -> list[MissionLine]:
        """The missions that were put away."""
        return [line for path, line in self._missions.items() if path.startswith(backlog.ARCHIVE)]

    @cached_property
    def _missions(self) -> dict[str, MissionLine]:
        """Each mission's line by its path; that of the implicit one by the file that tells of
        it.
        """
        root = self.repository.root
        signs = {
            path: self._found.others[path]
            for path in sorted(self._found.others)
            if path.startswith(_MISSIONS)
        }
        spoken = None
        if not any(path.startswith(MISSIONS) for path in signs):
            spoken = next((path for path in _IMPLICIT if (root / path).is_file()), None)
        if spoken is not None:
            signs[spoken] = stamp_of(root / spoken)

        def read(path: str) -> MissionLine:
            found: MissionLine = (
                load.implicit_mission(root) if path == spoken else load.mission_line(root, path)
            )
            return found

        return self._lines(self._kept.missions, signs, read)

    def _lines(
        self, shelf: Shelf[T], signs: dict[str, str], read: Callable[[str], T]
    ) -> dict[str, T]:
        """Return a line for each path: the one that is kept where the file is as it was, else what
        `read` makes of it.
        """
        lines: dict[str, T] = {}
        for path, sign in signs.items():
            known = shelf.get(path)
            if known is not None and sign and known[0] == sign:
                lines[path] = known[1]
            else:
                lines[path] = read(path)
                self._keep(shelf, path, sign, lines[path])
        self._forget(shelf, lines)
        return lines

    def _keep(self, shelf: Shelf[T], path: str, sign: str, line: T) -> None:
        if sign:
            shelf[path] = (sign, line)
            self._cache.changed = True

    def _forget(self, shelf: Shelf[T], there: Container[str]) -> None:
        """Forget what is gone."""
        for path in [path for path in shelf if path not in there]:
            del shelf[path]
            self._cache.changed = True

    @cached_property
    def run_ids(self) -> list[str]:
        """The ids of the runs, in order, whether they can be read or not."""
        return sorted(
            {*_names(self.repository.root / RUNS), *_names(self.repository.forge_dir / "runs")}
        )

    @cached_property
    def runs(self) -> list[RunLine]:
        """The runs, sorted by id; a live log wins over its tracked copy."""
        live = set(_names(self.repository.forge_dir / "runs"))
        tracked = {name for name in _names(self.repository.root / RUNS) if name not in live}
        found = [load.live_run(self.repository, name) for name in sorted(live)]
        found += [self._ended(name) for name in sorted(tracked)]
        self._forget(self._kept.runs, tracked)
        return self._at_home(
            sorted((run for run in found if run is not None), key=lambda run: run.run)
        )

    def _at_home(self, runs: list[RunLine]) -> list[RunLine]:
        """Return the runs with the places of those plans that were moved since."""
        lost = {
            run.plan_path: run.plan_blob for run in runs if run.plan_path not in self._found.plans
        }
        if not lost:
            return runs
        said = {path: line.formerly for path, line in self.plans.items()}
        now: dict[str, str] = load.moved(self.repository.root, lost, said)
        return [replace(run, plan_path=now.get(run.plan_path, run.plan_path)) for run in runs]

    def _ended(self, name: str) -> RunLine | None:
        signs = [
            stamp_of(f"{self.repository.root}/{RUNS}/{name}/{file}")
            for file in ("timeline.jsonl", "run.yaml")
        ]
        sign = " ".join(signs) if all(signs) else ""
        known = self._kept.runs.get(name)
        if known is not None and sign and known[0] == sign:
            return known[1]
        line: RunLine | None = load.tracked_run(self.repository, name)
        if line is not None and not line.open:
            self._keep(self._kept.runs, name, sign, line)
        return line

    @cached_property
    def summaries(self) -> dict[str, str]:
        """The summaries of the plans that they call complete, by the plans' paths."""
        return summaries_of(self._found.plans, self._found.summaries)

    @cached_property
    def phase_folders(self) -> list[str]:
        """The folders of current phases, with plans or without."""
        return [*self._found.phases]

    @property
    def archived_phases(self) -> list[str]:
        """The folders of phases that were put away, with plans or without."""
        return self._found.archived_phases

    @property
    def item_paths(self) -> list[str]:
        """The paths of the items that were not put away."""
        return sorted(
            path for path in self._found.others if not path.startswith((MISSIONS, backlog.ARCHIVE))
        )

    @property
    def mission_paths(self) -> list[str]:
        """The paths of the missions that have a file."""
        return sorted(path for path in self._found.others if path.startswith(MISSIONS))

    def title(self, path: str) -> str:
        """Return the title of a document as it was read last, empty where it was never read;
        nothing is read for it.
        """
        kept = self._kept
        known = kept.plans.get(path) or kept.items.get(path) or kept.missions.get(path)
        return known[1].title if known else ""

    def run_status(self, run: str) -> str:
        """Return how an ended run stood when it was read last, empty where it was never read;
        nothing is read for it.
        """
        known = self._kept.runs.get(run)
        return f"{known[1].plan} {known[1].verdict or known[1].status}" if known else ""

    @cached_property
    def rolled_back(self) -> frozenset[str]:
        """The runs that were rolled back after they had ended, by a rollback that is in effect."""
        done = [(run.run, rollback) for run in self.runs for rollback in run.rollbacks]
        return frozenset(rollback.run for run, rollback in in_effect(done) if rollback.run != run)

    @cached_property
    def stale(self) -> frozenset[str]:
        """The runs of which the proof is not that of HEAD any more."""
        proven = [run for run in self.runs if run.verdict == "proven" and (run.bound or run.needed)]
        if not proven:
            return frozenset()
        runs = zlib.crc32(" ".join(run.run for run in proven).encode())
        sign = f"{runs:x} {self.repository.head_fingerprint()}"
        known = self._kept.stale
        if known[0] == sign:
            return frozenset(known[1])
        found: frozenset[str] = staleness.stale(self.repository, proven)
        self._kept.stale = (sign, sorted(found))
        self._cache.changed = True
        self._cache.save()  # it is asked for late, by few
        return found


def _names(folder: object) -> list[str]:
    try:
        return sorted(name for name in os.listdir(str(folder)) if not name.startswith("."))
    except OSError:
        return []
