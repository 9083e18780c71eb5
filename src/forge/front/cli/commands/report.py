"""forge report: a run, a plan, a phase or a mission as one page."""

from __future__ import annotations

from pathlib import Path

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("report", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "phase", "mission", "run"))
@option(
    "--format",
    "form",
    type=click.Choice(("md", "html")),
    default="md",
    show_default=True,
    help="The format of the page.",
)
@option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of printing.",
)
@verb("report")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Write a run, a plan, a phase or a mission as one page: what was asked, done and proven, by
    whom, with the diffs.

    Without a name it is the open run, else the last one. The same record gives the same bytes.

    \b
    Example:
      forge report 01-01 --format html --output report.html
      forge report 01-foundation > phase.md
    """
    return invocation.perform(**arguments)
