"""duplicate-plan and duplicate-phase: files and folders with the same number."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from forge.check.rules.model import Rule
from forge.check.rules.project import Project
from forge.planning.names.plan_files import plan_id
from forge.text.command_line import forge_command
from forge.text.finding import Finding
from forge.text.location import TOP

PLAN = Rule("duplicate-plan", "warning", False, "no two files of a folder are the same plan")
PHASE = Rule("duplicate-phase", "warning", False, "no two phases have the same number")


def check(project: Project) -> Iterator[Finding]:
    """Yield a finding for each phase and plan whose number is not unique."""
    yield from _phases(project)
    yield from _plans(project)


def _phases(project: Project) -> Iterator[Finding]:
    """Yield a finding for each folder whose phase number another folder has.

    Two clones that each make a phase choose the same number, and git merges them without conflict.
    """
    for number, folders in project.phases.items():
        for folder in folders[1:]:
            plans = project.by_folder.get(folder, [])
            page = f"{folder}/README.md"
            path = page if project.exists(page) else plans[0].path if plans else ""
            if path:
                done = bool(plans) and all(project.done(file) for file in plans)
                yield PHASE.on(
                    path,
                    TOP,
                    f"{number} is also the number of `{folders[0]}`",
                    f"`{forge_command('move', posixpath.basename(folder), 'NN')}` gives it another",
                    "note" if done else None,
                )


def _plans(project: Project) -> Iterator[Finding]:
    """Yield a finding for each plan whose id another file of its folder has."""
    for files in project.by_folder.values():
        first: dict[str, str] = {}
        for file in files:
            name = plan_id(file.path)
            other = first.setdefault(name, file.path)
            facts = project.facts(file.path) if other != file.path else None
            if facts is not None and facts.number is not None and not file.archived:
                yield PLAN.on(
                    file.path,
                    facts.number,
                    f"`{name}` is also the id of `{other}`",
                    "give one of the two another number",
                    "note" if project.settled(file) else None,
                )
