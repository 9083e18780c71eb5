"""Rules about missions: their shape, the phases that they name, what these come to, and may
touch.
"""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterator

from forge.check import schema
from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.mission.mission import Mission
from forge.planning.names.plan_files import Phase, phases_of
from forge.planning.names.resolve import names_phase, phase_named
from forge.planning.numbers import leading
from forge.planning.plan.scope import WriteScope
from forge.text.finding import Finding
from forge.text.source import Source
from forge.text.yaml import parse as yaml

NOT_DONE = Rule(
    "mission-not-done", "warning", False, "the plans of a mission that is called done are done"
)
OUTSIDE = Rule("outside-mission", "warning", False, "a plan writes only what its missions allow")
SHAPE = Rule(
    "mission-shape",
    "warning",
    False,
    "a mission has a title, a goal and a status, and its id is its file's name",
)
PHASE = Rule("mission-phase", "warning", False, "a mission names phases that are there")
_HINT = "carry them out, or take the status back"


def check_mission(source: Source, mission: Mission) -> Iterator[Finding]:
    """Yield everything that is wrong with a mission by itself."""
    yield from mission.findings
    if not mission.readable:
        return
    top = yaml.parse(source.text)
    known = {finding.line for finding in mission.findings}
    found = schema.shape(source, top, "mission", SHAPE.id, SHAPE.severity)
    yield from (finding for finding in found if finding.line not in known)
    said, name = top.get("id"), posixpath.basename(source.path).removesuffix(".yaml")
    if said is not None and said.raw.strip() != name:
        yield SHAPE.at(
            source,
            said.span,
            f"the id is {shown(said.raw)}, and the file is called {shown(name)}",
            f"write `id: {name}`, or `forge move {name} {said.raw.strip()}`",
        )


def check(project: Project) -> Iterator[Finding]:
    """Yield the findings about what missions name and claim, and about what their plans may
    write.
    """
    yield from _phases(project)
    yield from _claims(project)
    yield from _reach(project)


def _phases(project: Project) -> Iterator[Finding]:
    """Yield a finding for each phase of a mission that is not there; one that the roadmap lists may
    come yet.
    """
    here = [Phase(folder, ()) for folder in dict.fromkeys([*project.folders, *project.by_folder])]
    listed = {entry.key for entry in project.roadmap.phases} if project.roadmap else set()
    listed -= {phase.key for phase in here}
    for mission in project.missions:
        for spot in mission.named:
            name, number = spot.text.strip().rstrip("/"), leading(spot.text)
            if phase_named(name, here) or any(names_phase(name, phase.folder) for phase in here):
                continue
            if number is not None and number in project.archived_phases:
                continue
            near = difflib.get_close_matches(name, [phase.name for phase in here], 1)
            hint = (
                f"did you mean `{near[0]}`?" if near else "`forge list phases` shows what there is"
            )
            yield PHASE.on(
                mission.path,
                spot,
                f"there is no phase {shown(name)}",
                hint,
                "note" if number in listed else None,
            )


def _claims(project: Project) -> Iterator[Finding]:
    """Yield a finding for each mission that is called done and is not; archived phases are
    history.
    """
    for mission in project.missions:
        if mission.status.text == "done":
            against = [each for name in mission.phases if (each := _against(project, name))]
            if against:
                said = f"the mission is called done, and {'; '.join(against[:5])}"
                yield NOT_DONE.on(mission.path, mission.status, said, _HINT)


def _against(project: Project, name: str) -> str:
    """Say what of a phase is not done; empty where all of it is."""
    phase = phase_named(name, phases_of(project.files))
    if phase is None:
        return (
            ""
            if leading(name) in project.archived_phases
            else f"its phase {shown(name)} has no plans"
        )
    left = [file.id for file in phase.plans if not project.done(file)]
    return (
        f"{', '.join(left[:5])} of {phase.name} {'has' if len(left) == 1 else 'have'} neither"
        " summary nor run"
        if left
        else ""
    )


def _reach(project: Project) -> Iterator[Finding]:
    """Yield a finding for each path of a plan that a mission of its phase does not allow."""
    held = [
        (mission, WriteScope.of(mission.paths)) for mission in project.missions if mission.paths
    ]
    for folder, files in project.by_folder.items():
        for mission, scope in held:
            if not any(names_phase(name, folder) for name in mission.phases):
                continue
            for file, facts in project.read(files):
                spots = {spot.text.removeprefix("./").rstrip("/"): spot for spot in facts.files}
                for path in (path for path in facts.paths if not _allows(scope, path)):
                    yield OUTSIDE.on(
                        file.path,
                        spots.get(path, facts.head),
                        f"{shown(path)} lies outside the paths of mission {mission.id}",
                        f"take it out, or add it to `scope_contract` in {mission.path}: a run asks"
                        " about every such change",
                        "note" if project.settled(file) else None,
                    )


def _allows(scope: WriteScope, path: str) -> bool:
    """Say whether a scope covers a path of a plan: a file, a glob, or a folder of which all that is
    below is covered.
    """
    return scope.covers(path) or scope.covers(f"{path}/*")
