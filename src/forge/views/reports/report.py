"""The contents of a report on a run, plan, phase or mission: plans, runs, diffs and evidence.

A report depends on the record alone, not on the time or the machine: the same record gives the
same report.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from forge import regular
from forge.errors import UnknownName
from forge.git.commits.patches import FileStat, not_here, patch, stats
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.records.find import one_run
from forge.records.lines import runs_among
from forge.records.record import RunRecord, run_ids
from forge.views.runs.diffs import changes_of, missing_commits
from forge.views.runs.story import Chapter, Story, story_of
from forge.views.tracker.missions import MissionStatus
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import load_tracker

_MOST_LINES = 3000  # of one step's diff


class StepDiff(Struct, frozen=True):
    """The files and the text of a step's diff; `left_out` lines of a very long one are missing.
    `note` names commits that are not in this clone.
    """

    files: list[FileStat]
    text: str
    left_out: int
    note: str = ""


class Evidence(Struct, frozen=True):
    """A file that backs a verdict; `text` is None if this clone does not have it."""

    path: str
    sha256: str
    kind: str
    truncated: bool
    text: str | None

    @property
    def anchor(self) -> str:
        """The anchor that links point to."""
        return f"evidence-{self.sha256[:16]}"


class RunPart(Struct, frozen=True):
    """A run in a report: its story, the diff of each chapter, and its evidence without repeats."""

    story: Story
    chapters: list[tuple[Chapter, StepDiff | None]]
    evidence: list[Evidence]


class PlanPart(Struct, frozen=True):
    """A plan in a report: its status, and its runs, oldest first."""

    plan: PlanStatus
    runs: list[RunPart]


class Report(Struct, frozen=True):
    """A report on `kind` `name`; a report on a run has its plan with that run only."""

    kind: str
    name: str
    title: str
    goal: str
    plans: list[PlanPart]


def report_on(repository: Repository, name: str | None, here: Path) -> Report:
    """Return the report on the mission, phase, plan or run of a name, tried in this order.

    Without a name: on the last run. Relative paths start at `here`. Raises NoOpenRun or
    UnknownName.
    """
    tracker = load_tracker(repository)
    if name is None:
        return _on_run(repository, one_run(repository, None, among_open=False), tracker.plans)
    if (mission := _mission(tracker.missions, name)) is not None:
        plans = [plan for plan in tracker.plans if mission.has(plan.phase)]
        line, parts = mission.line, _parts(repository, plans)
        return Report("mission", line.id, line.title, line.goal, parts)
    catalog = Catalog(repository.root)
    phase = catalog.phase_meant(name, here) if name not in run_ids(repository) else None
    if phase is not None:
        plans = [plan for plan in tracker.plans if plan.phase == phase.folder]
        return Report("phase", phase.name, phase.name, "", _parts(repository, plans))
    file = _plan(catalog, name, here)
    if file is not None:
        plans = [plan for plan in tracker.plans if plan.path == file.path]
        return Report("plan", file.id, plans[0].title, "", _parts(repository, plans))
    return _on_run(repository, one_run(repository, name, among_open=False), tracker.plans)


def _mission(missions: Sequence[MissionStatus], name: str) -> MissionStatus | None:
    return next(
        (mission for mission in missions if name in (mission.line.id, mission.line.path)), None
    )


def _plan(catalog: Catalog, name: str, here: Path) -> PlanFile | None:
    try:
        return catalog.one(name, here)
    except UnknownName:
        return None


def _on_run(repository: Repository, record: RunRecord, plans: Sequence[PlanStatus]) -> Report:
    card = record.card
    plan = next((plan for plan in plans if plan.path == record.plan_path), None)
    plan = plan or PlanStatus(  # the plan's file is gone; the run's card still describes it
        card.plan, card.plan_path, card.goal, "", False, None, card.run, record.status, None
    )
    return Report(
        "run", card.run, plan.title, card.goal, [PlanPart(plan, [_run(repository, record)])]
    )


def _parts(repository: Repository, plans: Sequence[PlanStatus]) -> list[PlanPart]:
    """Return the plans, each with its runs; only runs of these plans are read."""
    paths = {plan.path for plan in plans}
    runs = runs_among(repository, lambda line: line.plan_path in paths)
    return [
        PlanPart(
            plan, [_run(repository, record) for record in runs if record.plan_path == plan.path]
        )
        for plan in plans
    ]


def _run(repository: Repository, record: RunRecord) -> RunPart:
    story = story_of(record, missing_commits(repository, record))
    chapters = [(chapter, _diff(repository, record, chapter)) for chapter in story.chapters]
    named = {
        str(entry.get("sha256")): entry
        for event in record.reading.events
        for entry in event.evidence
    }
    return RunPart(story, chapters, [_evidence(record, entry) for entry in named.values()])


def _diff(repository: Repository, record: RunRecord, chapter: Chapter) -> StepDiff | None:
    if chapter.step is None or not chapter.step.commits:
        return None
    changes = changes_of(repository, record, chapter.step)
    ranges = changes.ranges
    lines = "".join(patch(repository, one) for one in ranges).splitlines()
    files = [stat for one in ranges for stat in stats(repository, one)]
    left_out = max(0, len(lines) - _MOST_LINES)
    return StepDiff(files, "\n".join(lines[:_MOST_LINES]), left_out, not_here(changes.missing))


def _evidence(record: RunRecord, entry: dict[str, object]) -> Evidence:
    path = str(entry.get("path"))
    return Evidence(
        path,
        str(entry.get("sha256")),
        str(entry.get("kind")),
        bool(entry.get("truncated")),
        _evidence_text(record.folder / "evidence" / Path(path).name),
    )


def _evidence_text(file: Path) -> str | None:
    """Return the text of an evidence file.

    A path in an event must not lead out of the run's folder, so links are not followed.
    """
    try:
        return regular.read(file).decode("utf-8", "replace")
    except OSError:
        return None
