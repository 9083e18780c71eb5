"""forge pause: stop a run at the next step's edge."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.context import about_run, run_context
from forge.front.cli.shell_completion import names
from forge.records.find import one_run
from forge.run.engine import controls


@click.command("pause", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@verb("pause")
def command(app: App, run: str | None) -> Reply:
    """Pause a run that another shell executes, at the next step's edge.

    \b
    Example:
      forge pause
    """
    return about_run(
        controls.pause(
            run_context(app, lenient=True), one_run(app.repository, run, among_open=True)
        ),
        recorded=True,
    )
