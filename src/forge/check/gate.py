"""Decides whether a plan may run at all."""

from __future__ import annotations

from msgspec import Struct

from forge.planning.plan.plan import Plan
from forge.text.finding import Finding


class Allow(Struct, frozen=True):
    """The plan may run; its findings are shown and recorded."""

    findings: tuple[Finding, ...]


class Refuse(Struct, frozen=True):
    """The plan may not run, for these findings."""

    findings: tuple[Finding, ...]


def gate(plan: Plan) -> Allow | Refuse:
    """Return a refusal if the plan has a blocking finding: unreadable, no steps, a path outside the
    repository, duplicate step ids.
    """
    return Refuse(tuple(plan.blocking)) if plan.blocking else Allow(tuple(plan.findings))
