"""Rules about the parts of a step: closed, with an action, a verify and a done; checkpoints that
fit `autonomous`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from forge.check.rules.model import Rule, shown
from forge.check.rules.places import opening
from forge.planning.plan.plan import Plan, Step
from forge.text.finding import Finding

UNCLOSED = Rule("step-unclosed", "warning", False, "each `<task>` is closed at the end of a line")
ACTION = Rule("step-without-action", "warning", False, "a step says what is to be done")
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
_DOING = ("action", "behavior", "implementation", "what-built", "instructions", "decision")
_PROVING = ("verify", "acceptance_criteria", "how-to-verify")
_ENDING = ("done", "acceptance_criteria")


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each part that a step lacks, and for a checkpoint in a plan that asks
    nobody.
    """
    for step in plan.steps:
        if step.span.end > step.span.start and not _CLOSED.search(
            plan.source.text, step.span.start, step.span.end
        ):
            yield UNCLOSED.at(
                plan.source,
                opening(step),
                f"step {step.number} is never closed",
                "put `</task>` at the end of a line, behind the step's last part",
            )
        yield from _parts(plan, step)
    yield from _checkpoints(plan)


def _parts(plan: Plan, step: Step) -> Iterator[Finding]:
    if step.stage == "checkpoint" or (
        step.attributes.get("tdd") == "true" and "behavior" in step.parts
    ):
        return
    place, name = (
        opening(step),
        f"step {step.number}" + (f" {shown(step.name)}" if "name" in step.parts else ""),
    )
    if step.edits and not _has(step, _DOING) and not _said_otherwise(step):
        yield ACTION.at(
            plan.source, place, f"{name} has no <action>", "say in `<action>` what is to be done"
        )
    if step.stage in ("retrieve", "plan"):
        return  # what they bring is read by the steps behind them
    if not _has(step, _PROVING):
        yield VERIFY.at(
            plan.source,
            place,
            f"{name} has no <verify>",
            "put a command into `<verify><automated>…`, or say in `<verify>` what a person"
            " looks at",
        )
    if not _has(step, _ENDING):
        yield DONE.at(
            plan.source, place, f"{name} has no <done>", "say in `<done>` what is then true"
        )


def _said_otherwise(step: Step) -> bool:
    """Say whether a step says what to do without an `<action>`: in plain text, or in a tag of its
    author's own.
    """
    return not step.parts or _OTHER_TAG.search(step.text) is not None


def _has(step: Step, names: tuple[str, ...]) -> bool:
    return any(step.parts.get(name, "").strip() for name in names)


def _checkpoints(plan: Plan) -> Iterator[Finding]:
    value = plan.front.get("autonomous")
    asking = [step for step in plan.steps if step.stage == "checkpoint"]
    if value is None or value.data is not True or not asking:
        return
    listed = ", ".join(str(step.number) for step in asking[:10])
    yield AUTONOMOUS.at(
        plan.source,
        value.span,
        f"the plan is autonomous, and step {listed} is a checkpoint",
        "write `autonomous: false`, or make the step one that nobody is asked about",
    )
