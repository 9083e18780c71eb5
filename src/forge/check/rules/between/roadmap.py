"""roadmap-unlisted, roadmap-missing, roadmap-behind and status-without-evidence: ROADMAP.md against
folders, plans and summaries.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.gsd.roadmap import Roadmap
from forge.planning.names.plan_files import PlanFile, plan_id
from forge.planning.numbers import leading, plan_key
from forge.text.finding import Finding
from forge.text.location import TOP

UNLISTED = Rule(
    "roadmap-unlisted",
    "warning",
    False,
    "the roadmap lists every phase that has a folder, and its plans",
)
MISSING = Rule(
    "roadmap-missing",
    "warning",
    False,
    "what the roadmap lists as planned or done has a folder and files",
)
EVIDENCE = Rule(
    "status-without-evidence", "warning", False, "what is called done has a summary or a run"
)
BEHIND = Rule("roadmap-behind", "note", False, "the roadmap ticks what has a summary")

PlansByKey = Mapping[str, PlanFile]


def check(project: Project) -> Iterator[Finding]:
    """Yield findings if a roadmap lists phases."""
    roadmap = project.roadmap
    if roadmap is None or not roadmap.phases:
        return
    plans = _plans(project)
    yield from _unlisted_phases(project, roadmap)
    yield from _missing_phases(project, roadmap)
    yield from _missing_plans(project, roadmap, plans)
    yield from _unlisted_plans(roadmap, plans)
    yield from _plan_ticks(project, roadmap, plans)
    yield from _phase_ticks(project, roadmap, plans)


def _plans(project: Project) -> PlansByKey:
    """Return the plans of the current phases by the key under which a roadmap lists them."""
    plans: dict[str, PlanFile] = {}
    for folders in project.phases.values():
        for folder in folders:
            for file in project.by_folder.get(folder, ()):
                number = leading(posixpath.basename(folder))
                phase, dash, plan = plan_id(file.path).rpartition("-")
                if dash and number is not None and leading(phase) == number and plan[:1].isdigit():
                    plans.setdefault(plan_key(number, plan), file)
    return plans


def _phase_of(key: str) -> str:
    return key.rpartition("-")[0]


def _unlisted_phases(project: Project, roadmap: Roadmap) -> Iterator[Finding]:
    listed = {*roadmap.mentioned, *(_phase_of(entry.key) for entry in roadmap.plans)}
    for number, folders in project.phases.items():
        files = [file for folder in folders for file in project.by_folder.get(folder, ())]
        if number not in listed and files:
            done = all(project.done(file) for file in files)
            yield UNLISTED.on(
                roadmap.path,
                TOP,
                f"the roadmap does not mention phase {number}, which has {shown(folders[0])}",
                "list the phase, or move its folder to an archive",
                "note" if done else None,
            )


def _missing_phases(project: Project, roadmap: Roadmap) -> Iterator[Finding]:
    reported: set[str] = set()
    for entry in roadmap.phases:
        exists = entry.key in project.phases or entry.key in project.archived_phases
        if entry.ticked and not exists and entry.key not in reported and project.phases:
            reported.add(entry.key)
            yield MISSING.on(
                roadmap.path,
                entry.spot,
                f"phase {entry.key} is ticked, and it has no folder",
                "restore the folder, below `phases/` or `milestones/`",
                "note",
            )


def _missing_plans(project: Project, roadmap: Roadmap, plans: PlansByKey) -> Iterator[Finding]:
    planned = {_phase_of(key) for key in plans}
    reported: set[str] = set()
    for entry in roadmap.plans:
        phase = _phase_of(entry.key)
        if entry.key in plans or entry.key in reported or phase not in planned or not entry.planned:
            continue
        reported.add(entry.key)
        if phase not in project.archived_phases:
            yield MISSING.on(
                roadmap.path,
                entry.spot,
                f"there is no plan {shown(entry.spot.text)} in phase {phase}",
                "write the plan, or remove the line",
                None if ".md" in entry.spot.text else "note",
            )


def _unlisted_plans(roadmap: Roadmap, plans: PlansByKey) -> Iterator[Finding]:
    listed = {entry.key for entry in roadmap.plans}
    places = {_phase_of(entry.key): entry.spot for entry in reversed(roadmap.plans)}
    for key, file in plans.items():
        if key not in listed and _phase_of(key) in places:
            yield UNLISTED.on(
                roadmap.path,
                places[_phase_of(key)],
                f"the roadmap lists other plans of this phase and not {shown(file.path)}",
                "list it, so that the phase does not seem done without it",
                "note",
            )


def _plan_ticks(project: Project, roadmap: Roadmap, plans: PlansByKey) -> Iterator[Finding]:
    checked: set[str] = set()
    for entry in roadmap.plans:
        file = plans.get(entry.key)
        if file is None or entry.key in checked:
            continue
        checked.add(entry.key)
        name = shown(entry.spot.text)
        if entry.ticked and not project.done(file):
            yield EVIDENCE.on(
                roadmap.path,
                entry.spot,
                f"{name} is ticked, and has no summary and no run",
                f"write {shown(file.summary_path)}, or remove the tick",
            )
        elif not entry.ticked and file.path in project.summarized:
            yield BEHIND.on(
                roadmap.path, entry.spot, f"{name} has a summary, and no tick", "tick it"
            )


def _phase_ticks(project: Project, roadmap: Roadmap, plans: PlansByKey) -> Iterator[Finding]:
    """Yield a finding for each ticked phase with open plans, unless the roadmap lists its plans."""
    open_plans: dict[str, list[str]] = {}
    for key, file in plans.items():
        if not project.done(file):
            open_plans.setdefault(_phase_of(key), []).append(file.id)
    with_listed_plans = {_phase_of(entry.key) for entry in roadmap.plans if entry.key in plans}
    for entry in roadmap.phases:
        names = open_plans.get(entry.key, [])
        if entry.ticked and names and entry.key not in with_listed_plans:
            yield EVIDENCE.on(
                roadmap.path,
                entry.spot,
                f"phase {entry.key} is ticked, {', '.join(names[:5])} has no summary",
                "write the summary, or remove the tick",
            )
