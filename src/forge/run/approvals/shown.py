"""What the user reads before a plan is approved: everything that the approval covers.

forge's own words begin at the left edge. Every text of the plan, of the settings or of a file name
is indented, its line ends are written out or marked with `|`, `$` and `>`, and nothing in it can
look like a line of forge's own; what is wider than the terminal continues after `+`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from msgspec import convert

from forge.planning.confinement import Confinement
from forge.planning.plan.plan import Plan
from forge.run.approvals.plan_approval import as_recorded
from forge.run.approvals.subject import Subject
from forge.run.processes.supervise import INHERITED
from forge.text.finding import Finding
from forge.text.printable import Folded, Line, visible

_SHOWN_ALONE = (
    *("name", "command", "resume_command", "env", "commands"),
    *("sandbox", "network", "writable", "readable"),
)


def describe(plan: Plan, subject: Subject, findings: Sequence[Finding] = ()) -> list[Line]:
    """Return a plan as the user approves it."""
    scope = subject.scope
    limits = [f"{name} {value}" for name, value in subject.limits.items() if value is not None]
    policies = [f"{name} {value}" for name, value in subject.approvals.items()]
    lines = [
        f"{_line(plan.id)}: {_line(plan.title)}",
        f"  {_line(plan.path)}, SHA-256 {plan.sha256}",
        *_section("objective:", _quoted(plan.section("objective"))),
        "steps:",
        *_steps(plan),
        *_section("files to read first:", _entries(references(plan))),
        "commands that will run here:",
        *(_commands(plan) or ["  $ (none)"]),
        *_runner(subject),
        "may write:",
        *_entries(plan.write_scope.paths or ["(nothing named)"]),
        *_section("within what its missions allow:", _entries(subject.contract.lines())),
        f"at most in a step: {scope['max_files']} files, {scope['max_lines']} lines",
        *_section("asks about changes to:", _entries(_texts(scope["protect"]))),
        *_section("to set up by hand first:", _entries(plan.texts("user_setup"))),
        f"limits: {', '.join(limits)}",
        f"approvals: {_line(', '.join(policies))}",
        *_section("what the rules say of it:", _entries(as_recorded(findings))),
        f"subject: {subject.sha256}",
    ]
    return [Folded(line) for line in lines]


def content(plan: Plan) -> dict[str, object]:
    """Return as data what a plan's text has of it beside the subject's parts."""
    return {
        "title": plan.title,
        "objective": plan.section("objective"),
        "steps": [
            {"id": step.id, "name": step.name, "stage": step.stage, "text": step.text.strip()}
            for step in plan.steps
        ],
        "references": references(plan),
        "used": [{"command": command, "in": places} for command, places in uses(plan).items()],
        "user_setup": plan.texts("user_setup"),
    }


def references(plan: Plan) -> list[str]:
    """Return the files that the plan tells a runner to read, each once."""
    named = [*plan.references, *(path for step in plan.steps for path in step.references)]
    return list(dict.fromkeys(named))


def uses(plan: Plan) -> dict[str, list[str]]:
    """Return every command of a plan that forge may run, each once, with where it is used."""
    found: dict[str, list[str]] = {}
    for step in plan.steps:
        for check in step.checks:
            if check.kind == "command":
                found.setdefault(check.text, []).append(f"step {step.number}")
    for check in plan.verification:
        if check.kind == "command":
            found.setdefault(check.text, []).append("after the last step")
    for item in plan.must_haves:
        if item.command:
            found.setdefault(item.command, []).append(f"truth {item.index}")
    return {command: list(dict.fromkeys(places)) for command, places in found.items()}


def _steps(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        yield f"  {step.number}. [{step.stage}] {_line(step.name)}"
        yield from _quoted(step.text.strip(), "     ")


def _commands(plan: Plan) -> list[str]:
    lines = []
    for command, places in uses(plan).items():
        first, *rest = visible(command).split("\n")
        lines += [f"  $ {first}", *(f"  > {line}" for line in rest)]
        lines.append(f"    in: {', '.join(places)}")
    return lines


def _runner(subject: Subject) -> Iterator[str]:
    runner = subject.runner
    yield f"runner: {_line(str(runner['name']))} {_line(_words(runner['command']))}".rstrip()
    if again := _words(runner["resume_command"]):
        yield f"  resumed by: {_line(again)}"
    for name, value in runner.items():
        words = ", ".join(_texts(value))
        if name not in _SHOWN_ALONE and words:
            yield f"  {name}: {_line(words)}"
    yield f"sandbox of the runner: {_line(_sandbox(runner))}"
    yield f"sandbox of the commands: {_line(_sandbox(runner['commands']))}"
    yield "environment of the runner and of the commands:"
    yield from _entries([f"{', '.join(INHERITED)}, LC_*", *_texts(runner["env"])])


def _sandbox(settings: object) -> str:
    """Return how a program is confined, in a line."""
    confinement = convert(settings, Confinement)
    if confinement.sandbox == "none":
        return "none"
    words = [confinement.sandbox, f"network {'on' if confinement.network else 'off'}"]
    words += [f"may write {path}" for path in confinement.writable]
    return ", ".join([*words, *(f"may read {path}" for path in confinement.readable)])


def _section(title: str, lines: Iterable[str]) -> list[str]:
    listed = list(lines)
    return [title, *listed] if listed else []


def _entries(entries: Iterable[str]) -> list[str]:
    return [f"  {_line(entry)}" for entry in entries]


def _quoted(text: str, indent: str = "  ") -> list[str]:
    return [f"{indent}| {line}".rstrip() for line in visible(text).split("\n")] if text else []


def _line(text: str) -> str:
    """Return a text in one line, its line ends as their code point."""
    return visible(text).replace("\n", "<U+000A>")


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]


def _words(value: object) -> str:
    words = _texts(value) if isinstance(value, (list, tuple)) else []
    ambiguous = any(not word or word.split() != [word] for word in words)
    return shlex.join(words) if ambiguous else " ".join(words)
