"""The state of a repository: missions, phases, plans and items; what is claimed and proven."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from forge.git.repository import Repository
from forge.planning.names.plan_files import RUNS, Phase, PlanFile, phases_of
from forge.planning.names.waves import Needs, Order
from forge.views.outline.entries import PlanEntry, RoadmapEntry, RunEntry
from forge.views.outline.outline import Outline
from forge.views.tracker.backlog import Backlog
from forge.views.tracker.missions import MissionStatus, mission_status
from forge.views.tracker.plan_status import PlanStatus, contradiction, tally

_PARKED = "999"  # the roadmap phase in which the GSD workflow keeps what is not planned


class Tracker:
    """The missions, the plans in order, and the backlog of a repository, each computed once."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline

    @cached_property
    def backlog(self) -> Backlog:
        return Backlog(self.outline.repository.root, self.outline.items)

    @cached_property
    def missions(self) -> list[MissionStatus]:
        tallies = {folder: tally(plans) for folder, plans in self.by_phase.items()}
        return [mission_status(line, self.phases, tallies) for line in self.outline.missions]

    @cached_property
    def phases(self) -> list[Phase]:
        """The phases that have plans."""
        return phases_of(self.outline.files)

    @cached_property
    def _runs(self) -> Mapping[str, list[RunEntry]]:
        by_plan: dict[str, list[RunEntry]] = {}
        for run in self.outline.runs:
            by_plan.setdefault(run.plan_path, []).append(run)
        return by_plan

    @cached_property
    def _decisive_runs(self) -> Mapping[str, RunEntry]:
        """The last completed run of each plan that was not rolled back, by the plan's path."""
        decisive: dict[str, RunEntry] = {}
        for path, runs in self._runs.items():
            for run in runs:
                completed = run.kind == "execute" and run.status == "completed"
                if completed and run.run not in self.outline.rolled_back:
                    decisive[path] = run
        return decisive

    def done(self, file: PlanFile) -> bool:
        """Return whether plans that depend on this one can start: it has a completed run or a
        summary.
        """
        return file.path in self._decisive_runs or file.path in self.outline.summaries

    @cached_property
    def order(self) -> Order:
        """The open plans in the order in which they can start."""
        return Order(self.outline.files, self.phases, self._needs, self.done, self.stuck)

    def stuck(self, file: PlanFile) -> bool:
        """Return whether a plan has a problem with which no run accepts it."""
        return bool(self.outline.plans[file.path].problem)

    def unstartable(self, plan: PlanStatus) -> str:
        """Say why no run accepts a plan that is open; empty if one would."""
        problem = self.outline.plans[plan.path].problem if plan.word == "open" else ""
        return f"it has to be fixed first: {problem}" if problem else ""

    def _needs(self, file: PlanFile) -> Needs:
        line = self.outline.plans[file.path]
        return Needs(line.depends_on, line.wave)

    @cached_property
    def ready(self) -> list[PlanFile]:
        """The plans that can start now, in order.

        Plans with an open run and plans that no run accepts are left out.
        """
        return [file for file in self.order.ready() if not self._has_open_run(file)]

    def _has_open_run(self, file: PlanFile) -> bool:
        return any(run.open for run in self._runs.get(file.path, ()))

    @cached_property
    def plans(self) -> list[PlanStatus]:
        ready = {file.path for file in self.ready}
        return [
            self._plan(file, self.outline.plans[file.path], ready=file.path in ready)
            for file in self.outline.files
        ]

    def _plan(self, file: PlanFile, line: PlanEntry, *, ready: bool) -> PlanStatus:
        last = self._last_run(file)
        verdict = self._verdict(file)
        claimed = file.path in self.outline.summaries
        return PlanStatus(
            file.id,
            file.path,
            line.title,
            file.folder,
            claimed,
            verdict,
            last.run if last else None,
            last.status if last else None,
            last.waiting_for if last and last.open else None,
            ready,
            _altered(last) or contradiction(line, verdict, claimed=claimed),
            file.archived,
        )

    def _last_run(self, file: PlanFile) -> RunEntry | None:
        """Return the last open run of a plan, else its last run on this branch."""
        runs = self._runs.get(file.path, [])
        of_this_branch = [run for run in runs if run.open or run.status != "elsewhere"]
        open_run = next((run for run in reversed(of_this_branch) if run.open), None)
        return open_run or (of_this_branch[-1] if of_this_branch else None)

    def _verdict(self, file: PlanFile) -> str | None:
        run = self._decisive_runs.get(file.path)
        if run is None:
            return None
        return "stale" if run.run in self.outline.stale else run.verdict

    @cached_property
    def by_phase(self) -> Mapping[str, list[PlanStatus]]:
        """The plans of each phase, by its folder."""
        by_folder: dict[str, list[PlanStatus]] = {}
        for plan in self.plans:
            by_folder.setdefault(plan.phase, []).append(plan)
        return by_folder

    @cached_property
    def open_runs(self) -> list[RunEntry]:
        """The open runs that can go on in this clone, those of this work tree first."""
        runs = [run for run in self.outline.runs if run.open and run.status != "elsewhere"]
        return sorted(runs, key=lambda run: not run.here)

    @cached_property
    def unplanned(self) -> list[RoadmapEntry]:
        """The phases that the roadmap lists without a tick and that have no plan."""
        planned = {phase.key for phase in self.phases}
        return [
            line
            for line in self.outline.roadmap
            if not line.ticked
            and line.number not in planned
            and line.number.partition(".")[0] != _PARKED
        ]

    @property
    def unreadable(self) -> list[str]:
        """The runs whose files cannot be read."""
        readable = {run.run for run in self.outline.runs}
        folder = self.outline.repository.root / RUNS
        return [
            run
            for run in self.outline.run_ids
            if run not in readable and not (folder / run).is_file()
        ]

    def as_data(self) -> dict[str, object]:
        phases = [
            {
                "phase": phase,
                "plans": [plan.id for plan in plans],
                "claimed": sum(plan.claimed for plan in plans),
                "proven": sum(plan.verdict == "proven" for plan in plans),
            }
            for phase, plans in self.by_phase.items()
        ]
        return {
            "missions": [mission.as_data() for mission in self.missions],
            "phases": phases,
            "plans": [plan.as_data() for plan in self.plans],
            "backlog": self.backlog.as_data(),
            "unreadable": self.unreadable,
        }


def _altered(run: RunEntry | None) -> str:
    """Say that the record of a plan's last run was altered; empty if it was not."""
    if run is None or not run.altered:
        return ""
    return f"the record of {run.run} proves nothing: {run.altered}"


def load_tracker(repository: Repository) -> Tracker:
    """Return the state of a repository, read from its work tree and runs."""
    with Outline(repository) as outline:
        # read them while the outline is open, so that its cache is written
        _ = (outline.plans, outline.runs, outline.items, outline.missions)
    return Tracker(outline)
