"""forge rollback: put back what a run changed."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import about_rollback, run_context
from forge.front.cli.shell_completion import names
from forge.run.start.rollback import rollback


@click.command("rollback", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option(
    "--to",
    "to",
    metavar="STEP",
    help="Put back to before this step, by its id or number; else before the first.",
)
@verb("rollback")
def command(app: App, run: str | None, to: str | None) -> Reply:
    """Put the files that a run committed as they were before it, behind a snapshot, and commit
    that.

    A path that was changed since refuses it, and nothing is written then. In an open run the steps
    are done again by resume.

    \b
    Example:
      forge rollback
      forge rollback --to 2
      forge rollback 20261120T025549Z-01-01-k3f9
    """
    return about_rollback(rollback(run_context(app, lenient=True), run, to))
