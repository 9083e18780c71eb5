"""forge timeline: a run's events."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("timeline", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option("--follow", is_flag=True, help="Continue until the run has ended, or Ctrl-C.")
@option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    metavar="SEQ",
    help="Only the events after this one.",
)
@verb("timeline")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Show a run's events, and whether their chain is whole. Without a name it is the open run,
    else the last one.

    \b
    Example:
      forge timeline
      forge timeline --follow
      forge timeline 20261120T025549Z-01-01-k3f9 --after 20 --json
    """
    return invocation.perform(**arguments)
