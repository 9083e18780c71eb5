"""Rules about `<verify>`: a command that can fail, in the work tree, rather than prose that a
person has to judge.
"""

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
    "verify-prose",
    "warning",
    False,
    "a step's <verify> holds a command, where nobody is to be asked",
)
CANNOT_FAIL = Rule("verify-cannot-fail", "warning", False, "a verify command can fail")
FOREIGN = Rule("verify-foreign-path", "warning", False, "a verify command stays in the work tree")
ALREADY = Rule(
    "verify-already-passes",
    "warning",
    False,
    "what verifies a step does not pass before its work (`--probe`)",
)
ProbedAs = Literal["passed", "failed", "inconclusive", "not run"]
Probed = Mapping[int, Sequence[ProbedAs]]
_PERSON = re.compile(r"<(?:human|manual)", re.I)
_HIDING = re.compile(
    r"(?<!\|)\|&?["
    r" \t]*(?P<last>tail|head|cat|tee|less|more|sort|column|tr|cut|fold|nl)\b"
    r"(?P<rest>[^|&;\n()]*)(?=$|\n|[;&])"
)


def check(plan: Plan) -> Iterator[Finding]:
    """Yield a finding for each <verify> that only a person can answer, and for each command that
    proves nothing.
    """
    for step in plan.steps:
        if step.parts.get("verify", "").strip() and step.stage != "checkpoint":
            yield from _prose(plan, step)
        yield from _hidden(plan, step)


def _prose(plan: Plan, step: Step) -> Iterator[Finding]:
    if any(check.kind == "command" for check in step.checks):
        return
    text, source = step.parts["verify"], plan.source
    place = trimmed(source, step.verify_span or part(source, step, "verify"))
    first_line = source.text.find("\n", place.start, place.end)
    place = trimmed(source, Span(place.start, first_line if first_line >= 0 else place.end))
    if any(check.reason for check in step.checks):
        yield PROSE.at(
            source,
            place,
            f"the command that verifies step {step.number} is still missing",
            "write the command into `<automated>`; until then a person is asked",
        )
        return
    autonomous = plan.front.get("autonomous")
    asked = autonomous is not None and autonomous.data is True and not _PERSON.search(text)
    yield PROSE.at(
        source,
        place,
        f"step {step.number} is verified by a person alone: nothing here is a command",
        "put a command into `<automated>`, or mark it `<human-check>`",
        None if asked else "note",
    )


def _commands(plan: Plan, step: Step) -> Iterator[tuple[Check, Span]]:
    commands = [check for check in step.checks if check.kind == "command"]
    if commands:
        finder = Finder(plan.source, step.verify_span or part(plan.source, step, "verify"))
        yield from ((check, finder.find(check.text)) for check in commands)


def _hidden(plan: Plan, step: Step) -> Iterator[Finding]:
    for check, place in _commands(plan, step):
        if not check.proves:
            yield CANNOT_FAIL.at(
                plan.source,
                place,
                f"this command cannot fail: {shown(check.text)}",
                "drop what hides its status (`|| true`, `; echo`); as it is it proves nothing",
            )
        elif (
            (pipe := _HIDING.search(check.text))
            and "pipefail" not in check.text
            and "PIPESTATUS" not in check.text
        ):
            last = pipe["last"]
            yield CANNOT_FAIL.at(
                plan.source,
                place,
                f"in a plain shell this ends with the status of `{last}` alone",
                f"drop `| {last}`, or begin with `set -o pipefail` (forge runs it so)",
                "note",
            )


def check_in(plan: Plan, root: Path) -> Iterator[Finding]:
    """Yield a finding for each command that changes to a folder outside `root`: it would prove
    another tree.
    """
    for step in plan.steps:
        if "cd " not in step.text and "pushd" not in step.text:
            continue
        for check, place in _commands(plan, step):
            found = foreign_folder(check.text, root)
            if found is not None:
                folder, without = found
                yield FOREIGN.at(
                    plan.source,
                    place,
                    f"this command leaves the work tree for {shown(folder)}",
                    f"write it without the `cd`: {shown(without)}",
                )


def check_probed(plan: Plan, probed: Probed) -> Iterator[Finding]:
    """Yield a finding for each step whose commands all passed before its work; `probed` has their
    results by step number.

    One command that fails is enough: it is what the work will turn, and the others may watch that
    nothing breaks.
    """
    for step in plan.steps:
        results = [result for result in probed.get(step.number, ()) if result != "not run"]
        if results and all(result == "passed" for result in results):
            check, place = next(_commands(plan, step))
            said = (
                "this command passes"
                if len(results) == 1
                else f"the {len(results)} commands of this step all pass"
            )
            yield ALREADY.at(
                plan.source,
                place,
                f"{said} before step {step.number} is done: {shown(check.text)}",
                "let one command fail until the step's work is there",
            )


def check_unapproved(plan: Plan, steps: Sequence[Step]) -> Iterator[Finding]:
    """Yield a note at the first command of a plan that could not be probed, since nobody has
    approved it.
    """
    for step in steps[:1]:
        place = next(_commands(plan, step))[1]
        yield ALREADY.at(
            plan.source,
            place,
            "not probed: this plan is not approved as it stands, and nothing of it was run",
            f"look at it, then {forge_command('approve', plan.path)}",
            "note",
        )
