"""Which plan waits for which: `depends_on` resolved, waves, and what can start now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forge.planning.catalog import Catalog
from forge.planning.plan import Plan
from forge.planning.plan_files import PlanFile, natural
from forge.planning.plan_index import PlanIndex

Done = Callable[[PlanFile], bool]


@dataclass(frozen=True)
class Dependency:
    """One entry of `depends_on`: as written, and the plan it means (None where it means none)."""

    name: str
    file: PlanFile | None


def dependencies(index: PlanIndex, file: PlanFile, plan: Plan) -> list[Dependency]:
    """Return what a plan depends on: `01-01`, `01-01-slug`, or short `01` within its phase."""
    return [Dependency(name, index.meant(file, name)) for name in map(str.strip, plan.texts("depends_on")) if name]


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
    index = PlanIndex(catalog.files)
    loaded = [(file, catalog.load(file)) for file in files]
    free = [
        (file, plan) for file, plan in loaded
        if all(found.file is not None and done(found.file) for found in dependencies(index, file, plan))
    ]  # fmt: skip
    lowest = min((wave(plan) for _, plan in free), default=0.0)
    return sorted((file for file, plan in free if wave(plan) == lowest), key=lambda file: natural(file.path))
