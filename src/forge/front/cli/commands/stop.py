"""forge stop: end a run for good."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("stop", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option(
    "--reason",
    default="stopped by the user",
    metavar="TEXT",
    help="The reason; kept in the record.",
)
@option("--without-snapshot", is_flag=True, help="Stop even if no snapshot can be taken.")
@verb("stop")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """End a run and its runner for good. Files in the tree stay there, and a snapshot of them is
    kept.

    \b
    Example:
      forge stop --reason "the plan needs another step"
    """
    return invocation.perform(**arguments)
