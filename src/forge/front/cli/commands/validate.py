"""forge validate: what is wrong with the documents."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.formats import FORMATS, Sheet, render
from forge.front.cli.progress_bar import waiting
from forge.front.cli.shell_completion import names
from forge.text.command_line import shown_command
from forge.text.plural import amount
from forge.text.printable import visible
from forge.views.validation.fix import Fixes, fix
from forge.views.validation.report import Report
from forge.views.validation.validate import validate

if TYPE_CHECKING:
    from forge.run.proofs.probe import Probe

_PROBING = (  # like a verb's module, loaded when it is called: most calls run nothing
    "forge.front.cli.probe_run"
)


@verb("validate", outside=True)
def _answer(
    app: App,
    paths: tuple[str, ...],
    form: str | None,
    quiet: bool,
    no_color: bool,
    mend: bool,
    run: bool,
) -> Reply:
    root = app.found.root if app.found else app.here
    if not paths and app.found is None:
        root = app.repository.root
    colour = _colour(no_color)
    named = [app.here / path for path in paths]
    probed = _probe(app, named) if run else None
    with waiting("reading documents", colour=colour) as progress:
        report = validate(
            root, named, progress=progress, probed=probed.findings if probed else None
        )
        fixes = _fix(root, report) if mend else None
        if fixes is not None and fixes.made:
            report = validate(root, named)
    app.execution.counters = {"files": report.files, "findings": len(report.findings)}
    data = {**report.as_data(), **(fixes.as_data() if fixes else {})}
    if probed is not None:
        data["probed"] = [each.as_data() for each in probed.ran]
    findings = [finding for finding in report.findings if finding.severity == "error" or not quiet]
    if fixes is not None and not app.as_json:
        _tell(app, fixes)
    documents = [(str(document["path"]), str(document["kind"])) for document in report.documents]
    sheet = Sheet(findings, documents, report.lines, "" if quiet else _summary(report), colour)
    text = "" if app.as_json else _encodable(render(form or "text", sheet))
    return Reply(data, text, 1 if report.errors else 0, findings)


@click.command("validate", cls=Verb)
@click.argument("paths", nargs=-1, shell_complete=names(files=True))
@option(
    "--format", "form", type=click.Choice(FORMATS), help="Print in this format on standard output."
)
@option("--quiet", is_flag=True, help="Print errors only, and no summary.")
@option("--no-color", is_flag=True, help="Print no colours, as with NO_COLOR.")
@option("--fix", "mend", is_flag=True, help="Write the mends that cannot change what a plan means.")
@option(
    "--probe",
    "run",
    is_flag=True,
    help="Run the verify commands of approved plans before their work, to see them fail.",
)
@option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(form: str | None, as_json: bool, **options: object) -> None:
    """Read documents and say everything that is wrong with them: files and folders, else .planning/
    of this repository.

    \b
    Example:
      forge validate
      forge validate --fix .planning/phases/01-start/01-01-PLAN.md
      forge validate --format sarif > forge.sarif
      forge validate --probe
    """
    if options["run"] and options["mend"]:
        raise click.UsageError(
            "--probe runs what was approved, and --fix changes it: use one of them"
        )
    if form and as_json:
        raise click.UsageError("--format and --json exclude each other: use one of them")
    _answer(form=form, as_json=as_json or form == "json", **options)  # type: ignore[call-arg,arg-type]


def _colour(no_color: bool) -> bool:
    """Say whether to print colours: only at a terminal that has them, and if nobody objects."""
    return (
        not (no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb")
        and sys.stdout.isatty()
    )


def _probe(app: App, paths: list[Path]) -> Probe:
    probed: Probe = importlib.import_module(_PROBING).probe_plans(app, paths)
    for each in probed.ran if not app.as_json else ():
        ended = f" (put back: {', '.join(each.changed[:5])})" if each.changed else ""
        app.say(
            visible(f"probed {each.step}: {each.outcome}{ended}\n{shown_command(each.command)}")
        )
    return probed


def _fix(root: Path, report: Report) -> Fixes:
    return fix(
        root, [finding.path for finding in report.findings if finding.rule == "front-matter-yaml"]
    )


def _tell(app: App, fixes: Fixes) -> None:
    """Print what was mended and what was not: on standard error, beside whatever format was asked
    for.
    """
    for made in fixes.made:
        app.say(visible(f"{made.path}:{made.line}:{made.column}: mended: {made.message}"))
        app.say(visible(f"  - {made.before[:200]}\n  + {made.after[:200]}"))
    for left in fixes.left:
        app.say(visible(f"{left.path}: not mended: {left.reason}"))


def _summary(report: Report) -> str:
    numbers = {
        "file": report.files,
        "step": report.steps,
        "error": report.errors,
        "warning": report.warnings,
    }
    return ", ".join(amount(number, noun) for noun, number in numbers.items())


def _encodable(text: str) -> str:
    """Return a text that standard output can take, whatever its encoding is."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
