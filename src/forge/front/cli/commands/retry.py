"""forge retry: do the current step again."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.context import about_run, open_run, run_context
from forge.front.cli.shell_completion import names
from forge.run.engine import controls


@click.command("retry", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@verb("retry")
def command(app: App, run: str | None) -> Reply:
    """Put the current step back to its checkpoint, behind a snapshot, and do it again.

    \b
    Example:
      forge retry
    """
    return about_run(controls.retry(run_context(app), open_run(app, run)))
