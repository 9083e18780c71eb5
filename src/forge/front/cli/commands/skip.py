"""forge skip: skip the current step."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("skip", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="The reason; kept in the record and in the summary.",
)
@verb("skip")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Skip the current step of the run, and continue with the next one.

    \b
    Example:
      forge skip --reason "done by hand last week"
    """
    return invocation.perform(**arguments)
