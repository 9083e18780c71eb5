"""phase-mismatch and plan-mismatch: a plan's numbers against its folder and file name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.planning.names.plan_files import FOLDER
from forge.planning.numbers import PHASE as PHASE_NUMBER
from forge.planning.numbers import PLAN as PLAN_NUMBER
from forge.planning.numbers import PlanName, leading, normal, plan_name
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding

PHASE = Rule("phase-mismatch", "warning", False, "a plan's `phase` is that of its folder")
PLAN = Rule("plan-mismatch", "warning", False, "a plan's `plan` is the number in its file's name")
_WRITTEN = re.compile(
    rf"(?:plan[\s_-]*)?(?:(?P<phase>{PHASE_NUMBER})[-/])?(?P<plan>{PLAN_NUMBER})(?!\w)", re.I
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for a `phase` and for a `plan` that differ from the folder and the file."""
    folder, name = posixpath.split(plan.path)
    parts = folder.split("/")
    in_phases = any(part == "phases" or part.endswith("-phases") for part in parts)
    if FOLDER not in parts or not in_phases:
        return
    file = plan_name(name.removesuffix("PLAN.md").rstrip("-_."))
    yield from _phase(plan, folder, file)
    if file is not None:
        yield from _plan(plan, name, file.plan)


def _phase(plan: Plan, folder: str, file: PlanName | None) -> Iterator[Finding]:
    value, of_folder = plan.front.get("phase"), leading(posixpath.basename(folder))
    written = leading(value.raw) if value is not None else None
    if value is None or written is None or of_folder is None or _same(written, of_folder):
        return
    if file is not None and _same(written, normal(file.phase)):
        return
    yield PHASE.at(
        plan.source,
        value.span,
        f"the plan says phase {shown(value.raw)} and is in {shown(folder)}",
        f"write `phase: {posixpath.basename(folder)}`, or move the plan",
    )


def _plan(plan: Plan, name: str, number: str) -> Iterator[Finding]:
    value = plan.front.get("plan")
    match = _WRITTEN.match(value.raw.strip()) if value is not None else None
    if value is not None and match is not None and normal(match["plan"]) != normal(number):
        yield PLAN.at(
            plan.source,
            value.span,
            f"the plan says {shown(value.raw)}, and its file is {shown(name)}",
            f"write `plan: {number}`, or rename the file",
        )


def _same(written: str, folder: str) -> bool:
    """Return whether two numbers are of the same phase; YAML reads `03.10` without the zero."""
    return written == folder or written.rstrip("0").rstrip(".") == folder.rstrip("0").rstrip(".")
