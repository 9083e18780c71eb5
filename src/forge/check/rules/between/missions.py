"""mission-phase, mission-not-done and outside-mission: missions, their phases and their plans."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.names.phases import names_phase, phase_named
from forge.planning.names.plan_files import Phase, phases_of
from forge.planning.numbers import leading
from forge.planning.plan.scope import WriteScope
from forge.text.finding import Finding

NOT_DONE = Rule("mission-not-done", "warning", False, "the plans of a done mission are done")
OUTSIDE = Rule("outside-mission", "warning", False, "a plan writes only what its missions allow")
PHASE = Rule("mission-phase", "warning", False, "a mission names phases that exist")


def check(project: Project) -> Iterator[Finding]:
    """Yield findings about the phases that missions name, the missions that are called done, and
    plans that write more than their missions allow.
    """
    yield from _unknown_phases(project)
    yield from _not_done(project)
    yield from _outside(project)


def _unknown_phases(project: Project) -> Iterator[Finding]:
    """Yield a finding for each phase of a mission that does not exist; a note if the roadmap lists
    it.
    """
    folders = dict.fromkeys([*project.folders, *project.by_folder])
    phases = [Phase(folder, ()) for folder in folders]
    planned = {entry.key for entry in project.roadmap.phases} if project.roadmap else set()
    planned -= {phase.key for phase in phases}
    for mission in project.missions:
        for spot in mission.named:
            name, number = spot.text.strip().rstrip("/"), leading(spot.text)
            if _exists(name, number, phases, project):
                continue
            similar = difflib.get_close_matches(name, [phase.name for phase in phases], 1)
            hint = (
                f"did you mean `{similar[0]}`?"
                if similar
                else "`forge list phases` lists all phases"
            )
            severity = PHASE.severity if number not in planned else "note"
            yield PHASE.on(mission.path, spot, f"there is no phase {shown(name)}", hint, severity)


def _exists(name: str, number: str | None, phases: list[Phase], project: Project) -> bool:
    if phase_named(name, phases) or any(names_phase(name, phase.folder) for phase in phases):
        return True
    return number is not None and number in project.archived_phases


def _not_done(project: Project) -> Iterator[Finding]:
    """Yield a finding for each mission whose status is done and whose phases are not."""
    for mission in project.missions:
        if mission.status.text != "done":
            continue
        remaining = [text for name in mission.phases if (text := _remaining(project, name))]
        if remaining:
            message = f"the status is done, and {'; '.join(remaining[:5])}"
            hint = "execute these plans, or change the status back"
            yield NOT_DONE.on(mission.path, mission.status, message, hint)


def _remaining(project: Project, name: str) -> str:
    """Return in words what of a phase is not done; empty if all of it is, or it is archived."""
    phase = phase_named(name, phases_of(project.files))
    if phase is None:
        if leading(name) in project.archived_phases:
            return ""
        return f"its phase {shown(name)} has no plans"
    open_plans = [file.id for file in phase.plans if not project.done(file)]
    if not open_plans:
        return ""
    verb = "has" if len(open_plans) == 1 else "have"
    return f"{', '.join(open_plans[:5])} of {phase.name} {verb} neither summary nor run"


def _outside(project: Project) -> Iterator[Finding]:
    """Yield a finding for each path of a plan that a mission of its phase does not allow."""
    limited = [
        (mission, WriteScope.of(mission.paths)) for mission in project.missions if mission.paths
    ]
    for folder, files in project.by_folder.items():
        for mission, scope in limited:
            if not any(names_phase(name, folder) for name in mission.phases):
                continue
            for file, facts in project.read(files):
                spots = {spot.text.removeprefix("./").rstrip("/"): spot for spot in facts.files}
                for path in (path for path in facts.paths if not _covers(scope, path)):
                    yield OUTSIDE.on(
                        file.path,
                        spots.get(path, facts.head),
                        f"{shown(path)} is outside the paths of mission {mission.id}",
                        f"remove it, or add it to `scope_contract` in {mission.path}: a run asks"
                        " about every such change",
                        "note" if project.settled(file) else None,
                    )


def _covers(scope: WriteScope, path: str) -> bool:
    """Return whether a scope covers a file or glob, or everything below a folder."""
    return scope.covers(path) or scope.covers(f"{path}/*")
