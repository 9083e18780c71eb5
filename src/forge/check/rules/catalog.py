"""Every rule, and the functions that hold documents to them. Ids are stable; `docs/rules.md` has a
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
from forge.check.rules.documents import conflict
from forge.check.rules.documents import proof as documents
from forge.check.rules.documents import report as reports
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
    verify,
)
from forge.check.rules.project import Project
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding

__all__ = ["RULES", "SEVERITIES", "Rule", "between", "of_plan"]

_OF_A_DOCUMENT = (
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
    coverage.RULE,
    patterns.INVALID,
    patterns.MATCHES_ALL,
    files.UNDECLARED,
    files.UNTOUCHED,
    documents.SETTINGS,
    documents.SETTINGS_KEY,
    documents.MISSION,
    documents.CONTRACT,
    documents.PROOF,
    reports.YAML,
    reports.CONFIG,
    items.FRONT,
    items.SHAPE,
    missions.SHAPE,
    runs.CARD,
    runs.DAMAGED,
    allow.REASON,
    allow.UNUSED,
)
_BETWEEN = (
    identity.RULE,
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
)
_PROBED = (verify.ALREADY,)
RULES: tuple[Rule, ...] = (*_OF_A_DOCUMENT, *_BETWEEN, *_PROBED)
OF_A_DOCUMENT = frozenset(rule.id for rule in _OF_A_DOCUMENT)
PROBED = frozenset(rule.id for rule in _PROBED)
"""Rules that are asked only where commands were run to tell."""
SEVERITIES = ("error", "warning", "note", "off")

_SAYS_MORE = frozenset(
    (must_haves.EMPTY.id, must_haves.UNDECIDABLE.id)
)  # of one place, one finding
_SAYS_LESS = frozenset(("front-matter-schema", keys.RULE.id))
_PLAN_CHECKS: tuple[Callable[[Plan], Iterator[Finding]], ...] = (
    front_matter.check,
    keys.check,
    names.check,
    steps.check,
    verify.check,
    must_haves.check,
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


def of_plan(plan: Plan, root: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with a plan by itself; its commands run from `root`."""
    found = [finding for check in _PLAN_CHECKS for finding in check(plan)]
    better = {(each.line, each.column) for each in found if each.rule in _SAYS_MORE}
    yield from (
        each
        for each in found
        if each.rule not in _SAYS_LESS or (each.line, each.column) not in better
    )
    yield from conflict.check(plan.source)
    yield from verify.check_in(plan, root)


def between(project: Project) -> Iterator[Finding]:
    """Yield everything that is wrong between the documents of a project."""
    for check in _PROJECT_CHECKS:
        yield from check(project)
