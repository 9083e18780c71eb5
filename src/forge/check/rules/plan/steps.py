"""Rules about the parts of a step: it is closed, has an action, a verify and a done; and
checkpoints agree with `autonomous`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.places import opening
from forge.planning.plan.plan import Plan, Step
from forge.text.finding import Finding

UNCLOSED = Rule("step-unclosed", "warning", False, "each `<task>` is closed at the end of a line")
ACTION = Rule("step-without-action", "warning", False, "a step says what to do")
VERIFY = Rule("step-without-verify", "warning", False, "a step says how it is verified")
DONE = Rule("step-without-done", "note", False, "a step says when it is done")
AUTONOMOUS = Rule(
    "checkpoint-in-autonomous", "warning", False, "a plan with a checkpoint is not `autonomous`"
)
_OTHER_TAG = re.compile(
    r"^[ \t]*<(?:description|details?|steps|changes|todo|goal|prompt|objective|approach|notes)>",
    re.M,
)
_CLOSED = re.compile(r"</(?:task|feature)>[ \t]*\r?\Z")
_ACTION_PARTS = ("action", "behavior", "implementation", "what-built", "instructions", "decision")
_VERIFY_PARTS = ("verify", "acceptance_criteria", "how-to-verify")
_DONE_PARTS = ("done", "acceptance_criteria")


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each part that a step lacks, and for a checkpoint in an autonomous
    plan.
    """
    for step in plan.steps:
        if not _is_closed(plan, step):
            yield UNCLOSED.at(
                plan.source,
                opening(step),
                f"step {step.number} is never closed",
                "put `</task>` at the end of a line, after the step's last part",
            )
        yield from _parts(plan, step)
    yield from _checkpoints(plan)


def _is_closed(plan: Plan, step: Step) -> bool:
    if step.span.end <= step.span.start:
        return True
    return _CLOSED.search(plan.source.text, step.span.start, step.span.end) is not None


def _parts(plan: Plan, step: Step) -> Iterator[Finding]:
    test_driven = step.attributes.get("tdd") == "true" and "behavior" in step.parts
    if step.stage == "checkpoint" or test_driven:
        return
    span, name = opening(step), f"step {step.number}"
    if "name" in step.parts:
        name += f" {shown(step.name)}"
    if step.edits and not _has(step, _ACTION_PARTS) and not _has_other_text(step):
        yield ACTION.at(
            plan.source, span, f"{name} has no <action>", "say in `<action>` what to do"
        )
    if step.stage in ("retrieve", "plan"):
        return  # later steps verify what these produce
    if not _has(step, _VERIFY_PARTS):
        yield VERIFY.at(
            plan.source,
            span,
            f"{name} has no <verify>",
            "put a command into `<verify><automated>…`, or say in `<verify>` what to check by hand",
        )
    if not _has(step, _DONE_PARTS):
        yield DONE.at(
            plan.source, span, f"{name} has no <done>", "say in `<done>` what is true afterwards"
        )


def _has_other_text(step: Step) -> bool:
    """Return whether a step says what to do in plain text, or in a tag that plans use instead of
    `<action>`.
    """
    return not step.parts or _OTHER_TAG.search(step.text) is not None


def _has(step: Step, names: tuple[str, ...]) -> bool:
    return any(step.parts.get(name, "").strip() for name in names)


def _checkpoints(plan: Plan) -> Iterator[Finding]:
    value = plan.front.get("autonomous")
    checkpoints = [step for step in plan.steps if step.stage == "checkpoint"]
    if value is None or value.data is not True or not checkpoints:
        return
    numbers = ", ".join(str(step.number) for step in checkpoints[:10])
    yield AUTONOMOUS.at(
        plan.source,
        value.span,
        f"the plan is autonomous, and step {numbers} is a checkpoint",
        "write `autonomous: false`, or make the step one that needs no answer",
    )
