"""Requirements traced to the plans that name them, the runs of those plans, and the evidence that
the runs left.
"""

from __future__ import annotations

import os

from msgspec import Struct

from forge.git.repository import Repository
from forge.planning.gsd.requirements import PATH, Requirement, Requirements, ids_in, is_id, named_by
from forge.planning.names.plan_files import RUNS
from forge.text.source import Source
from forge.views.outline.entries import RunLine
from forge.views.tracker.status import PlanStatus, Tracker


class TracedPlan(Struct, frozen=True):
    """A plan that names a requirement: how it stands, and its runs with the evidence files of
    each.
    """

    id: str
    path: str
    word: str
    runs: list[dict[str, object]]


class Traced(Struct, frozen=True):
    """A requirement: whether its box is ticked (None without one) and the plans that name it."""

    id: str
    text: str
    line: int
    ticked: bool | None
    aside: bool
    plans: list[TracedPlan]

    @property
    def word(self) -> str:
        """How it stands: proven by every plan that names it, planned, not covered, or put off."""
        if not self.plans:
            return "put off" if self.aside else "not covered"
        return "proven" if all(plan.word == "proven" for plan in self.plans) else "planned"

    @property
    def contradiction(self) -> str:
        """Say where a ticked box is not what the evidence shows; empty where it is."""
        if not self.ticked or self.word == "proven":
            return ""
        shown = ", ".join(f"{plan.id} {plan.word}" for plan in self.plans)
        return f"ticked, and {shown or 'no plan names it'}"

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        plans = [
            {"id": plan.id, "path": plan.path, "word": plan.word, "runs": plan.runs}
            for plan in self.plans
        ]
        return {
            "id": self.id,
            "text": self.text,
            "line": self.line,
            "ticked": self.ticked,
            "word": self.word,
            "contradiction": self.contradiction,
            "plans": plans,
        }


class Trace(Struct, frozen=True):
    """Every requirement of a work tree, and the names that plans use for requirements that nobody
    defined.
    """

    path: str | None
    requirements: list[Traced]
    unknown: list[tuple[str, str]]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        words = [each.word for each in self.requirements]
        return {
            "path": self.path,
            "totals": {word.replace(" ", "_"): words.count(word) for word in WORDS},
            "requirements": [each.as_data() for each in self.requirements],
            "unknown": [{"plan": plan, "name": name} for plan, name in self.unknown],
        }


WORDS = ("proven", "planned", "not covered", "put off")


def trace(repository: Repository, standing: Tracker) -> Trace:
    """Return what REQUIREMENTS.md defines, traced; without that file nothing is defined."""
    known, source = _requirements(repository)
    runs: dict[str, list[RunLine]] = {}
    for run in standing.outline.runs:
        runs.setdefault(run.plan_path, []).append(run)
    named: dict[str, list[TracedPlan]] = {}
    unknown: list[tuple[str, str]] = []
    for plan in standing.plans:
        names = standing.outline.plans[plan.path].requirements
        traced = _plan(repository, plan, runs.get(plan.path, []))
        for name in named_by(names):
            named.setdefault(name, []).append(traced)
        if known is not None:
            unknown += [
                (plan.id, name)
                for name in names
                if is_id(name) and not ids_in(name) & set(known.spoken)
            ]
    defined = known.defined if known else []
    return Trace(
        PATH if known else None, [_traced(each, source, named) for each in defined], unknown
    )


def _requirements(repository: Repository) -> tuple[Requirements | None, Source | None]:
    try:
        source = Source.read(repository.root, PATH)
    except OSError:
        return None, None
    return Requirements.of(source), source


def _traced(each: Requirement, source: Source | None, named: dict[str, list[TracedPlan]]) -> Traced:
    line = source.line_text(each.spot.line) if source else ""
    text = line.partition(each.id)[2].replace("**", "").strip(" *_`:|-–—]")
    return Traced(
        each.id, text, each.spot.line, each.ticked, each.aside, named.get(each.id.lower(), [])
    )


def _plan(repository: Repository, plan: PlanStatus, runs: list[RunLine]) -> TracedPlan:
    return TracedPlan(
        plan.id,
        plan.path,
        plan.word,
        [
            {
                "run": run.run,
                "status": run.status,
                "verdict": run.verdict,
                "counts": run.counts,
                "record": f"{RUNS}/{run.run}",
                "evidence": _evidence(repository, run.run),
            }
            for run in runs
        ],
    )


def _evidence(repository: Repository, run: str) -> list[str]:
    try:
        return sorted(os.listdir(repository.root / RUNS / run / "evidence"))
    except OSError:
        return []
