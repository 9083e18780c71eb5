"""What a runner is told: the prompt of a step, from `templates/prompt.md`."""

from __future__ import annotations

import string

from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.plan import Plan, Step
from forge.planning.plan.scope import clean
from forge.shipped import template
from forge.timeline.run.state import RunState, StepState

_LISTED = 40


def prompt_for(
    plan: Plan, step: Step, state: RunState, current: StepState, contract: Contract
) -> str:
    """Return the prompt of a step; `current` says which attempt it is, and what a repair has to
    mend.
    """
    paths = [f"- {path}" for path in plan.write_scope.paths] or ["- (none named)"]
    allowed = [f"- within what the mission allows: {line}" for line in contract.lines()]
    found = [entry["path"] for entry in state.context]
    references = dict.fromkeys(
        path for path in (*step.references, *plan.references) if clean(path)[0] not in found
    )
    context = [f"- {path}" for path in references] + [_described(entry) for entry in state.context]
    checks = [f"- {check.text}" for check in step.checks]
    return string.Template(template("prompt.md")).safe_substitute(
        plan=plan.id,
        title=plan.title,
        plan_file=plan.path,
        number=step.number,
        count=len(plan.steps),
        name=step.name,
        stage=step.stage,
        step=step.text.strip(),
        files="\n".join([*paths, *allowed]),
        context="\n".join(context[:_LISTED]) or "- (none named)",
        checks="\n".join(checks) or "- (none named)",
        failing=_before(current),
    )


def _before(current: StepState) -> str:
    """Return what the attempts before this one came to, as far as it is of use."""
    if current.diagnosis:
        told = (
            "The last attempt failed; its changes lie in the work tree. Mend it. What"
            f" failed:\n\n{current.diagnosis}"
        )
        return f"\n## What failed\n\n{told}\n"
    if current.attempt > 1:
        return (
            "\n## Start over\n\nThe step starts over: what was done for it before is not in the"
            " work tree any more.\n"
        )
    return ""


def _described(entry: dict[str, str]) -> str:
    """Return a line about a file that was found, with the blob that it was at that moment."""
    blob = f", blob {entry['blob'][:12]}" if entry.get("blob") else ""
    return f"- {entry['path']} ({entry['why']}{blob})"
