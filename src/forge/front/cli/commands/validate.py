"""forge validate: what is wrong with the documents."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, cast

import click

from forge.errors import UsageError
from forge.front.cli.click_types import Verb, display_option, option
from forge.front.cli.formats import FORMATS, Sheet, render
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.front.operations.validate import Validation
    from forge.run.proofs.probe import Probe
    from forge.text import command_line
    from forge.text.printable import Line
    from forge.views.validation.fix import Fixes
else:
    command_line = at_first_use("forge.text.command_line")

_LONGEST = 200  # characters of a fixed line


@click.command("validate", cls=Verb)
@click.argument("paths", nargs=-1, shell_complete=names(files=True))
@display_option(
    "--format", "form", type=click.Choice(FORMATS), help="Print in this format on standard output."
)
@option("--quiet", is_flag=True, help="Print errors only, and no summary.")
@display_option("--no-color", is_flag=True, help="Print no colors, as with NO_COLOR.")
@option("--fix", is_flag=True, help="Write the fixes that cannot change what a plan means.")
@option(
    "--probe",
    is_flag=True,
    help="Run the verify commands of approved plans before their work, to see them fail.",
)
@verb("validate")
def command(
    invocation: Invocation, /, form: str | None, no_color: bool, **arguments: object
) -> Reply:
    """Read documents and report what is wrong with them: files and folders, by default .planning/
    of this repository.

    \b
    Example:
      forge validate
      forge validate --fix .planning/phases/01-start/01-01-PLAN.md
      forge validate --format sarif > forge.sarif
      forge validate --probe
    """
    if form and invocation.as_json:
        raise UsageError(
            "--format and --json exclude each other: use one of them", "see `forge validate --help`"
        )
    invocation.caller.as_json = invocation.as_json or form == "json"
    color = _wants_color(no_color)
    invocation.caller.color = color
    reply = invocation.perform(**arguments)
    if invocation.as_json:
        return reply
    validation = cast("Validation", reply.view)
    if validation.probed is not None:
        _print_probe(invocation, validation.probed)
    if validation.fixes is not None:
        _print_fixes(invocation, validation.fixes)
    return reply._replace(text=render(form or "text", _sheet(validation, color)))


def _wants_color(no_color: bool) -> bool:
    refused = no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not refused and sys.stdout.isatty()


def _sheet(validation: Validation, color: bool) -> Sheet:
    report = validation.report
    documents = [(str(document["path"]), str(document["kind"])) for document in report.documents]
    return Sheet(validation.findings, documents, report.lines, validation.summary, color)


def _print_probe(invocation: Invocation, probed: Probe) -> None:
    for run in probed.ran:
        restored = f" (restored: {', '.join(run.changed[:5])})" if run.changed else ""
        text = f"probed {run.step}: {run.outcome}{restored}"
        invocation.call.note([text, *command_line.shown_command(run.command)])


def _print_fixes(invocation: Invocation, fixes: Fixes) -> None:
    """Print on standard error what was fixed and what was not."""
    for fixed in fixes.made:
        place = f"{fixed.path}:{fixed.line}:{fixed.column}"
        lines: list[Line] = [f"  {part}" for part in _change(fixed.before, fixed.after)]
        invocation.call.note([f"{place}: fixed: {fixed.message}", *lines])
    for left in fixes.left:
        invocation.call.note(f"{left.path}: not fixed: {left.reason}")


def _change(before: str, after: str) -> list[str]:
    """Return the lines of a fix: what was there, and what is there now."""
    removed = [f"- {line}" for line in before[:_LONGEST].splitlines()]
    return removed + [f"+ {line}" for line in after[:_LONGEST].splitlines()]
