"""Rules about `<verify>`: it has a command that can fail and that stays in the work tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from forge.check.rules.model import Rule, shown
from forge.check.rules.places import Finder, part, trimmed
from forge.planning.plan.checks import Check
from forge.planning.plan.plan import Plan, Step
from forge.planning.plan.shell import foreign_folder
from forge.text.command_line import forge_command
from forge.text.finding import Finding
from forge.text.source import Span

PROSE = Rule(
    "verify-prose", "warning", False, "a step's <verify> has a command if the plan is autonomous"
)
CANNOT_FAIL = Rule("verify-cannot-fail", "warning", False, "a verify command can fail")
FOREIGN = Rule("verify-foreign-path", "warning", False, "a verify command stays in the work tree")
ALREADY = Rule(
    "verify-already-passes",
    "warning",
    False,
    "the verify commands of a step do not all pass before its work (`--probe`)",
)
ProbedAs = Literal["passed", "failed", "inconclusive", "not run"]
Probed = Mapping[int, Sequence[ProbedAs]]
_BY_HAND = re.compile(r"<(?:human|manual)", re.I)
_HIDING_PIPE = re.compile(
    r"(?<!\|)\|&?["
    r" \t]*(?P<last>tail|head|cat|tee|less|more|sort|column|tr|cut|fold|nl)\b"
    r"(?P<rest>[^|&;\n()]*)(?=$|\n|[;&])"
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each <verify> without a command, and for each command that proves
    nothing.
    """
    for step in plan.steps:
        if step.parts.get("verify", "").strip() and step.stage != "checkpoint":
            yield from _prose(plan, step)
        yield from _cannot_fail(plan, step)


def _prose(plan: Plan, step: Step) -> Iterator[Finding]:
    if any(check.kind == "command" for check in step.checks):
        return
    if any(check.reason for check in step.checks):
        yield PROSE.at(
            plan.source,
            _first_line(plan, step),
            f"the command that verifies step {step.number} is still missing",
            "write the command into `<automated>`; until then the user is asked",
        )
        return
    autonomous = plan.front.get("autonomous")
    by_hand = _BY_HAND.search(step.parts["verify"]) is not None
    expected = autonomous is None or autonomous.data is not True or by_hand
    yield PROSE.at(
        plan.source,
        _first_line(plan, step),
        f"step {step.number} is verified by the user alone: there is no command here",
        "put a command into `<automated>`, or mark it `<human-check>`",
        "note" if expected else None,
    )


def _first_line(plan: Plan, step: Step) -> Span:
    """Return the span of the first line of a step's <verify>."""
    source = plan.source
    span = trimmed(source, step.verify_span or part(source, step, "verify"))
    end = source.text.find("\n", span.start, span.end)
    return trimmed(source, Span(span.start, end if end >= 0 else span.end))


def _commands(plan: Plan, step: Step) -> Iterator[tuple[Check, Span]]:
    commands = [check for check in step.checks if check.kind == "command"]
    if commands:
        finder = Finder(plan.source, step.verify_span or part(plan.source, step, "verify"))
        yield from ((check, finder.find(check.text)) for check in commands)


def _cannot_fail(plan: Plan, step: Step) -> Iterator[Finding]:
    for check, span in _commands(plan, step):
        pipe = _HIDING_PIPE.search(check.text)
        keeps_status = "pipefail" in check.text or "PIPESTATUS" in check.text
        if not check.proves:
            yield CANNOT_FAIL.at(
                plan.source,
                span,
                f"this command cannot fail: {shown(check.text)}",
                "remove what hides its status (`|| true`, `; echo`); as it is it proves nothing",
            )
        elif pipe and not keeps_status:
            last = pipe["last"]
            yield CANNOT_FAIL.at(
                plan.source,
                span,
                f"in a plain shell this ends with the status of `{last}` alone",
                f"remove `| {last}`, or begin with `set -o pipefail` (forge runs it so)",
                "note",
            )


def check_in(plan: Plan, root: Path) -> Iterator[Finding]:
    """Yield a finding for each command that changes to a folder outside `root`: it would verify
    another tree.
    """
    for step in plan.steps:
        if "cd " not in step.text and "pushd" not in step.text:
            continue
        for check, span in _commands(plan, step):
            foreign = foreign_folder(check.text, root)
            if foreign is not None:
                folder, without = foreign
                yield FOREIGN.at(
                    plan.source,
                    span,
                    f"this command leaves the work tree for {shown(folder)}",
                    f"write it without the `cd`: {shown(without)}",
                )


def check_probed(plan: Plan, probed: Probed) -> Iterator[Finding]:
    """Yield a finding for each step whose commands all passed before its work.

    `probed` has the results by step number. One failing command is enough: the work will make it
    pass, and the others may check that nothing breaks.
    """
    for step in plan.steps:
        results = [result for result in probed.get(step.number, ()) if result != "not run"]
        if results and all(result == "passed" for result in results):
            check, span = next(_commands(plan, step))
            passing = (
                "this command passes"
                if len(results) == 1
                else f"the {len(results)} commands of this step all pass"
            )
            yield ALREADY.at(
                plan.source,
                span,
                f"{passing} before step {step.number} is done: {shown(check.text)}",
                "use a command that fails until the step's work is done",
            )


def check_unapproved(plan: Plan, steps: Sequence[Step]) -> Iterator[Finding]:
    """Yield a note at the first command of a plan that was not probed, as it is not approved."""
    for step in steps[:1]:
        span = next(_commands(plan, step))[1]
        yield ALREADY.at(
            plan.source,
            span,
            "not probed: this text of the plan is not approved, so none of its commands ran",
            f"read it, then {forge_command('approve', plan.path)}",
            "note",
        )
