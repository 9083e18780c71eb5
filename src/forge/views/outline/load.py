"""Reads plans, phases, missions and items into entries of the outline."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from forge.check.rules.documents import conflict
from forge.git.blob_id import file_blob_id
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
from forge.text.finding import Finding
from forge.text.source import Source
from forge.views.outline.entries import ItemEntry, MissionEntry, PhaseEntry, PlanEntry, RoadmapEntry

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
