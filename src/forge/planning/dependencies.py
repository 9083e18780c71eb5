"""Which plan waits for which: `depends_on` resolved, waves, and what can start now."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forge.planning.catalog import Catalog, PlanFile, natural
from forge.planning.plan import Plan

Done = Callable[[PlanFile], bool]


@dataclass(frozen=True)
class Dependency:
    """One entry of `depends_on`: as written, and the plan it means (None where it means none)."""

    name: str
    file: PlanFile | None


def dependencies(catalog: Catalog, file: PlanFile, plan: Plan) -> list[Dependency]:
    """Return what a plan depends on: `01-01`, `01-01-slug`, or short `01` within its phase."""
    return [Dependency(name, _meant(catalog, file, name)) for name in map(str.strip, plan.texts("depends_on")) if name]


def _meant(catalog: Catalog, file: PlanFile, name: str) -> PlanFile | None:
    bare = posixpath.basename(name).removesuffix(".md").removesuffix("-PLAN").removesuffix("-SUMMARY")
    others = [other for other in catalog.files if other.path != file.path]
    siblings = [other for other in others if other.folder == file.folder]
    exact, elided = _exactly({bare, _number(bare)}), _without_slug(bare)
    for group, tests in ((siblings, (exact, elided, _short(bare))), (others, (exact, elided))):
        for test in tests:
            found = [other for other in group if test(other)]
            if found:
                return sorted(found, key=lambda other: other.archived)[0]
    return None


def _number(name: str) -> str:
    """Return what a name says before its slug, `01-01` of `01-01-slug`; all of it where it has no slug."""
    match = re.match(r"\d+(?:\.\d+)*[A-Za-z]?(?:-\d+[A-Za-z]?)?(?=-|$)", name)
    return match[0] if match else name


def _exactly(wanted: set[str]) -> Done:
    return lambda other: bool({other.stem, other.id, other.id.rpartition("/")[2]} & wanted)


def _without_slug(bare: str) -> Done:
    return lambda other: _number(other.stem) == bare


def _short(bare: str) -> Done:
    return lambda other: _number(other.stem).rpartition("-")[2].lstrip("0") == bare.lstrip("0") != ""


def wave(plan: Plan) -> float:
    """Return the wave that a plan declares; one that declares none comes first."""
    value = plan.front.get("wave")
    data = value.data if value else None
    return float(data) if isinstance(data, (int, float)) and not isinstance(data, bool) else 1.0


def ready(catalog: Catalog, done: Done) -> list[PlanFile]:
    """Return the plans that may start now: of the first phase with open plans, the lowest wave whose dependencies are done."""
    for phase in catalog.phases:
        open_files = [file for file in phase.plans if not file.archived and not done(file)]
        if open_files:
            return next_wave(catalog, open_files, done)
    return []


def next_wave(catalog: Catalog, files: Sequence[PlanFile], done: Done) -> list[PlanFile]:
    """Return those of the given plans that may start, of the lowest wave among them, in order."""
    loaded = [(file, catalog.load(file)) for file in files]
    free = [
        (file, plan) for file, plan in loaded
        if all(found.file is not None and done(found.file) for found in dependencies(catalog, file, plan))
    ]  # fmt: skip
    lowest = min((wave(plan) for _, plan in free), default=0.0)
    return sorted((file for file, plan in free if wave(plan) == lowest), key=lambda file: natural(file.path))
