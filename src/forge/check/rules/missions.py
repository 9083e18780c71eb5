"""mission-not-done and outside-mission: missions against what their phases come to, and may touch."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.contract import names_folder
from forge.planning.numbers import leading
from forge.planning.plan_files import phase_named, phases_of
from forge.planning.scope import WriteScope
from forge.text.finding import Finding

NOT_DONE = Rule("mission-not-done", "warning", False, "the plans of a mission that is called done are done")
OUTSIDE = Rule("outside-mission", "warning", False, "a plan writes only what its missions allow")
_HINT = "carry them out, or take the status back"


def check(project: Project) -> Iterator[Finding]:
    """Yield the findings about what missions claim, and about what their plans may write."""
    yield from _claims(project)
    yield from _reach(project)


def _claims(project: Project) -> Iterator[Finding]:
    """Yield a finding for each mission that is called done and is not; archived phases are history."""
    for mission in project.missions:
        if mission.status.text == "done":
            against = [each for name in mission.phases if (each := _against(project, name))]
            if against:
                said = f"the mission is called done, and {'; '.join(against[:5])}"
                yield NOT_DONE.on(mission.path, mission.status, said, _HINT)


def _against(project: Project, name: str) -> str:
    """Say what of a phase is not done; empty where all of it is."""
    phase = phase_named(phases_of(project.files), name)
    if phase is None:
        return "" if leading(name) in project.archived_phases else f"its phase {shown(name)} has no plans"
    left = [file.id for file in phase.plans if not project.done(file)]
    return (
        f"{', '.join(left[:5])} of {phase.name} {'has' if len(left) == 1 else 'have'} neither summary nor run" if left else ""
    )


def _reach(project: Project) -> Iterator[Finding]:
    """Yield a finding for each path of a plan that a mission of its phase does not allow."""
    held = [(mission, WriteScope.of(mission.paths)) for mission in project.missions if mission.paths]
    for folder, files in project.by_folder.items():
        for mission, scope in held:
            if not names_folder(mission.phases, folder):
                continue
            for file, facts in project.read(files):
                spots = {spot.text.removeprefix("./").rstrip("/"): spot for spot in facts.files}
                for path in (path for path in facts.paths if not _allows(scope, path)):
                    yield OUTSIDE.on(
                        file.path, spots.get(path, facts.head), f"{shown(path)} lies outside the paths of mission {mission.id}",
                        f"take it out, or add it to `scope_contract` in {mission.path}: a run asks about every such change",
                        "note" if project.settled(file) else None,
                    )  # fmt: skip


def _allows(scope: WriteScope, path: str) -> bool:
    """Say whether a scope covers a path of a plan: a file, a glob, or a folder of which all that is below is covered."""
    return scope.covers(path) or scope.covers(f"{path}/*")
