"""mission-not-done: what a mission says of itself against what its phases have come to."""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.numbers import leading
from forge.planning.plan_files import phase_named, phases_of
from forge.text.finding import Finding

NOT_DONE = Rule("mission-not-done", "warning", False, "the plans of a mission that is called done are done")
_HINT = "carry them out, or take the status back"


def check(project: Project) -> Iterator[Finding]:
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
