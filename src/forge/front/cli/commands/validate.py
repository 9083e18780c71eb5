"""forge validate: what is wrong with the documents."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.views.validation import Report, validate


@click.command("validate")
@click.argument("paths", nargs=-1)
@verb("validate", outside=True)
def command(app: App, paths: tuple[str, ...]) -> Reply:
    """Read documents and say everything that is wrong with them: files and folders, else .planning/ of this repository.

    \b
    Example:
      forge validate
      forge validate .planning/phases/01-start/01-01-PLAN.md
    """
    root = app.found.root if app.found else app.here
    if not paths and app.found is None:
        root = app.repository.root
    report = validate(root, [app.here / path for path in paths])
    app.execution.counters = {"files": report.files, "findings": len(report.findings)}
    return Reply(report.as_data(), _text(report), 1 if report.errors else 0, report.findings)


def _text(report: Report) -> str:
    blocks = []
    for finding in report.findings:
        head = f"{finding.path}:{finding.line}:{finding.column}: {finding.severity} {finding.rule} {finding.message}"
        width = max(1, finding.end_column - finding.column) if finding.end_line == finding.line else 1
        line = report.lines.get((finding.path, finding.line), "")[:160]
        shown = (
            [f"    {line}", "    " + " " * (finding.column - 1) + "^" * min(width, 160)]
            if line and finding.column <= 160
            else []
        )
        blocks.append("\n".join([head, *shown, f"    {finding.hint}"]))
    blocks.append(f"{report.files} files, {report.steps} steps, {report.errors} errors, {report.warnings} warnings")
    return "\n".join(blocks)
