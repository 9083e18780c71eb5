"""forge resume: continue a run."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("resume", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option(
    "--adopt", is_flag=True, help="Take over a run that is open in another clone and paused there."
)
@verb("resume")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Continue a run, after a failure or a manual step too, with the tree as you left it.

    \b
    Example:
      forge resume
      forge resume --adopt 20261120T025549Z-01-01-k3f9
    """
    return invocation.perform(**arguments)
