"""Reads plans, runs, missions and items for their outline."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from forge.check.rules.documents import conflict
from forge.errors import GitFailed
from forge.git.blob_id import file_blob_id
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.planning.backlog import item, paths
from forge.planning.gsd.reports import ReportFront
from forge.planning.gsd.roadmap import Roadmap
from forge.planning.mission import mission
from forge.planning.mission.mission import Mission
from forge.planning.names import moved_plans
from forge.planning.names.plan_files import PlanFile
from forge.planning.plan import plan
from forge.planning.plan.stage import FIRST_WAVE
from forge.records.card import RUNS
from forge.records.record import RunRecord, is_adopted_elsewhere, read_run
from forge.records.store import belongs_here, live_folder
from forge.text.finding import Finding
from forge.text.source import Source
from forge.views.outline.entries import (
    ItemLine,
    MissionLine,
    PhaseLine,
    PlanLine,
    RoadmapLine,
    RollbackLine,
    RunLine,
)
from forge.views.runs.next_commands import control_data

_HEADING = re.compile(r"^#[ \t]+(\S[^\r\n]*)", re.M)


def plan_line(root: Path, file: PlanFile) -> PlanLine:
    """Return a plan's outline; one that cannot be read is there all the same, with the reason."""
    try:
        source = Source.read(root, file.path)
    except OSError as error:
        return PlanLine(file.stem, FIRST_WAVE, problem=f"it cannot be read: {error.strerror}")
    found = plan.load(source, file.id)
    facts = found.facts
    wrong = next(
        (finding for finding in (*found.findings, *conflict.check(source)) if _holds_back(finding)),
        None,
    )
    return PlanLine(
        found.title,
        found.wave,
        found.texts("depends_on"),
        [spot.text for spot in facts.requirements],
        facts.status.text if facts.status else "",
        len(found.steps),
        f"{wrong.rule}: {wrong.message}" if wrong else "",
        " ".join(priority.raw.split()) if (priority := found.front.get("priority")) else "",
        facts.calls_done,
        found.texts(moved_plans.KEY),
    )


def _holds_back(finding: Finding) -> bool:
    """Say whether nobody would start a plan before this is mended: no run takes it, or a merge is
    not settled in it.
    """
    return finding.blocks or (finding.rule == conflict.RULE.id and finding.severity == "error")


def phase_line(root: Path, folder: str) -> PhaseLine:
    """Return what the page of a phase says of it: title and priority of its front matter, else its
    first heading.
    """
    try:
        source = Source.read(root, f"{folder}/README.md")
    except OSError:
        return PhaseLine()
    values = ReportFront.of(source).values
    heading = _HEADING.search(source.text)
    said = {key: values[key].text if key in values else "" for key in ("title", "priority")}
    return PhaseLine(said["title"] or (heading[1].strip() if heading else ""), said["priority"])


def moved(root: Path, lost: dict[str, str], plans: dict[str, list[str]]) -> dict[str, str]:
    """Return the current path of plans that are no longer at their old one."""
    return moved_plans.current_paths(lost, plans, lambda path: file_blob_id(root / path))


def roadmap_lines(root: Path, path: str) -> list[RoadmapLine]:
    """Return the phases that a roadmap lists, each once."""
    try:
        listed = Roadmap.of(Source.read(root, path)).phases
    except OSError:
        return []
    found: dict[str, RoadmapLine] = {}
    for entry in listed:
        known = found.get(entry.key, RoadmapLine(entry.key, ""))
        found[entry.key] = RoadmapLine(
            entry.key, known.title or entry.title, known.ticked or bool(entry.ticked)
        )
    return [*found.values()]


def live_run(repository: Repository, name: str) -> RunLine | None:
    """Return the outline of an open run of this clone; None where its folder holds none.

    Where the tracked copy tells that another clone took it over, that one counts.
    """
    record = read_run(repository, live_folder(repository, name), live=True)
    if record is None:
        return None
    if is_adopted_elsewhere(repository, record):
        return tracked_run(repository, name)
    return _line(record, here=belongs_here(repository, record.folder))


