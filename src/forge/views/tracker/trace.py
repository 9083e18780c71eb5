"""Requirements traced to the plans that name them, their runs and the evidence of those runs."""

from __future__ import annotations

import os

from msgspec import Struct

from forge.git.repository import Repository
from forge.planning.gsd.requirements import PATH, Requirement, Requirements, ids_in, is_id, named_by
from forge.planning.names.plan_files import RUNS
from forge.text.source import Source
from forge.views.outline.entries import RunEntry
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import Tracker

WORDS = ("proven", "planned", "not covered", "put off")


class TracedPlan(Struct, frozen=True):
    """A plan that names a requirement: its status, and its runs with their evidence files."""

    id: str
    path: str
    word: str
    runs: list[dict[str, object]]

    def as_data(self) -> dict[str, object]:
        return {"id": self.id, "path": self.path, "word": self.word, "runs": self.runs}


class Traced(Struct, frozen=True):
    """A requirement: whether its box is ticked (None without a box), and the plans that name it."""

    id: str
    text: str
    line: int
    ticked: bool | None
    aside: bool
    plans: list[TracedPlan]

    @property
    def word(self) -> str:
        """Its status: one of WORDS; `proven` if every plan that names it is proven."""
        if not self.plans:
            return "put off" if self.aside else "not covered"
        return "proven" if all(plan.word == "proven" for plan in self.plans) else "planned"

    @property
    def contradiction(self) -> str:
        """Describe how a ticked box differs from the evidence; empty if it does not."""
        if not self.ticked or self.word == "proven":
            return ""
        states = ", ".join(f"{plan.id} {plan.word}" for plan in self.plans)
        return f"ticked, and {states or 'no plan names it'}"

    def as_data(self) -> dict[str, object]:
        return {
            "id": self.id,
            "text": self.text,
            "line": self.line,
            "ticked": self.ticked,
            "word": self.word,
            "contradiction": self.contradiction,
            "plans": [plan.as_data() for plan in self.plans],
        }


class Trace(Struct, frozen=True):
    """The requirements of a work tree.

    `unknown` has pairs of a plan and a requirement it names that is not defined. `path` is None
    if there is no REQUIREMENTS.md.
    """

    path: str | None
    requirements: list[Traced]
    unknown: list[tuple[str, str]]

    def as_data(self) -> dict[str, object]:
        words = [requirement.word for requirement in self.requirements]
        return {
            "path": self.path,
            "totals": {word.replace(" ", "_"): words.count(word) for word in WORDS},
            "requirements": [requirement.as_data() for requirement in self.requirements],
            "unknown": [{"plan": plan, "name": name} for plan, name in self.unknown],
        }


def trace(repository: Repository, tracker: Tracker) -> Trace:
    """Trace what REQUIREMENTS.md defines; without that file nothing is defined."""
    source = _source(repository)
    requirements = Requirements.of(source) if source else None
    runs: dict[str, list[RunEntry]] = {}
    for run in tracker.outline.runs:
        runs.setdefault(run.plan_path, []).append(run)
    plans_by_name: dict[str, list[TracedPlan]] = {}
    unknown: list[tuple[str, str]] = []
    for plan in tracker.plans:
        names = tracker.outline.plans[plan.path].requirements
        traced = _plan(repository, plan, runs.get(plan.path, []))
        for name in named_by(names):
            plans_by_name.setdefault(name, []).append(traced)
        if requirements is not None:
            unknown += [
                (plan.id, name)
                for name in names
                if is_id(name) and not ids_in(name) & set(requirements.spoken)
            ]
    if source is None or requirements is None:
        return Trace(None, [], [])
    defined = [_traced(one, source, plans_by_name) for one in requirements.defined]
    return Trace(PATH, defined, unknown)


def _source(repository: Repository) -> Source | None:
    try:
        return Source.read(repository.root, PATH)
    except OSError:
        return None


def _traced(
    requirement: Requirement, source: Source, plans_by_name: dict[str, list[TracedPlan]]
) -> Traced:
    line = requirement.spot.line
    after_id = source.line_text(line).partition(requirement.id)[2]
    return Traced(
        requirement.id,
        after_id.replace("**", "").strip(" *_`:|-–—]"),
        line,
        requirement.ticked,
        requirement.aside,
        plans_by_name.get(requirement.id.lower(), []),
    )


def _plan(repository: Repository, plan: PlanStatus, runs: list[RunEntry]) -> TracedPlan:
    return TracedPlan(plan.id, plan.path, plan.word, [_run(repository, run) for run in runs])


def _run(repository: Repository, run: RunEntry) -> dict[str, object]:
    return {
        "run": run.run,
        "status": run.status,
        "verdict": run.verdict,
        "counts": run.counts,
        "record": f"{RUNS}/{run.run}",
        "evidence": _evidence(repository, run.run),
    }


def _evidence(repository: Repository, run: str) -> list[str]:
    try:
        return sorted(os.listdir(repository.root / RUNS / run / "evidence"))
    except OSError:
        return []
