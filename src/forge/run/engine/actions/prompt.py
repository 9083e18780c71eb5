"""The prompt of a step for its runner, from `templates/prompt.md`."""

from __future__ import annotations

import string
from collections.abc import Collection, Sequence

from forge.check.rules.plan.references import why_refused
from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.plan import Plan, Step
from forge.planning.plan.references import confined
from forge.planning.plan.scope import clean
from forge.shipped import template
from forge.timeline.run.state import RunState, StepState

_LISTED = 40
_NONE = "- (none named)"
_REPAIR = """
## What failed

The last attempt failed; its changes are still in the work tree. Fix them. What failed:

{diagnosis}
"""
_START_OVER = """
## Start over

The step starts over: its earlier changes are no longer in the work tree.
"""


def prompt_for(
    plan: Plan, step: Step, state: RunState, current: StepState, contract: Contract, root: str
) -> str:
    """Return the prompt of a step; `current` has the attempt, and what a repair must fix.

    References that are not files of the repository at `root`, or hold secrets, are left out.
    """
    references = dict.fromkeys((*step.references, *plan.references))
    refused = {reference for reference in references if why_refused(reference, root)}
    allowed = _writable(plan, step) or [_NONE]
    allowed += [f"- within what the mission allows: {line}" for line in contract.lines()]
    checks = [f"- {check.text}" for check in step.checks]
    return string.Template(template("prompt.md")).safe_substitute(
        plan=plan.id,
        title=plan.title,
        plan_file=plan.path,
        number=step.number,
        count=len(plan.steps),
        name=step.name,
        stage=step.stage,
        step=confined(step, references, refused).strip(),
        files="\n".join(allowed),
        context="\n".join(_context([*references], refused, state)[:_LISTED]) or _NONE,
        checks="\n".join(checks) or _NONE,
        failing=_earlier_attempts(current),
    )


def _writable(plan: Plan, step: Step) -> list[str]:
    """Return a line for each path that the plan may write: those of the step, then as many of the
    others as there is room for, and their number.
    """
    named = set(step.files)
    own = [path for path in plan.write_scope.paths if path in named]
    others = [path for path in plan.write_scope.paths if path not in named]
    shown = others[: max(0, _LISTED - len(own))]
    lines = [f"- {path}" for path in (*own, *shown)]
    if more := len(others) - len(shown):
        lines.append(f"- and {more} more of other steps: the file `$FORGE_SCOPE_FILE` lists all")
    return lines


def _context(references: Sequence[str], refused: Collection[str], state: RunState) -> list[str]:
    """Return a line for each file to read: references first, then what was retrieved."""
    retrieved = {entry["path"] for entry in state.context} | {*refused}
    kept = [path for path in references if not {path, clean(path)[0]} & retrieved]
    return [f"- {path}" for path in kept] + [_described(entry) for entry in state.context]


def _earlier_attempts(current: StepState) -> str:
    if current.diagnosis:
        return _REPAIR.replace("{diagnosis}", current.diagnosis)
    return _START_OVER if current.attempt > 1 else ""


def _described(entry: dict[str, str]) -> str:
    """Return a line about a retrieved file, with its blob at that time."""
    blob = f", blob {entry['blob'][:12]}" if entry.get("blob") else ""
    return f"- {entry['path']} ({entry['why']}{blob})"
