"""What a report says of a run, a phase or a mission: plans, runs, diffs and evidence, gathered from
the record alone.

Nothing in it depends on when or where it is made, so a report that is made again of the same record
is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from forge.errors import UnknownName
from forge.git.commits.patches import FileStat, patch, stats
from forge.git.repository import Repository
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import PlanFile
from forge.records.find import one_run
from forge.records.record import RunRecord, all_runs
from forge.views.runs.diffs import changes_of
from forge.views.runs.story import Chapter, Story, story_of
from forge.views.tracker.missions import MissionStatus
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import load_tracker

_MOST_LINES = 3000  # of one step's diff


class StepDiff(Struct, frozen=True):
    """A step's diff: its files and its text, cut where it is very long (`left_out` lines are
    missing).
    """

    files: list[FileStat]
    text: str
    left_out: int


class Evidence(Struct, frozen=True):
    """A file that backs a verdict, with its text as far as this clone has it."""

    path: str
    sha256: str
    kind: str
    truncated: bool
    text: str | None

    @property
    def anchor(self) -> str:
        """What links to it."""
        return f"evidence-{self.sha256[:16]}"


class RunPart(Struct, frozen=True):
    """A run in a report: its story, each chapter with its diff, and the evidence by hash."""

    story: Story
    chapters: list[tuple[Chapter, StepDiff | None]]
    evidence: list[Evidence]


class PlanPart(Struct, frozen=True):
    """A plan in a report: where it stands, and its runs, oldest first."""

    plan: PlanStatus
    runs: list[RunPart]


class Report(Struct, frozen=True):
    """A report: what it is about, and its plans; about a run it holds that run only."""

    kind: str
    name: str
    title: str
    goal: str
    plans: list[PlanPart]


def report_on(repository: Repository, name: str | None, here: Path) -> Report:
    """Return the report on a mission, a phase, a plan or a run, looked for in this order; on the
    last run without a name.

    `here` is the folder that paths are seen from. Raises NoOpenRun or UnknownName.
    """
    found = load_tracker(repository)
    runs = all_runs(repository)
    if name is None:
        return _on_run(repository, one_run(repository, None, among_open=False), found.plans)
    if (meant := _mission(found.missions, name)) is not None:
        plans = [plan for plan in found.plans if meant.has(plan.phase)]
        return Report(
            "mission",
            meant.line.id,
            meant.line.title,
            meant.line.goal,
            _parts(repository, plans, runs),
        )
    catalog = Catalog(repository.root)
    phase = catalog.phase_meant(name, here) if not _is_run(runs, name) else None
    if phase is not None:
        plans = [plan for plan in found.plans if plan.phase == phase.folder]
        return Report("phase", phase.name, phase.name, "", _parts(repository, plans, runs))
    plan = _plan(catalog, name, here)
    if plan is not None:
        standings = [each for each in found.plans if each.path == plan.path]
        return Report("plan", plan.id, standings[0].title, "", _parts(repository, standings, runs))
    return _on_run(repository, one_run(repository, name, among_open=False), found.plans)


def _mission(missions: Sequence[MissionStatus], name: str) -> MissionStatus | None:
    return next((found for found in missions if name in (found.line.id, found.line.path)), None)


def _is_run(runs: Iterable[RunRecord], name: str) -> bool:
    return any(record.card.run == name for record in runs)


def _plan(catalog: Catalog, name: str, here: Path) -> PlanFile | None:
    try:
        return catalog.one(name, here)
    except UnknownName:
        return None


def _on_run(repository: Repository, record: RunRecord, plans: Sequence[PlanStatus]) -> Report:
    card = record.card
    plan = next((plan for plan in plans if plan.path == record.plan_path), None)
    plan = plan or PlanStatus(
        card.plan, card.plan_path, card.goal, "", False, None, card.run, record.status, None
    )
    return Report(
        "run", card.run, plan.title, card.goal, [PlanPart(plan, [_run(repository, record)])]
    )


def _parts(
    repository: Repository, plans: Iterable[PlanStatus], runs: Sequence[RunRecord]
) -> list[PlanPart]:
    return [
        PlanPart(
            plan, [_run(repository, record) for record in runs if record.plan_path == plan.path]
        )
        for plan in plans
    ]


def _run(repository: Repository, record: RunRecord) -> RunPart:
    story = story_of(record)
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
    found = changes_of(repository, record, chapter.step)
    lines = "".join(patch(repository, each) for each in found.ranges).splitlines()
    files = [stat for each in found.ranges for stat in stats(repository, each)]
    return StepDiff(files, "\n".join(lines[:_MOST_LINES]), max(0, len(lines) - _MOST_LINES))


def _evidence(record: RunRecord, entry: dict[str, object]) -> Evidence:
    path = str(entry.get("path"))
    place = (
        record.folder / "evidence" / Path(path).name
    )  # nothing that an event says leads out of the run's folder
    try:
        text = (
            place.read_bytes().decode("utf-8", "replace")
            if place.is_file() and not place.is_symlink()
            else None
        )
    except OSError:
        text = None
    return Evidence(
        path, str(entry.get("sha256")), str(entry.get("kind")), bool(entry.get("truncated")), text
    )
