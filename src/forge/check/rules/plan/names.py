"""phase-mismatch and plan-mismatch: what a plan says it is against its folder and its file's
name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.planning.names.plan_files import FOLDER
from forge.planning.numbers import PHASE as PHASE_NUMBER
from forge.planning.numbers import PLAN as PLAN_NUMBER
from forge.planning.numbers import leading, normal, plan_name
from forge.planning.plan.plan import Plan
from forge.text.finding import Finding

PHASE = Rule("phase-mismatch", "warning", False, "a plan's `phase` is that of its folder")
PLAN = Rule("plan-mismatch", "warning", False, "a plan's `plan` is the number in its file's name")
_SAID = re.compile(
    rf"(?:plan[\s_-]*)?(?:(?P<phase>{PHASE_NUMBER})[-/])?(?P<plan>{PLAN_NUMBER})(?!\w)", re.I
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for a `phase` and for a `plan` that name another number than folder and file
    do.
    """
    folder, name = posixpath.split(plan.path)
    parts = folder.split("/")
    if FOLDER not in parts or not any(
        part == "phases" or part.endswith("-phases") for part in parts
    ):
        return
    phase, number = plan.front.get("phase"), plan.front.get("plan")
    of_folder = leading(posixpath.basename(folder))
    of_file = plan_name(name.removesuffix("PLAN.md").rstrip("-_."))
    if phase is not None and of_folder is not None:
        said = leading(phase.raw)
        if (
            said is not None
            and not _same(said, of_folder)
            and not (of_file and _same(said, normal(of_file.phase)))
        ):
            yield PHASE.at(
                plan.source,
                phase.span,
                f"the plan says phase {shown(phase.raw)} and lies in {shown(folder)}",
                f"write `phase: {posixpath.basename(folder)}`, or move the plan",
            )
    if number is not None and of_file is not None:
        match = _SAID.match(number.raw.strip())
        if match is not None and normal(match["plan"]) != normal(of_file.plan):
            yield PLAN.at(
                plan.source,
                number.span,
                f"the plan says {shown(number.raw)}, and its file is {shown(name)}",
                f"write `plan: {of_file.plan}`, or rename the file",
            )


def _same(said: str, folder: str) -> bool:
    """Say whether two numbers are of one phase; what YAML made of `03.10` may have lost a zero."""
    return said == folder or said.rstrip("0").rstrip(".") == folder.rstrip("0").rstrip(".")
