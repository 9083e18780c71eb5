"""forge resume: go on with a run from where it stands."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.context import about_run, open_run, run_context
from forge.run import controls


@click.command("resume")
@click.argument("run", required=False)
@verb("resume")
def command(app: App, run: str | None) -> Reply:
    """Go on with a run: behind a failure or a step done by hand, with the tree as you left it.

    \b
    Example:
      forge resume
    """
    return about_run(controls.resume(run_context(app), open_run(app, run)))
