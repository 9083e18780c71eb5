"""forge resume: go on with a run from where it stands."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import about_run, open_run, run_context
from forge.front.cli.shell_completion import names
from forge.records.find import one_elsewhere
from forge.run.engine import controls
from forge.run.start import adopt as adopting


@click.command("resume", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option(
    "--adopt", is_flag=True, help="Take over a run that is open in another clone and paused there."
)
@verb("resume")
def command(app: App, run: str | None, adopt: bool) -> Reply:
    """Go on with a run: behind a failure or a step done by hand, with the tree as you left it.

    \b
    Example:
      forge resume
      forge resume --adopt 20261120T025549Z-01-01-k3f9
    """
    if adopt:
        return about_run(adopting.adopt(run_context(app), one_elsewhere(app.repository, run)))
    return about_run(controls.resume(run_context(app), open_run(app, run)))