def tracked_run(repository: Repository, name: str) -> RunLine | None:
    """Return the outline of a run whose record is tracked; None where the folder holds none."""
    record = read_run(repository, repository.root / RUNS / name, live=False)
    if record is None:
        return None
    line = _line(record, here=False)
    return _with_ground(repository, record, line) if record.state.verdict == "proven" else line


def _line(record: RunRecord, *, here: bool) -> RunLine:
    card, state, data = record.card, record.state, control_data(record)
    return RunLine(
        card.run,
        card.plan,
        card.plan_path,
        card.kind,
        record.status,
        data["verdict"],  # type: ignore[arg-type]
        state.started_at or card.started_at,
        state.finished_at,
        record.open,
        here,
        card.prior_run,
        data["step"],  # type: ignore[arg-type]
        state.completed_steps,
        len(state.steps),
        data["waiting_for"],  # type: ignore[arg-type]
        data["failure"],  # type: ignore[arg-type]
        data["next"],  # type: ignore[arg-type]
        state.counts,
        rollbacks=[
            RollbackLine(rollback.kind, rollback.run, rollback.seq, rollback.of_seq)
            for rollback in state.rollbacks
        ],
        plan_blob=card.plan_blob,
    )


def _with_ground(repository: Repository, record: RunRecord, line: RunLine) -> RunLine:
    """Add what the run's proof rests on: blobs that its commands were bound to, and files that were
    its evidence.
    """
    bound: dict[str, str | None] = {}
    for event in record.reading.events:
        blobs = event.data.get("blobs")
        if event.type == "truth_proven" and isinstance(blobs, dict):
            bound |= blobs
    named = {
        str(entry.get("path")) for verdict in record.state.verdicts for entry in _evidence(verdict)
    }
    line.bound.update(bound)
    line.needed.extend(sorted(named & _paths(repository, record)))
    return line


def _evidence(verdict: dict[str, object]) -> list[dict[str, object]]:
    found = verdict.get("evidence")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _paths(repository: Repository, record: RunRecord) -> frozenset[str]:
    """Return the files of the tree that the run's last commit left; none where that commit is not
    here.
    """
    store = ObjectStore(repository)
    last = record.state.commits[-1] if record.state.commits else record.card.base_commit
    try:
        root = store.root(store.commit(last))
    except GitFailed:
        return frozenset()
    return frozenset(store.paths(root)) if root else frozenset()


def mission_line(root: Path, path: str) -> MissionLine:
    """Return a mission's outline."""
    return _mission(mission.load(root, path))


def implicit_mission(root: Path) -> MissionLine:
    """Return the mission that a work tree without mission files has."""
    return _mission(mission.implicit(root))


def _mission(found: Mission) -> MissionLine:
    problem = "" if found.readable else f"{found.findings[0].line}: {found.findings[0].message}"
    return MissionLine(
        found.id, found.title, found.goal, found.status, found.path, list(found.phases), problem
    )


def item_line(root: Path, path: str) -> ItemLine:
    """Return an item's outline; one that cannot be read is there all the same, with the reason."""
    try:
        found = item.load(Source.read(root, path))
    except OSError as error:
        name = paths.short_id(posixpath.basename(path))
        return ItemLine(name, name, "todo", problem=f"it cannot be read: {error.strerror}")
    criteria = found.criteria
    problem = next((f"{finding.rule}: {finding.message}" for finding in found.findings), "")
    return ItemLine(
        found.id,
        found.title,
        found.status,
        found.fields.priority.strip(),
        list(found.fields.depends_on),
        len(criteria),
        [each.evidence for each in criteria if not each.ticked],
        bool(found.forced_reason),
        problem,
    )
