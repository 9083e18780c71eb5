"""Where things stand: missions, phases and plans; what is claimed, what is proven, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forge.git.repository import Repository
from forge.planning import mission
from forge.planning.catalog import Catalog
from forge.planning.dependencies import ready
from forge.planning.mission import Mission
from forge.planning.plan_files import PlanFile
from forge.text.command_line import forge_command
from forge.views.rollbacks import completed_runs
from forge.views.run_report import next_commands, waiting_for
from forge.views.runs import RunRecord, all_runs, open_runs


@dataclass(frozen=True)
class PlanStanding:
    """A plan: `claimed` is what a summary says, `verdict` what its last finished run showed."""

    id: str
    path: str
    title: str
    phase: str
    claimed: bool
    verdict: str | None
    run: str | None
    run_status: str | None
    waiting_for: dict[str, object] | None

    @property
    def word(self) -> str:
        """How it stands in one word."""
        if self.run_status and self.run_status not in ("completed", "stopped", "failed"):
            return f"{self.run_status}"
        if self.verdict:
            return self.verdict
        return "claimed" if self.claimed else "open"

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        names = ("id", "path", "title", "claimed", "verdict", "run", "waiting_for")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Standing:
    """A repository: its missions, its plans in order, and command lines to type next."""

    missions: list[Mission]
    plans: list[PlanStanding]
    next: list[str]

    def by_phase(self) -> Iterator[tuple[str, list[PlanStanding]]]:
        """Yield each phase with its plans."""
        for phase in dict.fromkeys(plan.phase for plan in self.plans):
            yield phase, [plan for plan in self.plans if plan.phase == phase]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        phases = [
            {"phase": phase, "plans": [plan.id for plan in plans], "claimed": sum(plan.claimed for plan in plans),
             "proven": sum(plan.verdict == "proven" for plan in plans)}
            for phase, plans in self.by_phase()
        ]  # fmt: skip
        return {
            "missions": [found.as_data() for found in self.missions], "phases": phases,
            "plans": [plan.as_data() for plan in self.plans], "next": self.next,
        }  # fmt: skip


def standing(repository: Repository) -> Standing:
    """Return where things stand in a repository."""
    catalog = Catalog(repository.root)
    records = all_runs(repository)
    by_plan: dict[str, list[RunRecord]] = {}
    for record in records:
        by_plan.setdefault(record.card.plan_path, []).append(record)
    plans = [_plan(repository, catalog, file, by_plan.get(file.path, [])) for file in catalog.files]
    return Standing(mission.load_all(repository.root), plans, _next(repository, catalog, records, plans))


def _plan(repository: Repository, catalog: Catalog, file: PlanFile, records: list[RunRecord]) -> PlanStanding:
    ended = completed_runs(records)
    last = records[-1] if records else None
    return PlanStanding(
        file.id, file.path, catalog.load(file).title, file.folder, (repository.root / file.summary_path).is_file(),
        ended[-1].state.verdict if ended else None, last.card.run if last else None, last.status if last else None,
        waiting_for(last) if last and last.open else None,
    )  # fmt: skip


def _next(repository: Repository, catalog: Catalog, records: list[RunRecord], plans: list[PlanStanding]) -> list[str]:
    mine = {record.card.run for record in open_runs(repository)}
    here = [record for record in records if record.card.run in mine]
    commands = [command for record in here for command in next_commands(record)[:2]]
    if commands:
        return commands
    done = {plan.path for plan in plans if plan.claimed or plan.verdict}
    files = ready(catalog, lambda file: file.path in done)
    if files:
        return [forge_command(verb, file.id) for file in files[:3] for verb in ("approve", "execute")]
    if not plans:
        return ["forge init", "forge demo"]
    unproven = [forge_command("verify", plan.id) for plan in plans if plan.verdict in ("failed", "unproven")]
    return [*unproven[:3], "forge verify --all", "forge runs"]
