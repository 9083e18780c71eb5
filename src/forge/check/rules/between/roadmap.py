"""Rules about ROADMAP.md: its phases and plans against the folders and files, its ticks against the
summaries.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.gsd.roadmap import Entry, Roadmap
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


def check(project: Project) -> Iterator[Finding]:
    """Yield the findings where there is a roadmap that lists phases; nothing without one."""
    roadmap = project.roadmap
    if roadmap is None or not roadmap.phases:
        return
    plans = _plans(project)
    yield from _folders(project, roadmap)
    yield from _files(project, roadmap, plans)
    yield from _ticks(project, roadmap, plans)


def _plans(project: Project) -> Mapping[str, PlanFile]:
    """Return the plans of the current phases by the key that a roadmap lists them under."""
    found: dict[str, PlanFile] = {}
    for folders in project.phases.values():
        for folder in folders:
            for file in project.by_folder.get(folder, ()):
                number = leading(posixpath.basename(folder))
                phase, dash, plan = plan_id(file.path).rpartition("-")
                if dash and number is not None and leading(phase) == number and plan[:1].isdigit():
                    found.setdefault(plan_key(number, plan), file)
    return found


def _folders(project: Project, roadmap: Roadmap) -> Iterator[Finding]:
    known = {*roadmap.mentioned, *(entry.key.rpartition("-")[0] for entry in roadmap.plans)}
    for number, folders in project.phases.items():
        files = [file for folder in folders for file in project.by_folder.get(folder, ())]
        if number not in known and files:
            past = all(project.done(file) for file in files)
            yield UNLISTED.on(
                roadmap.path,
                TOP,
                f"the roadmap does not speak of phase {number}, which has {shown(folders[0])}",
                "list the phase, or move its folder to an archive",
                "note" if past else None,
            )
    gone: set[str] = set()
    for entry in roadmap.phases:
        there = entry.key in project.phases or entry.key in project.archived_phases
        if entry.ticked and not there and entry.key not in gone and project.phases:
            gone.add(entry.key)
            yield MISSING.on(
                roadmap.path,
                entry.spot,
                f"phase {entry.key} is ticked, and no folder is left of it",
                "bring the folder back, below `phases/` or `milestones/`",
                "note",
            )


def _files(project: Project, roadmap: Roadmap, plans: Mapping[str, PlanFile]) -> Iterator[Finding]:
    listed = {entry.key for entry in roadmap.plans}
    planned = {key.rpartition("-")[0] for key in plans}
    told: set[str] = set()
    for entry in roadmap.plans:
        phase = entry.key.rpartition("-")[0]
        if entry.key in plans or entry.key in told or phase not in planned or not entry.planned:
            continue
        told.add(entry.key)
        if phase not in project.archived_phases:
            yield MISSING.on(
                roadmap.path,
                entry.spot,
                f"there is no plan {shown(entry.spot.text)} in phase {phase}",
                "write the plan, or take the line out",
                None if _dense(entry, plans) else "note",
            )
    phases = {key.rpartition("-")[0] for key in listed}
    for key, file in plans.items():
        if key not in listed and key.rpartition("-")[0] in phases:
            place = next(
                entry.spot
                for entry in roadmap.plans
                if entry.key.rpartition("-")[0] == key.rpartition("-")[0]
            )
            yield UNLISTED.on(
                roadmap.path,
                place,
                f"the roadmap lists other plans of this phase and not {shown(file.path)}",
                "list it, so that nobody takes the phase for done without it",
                "note",
            )


def _dense(entry: Entry, plans: Mapping[str, PlanFile]) -> bool:
    return ".md" in entry.spot.text


def _ticks(project: Project, roadmap: Roadmap, plans: Mapping[str, PlanFile]) -> Iterator[Finding]:
    told: set[str] = set()
    for entry in roadmap.plans:
        file = plans.get(entry.key)
        if file is None or entry.key in told:
            continue
        told.add(entry.key)
        if entry.ticked and not project.done(file):
            yield EVIDENCE.on(
                roadmap.path,
                entry.spot,
                f"{shown(entry.spot.text)} is ticked, and has no summary and no run",
                f"write {shown(file.summary_path)}, or take the tick back",
                None,
            )
        elif not entry.ticked and file.path in project.summarised:
            yield BEHIND.on(
                roadmap.path,
                entry.spot,
                f"{shown(entry.spot.text)} has a summary, and no tick",
                "tick it",
            )
    open_phases: dict[str, list[str]] = {}
    for key, file in plans.items():
        if not project.done(file):
            open_phases.setdefault(key.rpartition("-")[0], []).append(file.id)
    for entry in roadmap.phases:
        waiting = open_phases.get(entry.key, [])
        if (
            entry.ticked
            and waiting
            and not any(entry.key == each.rpartition("-")[0] for each in told)
        ):
            yield EVIDENCE.on(
                roadmap.path,
                entry.spot,
                f"phase {entry.key} is ticked, {', '.join(waiting[:5])} has no summary",
                "write the summary, or take the tick back",
                None,
            )
