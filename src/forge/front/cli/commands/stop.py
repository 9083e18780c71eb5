"""forge stop: end a run for good."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import about_run, run_context
from forge.front.cli.shell_completion import names
from forge.records.find import one_run
from forge.run.engine import controls


@click.command("stop", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option("--reason", default="stopped by a person", metavar="TEXT", help="Why; kept in the record.")
@verb("stop")
def command(app: App, run: str | None, reason: str) -> Reply:
    """End a run for good, its runner too. What lies in the tree stays there, and is kept in a
    snapshot.

    \b
    Example:
      forge stop --reason "the plan needs another step"
    """
    return about_run(
        controls.stop(
            run_context(app, lenient=True), one_run(app.repository, run, among_open=True), reason
        ),
        recorded=True,
    )
