"""forge skip: leave out the current step."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import about_run, open_run, run_context
from forge.front.cli.shell_completion import names
from forge.run.engine import controls


@click.command("skip", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option(
    "--reason", required=True, metavar="TEXT", help="Why; kept in the record and in the summary."
)
@verb("skip")
def command(app: App, run: str | None, reason: str) -> Reply:
    """Leave out the step that the run stands at, and go on with the next.

    \b
    Example:
      forge skip --reason "done by hand last week"
    """
    return about_run(controls.skip(run_context(app), open_run(app, run), reason))
