"""Reads plans, runs, missions and items into entries of the outline."""

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
from forge.planning.numbers import FIRST_WAVE
from forge.planning.plan import plan
from forge.planning.plan.facts import PlanFacts
from forge.records.card import RUNS
from forge.records.record import RunRecord, is_adopted_elsewhere, read_run
from forge.records.store import belongs_here, live_folder
from forge.text.finding import Finding
from forge.text.source import Source
from forge.timeline.run.events import RUN_EVENTS, TruthProven
from forge.views.outline.entries import (
    ItemEntry,
    MissionEntry,
    PhaseEntry,
    PlanEntry,
    RoadmapEntry,
    RollbackEntry,
    RunEntry,
)
from forge.views.runs.next_commands import control_data

_HEADING = re.compile(r"^#[ \t]+(\S[^\r\n]*)", re.M)


def plan_entry(root: Path, file: PlanFile) -> PlanEntry:
    """Return a plan's entry; for a plan that cannot be read it holds the reason."""
    try:
        source = Source.read(root, file.path)
    except OSError as error:
        return PlanEntry(file.stem, FIRST_WAVE, problem=f"it cannot be read: {error.strerror}")
    document = plan.load(source, file.id)
    facts = PlanFacts.of(document)
    findings = (*document.findings, *conflict.check(source))
    obstacle = next(filter(_holds_back, findings), None)
    priority = document.front.get("priority")
    return PlanEntry(
        document.title,
        document.wave,
        document.texts("depends_on"),
        [spot.text for spot in facts.requirements],
        facts.status.text if facts.status else "",
        f"{obstacle.rule}: {obstacle.message}" if obstacle else "",
        " ".join(priority.raw.split()) if priority else "",
        facts.calls_done,
        document.texts(moved_plans.KEY),
    )


def _holds_back(finding: Finding) -> bool:
    """Return whether a plan should not start before this is fixed: it blocks, or it is a merge
    conflict.
    """
    return finding.blocks or (finding.rule == conflict.RULE.id and finding.severity == "error")


def phase_entry(root: Path, folder: str) -> PhaseEntry:
    """Return title and priority of a phase from the front matter of its README.md; without a title
    there, its first heading.
    """
    try:
        source = Source.read(root, f"{folder}/README.md")
    except OSError:
        return PhaseEntry()
    values = ReportFront.of(source).values
    heading = _HEADING.search(source.text)
    title, priority = (values[key].text if key in values else "" for key in ("title", "priority"))
    return PhaseEntry(title or (heading[1].strip() if heading else ""), priority)


def current_paths(root: Path, lost: dict[str, str], plans: dict[str, list[str]]) -> dict[str, str]:
    """Return the current paths of plans that were moved, by their former paths."""
    return moved_plans.current_paths(lost, plans, lambda path: file_blob_id(root / path))


def roadmap_entries(root: Path, path: str) -> list[RoadmapEntry]:
    """Return the phases that a roadmap lists, each once."""
    try:
        listed = Roadmap.of(Source.read(root, path)).phases
    except OSError:
        return []
    entries: dict[str, RoadmapEntry] = {}
    for phase in listed:
        earlier = entries.get(phase.key, RoadmapEntry(phase.key, ""))
        entries[phase.key] = RoadmapEntry(
            phase.key, earlier.title or phase.title, earlier.ticked or bool(phase.ticked)
        )
    return [*entries.values()]


def live_run(repository: Repository, name: str) -> RunEntry | None:
    """Return the entry of a live run; None if its folder holds none.

    If another clone adopted it, the entry is that of the tracked copy.
    """
    record = read_run(repository, live_folder(repository, name), live=True)
    if record is None:
        return None
    if is_adopted_elsewhere(repository, record):
        return tracked_run(repository, name)
    return _entry(record, here=belongs_here(repository, record.folder))


def tracked_run(repository: Repository, name: str) -> RunEntry | None:
    """Return the entry of a run from its tracked record; None if the folder holds none."""
    record = read_run(repository, repository.root / RUNS / name, live=False)
    if record is None:
        return None
    entry = _entry(record, here=False)
    if record.state.verdict == "proven":
        _add_proof_files(repository, record, entry)
    return entry


def _entry(record: RunRecord, *, here: bool) -> RunEntry:
    card, state, data = record.card, record.state, control_data(record)
    return RunEntry(
        card.run,
        card.plan,
        card.plan_path,
        card.kind,
        record.status,
        data["verdict"],  # type: ignore[arg-type]
        record.open,
        here,
        data["waiting_for"],  # type: ignore[arg-type]
        data["next"],  # type: ignore[arg-type]
        state.counts,
        rollbacks=[
            RollbackEntry(rollback.kind, rollback.run, rollback.seq, rollback.of_seq)
            for rollback in state.rollbacks
        ],
        plan_blob=card.plan_blob,
    )


def _add_proof_files(repository: Repository, record: RunRecord, run: RunEntry) -> None:
    """Add the files that the run's proof depends on: those that its commands were bound to, and
    those that were evidence.
    """
    for event in record.reading.events:
        data = RUN_EVENTS.typed(event)
        if isinstance(data, TruthProven):
            run.bound.update(data.blobs)
    evidence = {path for verdict in record.state.verdicts for path in _evidence_paths(verdict)}
    run.needed.extend(sorted(evidence & _paths(repository, record)))


def _evidence_paths(verdict: dict[str, object]) -> list[str]:
    evidence = verdict.get("evidence")
    entries = evidence if isinstance(evidence, list) else []
    return [str(entry.get("path")) for entry in entries if isinstance(entry, dict)]


def _paths(repository: Repository, record: RunRecord) -> frozenset[str]:
    """Return the files of the run's last commit; none if that commit is not here."""
    store = ObjectStore(repository)
    last = record.state.commits[-1] if record.state.commits else record.card.base_commit
    try:
        root = store.root(store.commit(last))
    except GitFailed:
        return frozenset()
    return frozenset(store.paths(root)) if root else frozenset()


def mission_entry(root: Path, path: str) -> MissionEntry:
    """Return the entry of a mission's file."""
    return _mission(mission.load(root, path))


def implicit_mission(root: Path) -> MissionEntry:
    """Return the entry of the mission of a work tree without mission files."""
    return _mission(mission.implicit(root))


def _mission(document: Mission) -> MissionEntry:
    first = document.findings[0] if not document.readable else None
    return MissionEntry(
        document.id,
        document.title,
        document.goal,
        document.status,
        document.path,
        list(document.phases),
        f"{first.line}: {first.message}" if first else "",
    )


def item_entry(root: Path, path: str) -> ItemEntry:
    """Return an item's entry; for an item that cannot be read it holds the reason."""
    try:
        document = item.load(Source.read(root, path))
    except OSError as error:
        name = paths.short_id(posixpath.basename(path))
        return ItemEntry(name, name, "todo", problem=f"it cannot be read: {error.strerror}")
    criteria = document.criteria
    return ItemEntry(
        document.id,
        document.title,
        document.status,
        document.fields.priority.strip(),
        list(document.fields.depends_on),
        len(criteria),
        [criterion.evidence for criterion in criteria if not criterion.ticked],
        bool(document.forced_reason),
        next((f"{finding.rule}: {finding.message}" for finding in document.findings), ""),
    )
