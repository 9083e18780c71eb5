"""Rules about requirements: a plan names those that are defined, and each that a planned phase owes
is in some plan.
"""

from __future__ import annotations

from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.project import Project
from forge.planning.gsd.requirements import Requirement, Requirements, ids_in, is_id, named_by
from forge.planning.numbers import leading
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
    """Yield the findings where there is a REQUIREMENTS.md that defines something; nothing without
    one.
    """
    known = project.requirements
    if known is None or not known.defined:
        return
    yield from _duplicates(known)
    spoken = {*known.spoken, *project.archived_ids}
    covered: set[str] = set()
    phases: set[str] = set()
    for file, facts in project.read():
        names = [spot.text for spot in facts.requirements]
        covered |= named_by(names)
        if file.archived or "quick" in file.path.split("/"):
            continue
        if names:
            phases.add(leading(file.folder.rpartition("/")[2]) or "")
        for spot in facts.requirements:
            if (
                is_id(spot.text)
                and spot.text.lower() not in spoken
                and not ids_in(spot.text) & spoken
            ):
                yield UNKNOWN.on(
                    file.path,
                    spot,
                    f"{shown(spot.text)} is not in {known.path}",
                    "mend the id, or define it there",
                    "note" if project.claimed(file) else None,
                )
    if covered:
        yield from _uncovered(project, known, covered, phases)


def _duplicates(known: Requirements) -> Iterator[Finding]:
    lines: dict[str, int] = {}
    for each in known.defined:
        first = lines.setdefault(each.id.lower(), each.spot.line)
        if first != each.spot.line and each.ticked is not None and not each.aside:
            yield DUPLICATE.on(
                known.path,
                each.spot,
                f"{shown(each.id)} is defined in line {first} already",
                "give one of the two another id",
                None,
            )


def _uncovered(
    project: Project, known: Requirements, covered: set[str], phases: set[str]
) -> Iterator[Finding]:
    """Yield a finding for each open requirement that no plan names.

    It is a warning where the table gives it to phases that are planned, with plans that name
    others; a note where nothing says whose it is; and nothing where its phase has no such plans
    yet.
    """
    for each in known.defined:
        if each.aside or each.ticked or each.id.lower() in covered:
            continue
        owners = known.phases.get(each.id.lower(), [])
        if owners and not set(owners) <= phases:
            continue
        if not owners and not _all_planned(project, phases):
            continue
        yield _finding(known, each, owners)


def _finding(known: Requirements, each: Requirement, owners: list[str]) -> Finding:
    of = f", and phase {', '.join(owners)} has plans" if owners else ""
    return UNCOVERED.on(
        known.path,
        each.spot,
        f"no plan names {shown(each.id)} in its `requirements`{of}",
        "add it to the plan that meets it, or put it off in words",
        None if owners else "note",
    )


def _all_planned(project: Project, phases: set[str]) -> bool:
    """Say whether every phase that the roadmap lists, if there is one, has plans that name
    requirements.
    """
    return project.roadmap is None or {entry.key for entry in project.roadmap.phases} <= phases
