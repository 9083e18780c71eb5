"""forge reject: answer a waiting run with no."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


@click.command("reject", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "run", files=True))
@option(
    "--runner",
    metavar="NAME",
    help="Withdraw the approval with this runner.",
    shell_complete=names("runner"),
)
@option("--option", metavar="ID", help="The option that is refused.")
@option(
    "--note",
    default="",
    metavar="TEXT",
    help="The reason; kept in the record and shown after the failure.",
)
@verb("reject")
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Answer the question of the open run with no; with a plan, withdraw its approval.

    \b
    Example:
      forge reject --note "the migration must be reversible"
    """
    return invocation.perform(**arguments)
