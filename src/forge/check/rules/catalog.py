"""Lists every rule, and the functions that check documents. Ids are stable; `docs/rules.md` has a
section for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from forge.check.rules import allow
from forge.check.rules.between import (
    dependencies,
    identity,
    items,
    missions,
    references,
    requirements,
    roadmap,
    runs,
    status,
    waves,
)
from forge.check.rules.documents import conflict, item, mission, proof, report, run, settings
from forge.check.rules.model import Rule
from forge.check.rules.plan import (
    coverage,
    files,
    front_matter,
    keys,
    must_haves,
    names,
    patterns,
    steps,
    unread_must_haves,
    verify,
)
from forge.check.rules.plan import references as plan_references
from forge.check.rules.project import Project
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding

__all__ = ["RULES", "Rule", "check_plan", "check_project"]

_ONE_DOCUMENT = (
    *front_matter.RULES,
    conflict.RULE,
    keys.RULE,
    names.PHASE,
    names.PLAN,
    steps.UNCLOSED,
    steps.ACTION,
    steps.VERIFY,
    steps.DONE,
    steps.AUTONOMOUS,
    verify.PROSE,
    verify.CANNOT_FAIL,
    verify.FOREIGN,
    must_haves.MISSING,
    must_haves.EMPTY,
    must_haves.BARE,
    must_haves.UNDECIDABLE,
    unread_must_haves.RULE,
    coverage.RULE,
    patterns.INVALID,
    patterns.MATCHES_ALL,
    files.UNDECLARED,
    files.UNTOUCHED,
    plan_references.RULE,
    settings.SETTINGS,
    settings.SETTINGS_KEY,
    mission.YAML,
    mission.CONTRACT,
    proof.PROOF,
    report.YAML,
    report.CONFIG,
    item.FRONT,
    item.SHAPE,
    mission.SHAPE,
    run.CARD,
    run.DAMAGED,
    allow.REASON,
    allow.UNUSED,
)
_BETWEEN_DOCUMENTS = (
    identity.PLAN,
    identity.PHASE,
    dependencies.UNKNOWN,
    dependencies.SELF,
    dependencies.CYCLE,
    dependencies.FORWARD,
    waves.WAVE,
    waves.SHARED,
    references.RULE,
    requirements.UNKNOWN,
    requirements.UNCOVERED,
    requirements.DUPLICATE,
    roadmap.UNLISTED,
    roadmap.MISSING,
    roadmap.BEHIND,
    roadmap.EVIDENCE,
    status.NUMBERS,
    status.ORPHAN,
    items.DUPLICATE,
    items.DEPENDS,
    items.NOT_DONE,
    missions.PHASE,
    missions.NOT_DONE,
    missions.OUTSIDE,
    runs.REWRITTEN,
    runs.COMMITS,
    runs.ALTERED,
)
_PROBED = (verify.ALREADY,)
RULES: tuple[Rule, ...] = (*_ONE_DOCUMENT, *_BETWEEN_DOCUMENTS, *_PROBED)
OF_A_DOCUMENT = frozenset(rule.id for rule in _ONE_DOCUMENT)
"""The ids of the rules that need one document only."""
PROBED = frozenset(rule.id for rule in _PROBED)
"""The ids of the rules that need verify commands to have run."""

# At the same place, a finding of the first set replaces one of the second.
_MORE_SPECIFIC = frozenset(
    (must_haves.EMPTY.id, must_haves.UNDECIDABLE.id, unread_must_haves.RULE.id)
)
_LESS_SPECIFIC = frozenset(("front-matter-schema", keys.RULE.id))
_PLAN_CHECKS: tuple[Callable[[Plan], Iterator[Finding]], ...] = (
    front_matter.check,
    keys.check,
    names.check,
    steps.check,
    verify.check,
    must_haves.check,
    unread_must_haves.check,
    coverage.check,
    patterns.check,
    files.check,
)
_PROJECT_CHECKS: tuple[Callable[[Project], Iterator[Finding]], ...] = (
    identity.check,
    dependencies.check,
    waves.check,
    references.check,
    requirements.check,
    roadmap.check,
    status.check,
    items.check,
    missions.check,
)


def check_plan(plan: Plan, root: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a plan by itself; its commands run from `root`."""
    findings = [finding for check in _PLAN_CHECKS for finding in check(plan)]
    specific = {
        (finding.line, finding.column) for finding in findings if finding.rule in _MORE_SPECIFIC
    }
    for finding in findings:
        if finding.rule not in _LESS_SPECIFIC or (finding.line, finding.column) not in specific:
            yield finding
    yield from conflict.check(plan.source)
    yield from verify.check_in(plan, root)
    yield from plan_references.check_in(plan, root)


def check_project(project: Project) -> Iterator[Finding]:
    """Yield everything that is wrong between the documents of a project."""
    for check in _PROJECT_CHECKS:
        yield from check(project)
