"""forge waive: waive a must-have, with a reason."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("waive", cls=Verb)
@click.argument("name", shell_complete=names("plan", files=True))
@click.argument("must_have", metavar="KIND:N")
@option(
    "--reason", required=True, metavar="TEXT", help="The reason why the plan is done without it."
)
@verb("waive")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Waive a must-have, by your name and with a reason. It is counted apart, never as passed.

    \b
    Example:
      forge waive 01-01 artifact:3 --reason "moved to plan 02-01"
    """
    return invocation.perform(**arguments)
