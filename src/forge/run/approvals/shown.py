"""What the user reads before a plan is approved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import convert

from forge.planning.plan.plan import Plan
from forge.planning.settings import Confinement
from forge.run.approvals.plan_approval import as_recorded
from forge.run.approvals.subject import Subject
from forge.text.command_line import shown_command
from forge.text.finding import Finding
from forge.text.printable import visible


def describe(plan: Plan, subject: Subject, findings: Sequence[Finding] = ()) -> str:
    """Return a plan as the user approves it: steps, commands, runner, limits, write scope, and
    findings.
    """
    runner, scope = subject.runner, subject.scope
    limits = [f"{name} {value}" for name, value in subject.limits.items() if value is not None]
    lines = [
        f"{plan.id}: {plan.title}",
        f"  {plan.path}, SHA-256 {plan.sha256}",
        "steps:",
        *(f"  {step.number}. [{step.stage}] {step.name}" for step in plan.steps),
        "commands that will run here:",
        *(shown_command(text) for text in subject.commands or ["(none)"]),
        f"runner: {runner['name']} {_words(runner['command'])}".rstrip(),
    ]
    if again := _words(runner["resume_command"]):
        lines.append(f"  resumed by: {again}")
    lines.append(f"sandbox of the runner: {_sandbox(runner)}")
    lines.append(f"sandbox of the commands: {_sandbox(runner['commands'])}")
    lines += ["may write:", *_indented(plan.write_scope.paths or ["(nothing named)"])]
    lines += _section("within what its missions allow:", subject.contract.lines())
    lines.append(f"at most in a step: {scope['max_files']} files, {scope['max_lines']} lines")
    lines += _section("to set up by hand first:", plan.texts("user_setup"))
    lines.append(f"limits: {', '.join(limits)}")
    lines += _section("what the rules say of it:", as_recorded(findings))
    return visible("\n".join([*lines, f"subject: {subject.sha256}"]))


def _sandbox(settings: object) -> str:
    """Return how a program is confined, in a line."""
    confinement = convert(settings, Confinement)
    if confinement.sandbox == "none":
        return "none"
    words = [confinement.sandbox, f"network {'on' if confinement.network else 'off'}"]
    words += [f"may write {path}" for path in confinement.writable]
    return ", ".join([*words, *(f"may read {path}" for path in confinement.readable)])


def _section(title: str, entries: Sequence[str]) -> list[str]:
    return [title, *_indented(entries)] if entries else []


def _indented(entries: Iterable[str]) -> list[str]:
    return [f"  {entry}" for entry in entries]


def _words(value: object) -> str:
    return " ".join(value) if isinstance(value, (list, tuple)) else ""
