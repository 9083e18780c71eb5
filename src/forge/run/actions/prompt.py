"""What a runner is told: the prompt of a step, from `templates/prompt.md`."""

from __future__ import annotations

import string

from forge.planning.plan import Plan, Step
from forge.resources import template
from forge.timeline.state import RunState

_LISTED = 40


def prompt_for(plan: Plan, step: Step, state: RunState, failing: str = "") -> str:
    """Return the prompt of a step; `failing` is the output that a repair has to mend."""
    context = [f"- {entry['path']} ({entry['why']})" for entry in state.context[:_LISTED]]
    context += [f"- {path}" for path in (*plan.references, *step.references) if f"- {path}" not in context][:_LISTED]
    checks = [f"- {check.text}" for check in step.checks]
    return string.Template(template("prompt.md")).safe_substitute(
        plan=plan.id, title=plan.title, plan_file=plan.path, number=step.number, count=len(plan.steps), name=step.name,
        stage=step.stage, step=step.text.strip(),
        files="\n".join(f"- {path}" for path in plan.write_scope.paths) or "- (none named)",
        context="\n".join(context) or "- (none named)", checks="\n".join(checks) or "- (none named)",
        failing=f"\n## What failed\n\nThe last attempt failed. Mend it. The output ends:\n\n{failing}\n" if failing else "",
    )  # fmt: skip
