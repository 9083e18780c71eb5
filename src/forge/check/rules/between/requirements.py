"""requirement-unknown, requirement-uncovered and duplicate-requirement: REQUIREMENTS.md and the
requirements that plans name.
"""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.gsd.requirements import Requirement, Requirements, ids_in, is_id, named_by
from forge.planning.names.plan_files import PlanFile
from forge.planning.numbers import leading
from forge.planning.plan.facts import PlanFacts
from forge.text.finding import Finding

UNKNOWN = Rule(
    "requirement-unknown",
    "warning",
    False,
    "each requirement that a plan names is in REQUIREMENTS.md",
)
UNCOVERED = Rule(
    "requirement-uncovered",
    "warning",
    False,
    "each requirement of a planned phase is named by a plan",
)
DUPLICATE = Rule("duplicate-requirement", "warning", False, "a requirement is defined once")


def check(project: Project) -> Iterator[Finding]:
    """Yield findings if a REQUIREMENTS.md defines requirements."""
    requirements = project.requirements
    if requirements is None or not requirements.defined:
        return
    yield from _duplicates(requirements)
    known = {*requirements.spoken, *project.archived_ids}
    covered: set[str] = set()
    phases: set[str] = set()
    for file, facts in project.read():
        names = [spot.text for spot in facts.requirements]
        covered |= named_by(names)
        if file.archived or "quick" in file.path.split("/"):
            continue
        if names:
            phases.add(leading(file.folder.rpartition("/")[2]) or "")
        yield from _unknown(project, file, facts, known)
    if covered:
        yield from _uncovered(project, requirements, covered, phases)


def _unknown(
    project: Project, file: PlanFile, facts: PlanFacts, known: set[str]
) -> Iterator[Finding]:
    assert project.requirements is not None
    for spot in facts.requirements:
        if not is_id(spot.text) or spot.text.lower() in known or ids_in(spot.text) & known:
            continue
        yield UNKNOWN.on(
            file.path,
            spot,
            f"{shown(spot.text)} is not in {project.requirements.path}",
            "correct the id, or define it there",
            "note" if project.claimed(file) else None,
        )


def _duplicates(requirements: Requirements) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for requirement in requirements.defined:
        first = lines.setdefault(requirement.id.lower(), requirement.spot.line)
        if first == requirement.spot.line or requirement.ticked is None or requirement.aside:
            continue
        yield DUPLICATE.on(
            requirements.path,
            requirement.spot,
            f"{shown(requirement.id)} is already defined in line {first}",
            "give one of the two another id",
        )


def _uncovered(
    project: Project, requirements: Requirements, covered: set[str], phases: set[str]
) -> Iterator[Finding]:
    """Yield a finding for each open requirement that no plan names.

    It is a warning if the table assigns it to phases that have plans with requirements, a note if
    it is not assigned and every phase has such plans. Otherwise its plan may still be missing.
    """
    for requirement in requirements.defined:
        if requirement.aside or requirement.ticked or requirement.id.lower() in covered:
            continue
        owners = requirements.phases.get(requirement.id.lower(), [])
        planned = set(owners) <= phases if owners else _all_planned(project, phases)
        if planned:
            yield _not_named(requirements, requirement, owners)


def _not_named(requirements: Requirements, requirement: Requirement, owners: list[str]) -> Finding:
    phase = f", and phase {', '.join(owners)} has plans" if owners else ""
    return UNCOVERED.on(
        requirements.path,
        requirement.spot,
        f"no plan names {shown(requirement.id)} in its `requirements`{phase}",
        "add it to the plan that meets it, or move it out of scope",
        None if owners else "note",
    )


def _all_planned(project: Project, phases: set[str]) -> bool:
    """Return whether every phase that the roadmap lists has plans that name requirements."""
    return project.roadmap is None or {entry.key for entry in project.roadmap.phases} <= phases
