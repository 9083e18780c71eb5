"""Plans and runs in outline: what says where things stand, read anew only where a file changed.

What was read lies under `.git/forge/cache/`, by path, size and times, and is safe to delete. What reads plans and
timelines is loaded only where something has to be read.
"""

from __future__ import annotations

import importlib
import os
import zlib
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct, field

from forge.git.repository import Repository
from forge.planning.plan_files import RUNS, PlanFile, found_below
from forge.views.reading_cache import ReadingCache

if TYPE_CHECKING:
    from types import ModuleType

IMPLICIT = (".planning/PROJECT.md", ".planning/ROADMAP.md")  # what says the goal where there is no mission
T = TypeVar("T")


class PlanLine(Struct, frozen=True, array_like=True):
    """A plan in a line; `says` is the status that its front matter claims, `problem` what keeps it from running."""

    title: str
    wave: float
    depends_on: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    says: str = ""
    steps: int = 0
    problem: str = ""


class GoneBack(Struct, frozen=True, array_like=True):
    """A rollback that a run did, or its undoing: of which run, at which event, and which event it answers."""

    kind: str
    run: str
    seq: int
    of_seq: int | None


class RunLine(Struct, frozen=True, array_like=True):
    """A run in a line. A proof rests on `bound` (path to blob) and on the `needed` paths being there."""

    run: str
    plan: str
    plan_path: str
    kind: str
    status: str
    verdict: str | None
    started_at: str
    finished_at: str | None
    open: bool = False
    here: bool = False
    prior_run: str | None = None
    step: str | None = None
    steps_done: int = 0
    steps: int = 0
    waiting_for: dict[str, object] | None = None
    failure: dict[str, str] | None = None
    next: list[str] = field(default_factory=list)
    counts: dict[str, int] | None = None
    bound: dict[str, str | None] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    gone_back: list[GoneBack] = field(default_factory=list)


class MissionLine(Struct, frozen=True, array_like=True):
    """A mission as its file says it; an implicit one is read from PROJECT.md and ROADMAP.md."""

    id: str
    title: str
    goal: str
    status: str
    path: str
    phases: list[str]


class Outline:
    """The missions, plans and runs of a work tree in outline, each kind read when it is asked for."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.files: list[PlanFile] = found_below(repository.root)
        self._cache = ReadingCache(repository.forge_dir / "cache", str(repository.root), "outline")

    def __enter__(self) -> Outline:
        return self

    def __exit__(self, *error: object) -> None:
        self._cache.close()

    @cached_property
    def plans(self) -> dict[str, PlanLine]:
        """Each plan's line by its path."""
        return {file.path: self._plan(file) for file in self.files}

    def _plan(self, file: PlanFile) -> PlanLine:
        return self._kept(file.path, PlanLine, lambda: _reader().plan_line(self.repository.root, file))

    @cached_property
    def runs(self) -> list[RunLine]:
        """The runs, sorted by id; a live log wins over its tracked copy."""
        live = set(_names(self.repository.forge_dir / "runs"))
        found = [_reader().live_run(self.repository, name) for name in sorted(live)]
        found += [self._ended(name) for name in _names(self.repository.root / RUNS) if name not in live]
        return sorted((run for run in found if run is not None), key=lambda run: run.run)

    def _ended(self, name: str) -> RunLine | None:
        path = f"{RUNS}/{name}/timeline.jsonl"
        return self._kept(path, RunLine, lambda: _reader().tracked_run(self.repository, name), lambda run: not run.open)

    @cached_property
    def missions(self) -> list[MissionLine]:
        """The missions, in order of their files; the implicit one where there is none."""
        folder = self.repository.root / ".planning/missions"
        paths = [f".planning/missions/{name}" for name in _names(folder) if name.endswith(".yaml")]
        return [self._mission(path) for path in paths] or [self._implicit_mission()]

    def _mission(self, path: str) -> MissionLine:
        return self._kept(path, MissionLine, lambda: _reader().mission_line(self.repository.root, path))

    def _implicit_mission(self) -> MissionLine:
        root = self.repository.root
        path = next((path for path in IMPLICIT if (root / path).is_file()), None)
        if path is None:
            return MissionLine("implicit", root.name, "", "active", "", [])
        return self._kept(path, MissionLine, lambda: _reader().implicit_mission(root))

    @cached_property
    def summaries(self) -> frozenset[str]:
        """The paths of the plans that a summary calls complete."""
        folders: dict[str, set[str]] = {}
        for file in self.files:
            if file.folder not in folders:
                folders[file.folder] = set(_names(self.repository.root / file.folder))
        return frozenset(file.path for file in self.files if file.summary_path.rpartition("/")[2] in folders[file.folder])

    @cached_property
    def taken_back(self) -> frozenset[str]:
        """The runs that were rolled back since they ended, by a rollback that was not undone."""
        done = [(run.run, going) for run in self.runs for going in run.gone_back]
        undone = {(going.run, going.of_seq) for _, going in done if going.kind == "undo"}
        standing = ((by, going) for by, going in done if going.kind == "rollback" and (by, going.seq) not in undone)
        return frozenset(going.run for by, going in standing if going.run != by)

    @cached_property
    def stale(self) -> frozenset[str]:
        """The runs of which the proof is not that of HEAD any more."""
        proven = [run for run in self.runs if run.verdict == "proven" and (run.bound or run.needed)]
        if not proven:
            return frozenset()
        runs = zlib.crc32(" ".join(run.run for run in proven).encode())
        sign = f"{runs:x} {self.repository.head_sign()}"
        known = self._cache.recall("stale", sign)
        if known is not None:
            return frozenset(msgspec.json.decode(known[0], type=list[str]))
        found: frozenset[str] = importlib.import_module("forge.views.staleness").stale(self.repository, proven)
        self._cache.remember("stale", sign, msgspec.json.encode(sorted(found)).decode())
        return found

    def _kept(self, path: str, kind: type[T], read: Callable[[], T], lasts: Callable[[T], bool] = lambda made: True) -> T:
        """Return what was read of a file that did not change since; else read it, and keep that where it lasts."""
        try:
            found = (self.repository.root / path).stat()
        except OSError:
            return read()
        known = self._cache.get(path, found)
        if known is not None:
            return msgspec.json.decode(known[0], type=kind)
        made = read()
        if made is not None and lasts(made):
            self._cache.put(path, found, msgspec.json.encode(made).decode(), "")
        return made


def _reader() -> ModuleType:
    """Load what reads documents and timelines: it is needed only for what changed."""
    return importlib.import_module("forge.views.outlining")


def _names(folder: object) -> list[str]:
    try:
        return sorted(name for name in os.listdir(str(folder)) if not name.startswith("."))
    except OSError:
        return []
