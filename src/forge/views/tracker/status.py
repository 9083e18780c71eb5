"""Where things stand: missions, phases, plans and items; what is claimed, what is proven, and what
to do next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from forge.git.repository import Repository
from forge.planning.names.plan_files import RUNS, Phase, PlanFile, phases_of
from forge.planning.names.waves import Needs, Order
from forge.text.command_line import forge_command
from forge.views.outline.entries import PlanLine, RoadmapLine, RunLine
from forge.views.outline.outline import Outline
from forge.views.tracker.backlog import Backlog, ItemStatus
from forge.views.tracker.missions import MissionStatus, Tally, mission_status

_PARKED = "999"  # where roadmaps of the GSD workflow keep what is not planned


class PlanStatus(Struct, frozen=True):
    """A plan: `claimed` is what a summary says, `verdict` what its last completed run showed
    (`stale` where that is past).
    """

    id: str
    path: str
    title: str
    phase: str
    claimed: bool
    verdict: str | None
    run: str | None
    run_status: str | None
    waiting_for: dict[str, object] | None
    ready: bool = False
    contradiction: str = ""
    archived: bool = False

    @property
    def word(self) -> str:
        """How it stands in one word."""
        if self.run_status and self.run_status not in ("completed", "stopped", "failed"):
            return self.run_status
        if self.verdict:
            return self.verdict
        if self.claimed:
            return "claimed"
        return "ready" if self.ready else "archived" if self.archived else "open"

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        names = (
            "id",
            "path",
            "title",
            "claimed",
            "verdict",
            "run",
            "waiting_for",
            "ready",
            "contradiction",
            "archived",
        )
        return {"word": self.word, **{name: getattr(self, name) for name in names}}


class Tracker:
    """A repository: its missions, its plans in order, its backlog, and command lines to type
    next.
    """

    def __init__(self, outline: Outline) -> None:
        self.outline = outline

    @cached_property
    def backlog(self) -> Backlog:
        """The items."""
        return Backlog(self.outline.repository.root, self.outline.items)

    @cached_property
    def missions(self) -> list[MissionStatus]:
        """The missions with what the plans of their phases have come to."""
        tallies = {folder: _tally(plans) for folder, plans in self.by_phase.items()}
        return [mission_status(line, self._phases, tallies) for line in self.outline.missions]

    @cached_property
    def _phases(self) -> list[Phase]:
        return phases_of(self.outline.files)

    @cached_property
    def _runs(self) -> Mapping[str, list[RunLine]]:
        found: dict[str, list[RunLine]] = {}
        for run in self.outline.runs:
            found.setdefault(run.plan_path, []).append(run)
        return found

    @cached_property
    def _shown(self) -> Mapping[str, RunLine]:
        """The run that says what each plan has come to: the last one that completed, unless it was
        rolled back since.
        """
        found: dict[str, RunLine] = {}
        for path, runs in self._runs.items():
            for run in runs:
                if (
                    run.kind == "execute"
                    and run.status == "completed"
                    and run.run not in self.outline.taken_back
                ):
                    found[path] = run
        return found

    def done(self, file: PlanFile) -> bool:
        """Say whether a plan counts as completed for those that depend on it: a completed run, or a
        summary.
        """
        return file.path in self._shown or file.path in self.outline.summaries

    @cached_property
    def order(self) -> Order:
        """The open plans in the order in which they can start."""
        return Order(self.outline.files, self._phases, self._needs, self.done, self.stuck)

    def stuck(self, file: PlanFile) -> bool:
        """Say whether no run takes a plan as it is written."""
        return bool(self.outline.plans[file.path].problem)

    def unstartable(self, plan: PlanStatus) -> str:
        """Say why no run takes a plan that is open; empty where one would."""
        problem = self.outline.plans[plan.path].problem if plan.word == "open" else ""
        return f"it has to be mended first: {problem}" if problem else ""

    def _needs(self, file: PlanFile) -> Needs:
        line = self.outline.plans[file.path]
        return Needs(line.depends_on, line.wave)

    @cached_property
    def ready(self) -> list[PlanFile]:
        """The plans that can start now, in order: not those of an open run, nor those that no run
        accepts as they are.
        """
        return [file for file in self.order.ready() if not self._open_run(file)]

    def _open_run(self, file: PlanFile) -> bool:
        return any(run.open for run in self._runs.get(file.path, ()))

    @cached_property
    def plans(self) -> list[PlanStatus]:
        """Each plan with how it stands."""
        ready = {file.path for file in self.ready}
        return [
            self._plan(file, self.outline.plans[file.path], ready=file.path in ready)
            for file in self.outline.files
        ]

    def _plan(self, file: PlanFile, line: PlanLine, *, ready: bool) -> PlanStatus:
        shown = self._shown.get(file.path)
        runs = [
            run for run in self._runs.get(file.path, []) if run.open or run.status != "elsewhere"
        ]  # those of this branch
        last = next((run for run in reversed(runs) if run.open), runs[-1] if runs else None)
        verdict = (
            "stale"
            if shown is not None and shown.run in self.outline.stale
            else shown.verdict
            if shown
            else None
        )
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
            _contradiction(line, verdict, claimed=claimed),
            file.archived,
        )

    @cached_property
    def by_phase(self) -> Mapping[str, list[PlanStatus]]:
        """Each phase with its plans."""
        found: dict[str, list[PlanStatus]] = {}
        for plan in self.plans:
            found.setdefault(plan.phase, []).append(plan)
        return found

    @cached_property
    def open_runs(self) -> list[RunLine]:
        """The open runs that can go on in this clone: those of this work tree first, then those of
        others.
        """
        found = [run for run in self.outline.runs if run.open and run.status != "elsewhere"]
        return sorted(found, key=lambda run: not run.here)

    @cached_property
    def next(self) -> list[str]:
        """Command lines to type, the one that helps most first."""
        here = [command for run in self.open_runs if run.here for command in run.next[:2]]
        if here:
            return here
        ready = [
            forge_command(verb, file.id)
            for file in self.ready[:3]
            for verb in ("approve", "execute")
        ]
        if found := [*(command for run in self.open_runs for command in run.next[:2]), *ready]:
            return found
        if items := [*self.backlog.of_status("in_progress"), *self.backlog.ready]:
            return [forge_command("show", items[0].id), *_on_with(items[0])]
        if not self.outline.files:
            return ["forge init", "forge demo"]
        waiting = [plan for plan in self.plans if plan.word == "open"]
        if waiting:
            mend = [plan.path for plan in waiting if self.outline.plans[plan.path].problem]
            return [
                *(forge_command("validate", path) for path in mend[:2]),
                "forge ready --explain",
            ]
        if self.unplanned and (begin := self._beginning(self.unplanned[0])):
            return [begin]
        unproven = [
            forge_command("verify", plan.id)
            for plan in self.plans
            if plan.verdict in ("failed", "unproven", "stale")
        ]
        return [*unproven[:3], "forge verify --all", "forge runs"]

    @cached_property
    def unplanned(self) -> list[RoadmapLine]:
        """The phases that the roadmap lists without a tick, and of which there is no plan."""
        planned = {phase.key for phase in self._phases}
        listed = (
            line for line in self.outline.roadmap if not line.ticked and line.number not in planned
        )
        return [line for line in listed if line.number.partition(".")[0] != _PARKED]

    def _beginning(self, line: RoadmapLine) -> str:
        """Return what to type to begin a phase of the roadmap; empty where a new folder would get
        another number.
        """
        numbers = {Phase(folder, ()).key for folder in self.outline.phase_folders}
        if line.number in numbers:
            return forge_command(
                "new", "plan", line.title or f"Phase {line.number}", "--phase", line.number
            )
        last = max((int(number) for number in numbers if number.isdigit()), default=0)
        return (
            forge_command("new", "phase", line.title)
            if line.title and line.number == str(last + 1)
            else ""
        )

    @property
    def unreadable(self) -> list[str]:
        """The runs whose files are none that can be read."""
        found = {run.run for run in self.outline.runs}
        folder = self.outline.repository.root / RUNS
        return [
            run for run in self.outline.run_ids if run not in found and not (folder / run).is_file()
        ]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
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
            "missions": [found.as_data() for found in self.missions],
            "phases": phases,
            "plans": [plan.as_data() for plan in self.plans],
            "backlog": self.backlog.as_data(),
            "next": self.next,
            "unreadable": self.unreadable,
        }


def load_tracker(repository: Repository) -> Tracker:
    """Return where things stand in a repository."""
    with Outline(repository) as outline:
        _ = (
            outline.plans,
            outline.runs,
            outline.items,
            outline.missions,
        )  # read now, so that it is kept
    return Tracker(outline)


def _tally(plans: Sequence[PlanStatus]) -> Tally:
    proven = sum(plan.verdict == "proven" for plan in plans)
    return Tally(len(plans), proven, sum(plan.claimed and plan.verdict is None for plan in plans))


def _on_with(item: ItemStatus) -> list[str]:
    """Return what to type to begin an item, or to close it."""
    return [
        forge_command(
            "set", item.id, "status=in_progress" if item.status == "todo" else "status=done"
        )
    ]


def _contradiction(line: PlanLine, verdict: str | None, *, claimed: bool) -> str:
    """Say where a status that somebody set by hand is not what the evidence shows; empty where they
    agree.
    """
    says, calls_done = line.says, line.calls_done
    if not says:
        return ""
    if calls_done and verdict in ("failed", "unproven", "stale"):
        return f"its front matter says `{says}`, its last run shows {verdict}"
    if calls_done and verdict is None and not claimed:
        return f"its front matter says `{says}`, and there is neither a summary nor a run"
    if not calls_done and verdict == "proven":
        return f"its front matter says `{says}`, its last run shows proven"
    return ""
